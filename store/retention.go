package store

import (
	"context"
	"strconv"
	"strings"
	"time"

	"baithaka/internal/inn"
)

// forgetStep is how many rows one transaction removes at the most, so that no
// publisher waits long behind the broom.
const forgetStep = 500

// recipientsStep is about how many of those whom events were addressed to.
const recipientsStep = 2000

// sweep runs one step of the broom, and then rests for as long as it took: the
// disk is for who publishes.
func (s *Store) sweep(ctx context.Context, step func(*tx) error) error {
	began := time.Now()
	if err := s.writeLong(ctx, step); err != nil {
		return err
	}
	select {
	case <-time.After(min(time.Since(began), time.Second)):
	case <-ctx.Done():
	}
	return ctx.Err()
}

// storedAt is when the house heard of an event, by its own clock: what was reported
// with a time of long ago is no older for that. It is written as the indexes of
// 0017 have it.
const (
	storedAt     = `CASE WHEN stored = 0 THEN at ELSE stored END`
	storedOfE    = `CASE WHEN e.stored = 0 THEN e.at ELSE e.stored END`
	storedOfNext = `CASE WHEN next.stored = 0 THEN next.at ELSE next.stored END`
)

// What is removed at a time, $2 rows of what is older than $1. Each finds them by
// an index, so that a step costs what it removes.
const (
	forgetSessions     = `DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires <= $1 LIMIT $2)`
	forgetKnownDevices = `DELETE FROM places WHERE (person, place) IN (SELECT person, place FROM places WHERE seen <= $1 LIMIT $2)`
	forgetTickets      = `DELETE FROM stream_tickets WHERE hash IN (SELECT hash FROM stream_tickets WHERE expires <= $1 LIMIT $2)`
	forgetIdempotency  = `DELETE FROM idempotency WHERE (actor, key) IN (SELECT actor, key FROM idempotency WHERE at <= $1 LIMIT $2)`
	forgetAlerts       = `DELETE FROM alerts WHERE (property, key) IN (SELECT property, key FROM alerts WHERE status = 'resolved' AND event <= $1 LIMIT $2)`
	forgetErasures     = `DELETE FROM erasures WHERE id IN (SELECT id FROM erasures WHERE done_at > 0 AND done_at <= $1 LIMIT $2)`
	forgetRecipientsOf = `DELETE FROM event_recipients WHERE event = $1`

	// Of the figures between $1 and $2, all but the last of each hour go.
	forgetFigures = `DELETE FROM events WHERE id IN (
		SELECT e.id FROM events e
		WHERE e.type = 'metrics:update' AND ` + storedOfE + ` > $1 AND ` + storedOfE + ` <= $2 AND ` + storedOfE + ` / 3600000 = (
			SELECT ` + storedOfNext + ` / 3600000 FROM events next
			WHERE next.subject = e.subject AND next.id > e.id ORDER BY next.id LIMIT 1))`
	nextFigures = `SELECT coalesce(max(next.heard), 0) FROM (
		SELECT ` + storedAt + ` AS heard FROM events WHERE type = 'metrics:update' AND ` + storedAt + ` > $1 AND ` + storedAt + ` <= $2 ORDER BY ` + storedAt + ` LIMIT $3) next`

	forgetRecipients = `DELETE FROM event_recipients WHERE event <= $1`
	forgetEvents     = `DELETE FROM events WHERE id <= $1`
	// One step ends before the event with which it would remove too many recipients.
	nextEvents = `SELECT coalesce(max(next.id), $1) FROM (
		SELECT id FROM events
		WHERE id <= $1 AND id <= coalesce((SELECT event FROM event_recipients WHERE event > 0 ORDER BY event LIMIT 1 OFFSET $3), $1)
		ORDER BY id LIMIT $2) next`
)

// forgetPassing removes events that are kept for a shorter time than the log. The
// index names the same types in the same order.
var forgetPassing = `DELETE FROM events WHERE id IN (
	SELECT id FROM events
	WHERE type IN (` + typeList(inn.TypesKept(inn.KeepPeople)) + `) AND ` + storedAt + ` <= $1
	LIMIT $2)
	RETURNING CASE WHEN recipients = '' THEN 0 ELSE id END`

// typeList writes event types, which hold no quotes, as a list in SQL.
func typeList(types []inn.Type) string {
	list := make([]string, len(types))
	for i, t := range types {
		list[i] = "'" + string(t) + "'"
	}
	return strings.Join(list, ", ")
}

