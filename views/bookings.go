package views

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"baithaka/internal/inn"
)

// BookingsList is what "/bookings" shows: one page of bookings under a filter, and
// the one of them that is open beside it.
type BookingsList struct {
	Asked      BookingsAsked
	Bookings   []inn.Booking
	Next       string // the query string of the next page, "" at the end
	Partly     bool   // a search that was not over when the page was made; Next goes on with it
	Newest     bool   // this is the first page
	Properties PropertyChoice
	Sources    []string // where the viewer's bookings come from
	Today      inn.Date
	Open       *BookingView // nil for none
}

// BookingsAsked is the filter as it was asked for. Status is one of a booking's, or
// StatusActive or StatusStanding; Dates and When are of the lists below, and Sort is
// SortChanged or "" for the dates.
type BookingsAsked struct {
	Words    string
	Property string
	Status   string
	Category inn.Category
	Source   string
	Dates    string
	When     string
	From, To inn.Date
	Sort     string
	Open     string // the id of the booking beside the list
}

// What may be asked for beside a booking's own status.
const (
	StatusActive   = "active"   // confirmed and not over, or in the house
	StatusStanding = "standing" // neither cancelled nor missed
	SortChanged    = "changed"
)

// option is one choice of a select.
type option struct{ Value, Text string }

var (
	datesOptions = []option{{"", "Arriving"}, {"leaving", "Leaving"}, {"here", "Here"}, {"booked", "Booked"}}
	whenOptions  = []option{{"", "Any time"}, {"today", "Today"}, {"tomorrow", "Tomorrow"}, {"week", "This week"}, {"days", "Between two days"}}
	sortOptions  = []option{{"", "By date"}, {SortChanged, "Last changed first"}}
)

// Valid reports whether the fields that are chosen from lists are of them.
func (a BookingsAsked) Valid() bool {
	of := func(options []option, value string) bool {
		return slices.ContainsFunc(options, func(o option) bool { return o.Value == value })
	}
	return (a.Status == "" || a.Status == StatusActive || a.Status == StatusStanding || inn.Status(a.Status).Valid()) && (a.Category == "" || a.Category.Valid()) &&
		(a.Dates == "arriving" || of(datesOptions, a.Dates)) && of(whenOptions, a.When) && of(sortOptions, a.Sort)
}

