package store

import (
	"cmp"
	"context"
	"slices"

	"baithaka/internal/inn"
)

const eventColumns = `id, at, stored, topic, recipients, type, priority, subject, property, actor, by_name, data`

func scanEvent(row interface{ Scan(...any) error }) (inn.Event, error) {
	var e inn.Event
	var at, stored int64
	var recipients, data string
	err := row.Scan(&e.ID, &at, &stored, &e.Topic, &recipients, &e.Type, &e.Priority, &e.Subject, &e.Property, &e.Actor, &e.By, &data)
	e.At, e.Stored, e.To, e.Data = fromMS(at), fromMS(cmp.Or(stored, at)), splitTopics(recipients), []byte(data)
	return e, err
}

// event reads one event inside a write.
func (t *tx) event(id int64) (e inn.Event, found bool, err error) {
	rows, err := t.rows(`SELECT `+eventColumns+` FROM events WHERE id = $1`, id)
	all, err := scanAll(rows, err, scanEvent)
	if err != nil || len(all) == 0 {
		return inn.Event{}, false, err
	}
	return all[0], true, nil
}

// readMost is after how much data a read of the log ends, though there be more:
// an event may be a quarter of a megabyte, and a slow reader holds what it read.
const readMost = 1 << 20

// Events returns at most limit events after one position up to another, oldest
// first, that are on one of the topics; Everything stands for all. It is what a
// cursor reads when it is too far back for the tail. When more is true it has
// ended before it came there, with limit events or with many large ones.
func (s *Store) Events(ctx context.Context, after, upto int64, limit int, topics []inn.Topic) (events []inn.Event, more bool, err error) {
	var query string
	var args []any
	switch {
	case len(topics) == 0:
		return nil, false, nil
	case slices.Contains(topics, inn.Everything):
		query, args = straight(nil, "ASC", "")
	case upto-after < int64(len(topics)): // fewer positions than topics to look at
		query, args = straight(topics, "ASC", "")
	default:
		query, args = byTopic(topics, "ASC", "", "")
	}
	args[0], args[1], args[2] = after, upto+1, limit
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	for size := 0; rows.Next(); {
		e, err := scanEvent(rows)
		if err != nil {
			return nil, false, err
		}
		events, size = append(events, e), size+len(e.Data)
		if len(events) == limit || size >= readMost {
			return events, true, nil
		}
	}
	return events, false, rows.Err()
}

// Bounds returns the position up to which the log has been trimmed and its head. A
// position before the first or beyond the second is lost.
func (s *Store) Bounds(ctx context.Context) (trimmed, head int64, err error) {
	err = s.read.QueryRowContext(Ahead(ctx), `
		SELECT
			(SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'trimmed'),
			{head events}`).Scan(&trimmed, &head)
	return trimmed, head, err
}
