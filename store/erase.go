package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"baithaka/inn"
)

// eraseStep is how many events one transaction rewrites at the most, so that no
// publisher waits long behind an erasure.
const eraseStep = 200

// erasure is the forgetting of one guest: their bookings, and how they are
// recognised elsewhere.
type erasure struct {
	store    *Store
	by       inn.Viewer
	at       time.Time // the same for all of their bookings
	guest    inn.Guest
	subjects map[string]bool // of their bookings
	asked    bool            // by somebody; else the guest is past their retention, and nobody is told
	begun    bool            // something has been erased
}

// EraseGuest forgets the guest of some bookings: who they were goes from the
// rows, from the events that told of them, from the cards, from alerts and
// reports that mention them, from the search, and from between the rows of the
// file. Places in the log stay, and what was sold. Each step is a transaction of
// its own: an erasure that is interrupted has erased some, and is asked for
// again. What somebody else's bookings say is not touched.
func (s *Store) EraseGuest(ctx context.Context, by inn.Viewer, ids []string) error {
	bookings, err := s.heldBookings(ctx, by, ids)
	if err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // half an erasure helps nobody
	e, err := s.erasureOf(ctx, by, bookings)
	if err != nil {
		return err
	}
	e.asked = true
	err = e.forget(ctx, bookings)
	if e.begun {
		// Also after half of it: what has been rewritten is to be read anew.
		if toldErr := s.write(ctx, func(t *tx) error { return e.told(t, ids, err == nil) }); err == nil {
			err = toldErr
		}
	}
	if err != nil {
		return err
	}
	if err := s.settle(ctx, time.Now()); err != nil {
		// Nobody sees them any more; Forget comes back to this every hour.
		s.log.Warn("store: what was erased could not be removed from between the rows yet", "error", err)
	}
	return nil
}

// forget erases the bookings, and what mentions their guest.
func (e *erasure) forget(ctx context.Context, bookings []inn.Booking) error {
	for _, b := range bookings {
		if err := e.booking(ctx, b.ID); err != nil {
			return err
		}
	}
	if err := e.store.write(ctx, e.mentions); err != nil {
		return err
	}
	return e.log(ctx)
}

// mostErased is how many bookings one erasure takes.
const mostErased = 500

// heldBookings gives the named bookings, if the viewer sees them all.
func (s *Store) heldBookings(ctx context.Context, by inn.Viewer, ids []string) ([]inn.Booking, error) {
	if len(ids) == 0 || len(ids) > mostErased {
		return nil, inn.InvalidFields([]inn.FieldError{{Pointer: "/booking", Detail: fmt.Sprintf("choose 1 to %d bookings", mostErased)}})
	}
	bookings := make([]inn.Booking, len(ids))
	for i, id := range ids {
		var err error
		if bookings[i], err = s.Booking(ctx, by, id); err != nil {
			return nil, err
		}
	}
	return bookings, nil
}

