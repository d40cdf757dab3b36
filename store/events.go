package store

import (
	"context"
	"fmt"
	"slices"

	"baithaka/inn"
)

const eventColumns = `id, at, topic, recipients, type, priority, subject, property, actor, by_name, data`

func scanEvent(row interface{ Scan(...any) error }) (inn.Event, error) {
	var e inn.Event
	var at int64
	var recipients, data string
	err := row.Scan(&e.ID, &at, &e.Topic, &recipients, &e.Type, &e.Priority, &e.Subject, &e.Property, &e.Actor, &e.By, &data)
	e.At, e.To, e.Data = fromMS(at), splitTopics(recipients), []byte(data)
	return e, err
}

// Events gives at most limit events after one place up to another, oldest
// first, that are on one of the topics; Everything stands for all. It is what a
// cursor reads when it is too far back for the tail.
func (s *Store) Events(ctx context.Context, after, upto int64, limit int, topics []inn.Topic) ([]inn.Event, error) {
	args := []any{after, upto, limit}
	where := ""
	if !slices.Contains(topics, inn.Everything) {
		var list string
		list, args = in(args, topics)
		where = `AND id IN (
			SELECT id FROM events WHERE topic IN (` + list + `) AND id > $1 AND id <= $2
			UNION SELECT event FROM event_recipients WHERE topic IN (` + list + `) AND event > $1 AND event <= $2)`
	}
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT `+eventColumns+`
		FROM events
		WHERE id > $1 AND id <= $2 `+where+`
		ORDER BY id
		LIMIT $3`, args...)
	return scanAll(rows, err, scanEvent)
}

// Bounds gives the place up to which the log has been trimmed and its head. A
// position before the first or beyond the second is lost.
func (s *Store) Bounds(ctx context.Context) (trimmed, head int64, err error) {
	// sqlite_sequence, not max(id): the head does not fall back when the newest
	// events are trimmed.
	err = s.db.Read.QueryRowContext(ctx, `
		SELECT
			(SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'trimmed'),
			coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)`).Scan(&trimmed, &head)
	return trimmed, head, err
}

// EventFilter narrows History.
type EventFilter struct {
	After, Before int64 // places in the log; 0 for none
	Oldest        bool  // the oldest first, from After on; else the newest first
	Type          inn.Type
	Kind          inn.Kind
	Property      string
	Subject       string
	Feed          bool // leave figures out: the feed tells of what people did
	Limit         int
}

// History gives the events that the viewer may see, in the order asked for. It reads on until the limit is
// full or the log ends, since the policy decides event by event.
func (s *Store) History(ctx context.Context, by inn.Viewer, f EventFilter) ([]inn.Event, error) {
	var found []inn.Event
	for {
		batch, err := s.historyBatch(ctx, by, f)
		if err != nil {
			return nil, err
		}
		for i := range batch {
			if !batch[i].Type.Internal() && by.Sees(&batch[i]) {
				if found = append(found, batch[i]); len(found) == f.Limit {
					return found, nil
				}
			}
		}
		if len(batch) < historyStep {
			return found, nil
		}
		if last := batch[len(batch)-1].ID; f.Oldest {
			f.After = last
		} else {
			f.Before = last
		}
	}
}

// historyStep is how many events one query of History reads.
const historyStep = 512

func (s *Store) historyBatch(ctx context.Context, by inn.Viewer, f EventFilter) ([]inn.Event, error) {
	args := []any{historyStep}
	where, order := "1 = 1", "DESC"
	add := func(condition string, value any) {
		args = append(args, value)
		where += fmt.Sprintf(" AND "+condition, len(args))
	}
	if f.After > 0 {
		add("id > $%d", f.After)
	}
	if f.Oldest {
		order = "ASC"
	}
	if f.Before > 0 {
		add("id < $%d", f.Before)
	}
	if f.Type != "" {
		add("type = $%d", f.Type)
	}
	if f.Subject != "" {
		add("subject = $%d", f.Subject)
	}
	if f.Property != "" {
		add("property = $%d", f.Property)
	}
	if f.Feed {
		add("type <> $%d", inn.MetricsUpdate)
	}
	if f.Kind != "" {
		var types []inn.Type
		for _, t := range inn.Types {
			if t.Kind() == f.Kind {
				types = append(types, t)
			}
		}
		var list string
		list, args = in(args, types)
		where += " AND type IN (" + list + ")"
	}
	if topics := by.Topics(); !slices.Contains(topics, inn.Everything) {
		var list string
		list, args = in(args, topics)
		where += ` AND (topic IN (` + list + `) OR id IN (SELECT event FROM event_recipients WHERE topic IN (` + list + `)))`
	}
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT `+eventColumns+`
		FROM events
		WHERE `+where+`
		ORDER BY id `+order+`
		LIMIT $1`, args...)
	return scanAll(rows, err, scanEvent)
}
