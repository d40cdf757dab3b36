package store

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"baithaka/internal/inn"
)

// Erasure is how far the forgetting of a guest has come.
type Erasure struct {
	ID       int64
	BegunAt  time.Time
	DoneAt   time.Time // zero while it is under way
	By       string    // who asked for it
	Bookings []string  // their ids
}

const erasureColumns = `id, begun_at, done_at, by_name, bookings`

func scanErasure(row interface{ Scan(...any) error }) (e Erasure, err error) {
	var begun, done int64
	var ids string
	if err := row.Scan(&e.ID, &begun, &done, &e.By, &ids); err != nil {
		return e, err
	}
	e.BegunAt, e.DoneAt = fromMS(begun), fromMS(done)
	return e, json.Unmarshal([]byte(ids), &e.Bookings)
}

// mostErasures is how many erasures a page lists.
const mostErasures = 20

// Erasures returns the erasures that somebody asked for and that are under way, the
// oldest first.
func (s *Store) Erasures(ctx context.Context) ([]Erasure, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+erasureColumns+` FROM erasures WHERE done_at = 0 AND asked = 1 ORDER BY id LIMIT $1`, mostErasures)
	return scanAll(rows, err, scanErasure)
}

// Erasure returns one erasure.
func (s *Store) Erasure(ctx context.Context, id int64) (Erasure, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+erasureColumns+` FROM erasures WHERE id = $1`, id)
	all, err := scanAll(rows, err, scanErasure)
	if err == nil && len(all) == 0 {
		err = inn.NoSuch("erasure")
	}
	if err != nil {
		return Erasure{}, err
	}
	return all[0], nil
}

// ErasureDone waits until an erasure is done, or ctx ends, and returns how far it has
// come.
func (s *Store) ErasureDone(ctx context.Context, id int64) (Erasure, error) {
	for {
		appended := s.Appended() // before looking: an end in between must find it closed
		e, err := s.Erasure(context.WithoutCancel(ctx), id)
		if err != nil || !e.DoneAt.IsZero() {
			return e, err
		}
		select {
		case <-appended:
		case <-ctx.Done():
			return e, nil
		}
	}
}

// beginErasure puts an erasure on the list.
func (t *tx) beginErasure(by inn.Viewer, ids []string, asked bool) (id int64, err error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return 0, err
	}
	_, err = t.row(`
		INSERT INTO erasures (begun_at, asked, person, by_name, address, bookings) VALUES ($1, $2, $3, $4, $5, $6)
		RETURNING id`, []any{ms(t.now), oneIf(asked), by.UserID, by.Name, by.Address, string(list)}, &id)
	return id, err
}

// recognise keeps what a guest is recognised by until their erasure is done.
func (t *tx) recognise(erasure int64, r inn.Recogniser) error {
	return t.exec(`INSERT INTO erasure_recognisers (erasure, kind, value) VALUES ($1, $2, $3) ON CONFLICT (erasure, kind, value) DO NOTHING`, erasure, r.Kind, r.Value)
}

// byWord is the kind of what is no recogniser: a word that has left an entry of the
// search index, and may have left the index.
const byWord = "word"

// underWay returns an erasure with all that has been gathered for it; nil when it is
// done.
func (s *Store) underWay(ctx context.Context, id int64) (*erasure, error) {
	e := &erasure{store: s, id: id, guest: inn.NewGuest(), subjects: map[string]bool{}}
	var begun int64
	var list string
	rows, err := s.read.QueryContext(ctx, `SELECT begun_at, asked = 1, person, by_name, address, bookings FROM erasures WHERE id = $1 AND done_at = 0`, id)
	found, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (bool, error) {
		return true, row.Scan(&begun, &e.asked, &e.by.UserID, &e.by.Name, &e.by.Address, &list)
	})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	e.at = fromMS(begun)
	if err := json.Unmarshal([]byte(list), &e.ids); err != nil {
		return nil, err
	}
	for _, id := range e.ids {
		e.subjects[inn.Booking{ID: id}.Subject()] = true
	}
	rows, err = s.read.QueryContext(ctx, `SELECT kind, value FROM erasure_recognisers WHERE erasure = $1 AND kind <> $2`, id, byWord)
	known, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (r inn.Recogniser, err error) {
		return r, row.Scan(&r.Kind, &r.Value)
	})
	for _, r := range known {
		e.guest.Know(r)
	}
	return e, err
}

