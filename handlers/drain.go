package handlers

import (
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
)

// drain counts the requests that change something, so that a stop can let them
// finish before it ends the streams: every stream then ends after the last
// event that was committed, and with what was answered last.
type drain struct {
	mu    sync.Mutex
	under int           // how many are under way
	over  chan struct{} // made by Drain, closed when none is left
}

// draining is the middleware that counts. What comes after the stop began is
// refused; whoever sent it may try again with the same idempotency key.
func (s *Site) draining(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if m := c.Request().Method; m == http.MethodGet || m == http.MethodHead {
			return next(c)
		}
		if !s.load.drain.enter() {
			return &inn.Error{Code: inn.Unavailable, Text: "The server is stopping. Nothing was stored; please try again in a moment.", RetryAfter: 2 * time.Second}
		}
		defer s.load.drain.leave()
		return next(c)
	}
}

func (d *drain) enter() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.over != nil {
		return false
	}
	d.under++
	return true
}

// begun reports whether the stop has begun.
func (d *drain) begun() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.over != nil
}

func (d *drain) leave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.under--
	if d.over != nil && d.under == 0 {
		close(d.over)
	}
}

// Drain refuses requests that would change something and waits, so long at the
// most, until those under way have been answered. It is called once, before
// the log stops.
func (s *Site) Drain(within time.Duration) {
	s.load.drain.mu.Lock()
	s.load.drain.over = make(chan struct{})
	if s.load.drain.under == 0 {
		close(s.load.drain.over)
	}
	s.load.drain.mu.Unlock()
	select {
	case <-s.load.drain.over:
	case <-time.After(within):
		s.logger.Warn("some requests did not end in time; what they still store comes after the end of the streams")
	}
}
