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

// Known gives who has an e-mail, 0 for nobody, and those of the places from which
// they have signed in before. It asks the same of the database for everybody.
func (s *Store) Known(ctx context.Context, email string, at Places) (user int64, known Places, err error) {
	var device, address bool
	err = s.read.QueryRowContext(Ahead(ctx), `
		SELECT id,
			EXISTS (SELECT 1 FROM places WHERE user = one.id AND place = $2 AND seen > $4),
			EXISTS (SELECT 1 FROM places WHERE user = one.id AND place = $3 AND seen > $4)
		FROM (SELECT coalesce((SELECT id FROM users WHERE email = $1), 0) AS id) one`,
		email, placeDevice+at.Device, placeAddress+at.Address, ms(time.Now().Add(-placeKept))).Scan(&user, &device, &address)
	if device {
		known.Device = at.Device
	}
	if address {
		known.Address = at.Address
	}
	return user, known, err
}

// notePlaces keeps from where a person has signed in.
func (t *tx) notePlaces(user int64, at Places) error {
	for prefix, place := range map[string]string{placeDevice: at.Device, placeAddress: at.Address} {
		if place == "" {
			continue
		}
		if err := t.exec(`
			INSERT INTO places (user, place, seen) VALUES ($1, $2, $3)
			ON CONFLICT (user, place) DO UPDATE SET seen = excluded.seen`, user, prefix+place, ms(t.now)); err != nil {
			return err
		}
	}
	return nil
}
