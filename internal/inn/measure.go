package inn

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// Measure computes the figures of a scope from its properties, how many rooms they
// had before, and what was sold of them, over that many days. Every property counts days in its own zone. The
// definitions follow USALI and STR where those have one: a night is (room, local
// date), the checkout day is not counted, no-shows, cancellations and what costs
// nothing are not sold, rooms out of order for a while stay in the denominator, and
// period figures are sums over nights, never averages of daily ratios.
func Measure(scope string, properties []Property, rooms RoomCounts, sales Sales, now time.Time, days int) Metrics {
	m := measure{
		days: days, now: now, at: now.UnixMilli(), atBefore: now.UnixMilli() - int64(days)*dayMillis,
		money: map[string]*tally{}, guests: map[uint64]int{}, guestsBefore: map[uint64]bool{},
	}
	m.trend = Trend{make([]float64, days), make([]float64, days), make([]float64, days), make([]float64, days)}
	m.available, m.sold, m.revenue = make([]int, days), make([]int, days), make([]int64, days)
	m.main = mainCurrency(properties, sales, m.atBefore)
	if m.main != "" {
		m.in(m.main)
	}
	for _, p := range properties {
		m.property(p, rooms, sales[p.Slug])
	}
	return m.result(scope)
}

// measure gathers the sums of one Measure call.
type measure struct {
	days                 int
	now                  time.Time
	at, atBefore         int64 // now and one window ago, in unix milliseconds
	main                 string
	money                map[string]*tally
	active, activeBefore int
	guests               map[uint64]int // the first day of the window on which each booked
	guestsBefore         map[uint64]bool
	available            []int   // rooms per night of the window, over all properties of the scope
	sold                 []int   // the same, of those that were sold
	revenue              []int64 // the same, in minor units of the main currency
	newToday             int
	undated              int // of those made in the window
	complimentary        int // rooms of tonight that cost nothing
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

func (m *measure) property(p Property, rooms RoomCounts, sales []Sale) {
	zone := p.Location()
	today := dayIn(m.at, zone)
	first := today + 1 - day(m.days)
	if p.Category == Stay {
		own := m.in(p.Currency)
		for on := range m.available {
			n := rooms.on(p, first+day(on))
			m.available[on] += n
			own.available += n
		}
	} else if p.Slug != Desk {
		m.in(p.Currency)
	}
	for i := range sales {
		s := &sales[i]
		booked := int(dayIn(s.booked, zone) - first) // 0 … days-1 within the window
		if booked >= 0 && booked < m.days {
			if known, ok := m.guests[s.guest]; !ok || booked < known {
				m.guests[s.guest] = booked
			}
			if booked == m.days-1 {
				m.newToday++
			}
			if s.stay && s.stands && s.in == noDay {
				m.undated++
			}
		} else if booked >= -m.days && booked < 0 {
			m.guestsBefore[s.guest] = true
		}
		if s.priced {
			m.booked(s, booked, s.cancelled && dayIn(s.ended, zone) == today)
		}
		m.activeDays(s, first)
		if s.activeAt(m.at, today) {
			m.active++
		}
		if s.activeAt(m.atBefore, today-day(m.days)) {
			m.activeBefore++
		}
		if p.Category == Stay && s.stay && s.taken {
			m.nights(p, s, first)
		}
	}
}

// booked adds the value of a sale to the windows it was made in.
func (m *measure) booked(s *Sale, on int, cancelledToday bool) {
	t := m.in(s.currency)
	if s.stands {
		switch {
		case on >= 0 && on < m.days:
			t.total += s.minor
			if s.currency == m.main {
				m.revenue[on] += s.minor
			}
		case on >= -m.days && on < 0:
			t.before += s.minor
		}
	}
	if on == m.days-1 {
		t.today += s.minor
	}
	if cancelledToday {
		t.today -= s.minor
	}
}

// activeDays adds a sale to the days of the window on which it was active, at
// the time of day that it is now: the last of them is what activeAt says.
func (m *measure) activeDays(s *Sale, first day) {
	if s.confirmed == 0 {
		return
	}
	begin := m.at - int64(m.days-1)*dayMillis
	after := func(ms int64) int { return int(-floor(begin-ms, dayMillis)) } // the first of those moments not before it
	from, to := max(after(s.confirmed), 0), m.days
	if s.ended != 0 {
		to = min(to, after(s.ended))
	}
	if s.last() != noDay {
		to = min(to, int(s.last()-first)+1)
	}
	for on := from; on < to; on++ {
		m.trend.Bookings[on]++
	}
}

// nights adds the nights of a stay that fall into the window, and their share
// of its price. A stay that costs nothing takes a room and is not sold; how much a
// night of one costs that has no day of leaving yet, is not known.
func (m *measure) nights(p Property, s *Sale, first day) {
	in, out := s.nights(first+day(m.days)-1, p.Location())
	from, to := max(int(in-first), 0), min(int(out-first), m.days)
	if from >= to {
		return
	}
	if s.priced && s.minor == 0 {
		if to == m.days {
			m.complimentary += int(s.units)
		}
		return
	}
	for on := from; on < to; on++ {
		m.sold[on] += int(s.units)
	}
	nights := (to - from) * int(s.units)
	if !s.priced || s.out == noDay && !s.left {
		m.in(p.Currency).nights += nights
		return
	}
	t, revenue := m.in(s.currency), share(s.minor, to-from, int(out-in))
	t.nights += nights
	t.priced += nights
	t.rooms += revenue
	if s.currency == p.Currency {
		t.own += revenue
	}
}

// share returns part/whole of an amount, rounded half up.
func share(minor int64, part, whole int) int64 {
	return (2*minor*int64(part) + int64(whole)) / (2 * int64(whole))
}

func (m *measure) result(scope string) Metrics {
	r := Metrics{
		Scope: scope, Window: fmt.Sprintf("%dd", m.days), WindowLen: m.days, Timestamp: m.now.UTC(), Main: m.main,
		Undated:    m.undated,
		Currencies: map[string]CurrencyFigures{}, NewToday: m.newToday, Trend: m.trend,
		ActiveBookings: m.active, BookingsChange: change(int64(m.active), int64(m.activeBefore)),
		TotalCustomers: len(m.guests), CustomersChange: change(int64(len(m.guests)), int64(len(m.guestsBefore))),
		Tonight: Rooms{m.sold[m.days-1], m.complimentary, m.available[m.days-1]},
	}
	for _, day := range m.guests {
		r.Trend.Customers[day]++
	}
	sold, available := 0, 0
	for day, n := range m.sold {
		sold += n
		available += m.available[day]
		r.Trend.Revenue[day] = Money{m.revenue[day], m.main}.Major()
		if m.available[day] > 0 {
			r.Trend.Occupancy[day] = percent(n, m.available[day])
		}
	}
	if available > 0 {
		occupancy := percent(sold, available)
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

// change returns the percentage by which now differs from before, to one decimal;
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
func mainCurrency(properties []Property, sales Sales, since int64) string {
	priced, own := map[string]int{}, map[string]int{}
	for _, p := range properties {
		own[p.Currency]++
		for i := range sales[p.Slug] {
			if s := &sales[p.Slug][i]; s.priced && s.booked > since {
				priced[s.currency]++
			}
		}
	}
	for currency := range priced {
		own[currency] += 0 // a currency counts even when no property has it
	}
	codes := slices.SortedFunc(maps.Keys(own), func(a, b string) int {
		return cmp.Or(cmp.Compare(priced[b], priced[a]), cmp.Compare(own[b], own[a]), cmp.Compare(a, b))
	})
	if len(codes) == 0 {
		return ""
	}
	return codes[0]
}
