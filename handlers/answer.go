package handlers

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"baithaka/internal/figures"
	"baithaka/internal/inn"
	"baithaka/store"
	"baithaka/views"
)

func isHTMX(c echo.Context) bool { return c.Request().Header.Get("HX-Request") == "true" }

// render writes a component. It is rendered whole before the first header goes
// out: a component that fails is an error, not half a page.
func (s *Site) render(c echo.Context, status int, component templ.Component) error {
	var buf bytes.Buffer
	if err := component.Render(c.Request().Context(), &buf); err != nil {
		return err
	}
	c.Response().Header().Add("Vary", "HX-Request")
	return c.HTMLBlob(status, buf.Bytes())
}

// refused parts what may be wrong with a form, which is shown again with it, from
// what the person may not do, and what is no fault of the form: that goes the way
// of every other error.
func refused(err error) (shown *inn.Error, other error) {
	if err == nil {
		return nil, nil
	}
	switch e := asError(err); e.Code {
	case inn.Invalid, inn.Conflict, inn.TooMany, inn.Unauthenticated, inn.Unavailable, inn.NoSpace:
		return e, nil
	}
	return nil, err
}

// answerTo gives the status of an error that is shown in a page, and sets what
// goes with it.
func answerTo(c echo.Context, e *inn.Error) int {
	if e.RetryAfter > 0 {
		c.Response().Header().Set("Retry-After", seconds(e.RetryAfter))
	}
	return statuses[e.Code]
}

// done answers a change that worked: nothing for htmx, since the stream brings
// what changed, and the page again for a browser without JavaScript.
func done(c echo.Context, back string) error {
	if isHTMX(c) {
		return c.NoContent(http.StatusNoContent)
	}
	return c.Redirect(http.StatusSeeOther, back)
}

// page begins a page: it takes the position before anything else is read, so
// that the page may be newer than its position, never older.
func (s *Site) page(c echo.Context, title, section string) (views.Page, error) {
	v := viewer(c)
	p := s.position(v)
	p.Title, p.Path, p.Section = title, c.Request().URL.RequestURI(), section
	var err error
	if p.Preferences, err = s.store.Preferences(c.Request().Context(), v.UserID); err != nil {
		return p, err
	}
	p.Badge, err = s.streams.Badge(c.Request().Context(), v)
	return p, err
}

// position begins what shows the log to a viewer, at the position that it has now.
func (s *Site) position(v inn.Viewer) views.Page {
	now := time.Now()
	return views.Page{
		Position: s.log.Position().String(), Epoch: s.store.Epoch(),
		Viewer: v, Now: now, Zone: inn.Location(v.Zone), Today: func(property string) inn.Date { return s.days.at(property, now) },
	}
}

// figuresOf returns the newest figures of a scope as the viewer may see them.
func (s *Site) figuresOf(ctx context.Context, v inn.Viewer, scope figures.Scope) (inn.Metrics, error) {
	m, _, err := s.board.Figures(ctx, scope)
	return m.Redact(scope.Visibility(v)), err
}

// figuresOver returns the figures of a scope over the window that a page asks for;
// without one those that are kept current.
func (s *Site) figuresOver(c echo.Context, v inn.Viewer, scope figures.Scope) (inn.Metrics, error) {
	days, err := inn.ParseWindow(c.QueryParam("window"))
	if err != nil {
		return inn.Metrics{}, err
	}
	if days == figures.Window {
		return s.figuresOf(c.Request().Context(), v, scope)
	}
	m, err := s.board.Measure(c.Request().Context(), scope, days)
	return m.Redact(scope.Visibility(v)), err
}

// compared sets the properties of an owner beside each other: who has several, sees
// their money and works at no desk.
func (s *Site) compared(c echo.Context, v inn.Viewer, scope figures.Scope) ([]views.PropertyLine, error) {
	if len(scope.Slugs) < 2 || !v.MayAnywhere(inn.FinancialView) || v.MayAnywhere(inn.BookingCheckIn) {
		return nil, nil
	}
	properties, _, err := s.store.Properties(c.Request().Context(), v, store.PropertyFilter{Limit: fewProperties})
	if err != nil {
		return nil, err
	}
	lines := make([]views.PropertyLine, len(properties))
	for i, p := range properties {
		lines[i].Property = p
		if lines[i].Metrics, err = s.figuresOver(c, v, figures.Property(p.Slug)); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// redacted returns bookings as the viewer may see them.
func redacted(v inn.Viewer, bookings []inn.Booking) []inn.Booking {
	for i, b := range bookings {
		bookings[i] = b.Redact(v.Visibility(b.Property))
	}
	return bookings
}

// redactedEvents returns events as the viewer may see them.
func redactedEvents(v inn.Viewer, events []inn.Event) []inn.Event {
	for i := range events {
		events[i] = *inn.Redact(&events[i], v.VisibilityOf(&events[i]))
	}
	return events
}
