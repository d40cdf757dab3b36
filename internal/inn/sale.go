package inn

import (
	"hash/maphash"
	"math"
	"slices"
	"time"
)

// Sale is what figures ask of a booking, in a fifth of the memory: a large
// house keeps tens of thousands of them at hand. Of its guest it knows nothing
// but whether another sale was to the same one.
type Sale struct {
	ID       string // the booking's
	guest    uint64
	currency string
	minor    int64 // the price, where priced
	booked   int64 // unix milliseconds, like the next two; 0 for never
	confirmed,
	ended int64
	in, out   day
	units     int32
	priced    bool
	stands    bool // it counts as sold
	taken     bool // the nights of it do
	cancelled bool
	stay      bool
	inHouse   bool // the guest has been let in and has not left
	left      bool // the guest has left
	open      bool // it lasts until it is ended, whatever its dates say
}

// Sales are sales by the slug of their property.
type Sales map[string][]Sale

// Add puts in what figures ask of a booking.
func (s Sales) Add(b Booking) {
	s[b.Property] = append(s[b.Property], Sale{
		ID: b.ID, guest: maphash.String(guests, b.guest()), currency: b.Price.Currency, minor: b.Price.Minor, priced: b.Priced,
		booked: millis(b.BookedAt), confirmed: millis(b.ConfirmedAt), ended: millis(b.EndedAt),
		in: dayOf(b.CheckIn), out: dayOf(b.CheckOut), units: int32(min(b.Units, math.MaxInt32)),
		stands: b.Status.Stands(), taken: b.Status == Confirmed || b.Status == CheckedIn || b.Status == CheckedOut,
		cancelled: b.Status == Cancelled, stay: b.Category == Stay, inHouse: b.Status == CheckedIn, left: b.Status == CheckedOut,
		open: b.Category.Lasts() && (b.CheckOut == "" || b.Status == CheckedIn || b.Status == CheckedOut && !b.EndedAt.IsZero()),
	})
}

// guests makes the numbers that guests are told apart by; they mean nothing to
// another process.
var guests = maphash.MakeSeed()

// guest tells guests apart: by e-mail where it is known, else by name, as the
// register of guests does. Bookings erased together were one guest's.
func (b Booking) guest() string {
	if b.Erased() {
		return b.ErasedAt.String()
	}
	if mail := mailKey(b.Email); mail != "" {
		return mail
	}
	return NameKey(b.Customer)
}

// Remove takes the bookings with those ids out of a property's.
func (s Sales) Remove(property string, ids map[string]bool) {
	s[property] = slices.DeleteFunc(s[property], func(one Sale) bool { return ids[one.ID] })
}

// Forget takes out what can make no difference any more to figures of now and
// that many days: what was booked and is over before SalesSince.
func (s Sales) Forget(now time.Time, days int) {
	since := SalesSince(now, days)
	last, over := millis(since), dayIn(millis(since), time.UTC)
	for property, sales := range s {
		s[property] = slices.DeleteFunc(sales, func(one Sale) bool {
			return one.booked < last && one.ended < last && one.out < over && one.out != noDay && !one.inHouse
		})
	}
}

// SalesSince returns when a booking must have been made, or have ended after, to
// matter to figures of now and that many days: they are compared with as many
// days before, and a day begins at another time in every zone.
func SalesSince(now time.Time, days int) time.Time { return now.Add(-time.Duration(2*days+2) * oneDay) }

// activeAt reports whether a booking was confirmed and not finished at an
// instant of that day. Who is in the house is so beyond the day of leaving.
func (s *Sale) activeAt(at int64, today day) bool {
	if s.confirmed == 0 || s.confirmed > at || s.ended != 0 && s.ended <= at {
		return false
	}
	return s.last() == noDay || s.last() >= today
}

// last returns the last day of what was sold; noDay when none is known, and when it
// goes on until it is ended.
func (s *Sale) last() day {
	switch {
	case s.open:
		return noDay
	case s.out != noDay:
		return s.out
	}
	return s.in
}

// nights returns the first night of a stay and the day after its last one, the two
// alike when it has none. They are those of the plan, but a guest who leaves early
// frees the room from that day on, one who stays on has the nights that were sold
// and no more, and one who is in the house without a day of leaving has had each
// night up to this one.
func (s *Sale) nights(today day, zone *time.Location) (from, to day) {
	if s.in == noDay {
		return 0, 0
	}
	to = s.out
	switch gone := dayIn(s.ended, zone); {
	case s.left && s.ended != 0 && gone >= s.in && (to == noDay || gone < to):
		to = gone
	case s.left:
		// What was told of it does not fit its dates: those hold as far as they are past.
		to = min(to, max(today, s.in))
	case to == noDay && s.inHouse:
		to = max(today+1, s.in)
	case to == noDay:
		to = s.in
	}
	return s.in, max(to, s.in)
}

// day is a civil date as days since 1970: a Date to count with.
type day int32

// noDay is the date that is not known.
const noDay day = math.MinInt32

const dayMillis = int64(oneDay / time.Millisecond)

func dayOf(d Date) day {
	if d == "" {
		return noDay
	}
	return day(d.Time().Unix() / int64(oneDay/time.Second))
}

// dayIn returns the civil date of an instant, in unix milliseconds, in a zone.
func dayIn(ms int64, zone *time.Location) day {
	_, offset := time.UnixMilli(ms).In(zone).Zone()
	return day(floor(ms+int64(offset)*1000, dayMillis))
}

// floor divides and rounds down, also below zero.
func floor(a, by int64) int64 {
	q := a / by
	if a%by < 0 {
		q--
	}
	return q
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
