package store

import (
	"context"
	"time"
)

// knownDeviceKept is how long a device or an address counts as known after the last
// sign-in from it.
const knownDeviceKept = 90 * 24 * time.Hour

// KnownDevice is where a sign-in comes from: the device, by the hash of a cookie that
// stays on it, and the address, or the network it stands for. Either may be "".
// Wrong passwords from elsewhere do not lock out who signs in from a known one.
type KnownDevice struct{ Device, Address string }

const (
	devicePrefix  = "device:"
	addressPrefix = "address:"
)

// Known returns who has an e-mail, 0 for nobody, and those of the places from which
// they have signed in before. It asks the same of the database for everybody.
func (s *Store) Known(ctx context.Context, email string, at KnownDevice) (user int64, known KnownDevice, err error) {
	var device, address bool
	err = s.read.QueryRowContext(Ahead(ctx), `
		SELECT id,
			EXISTS (SELECT 1 FROM places WHERE person = one.id AND place = $2 AND seen > $4),
			EXISTS (SELECT 1 FROM places WHERE person = one.id AND place = $3 AND seen > $4)
		FROM (SELECT coalesce((SELECT id FROM users WHERE {folded email} = {folded $1}), 0) AS id) one`,
		email, devicePrefix+at.Device, addressPrefix+at.Address, ms(time.Now().Add(-knownDeviceKept))).Scan(&user, &device, &address)
	if device {
		known.Device = at.Device
	}
	if address {
		known.Address = at.Address
	}
	return user, known, err
}

// noteKnownDevice remembers where a person has signed in from.
func (t *tx) noteKnownDevice(user int64, at KnownDevice) error {
	for prefix, place := range map[string]string{devicePrefix: at.Device, addressPrefix: at.Address} {
		if place == "" {
			continue
		}
		if err := t.exec(`
			INSERT INTO places (person, place, seen) VALUES ($1, $2, $3)
			ON CONFLICT (person, place) DO UPDATE SET seen = excluded.seen`, user, prefix+place, ms(t.now)); err != nil {
			return err
		}
	}
	return nil
}
