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
	bookings := []inn.Booking{{ID: "BK-1"}, {ID: "BK-2"}}
	for _, c := range []struct {
		path string
		list BookingsList
		want string
	}{
		{"/bookings", BookingsList{}, "bookings"},
		{"/bookings?property=&status=&q=", BookingsList{}, "bookings"},
		{"/bookings?property=lake-house", BookingsList{Property: "lake-house"}, "bookings-lake-house"},
		{"/bookings?status=new", BookingsList{Status: inn.New}, "booking-BK-1 booking-BK-2"},
		{"/bookings?before=k7f2-9", BookingsList{}, "booking-BK-1 booking-BK-2"},
	} {
		c.list.Bookings = bookings
		assert.Equal(t, c.want, listsOf(Page{Path: c.path}, c.list), c.path)
	}
}

func TestAlertsSortByUrgencyThenNews(t *testing.T) {
	assert.Equal(t, "30000000000000000012", alertSort(inn.Alert{Priority: inn.Critical, Event: 12}))
	assert.Equal(t, "00000000000000000013", alertSort(inn.Alert{Priority: inn.Low, Event: 13}))
}
