package views

import (
	"net/url"
	"strings"

	"baithaka/internal/inn"
)

// History is what "/history" shows: one page of the log under a filter.
type History struct {
	Asked      HistoryAsked
	Events     []inn.Event // newest first, redacted
	Next       string      // the query string of the next page, "" at the end
	Partly     bool        // a search that was not over when the page was made; Next goes on with it
	Newest     bool        // this is the first page
	Properties PropertyChoice
	Actors     []Actor
}

// Actor is somebody or something that an event names as its cause.
type Actor struct{ ID, Name string }

// HistoryAsked is the filter as it was asked for.
type HistoryAsked struct {
	Kind     inn.Kind
	Type     inn.Type
	Property string
	Actor    string
	From, To inn.Date // both among the days shown
	Words    string
}

// Query returns the filter as the query of an address, without what is empty.
func (a HistoryAsked) Query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{
		"kind": string(a.Kind), "type": string(a.Type), "property": a.Property, "actor": a.Actor,
		"from": string(a.From), "to": string(a.To), "q": a.Words,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// OnlyProperty reports whether the filter is empty but for the property: then
// everything that the feed shows of it matches, and may come in by itself.
func (a HistoryAsked) OnlyProperty() bool { return a == HistoryAsked{Property: a.Property} }

func (a HistoryAsked) empty() bool { return a == HistoryAsked{} }

// list names the list that is kept up to date; none when the stream cannot know
// what matches.
func (h History) list() string {
	switch {
	case !h.Newest || !h.Asked.OnlyProperty():
		return ""
	case h.Asked.Property != "":
		return listFeedOf(h.Asked.Property)
	}
	return listFeed
}

func pathHistoryOf(a HistoryAsked) string { return withQuery(pathHistory, a) }
func pathExport(a HistoryAsked) string    { return withQuery(pathHistoryCSV, a) }

func withQuery(path string, a HistoryAsked) string {
	if a.empty() {
		return path
	}
	return path + "?" + a.Query().Encode()
}

// arrivalsText says how many came: the number that is counted ends at a hundred.
func arrivalsText(n int) string {
	if n >= 100 {
		return "99+ new"
	}
	return count(n) + " new"
}

// typeNames says what happened, for choosing from.
var typeNames = map[inn.Type]string{
	inn.BookingNew: "Booked", inn.BookingConfirmed: "Confirmed", inn.BookingModified: "Changed", inn.BookingCancelled: "Cancelled",
	inn.BookingCheckedIn: "Checked in", inn.BookingCheckedOut: "Checked out", inn.BookingNoShow: "No-show",
	inn.BookingReinstated: "Reinstated", inn.BookingMoved: "Moved to another property", inn.BookingErased: "Guest erased",
	inn.PropertyListed: "Listed", inn.PropertyChanged: "Changed", inn.PropertyStatus: "Status", inn.PropertyMaintenance: "Maintenance", inn.PropertyAvailability: "Availability",
	inn.AlertRaised: "Raised", inn.AlertAcknowledged: "Taken in hand", inn.AlertResolved: "Solved",
	inn.MetricsUpdate: "Changed",
	inn.UserLogin:     "Signed in", inn.UserLogout: "Signed out", inn.UserAction: "Did something",
}

// typesOf returns the types of a kind that one may filter by.
func typesOf(k inn.Kind) []inn.Type {
	var list []inn.Type
	for _, t := range inn.Types {
		if t.Known() && t.Kind() == k {
			list = append(list, t)
		}
	}
	return list
}

// chosen is the one value that stands for kind and type in the form.
func (a HistoryAsked) chosen() string {
	if a.Type != "" {
		return string(a.Type)
	}
	return string(a.Kind)
}

func historySubtitle(h History) string {
	if h.Asked.empty() {
		return "Everything that happened, newest first"
	}
	return "Under a filter, newest first"
}

// tellFigures tells of figures that changed, in what everybody who sees them may
// see; those that a program reports have no fixed shape and only its name.
func tellFigures(e *inn.Event) story {
	t := story{Icon: "activity", Tone: "soft", Name: "Figures", Verb: "changed"}
	var said struct {
		inn.Metrics
		Reported string `json:"reported"`
	}
	if err := e.Into(&said); err != nil {
		return t
	}
	if said.Reported != "" {
		t.Verb = "reported"
		return t
	}
	t.PropertyName = strings.TrimPrefix(said.Scope, "property:")
	if said.Scope == "portfolio" {
		t.PropertyName = "All properties"
	}
	t.Detail = plural(said.ActiveBookings, "active booking")
	if said.Occupancy != nil {
		t.Detail += ", " + percent(*said.Occupancy) + " % occupied"
	}
	t.Link = pathAbout("", e.Property)
	return t
}
