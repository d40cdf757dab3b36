package inn

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The figures here were computed by hand; the window is the ten days from the
// first of December.
var (
	tenth = time.Date(2026, 12, 10, 12, 0, 0, 0, time.UTC)
	lake  = Property{Slug: "lake", Category: Stay, Units: 2, Currency: "EUR", Zone: "UTC"}
)

func morning(d Date) time.Time { return d.Time().Add(9 * time.Hour) }

func sale(status Status, in, out, booked Date, minor int64, guest string) Booking {
	b := Booking{ID: guest, Property: "lake", Category: Stay, Customer: guest, Status: status, CheckIn: in, CheckOut: out, Units: 1,
		BookedAt: morning(booked), Price: Money{minor, "EUR"}, Priced: minor > 0}
	if status != New {
		b.ConfirmedAt = b.BookedAt
	}
	return b
}

func decemberAtTheLake() []Booking {
	a := sale(Confirmed, "2026-12-03", "2026-12-06", "2026-12-02", 30000, "Asha")
	a.Email = "asha@example.test"
	b := sale(CheckedOut, "2026-11-29", "2026-12-02", "2026-11-25", 60000, "Ben") // across the edge: one of its three nights
	b.Units, b.EndedAt = 2, morning("2026-12-02")
	c := sale(Confirmed, "2026-12-09", "2026-12-12", "2026-12-10", 0, "Cleo") // beyond the other edge, and without a price
	d := sale(NoShow, "2026-12-04", "2026-12-06", "2026-12-04", 20000, "Dev")
	d.EndedAt = morning("2026-12-05")
	e := sale(Cancelled, "2026-12-07", "2026-12-09", "2026-12-05", 15000, "Eva")
	e.EndedAt = morning("2026-12-10")
	f := sale(New, "2026-12-07", "2026-12-08", "2026-12-10", 8000, "Asha's office")
	f.Email = "Asha@Example.test" // the same guest
	return []Booking{a, b, c, d, e, f}
}

func of(f float64) *float64 { return &f }

// sold returns what figures ask of bookings.
func sold(bookings ...Booking) Sales {
	sales := Sales{}
	for _, b := range bookings {
		sales.Add(b)
	}
	return sales
}

func TestMeasureByHand(t *testing.T) {
	m := Measure("property:lake", []Property{lake}, nil, sold(decemberAtTheLake()...), tenth, 10)
	assert.Equal(t, "10d", m.Window)
	assert.Equal(t, "EUR", m.Main)
	// Sold: 3 of Asha's, 2 rooms for one night of Ben's, 2 of Cleo's; of 2 × 10.
	assert.Equal(t, of(35), m.Occupancy)
	assert.Equal(t, []float64{100, 0, 50, 50, 50, 0, 0, 0, 50, 50}, m.Trend.Occupancy)
	assert.Equal(t, Rooms{Sold: 1, Available: 2}, m.Tonight)
	assert.Equal(t, CurrencyFigures{
		TotalRevenue:  Money{38000, "EUR"}, // Asha and her office; no-show and cancelled do not stand
		TodayRevenue:  Money{-7000, "EUR"}, // 80 booked today, 150 cancelled today
		RevenueChange: of(-36.7),           // 380 against Ben's 600
		ADR:           &Money{10000, "EUR"},
		RevPAR:        &Money{2500, "EUR"}, // (300 + 200) / 20
		Coverage:      Coverage{5, 7},
	}, m.Currencies["EUR"])
	assert.Equal(t, 4, m.TotalCustomers, "Asha and her office are one")
	assert.Equal(t, of(300), m.CustomersChange)
	assert.Equal(t, 1, m.ActiveBookings, "Cleo; Asha has left, the new one is not confirmed")
	assert.Equal(t, of(0), m.BookingsChange, "ten days ago it was Ben")
	assert.Equal(t, 2, m.NewToday)
	// At noon: Ben; Asha; Asha; she and Dev; she and Eva, twice; Eva until she cancels; Cleo.
	assert.Equal(t, []float64{1, 1, 1, 2, 2, 2, 1, 1, 1, 1}, m.Trend.Bookings)
	assert.Equal(t, []float64{0, 1, 0, 1, 1, 0, 0, 0, 0, 1}, m.Trend.Customers)
	assert.Equal(t, []float64{0, 300, 0, 0, 0, 0, 0, 0, 0, 80}, m.Trend.Revenue)
}

