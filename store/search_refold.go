package store

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"baithaka/internal/inn"
)

// refoldStep is how many entries of the index one transaction makes anew at the
// most.
const refoldStep = 64

// Refold makes the entries anew that were made under another folding, the newest
// first and at leisure, until none is left or ctx ends.
func (s *Store) Refold(ctx context.Context) error {
	var left int64
	if err := s.read.QueryRowContext(ctx, refoldLeft).Scan(&left); err != nil || left == 0 {
		return err
	}
	for left > 0 {
		if err := s.sweep(ctx, func(t *tx) (err error) {
			left, err = t.refold()
			return err
		}); err != nil {
			return err
		}
	}
	return s.forgetUnfolded(ctx)
}

const refoldLeft = `SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'refold'`

// refold makes the next entries anew and returns the position below which the others
// are. It reads them where nobody can change them meanwhile: an entry must never
// be made of what has just been erased.
func (t *tx) refold() (left int64, err error) {
	if _, err := t.row(refoldLeft, nil, &left); err != nil || left == 0 {
		return 0, err
	}
	rows, err := t.rows(`SELECT `+eventColumns+` FROM events WHERE id <= $1 ORDER BY id DESC LIMIT $2`, left, refoldStep)
	events, err := scanAll(rows, err, scanEvent)
	if err != nil {
		return 0, err
	}
	if len(events) < refoldStep {
		// Bookings that the log does not reach any more: they alone tell what they are found by.
		below := left
		if len(events) > 0 {
			below = events[len(events)-1].ID - 1
		}
		rows, err := t.rows(`SELECT `+bookingColumns+` FROM bookings b JOIN properties p ON p.slug = b.property
			WHERE b.event <= $1 AND b.erased_at = 0 ORDER BY b.event DESC LIMIT $2`, below, refoldStep-len(events))
		bookings, err := scanAll(rows, err, scanBooking)
		if err != nil {
			return 0, err
		}
		for _, b := range bookings {
			e, err := lastOf(b)
			if err != nil {
				return 0, err
			}
			events = append(events, e)
		}
	}
	met, done, p := map[string]int{}, 0, newStepTimer()
	for i := range events {
		if p.over(i) {
			break
		}
		done++
		if !indexed(&events[i]) {
			continue
		}
		one := entryOf(&events[i], met)
		if err := t.exec(`{search remove}`, one.id); err != nil {
			return 0, err
		}
		if err := t.enter(&one); err != nil {
			return 0, err
		}
	}
	if left = 0; done < len(events) || done == refoldStep {
		left = events[done-1].ID - 1
	}
	for word, times := range met {
		if err := t.exec(`
			INSERT INTO event_words (word, times, last, refolded) VALUES ($1, $2, $3, 1)
			ON CONFLICT (word) DO UPDATE SET times = event_words.times + CASE WHEN event_words.refolded = 1 THEN excluded.times ELSE 0 END`, word, times, events[0].ID); err != nil {
			return 0, err
		}
	}
	return left, t.exec(`UPDATE meta SET value = $1 WHERE name = 'refold'`, strconv.FormatInt(left, 10))
}

// lastOf returns what is known of the last event of a booking by the booking.
func lastOf(b inn.Booking) (inn.Event, error) {
	data, err := json.Marshal(b)
	return inn.Event{
		ID: b.Event, At: b.ChangedAt, Topic: inn.PropertyTopic(b.Property), Type: b.Last, Subject: b.Subject(), Property: b.Property, Data: data,
	}, err
}

// forgetUnfolded removes the words that no text is taken apart into any more: they
// were of the folding before, and some are guests' names.
func (s *Store) forgetUnfolded(ctx context.Context) error {
	return byKey("", itself, func(after string) ([]string, error) {
		rows, err := s.read.QueryContext(ctx, `SELECT word FROM event_words WHERE word > $1 AND refolded = 0 ORDER BY word LIMIT $2`, after, forgetStep)
		return scanAll(rows, err, scanWord)
	}, func(some []string) error {
		stale := slices.DeleteFunc(some, func(word string) bool {
			plain := strings.TrimSuffix(word, "*")
			return slices.Contains(wordsIn(plain), plain)
		})
		if len(stale) == 0 {
			return nil
		}
		return s.sweep(ctx, func(t *tx) error {
			for _, word := range stale {
				if err := t.exec(`DELETE FROM event_words WHERE word = $1 AND refolded = 0`, word); err != nil {
					return err
				}
			}
			return nil
		})
	})
}
