package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/views"
)

// statuses says what each code becomes; the only place.
var statuses = map[inn.Code]int{
	inn.Malformed:       http.StatusBadRequest,
	inn.Unauthenticated: http.StatusUnauthorized,
	inn.Forbidden:       http.StatusForbidden,
	inn.NotFound:        http.StatusNotFound,
	inn.NotAllowed:      http.StatusMethodNotAllowed,
	inn.Conflict:        http.StatusConflict,
	inn.TooLarge:        http.StatusRequestEntityTooLarge,
	inn.Unsupported:     http.StatusUnsupportedMediaType,
	inn.Misdirected:     http.StatusMisdirectedRequest,
	inn.Invalid:         http.StatusUnprocessableEntity,
	inn.TooMany:         http.StatusTooManyRequests,
	inn.Internal:        http.StatusInternalServerError,
	inn.Unavailable:     http.StatusServiceUnavailable,
	inn.NoSpace:         http.StatusInsufficientStorage,
}

// problem is RFC 9457's problem details.
type problem struct {
	Type   string       `json:"type"`
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Detail string       `json:"detail"`
	Errors []wrongField `json:"errors,omitempty"`
}

// wrongField says of one field, by its JSON pointer, what would be right.
type wrongField struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

func wrongFields(fields []inn.FieldError) []wrongField {
	var all []wrongField
	for _, f := range fields {
		all = append(all, wrongField{f.Pointer(), f.Detail})
	}
	return all
}

// fail is the one place where errors become answers: problem details for
// programs, a partial for #flash for htmx, a page for browsers.
func (s *Site) fail(err error, c echo.Context) {
	if c.Response().Committed {
		if !errors.Is(err, http.ErrAbortHandler) && c.Request().Context().Err() == nil {
			s.logger.Warn("an answer broke off", "route", c.Path(), "request", c.Get(requestKey), "user", viewer(c).Actor(), "error", err)
		}
		return
	}
	e := asError(err)
	status := statuses[e.Code]
	if e.Code == inn.Internal && !errors.Is(err, context.Canceled) {
		s.logger.Error("a request failed", "route", c.Path(), "request", c.Get(requestKey), "user", viewer(c).Actor(), "error", err)
	}
	if publishes(c) {
		s.stats.meters.publishes[publishRejected].Add(1)
		s.stats.inspector.rejected(c, status, e, time.Now())
	}
	h := c.Response().Header()
	if e.RetryAfter > 0 {
		h.Set("Retry-After", seconds(e.RetryAfter))
	}
	r := c.Request()
	switch {
	case forPrograms(r) || r.URL.Path == "/readyz":
		if status == http.StatusUnauthorized {
			h.Set("WWW-Authenticate", `Bearer realm="baithaka"`)
		}
		h.Set(echo.HeaderContentType, "application/problem+json")
		c.JSON(status, problem{"about:blank", http.StatusText(status), status, e.Text, wrongFields(e.Fields)})
	case isHTMX(c):
		if status == http.StatusUnauthorized {
			h.Set("HX-Redirect", loginFrom(r.Header.Get("HX-Current-URL")))
		}
		s.render(c, status, views.FlashPartial(e.Text, e.Fields))
	case status == http.StatusUnauthorized && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		c.Redirect(http.StatusSeeOther, loginFrom(r.URL.RequestURI()))
	default:
		s.failPage(c, views.Failure{Status: status, Text: e.Text, Fields: e.Fields, Wait: e.RetryAfter})
	}
}

// failPage answers a person with a page: with the navigation around it for who is
// signed in, so that they go on from there. What that needs may be the very thing
// that fails. It shows nothing of the log, and so is the same whenever it is made.
func (s *Site) failPage(c echo.Context, f views.Failure) {
	if r := c.Request(); viewer(c).UserID != 0 {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			f.Back = s.cameFrom(r)
		}
		p, err := s.page(c, f.Title(), views.SectionOf(r.URL.Path))
		p.Path, p.Position = "", ""
		if err == nil && s.render(c, f.Status, views.FailedPage(p, f)) == nil {
			return
		}
	}
	s.render(c, f.Status, views.OutsideFailedPage(f))
}

// cameFrom returns the page of this site that a request came from; "" when it came
// from none, or does not say.
func (s *Site) cameFrom(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host == "" || !s.ours(u.Host) {
		return ""
	}
	return safeNext(u.RequestURI())
}

// loginFrom returns the address of the sign-in page that leads back to a page
// afterwards: to its path and query, whichever host it names.
func loginFrom(page string) string {
	u, err := url.Parse(page)
	if err != nil {
		return "/login"
	}
	return "/login?next=" + url.QueryEscape(safeNext(u.RequestURI()))
}

// forPrograms reports whether a path is the API's: it takes keys, and answers
// with problem details.
func forPrograms(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/api/") || r.URL.Path == "/metrics"
}

// asError returns the error as one of ours: echo's own keep their status, unknown
// ones become Internal.
func asError(err error) *inn.Error {
	var ours *inn.Error
	if errors.As(err, &ours) {
		return ours
	}
	var theirs *echo.HTTPError
	if errors.As(err, &theirs) {
		switch theirs.Code {
		case http.StatusNotFound:
			return inn.E(inn.NotFound, "There is nothing at this address.")
		case http.StatusMethodNotAllowed:
			return inn.E(inn.NotAllowed, "This address does not take that method; the Allow header names those it takes.")
		case http.StatusRequestEntityTooLarge:
			return inn.E(inn.TooLarge, "That is too large.")
		}
	}
	return &inn.Error{Code: inn.Internal, Text: inn.TextOf(err), Cause: err}
}