// gather finds out how the guest is recognised, from all that their bookings ever
// said, and keeps it before the first word of that is taken out.
func (e *erasure) gather(ctx context.Context) error {
	var gathered bool
	if err := e.store.read.QueryRowContext(ctx, `SELECT gathered = 1 FROM erasures WHERE id = $1`, e.id).Scan(&gathered); err != nil || gathered {
		return err
	}
	keep := func(learned []inn.Recogniser) error {
		return steps(ctx, e, learned, func(t *tx, r inn.Recogniser) error { return t.recognise(e.id, r) })
	}
	if err := e.store.learn(ctx, e.ids, e.guest, keep); err != nil {
		return err
	}
	return e.write(ctx, func(t *tx) error { return t.exec(`UPDATE erasures SET gathered = 1 WHERE id = $1`, e.id) })
}

// learn tells a guest all that is known of them by some bookings, and hands on what
// is new of it, step by step.
func (s *Store) learn(ctx context.Context, ids []string, guest *inn.Guest, learned func([]inn.Recogniser) error) error {
	bookings, err := s.BookingsNamed(ctx, ids)
	if err != nil {
		return err
	}
	for _, b := range bookings {
		if err := learned(guest.Note(b)); err != nil {
			return err
		}
		err := s.eventsOf(ctx, b.Subject(), func(events []inn.Event) error {
			var some []inn.Recogniser
			for i := range events {
				if then, err := events[i].Booking(); err == nil && events[i].Kind() == inn.BookingUpdate {
					some = append(some, guest.Note(then)...)
				}
			}
			return learned(some)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// learn keeps what a booking says of the guest that nothing said before: it was
// changed since all was gathered.
func (e *erasure) learn(t *tx, b inn.Booking) error {
	for _, r := range e.guest.Note(b) {
		if err := t.recognise(e.id, r); err != nil {
			return err
		}
	}
	return nil
}

// words takes the words out of the index's list that no event holds any more.
func (e *erasure) words(ctx context.Context) error {
	return byKey("", itself, func(after string) ([]string, error) {
		rows, err := e.store.read.QueryContext(ctx, `
			SELECT value FROM erasure_recognisers WHERE erasure = $1 AND kind = $2 AND value > $3 ORDER BY value LIMIT $4`, e.id, byWord, after, forgetStep)
		return scanAll(rows, err, scanWord)
	}, func(some []string) error {
		return steps(ctx, e, some, func(t *tx, word string) error {
			column, plain := "words", word
			if begins, is := strings.CutSuffix(word, "*"); is {
				column, plain = "starts", begins
			}
			return t.exec(`DELETE FROM event_words WHERE word = $1
				AND NOT {search has $2}`, word, e.store.db.Term(column, plain))
		})
	})
}

// end forgets what the guest was recognised by, and says that they are erased: here
// and in the audit. Of a guest who was past their retention nobody is told.
func (e *erasure) end(ctx context.Context) error {
	for more := true; more; {
		err := e.write(ctx, func(t *tx) error {
			result, err := t.execResult(`DELETE FROM erasure_recognisers WHERE (erasure, kind, value) IN (
				SELECT erasure, kind, value FROM erasure_recognisers WHERE erasure = $1 LIMIT $2)`, e.id, forgetStep)
			if err != nil {
				return err
			}
			n, err := result.RowsAffected()
			if more = n == forgetStep; err != nil || more {
				return err
			}
			if !e.asked {
				return t.exec(`DELETE FROM erasures WHERE id = $1`, e.id)
			}
			if err := t.exec(`UPDATE erasures SET done_at = $2 WHERE id = $1`, e.id, ms(t.now)); err != nil {
				return err
			}
			if err := e.told(t); err != nil {
				return err
			}
			return t.audit(e.by, inn.Act{Action: inn.GuestForgotten, Subject: inn.Booking{ID: e.ids[0]}.Subject(), Detail: namingBookings(e.ids)})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func scanID(row interface{ Scan(...any) error }) (id int64, err error) { return id, row.Scan(&id) }
