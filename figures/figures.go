// Package figures keeps the numbers: a worker that follows the log and
// recomputes the figures of the scopes in use when a booking or a property
// changed, at start, and when a day ends somewhere. It is a package of its own
// because it needs both the store and the log and speaks neither HTTP nor HTML.
// It imports store, live and inn.
package figures

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"baithaka/inn"
	"baithaka/live"
	"baithaka/store"
)

const (
	// Window is how many days the figures on pages look back.
	Window = 30
	// pace is the least time between two computations; a slow one makes it
	// longer, so that the worker never takes more than a fifth of a core.
	pace = 300 * time.Millisecond
	// noteEvery is the least time between two metrics:update events of a scope.
	noteEvery = 5 * time.Second
	// forgetAfter is how long a set of properties stays in use after somebody
	// last looked at it.
	forgetAfter = 10 * time.Minute
)

// Scope is what figures are about: the portfolio, one property, or the exact
// set of properties that some person has. Distinct guests do not add up, so a
// set is computed as one.
type Scope struct {
	Name  string   // "portfolio", "property:lake-house" or "properties"
	Slugs []string // sorted; empty for the portfolio
}

// Portfolio is every property and the desk.
var Portfolio = Scope{Name: "portfolio"}

// Property is the scope of one property.
func Property(slug string) Scope { return Scope{"property:" + slug, []string{slug}} }

// ScopeOf gives the scope that a viewer's own dashboard shows; ok is false for
// one who may see no property.
func ScopeOf(v inn.Viewer) (scope Scope, ok bool) {
	if v.May(inn.DashboardAccess, "") {
		return Portfolio, true
	}
	slugs := slices.DeleteFunc(slices.Sorted(slices.Values(v.Properties)), func(p string) bool { return !v.May(inn.PropertyView, p) })
	switch len(slugs) {
	case 0:
		return Scope{}, false
	case 1:
		return Property(slugs[0]), true
	}
	return Scope{"properties", slugs}, true
}

// Sight gives what of the figures of a scope a viewer may see: money only when
// they may see it for every property in it.
func (s Scope) Sight(v inn.Viewer) inn.Sight {
	if len(s.Slugs) == 0 {
		return v.Sight("")
	}
	sight := v.Sight(s.Slugs[0])
	for _, slug := range s.Slugs[1:] {
		sight.Money = sight.Money && v.May(inn.FinancialView, slug)
	}
	return sight
}

func (s Scope) key() string { return s.Name + " " + strings.Join(s.Slugs, " ") }

func (s Scope) holds(property string) bool {
	return len(s.Slugs) == 0 || slices.Contains(s.Slugs, property)
}

// Board holds the newest figures of every scope in use.
type Board struct {
	store  *store.Store
	log    *live.Log
	slog   *slog.Logger
	ledger *ledger // the worker's

	mu     sync.Mutex
	scopes map[string]*entry
	bell   chan struct{}
	kick   chan struct{} // wakes the worker for a scope that is new in use
}

// entry is one scope's figures. version counts the changes a viewer could see;
// it is 0 until they have been computed.
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
	return &Board{store: s, log: log, slog: logger, ledger: newLedger(s), scopes: map[string]*entry{}, bell: make(chan struct{}), kick: make(chan struct{}, 1)}
}

// Changed gives a channel that is closed when some figure changes. Take it
// before reading.
func (b *Board) Changed() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.bell
}

// Figures gives the newest figures of a scope and their version, and keeps them
// up to date from now on.
func (b *Board) Figures(ctx context.Context, scope Scope) (inn.Metrics, uint64, error) {
	b.mu.Lock()
	if e := b.scopes[scope.key()]; e != nil && e.version > 0 {
		e.used = time.Now()
		defer b.mu.Unlock()
		return e.metrics, e.version, nil
	}
	b.mu.Unlock()
	m, err := b.Measure(ctx, scope, time.Now(), Window)
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
	e.set(m)
	// An event may have passed the worker while this was computed.
	e.dirty = true
	select {
	case b.kick <- struct{}{}:
	default:
	}
	return e.metrics, e.version, nil
}

// Measure computes the figures of a scope over any window, now.
func (b *Board) Measure(ctx context.Context, scope Scope, now time.Time, days int) (inn.Metrics, error) {
	slugs, err := b.slugs(ctx, scope)
	if err != nil {
		return inn.Metrics{}, err
	}
	return b.store.Measure(ctx, scope.Name, slugs, now, days)
}

// slugs gives the properties of a scope, the portfolio's too.
func (b *Board) slugs(ctx context.Context, scope Scope) ([]string, error) {
	if len(scope.Slugs) > 0 {
		return scope.Slugs, nil
	}
	return b.store.EverySlug(ctx)
}

