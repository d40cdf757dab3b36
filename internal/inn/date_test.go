package inn

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A day begins at the first instant of that date, which is not always midnight,
// and not always the only midnight.
func TestADayBeginsAtItsFirstInstant(t *testing.T) {
	for _, c := range []struct {
		zone string
		date Date
		want string
	}{
		{"Asia/Kolkata", "2026-12-12", "2026-12-11T18:30:00Z"},
		{"America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z"}, // the clock goes from midnight to one
		{"America/Santiago", "2026-04-05", "2026-04-05T04:00:00Z"}, // and from midnight back to eleven
		{"America/Havana", "2025-03-09", "2025-03-09T05:00:00Z"},   // no midnight
		{"America/Havana", "2025-11-02", "2025-11-02T04:00:00Z"},   // two of them
		{"America/Asuncion", "2023-10-01", "2023-10-01T04:00:00Z"}, // no midnight
		{"Atlantic/Azores", "2026-03-29", "2026-03-29T01:00:00Z"},  // no midnight
		{"Atlantic/Azores", "2026-10-25", "2026-10-25T00:00:00Z"},  // two of them
		{"Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z"},     // no midnight
		{"Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00Z"},      // no midnight
		{"Europe/Rome", "2026-03-29", "2026-03-28T23:00:00Z"},      // changes later that night
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"},     // a date that never was: the one after begins
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},
		{"Pacific/Kiritimati", "2026-12-12", "2026-12-11T10:00:00Z"},
		{"Pacific/Pago_Pago", "2026-12-12", "2026-12-12T11:00:00Z"},
		{"UTC", "1900-01-01", "1900-01-01T00:00:00Z"},
	} {
		begins := c.date.Begin(Location(c.zone))
		assert.Equal(t, c.want, begins.UTC().Format(time.RFC3339), "%s in %s", c.date, c.zone)
	}
}

// Whatever the zone, a day holds the instants of its date and no others: asked at
// both ends of each day of some years in every zone that has ever put its clock
// forward at midnight, and some more.
func TestADayHoldsTheInstantsOfItsDate(t *testing.T) {
	for _, name := range []string{
		"America/Santiago", "America/Havana", "America/Asuncion", "Atlantic/Azores", "America/Scoresbysund", "Africa/Cairo", "Asia/Beirut", "Asia/Gaza",
		"Asia/Amman", "Asia/Damascus", "Asia/Tehran", "America/Sao_Paulo", "Africa/Casablanca", "America/Vancouver", "Europe/Rome", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Kathmandu",
	} {
		zone := Location(name)
		require.Equal(t, name, zone.String())
		for date := Date("2015-01-01"); date < "2028-01-01"; date = date.Add(1) {
			begins, ends := date.Begin(zone), date.Add(1).Begin(zone)
			require.Equal(t, date, DateOf(begins, zone), name)
			require.Equal(t, date, DateOf(ends.Add(-time.Nanosecond), zone), name)
			require.Less(t, DateOf(begins.Add(-time.Nanosecond), zone), date, name)
			require.Equal(t, ends, EndOfDay(begins, zone), name)
			require.Equal(t, ends, EndOfDay(ends.Add(-time.Nanosecond), zone), name)
			require.Equal(t, dayOf(date), dayIn(begins.UnixMilli(), zone), name)
			require.Equal(t, dayOf(date)-1, dayIn(begins.UnixMilli()-1, zone), name)
		}
	}
}

// An hour that the clock passes over is over when it has; one that comes twice
// has come the first time.
func TestTimesOfDayOnTheNightsOfTheChange(t *testing.T) {
	rome, santiago := Location("Europe/Rome"), Location("America/Santiago")
	for _, c := range []struct {
		date    Date
		minutes int
		zone    *time.Location
		want    string
	}{
		{"2026-03-29", 90, rome, "01:30 CET"},
		{"2026-03-29", 150, rome, "03:00 CEST"},
		{"2026-10-25", 150, rome, "02:30 CEST"},
		{"2026-10-25", 180, rome, "03:00 CET"},
		{"2026-09-06", 30, santiago, "01:00 -03"},
		{"2026-04-04", 23*60 + 30, santiago, "23:30 -03"},
	} {
		at := c.date.At(c.minutes, c.zone)
		assert.Equal(t, c.want, at.Format("15:04 MST"), "%s %d", c.date, c.minutes)
		assert.Equal(t, c.date, DateOf(at, c.zone))
	}
}

