package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"baithaka/internal/inn"
)

// eraseStep is how many rows one transaction of an erasure rewrites at the most,
// and eraseTime after how long it leaves the rest to the next, so that no publisher
// waits long behind an erasure.
const (
	eraseStep = 100
	eraseTime = 4 * time.Millisecond
)

// tellAfter is when an erasure that goes on for long tells, before its end, that the
// guest's bookings are to be read anew.
const tellAfter = 2 * time.Second

// erasure is the forgetting of one guest: their bookings, and how they are
// recognised elsewhere.
type erasure struct {
	store    *Store
	id       int64
	by       inn.Viewer
	at       time.Time // the same for all of their bookings
	ids      []string  // of their bookings
	guest    *inn.Guest
	subjects map[string]bool // of their bookings
	asked    bool            // by somebody; else the guest is past their retention, and nobody is told
	began    time.Time       // this time
	halfway  bool            // it was told that some of it is done
}

// BeginErasure begins to forget the guest of some bookings, for good: from here on
// nothing but Erase is needed, and whatever stops that, it goes on. ticked are
// names that may as well be words of the language and that go from the texts of
// others all the same: somebody has looked at these.
func (s *Store) BeginErasure(ctx context.Context, by inn.Viewer, ids, ticked []string) (id int64, err error) {
	if _, err := s.guestBookings(ctx, by, ids); err != nil {
		return 0, err
	}
	err = s.write(ctx, func(t *tx) error {
		now, err := t.authorize(by, inn.GuestErase)
		if err != nil {
			return err
		}
		if id, err = t.beginErasure(now, ids, true); err != nil {
			return err
		}
		for _, name := range ticked {
			if err := t.recognise(id, inn.Recogniser{Kind: inn.ByTicked, Value: inn.CleanText(name, false)}); err != nil {
				return err
			}
		}
		return t.audit(now, inn.Act{Action: inn.GuestForgetting, Subject: inn.Booking{ID: ids[0]}.Subject(), Detail: namingBookings(ids)})
	})
	return id, err
}

// namingBookings is what the audit says of an erasure: it names bookings, never a
// guest.
func namingBookings(ids []string) string { return "bookings " + strings.Join(ids, ", ") }

// EraseGuest forgets the guest of some bookings: who they were goes from the
// rows, from the events that told of them, from the cards, from whatever else
// mentions them, from the search, and from between the rows of the file. Places in
// the log stay, and what was sold.
func (s *Store) EraseGuest(ctx context.Context, by inn.Viewer, ids []string, ticked ...string) error {
	id, err := s.BeginErasure(ctx, by, ids, ticked)
	if err != nil {
		return err
	}
	return s.erase(ctx, id)
}

// Erase goes on with the erasures that are under way, until ctx ends. It returns
// the first error: what failed is tried again the next time.
func (s *Store) Erase(ctx context.Context) error {
	rows, err := s.read.QueryContext(ctx, `SELECT id FROM erasures WHERE done_at = 0 ORDER BY id`)
	ids, err := scanAll(rows, err, scanID)
	if err != nil || len(ids) == 0 {
		return err
	}
	var first error
	for _, id := range ids {
		if err := s.erase(ctx, id); err != nil && first == nil {
			first = err // one that cannot be done just now holds up no other
		}
	}
	return first
}

// erase does what is left of one erasure. There is one at a time: two that meet in
// a text would each bring back whom the other has taken out.
func (s *Store) erase(ctx context.Context, id int64) error {
	s.erasing.Lock()
	defer s.erasing.Unlock()
	e, err := s.underWay(ctx, id)
	if err != nil || e == nil {
		return err
	}
	if err := e.forget(ctx); err != nil {
		if e.asked && ctx.Err() == nil {
			// Also after half of it: what has been rewritten is to be read anew.
			_ = s.write(ctx, e.told)
		}
		return err
	}
	if !e.asked {
		return nil // Forget settles in the end
	}
	if err := s.purge(ctx, time.Now()); err != nil {
		// Nobody sees them any more; Forget comes back to this every hour.
		s.log.Warn("store: what was erased could not be removed from between the rows yet", "error", err)
	}
	return nil
}

// forget does all of it, in an order in which each text is judged by everything
// that is known of the guest, and no row is left that an event to come could copy.
// Whatever of it was done before is found done.
func (e *erasure) forget(ctx context.Context) error {
	e.began = time.Now()
	if err := e.gather(ctx); err != nil {
		return err
	}
	for _, id := range e.ids {
		if err := e.booking(ctx, id); err != nil {
			return err
		}
	}
	if e.asked {
		if err := e.texts(ctx); err != nil {
			return err
		}
		if err := e.others(ctx); err != nil {
			return err
		}
		if err := e.log(ctx); err != nil {
			return err
		}
	}
	if err := e.words(ctx); err != nil {
		return err
	}
	return e.end(ctx)
}

