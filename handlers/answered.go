package handlers

import (
	"context"
	"log/slog"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
)

// logLine is a request as the log and the meters have it, once it has been
// answered.
type logLine struct {
	request, method, route string
	status                 int
	publishes              bool
	began                  time.Time
}

const (
	beganKey = "began"
	takenKey = "taken" // the connection is a stream's, which says itself when it ends
)

func lineOf(c echo.Context) logLine {
	l := logLine{method: c.Request().Method, route: c.Path(), status: c.Response().Status, publishes: publishes(c)}
	l.request, _ = c.Get(requestKey).(string)
	l.began, _ = c.Get(beganKey).(time.Time)
	return l
}

// answered counts a request that has ended, and writes its line in the log. What
// matched no route is counted as one, whatever was asked for.
func (s *Site) answered(l logLine, by inn.Viewer, bytes int64) {
	took := time.Since(l.began)
	counted := requestLine{l.method, l.route, l.status}
	if !s.stats.patterns[l.method+" "+l.route] {
		counted.method, counted.route = "other", "unmatched"
	}
	s.stats.meters.requests.answered(counted, took)
	if l.publishes && l.status < 300 {
		s.stats.meters.ack.observe(took)
	}
	attrs := []slog.Attr{
		slog.String("request", l.request),
		slog.String("method", l.method),
		slog.String("route", l.route),
		slog.Int("status", l.status),
		slog.Float64("ms", float64(took.Microseconds())/1000),
		slog.Int64("bytes", bytes),
	}
	if by.Somebody() {
		attrs = append(attrs, slog.String("user", by.Actor()))
	}
	level := slog.LevelInfo
	if l.status >= 500 {
		level = slog.LevelError
	}
	s.logger.LogAttrs(context.Background(), level, "request", attrs...)
}
