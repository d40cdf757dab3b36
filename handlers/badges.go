package handlers

import (
	"context"
	"log/slog"
	"math"
	"sync"
	"time"

	"baithaka/inn"
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
	changed func(inn.Viewer) // tells their pages
	wake    chan struct{}

	mu  sync.Mutex
	of  map[int64]*badge
	due []*badge // to be counted again, each once
}

// badge is one person's number.
type badge struct {
	viewer inn.Viewer // as of the last event that touched them
	value  inn.Badge
	known  bool
	at     int64     // every event up to here is counted
	next   time.Time // when it may be counted again
	due    bool
}

func newBadges(s *store.Store, logger *slog.Logger, changed func(inn.Viewer)) *badges {
	return &badges{store: s, logger: logger, changed: changed, wake: make(chan struct{}, 1), of: map[int64]*badge{}}
}

// latest gives the number as it was counted last.
func (b *badges) latest(v inn.Viewer) (value inn.Badge, known bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.of[v.UserID]
	if one == nil {
		return inn.Badge{}, false
	}
	return one.value, one.known
}

// touched notes that an event may have changed a person's number; at once says
// that they are waiting for it.
func (b *badges) touched(v inn.Viewer, event int64, atOnce bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.one(v)
	if event <= one.at {
		return
	}
	one.viewer = v
	if atOnce {
		one.next = time.Time{}
	} else if one.due {
		return
	}
	if !one.due {
		one.due = true
		b.due = append(b.due, one)
	}
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

func (b *badges) one(v inn.Viewer) *badge {
	one := b.of[v.UserID]
	if one == nil {
		one = &badge{viewer: v}
		b.of[v.UserID] = one
	}
	return one
}

// run counts what has been touched, until done is closed.
func (b *badges) run(done <-chan struct{}) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { // a count under way must not outlive the server
		<-done
		cancel()
	}()
	var later <-chan time.Time
	for {
		select {
		case <-done:
			return
		case <-b.wake:
		case <-later:
		}
		ready, wait := b.take(time.Now())
		for _, v := range ready {
			if _, err := b.count(ctx, v); err != nil && ctx.Err() == nil {
				b.logger.Warn("a badge could not be counted; trying again", "error", err)
				b.touched(v, math.MaxInt64, false)
				wait = countEvery
			}
		}
		later = nil
		if wait > 0 {
			later = time.After(wait)
		}
	}
}

// take gives whose number is to be counted now, and how long the next of the
// others has to wait; 0 when there is none.
func (b *badges) take(now time.Time) (ready []inn.Viewer, wait time.Duration) {
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
		one.due, one.next = false, now.Add(countEvery)
		ready = append(ready, one.viewer)
	}
	b.due = rest
	return ready, wait
}

// count asks the store, and tells all the person's pages of a number that is
// new.
func (b *badges) count(ctx context.Context, v inn.Viewer) (inn.Badge, error) {
	// The head before the count: what comes in between is counted once more.
	_, head, err := b.store.Bounds(ctx)
	if err != nil {
		return inn.Badge{}, err
	}
	value, err := b.store.Badge(ctx, v)
	if err != nil {
		return inn.Badge{}, err
	}
	value, changed := b.set(v, value, head)
	if changed {
		b.changed(v)
	}
	return value, nil
}

func (b *badges) set(v inn.Viewer, value inn.Badge, at int64) (latest inn.Badge, changed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.one(v)
	if at < one.at {
		return one.value, false // somebody counted later
	}
	changed = one.known && value != one.value
	one.value, one.known, one.at = value, true, at
	return value, changed
}