// Run follows the log until ctx ends.
func (b *Board) Run(ctx context.Context) {
	cursor := b.log.FromHead(inn.Everything)
	b.start(ctx)
	quarter := nextQuarter(time.Now())
	for ctx.Err() == nil {
		began := time.Now()
		// Looked at every time round: where there is always something happening, wait
		// never runs out.
		if !began.Before(quarter) {
			b.ledger.forget()
			b.touchAll()
			quarter = nextQuarter(began)
		}
		b.compute(ctx)
		b.note(ctx)
		if !pause(ctx, max(pace, 4*time.Since(began))) {
			return
		}
		events, err := b.wait(ctx, cursor, quarter)
		switch {
		case errors.Is(err, live.ErrClosed), ctx.Err() != nil:
			return
		case err != nil:
			b.slog.Error("figures: the log cannot be followed; everything is computed again", "error", err)
			cursor = b.log.FromHead(inn.Everything)
			b.ledger.forget()
			b.touchAll()
		}
		for _, e := range events {
			switch e.Kind() {
			case inn.BookingUpdate:
				b.ledger.touched(strings.TrimPrefix(e.Subject, "booking:"))
				b.touch(e.Property)
			case inn.PropertyUpdate:
				b.touch(e.Property)
			}
			if e.Type == inn.HouseChanged { // the desk's zone and currency
				b.touchAll()
			}
		}
	}
}

// nextQuarter gives when the next quarter of an hour begins: days end then, in
// every zone there is.
func nextQuarter(now time.Time) time.Time {
	return now.Truncate(15 * time.Minute).Add(15 * time.Minute)
}

// wait gives the next events, or none when it is time to look again: a quarter
// of an hour has begun, or a figure is waiting to be noted.
func (b *Board) wait(ctx context.Context, cursor *live.Cursor, quarter time.Time) ([]*inn.Event, error) {
	timed, cancel := context.WithDeadline(ctx, b.nextLook(time.Now(), quarter))
	defer cancel()
	events, err := cursor.Next(timed, b.kick)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return nil, nil
	}
	return events, err
}

// start computes the portfolio and every property, so that the log has figures
// from the beginning.
func (b *Board) start(ctx context.Context) {
	slugs, err := b.store.EverySlug(ctx)
	if err != nil {
		b.slog.Error("figures: the properties cannot be read", "error", err)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.use(Portfolio)
	for _, slug := range slugs {
		b.use(Property(slug))
	}
}

// use makes sure that a scope is kept; the caller holds the lock.
func (b *Board) use(scope Scope) *entry {
	e := b.scopes[scope.key()]
	if e == nil {
		e = &entry{scope: scope, dirty: true, used: time.Now()}
		b.scopes[scope.key()] = e
	}
	return e
}

func (b *Board) touch(property string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.use(Property(property))
	for _, e := range b.scopes {
		e.dirty = e.dirty || e.scope.holds(property)
	}
}

func (b *Board) touchAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.scopes {
		e.dirty = true
	}
}

// compute brings every touched scope up to date and forgets the sets that
// nobody looks at any more.
func (b *Board) compute(ctx context.Context) {
	b.mu.Lock()
	var touched []Scope
	for key, e := range b.scopes {
		if e.scope.Name == "properties" && time.Since(e.used) > forgetAfter {
			delete(b.scopes, key)
			continue
		}
		if e.dirty {
			e.dirty = false
			touched = append(touched, e.scope)
		}
	}
	b.mu.Unlock()
	rang := false
	for _, scope := range touched {
		slugs, err := b.slugs(ctx, scope)
		if err != nil {
			b.slog.Error("figures: the properties cannot be read", "error", err)
			continue
		}
		m, err := b.ledger.measure(ctx, scope, slugs)
		if err != nil {
			if ctx.Err() == nil {
				b.slog.Error("figures: a scope cannot be computed", "scope", scope.Name, "error", err)
			}
			continue
		}
		rang = b.set(scope, m) || rang
	}
	if rang {
		b.mu.Lock()
		close(b.bell)
		b.bell = make(chan struct{})
		b.mu.Unlock()
	}
}

func (b *Board) set(scope Scope, m inn.Metrics) (changed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.scopes[scope.key()]
	if e == nil || e.metrics.Same(m) {
		return false
	}
	e.set(m)
	return true
}

func (e *entry) set(m inn.Metrics) {
	e.metrics = m
	e.version++
	e.unnoted = e.scope.Name != "properties"
}

// pause waits, and reports false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
