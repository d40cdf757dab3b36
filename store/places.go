package store

import (
	"context"
	"time"
)

// placeKept is for how long a place counts as known without a sign-in from it.
const placeKept = 90 * 24 * time.Hour

// Places are from where somebody asks to be let in: the device, told by the hash
// of a cookie that stays on it, and the address, or the network it stands for.
// Either may be "".
type Places struct{ Device, Address string }

const (
	placeDevice  = "device:"
	placeAddress = "address:"
)

// Known gives those of the places from which the person with that e-mail has
// signed in before; none for an e-mail that is nobody's.
func (s *Store) Known(ctx context.Context, email string, at Places) (known Places, err error) {
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT place
		FROM places
		WHERE user = (SELECT id FROM users WHERE email = $1) AND place IN ($2, $3) AND seen > $4`,
		email, placeDevice+at.Device, placeAddress+at.Address, ms(time.Now().Add(-placeKept)))
	all, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (place string, err error) {
		return place, row.Scan(&place)
	})
	for _, place := range all {
		switch place {
		case placeDevice + at.Device:
			known.Device = at.Device
		case placeAddress + at.Address:
			known.Address = at.Address
		}
	}
	return known, err
}

// NotePlaces keeps from where a person has signed in.
func (s *Store) NotePlaces(ctx context.Context, user int64, at Places) error {
	return s.write(ctx, func(t *tx) error {
		for prefix, place := range map[string]string{placeDevice: at.Device, placeAddress: at.Address} {
			if place == "" {
				continue
			}
			if err := t.exec(`INSERT OR REPLACE INTO places (user, place, seen) VALUES ($1, $2, $3)`, user, prefix+place, ms(t.now)); err != nil {
				return err
			}
		}
		return nil
	})
}
