package inn

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func clockIn(t *testing.T, zone, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("Mon 2006-01-02 15:04", text, Location(zone))
	require.NoError(t, err)
	return at
}

// quietOn returns the defaults with the hours of some weekdays.
func quietOn(from, until int, days ...time.Weekday) Preferences {
	p := DefaultPreferences()
	for _, day := range days {
		p.Quiet[day] = QuietHours{On: true, From: from, Until: until}
	}
	return p
}

// announceCase is one row of the table below and, in testdata/announce.json, what
// the page's own script is held to.
type announceCase struct {
	Name     string   `json:"name"`
	Plan     Plan     `json:"plan"`
	Kind     Kind     `json:"kind"`
	Property string   `json:"property"`
	Priority Priority `json:"priority"`
	At       int64    `json:"at"`
	Want     string   `json:"want"`
}

func TestAnnounce(t *testing.T) {
	const kolkata, berlin = "Asia/Kolkata", "Europe/Berlin"
	all := Channels{Screen: true, Sound: true, Desktop: true}
	nights := quietOn(22*60, 7*60, time.Monday)
	own := DefaultPreferences()
	own.Properties = map[string]Told{"lake-house": {BookingUpdate: {Screen: true}}}
	high := DefaultPreferences()
	high.Minimum = High
	unheard := quietOn(22*60, 7*60, time.Monday)
	unheard.Through = false
	allDay := quietOn(9*60, 9*60, time.Sunday)
	muted := DefaultPreferences()
	muted.MutedUntil = clockIn(t, kolkata, "Mon 2026-03-02 15:00")
	spring := quietOn(1*60, 4*60, time.Sunday)
	autumn := quietOn(2*60+30, 3*60, time.Sunday)
	gap := quietOn(2*60+15, 2*60+45, time.Sunday) // hours that the last Sunday of March does not have

	var table []announceCase
	for _, c := range []struct {
		name, zone, at string
		p              Preferences
		e              Event
		want           Channels
	}{
		{"defaults", kolkata, "Mon 2026-03-02 12:00", DefaultPreferences(), Event{Type: BookingNew, Priority: Medium}, all},
		{"a figure shows only", kolkata, "Mon 2026-03-02 12:00", DefaultPreferences(), Event{Type: MetricsUpdate, Priority: Low}, Channels{Screen: true}},
		{"a property's own choice", kolkata, "Mon 2026-03-02 12:00", own, Event{Type: BookingNew, Priority: Medium, Property: "lake-house"}, Channels{Screen: true}},
		{"which says nothing of other kinds", kolkata, "Mon 2026-03-02 12:00", own, Event{Type: AlertRaised, Priority: High, Property: "lake-house"}, Channels{}},
		{"elsewhere as everywhere", kolkata, "Mon 2026-03-02 12:00", own, Event{Type: BookingNew, Priority: Medium, Property: "hill-cottage"}, all},
		{"not urgent enough", kolkata, "Mon 2026-03-02 12:00", high, Event{Type: BookingNew, Priority: Medium}, Channels{}},
		{"urgent enough", kolkata, "Mon 2026-03-02 12:00", high, Event{Type: BookingCancelled, Priority: High}, all},
		{"before the night", kolkata, "Mon 2026-03-02 21:59", nights, Event{Type: BookingNew, Priority: Medium}, all},
		{"the night begins", kolkata, "Mon 2026-03-02 22:00", nights, Event{Type: BookingNew, Priority: Medium}, Channels{}},
		{"after midnight it is Monday's night still", kolkata, "Tue 2026-03-03 06:59", nights, Event{Type: BookingNew, Priority: Medium}, Channels{}},
		{"the night ends", kolkata, "Tue 2026-03-03 07:00", nights, Event{Type: BookingNew, Priority: Medium}, all},
		{"Tuesday's night is not quiet", kolkata, "Tue 2026-03-03 23:00", nights, Event{Type: BookingNew, Priority: Medium}, all},
		{"Sunday's night was not either", kolkata, "Mon 2026-03-02 06:00", nights, Event{Type: BookingNew, Priority: Medium}, all},
		{"critical breaks through", kolkata, "Mon 2026-03-02 23:00", nights, Event{Type: AlertRaised, Priority: Critical}, all},
		{"unless it is told not to", kolkata, "Mon 2026-03-02 23:00", unheard, Event{Type: AlertRaised, Priority: Critical}, Channels{}},
		{"the same instant in another zone", berlin, "Mon 2026-03-02 17:30", nights, Event{Type: BookingNew, Priority: Medium}, all},
		{"from nine to nine is a whole day", kolkata, "Mon 2026-03-02 08:59", allDay, Event{Type: BookingNew, Priority: Medium}, Channels{}},
		{"and no more", kolkata, "Mon 2026-03-02 09:00", allDay, Event{Type: BookingNew, Priority: Medium}, all},
		{"muted", kolkata, "Mon 2026-03-02 14:59", muted, Event{Type: BookingNew, Priority: Medium}, Channels{}},
		{"mute has an end", kolkata, "Mon 2026-03-02 15:00", muted, Event{Type: BookingNew, Priority: Medium}, all},
		{"the night without an hour begins", berlin, "Sun 2026-03-29 01:00", spring, Event{Type: BookingNew, Priority: Medium}, Channels{}},
		{"and ends by the clock", berlin, "Sun 2026-03-29 04:00", spring, Event{Type: BookingNew, Priority: Medium}, all},
		{"just before", berlin, "Sun 2026-03-29 03:59", spring, Event{Type: BookingNew, Priority: Medium}, Channels{}},
		{"the night with an hour twice", berlin, "Sun 2026-10-25 02:59", autumn, Event{Type: BookingNew, Priority: Medium}, Channels{}},
		{"ends by the clock too", berlin, "Sun 2026-10-25 03:00", autumn, Event{Type: BookingNew, Priority: Medium}, all},
		{"hours that do not exist hurt nobody", berlin, "Sun 2026-03-29 12:00", gap, Event{Type: BookingNew, Priority: Medium}, all},
	} {
		t.Run(c.name, func(t *testing.T) {
			now, zone := clockIn(t, c.zone, c.at), Location(c.zone)
			screen, sound, desktop := c.p.Announce(&c.e, now, zone)
			assert.Equal(t, c.want, Channels{screen, sound, desktop})
			table = append(table, announceCase{
				c.name, c.p.Plan(now.Add(-time.Minute), zone), c.e.Kind(), c.e.Property, c.e.Priority, now.UnixMilli(), join(c.want.Names()),
			})
		})
	}
	const golden = "testdata/announce.json"
	text, err := json.MarshalIndent(table, "", " ")
	require.NoError(t, err)
	text = append(text, '\n')
	if *update {
		require.NoError(t, os.WriteFile(golden, text, 0o644))
	}
	stored, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(stored), string(text), "what the script is tested with is not what Announce says; rewrite it with -update")
}

