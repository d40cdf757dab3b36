package inn

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func ended(b Booking, at time.Time) Booking {
	b.EndedAt = at
	return b
}

func inMoney(b Booking, minor int64, currency string) Booking {
	b.Price, b.Priced = Money{minor, currency}, true
	return b
}

// A guest who leaves before the day of leaving frees the room from then on. What
// they pay is for the nights they had.
func TestAnEarlyDepartureFreesTheRoomTonight(t *testing.T) {
	for name, c := range map[string]struct {
		left    time.Time
		tonight int
		nights  int
	}{
		"today, in the morning": {morning("2026-12-10"), 0, 2},
		"yesterday":             {morning("2026-12-09"), 0, 1},
		"on the day of arrival": {morning("2026-12-08"), 0, 0},
		"before it, by another clock: the nights that are past were had": {morning("2026-12-01"), 0, 2},
	} {
		b := ended(sale(CheckedOut, "2026-12-08", "2026-12-13", "2026-12-01", 50000, "a"), c.left)
		m := Measure("", []Property{lake}, nil, sold(b), tenth, 10)
		assert.Equal(t, c.tonight, m.Tonight.Sold, name)
		assert.Equal(t, Coverage{c.nights, c.nights}, m.Currencies["EUR"].Coverage, name)
		if c.nights > 0 {
			assert.Equal(t, &Money{50000 / int64(c.nights), "EUR"}, m.Currencies["EUR"].ADR, name)
		}
		assert.Zero(t, m.ActiveBookings, name)
	}
	// By the clock of the property, not of the server.
	p, now := lake, time.Date(2026, 12, 10, 20, 0, 0, 0, time.UTC)
	b := ended(sale(CheckedOut, "2026-12-08", "2026-12-13", "2026-12-01", 50000, "a"), now.Add(-30*time.Minute)) // 01:00 of the 11th in Kolkata
	for zone, nights := range map[string]int{"UTC": 2, "Asia/Kolkata": 3} {
		p.Zone = zone
		assert.Equal(t, nights, Measure("", []Property{p}, nil, sold(b), now, 10).Currencies["EUR"].Coverage.Nights, zone)
	}
}

// A guest who stays on is in the house, in nights that nobody has sold.
func TestAnOverdueStayIsInTheHouse(t *testing.T) {
	overdue := sale(CheckedIn, "2026-12-03", "2026-12-06", "2026-12-02", 30000, "a")
	m := Measure("", []Property{lake}, nil, sold(overdue), tenth, 10)
	assert.Equal(t, 1, m.ActiveBookings)
	assert.Equal(t, []float64{0, 1, 1, 1, 1, 1, 1, 1, 1, 1}, m.Trend.Bookings)
	assert.Equal(t, 0, m.Tonight.Sold)
	assert.Equal(t, Coverage{3, 3}, m.Currencies["EUR"].Coverage, "up to the day of leaving that was planned")
	assert.Equal(t, &Money{10000, "EUR"}, m.Currencies["EUR"].ADR)
	late := ended(sale(CheckedOut, "2026-12-03", "2026-12-06", "2026-12-02", 30000, "a"), morning("2026-12-09"))
	m = Measure("", []Property{lake}, nil, sold(late), tenth, 10)
	assert.Equal(t, Coverage{3, 3}, m.Currencies["EUR"].Coverage)
	assert.Equal(t, []float64{0, 1, 1, 1, 1, 1, 1, 1, 0, 0}, m.Trend.Bookings, "and was until they left")

	// However long ago it was booked: the house does not let go of who is in it.
	long := sale(CheckedIn, "2025-12-03", "2025-12-06", "2025-12-02", 30000, "a")
	sales := sold(long)
	sales.Forget(tenth, 10)
	assert.Equal(t, 1, Measure("", []Property{lake}, nil, sales, tenth, 10).ActiveBookings)
	car := overdue
	car.Category = Car
	assert.Equal(t, 1, Measure("", []Property{lake}, nil, sold(car), tenth, 10).ActiveBookings, "so is a car that is not back")
	tour := overdue
	tour.Category = Tour
	assert.Zero(t, Measure("", []Property{lake}, nil, sold(tour), tenth, 10).ActiveBookings, "a tour is over with its day")
}

