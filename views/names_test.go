package views

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"baithaka/internal/inn"
)

func TestStreamPathCarriesPositionAndScope(t *testing.T) {
	assert.Equal(t, "/live?after=k7f2-4812", streamPath(Page{Position: "k7f2-4812"}))
	assert.Equal(t, "/live?after=k7f2-4812&scope=property%3Alake-house", streamPath(Page{Position: "k7f2-4812", Scope: "property:lake-house"}))
}

func TestPathAboutLeadsNowhereWithoutAPage(t *testing.T) {
	for _, c := range []struct{ subject, property, want string }{
		{"booking:BK-1001", "lake-house", "/bookings/BK-1001"},
		{"booking:BK-1001", inn.Desk, "/bookings/BK-1001"},
		{"alert:lake-house:boiler", "lake-house", "/properties/lake-house"},
		{"property:lake-house", "lake-house", "/properties/lake-house"},
		{"alert:desk:till", inn.Desk, ""},
		{"alert:disk", "", ""},
	} {
		assert.Equal(t, c.want, pathAbout(c.subject, c.property), c.subject)
	}
}

func TestBookingReachesEveryListItBelongsTo(t *testing.T) {
	b := inn.Booking{ID: "BK.1:a", Property: "lake-house"}
	assert.Equal(t, `[data-list~="bookings"], [data-list~="bookings-lake-house"], [data-list~="booking-BK.1:a"]`, bookingLists(b))
}

func TestFilteredListTakesOnlyTheCardsItShows(t *testing.T) {
	const own = "booking-BK-1 booking-BK-2"
	for want, list := range map[string]BookingsList{
		"bookings":            {Newest: true, Asked: BookingsAsked{Status: "new", When: "today"}},
		"bookings-lake-house": {Newest: true, Asked: BookingsAsked{Property: "lake-house"}},
	} {
		assert.Equal(t, want, listsOf(list), "what matches is on the cards, and a page can tell")
	}
	for name, list := range map[string]BookingsList{
		"a further page": {}, "a search": {Newest: true, Asked: BookingsAsked{Words: "rao"}}, "made then": {Newest: true, Asked: BookingsAsked{Dates: "booked"}},
	} {
		list.Bookings = []inn.Booking{{ID: "BK-1"}, {ID: "BK-2"}}
		assert.Equal(t, own, listsOf(list), name)
	}
}

func TestAlertsSortByUrgencyThenNews(t *testing.T) {
	assert.Equal(t, "30000000000000000012", alertSort(inn.Alert{Priority: inn.Critical, Event: 12}))
	assert.Equal(t, "00000000000000000013", alertSort(inn.Alert{Priority: inn.Low, Event: 13}))
}
