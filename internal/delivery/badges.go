package delivery

import (
	"cmp"
	"context"
	"log/slog"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"baithaka/internal/inn"
	"baithaka/store"
)

// countEvery is how often a person's badge is counted at the most, however much
// happens. What they did themselves is counted at once.
const countEvery = time.Second

// badges counts each person's unread cards once for all their pages, and only
// when something happened that can change the number.
type badges struct {
	store   *store.Store
	logger  *slog.Logger
	head    func() int64     // the place of the newest event that streams can have heard of
	changed func(inn.Viewer) // tells their pages
	wake    chan struct{}
	every   time.Duration

	mu  sync.Mutex
	of  map[int64]*badge
	due []*badge // to be counted again, each once
}

// badge is one person's number.
type badge struct {
	// Looked at with every event and by every page, without the lock.
	due atomic.Bool  // it will be counted again
	at  atomic.Int64 // every event up to here is counted

	viewer inn.Viewer // by whose rights it is counted
	value  inn.Badge
	known  bool
	next   time.Time // when it may be counted again
}

func newBadges(s *store.Store, logger *slog.Logger, every time.Duration, head func() int64, changed func(inn.Viewer)) *badges {
	return &badges{store: s, logger: logger, head: head, changed: changed, wake: make(chan struct{}, 1), every: cmp.Or(every, countEvery), of: map[int64]*badge{}}
}

// badge returns a person's, which from now on is counted by the rights they have
// here.
func (b *badges) badge(v inn.Viewer) *badge {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.of[v.UserID]
	if one == nil {
		one = &badge{}
		b.of[v.UserID] = one
	}
	if !one.viewer.SameRights(v) {
		one.known = false
	}
	one.viewer = v
	return one
}

// latest returns the number as it was counted last, and up to which event. It is
// not known while it has not been counted by the rights of now.
func (b *badges) latest(one *badge) (value inn.Badge, at int64, known bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return one.value, one.at.Load(), one.known
}

// now returns a person's number as it is, counted anew only when something has
// happened. Their own last step has, wherever the streams are by now: it is in
// the store.
func (b *badges) now(ctx context.Context, v inn.Viewer) (inn.Badge, error) {
	_, head, err := b.store.Bounds(ctx)
	if err != nil {
		return inn.Badge{}, err
	}
	one := b.kept(v)
	if one == nil {
		return b.store.Badge(ctx, v)
	}
	if value, at, known := b.latest(one); known && at >= head {
		return value, nil
	}
	return b.count(ctx, one)
}

// kept returns a person's, if it is counted by the rights they have here. A page
// that was asked for before these changed must not take it back to them: their
// streams, which hear of the change, know better.
func (b *badges) kept(v inn.Viewer) *badge {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.of[v.UserID]
	switch {
	case one == nil:
		one = &badge{viewer: v}
		b.of[v.UserID] = one
	case !one.viewer.SameRights(v):
		return nil
	}
	return one
}

// touched notes that an event may have changed a person's number; at once says
// that they are waiting for it.
func (b *badges) touched(one *badge, event int64, atOnce bool) {
	// The head is read after due is taken back: what is due yet will be counted
	// with this event.
	if event <= one.at.Load() || !atOnce && one.due.Load() {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if atOnce {
		one.next = time.Time{}
	}
	if one.due.CompareAndSwap(false, true) {
		b.due = append(b.due, one)
	}
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// run counts what has been touched, until ctx ends.
func (b *badges) run(ctx context.Context) {
	var later <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.wake:
		case <-later:
		}
		ready, wait := b.take(time.Now())
		for _, one := range ready {
			if _, err := b.count(ctx, one); err != nil && ctx.Err() == nil {
				b.logger.Warn("a badge could not be counted; trying again", "error", err)
				b.touched(one, math.MaxInt64, false)
			}
		}
		later = nil
		if wait > 0 {
			later = time.After(wait)
		}
	}
}

// take returns whose number is to be counted now, and how long the next of the
// others has to wait; 0 when there is none.
func (b *badges) take(now time.Time) (ready []*badge, wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var rest []*badge
	for _, one := range b.due {
		if left := one.next.Sub(now); left > 0 {
			rest = append(rest, one)
			if wait == 0 || left < wait {
				wait = left
			}
			continue
		}
		one.next = now.Add(b.every)
		one.due.Store(false)
		ready = append(ready, one)
	}
	b.due = rest
	return ready, wait
}

// count asks the store, and tells all the person's pages of a number that is
// new.
func (b *badges) count(ctx context.Context, one *badge) (inn.Badge, error) {
	for {
		b.mu.Lock()
		v := one.viewer
		b.mu.Unlock()
		// The head before the count: what comes in between is counted once more.
		head := b.head()
		value, err := b.store.Badge(ctx, v)
		if err != nil {
			return inn.Badge{}, err
		}
		latest, changed, stands := b.set(one, v, value, head)
		if changed {
			b.changed(v)
		}
		if stands {
			return latest, nil
		}
	}
}

// set keeps what was counted, unless somebody counted later. It does not stand
// when the person's rights have changed meanwhile.
func (b *badges) set(one *badge, counted inn.Viewer, value inn.Badge, at int64) (latest inn.Badge, changed, stands bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case !counted.SameRights(one.viewer):
		return inn.Badge{}, false, false
	case one.known && at < one.at.Load():
		return one.value, false, true
	}
	changed = one.known && value != one.value
	one.value, one.known = value, true
	one.at.Store(at)
	return value, changed, true
}
