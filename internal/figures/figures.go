// Package figures keeps the numbers: a worker that follows the log and
// recomputes the figures of the scopes in use when a booking or a property
// changed, at start, and when a day ends somewhere. It is a package of its own
// because it needs both the store and the log and speaks neither HTTP nor HTML.
// It imports store, live and inn.
package figures

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"baithaka/internal/inn"
	"baithaka/internal/live"
	"baithaka/store"
)

const (
	// Window is how many days the figures look back that are kept current.
	Window = inn.UsualWindow
	// pace is the least time between two computations; a slow one makes it
	// longer, so that the worker never takes more than a fifth of a core.
	pace = 300 * time.Millisecond
	// noteEvery is the least time between two metrics:update events of a scope.
	noteEvery = 5 * time.Second
	// again is how long the worker rests after something failed, and tellEvery how
	// often the program's log is told while that goes on.
	again, tellEvery = 5 * time.Second, time.Minute
	// forgetAfter is how long a set of properties stays in use after somebody
	// last looked at it.
	forgetAfter = 10 * time.Minute
)

// Board holds the newest figures of every scope in use.
type Board struct {
	store  *store.Store
	log    *live.Log
	slog   *slog.Logger
	ledger *ledger // of the figures on pages
	long   *ledger // of longer windows, while somebody asks for one
	asked  asked

	mu       sync.Mutex
	scopes   map[string]*entry
	versions uint64 // the last one given
	changed  func(Scope)
	kick     chan struct{} // wakes the worker for a scope that is new in use
	worker   worker
}

// worker is what the worker alone knows.
type worker struct {
	started bool
	told    time.Time // when the program's log was told last that something fails
}

// entry is one scope's figures. version is another after each change a viewer
// could see, and never one that the scope has had before, also when it was
// forgotten meanwhile; it is 0 until they have been computed.
type entry struct {
	scope   Scope
	metrics inn.Metrics
	version uint64
	used    time.Time
	dirty   bool
	noted   time.Time // when its last metrics:update was appended
	unnoted bool      // changed since
}

// New makes an empty board; Run keeps it.
func New(s *store.Store, log *live.Log, logger *slog.Logger) *Board {
	return &Board{store: s, log: log, slog: logger, ledger: newLedger(s, Window), long: newLedger(s, inn.MaxWindow), asked: newAsked(), scopes: map[string]*entry{}, changed: func(Scope) {}, kick: make(chan struct{}, 1)}
}

// OnChange sets who is called, without a lock, after the figures of a scope have
// changed. It is called once, before Run.
func (b *Board) OnChange(changed func(Scope)) { b.changed = changed }

// Figures returns the newest figures of a scope and their version, and keeps them
// up to date from now on. Who asks before the worker has come to them computes
// them from what the worker has at hand; the first after a start waits until that
// has been read. What is no property has no figures.
func (b *Board) Figures(ctx context.Context, scope Scope) (inn.Metrics, uint64, error) {
	b.mu.Lock()
	if e := b.scopes[scope.Key()]; e != nil && e.version > 0 {
		e.used = time.Now()
		defer b.mu.Unlock()
		return e.metrics, e.version, nil
	}
	b.mu.Unlock()
	if len(scope.Slugs) == 1 {
		if err := b.ledger.lists(ctx, scope); err != nil {
			return inn.Metrics{}, 0, err
		}
	}
	done, err := b.asked.enter(ctx)
	if err != nil {
		return inn.Metrics{}, 0, err
	}
	m, err := b.ledger.measure(ctx, scope, Window)
	done()
	if err != nil {
		return inn.Metrics{}, 0, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.use(scope)
	e.used = time.Now()
	if e.version > 0 {
		return e.metrics, e.version, nil // the worker was quicker
	}
	b.set(e, m)
	// An event may have passed the worker while this was computed.
	e.dirty = true
	select {
	case b.kick <- struct{}{}:
	default:
	}
	return e.metrics, e.version, nil
}

// use makes sure that a scope is kept; the caller holds the lock.
func (b *Board) use(scope Scope) *entry {
	e := b.scopes[scope.Key()]
	if e == nil {
		e = &entry{scope: scope, dirty: true, used: time.Now()}
		b.scopes[scope.Key()] = e
	}
	return e
}

// set gives an entry new figures; the caller holds the lock.
func (b *Board) set(e *entry, m inn.Metrics) {
	b.versions++
	e.metrics, e.version = m, b.versions
	e.unnoted = e.scope.Name != "properties"
}
