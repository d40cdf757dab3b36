package inn

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Metrics are the figures of a scope: the portfolio, one property, or the exact
// set of properties that somebody has. Amounts stand under their currency and
// two currencies are never added. A figure that has no meaning (no rooms, no
// priced nights, nothing before to compare with) is nil, never 0.
type Metrics struct {
	Scope           string                     `json:"scope"`                // "portfolio", "property:lake-house", "properties"
	Window          string                     `json:"window"`               // "30d": the last thirty days, today among them
	Currencies      map[string]CurrencyFigures `json:"currencies,omitempty"` // absent without FINANCIAL_VIEW
	ActiveBookings  int                        `json:"activeBookings"`       // confirmed, not finished, now
	BookingsChange  *float64                   `json:"bookingsChange"`       // percent, against one window ago
	TotalCustomers  int                        `json:"totalCustomers"`       // distinct guests who booked in the window
	CustomersChange *float64                   `json:"customersChange"`      // percent, against the window before
	Occupancy       *float64                   `json:"occupancy"`            // percent of room nights sold in the window
	Timestamp       time.Time                  `json:"timestamp"`

	Main      string `json:"-"` // the currency that most of the window's bookings are in
	Tonight   Rooms  `json:"-"` // room nights of today
	NewToday  int    `json:"-"` // bookings made today
	Trend     Trend  `json:"-"` // a value per day of the window, the oldest first
	WindowLen int    `json:"-"` // days
}

// CurrencyFigures are the money figures in one currency.
type CurrencyFigures struct {
	TotalRevenue  Money    `json:"totalRevenue"`  // Σ value of bookings made in the window that stand
	TodayRevenue  Money    `json:"todayRevenue"`  // Σ value of bookings made today − value cancelled today
	RevenueChange *float64 `json:"revenueChange"` // percent, total revenue against the window before
	ADR           *Money   `json:"adr"`           // room revenue / rooms sold, over nights with a known price
	RevPAR        *Money   `json:"revpar"`        // room revenue / rooms available, of properties in this currency
	Coverage      Coverage `json:"coverage"`      // how many of the nights sold have a known price
}

// Coverage says on how many of the nights a money figure rests.
type Coverage struct {
	Priced int `json:"priced"`
	Nights int `json:"nights"`
}

// Rooms counts room nights.
type Rooms struct{ Sold, Available int }

// Trend holds the series behind the sparklines.
// Bookings are the active ones, at this time of each day.
type Trend struct{ Revenue, Bookings, Customers, Occupancy []float64 }

// MarshalJSON writes the amount as a number in major units.
func (m Money) MarshalJSON() ([]byte, error) { return []byte(m.String()), nil }

// ParseWindow reads "7d" to "366d"; "" is 30 days.
func ParseWindow(s string) (days int, err error) {
	if s == "" {
		return 30, nil
	}
	days, err = strconv.Atoi(strings.TrimSuffix(s, "d"))
	if err != nil || !strings.HasSuffix(s, "d") || days < 1 || days > 366 {
		return 0, E(Invalid, "The window must be 1d to 366d, for example 30d.")
	}
	return days, nil
}

// Measure computes the figures of a scope from its properties and their
// bookings. Every property counts days in its own zone. The definitions follow
// USALI and STR where those have one: a night is (room, local date), the
// checkout day is not counted, no-shows and cancellations are not sold, rooms
// out of order for a while stay in the denominator, and period figures are sums
// over nights, never averages of daily ratios.
func Measure(scope string, properties []Property, bookings []Booking, now time.Time, days int) Metrics {
	m := measure{days: days, now: now, money: map[string]*tally{}, guests: map[string]int{}, guestsBefore: map[string]bool{}}
	m.trend = Trend{make([]float64, days), make([]float64, days), make([]float64, days), make([]float64, days)}
	m.sold, m.revenue = make([]int, days), make([]int64, days)
	byProperty := map[string][]Booking{}
	for _, b := range bookings {
		byProperty[b.Property] = append(byProperty[b.Property], b)
	}
	m.main = mainCurrency(properties, bookings, now.AddDate(0, 0, -days))
	if m.main != "" {
		m.in(m.main)
	}
	for _, p := range properties {
		m.property(p, byProperty[p.Slug])
	}
	return m.result(scope)
}