// Quiet hours that end in an hour that is passed over end there, on the right day.
func TestQuietHoursEndOnTheirDayWhereMidnightIsMissing(t *testing.T) {
	santiago := Location("America/Santiago")
	p := DefaultPreferences()
	p.Quiet[time.Saturday] = QuietHours{On: true, From: 22 * 60, Until: 30}
	p.Quiet[time.Sunday] = QuietHours{On: true, From: 0, Until: 60}
	spans := p.Spans(Date("2026-09-05").At(12*60, santiago), 2, santiago)
	require.Len(t, spans, 1, "from midnight to one there is nothing on that Sunday")
	assert.Equal(t, "2026-09-05 22:00, 2026-09-06 01:00",
		fmt.Sprintf("%s, %s", spans[0].From.Format("2006-01-02 15:04"), spans[0].Until.Format("2006-01-02 15:04")))
}

func TestInstantsAreRFC3339(t *testing.T) {
	for text, want := range map[string]string{
		"2026-12-01T10:00:00Z":                    "2026-12-01T10:00:00Z",
		"2026-12-01t10:00:00z":                    "2026-12-01T10:00:00Z",
		"2026-12-01t10:00:00+05:30":               "2026-12-01T04:30:00Z",
		"2026-12-01T10:00:00.5z":                  "2026-12-01T10:00:00.5Z",
		"2026-12-01T10:00:00.123456789123456789Z": "2026-12-01T10:00:00.123456789Z",
		"2026-12-01T10:00:00-00:00":               "2026-12-01T10:00:00Z",
		"2026-12-01T23:59:59-23:59":               "2026-12-02T23:58:59Z",
		"2016-12-31T23:59:60Z":                    "2017-01-01T00:00:00Z",
		"2016-12-31T15:59:60.75-08:00":            "2017-01-01T00:00:00Z",
		"2024-02-29T00:00:00Z":                    "2024-02-29T00:00:00Z",
	} {
		at, ok := ParseInstant(text)
		if assert.True(t, ok, text) {
			assert.Equal(t, want, at.UTC().Format(time.RFC3339Nano), text)
		}
	}
	for _, text := range []string{
		"", "now", "2026-12-01", "2026-12-01T10:00:00", "2026-12-01T10:00:00,5Z", "2026-12-01T10:00:00,Z", "2026-12-01T10:00:00.Z",
		"2026-12-01T10:00:00.,5Z", "2026-12-01T1:00:00Z", "2026-12-01T10:00Z", "2026-12-01 10:00:00Z", "2026-12-01T10:00:00 Z", "2026-12-01T10:00:00+0530",
		"2026-12-01T10:00:00+24:00", "2026-12-01T10:00:00+05:60", "2026-12-01T24:00:00Z", "2026-12-01T10:60:00Z", "2026-12-01T10:00:60Z",
		"2026-12-01T10:00:61Z", "2026-02-29T10:00:00Z", "2026-13-01T10:00:00Z", "2026-12-00T10:00:00Z", "2026-12-01T10:00:00Z ", " 2026-12-01T10:00:00Z",
		"2026-12-01T10:00:00ZZ", "2026-12-01T10:00:00+05:30Z", "+2026-12-01T10:00:00Z", "2026\r12\r01T10:00:00Z", "20261201T100000Z", "٢٠٢٦-12-01T10:00:00Z",
		"2026-12-01T10:00:00−05:30",
	} {
		at, ok := ParseInstant(text)
		assert.False(t, ok, "%q", text)
		assert.Zero(t, at, "%q", text)
	}
}

func FuzzParseInstant(f *testing.F) {
	for _, seed := range []string{"2026-12-01t10:00:00.5z", "2016-12-31T23:59:60+00:00", "2026-12-01T10:00:00,5Z", "2026-12-01T1:00:00Z"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, ok := ParseInstant(text)
		if !ok {
			require.Zero(t, at)
			return
		}
		back, ok := ParseInstant(at.Format(time.RFC3339Nano))
		require.True(t, ok, text)
		require.True(t, at.Equal(back), text)
	})
}