// A guest without a day of leaving stays until they leave.
func TestAnOpenStayIsInTheHouseUntilItEnds(t *testing.T) {
	open := sale(CheckedIn, "2026-12-07", "", "2026-12-02", 40000, "a")
	m := Measure("", []Property{lake}, nil, sold(open), tenth, 10)
	assert.Equal(t, 1, m.ActiveBookings)
	assert.Equal(t, 1, m.Tonight.Sold)
	assert.Equal(t, Coverage{0, 4}, m.Currencies["EUR"].Coverage, "what a night costs is not known before all of them are")
	done := ended(open, morning("2026-12-09"))
	done.Status = CheckedOut
	m = Measure("", []Property{lake}, nil, sold(done), tenth, 10)
	assert.Zero(t, m.ActiveBookings)
	assert.Zero(t, m.Tonight.Sold)
	assert.Equal(t, Coverage{2, 2}, m.Currencies["EUR"].Coverage)
	assert.Equal(t, &Money{20000, "EUR"}, m.Currencies["EUR"].ADR)
	expected := sale(Confirmed, "2026-12-07", "", "2026-12-02", 40000, "a")
	m = Measure("", []Property{lake}, nil, sold(expected), tenth, 10)
	assert.Equal(t, 1, m.ActiveBookings, "one that has not arrived is still to come")
	assert.Zero(t, m.Tonight.Sold, "and is in no room yet")
}

// A stay that costs nothing takes a room and is not sold. One whose price is not
// known is sold, and a free night of one that is paid for is a night sold.
func TestWhatCostsNothingIsNotSold(t *testing.T) {
	stay := func(guest string) Booking { return sale(Confirmed, "2026-12-07", "2026-12-11", "2026-12-02", 0, guest) }
	free, unknown := inMoney(stay("free"), 0, "EUR"), stay("unknown")
	paid := inMoney(stay("three paid of four"), 30000, "EUR")
	four := lake
	four.Units = 4
	m := Measure("", []Property{four}, nil, sold(free, unknown, paid), tenth, 10)
	assert.Equal(t, Rooms{Sold: 2, Complimentary: 1, Available: 4}, m.Tonight)
	assert.Equal(t, of(20), m.Occupancy, "8 of 40")
	eur := m.Currencies["EUR"]
	assert.Equal(t, &Money{7500, "EUR"}, eur.ADR, "300 over four nights")
	assert.Equal(t, Coverage{4, 8}, eur.Coverage)
	assert.Equal(t, &Money{750, "EUR"}, eur.RevPAR)
	assert.Equal(t, 3, m.ActiveBookings, "it is shown like any other")
	assert.Equal(t, 3, m.TotalCustomers)
	assert.Zero(t, m.Redact(Visibility{}).Tonight.Complimentary, "who may not see money is not told")
}

// A thousandth is a coin where there are three decimals.
func TestThreeDecimalsStay(t *testing.T) {
	kuwait := Property{Slug: "lake", Category: Stay, Units: 1, Currency: "KWD", Zone: "Asia/Kuwait"}
	b := inMoney(sale(Confirmed, "2026-12-08", "2026-12-10", "2026-12-10", 0, "a"), 24691, "KWD")
	m := Measure("", []Property{kuwait}, nil, sold(b), tenth, 10)
	kwd := m.Currencies["KWD"]
	assert.Equal(t, "24.691", kwd.TodayRevenue.String())
	assert.Equal(t, "12.346", kwd.ADR.String())
	assert.Equal(t, "2.469", kwd.RevPAR.String())
}

// What is reported with a timestamp ahead, or behind, of when it was made counts
// on the day it was heard of, and is taken off again when it is cancelled.
func TestOtherClocksLeaveTodaysRevenueRight(t *testing.T) {
	now := time.Date(2026, 12, 10, 23, 50, 0, 0, time.UTC)
	sell := BookingChange{ID: "B", Property: Given("lake"), Category: Given(Stay), Title: Given("t"), Customer: Given("c"), Amount: Given("100"), Currency: Given("EUR")}
	today := func(b Booking) int64 {
		return Measure("", []Property{lake}, nil, sold(b), now, 10).Currencies["EUR"].TodayRevenue.Minor
	}
	for _, clock := range []time.Duration{0, 20 * time.Minute, 23 * time.Hour, -time.Minute} {
		sell.At = now.Add(clock)
		b, _, _, err := Booking{}.Apply(BookingNew, sell, false, now)
		require.NoError(t, err)
		assert.Equal(t, int64(10000), today(b), "%s ahead", clock)
		for _, other := range []time.Duration{0, 20 * time.Minute, 23 * time.Hour, -30 * time.Hour} {
			gone, _, _, err := b.Apply(BookingCancelled, BookingChange{At: now.Add(other)}, true, now)
			require.NoError(t, err)
			assert.Zero(t, today(gone), "made %s ahead, cancelled %s ahead", clock, other)
		}
	}
}