// Forget removes what is older than the settings of the house keep it, in small
// steps: sessions and idempotency keys that have run out, read activity, figures
// beyond one an hour, alerts that were solved, who the guests of that time were and
// have left, and in the end the oldest events themselves, after which positions before them
// are lost and said to be. What was sold stays, and so do the figures.
func (s *Store) Forget(ctx context.Context, now time.Time) error {
	h, err := s.HouseSettings(ctx)
	if err != nil {
		return err
	}
	keepLog := now.Add(-h.Lasts(inn.KeepLog))
	old, err := s.heardBefore(ctx, keepLog)
	if err != nil {
		return err
	}
	for _, one := range []struct {
		delete string
		before int64
	}{
		{forgetSessions, ms(now)},
		{forgetTickets, ms(now)},
		{forgetKnownDevices, ms(now.Add(-knownDeviceKept))},
		{forgetIdempotency, ms(now.Add(-idempotencyKept))},
		{forgetAlerts, old},
		{forgetErasures, ms(keepLog)},
	} {
		if err := s.forgetAll(ctx, one.delete, one.before); err != nil {
			return err
		}
	}
	if err := s.forgetPassing(ctx, now.Add(-h.Lasts(inn.KeepPeople))); err != nil {
		return err
	}
	if err := s.thinFigures(ctx, now.Add(-h.Lasts(inn.KeepFigures))); err != nil {
		return err
	}
	if err := s.forgetGuests(ctx, keepLog, inn.DateOf(keepLog, time.UTC).Add(-1)); err != nil { // in every zone
		return err
	}
	if err := s.Trim(ctx, old); err != nil {
		return err
	}
	return s.purge(ctx, now)
}

// heardBefore returns the place in the log up to which all was heard before a time.
// It is that of the first event that is young enough, not of the last that is old:
// the clock of the house may have been wrong for a while.
func (s *Store) heardBefore(ctx context.Context, before time.Time) (position int64, err error) {
	err = s.read.QueryRowContext(ctx, `
		SELECT coalesce((SELECT id - 1 FROM events WHERE `+storedAt+` > $1 ORDER BY id LIMIT 1), {head events})`, ms(before)).Scan(&position)
	return position, err
}

// forgetAll repeats a bounded delete until there is nothing left of it.
func (s *Store) forgetAll(ctx context.Context, query string, before int64) error {
	for {
		var removed int64
		err := s.sweep(ctx, func(t *tx) error {
			result, err := t.execResult(query, before, forgetStep)
			if err != nil {
				return err
			}
			removed, err = result.RowsAffected()
			return err
		})
		if err != nil || removed < forgetStep {
			return err
		}
	}
}

// passingStep is how many events one step of forgetPassing removes: each may be
// addressed to a hundred.
const passingStep = 100

// forgetPassing removes the events that are kept for a shorter time than the log,
// and in the same step whom they were addressed to.
func (s *Store) forgetPassing(ctx context.Context, before time.Time) error {
	for {
		removed := 0
		err := s.sweep(ctx, func(t *tx) error {
			rows, err := t.rows(forgetPassing, ms(before), passingStep)
			addressed, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (id int64, err error) { return id, row.Scan(&id) })
			if err != nil {
				return err
			}
			removed = len(addressed)
			for _, id := range addressed {
				if id == 0 {
					continue
				}
				if err := t.exec(forgetRecipientsOf, id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || removed < passingStep {
			return err
		}
	}
}

// thinFigures keeps one figure an hour of each subject, of those from before a
// time. It goes on where it ended the last time: what it left then stays.
func (s *Store) thinFigures(ctx context.Context, before time.Time) error {
	for {
		var from, upto int64
		err := s.sweep(ctx, func(t *tx) error {
			if _, err := t.row(`SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'thinned'`, nil, &from); err != nil {
				return err
			}
			if _, err := t.row(nextFigures, []any{from, ms(before), forgetStep}, &upto); err != nil || upto == 0 {
				return err
			}
			if err := t.exec(forgetFigures, from, upto); err != nil {
				return err
			}
			return t.exec(`UPDATE meta SET value = $1 WHERE name = 'thinned'`, strconv.FormatInt(upto, 10))
		})
		if err != nil || upto == 0 {
			return err
		}
	}
}

// Trim forgets the events up to a place, the oldest first and in small steps.
// The mark moves with each step, so that a position before it is lost even when
// the trim is interrupted. Rows that the events told of stay.
func (s *Store) Trim(ctx context.Context, upto int64) error {
	for {
		trimmed := upto
		err := s.sweep(ctx, func(t *tx) error {
			if _, err := t.row(nextEvents, []any{upto, forgetStep, recipientsStep}, &trimmed); err != nil {
				return err
			}
			if err := t.exec(forgetRecipients, trimmed); err != nil {
				return err
			}
			if err := t.exec(forgetEvents, trimmed); err != nil {
				return err
			}
			return t.exec(`UPDATE meta SET value = $1 WHERE name = 'trimmed' AND CAST(value AS BIGINT) < $2`, strconv.FormatInt(trimmed, 10), trimmed)
		})
		if err != nil {
			return err
		}
		if trimmed >= upto {
			return s.forgetWords(ctx, trimmed)
		}
	}
}
