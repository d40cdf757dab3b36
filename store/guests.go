package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"baithaka/internal/inn"
)

// lookPatience is for how long somebody who looks for a guest waits for another
// who does: each reads all there is.
const lookPatience = 5 * time.Second

// searchAlone waits until nobody else looks for a guest in all there is; done is called
// in the end.
func (s *Store) searchAlone(ctx context.Context) (done func(), err error) {
	patience := time.NewTimer(lookPatience)
	defer patience.Stop()
	select {
	case s.looking <- struct{}{}:
		return func() { <-s.looking }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-patience.C:
		return nil, &inn.Error{Code: inn.Unavailable, Text: "Somebody else is looking for a guest just now; try again in a moment.", RetryAfter: lookPatience}
	}
}

// FindGuests returns the bookings of guests that somebody means by some words: a
// booking's number, an e-mail address, a phone number, or a name. The last made
// comes first; there are at most limit.
func (s *Store) FindGuests(ctx context.Context, by inn.Viewer, words string, limit int) ([]inn.Booking, error) {
	return s.guestsWhere(ctx, by, limit, inn.Asked(words))
}

// Likeness is a booking that seems to be of the same guest as another.
type Likeness struct {
	Booking inn.Booking
	By      string // "name", "e-mail" or "phone"
	Sure    bool   // the name and a way to reach them are the same
}

// SameGuest returns a booking that the viewer may see and those that seem to be of
// the same guest, the surest first.
func (s *Store) SameGuest(ctx context.Context, by inn.Viewer, id string) (inn.Booking, []Likeness, error) {
	b, err := s.Booking(ctx, by, id)
	if err != nil {
		return b, nil, err
	}
	like := inn.LikenessTo(b)
	found, err := s.guestsWhere(ctx, by, mostErased, func(other inn.Booking) bool {
		by, _ := like(other)
		return by != "" && other.ID != b.ID
	})
	others := make([]Likeness, len(found))
	for i, other := range found {
		others[i].Booking = other
		others[i].By, others[i].Sure = like(other)
	}
	slices.SortStableFunc(others, func(a, b Likeness) int {
		switch {
		case a.Sure == b.Sure:
			return 0
		case a.Sure:
			return -1
		}
		return 1
	})
	return b, others, err
}

