package handlers

import (
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
)

// alive says that the process answers.
func (s *Site) alive(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }

// stuckLog is how long the log may stand still while there is more of it: it is
// read within milliseconds.
const stuckLog = 5 * time.Second

// ready reports whether the server does its work: it is not stopping, the database
// answers and takes what is written, and what is written is delivered.
func (s *Site) ready(c echo.Context) error {
	ctx := c.Request().Context()
	if s.load.drain.begun() {
		return &inn.Error{Code: inn.Unavailable, Text: "The server is stopping.", RetryAfter: 2 * time.Second}
	}
	if err := s.store.Ready(ctx); err != nil {
		return notReady(err)
	}
	_, head, err := s.store.Bounds(ctx)
	if err != nil {
		return notReady(err)
	}
	if s.load.behind.since(s.log.Head(), head, time.Now()) > stuckLog {
		return &inn.Error{Code: inn.Unavailable, Text: "What is stored is not delivered: the log is not read any more.", RetryAfter: 5 * time.Second}
	}
	return c.String(http.StatusOK, "ok\n")
}

// notReady is 503 whatever the cause; what may be said of it is said.
func notReady(err error) error {
	text := "The database does not answer."
	if inn.CodeOf(err) != inn.Internal {
		text = inn.TextOf(err)
	}
	return &inn.Error{Code: inn.Unavailable, Text: text, RetryAfter: 5 * time.Second, Cause: err}
}

// behind is since when the log in memory has stood still with more to read.
type behind struct {
	mu    sync.Mutex
	at    int64
	began time.Time // zero when it had everything
}

// since returns for how long; 0 when it has everything or has moved.
func (b *behind) since(read, head int64, now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case read >= head:
		b.began = time.Time{}
		return 0
	case b.began.IsZero() || read != b.at:
		b.at, b.began = read, now
	}
	return now.Sub(b.began)
}
