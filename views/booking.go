package views

import (
	"net/url"
	"strings"
)

// filtered reports whether the list shows less than everything.
func (l BookingsList) filtered() bool { return l.Property != "" || l.Status != "" || l.Search != "" }

func bookingsSubtitle(l BookingsList) string {
	if l.filtered() {
		return "What matches, the last changed first"
	}
	return "The last changed first"
}

// listsOf names what is pushed into a page of bookings: everything of a
// property or of all, when that is what it shows from the beginning, else the
// bookings already on it.
func listsOf(p Page, l BookingsList) string {
	if l.Status == "" && l.Search == "" && firstPage(p) {
		if l.Property != "" {
			return listBookingsOf(l.Property)
		}
		return listBookings
	}
	names := make([]string, len(l.Bookings))
	for i, b := range l.Bookings {
		names[i] = listBooking(b.ID)
	}
	return strings.Join(names, " ")
}

// firstPage reports whether the page's query asks for nothing but a property.
func firstPage(p Page) bool {
	_, query, _ := strings.Cut(p.Path, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return false
	}
	for name, value := range values {
		if name != "property" && strings.Join(value, "") != "" {
			return false
		}
	}
	return true
}
