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

// IsClock reports whether s is a time of day as bookings have it, "14:30".
func IsClock(s string) bool {
	t, err := time.Parse("15:04", s)
	return err == nil && t.Format("15:04") == s
}

// DateOf gives the civil date of an instant in a zone.
func DateOf(t time.Time, zone *time.Location) Date { return Date(t.In(zone).Format(time.DateOnly)) }

// Time returns midnight UTC of the date, for arithmetic and formatting; the zero
// time for no date.
func (d Date) Time() time.Time {
	t, _ := time.Parse(time.DateOnly, string(d))
	return t
}

// Year returns the year the date is in.
func (d Date) Year() int { return d.Time().Year() }

// Add returns the date n days later.
func (d Date) Add(n int) Date { return Date(d.Time().AddDate(0, 0, n).Format(time.DateOnly)) }

// Days returns the number of days from d to e; negative when e is earlier.
func (d Date) Days(e Date) int { return int(e.Time().Sub(d.Time()).Hours() / 24) }

// Begin returns the first instant of the date in a zone. That is midnight, but not
// where the clock is put forward at midnight, as in Santiago, Havana and the
// Azores: there the day begins at one. A date that a zone has left out begins
// with the one after it.
func (d Date) Begin(zone *time.Location) time.Time { return d.At(0, zone) }

// At returns the first instant of the date at which the clock of a zone has come to
// so many minutes after midnight. An hour that the clock passes over is over when
// it has; one that comes twice has come the first time.
func (d Date) At(minutes int, zone *time.Location) time.Time {
	return shows(d.Time().Unix()+int64(minutes)*60, zone)
}

// EndOfDay returns when the date of an instant in a zone ends: the first instant of
// the next.
func EndOfDay(t time.Time, zone *time.Location) time.Time {
	year, month, day := t.In(zone).Date()
	return shows(time.Date(year, month, day+1, 0, 0, 0, 0, time.UTC).Unix(), zone)
}

// shows returns the first instant at which the clock of a zone has come to a time,
// which is read as if it were of UTC.
func shows(want int64, zone *time.Location) time.Time {
	// No clock on earth is further from UTC than that, so the time has not come yet.
	for t := time.Unix(want, 0).Add(-26 * time.Hour).In(zone); ; {
		_, offset := t.Zone()
		at := time.Unix(max(t.Unix(), want-int64(offset)), 0).In(zone)
		_, end := t.ZoneBounds()
		if end.IsZero() || at.Before(end) {
			return at
		}
		t = end
	}
}
