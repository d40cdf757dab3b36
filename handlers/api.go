package handlers

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/figures"
	"baithaka/internal/inn"
	"baithaka/store"
)

// listEvents is GET /api/v1/events: the log as it may be seen, newest first, or
// oldest first after a position.
func (s *Site) listEvents(c echo.Context) error {
	v := viewer(c)
	limit, err := limitOf(c)
	if err != nil {
		return err
	}
	f := store.EventFilter{
		Type: inn.Type(c.QueryParam("type")), Kind: inn.Kind(c.QueryParam("kind")), Property: c.QueryParam("property"), Limit: limit + 1,
	}
	if f.Type != "" && !f.Type.Known() {
		return inn.InvalidQuery([]inn.FieldError{{Field: "type", Detail: "is not an event type"}})
	}
	if f.Kind != "" && !slices.Contains(inn.Kinds, f.Kind) {
		return inn.InvalidQuery([]inn.FieldError{{Field: "kind", Detail: "is not a kind of event"}})
	}
	if f.Property != "" {
		if err := s.sees(c, f.Property); err != nil {
			return err
		}
	}
	after, err := resumesAfter(c, "before")
	if err != nil {
		return err
	}
	forward := after != ""
	if f.After, err = s.readPosition(after); err != nil {
		return err
	}
	f.Oldest = forward
	if f.Before, err = s.readPosition(c.QueryParam("before")); err != nil {
		return err
	}
	events, err := s.store.History(c.Request().Context(), v, f)
	if err != nil {
		return err
	}
	if forward {
		if err := s.holds(c.Request().Context(), f.After); err != nil {
			return err
		}
	}
	answer := struct {
		Events []inn.EventJSON `json:"events"`
		Next   *string         `json:"next"`
	}{Events: []inn.EventJSON{}}
	events, last := cut(events, limit, eventKey)
	answer.Next = s.next(last)
	for i := range events {
		answer.Events = append(answer.Events, inn.Redact(&events[i], v.VisibilityOf(&events[i])).JSON(s.store.Epoch()))
	}
	return c.JSON(http.StatusOK, answer)
}

// holds refuses a place that the log does not go on from without a gap. It is
// asked after the events were read: a trim in between is found out, not passed over.
func (s *Site) holds(ctx context.Context, after int64) error {
	trimmed, head, err := s.store.Bounds(ctx)
	if err == nil && (after < trimmed || after > head) {
		err = lostPosition()
	}
	return err
}

// sees answers a property the viewer may not see like one that does not exist.
func (s *Site) sees(c echo.Context, slug string) error {
	_, err := s.store.Property(c.Request().Context(), viewer(c), slug)
	return err
}

// listBookings is GET /api/v1/bookings: the last changed first.
func (s *Site) listBookings(c echo.Context) error {
	v := viewer(c)
	limit, err := limitOf(c)
	if err != nil {
		return err
	}
	f := store.BookingFilter{Property: c.QueryParam("property"), Status: inn.Status(c.QueryParam("status")), Limit: limit + 1}
	if f.Status != "" && !f.Status.Valid() {
		return inn.InvalidQuery([]inn.FieldError{{Field: "status", Detail: "must be new, confirmed, checked_in, checked_out, cancelled or no_show"}})
	}
	if f.Property != "" {
		if err := s.sees(c, f.Property); err != nil {
			return err
		}
	}
	after, err := resumesAfter(c)
	if err != nil {
		return err
	}
	if f.Before, err = s.readPosition(after); err != nil {
		return err
	}
	bookings, err := s.store.Bookings(c.Request().Context(), v, f)
	if err != nil {
		return err
	}
	answer := struct {
		Bookings []inn.Booking `json:"bookings"`
		Next     *string       `json:"next"`
	}{Bookings: []inn.Booking{}}
	bookings, last := cut(bookings, limit, bookingKey)
	answer.Next = s.next(last)
	answer.Bookings = append(answer.Bookings, redacted(v, bookings)...)
	return c.JSON(http.StatusOK, answer)
}

// giveBooking is GET /api/v1/bookings/{id}.
func (s *Site) giveBooking(c echo.Context) error {
	v := viewer(c)
	b, err := s.store.Booking(c.Request().Context(), v, c.Param("id"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, b.Redact(v.Visibility(b.Property)))
}

// giveMetrics is GET /api/v1/metrics: the figures of a property, or of all the
// viewer may see.
func (s *Site) giveMetrics(c echo.Context) error {
	ctx, v := c.Request().Context(), viewer(c)
	days, err := inn.ParseWindow(c.QueryParam("window"))
	if err != nil {
		return err
	}
	scope, ok := figures.ScopeOf(v)
	if slug := c.QueryParam("property"); slug != "" {
		if err := s.sees(c, slug); err != nil {
			return err
		}
		scope, ok = figures.Property(slug), true
	}
	if !ok {
		return inn.E(inn.Forbidden, "You have no property to show figures of.")
	}
	m, err := s.board.Measure(ctx, scope, days)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, m.Redact(scope.Visibility(v)))
}

// limitOf reads limit=: 1 to 500, 100 when absent.
func limitOf(c echo.Context) (int, error) {
	s := c.QueryParam("limit")
	if s == "" {
		return 100, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 500 {
		return 0, inn.InvalidQuery([]inn.FieldError{{Field: "limit", Detail: "must be 1 to 500"}})
	}
	return n, nil
}

// seconds writes a wait for Retry-After, rounded up.
func seconds(d time.Duration) string { return strconv.Itoa(int((d + time.Second - 1) / time.Second)) }
