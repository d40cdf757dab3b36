package inn

import (
	"cmp"
	"math"
	"strings"
	"time"
)

// activeAt reports whether the booking was confirmed and not finished at an
// instant whose local date is today.
func (b Booking) activeAt(at time.Time, today Date) bool {
	if b.ConfirmedAt.IsZero() || b.ConfirmedAt.After(at) || !b.EndedAt.IsZero() && !b.EndedAt.After(at) {
		return false
	}
	last := cmp.Or(b.CheckOut, b.CheckIn)
	return last == "" || last >= today
}

// activeDays adds a booking to the days of the window on which it was active, at
// the time of day that it is now: the last of them is what activeAt says.
func (m *measure) activeDays(b Booking, first Date) {
	if b.ConfirmedAt.IsZero() {
		return
	}
	begin := m.now.Add(-time.Duration(m.days-1) * oneDay)
	after := func(t time.Time) int { return int(math.Ceil(float64(t.Sub(begin)) / float64(oneDay))) }
	from, to := max(after(b.ConfirmedAt), 0), m.days
	if !b.EndedAt.IsZero() {
		to = min(to, after(b.EndedAt))
	}
	if last := cmp.Or(b.CheckOut, b.CheckIn); last != "" {
		to = min(to, first.Days(last)+1)
	}
	for day := from; day < to; day++ {
		m.trend.Bookings[day]++
	}
}

// guest tells guests apart: by e-mail where it is known, else by name. Bookings
// erased together were one guest's.
func (b Booking) guest() string {
	if b.Erased() {
		return b.ErasedAt.String()
	}
	if b.Email != "" {
		return strings.ToLower(b.Email)
	}
	return strings.ToLower(strings.Join(strings.Fields(b.Customer), " "))
}
