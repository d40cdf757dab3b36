package store

import (
	"context"
	"encoding/json"

	"baithaka/internal/inn"
)

// said is what a row says in words, and which row.
type textRow struct{ of, key, title, body, status string }

func scanTextRow(row interface{ Scan(...any) error }) (one textRow, err error) {
	err = row.Scan(&one.of, &one.key, &one.title, &one.body, &one.status)
	return one, err
}

// saying is a table of the house whose rows say something in words and are of no
// booking: how the next of them are read, one again, and how it is changed.
type textTable struct {
	kind             string // as inn.GuestRecord calls it
	next, one, write string
	about            func(textRow) string
}

var textTables = []textTable{
	{
		kind:  "alert",
		next:  `SELECT property, key, title, detail, reason FROM alerts WHERE (property, key) > ($1, $2) ORDER BY property, key LIMIT $3`,
		one:   `SELECT property, key, title, detail, reason FROM alerts WHERE property = $1 AND key = $2`,
		write: `UPDATE alerts SET title = $3, detail = $4, reason = $5 WHERE property = $1 AND key = $2`,
		about: func(one textRow) string { return "alert:" + one.of + ":" + one.key },
	},
	{
		kind:  "property",
		next:  `SELECT slug, '', title, detail, status FROM properties WHERE slug > $1 AND $2 = '' ORDER BY slug LIMIT $3`,
		one:   `SELECT slug, '', title, detail, status FROM properties WHERE slug = $1 AND $2 = ''`,
		write: `UPDATE properties SET title = $3, detail = $4, status = $5 WHERE slug = $1 AND $2 = ''`,
		about: func(one textRow) string { return "property:" + one.of },
	},
	{
		kind:  "unit",
		next:  `SELECT property, slug, note, '', '' FROM units WHERE (property, slug) > ($1, $2) ORDER BY property, slug LIMIT $3`,
		one:   `SELECT property, slug, note, '', '' FROM units WHERE property = $1 AND slug = $2`,
		write: `UPDATE units SET note = $3 WHERE property = $1 AND slug = $2 AND $4 = '' AND $5 = ''`,
		about: func(one textRow) string { return "unit:" + one.of + ":" + one.key },
	},
	{
		kind:  "block",
		next:  `SELECT id, '', title, '', '' FROM blocks WHERE id > $1 AND $2 = '' ORDER BY id LIMIT $3`,
		one:   `SELECT id, '', title, '', '' FROM blocks WHERE id = $1 AND $2 = ''`,
		write: `UPDATE blocks SET title = $3 WHERE id = $1 AND $2 = '' AND $4 = '' AND $5 = ''`,
		about: func(one textRow) string { return "block:" + one.of },
	},
	{
		kind:  "notification",
		next:  `SELECT subject, '', title, body, reason FROM notifications WHERE kind <> 'booking_update' AND subject > $1 AND $2 = '' ORDER BY subject LIMIT $3`,
		one:   `SELECT subject, '', title, body, reason FROM notifications WHERE subject = $1 AND $2 = ''`,
		write: `UPDATE notifications SET title = $3, body = $4, reason = $5 WHERE subject = $1 AND $2 = ''`,
		about: func(one textRow) string { return one.of },
	},
}

// sayings hands on, in steps, what a table says.
func (s *Store) textRows(ctx context.Context, of textTable, do func([]textRow) error) error {
	return byKey(textRow{}, itself, func(last textRow) ([]textRow, error) {
		rows, err := s.read.QueryContext(ctx, of.next, last.of, last.key, historyStep)
		return scanAll(rows, err, scanTextRow)
	}, do)
}

// mentions returns a row's words without the guest; changed is false when they are
// not in them.
func (e *erasure) mentions(was textRow) (now textRow, changed bool) {
	now = was
	now.title, now.body, now.status = e.guest.Erase(was.title), e.guest.Erase(was.body), e.guest.Erase(was.status)
	return now, now != was
}

// texts takes the guest out of what the house has of alerts and properties, and
// out of their cards.
func (e *erasure) texts(ctx context.Context) error {
	for _, of := range textTables {
		err := e.store.textRows(ctx, of, func(some []textRow) error {
			var mentioned []textRow
			for _, one := range some {
				if _, changed := e.mentions(one); changed {
					mentioned = append(mentioned, one)
				}
			}
			return steps(ctx, e, mentioned, func(t *tx, one textRow) error {
				rows, err := t.rows(of.one, one.of, one.key) // it may have changed meanwhile
				again, err := scanAll(rows, err, scanTextRow)
				for _, one := range again {
					if now, changed := e.mentions(one); changed && err == nil {
						err = t.exec(of.write, now.of, now.key, now.title, now.body, now.status)
					}
				}
				return err
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// others takes the guest out of what the bookings of others say in their titles
// and notes.
func (e *erasure) others(ctx context.Context) error {
	return byKey("", func(b inn.Booking) string { return b.ID }, func(last string) ([]inn.Booking, error) {
		rows, err := e.store.read.QueryContext(ctx, `SELECT `+bookingColumns+bookingsFrom+`WHERE b.id > $1 ORDER BY b.id LIMIT $2`, last, historyStep)
		return scanAll(rows, err, scanBooking)
	}, func(some []inn.Booking) error {
		var mentioned []string
		for _, b := range some {
			if _, changed := e.other(b); changed {
				mentioned = append(mentioned, b.ID)
			}
		}
		return steps(ctx, e, mentioned, func(t *tx, id string) error {
			b, found, err := t.booking(id)
			if err != nil || !found {
				return err
			}
			now, changed := e.other(b)
			if !changed {
				return nil
			}
			return e.saveOther(t, b, now)
		})
	})
}

func (e *erasure) other(b inn.Booking) (now inn.Booking, changed bool) {
	if e.subjects[b.Subject()] {
		return b, false
	}
	now = b.Mention(e.guest)
	changed = now.Title != b.Title || now.Source != b.Source || now.ExternalID != b.ExternalID || now.Notes != b.Notes ||
		now.Place != b.Place || now.ToPlace != b.ToPlace || now.Reason != b.Reason
	for i := range b.Changed {
		changed = changed || now.Changed[i] != b.Changed[i]
	}
	return now, changed
}

func (e *erasure) saveOther(t *tx, was, b inn.Booking) error {
	changed, err := json.Marshal(b.Changed)
	if err != nil {
		return err
	}
	if err := t.exec(`
		UPDATE bookings SET
			title = $2, source = $3, external_id = $4, notes = $5, changed = $6, place = $7, to_place = $8, reason = $9
		WHERE id = $1`,
		b.ID, b.Title, b.Source, b.ExternalID, b.Notes, string(changed), b.Place, b.ToPlace, b.Reason); err != nil {
		return err
	}
	if was.Title == b.Title {
		return nil
	}
	card := b.Card(&inn.Event{})
	if err := t.retitle(b.Subject(), card.Title, card.Body); err != nil {
		return err
	}
	return e.reenter(t, was, b)
}

// reenter brings the index up to date with a booking whose last event the log does
// not hold any more: the booking alone tells what it is found by.
func (e *erasure) reenter(t *tx, was, b inn.Booking) error {
	var trimmed int64
	if _, err := t.row(`SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'trimmed'`, nil, &trimmed); err != nil || b.Event > trimmed {
		return err
	}
	before, err := lastOf(was)
	if err != nil {
		return err
	}
	now, err := lastOf(b)
	if err != nil {
		return err
	}
	gone, err := t.reindex(&now, words(&before))
	if err != nil {
		return err
	}
	return e.left(t, gone)
}
