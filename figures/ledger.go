package figures

import (
	"context"
	"sync"
	"time"

	"baithaka/inn"
	"baithaka/store"
)

// ledger holds what was sold and can matter to the figures now, and of what
// properties, so that a booking that changed costs the reading of that booking
// and not of all the others. The worker tells it what changed; whoever needs
// figures first makes it read. What it holds beyond the window makes no
// difference to inn.Measure.
type ledger struct {
	store *store.Store

	mu         sync.Mutex
	sales      inn.Sales      // nil until they are read
	properties []inn.Property // nil until they are read
	changed    map[string]bool
	at         map[string]bool // the properties that what changed stood at, or stands at
}

// mostChanged is how many bookings are read one by one; after more than that,
// an import, everything is read again.
const mostChanged = 500

func newLedger(s *store.Store) *ledger {
	return &ledger{store: s, changed: map[string]bool{}, at: map[string]bool{}}
}

// forget makes the ledger read everything anew: what changed is not known.
func (l *ledger) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forgetSales()
	l.properties = nil
}

func (l *ledger) forgetSales() {
	l.sales = nil
	clear(l.changed)
	clear(l.at)
}

// touched notes that a booking changed that stands at a property, or stood there
// until now: a booking that moves says both.
func (l *ledger) touched(id, property string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sales == nil {
		return // it will be read with all the others
	}
	l.changed[id], l.at[property] = true, true
	if len(l.changed) > mostChanged {
		l.forgetSales()
	}
}

// listed notes that a property changed, or that there is one more.
func (l *ledger) listed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.properties = nil
}

// tidy lets go of what the window has left behind.
func (l *ledger) tidy(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sales.Forget(now, Window)
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
	if l.properties, err = l.store.EveryProperty(ctx); err != nil {
		return err
	}
	if len(scope.of(l.properties)) == 0 {
		return inn.NoSuch("property")
	}
	return nil
}

// measure computes the figures of a scope as they are now.
func (l *ledger) measure(ctx context.Context, scope Scope) (inn.Metrics, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if err := l.bring(ctx, now); err != nil {
		return inn.Metrics{}, err
	}
	return inn.Measure(scope.Name, scope.of(l.properties), l.sales, now, Window), nil
}

// bring reads what is not known and, again, what changed.
func (l *ledger) bring(ctx context.Context, now time.Time) (err error) {
	if l.properties == nil {
		if l.properties, err = l.store.EveryProperty(ctx); err != nil {
			return err
		}
	}
	if l.sales == nil {
		l.sales, err = l.store.Sales(ctx, now, Window)
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
