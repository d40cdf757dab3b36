package views

import (
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/stretchr/testify/assert"

	"baithaka/internal/inn"
)

func TestMoney(t *testing.T) {
	for want, m := range map[string]inn.Money{
		"₹\u202f14,400":        {Minor: 1440000, Currency: "INR"},
		"₹\u202f1,00,00,000":   {Minor: 1_000_000_000, Currency: "INR"},
		"₹\u202f999":           {Minor: 99900, Currency: "INR"},
		"₹\u202f1,000.50":      {Minor: 100050, Currency: "INR"},
		"NPR\u202f1,00,000":    {Minor: 10_000_000, Currency: "NPR"},
		"€\u202f21,480":        {Minor: 2148000, Currency: "EUR"},
		"€\u202f0":             {Minor: 0, Currency: "EUR"},
		"−$\u202f1,234,567.80": {Minor: -123456780, Currency: "USD"},
		"¥\u202f12,000":        {Minor: 12000, Currency: "JPY"},
		"CHF\u202f120":         {Minor: 12000, Currency: "CHF"},
		"KWD\u202f1.250":       {Minor: 1250, Currency: "KWD"},
	} {
		assert.Equal(t, want, money(m))
	}
}

func TestAveragesAreRoundedToWholeUnits(t *testing.T) {
	assert.Equal(t, "₹\u202f5,040", money(whole(inn.Money{Minor: 504032, Currency: "INR"})))
	assert.Equal(t, "₹\u202f5,041", money(whole(inn.Money{Minor: 504050, Currency: "INR"})))
	assert.Equal(t, "¥\u202f5,040", money(whole(inn.Money{Minor: 5040, Currency: "JPY"})))
	assert.Equal(t, "KWD\u202f12.346", money(whole(inn.Money{Minor: 12346, Currency: "KWD"})), "but a thousandth of a dinar is no noise")
	assert.Equal(t, "UYW\u202f1.2346", money(whole(inn.Money{Minor: 12346, Currency: "UYW"})))
}

func TestWhatCostsNothingIsComplimentary(t *testing.T) {
	b := booking()
	b.Price.Minor = 0
	assert.Equal(t, "Complimentary", price(b))
	assert.Contains(t, render(t, BookingCard(b, seesAll)), "Complimentary")
	assert.NotContains(t, render(t, BookingCard(b.Redact(seesNoCash), seesNoCash)), "Complimentary")
	b.Priced = false
	assert.NotContains(t, render(t, BookingCard(b, seesAll)), "Complimentary", "what is not known is not nothing")
	assert.Equal(t, "18 of 25 rooms tonight", tonight(inn.Rooms{Sold: 18, Available: 25}))
	assert.Equal(t, "18 of 25 rooms tonight, 2 complimentary", tonight(inn.Rooms{Sold: 18, Complimentary: 2, Available: 25}))
}

func TestDates(t *testing.T) {
	for _, c := range []struct {
		from, to inn.Date
		want     string
	}{
		{"2026-12-12", "2026-12-15", "12–15 Dec"},
		{"2026-11-30", "2026-12-02", "30 Nov–2 Dec"},
		{"2026-12-30", "2027-01-02", "30 Dec 2026–2 Jan 2027"},
		{"2027-01-13", "2027-01-16", "13–16 Jan 2027"},
		{"2027-01-30", "2027-02-02", "30 Jan–2 Feb 2027"},
		{"2026-12-12", "2026-12-12", "12 Dec"},
		{"2026-12-12", "", "12 Dec"},
		{"", "2026-12-15", "until 15 Dec"},
		{"", "", ""},
	} {
		assert.Equal(t, c.want, dates(c.from, c.to, 2026))
	}
}

func TestStay(t *testing.T) {
	b := inn.Booking{Category: inn.Stay, CheckIn: "2026-12-12", CheckOut: "2026-12-15", ChangedAt: noon}
	assert.Equal(t, "12–15 Dec, 3 nights", stay(b, 2026))
	b.CheckOut = "2026-12-13"
	assert.Equal(t, "12–13 Dec, 1 night", stay(b, 2026))
	b.Category = inn.Car
	assert.Equal(t, "12–13 Dec, 1 day", stay(b, 2026))
	b.CheckOut = ""
	assert.Equal(t, "12 Dec", stay(b, 2026))
}

func TestDateChangeShowsBothEndsAsOne(t *testing.T) {
	b := inn.Booking{
		Category: inn.Stay, CheckIn: "2026-12-12", CheckOut: "2026-12-16", ChangedAt: noon,
		Changed: []inn.Change{{Field: "checkOut", From: "2026-12-15", To: "2026-12-16"}},
	}
	c, changed := dateChange(b, 2026)
	assert.True(t, changed)
	assert.Equal(t, change{From: "12–15 Dec", To: "12–16 Dec, 4 nights"}, c)
}

