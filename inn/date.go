package inn

import "time"

// Date is a civil date, "2026-12-12", in the zone of the property it belongs
// to; "" is no date. It is not an instant: a stay begins on a day, wherever the
// reader is.
type Date string

// ParseDate reads a date and refuses one that is not in the calendar.
func ParseDate(s string) (Date, bool) {
	t, err := time.Parse(time.DateOnly, s)
	return Date(s), err == nil && t.Year() >= 1900
}

// DateOf gives the civil date of an instant in a zone.
func DateOf(t time.Time, zone *time.Location) Date { return Date(t.In(zone).Format(time.DateOnly)) }

// Time gives midnight UTC of the date, for arithmetic and formatting; the zero
// time for no date.
func (d Date) Time() time.Time {
	t, _ := time.Parse(time.DateOnly, string(d))
	return t
}

// Add gives the date n days later.
func (d Date) Add(n int) Date { return Date(d.Time().AddDate(0, 0, n).Format(time.DateOnly)) }

// Days gives the number of days from d to e; negative when e is earlier.
func (d Date) Days(e Date) int { return int(e.Time().Sub(d.Time()).Hours() / 24) }