// mostErased is how many bookings one erasure takes.
const mostErased = 500

// guestBookings returns the named bookings, if the viewer sees them all.
func (s *Store) guestBookings(ctx context.Context, by inn.Viewer, ids []string) ([]inn.Booking, error) {
	if len(ids) == 0 || len(ids) > mostErased {
		return nil, inn.InvalidFields([]inn.FieldError{{Field: "booking", Detail: fmt.Sprintf("choose 1 to %d bookings", mostErased)}})
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

// write runs one step: at leisure when nobody waits for it.
func (e *erasure) write(ctx context.Context, step func(*tx) error) error {
	if e.asked {
		return e.store.write(ctx, step)
	}
	return e.store.sweep(ctx, step)
}

// stepTimer says when a step has taken long enough.
type stepTimer struct{ began time.Time }

func newStepTimer() stepTimer { return stepTimer{time.Now()} }

// over is for the rows behind the first: each step does something.
func (p stepTimer) over(done int) bool { return done > 0 && time.Since(p.began) > eraseTime }

// booking erases one booking: its events in steps, and with the last of them its
// row and card.
func (e *erasure) booking(ctx context.Context, id string) error {
	subject := inn.Booking{ID: id}.Subject()
	for after := int64(0); ; {
		reached, done := after, false
		err := e.write(ctx, func(t *tx) error {
			if err := e.leaves(t); err != nil {
				return err
			}
			rows, err := t.rows(`SELECT `+eventColumns+` FROM events WHERE subject = $1 AND id > $2 ORDER BY id LIMIT $3`, subject, after, eraseStep)
			events, err := scanAll(rows, err, scanEvent)
			if err != nil {
				return err
			}
			p := newStepTimer()
			for i := range events {
				if p.over(i) {
					return nil
				}
				if err := e.rewrite(t, &events[i]); err != nil {
					return err
				}
				reached = events[i].ID
			}
			if done = len(events) < eraseStep; !done {
				return nil
			}
			return e.row(t, id)
		})
		if after = reached; err != nil || done {
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
	if err := e.learn(t, b); err != nil {
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
			title = $2, customer = $3, email = '', phone = '', notes = '', reason = '', place = '', to_place = '', changed = $4, erased_at = $5,
			last_type = $6, changed_at = $7, by_name = $8, event = $9, source = $10, external_id = $11
		WHERE id = $1`,
		b.ID, b.Title, b.Customer, string(changed), ms(b.ErasedAt), b.Last, ms(b.ChangedAt), b.By, b.Event, b.Source, b.ExternalID); err != nil {
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

// log takes the guest out of the events that are about something else and
// mention them. They are found beside the writer and read once more by it:
// somebody may have trimmed the log meanwhile.
func (e *erasure) log(ctx context.Context) error {
	return e.store.eventsAll(ctx, func(events []inn.Event) error {
		if !e.halfway && time.Since(e.began) > tellAfter {
			e.halfway = true
			if err := e.write(ctx, e.told); err != nil {
				return err
			}
		}
		mentioned := slices.DeleteFunc(events, func(event inn.Event) bool { _, changed := e.without(&event); return !changed })
		return steps(ctx, e, mentioned, func(t *tx, one inn.Event) error {
			event, found, err := t.event(one.ID)
			if err != nil || !found {
				return err
			}
			return e.rewrite(t, &event)
		})
	})
}

// steps does something to each of some rows, in transactions of bounded length.
func steps[T any](ctx context.Context, e *erasure, all []T, do func(*tx, T) error) error {
	for len(all) > 0 {
		done := 0
		err := e.write(ctx, func(t *tx) error {
			done = 0
			p := newStepTimer()
			for _, one := range all[:min(len(all), eraseStep)] {
				if p.over(done) {
					return nil
				}
				if err := do(t, one); err != nil {
					return err
				}
				done++
			}
			return nil
		})
		if err != nil {
			return err
		}
		all = all[done:]
	}
	return nil
}

// told makes the moving end of the log and every open page read anew what has been
// rewritten.
func (e *erasure) told(t *tx) error {
	end := &inn.Event{Topic: inn.System, Type: inn.GuestErased, Subject: "guest", Actor: e.by.Actor(), By: e.by.Name}
	return t.append(end, map[string]any{"bookings": e.ids})
}