// measure gathers the sums of one Measure call.
type measure struct {
	days                 int
	now                  time.Time
	main                 string
	money                map[string]*tally
	active, activeBefore int
	guests               map[string]int // the first day of the window on which each booked
	guestsBefore         map[string]bool
	available            int     // rooms of a night, over all properties of the scope
	sold                 []int   // per day of the window
	revenue              []int64 // the same, in minor units of the main currency
	newToday             int
	trend                Trend
}

// tally are the sums in one currency, in minor units and room nights.
type tally struct {
	total, before, today int64
	rooms, own           int64 // room revenue; own is that of properties in this currency
	priced, nights       int
	available            int
}

func (m *measure) in(currency string) *tally {
	t := m.money[currency]
	if t == nil {
		t = &tally{}
		m.money[currency] = t
	}
	return t
}

func (m *measure) property(p Property, bookings []Booking) {
	loc := p.Location()
	today := DateOf(m.now, loc)
	first := today.Add(1 - m.days)
	if p.Category == Stay {
		m.available += p.Units
		m.in(p.Currency).available += p.Units * m.days
	} else if p.Slug != Desk {
		m.in(p.Currency)
	}
	for _, b := range bookings {
		booked := DateOf(b.BookedAt, loc)
		day := first.Days(booked) // 0 … days-1 within the window
		if day >= 0 && day < m.days {
			guest := b.guest()
			if known, ok := m.guests[guest]; !ok || day < known {
				m.guests[guest] = day
			}
			if booked == today {
				m.newToday++
			}
		} else if day >= -m.days && day < 0 {
			m.guestsBefore[b.guest()] = true
		}
		m.booked(b, day, booked == today, b.Status == Cancelled && DateOf(b.EndedAt, loc) == today)
		m.activeDays(b, first)
		if b.activeAt(m.now, today) {
			m.active++
		}
		if then := today.Add(-m.days); b.activeAt(m.now.AddDate(0, 0, -m.days), then) {
			m.activeBefore++
		}
		if p.Category == Stay && b.Category == Stay {
			m.nights(p, b, first)
		}
	}
}

// booked adds the value of a booking to the windows it was made in.
func (m *measure) booked(b Booking, day int, today, cancelledToday bool) {
	if !b.Priced {
		return
	}
	t := m.in(b.Price.Currency)
	if b.Status.Stands() {
		switch {
		case day >= 0 && day < m.days:
			t.total += b.Price.Minor
			if b.Price.Currency == m.main {
				m.revenue[day] += b.Price.Minor
			}
		case day >= -m.days && day < 0:
			t.before += b.Price.Minor
		}
	}
	if today {
		t.today += b.Price.Minor
	}
	if cancelledToday {
		t.today -= b.Price.Minor
	}
}

// nights adds the nights of a stay that fall into the window, and their share
// of its price.
func (m *measure) nights(p Property, b Booking, first Date) {
	if b.Status != Confirmed && b.Status != CheckedIn && b.Status != CheckedOut {
		return
	}
	length := b.Nights()
	from := max(first.Days(b.CheckIn.orFirst(first)), 0)
	to := min(first.Days(b.CheckOut.orFirst(first)), m.days)
	if length < 1 || from >= to {
		return
	}
	for day := from; day < to; day++ {
		m.sold[day] += b.Units
	}
	nights := (to - from) * b.Units
	if !b.Priced {
		m.in(p.Currency).nights += nights
		return
	}
	t, revenue := m.in(b.Price.Currency), share(b.Price.Minor, to-from, length)
	t.nights += nights
	t.priced += nights
	t.rooms += revenue
	if b.Price.Currency == p.Currency {
		t.own += revenue
	}
}

