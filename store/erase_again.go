package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"baithaka/db"
	"baithaka/internal/inn"
)

// Again says who of the guests in a restored backup had been erased meanwhile.
type Again struct {
	Known    bool // there was a database that could tell
	Guests   int  // erased once more; each is what was erased together
	Bookings int
}

// erasedThere are the bookings whose guests were erased in a database, in the
// groups in which that was asked for; known is false when it cannot be read.
type erasedThere struct {
	groups [][]string
	known  bool
}

// erasedIn reads from the database in dir who was erased there because somebody
// asked for it; who was past their retention is found again by it. What cannot be
// read says nothing: a restore is what helps then.
func erasedIn(ctx context.Context, dir string) (there erasedThere) {
	pool, err := db.Look(ctx, db.File(dir))
	if err != nil {
		return there
	}
	defer pool.Close()
	if have, known, err := db.Version(ctx, pool); err != nil || have == 0 || have > known {
		return there
	}
	if there.groups, err = erasedTogether(ctx, pool); err != nil {
		return erasedThere{}
	}
	there.known = true
	return there
}

func erasedTogether(ctx context.Context, pool *sql.DB) (groups [][]string, err error) {
	rows, err := pool.QueryContext(ctx, `SELECT data FROM events WHERE type = $1 ORDER BY id`, inn.GuestErased)
	together, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (ids []string, err error) {
		var data []byte
		var erased struct{ Bookings []string }
		if err = row.Scan(&data); err == nil {
			err = json.Unmarshal(data, &erased)
		}
		return erased.Bookings, err
	})
	if err != nil {
		return nil, err
	}
	// That event is kept for a shorter time than those of the bookings.
	rows, err = pool.QueryContext(ctx, `SELECT DISTINCT subject FROM events WHERE type = $1 ORDER BY subject`, inn.BookingErased)
	alone, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (id string, err error) {
		err = row.Scan(&id)
		return id[min(len("booking:"), len(id)):], err
	})
	if err != nil {
		return nil, err
	}
	grouped := map[string]bool{}
	for _, ids := range together {
		for _, id := range ids {
			grouped[id] = true
		}
	}
	for _, id := range alone {
		if !grouped[id] {
			together = append(together, []string{id})
		}
	}
	return together, nil
}

// eraseAgain erases from a restored database who had been erased from the one
// that was there.
func (s *Store) eraseAgain(ctx context.Context, by inn.Viewer, there erasedThere) (again Again, err error) {
	again.Known = there.known
	for _, group := range there.groups {
		for part := range slices.Chunk(group, mostErased) {
			here, err := s.BookingsNamed(ctx, part)
			if err != nil {
				return again, err
			}
			here = slices.DeleteFunc(here, inn.Booking.Erased)
			if len(here) == 0 {
				continue
			}
			if err := s.eraseThese(ctx, by, here); err != nil {
				return again, err
			}
			again.Guests++
			again.Bookings += len(here)
		}
	}
	return again, nil
}

// eraseThese is EraseGuest for who acts through the command line, and may.
func (s *Store) eraseThese(ctx context.Context, by inn.Viewer, bookings []inn.Booking) error {
	ids := make([]string, len(bookings))
	for i, b := range bookings {
		ids[i] = b.ID
	}
	var erasure int64
	err := s.write(ctx, func(t *tx) (err error) {
		if erasure, err = t.beginErasure(by, ids, true); err != nil {
			return err
		}
		return t.audit(by, inn.Act{Action: inn.GuestForgetting, Subject: bookings[0].Subject(), Detail: namingBookings(ids)})
	})
	if err != nil {
		return err
	}
	return s.erase(ctx, erasure)
}
