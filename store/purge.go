package store

import (
	"context"
	"errors"
	"time"

	"baithaka/internal/inn"
)

// guestsAtOnce is how many guests one round of Forget forgets at the most: more
// of them, after the retention was made shorter, go in the rounds to come.
const guestsAtOnce = 2000

// forgetGuests forgets who the guests of bookings were that the house has heard
// nothing of since a time and that were over on a date. It cannot be undone: what
// the query finds, inn.Booking.Over is asked about once more.
func (s *Store) forgetGuests(ctx context.Context, before time.Time, date inn.Date) error {
	rows, err := s.read.QueryContext(ctx, `
		SELECT b.id, b.event FROM bookings b
		WHERE b.erased_at = 0 AND NOT EXISTS (SELECT 1 FROM events e WHERE e.id = b.event AND `+storedOfE+` > $1) AND b.check_in <= $2 AND b.check_out <= $2 AND (
			b.status IN ('checked_out', 'cancelled', 'no_show')
			OR b.category IN ('transfer', 'tour')
			OR b.status IN ('new', 'confirmed') AND b.check_out <> '')
		LIMIT $3`, ms(before), date, guestsAtOnce)
	past, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (b inn.Booking, err error) {
		return b, row.Scan(&b.ID, &b.Event)
	})
	if err != nil {
		return err
	}
	for _, was := range past {
		var erasure int64
		err := s.sweep(ctx, func(t *tx) error {
			b, found, err := t.booking(was.ID)
			if err != nil || !found || b.Event != was.Event || !b.Over(date) {
				return err // something has happened to it meanwhile
			}
			erasure, err = t.beginErasure(inn.Viewer{Name: "retention"}, []string{b.ID}, false)
			return err
		})
		if err != nil {
			return err
		}
		if erasure == 0 {
			continue
		}
		if err := s.erase(ctx, erasure); err != nil {
			return err
		}
	}
	return nil
}

// mergeStep is how many pages of the search index one transaction rewrites at the
// most.
const mergeStep = 64

// checkpointTries is how often purge tries to empty the write-ahead log beside
// readers; each try waits a moment.
const checkpointTries = 10

// purgeAfter is how long the words of guests who were past their retention may
// stay in the search index, where nobody can read them: to merge all of it for
// each would wear the disk out.
const purgeAfter = 7 * 24 * time.Hour

// purge removes what an erasure left between the rows: the words of deleted
// entries, which stay in the search index until it is merged, and the pages in the
// write-ahead log. Freed space in the file itself is overwritten at once (db.Open
// asks for that).
func (s *Store) purge(ctx context.Context, now time.Time) error {
	var since int64 // 0 for nothing to do, 1 for at once
	if err := s.read.QueryRowContext(ctx, `SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'erasing'`).Scan(&since); err != nil || since == 0 {
		return err
	}
	if since > 1 && now.Sub(fromMS(since)) < purgeAfter {
		return nil
	}
	if err := s.mergeSearch(ctx); err != nil {
		return err
	}
	for tries := 0; ; tries++ {
		if done, err := s.db.Checkpoint(ctx); err != nil {
			return err
		} else if done {
			break
		}
		if tries == checkpointTries {
			return errors.New("the write-ahead log is being read")
		}
	}
	return s.write(ctx, func(t *tx) error { return t.exec(`UPDATE meta SET value = '0' WHERE name = 'erasing'`) })
}

// mergeSearch makes one piece of the search index, in steps. The first step, with
// a negative number, says that all of it is meant; one that changes next to
// nothing was the last.
func (s *Store) mergeSearch(ctx context.Context) error {
	for pages := -mergeStep; ; pages = mergeStep {
		var before, after int64
		err := s.write(ctx, func(t *tx) error {
			if _, err := t.row(`{search work}`, nil, &before); err != nil {
				return err
			}
			if err := t.exec(`{search merge}`, pages); err != nil {
				return err
			}
			_, err := t.row(`{search work}`, nil, &after)
			return err
		})
		if err != nil || after-before < 2 {
			return err
		}
	}
}
