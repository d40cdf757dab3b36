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
	// paceWait is how long a page or a list waits for its turn to be made.
	paceWait = 5 * time.Second
	// paceEach is how many of one person's or program's are made at once.
	paceEach = 2
)

// pace is how many pages and lists are made at once: in all, so that whoever
// publishes, is let in or asks whether the server is ready finds a processor soon;
// and for one person or program, so that others have their turns however much
// somebody asks for.
type pace struct {
	all  chan struct{}
	wait time.Duration
	mu   sync.Mutex
	of   map[string]*paceOf
}

// paceOf is one person's or program's turns, while any of theirs is made or waits.
type paceOf struct {
	turns chan struct{}
	here  int
}

func newPace() *pace {
	return &pace{all: make(chan struct{}, max(4, 2*runtime.GOMAXPROCS(0))), wait: paceWait, of: map[string]*paceOf{}}
}

// enter waits for a turn of somebody, which ends with done.
func (p *pace) enter(ctx context.Context, who string) (done func(), err error) {
	mine := p.come(who)
	timer := time.NewTimer(p.wait)
	defer timer.Stop()
	for i, turns := range []chan struct{}{mine.turns, p.all} {
		select {
		case turns <- struct{}{}:
			continue
		case <-ctx.Done():
			err = ctx.Err()
		case <-timer.C:
			err = inn.Busy()
		}
		if i > 0 {
			<-mine.turns
		}
		p.leave(who)
		return nil, err
	}
	return func() { <-p.all; <-mine.turns; p.leave(who) }, nil
}

func (p *pace) come(who string) *paceOf {
	p.mu.Lock()
	defer p.mu.Unlock()
	mine := p.of[who]
	if mine == nil {
		mine = &paceOf{turns: make(chan struct{}, paceEach)}
		p.of[who] = mine
	}
	mine.here++
	return mine
}

func (p *pace) leave(who string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if mine := p.of[who]; mine.here > 1 {
		mine.here--
	} else {
		delete(p.of, who)
	}
}

// paces reports whether an address takes turns: what is known of nobody is small,
// and made once.
func (r route) paces() bool { return r.isWhole() && r.needs != inn.Open }

// paced has a page or a list made when it is its asker's turn, which ends before it
// is sent.
func (s *Site) paced(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		done, err := s.load.pace.enter(c.Request().Context(), viewer(c).Actor())
		if err != nil {
			return err
		}
		defer done()
		return next(c)
	}
}
