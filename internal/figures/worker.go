package figures

import (
	"context"
	"errors"
	"fmt"
	"time"

	"baithaka/internal/inn"
	"baithaka/internal/live"
)

// Run follows the log until ctx ends.
func (b *Board) Run(ctx context.Context) {
	cursor := b.log.FromHead(inn.Everything)
	b.ledger.forget() // what a page has made it read before the cursor stood may lack something
	quarter := nextQuarter(time.Now())
	for ctx.Err() == nil {
		began := time.Now()
		// Looked at every time round: where there is always something happening, wait
		// never runs out.
		if !began.Before(quarter) {
			b.ledger.tidy(began)
			b.long.tidy(began)
			b.touchAll()
			quarter = nextQuarter(began)
		}
		rest := pace
		if err := b.work(ctx); err != nil {
			b.tell(ctx, err)
			rest = again
		}
		if !pause(ctx, max(rest, 4*time.Since(began))) {
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
			b.long.forget()
			b.touchAll()
		}
		b.hear(events)
	}
}

// work does what there is to do. What fails is still to be done the next time,
// and so is what would have come after it: it is the same database.
func (b *Board) work(ctx context.Context) error {
	if err := b.start(ctx); err != nil {
		return fmt.Errorf("the properties cannot be read: %w", err)
	}
	if err := b.compute(ctx); err != nil {
		return err
	}
	return b.note(ctx)
}

// tell notes in the program's log that something fails, once and then now and
// again while it goes on.
func (b *Board) tell(ctx context.Context, err error) {
	if now := time.Now(); ctx.Err() == nil && now.Sub(b.worker.told) >= tellEvery {
		b.worker.told = now
		b.slog.Error("figures: they cannot be brought up to date; trying again", "error", err)
	}
}

// hear notes what events change.
func (b *Board) hear(events []*inn.Event) {
	b.ledger.hear(events)
	at := map[string]bool{}
	for _, e := range events {
		switch e.Kind() {
		case inn.BookingUpdate, inn.PropertyUpdate:
			at[e.Property] = true
		}
		if e.Type == inn.HouseChanged { // the desk's zone and currency
			b.touchAll()
		}
	}
	if len(at) > 0 {
		b.touch(at)
	}
}

// nextQuarter returns when the next quarter of an hour begins: days end then, in
// every zone there is.
func nextQuarter(now time.Time) time.Time {
	return now.Truncate(15 * time.Minute).Add(15 * time.Minute)
}

// wait returns the next events, or none when it is time to look again: a quarter
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

// start puts the portfolio and every property in use, once, so that the log has
// figures from the beginning.
func (b *Board) start(ctx context.Context) error {
	if b.worker.started {
		return nil
	}
	properties, err := b.store.EveryProperty(ctx)
	if err != nil {
		return err
	}
	b.worker.started = true
	b.mu.Lock()
	defer b.mu.Unlock()
	b.use(Portfolio)
	for _, p := range properties {
		b.use(Property(p.Slug))
	}
	return nil
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
func (b *Board) compute(ctx context.Context) (err error) {
	for _, e := range b.touched() {
		var changed bool
		if changed, err = b.bring(ctx, e); err != nil {
			break
		}
		if changed {
			b.changed(e.scope)
		}
	}
	return err
}

func (b *Board) touched() (entries []*entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for key, e := range b.scopes {
		if e.scope.Name == "properties" && time.Since(e.used) > forgetAfter {
			delete(b.scopes, key)
			continue
		}
		if e.dirty {
			entries = append(entries, e)
		}
	}
	return entries
}

// bring computes one scope.
func (b *Board) bring(ctx context.Context, e *entry) (changed bool, err error) {
	b.mu.Lock()
	e.dirty = false // before the computing: what comes in between touches it anew
	b.mu.Unlock()
	m, err := b.ledger.measure(ctx, e.scope, Window)
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil {
		e.dirty = true
		return false, fmt.Errorf("%s cannot be computed: %w", e.scope.Name, err)
	}
	if e.metrics.Same(m) {
		return false, nil
	}
	b.set(e, m)
	return true, nil
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