func (d Date) orFirst(first Date) Date {
	if d == "" {
		return first
	}
	return d
}

// share gives part/whole of an amount, rounded half up.
func share(minor int64, part, whole int) int64 {
	return (2*minor*int64(part) + int64(whole)) / (2 * int64(whole))
}

func (m *measure) result(scope string) Metrics {
	r := Metrics{
		Scope: scope, Window: fmt.Sprintf("%dd", m.days), WindowLen: m.days, Timestamp: m.now.UTC(), Main: m.main,
		Currencies: map[string]CurrencyFigures{}, NewToday: m.newToday, Trend: m.trend,
		ActiveBookings: m.active, BookingsChange: change(int64(m.active), int64(m.activeBefore)),
		TotalCustomers: len(m.guests), CustomersChange: change(int64(len(m.guests)), int64(len(m.guestsBefore))),
		Tonight: Rooms{m.sold[m.days-1], m.available},
	}
	for _, day := range m.guests {
		r.Trend.Customers[day]++
	}
	sold := 0
	for day, n := range m.sold {
		sold += n
		r.Trend.Revenue[day] = Money{m.revenue[day], m.main}.Major()
		if m.available > 0 {
			r.Trend.Occupancy[day] = percent(n, m.available)
		}
	}
	if m.available > 0 {
		occupancy := percent(sold, m.available*m.days)
		r.Occupancy = &occupancy
	}
	for currency, t := range m.money {
		f := CurrencyFigures{
			TotalRevenue: Money{t.total, currency}, TodayRevenue: Money{t.today, currency},
			RevenueChange: change(t.total, t.before), Coverage: Coverage{t.priced, t.nights},
		}
		if t.priced > 0 {
			f.ADR = &Money{share(t.rooms, 1, t.priced), currency}
		}
		if t.available > 0 {
			f.RevPAR = &Money{share(t.own, 1, t.available), currency}
		}
		r.Currencies[currency] = f
	}
	return r
}

// change gives the percentage by which now differs from before, to one decimal;
// nil when there was nothing before: that is "new", not ∞ %.
func change(now, before int64) *float64 {
	if before <= 0 {
		return nil
	}
	c := math.Round(float64(now-before)/float64(before)*1000) / 10
	return &c
}

func percent(part, whole int) float64 {
	return math.Round(float64(part)/float64(whole)*1000) / 10
}

// mainCurrency is the one that most of the window's bookings are priced in; the
// properties' own decide among equals, then the code.
func mainCurrency(properties []Property, bookings []Booking, since time.Time) string {
	priced, own := map[string]int{}, map[string]int{}
	for _, p := range properties {
		own[p.Currency]++
	}
	for _, b := range bookings {
		if b.Priced && b.BookedAt.After(since) {
			priced[b.Price.Currency]++
			own[b.Price.Currency] += 0 // a currency counts even when no property has it
		}
	}
	codes := slices.SortedFunc(maps.Keys(own), func(a, b string) int {
		return cmp.Or(cmp.Compare(priced[b], priced[a]), cmp.Compare(own[b], own[a]), cmp.Compare(a, b))
	})
	if len(codes) == 0 {
		return ""
	}
	return codes[0]
}

// Others gives the currencies of the scope besides the main one that have any
// money in them, by code.
func (m Metrics) Others() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(m.Currencies)), func(c string) bool {
		return c == m.Main || m.Currencies[c].TotalRevenue.Minor == 0 && m.Currencies[c].TodayRevenue.Minor == 0
	})
}

// Redact gives the figures without money for a sight that holds none.
func (m Metrics) Redact(s Sight) Metrics {
	if !s.Money {
		m.Currencies, m.Trend.Revenue, m.Main = nil, nil, ""
	}
	return m
}

// Same reports whether two results show the same, whenever they were computed.
func (m Metrics) Same(other Metrics) bool {
	m.Timestamp = other.Timestamp
	return reflect.DeepEqual(m, other)
}
