package figures

import (
	"context"
	"strings"
	"sync"
	"time"

	"baithaka/internal/inn"
	"baithaka/store"
)

// ledger holds what was sold and can matter to the figures now, and of what
// properties, so that a booking that changed costs the reading of that booking
// and not of all the others. The worker tells it what changed; whoever needs
// figures first makes it read. What it holds beyond the window makes no
// difference to inn.Measure.
type ledger struct {
	store *store.Store
	days  int // for windows up to this

	mu         sync.Mutex
	sales      inn.Sales      // nil until they are read
	properties []inn.Property // nil until they are read
	rooms      inn.RoomCounts // read with them
	changed    map[string]bool
	at         map[string]bool // the properties that what changed stood at, or stands at
	heard      int64           // the place in the log up to which catchUp has heard what changed
	changes    uint64          // another after each change
	used       time.Time       // when somebody last asked
}

// mostChanged is how many bookings are read one by one; after more than that,
// an import, everything is read again.
const mostChanged = 500

func newLedger(s *store.Store, days int) *ledger {
	return &ledger{store: s, days: days, changed: map[string]bool{}, at: map[string]bool{}}
}

// forget makes the ledger read everything anew: what changed is not known.
func (l *ledger) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forgetSales()
	l.properties = nil
	l.changes++
}

func (l *ledger) forgetSales() {
	l.sales = nil
	clear(l.changed)
	clear(l.at)
}

// hear notes what events change: a booking that stands at a property, or stood
// there until now (one that moves says both), and a property, or one more of them.
func (l *ledger) hear(events []*inn.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.note(events)
}

// note is hear for who holds the lock. To hear twice of the same is harmless.
func (l *ledger) note(events []*inn.Event) {
	for _, e := range events {
		switch {
		case e.Kind() == inn.BookingUpdate:
			l.changes++
			l.touched(strings.TrimPrefix(e.Subject, "booking:"), e.Property)
		case e.Kind() == inn.PropertyUpdate, e.Type == inn.HouseChanged: // the desk's zone and currency
			l.changes++
			l.properties = nil
		}
	}
}

func (l *ledger) touched(id, property string) {
	if l.sales == nil {
		return // it will be read with all the others
	}
	l.changed[id], l.at[property] = true, true
	if len(l.changed) > mostChanged {
		l.forgetSales()
	}
}

// catchMost is how many events catchUp hears one by one.
const catchMost = 2000

// catchUp hears by itself what has been committed, for who wants figures that have
// their own publish in them: the worker hears of it a moment later. It returns the
// number of changes so far.
func (l *ledger) catchUp(ctx context.Context) (changes uint64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.used = time.Now()
	_, head, err := l.store.Bounds(ctx)
	if err != nil || l.sales != nil && head == l.heard {
		return l.changes, err
	}
	if l.sales == nil { // what has changed since they were forgotten is not known
		l.changes++
		return l.changes, nil
	}
	events, more, err := l.store.Events(ctx, l.heard, head, catchMost, []inn.Topic{inn.Everything})
	if err != nil {
		return l.changes, err
	}
	if more {
		l.forgetSales()
		l.properties = nil
		l.changes++
		return l.changes, nil
	}
	heard := make([]*inn.Event, len(events))
	for i := range events {
		heard[i] = &events[i]
	}
	l.note(heard)
	l.heard = head
	return l.changes, nil
}

// tidy lets go of what the window has left behind, and of everything where nobody
// has asked for long.
func (l *ledger) tidy(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.days > Window && now.Sub(l.used) > forgetAfter {
		l.forgetSales()
	}
	l.sales.Forget(now, l.days)
}

// lists returns inn.NoSuch for a scope of one property when there is none of that
// name.
func (l *ledger) lists(ctx context.Context, scope Scope) (err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(scope.of(l.properties)) > 0 {
		return nil
	}
	// It may have been listed a moment ago.
	if err := l.readProperties(ctx); err != nil {
		return err
	}
	if len(scope.of(l.properties)) == 0 {
		return inn.NoSuch("property")
	}
	return nil
}

// readProperties reads the properties, and how many rooms they had before.
func (l *ledger) readProperties(ctx context.Context) error {
	rooms, err := l.store.RoomCounts(ctx)
	if err != nil {
		return err
	}
	properties, err := l.store.EveryProperty(ctx)
	if err != nil {
		return err
	}
	l.properties, l.rooms = properties, rooms
	return nil
}

// measure computes the figures of a scope as they are now.
func (l *ledger) measure(ctx context.Context, scope Scope, days int) (inn.Metrics, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if err := l.bring(ctx, now); err != nil {
		return inn.Metrics{}, err
	}
	return inn.Measure(scope.Name, scope.of(l.properties), l.rooms, l.sales, now, days), nil
}

// bring reads what is not known and, again, what changed.
func (l *ledger) bring(ctx context.Context, now time.Time) (err error) {
	if l.properties == nil {
		if err := l.readProperties(ctx); err != nil {
			return err
		}
	}
	if l.sales == nil {
		// The place before the bookings: what comes in between is heard of again.
		if _, l.heard, err = l.store.Bounds(ctx); err != nil {
			return err
		}
		l.sales, err = l.store.Sales(ctx, now, l.days)
		return err
	}
	if len(l.changed) == 0 {
		return nil
	}
	ids := make([]string, 0, len(l.changed))
	for id := range l.changed {
		ids = append(ids, id)
	}
	fresh, err := l.store.SalesNamed(ctx, ids)
	if err != nil {
		return err
	}
	for property := range fresh {
		l.at[property] = true // a move may be known here before its event is
	}
	for property := range l.at {
		l.sales.Remove(property, l.changed)
	}
	for property, sales := range fresh {
		l.sales[property] = append(l.sales[property], sales...)
	}
	clear(l.changed)
	clear(l.at)
	return nil
}
