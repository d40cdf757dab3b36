package handlers

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
)

const (
	// limiterWait is how long a page or a list waits to be made.
	limiterWait = 5 * time.Second
	// slotsPerClient is how many of one person's or program's are made at once.
	slotsPerClient = 2
)

// pageLimiter bounds how many pages and lists are made at once: in all, so that whoever
// publishes, signs in or asks whether the server is ready finds a processor soon; and
// for one person or program, so that others are served however much somebody asks for.
type pageLimiter struct {
	all  chan struct{}
	wait time.Duration
	mu   sync.Mutex
	of   map[string]*clientSlots
}

// clientSlots is what one person or program may have made at once. It exists while
// any of theirs is made or waits.
type clientSlots struct {
	slots chan struct{}
	here  int
}

func newPageLimiter() *pageLimiter {
	return &pageLimiter{all: make(chan struct{}, max(4, 2*runtime.GOMAXPROCS(0))), wait: limiterWait, of: map[string]*clientSlots{}}
}

// enter waits until something may be made for somebody; done ends that.
func (p *pageLimiter) enter(ctx context.Context, who string) (done func(), err error) {
	mine := p.come(who)
	timer := time.NewTimer(p.wait)
	defer timer.Stop()
	for i, slots := range []chan struct{}{mine.slots, p.all} {
		select {
		case slots <- struct{}{}:
			continue
		case <-ctx.Done():
			err = ctx.Err()
		case <-timer.C:
			err = inn.Busy()
		}
		if i > 0 {
			<-mine.slots
		}
		p.leave(who)
		return nil, err
	}
	return func() { <-p.all; <-mine.slots; p.leave(who) }, nil
}

func (p *pageLimiter) come(who string) *clientSlots {
	p.mu.Lock()
	defer p.mu.Unlock()
	mine := p.of[who]
	if mine == nil {
		mine = &clientSlots{slots: make(chan struct{}, slotsPerClient)}
		p.of[who] = mine
	}
	mine.here++
	return mine
}

func (p *pageLimiter) leave(who string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if mine := p.of[who]; mine.here > 1 {
		mine.here--
	} else {
		delete(p.of, who)
	}
}

// isLimited reports whether a route goes through the limiter. Pages without a viewer
// do not: they are small.
func (r route) isLimited() bool { return r.isWhole() && r.needs != inn.Open }

// limited makes a page or a list when the limiter allows. It is released before the
// answer is sent.
func (s *Site) limited(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		done, err := s.load.pageLimiter.enter(c.Request().Context(), viewer(c).Actor())
		if err != nil {
			return err
		}
		defer done()
		return next(c)
	}
}
