package views

import (
	"net/http"
	"strings"
	"time"

	"baithaka/internal/inn"
)

// Failure is what a page says that could not be made, or a form that was refused.
type Failure struct {
	Status int
	Text   string // what happened and what to do
	Fields []inn.FieldError
	Wait   time.Duration // before it is worth trying again; 0 where that is not known
	Back   string        // the page whose form was sent; "" when none was
}

// Title says in a few words what kind of failure it is.
func (f Failure) Title() string {
	switch f.Status {
	case http.StatusUnauthorized:
		return "Please sign in"
	case http.StatusForbidden:
		return "That is not open to you"
	case http.StatusNotFound:
		return "There is no such page"
	case http.StatusMethodNotAllowed:
		return "That cannot be opened like this"
	case http.StatusConflict:
		return "Somebody was quicker"
	case http.StatusRequestEntityTooLarge:
		return "That is too much at once"
	case http.StatusTooManyRequests:
		return "Too often in a short time"
	case http.StatusServiceUnavailable:
		return "Not just now"
	case http.StatusInsufficientStorage:
		return "The disk is full"
	}
	if f.Status < http.StatusInternalServerError {
		return "That could not be done"
	}
	return "Something went wrong"
}

// gone reports whether there is no such page, for this viewer or for anybody.
func (f Failure) gone() bool { return f.Status == http.StatusNotFound }

// onward is where one goes on from a page that failed: where one came from, the
// list that it would have been of, or the first page.
func (f Failure) onward(p Page) (path, label string) {
	switch {
	case f.Back != "":
		return f.Back, "Back to the page before"
	case p.Section == pathBookings && p.Viewer.MayAnywhere(inn.BookingView):
		return pathBookings, "All bookings"
	case p.Section == pathProperties && p.Viewer.MayAnywhere(inn.PropertyView):
		return pathProperties, "All properties"
	}
	return pathDashboard, "Go to the dashboard"
}

// SectionOf returns which entry of the navigation a path belongs to.
func SectionOf(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return "/" + first
}

// wait writes how long to wait, never less than it takes.
func wait(d time.Duration) string {
	if d <= 90*time.Second {
		return plural(int((d+time.Second-1)/time.Second), "second")
	}
	return plural(int((d+time.Minute-1)/time.Minute), "minute")
}
