package figures

import (
	"context"
	"time"

	"baithaka/inn"
	"baithaka/store"
)

// ledger holds the bookings that can matter to the figures now, so that a
// booking that changed costs the reading of that booking and not of all the
// others. It belongs to the worker alone; what it holds beyond the window makes
// no difference to inn.Measure.
type ledger struct {
	store   *store.Store
	houses  map[string]map[string]inn.Booking // by property, then by id
	at      map[string]string                 // where each is kept: a booking may move
	changed map[string]bool                   // ids to be read again
}

// mostChanged is how many bookings are read one by one; after more than that,
// an import, everything is read again.
const mostChanged = 500

func newLedger(s *store.Store) *ledger {
	l := &ledger{store: s, changed: map[string]bool{}}
	l.forget()
	return l
}

// forget makes the ledger read everything anew: the window has moved on, or
// what changed is not known.
func (l *ledger) forget() {
	l.houses, l.at = map[string]map[string]inn.Booking{}, map[string]string{}
	clear(l.changed)
}

// touched notes that a booking changed.
func (l *ledger) touched(id string) {
	if l.changed[id] = true; len(l.changed) > mostChanged {
		l.forget()
	}
}

// bring reads again what changed.
func (l *ledger) bring(ctx context.Context) error {
	if len(l.changed) == 0 {
		return nil
	}
	ids := make([]string, 0, len(l.changed))
	for id := range l.changed {
		ids = append(ids, id)
	}
	bookings, err := l.store.BookingsNamed(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		delete(l.houses[l.at[id]], id)
		delete(l.at, id)
	}
	for _, b := range bookings {
		// A house that has not been read yet will have it when it is.
		if l.houses[b.Property] != nil {
			l.keep(b)
		}
	}
	clear(l.changed)
	return nil
}

// keep holds what the figures ask of a booking and lets go of the rest.
func (l *ledger) keep(b inn.Booking) {
	b.Title, b.House, b.Phone, b.Notes, b.Source, b.ExternalID, b.By, b.Changed = "", "", "", "", "", "", "", nil
	l.houses[b.Property][b.ID] = b
	l.at[b.ID] = b.Property
}

// of gives the bookings of the named properties.
func (l *ledger) of(ctx context.Context, slugs []string, now time.Time) ([]inn.Booking, error) {
	if err := l.bring(ctx); err != nil {
		return nil, err
	}
	var missing []string
	for _, slug := range slugs {
		if l.houses[slug] == nil {
			missing = append(missing, slug)
		}
	}
	if len(missing) > 0 {
		bookings, err := l.store.BookingsForFigures(ctx, missing, now, Window)
		if err != nil {
			return nil, err
		}
		for _, slug := range missing {
			l.houses[slug] = map[string]inn.Booking{}
		}
		for _, b := range bookings {
			l.keep(b)
		}
	}
	var all []inn.Booking
	for _, slug := range slugs {
		for _, b := range l.houses[slug] {
			all = append(all, b)
		}
	}
	return all, nil
}

// measure computes the figures of a scope as they are now.
func (l *ledger) measure(ctx context.Context, scope Scope, slugs []string) (inn.Metrics, error) {
	properties, err := l.store.PropertiesNamed(ctx, slugs)
	if err != nil {
		return inn.Metrics{}, err
	}
	now := time.Now()
	bookings, err := l.of(ctx, slugs, now)
	if err != nil {
		return inn.Metrics{}, err
	}
	return inn.Measure(scope.Name, properties, bookings, now, Window), nil
}