func join(names []string) string {
	text, _ := json.Marshal(append([]string{}, names...))
	return string(text)
}

// A plan must say for two weeks what Announce will say then.
func TestPlanKnowsTheHoursToCome(t *testing.T) {
	zone := Location("Europe/Berlin")
	p := quietOn(22*60, 7*60, time.Friday, time.Saturday)
	p.MutedUntil = clockIn(t, "Europe/Berlin", "Wed 2026-10-21 13:00")
	now := clockIn(t, "Europe/Berlin", "Wed 2026-10-21 12:00")
	plan := p.Plan(now, zone)
	quiet := func(at time.Time) bool {
		for _, span := range plan.Quiet {
			if span[0] <= at.UnixMilli() && at.UnixMilli() < span[1] {
				return true
			}
		}
		return false
	}
	for at := now; at.Before(now.AddDate(0, 0, 14)); at = at.Add(30 * time.Minute) {
		screen, _, _ := p.Announce(&Event{Type: BookingNew, Priority: Medium}, at, zone)
		require.Equal(t, !screen, quiet(at), at)
	}
	assert.Len(t, plan.Quiet, 5, "an hour of mute and two nights a week")
	assert.Equal(t, 10*time.Hour, time.Duration(plan.Quiet[2][1]-plan.Quiet[2][0])*time.Millisecond, "the night the clocks go back")
}

func TestOverlappingQuietHoursAreOne(t *testing.T) {
	p := quietOn(22*60, 7*60, time.Monday)
	p.Quiet[time.Tuesday] = QuietHours{On: true, From: 6 * 60, Until: 8 * 60}
	now := clockIn(t, "UTC", "Mon 2026-03-02 12:00")
	require.Equal(t, []Span{{clockIn(t, "UTC", "Mon 2026-03-02 22:00"), clockIn(t, "UTC", "Tue 2026-03-03 08:00")}}, p.Spans(now, 2, time.UTC))
}

func TestPreferencesThatCannotBe(t *testing.T) {
	now := clockIn(t, "UTC", "Mon 2026-03-02 12:00")
	require.NoError(t, DefaultPreferences().Validate(now))
	for pointer, spoil := range map[string]func(*Preferences){
		"minimum":    func(p *Preferences) { p.Minimum = "urgent" },
		"seconds":    func(p *Preferences) { p.Seconds = 2 },
		"volume":     func(p *Preferences) { p.Volume = 101 },
		"quiet/3":    func(p *Preferences) { p.Quiet[3].Until = 24 * 60 },
		"mutedUntil": func(p *Preferences) { p.MutedUntil = now.Add(25 * time.Hour) },
	} {
		p := DefaultPreferences()
		spoil(&p)
		err := p.Validate(now)
		require.Equal(t, Invalid, CodeOf(err), pointer)
		assert.Equal(t, pointer, err.(*Error).Fields[0].Field)
	}
}