// Query gives the filter as the query of an address, without what is empty.
func (a BookingsAsked) Query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{
		"q": a.Words, "property": a.Property, "status": a.Status, "category": string(a.Category), "source": a.Source, "dates": a.Dates, "when": a.When,
		"from": string(a.From), "to": string(a.To), "sort": a.Sort, "open": a.Open,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// path is the address of the list under this filter.
func (a BookingsAsked) path() string {
	if q := a.Query().Encode(); q != "" {
		return pathBookings + "?" + q
	}
	return pathBookings
}

// opening is the address of the list with a booking beside it, or none.
func (a BookingsAsked) opening(id string) string {
	a.Open = id
	return a.path()
}

// filtered reports whether the list shows less than everything.
func (a BookingsAsked) filtered() bool {
	a.Sort, a.Open, a.Dates = "", "", ""
	return a != BookingsAsked{}
}

// narrower reports whether a field is in use that is not in sight at first.
func (a BookingsAsked) narrower() bool {
	return a.Category != "" || a.Sort != "" || a.Source != "" || a.From != "" || a.To != ""
}

// pathBookingsWhere is where the bookings behind a figure are listed.
func pathBookingsWhere(scope string, a BookingsAsked) string {
	if slug, found := strings.CutPrefix(scope, "property:"); found {
		a.Property = slug
	}
	return a.path()
}

// byDay reports whether the list goes by the days of arriving.
func (a BookingsAsked) byDay() bool {
	return a.Sort == "" && a.Words == "" && (a.Dates == "" || a.Dates == "arriving")
}

func bookingsSubtitle(a BookingsAsked) string {
	switch {
	case a.Words != "", a.Sort == SortChanged:
		return "The last changed first"
	case a.Dates == "leaving", a.Dates == "here":
		return "By the day of leaving"
	case a.Dates == "booked":
		return "The last booked first"
	}
	return "By the day of arriving"
}

// listsOf names what is pushed into a page of bookings: everything of a property or
// of all that matches, when it shows its list from the beginning and a page can tell
// what matches; else the bookings already on it.
func listsOf(l BookingsList) string {
	if l.Newest && l.Asked.Words == "" && l.Asked.Dates != "booked" {
		if l.Asked.Property != "" {
			return listBookingsOf(l.Asked.Property)
		}
		return listBookings
	}
	names := make([]string, len(l.Bookings))
	for i, b := range l.Bookings {
		names[i] = listBooking(b.ID)
	}
	return strings.Join(names, " ")
}

// takes is which bookings a list takes of those that are pushed, for lists.js, which
// compares it with what stands on their cards.
type takes struct {
	Status    []string `json:"status,omitempty"`
	Category  string   `json:"category,omitempty"`
	Source    string   `json:"source,omitempty"`
	Active    bool     `json:"active,omitempty"`    // who is confirmed must not be over by today
	Arrival   []string `json:"arrival,omitempty"`   // the first day and the last
	Departure []string `json:"departure,omitempty"` //
	Last      string   `json:"last,omitempty"`      // the booking after which the next page begins
}

// takesOf writes what a list takes.
func takesOf(l BookingsList) string {
	t := takes{Category: string(l.Asked.Category), Source: l.Asked.Source, Active: l.Asked.Status == StatusActive}
	switch l.Asked.Status {
	case "":
	case StatusActive:
		t.Status = []string{string(inn.Confirmed), string(inn.CheckedIn)}
	case StatusStanding:
		t.Status = []string{string(inn.New), string(inn.Confirmed), string(inn.CheckedIn), string(inn.CheckedOut)}
	default:
		t.Status = []string{l.Asked.Status}
	}
	const first, last = "00000001", "99999999"
	from, to := first, last
	if l.Asked.From != "" {
		from = dayNumber(l.Asked.From)
	}
	if l.Asked.To != "" {
		to = dayNumber(l.Asked.To)
	}
	if l.Asked.From != "" || l.Asked.To != "" {
		switch l.Asked.Dates {
		case "leaving":
			t.Departure = []string{from, to}
		case "here":
			t.Arrival, t.Departure = []string{first, to}, []string{from, last}
		default:
			t.Arrival = []string{from, to}
		}
	}
	if l.Next != "" && len(l.Bookings) > 0 {
		t.Last = bookingID(l.Bookings[len(l.Bookings)-1].ID)
	}
	text, err := json.Marshal(t)
	if err != nil {
		return "{}" // texts always can be written
	}
	return string(text)
}

// order says by what lists.js keeps a list in order.
func (a BookingsAsked) order() string {
	switch {
	case a.Words != "", a.Sort == SortChanged, a.Dates == "booked":
		return ""
	case a.Dates == "leaving", a.Dates == "here":
		return "departure"
	}
	return "arrival"
}

// dayNumber writes a date so that it compares as a number: "20261128"; "0" for one
// that is not known.
func dayNumber(d inn.Date) string {
	if d == "" {
		return "0"
	}
	return strings.ReplaceAll(string(d), "-", "")
}

// departs is the day a booking ends, for the order of lists: at the end of time for
// what is kept without a day of return.
func departs(b inn.Booking) string {
	switch {
	case b.CheckOut != "":
		return dayNumber(b.CheckOut)
	case b.CheckIn != "" && b.Category.Lasts():
		return "99991231"
	}
	return dayNumber(b.CheckIn)
}

// dayOf writes the day that a booking begins, as a heading: "Sat 28 Nov".
func dayOf(b inn.Booking, year int) string {
	switch {
	case b.CheckIn == "":
		return "No date yet"
	case b.CheckIn.Year() == year:
		return b.CheckIn.Time().Format("Mon 2 Jan")
	}
	return b.CheckIn.Time().Format("Mon 2 Jan 2006")
}

// dayHeading is the same with how far it is from today.
func dayHeading(b inn.Booking, year int, today inn.Date) string {
	said := dayOf(b, year)
	switch b.CheckIn {
	case "":
	case today:
		return "Today, " + said
	case today.Add(1):
		return "Tomorrow, " + said
	}
	return said
}

// notFound says what was searched, where nothing was found.
func notFound(a BookingsAsked) string {
	if a.Words == "" {
		return "No booking matches."
	}
	return "No booking matches “" + a.Words + "”. Names, numbers and titles are searched; not phone numbers or e-mail."
}

func optionsOf(first string, values []string, name func(string) string) []option {
	all := []option{{"", first}}
	for _, v := range values {
		all = append(all, option{v, name(v)})
	}
	return all
}

func statusOptions() []option {
	all := []option{{"", "Any status"}, {StatusActive, "Active"}, {StatusStanding, "Not cancelled"}}
	for _, s := range inn.Statuses {
		all = append(all, option{string(s), statusBadge(s).Text})
	}
	return all
}

func categoryOptions() []option {
	all := []option{{"", "All kinds"}}
	for _, c := range inn.Categories {
		all = append(all, option{string(c), categoryName(c)})
	}
	return all
}

// sourceOptions are the sources there are, and the one that was asked for.
func sourceOptions(l BookingsList) []option {
	sources := l.Sources
	if l.Asked.Source != "" && !slices.Contains(sources, l.Asked.Source) {
		sources = append(slices.Clone(sources), l.Asked.Source)
	}
	return optionsOf("All sources", sources, sourceName)
}