// guestsWhere returns the bookings whose guest is known and meant. They are chosen
// here and not in SQL, whose idea of letters ends with Z.
func (s *Store) guestsWhere(ctx context.Context, by inn.Viewer, limit int, meant func(inn.Booking) bool) ([]inn.Booking, error) {
	done, err := s.searchAlone(ctx)
	if err != nil {
		return nil, err
	}
	ids, err := s.idsWhere(ctx, by, limit, meant)
	done()
	if err != nil {
		return nil, err
	}
	found, err := s.BookingsNamed(ctx, ids)
	slices.SortFunc(found, func(a, b inn.Booking) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return found, err
}

// idsWhere has closed its rows when it returns: who asks again while they are open
// takes a second connection.
func (s *Store) idsWhere(ctx context.Context, by inn.Viewer, limit int, meant func(inn.Booking) bool) (ids []string, err error) {
	where, args := visible(by, inn.GuestExport, "b.property", nil)
	rows, err := s.read.QueryContext(ctx, `
		SELECT b.id, b.customer, b.email, b.phone FROM bookings b
		WHERE b.erased_at = 0 AND `+where+`
		ORDER BY b.booked_at DESC, b.id`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() && len(ids) < limit {
		var b inn.Booking
		if err := rows.Scan(&b.ID, &b.Customer, &b.Email, &b.Phone); err != nil {
			return nil, err
		}
		if meant(b) {
			ids = append(ids, b.ID)
		}
	}
	return ids, rows.Err()
}

// recogniseGuest gathers how the guest of some bookings is recognised, for who only looks.
func (s *Store) recogniseGuest(ctx context.Context, ids []string) (*erasure, error) {
	e := &erasure{store: s, ids: ids, guest: inn.NewGuest(), subjects: map[string]bool{}}
	for _, id := range ids {
		e.subjects[inn.Booking{ID: id}.Subject()] = true
	}
	return e, s.learn(ctx, ids, e.guest, func([]inn.Recogniser) error { return ctx.Err() })
}

// GuestRecords returns everything that is held about the guest of some bookings: the
// bookings, what happened to them, their cards, and the alerts, properties and
// reports that mention the guest. Nothing of other guests' bookings is in it.
func (s *Store) GuestRecords(ctx context.Context, by inn.Viewer, ids []string) ([]inn.GuestRecord, error) {
	bookings, err := s.guestBookings(ctx, by, ids)
	if err != nil {
		return nil, err
	}
	done, err := s.searchAlone(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	e, err := s.recogniseGuest(ctx, ids)
	if err != nil {
		return nil, err
	}
	var all []inn.GuestRecord
	add := func(kind, about string, as inn.Type, at time.Time, noun any) error {
		data, err := json.Marshal(noun)
		all = append(all, inn.GuestRecord{Kind: kind, About: about, Type: as, At: at.UTC(), Data: data})
		return err
	}
	for _, b := range bookings {
		if err := add("booking", b.Subject(), b.Last, b.ChangedAt, b); err != nil {
			return nil, err
		}
		err := s.eventsOf(ctx, b.Subject(), func(events []inn.Event) error {
			for _, event := range events {
				all = append(all, inn.GuestRecord{Kind: "event", About: event.Subject, Type: event.Type, At: event.At, Data: event.Data})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		rows, err := s.read.QueryContext(ctx, `SELECT subject, '', title, body, '' FROM notifications WHERE subject = $1`, b.Subject())
		cards, err := scanAll(rows, err, scanTextRow)
		for _, card := range cards {
			if err == nil {
				err = add("notification", card.of, "", time.Time{}, card.asRecord())
			}
		}
		if err != nil {
			return nil, err
		}
	}
	for _, of := range textTables {
		err := s.textRows(ctx, of, func(some []textRow) error {
			for _, one := range some {
				if _, mentioned := e.mentions(one); mentioned {
					if err := add(of.kind, of.about(one), "", time.Time{}, one.asRecord()); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	err = s.eventsBeside(ctx, func(events []inn.Event) error {
		for _, event := range events {
			if _, mentioned := e.without(&event); mentioned {
				all = append(all, inn.GuestRecord{Kind: "event", About: event.Subject, Type: event.Type, At: event.At, Data: event.Data})
			}
		}
		return nil
	})
	return all, err
}

func (one textRow) asRecord() map[string]string {
	records := map[string]string{"title": one.title, "body": one.body}
	if one.status != "" {
		records["status"] = one.status
	}
	return records
}

// eventsOf hands on the events about a subject, the oldest first and in steps,
// whoever may see them.
func (s *Store) eventsOf(ctx context.Context, subject string, do func([]inn.Event) error) error {
	return s.eventsFrom(ctx, subject, subject, do)
}

// eventsBeside hands on, in steps, the events that are about something else than
// bookings and may mention a guest: of alerts, properties, reports and people.
// There are few of them beside the bookings and figures, which are not read.
func (s *Store) eventsBeside(ctx context.Context, do func([]inn.Event) error) error {
	for _, about := range []string{"alert", "property", "report", "user"} {
		if err := s.eventsFrom(ctx, about+":", about+";", do); err != nil {
			return err
		}
	}
	return nil
}

// eventsFrom hands on the events whose subjects stand between two texts, both
// included.
func (s *Store) eventsFrom(ctx context.Context, from, to string, do func([]inn.Event) error) error {
	for after := int64(0); ; {
		rows, err := s.read.QueryContext(ctx, `
			SELECT `+eventColumns+` FROM events
			WHERE (subject, id) > ($1, $2) AND subject <= $3
			ORDER BY subject, id LIMIT $4`, from, after, to, historyStep)
		events, err := scanAll(rows, err, scanEvent)
		if err != nil {
			return err
		}
		more := len(events) == historyStep
		if more {
			from, after = events[len(events)-1].Subject, events[len(events)-1].ID
		}
		if err := do(events); err != nil || !more {
			return err
		}
	}
}

// eventsAll hands on the whole log, the oldest first and in steps, up to the head
// that it has in the end.
func (s *Store) eventsAll(ctx context.Context, do func([]inn.Event) error) error {
	return byKey(0, func(e inn.Event) int64 { return e.ID }, func(after int64) ([]inn.Event, error) {
		rows, err := s.read.QueryContext(ctx, `SELECT `+eventColumns+` FROM events WHERE id > $1 ORDER BY id LIMIT $2`, after, historyStep)
		return scanAll(rows, err, scanEvent)
	}, do)
}
