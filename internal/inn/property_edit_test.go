package inn

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNightsCountWithTheRoomsThereWere(t *testing.T) {
	// The lake had one room until the sixth, two from then on; Asha had one for three
	// nights before and Cleo has one for two nights now.
	rooms := RoomCounts{"lake": {{Date: "2026-12-06", Units: 1}}}
	sales := sold(sale(Confirmed, "2026-12-03", "2026-12-06", "2026-12-02", 30000, "Asha"), sale(Confirmed, "2026-12-09", "2026-12-12", "2026-12-08", 0, "Cleo"))
	m := Measure("property:lake", []Property{lake}, rooms, sales, tenth, 10)
	// Five nights of one room and five of two: 15, of which 5 are sold.
	assert.Equal(t, of(33.3), m.Occupancy)
	assert.Equal(t, []float64{0, 0, 100, 100, 100, 0, 0, 0, 50, 50}, m.Trend.Occupancy)
	assert.Equal(t, &Money{2000, "EUR"}, m.Currencies["EUR"].RevPAR, "300 over 15")
	assert.Equal(t, Rooms{Sold: 1, Available: 2}, m.Tonight)

	closed := lake
	closed.Status = PropertyClosed
	rooms["lake"] = append(rooms["lake"], RoomsBefore{Date: "2026-12-10", Units: 2})
	m = Measure("property:lake", []Property{closed}, rooms, sales, tenth, 10)
	assert.Equal(t, of(38.5), m.Occupancy, "5 of 13: tonight has no rooms, the nights before keep theirs")
	assert.Equal(t, Rooms{Sold: 1}, m.Tonight)
}

func TestAnEditIsTidyAndKnowsWhatItChanges(t *testing.T) {
	p := Property{Slug: "lake", Name: "Lake House", Category: Stay, Units: 4, Currency: "INR", Zone: "Asia/Kolkata", Country: "IN", Status: PropertyOpen}
	assert.Empty(t, p.Changes(p.Edit(PropertyEdit{})))
	assert.Empty(t, p.Changes(p.Edit(PropertyEdit{Name: Given(" Lake House\n"), Currency: Given("inr"), Country: Given("in")})))
	next := p.Edit(PropertyEdit{Name: Given("Sea House"), Units: Given(6), Currency: Given("eur"), Zone: Given("Europe/Rome"), Country: Given("it"), Status: Given("closed")})
	assert.Equal(t, []Change{
		{"name", "Lake House", "Sea House"}, {"units", "4", "6"}, {"currency", "INR", "EUR"}, {"timezone", "Asia/Kolkata", "Europe/Rome"},
		{"country", "IN", "IT"}, {"status", "open", "closed"},
	}, p.Changes(next))
	require.NoError(t, next.Validate())
	assert.NotEqual(t, p.Fingerprint(), next.Fingerprint())
	assert.Zero(t, next.Sellable())
}

func TestWhatAChangeMeansIsSaid(t *testing.T) {
	p := Property{Slug: "lake", Name: "Lake House", Category: Stay, Units: 4, Currency: "INR", Zone: "Asia/Kolkata", Country: "IN", Status: PropertyOpen}
	noon := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC) // 17:30 there
	at := Stake{Coming: 3, People: 2, Priced: map[string]int{"INR": 12, "EUR": 1}, Nights: []NightSold{{"2026-11-28", 2}, {"2026-12-01", 4}, {"2026-12-02", 3}}}
	closed := p.Edit(PropertyEdit{Status: Given("closed")})
	for name, c := range map[string]struct {
		from Property
		edit PropertyEdit
		says []string
	}{
		"nothing": {p, PropertyEdit{Units: Given(4)}, nil},
		"more rooms": {p, PropertyEdit{Units: Given(6)}, []string{
			"From tonight, Sat 28 Nov 2026, occupancy counts 6 rooms; the nights before keep 4. Past stays stay as they are."}},
		"fewer rooms than are sold": {p, PropertyEdit{Units: Given(2)}, []string{
			"From tonight, Sat 28 Nov 2026, occupancy counts 2 rooms; the nights before keep 4. Past stays stay as they are. " +
				"2 nights are sold for more than that, first Tue 1 Dec 2026 with 4 rooms sold: no booking is cancelled, and those nights show more than 100 %."}},
		"a currency with money": {p, PropertyEdit{Currency: Given("EUR")}, []string{
			"Nothing is converted: 12 bookings hold amounts in INR and stay so. Figures show each currency by itself and never add two; RevPAR is worked out in EUR alone from now on, past nights included."}},
		"a zone where it is another day": {p, PropertyEdit{Zone: Given("Pacific/Auckland")}, []string{
			"Its clock shows 01:00 instead of 17:30: today is Sun 29 Nov 2026 and no longer Sat 28 Nov 2026, for arrivals, departures and figures. " +
				"The dates of stays stay as they are; what was booked or cancelled around midnight may count for the day beside."}},
		"a zone of the same day": {p, PropertyEdit{Zone: Given("UTC")}, []string{
			"Its clock shows 12:00 instead of 17:30: today is still Sat 28 Nov 2026, and ends at another moment. " +
				"The dates of stays stay as they are; what was booked or cancelled around midnight may count for the day beside."}},
		"closing": {p, PropertyEdit{Status: Given("closed")}, []string{
			"3 bookings are still to come and are not cancelled: check in, move or cancel each where it stands. All its bookings can be found and changed as before, and what programs still book there is kept and announced.",
			"It leaves the list of properties for that of the closed ones, and is not offered for people and keys any more. 2 people have it, keep it and go on seeing it; nobody loses a right.",
			"From tonight, Sat 28 Nov 2026, its 4 rooms no longer count in occupancy; the nights before keep them."}},
		"opening again": {closed, PropertyEdit{Status: Given("open")}, []string{
			"It is back in the list of properties and is offered for people and keys again.",
			"From tonight, Sat 28 Nov 2026, its 4 rooms count in occupancy again; the nights while it was closed do not."}},
	} {
		assert.Equal(t, c.says, c.from.Meaning(c.from.Edit(c.edit), at, noon), name)
	}
}