// erasureOf begins an erasure. It gathers how the guest is recognised, from all
// that their bookings ever said.
func (s *Store) erasureOf(ctx context.Context, by inn.Viewer, bookings []inn.Booking) (*erasure, error) {
	e := &erasure{store: s, by: by, at: time.Now().UTC().Truncate(time.Millisecond), guest: inn.NewGuest(), subjects: map[string]bool{}}
	for _, b := range bookings {
		e.subjects[b.Subject()] = true
		e.guest.Note(b)
		err := s.eventsOf(ctx, b.Subject(), func(events []inn.Event) error {
			for i := range events {
				if then, err := events[i].Booking(); err == nil && events[i].Kind() == inn.BookingUpdate {
					e.guest.Note(then)
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return e, nil
}

// booking erases one booking: its events in steps, and with the last of them its
// row and card.
func (e *erasure) booking(ctx context.Context, id string) error {
	write := e.store.sweep // at leisure
	if e.asked {
		write = e.store.write
	}
	subject := inn.Booking{ID: id}.Subject()
	for after := int64(0); ; {
		done := false
		err := write(ctx, func(t *tx) error {
			if _, err := t.standing(e.by, inn.GuestErase); err != nil {
				return err
			}
			if err := e.leaves(t); err != nil {
				return err
			}
			rows, err := t.rows(`SELECT `+eventColumns+` FROM events WHERE subject = $1 AND id > $2 ORDER BY id LIMIT $3`, subject, after, eraseStep)
			events, err := scanAll(rows, err, scanEvent)
			if err != nil {
				return err
			}
			for i := range events {
				if err := e.rewrite(t, &events[i]); err != nil {
					return err
				}
				after = events[i].ID
			}
			if done = len(events) < eraseStep; !done {
				return nil
			}
			return e.row(t, id)
		})
		e.begun = e.begun || err == nil
		if err != nil || done {
			return err
		}
	}
}

// leaves notes that something will be left between the rows: to be removed at
// once when somebody asked for the erasure, else before long.
func (e *erasure) leaves(t *tx) error {
	if e.asked {
		return t.exec(`UPDATE meta SET value = '1' WHERE name = 'erasing'`)
	}
	return t.exec(`UPDATE meta SET value = $1 WHERE name = 'erasing' AND value = '0'`, strconv.FormatInt(ms(e.at), 10))
}

// row erases the row and the card of a booking, and tells of it when somebody
// asked for it: programs that keep a copy are to forget the guest too.
func (e *erasure) row(t *tx, id string) error {
	b, found, err := t.booking(id)
	if err != nil || !found || b.Erased() {
		return err
	}
	b = b.Erase(e.guest, e.at)
	if e.asked {
		b.Last, b.ChangedAt, b.Changed, b.By = inn.BookingErased, t.now, nil, e.by.Name
		told := &inn.Event{
			Topic: inn.PropertyTopic(b.Property), Type: b.Last, Subject: b.Subject(), Property: b.Property, Actor: e.by.Actor(), By: b.By,
		}
		if err := t.append(told, b); err != nil {
			return err
		}
		b.Event = told.ID
	}
	changed, err := json.Marshal(b.Changed)
	if err != nil {
		return err
	}
	if err := t.exec(`
		UPDATE bookings SET
			title = $2, customer = $3, email = '', phone = '', notes = '', changed = $4, erased_at = $5,
			last_type = $6, changed_at = $7, by_name = $8, event = $9
		WHERE id = $1`,
		b.ID, b.Title, b.Customer, string(changed), ms(b.ErasedAt), b.Last, ms(b.ChangedAt), b.By, b.Event); err != nil {
		return err
	}
	card := b.Card(&inn.Event{})
	return t.retitle(b.Subject(), card.Title, card.Body)
}

// retitle changes what a card says. The search finds it by the event that moved
// it last.
func (t *tx) retitle(subject, title, body string) error {
	return t.exec(`UPDATE notifications SET title = $2, body = $3 WHERE subject = $1`, subject, title, body)
}

// mentions takes the guest out of what the house has of alerts and properties,
// and out of their cards: few and short texts, read where nobody can change them
// meanwhile.
func (e *erasure) mentions(t *tx) error {
	for _, one := range []struct{ read, write string }{
		{`SELECT property, key, title, detail FROM alerts`, `UPDATE alerts SET title = $3, detail = $4 WHERE property = $1 AND key = $2`},
		{`SELECT slug, '', title, detail FROM properties`, `UPDATE properties SET title = $3, detail = $4 WHERE slug = $1 AND $2 = ''`},
	} {
		texts, err := t.texts(one.read)
		if err != nil {
			return err
		}
		for _, was := range texts {
			now := said{was.of, was.key, e.guest.Erase(was.title), e.guest.Erase(was.body)}
			if now != was {
				if err := t.exec(one.write, now.of, now.key, now.title, now.body); err != nil {
					return err
				}
			}
		}
	}
	cards, err := t.texts(`SELECT subject, '', title, body FROM notifications WHERE kind <> 'booking_update'`)
	if err != nil {
		return err
	}
	for _, was := range cards {
		if e.holds(was) {
			if err := t.retitle(was.of, e.guest.Erase(was.title), e.guest.Erase(was.body)); err != nil {
				return err
			}
		}
	}
	return nil
}

// said is a title and what stands below it, and whose.
type said struct{ of, key, title, body string }

func scanSaid(row interface{ Scan(...any) error }) (one said, err error) {
	err = row.Scan(&one.of, &one.key, &one.title, &one.body)
	return one, err
}

func (t *tx) texts(query string) ([]said, error) {
	rows, err := t.rows(query)
	return scanAll(rows, err, scanSaid)
}

// holds reports whether a text is of the guest's bookings, or of no booking and
// mentions the guest.
func (e *erasure) holds(one said) bool {
	return e.subjects[one.of] || !strings.HasPrefix(one.of, "booking:") && (e.guest.In(one.title) || e.guest.In(one.body))
}

// log takes the guest out of the events that are about something else and
// mention them. They are found beside the writer and read once more by it:
// somebody else may have erased another guest meanwhile, or trimmed the log.
func (e *erasure) log(ctx context.Context) error {
	return e.store.eventsBeside(ctx, func(events []inn.Event) error {
		mentioned := slices.DeleteFunc(events, func(event inn.Event) bool { _, changed := e.without(&event); return !changed })
		for step := range slices.Chunk(mentioned, eraseStep) {
			if err := e.store.write(ctx, func(t *tx) error {
				for i := range step {
					event, found, err := t.event(step[i].ID)
					if err == nil && found {
						err = e.rewrite(t, &event)
					}
					if err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

// told ends an erasure that somebody asked for: the moving end of the log and
// every open page read anew what has been rewritten, and when it is whole the
// audit says who did it. It names bookings, never a guest.
func (e *erasure) told(t *tx, ids []string, whole bool) error {
	end := &inn.Event{Topic: inn.System, Type: inn.GuestErased, Subject: "guest", Actor: e.by.Actor(), By: e.by.Name}
	if err := t.append(end, map[string]any{"bookings": ids}); err != nil || !whole {
		return err
	}
	return t.audit(e.by, inn.Act{Deed: inn.GuestForgotten, Subject: inn.Booking{ID: ids[0]}.Subject(), Detail: "bookings " + strings.Join(ids, ", ")})
}