// Rows come in whatever order an index has them: a figure that depended on it
// would change without anything having happened.
func TestMeasureDoesNotDependOnTheOrderOfRows(t *testing.T) {
	bookings := decemberAtTheLake()
	m := Measure("property:lake", []Property{lake}, nil, sold(bookings...), tenth, 10)
	slices.Reverse(bookings)
	assert.True(t, m.Same(Measure("property:lake", []Property{lake}, nil, sold(bookings...), tenth.Add(time.Second), 10)))
	bookings[0].Priced = false
	assert.False(t, m.Same(Measure("property:lake", []Property{lake}, nil, sold(bookings...), tenth, 10)))
}

func TestNothingBeforeIsNewAndNoRoomsIsNoOccupancy(t *testing.T) {
	desk := Property{Slug: Desk, Category: Transfer, Currency: "EUR", Zone: "UTC"}
	taxi := sale(Confirmed, "2026-12-10", "", "2026-12-10", 4000, "Asha")
	taxi.Property, taxi.Category = Desk, Transfer
	m := Measure("property:desk", []Property{desk}, nil, sold(taxi), tenth, 10)
	assert.Nil(t, m.Occupancy)
	assert.Nil(t, m.BookingsChange)
	assert.Nil(t, m.CustomersChange)
	assert.Equal(t, 1, m.ActiveBookings)
	eur := m.Currencies["EUR"]
	assert.Equal(t, CurrencyFigures{TotalRevenue: Money{4000, "EUR"}, TodayRevenue: Money{4000, "EUR"}}, eur)
	text, err := json.Marshal(m)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"occupancy":null`)
	assert.Contains(t, string(text), `"totalRevenue":40,`)

	empty := Measure("property:lake", []Property{lake}, nil, nil, tenth, 10)
	assert.Equal(t, of(0), empty.Occupancy, "rooms and nobody in them is 0")
	assert.Nil(t, empty.Currencies["EUR"].ADR, "0 sold has no rate")
	assert.Equal(t, &Money{0, "EUR"}, empty.Currencies["EUR"].RevPAR)
	assert.Nil(t, Measure("portfolio", nil, nil, nil, tenth, 10).Occupancy)
}

func TestCurrenciesAreNeverAdded(t *testing.T) {
	hill := Property{Slug: "hill", Category: Stay, Units: 1, Currency: "INR", Zone: "UTC"}
	inr := sale(Confirmed, "2026-12-05", "2026-12-07", "2026-12-01", 800000, "Ravi")
	inr.Property, inr.Price.Currency = "hill", "INR"
	foreign := sale(Confirmed, "2026-12-01", "2026-12-03", "2026-12-01", 90000, "Lu") // sold in rupees at the lake
	foreign.Price.Currency = "INR"
	m := Measure("portfolio", []Property{hill, lake}, nil, sold(append(decemberAtTheLake(), inr, foreign)...), tenth, 10)
	assert.Equal(t, Money{38000, "EUR"}, m.Currencies["EUR"].TotalRevenue)
	assert.Equal(t, Money{890000, "INR"}, m.Currencies["INR"].TotalRevenue)
	assert.Equal(t, &Money{2500, "EUR"}, m.Currencies["EUR"].RevPAR, "only over the rooms sold in euro")
	assert.Equal(t, &Money{80000, "INR"}, m.Currencies["INR"].RevPAR, "what the lake earned in rupees is no revenue of the hill's ten room nights")
	assert.Equal(t, &Money{222500, "INR"}, m.Currencies["INR"].ADR, "8900 over four nights")
	assert.Equal(t, Coverage{4, 4}, m.Currencies["INR"].Coverage, "a night is counted where its price is")
	assert.Equal(t, Coverage{5, 7}, m.Currencies["EUR"].Coverage)
	assert.Equal(t, "EUR", m.Main, "most of the window's bookings")
	assert.Equal(t, []string{"INR"}, m.Others())
	assert.Equal(t, of(36.7), m.Occupancy, "11 of 30")
}

// At 20:00 UTC the day has changed in Kolkata and not in Rome.
func TestTodayIsThePropertysOwn(t *testing.T) {
	now := time.Date(2026, 12, 10, 20, 0, 0, 0, time.UTC)
	for zone, want := range map[string]int64{"Asia/Kolkata": 1000, "Europe/Rome": 3000, "UTC": 3000} {
		p := lake
		p.Zone = zone
		late, later := sale(New, "", "", "2026-12-10", 2000, "a"), sale(New, "", "", "2026-12-10", 1000, "b")
		late.BookedAt = time.Date(2026, 12, 10, 18, 0, 0, 0, time.UTC)  // 23:30 in Kolkata
		later.BookedAt = time.Date(2026, 12, 10, 19, 0, 0, 0, time.UTC) // 00:30 of the 11th in Kolkata
		before := sale(New, "", "", "2026-12-09", 500, "c")
		before.BookedAt = time.Date(2026, 12, 9, 22, 30, 0, 0, time.UTC) // 23:30 of the 9th in Rome
		m := Measure("property:lake", []Property{p}, nil, sold(late, later, before), now, 10)
		assert.Equal(t, want, m.Currencies["EUR"].TodayRevenue.Minor, zone)
		assert.Equal(t, int64(3500), m.Currencies["EUR"].TotalRevenue.Minor, zone)
	}
	tonight := sale(Confirmed, "2026-12-11", "2026-12-12", "2026-12-01", 0, "a")
	for zone, rooms := range map[string]int{"Asia/Kolkata": 1, "Europe/Rome": 0} {
		p := lake
		p.Zone = zone
		assert.Equal(t, rooms, Measure("", []Property{p}, nil, sold(tonight), now, 10).Tonight.Sold, zone)
	}
}

func TestActiveNowAgainstAWindowAgo(t *testing.T) {
	gone := sale(Cancelled, "2026-12-01", "2026-12-20", "2026-11-01", 0, "a")
	gone.EndedAt = morning("2026-12-05")
	staying := sale(CheckedIn, "2026-12-01", "2026-12-10", "2026-11-01", 0, "b") // leaves today
	left := sale(Confirmed, "2026-11-01", "2026-11-30", "2026-11-01", 0, "c")    // nobody checked it out
	fresh := sale(Confirmed, "2026-12-11", "2026-12-12", "2026-12-09", 0, "d")
	m := Measure("", []Property{lake}, nil, sold(gone, staying, left, fresh), tenth, 10)
	assert.Equal(t, 2, m.ActiveBookings, "staying and fresh")
	assert.Equal(t, of(-33.3), m.BookingsChange, "gone, staying and left before")
}

func TestGuestsOfASetAreCountedOnce(t *testing.T) {
	hill := Property{Slug: "hill", Category: Stay, Units: 1, Currency: "EUR", Zone: "UTC"}
	here, there := sale(New, "", "", "2026-12-01", 0, "Asha Rao"), sale(New, "", "", "2026-12-03", 0, " asha  RAO ")
	there.Property = "hill"
	before := sale(New, "", "", "2026-11-25", 0, "Asha Rao")
	set := []Booking{here, there, before}
	assert.Equal(t, 1, Measure("properties", []Property{hill, lake}, nil, sold(set...), tenth, 10).TotalCustomers)
	assert.Equal(t, of(0), Measure("properties", []Property{hill, lake}, nil, sold(set...), tenth, 10).CustomersChange)
	assert.Equal(t, 1, Measure("property:hill", []Property{hill}, nil, sold(set...), tenth, 10).TotalCustomers)
	assert.Equal(t, 1, Measure("property:lake", []Property{lake}, nil, sold(set...), tenth, 10).TotalCustomers)
}

func TestOddStays(t *testing.T) {
	dayUse := sale(Confirmed, "2026-12-05", "2026-12-05", "2026-12-01", 5000, "a")
	open := sale(Confirmed, "2026-12-05", "", "2026-12-01", 5000, "b")
	car := sale(Confirmed, "2026-12-05", "2026-12-09", "2026-12-01", 5000, "c")
	car.Category = Car
	m := Measure("", []Property{lake}, nil, sold(dayUse, open, car), tenth, 10)
	assert.Equal(t, of(0), m.Occupancy, "none of them sleeps in a room")
	assert.Nil(t, m.Currencies["EUR"].ADR)
	full := sale(Confirmed, "2026-12-01", "2026-12-11", "2026-12-01", 0, "d")
	full.Units = 3
	assert.Equal(t, of(150), Measure("", []Property{lake}, nil, sold(full), tenth, 10).Occupancy, "overbooked is shown")
	third := sale(Confirmed, "2026-11-29", "2026-12-02", "2026-11-01", 10000, "e") // one night of three
	assert.Equal(t, &Money{3333, "EUR"}, Measure("", []Property{lake}, nil, sold(third), tenth, 10).Currencies["EUR"].ADR)
	both := sale(Cancelled, "", "", "2026-12-10", 7000, "f")
	both.EndedAt = morning("2026-12-10")
	assert.Zero(t, Measure("", []Property{lake}, nil, sold(both), tenth, 10).Currencies["EUR"].TodayRevenue.Minor, "booked and cancelled today")
}

// The line beside "Active bookings" draws active bookings: on each day what the
// number would have said.
func TestTheTrendOfActiveBookingsIsWhatItSays(t *testing.T) {
	house := Property{Slug: "a", Category: Stay, Units: 9, Currency: "INR", Zone: "Asia/Kolkata"}
	now := time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	ago := func(days float64) time.Time { return now.Add(-time.Duration(days * float64(oneDay))) }
	bookings := []Booking{
		{ConfirmedAt: ago(100), CheckIn: "2026-12-01", CheckOut: "2026-12-05"},                  // all along
		{ConfirmedAt: ago(20.5), CheckIn: "2026-11-05", CheckOut: "2026-11-10"},                 // over by now
		{ConfirmedAt: ago(20), EndedAt: ago(10), CheckIn: "2026-12-05", CheckOut: "2026-12-06"}, // cancelled
		{ConfirmedAt: ago(3)},            // without dates
		{CheckIn: "2026-12-01"},          // never confirmed
		{ConfirmedAt: now, EndedAt: now}, // gone at once
		{ConfirmedAt: ago(0.25), CheckIn: "2026-11-21"},
	}
	for i := range bookings {
		bookings[i].Property, bookings[i].BookedAt, bookings[i].Category = "a", ago(200), Stay
	}
	m := Measure("property:a", []Property{house}, nil, sold(bookings...), now, 30)
	today := dayOf(DateOf(now, house.Location()))
	for i, got := range m.Trend.Bookings {
		want := 0
		for _, s := range sold(bookings...)["a"] {
			if s.activeAt(now.AddDate(0, 0, i-29).UnixMilli(), today+day(i-29)) {
				want++
			}
		}
		assert.Equal(t, float64(want), got, "day %d", i)
	}
	assert.Equal(t, float64(m.ActiveBookings), m.Trend.Bookings[29])
	assert.Equal(t, 3, m.ActiveBookings)
}
