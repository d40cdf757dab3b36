package figures

import (
	"context"
	"errors"
	"strings"
	"time"

	"baithaka/inn"
	"baithaka/live"
)

// Run follows the log until ctx ends.
func (b *Board) Run(ctx context.Context) {
	cursor := b.log.FromHead(inn.Everything)
	b.ledger.forget() // what a page has made it read before the cursor stood may lack something
	b.start(ctx)
	quarter := nextQuarter(time.Now())
	for ctx.Err() == nil {
		began := time.Now()
		// Looked at every time round: where there is always something happening, wait
		// never runs out.
		if !began.Before(quarter) {
			b.ledger.tidy(began)
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
		b.hear(events)
	}
}

// hear notes what events change.
func (b *Board) hear(events []*inn.Event) {
	at := map[string]bool{}
	for _, e := range events {
		switch e.Kind() {
		case inn.BookingUpdate:
			b.ledger.touched(strings.TrimPrefix(e.Subject, "booking:"), e.Property)
			at[e.Property] = true
		case inn.PropertyUpdate:
			b.ledger.listed()
			at[e.Property] = true
		}
		if e.Type == inn.HouseChanged { // the desk's zone and currency
			b.ledger.listed()
			b.touchAll()
		}
	}
	if len(at) > 0 {
		b.touch(at)
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

// start puts the portfolio and every property in use, so that the log has
// figures from the beginning.
func (b *Board) start(ctx context.Context) {
	properties, err := b.store.EveryProperty(ctx)
	if err != nil {
		b.slog.Error("figures: the properties cannot be read", "error", err)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.use(Portfolio)
	for _, p := range properties {
		b.use(Property(p.Slug))
	}
}

func (b *Board) touch(properties map[string]bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for property := range properties {
		b.use(Property(property))
	}
	for _, e := range b.scopes {
		e.dirty = e.dirty || e.scope.among(properties)
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
		m, err := b.ledger.measure(ctx, scope)
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