// One year is not mistaken for another: a year is left out only where it is the
// present one, whenever the booking was made or changed.
func TestDatesOfAnotherYearSaySo(t *testing.T) {
	long := inn.Booking{Category: inn.Stay, CheckIn: "2025-12-12", CheckOut: "2025-12-15", ChangedAt: noon.AddDate(-1, 0, 0)}
	assert.Equal(t, "12–15 Dec 2025, 3 nights", stay(long, 2026))
	assert.Equal(t, "12–15 Dec, 3 nights", stay(long, 2025))
	b := booking()
	b.CheckIn, b.CheckOut, b.ChangedAt = "2025-12-12", "2025-12-15", noon.AddDate(-1, 0, 0)
	b.Changed = nil
	for _, c := range []templ.Component{BookingCard(b, seesAll), FeedRow(bookingEvent(t, b), seesAll, epoch), Toast(bookingEvent(t, b), seesAll, epoch)} {
		assert.Contains(t, render(t, c), "12–15 Dec 2025")
	}
	assert.Contains(t, render(t, BookingFacts(b, seesAll)), "Fri 12 Dec 2025 – Mon 15 Dec 2025")
	for was, want := range map[string]change{
		"2025": {From: "12–15 May 2025", To: "12–15 May 2026, 3 nights"},
		"2026": {From: "12–15 May", To: "13–16 May, 3 nights"},
		"2027": {From: "12–15 May 2027", To: "12–15 May 2026, 3 nights"},
	} {
		now := inn.Booking{Category: inn.Stay, CheckIn: "2026-05-12", CheckOut: "2026-05-15"}
		if was == "2026" {
			now.CheckIn, now.CheckOut = "2026-05-13", "2026-05-16"
		}
		now.Changed = []inn.Change{{Field: "checkIn", From: was + "-05-12", To: string(now.CheckIn)}, {Field: "checkOut", From: was + "-05-15", To: string(now.CheckOut)}}
		c, _ := dateChange(now, 2026)
		assert.Equal(t, want, c)
	}
}

func TestPriceBeforeIsInTheCurrencyItWasIn(t *testing.T) {
	b := inn.Booking{Price: inn.Money{Minor: 61000, Currency: "EUR"}, Priced: true, Changed: []inn.Change{
		{Field: "amount", From: "54000", To: "610"}, {Field: "currency", From: "INR", To: "EUR"},
	}}
	before, changed := priceBefore(b)
	assert.True(t, changed)
	assert.Equal(t, "₹\u202f54,000", before)
}

func TestGreeting(t *testing.T) {
	for hour, want := range map[int]string{
		0: "Hello, Asha", 3: "Hello, Asha", 4: "Good morning, Asha", 11: "Good morning, Asha",
		12: "Good afternoon, Asha", 16: "Good afternoon, Asha", 17: "Good evening, Asha", 23: "Good evening, Asha",
	} {
		now := time.Date(2026, 11, 21, hour, 0, 0, 0, time.UTC)
		assert.Equal(t, want, greeting(now, time.UTC, "Asha Rao"))
	}
	assert.Equal(t, "Good morning", greeting(time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC), time.UTC, " "))
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{"Asha Rao": "AR", "nikhil": "N", "مريم الفاسي": "ما", "": "?", "A B C": "AC"} {
		assert.Equal(t, want, initials(name), name)
	}
}

func TestUnread(t *testing.T) {
	for n, want := range map[int]string{0: "0", 7: "7", 99: "99", 100: "99+"} {
		assert.Equal(t, want, unread(inn.Badge{Unread: n}))
	}
}

func TestSparklineDrawsNothingFromNothing(t *testing.T) {
	assert.Empty(t, sparkline(nil, 64, 18))
	assert.Empty(t, sparkline([]float64{5, 5, 5}, 64, 18), "a flat series says nothing")
	assert.Equal(t, "0,18 32,9 64,0", sparkline([]float64{0, 1, 2}, 64, 18))
}

func TestCoarseKeepsTheCourse(t *testing.T) {
	assert.Equal(t, []float64{1.5, 3.5}, coarse([]float64{1, 2, 3, 4}, 2))
	assert.Equal(t, []float64{1, 2}, coarse([]float64{1, 2}, 10))
}

func TestPercentAndPlural(t *testing.T) {
	assert.Equal(t, "4.2", percent(-4.2))
	assert.Equal(t, "12", percent(12.3))
	assert.Equal(t, "1 room", plural(1, "room"))
	assert.Equal(t, "1,204 rooms", plural(1204, "room"))
}

func TestShownTimesAreOfTheZone(t *testing.T) {
	kolkata := inn.Location("Asia/Kolkata")
	assert.Equal(t, "21 Nov 2026, 17:30", short(noon, kolkata))
	assert.Equal(t, "Saturday 21 November 2026, 17:30 IST", full(noon, kolkata))
	assert.Equal(t, "17:30", clock(noon, kolkata))
	assert.Equal(t, "17:30 Sat 21 Nov 2026", spoken(noon, kolkata))
	assert.Equal(t, "1795285800000", ends(noon, kolkata), "00:00 of the 22nd there")
	assert.Equal(t, "1795262400000 330", offsets(noon, kolkata))
	assert.Equal(t, "1795262400000 60 1806195600000 120 1824944400000 60", offsets(noon, inn.Location("Europe/Rome")))
	assert.Equal(t, "1795262400000 -420", offsets(noon, inn.Location("America/Vancouver")), "since 2026 there is one time there all year")
}
