package handlers

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
	"baithaka/internal/zones"
)

// firstBooking is a publish of a first booking, with more fields.
func firstBooking(id, above, within string) string {
	return fmt.Sprintf(`{"type":"booking:new","property":"lake-house"%s,"payload":{"id":%q,"type":"property","title":"Room","customerName":"Iva","amount":100.5%s}}`, above, id, within)
}

// A timestamp is RFC 3339, t and z in either case. One that is ahead of the
// server's clock by up to a day counts as when it was received.
func TestTimestampsOfOtherClocks(t *testing.T) {
	s := newSite(t)
	key := s.key("events:write,events:read")
	type stored struct {
		Event struct {
			Timestamp time.Time
			Payload   struct{ Timestamp, BookedAt time.Time }
		}
	}
	publish := func(id, above, within string) stored {
		r := key.post("/api/v1/events", firstBooking(id, above, `,"currency":"INR"`+within))
		require.Equal(t, 201, r.Status, r.Body)
		var e stored
		require.NoError(t, json.Unmarshal([]byte(r.Body), &e))
		return e
	}
	e := publish("BK-1", `,"timestamp":"2026-11-01t10:00:00.5z"`, "").Event
	assert.Equal(t, "2026-11-01T10:00:00.5Z", e.Timestamp.Format(time.RFC3339Nano))
	assert.Equal(t, "2026-11-01T10:00:00.5Z", e.Payload.BookedAt.Format(time.RFC3339Nano))
	for i, ahead := range []time.Duration{time.Minute, 10 * time.Hour, 24*time.Hour - time.Minute} {
		when := fmt.Sprintf(`,"timestamp":%q`, strings.ToLower(time.Now().Add(ahead).UTC().Format(time.RFC3339)))
		for j, e := range []stored{publish(fmt.Sprint("BK-above-", i), when, ""), publish(fmt.Sprint("BK-within-", i), "", when)} {
			for _, at := range []time.Time{e.Event.Timestamp, e.Event.Payload.Timestamp, e.Event.Payload.BookedAt} {
				assert.WithinRange(t, at, time.Now().Add(-time.Minute), time.Now(), "%s ahead, %d", ahead, j)
			}
		}
	}
}

// What was sold in money that has been replaced can still be told, with its date.
func TestMoneyOfAnotherTime(t *testing.T) {
	s := newSite(t)
	key := s.key("events:write,events:read,money:read")
	r := key.post("/api/v1/events", firstBooking("BK-1", "", `,"currency":"HRK","checkIn":"2022-08-01","checkOut":"2022-08-08"`))
	require.Equal(t, 201, r.Status, r.Body)
	assert.Contains(t, r.Body, `"amount":100.50,"currency":"HRK"`)
	r = key.post("/api/v1/events", firstBooking("BK-2", `,"timestamp":"2025-12-31T10:00:00Z"`, `,"currency":"BGN"`))
	require.Equal(t, 201, r.Status, r.Body)
	for i, within := range []string{`,"currency":"HRK"`, `,"currency":"HRK","checkIn":"2026-12-01","checkOut":"2026-12-03"`, `,"currency":"BGN","checkIn":"2026-01-01"`} {
		r := key.post("/api/v1/events", firstBooking(fmt.Sprint("BK-no-", i), "", within))
		require.Equal(t, 422, r.Status, r.Body)
		assert.Contains(t, r.Body, "was replaced by EUR on 1 January 202")
	}
}

// Who stands at the desk with a request that nobody has confirmed is let in, and
// confirmed by that.
func TestARequestMayBeCheckedIn(t *testing.T) {
	s := newSite(t)
	key := s.key("events:write,events:read")
	require.Equal(t, 201, key.post("/api/v1/events", firstBooking("BK-1", "", `,"currency":"INR"`)).Status)
	r := key.post("/api/v1/events", `{"type":"booking_update","data":{"bookingId":"BK-1","status":"checked_in"}}`)
	require.Equal(t, 201, r.Status, r.Body)
	assert.Contains(t, r.Body, `"status":"checked_in"`)
	assert.Equal(t, 201, key.post("/api/v1/events", `{"type":"booking:checked_out","payload":{"id":"BK-1"}}`).Status)
}

// Around the turn of a year it is one year here and another there.
func TestTheYearIsThePropertysOwn(t *testing.T) {
	s := newSite(t)
	for _, p := range []inn.Property{
		{Slug: "apia", Name: "Apia", Category: inn.Stay, Units: 1, Currency: "WST", Zone: "Pacific/Apia", Country: "WS"},
		{Slug: "hawaii", Name: "Hawaii", Category: inn.Stay, Units: 1, Currency: "USD", Zone: "Pacific/Honolulu", Country: "US"},
	} {
		require.NoError(t, s.store.ListProperty(t.Context(), operator, p))
	}
	at := func(when string) time.Time {
		at, ok := inn.ParseInstant(when)
		require.True(t, ok)
		return at
	}
	for when, want := range map[string][3]int{
		"2026-12-31T09:00:00Z": {2026, 2026, 2026},
		"2026-12-31T12:00:00Z": {2027, 2026, 2026},
		"2027-01-01T01:00:00Z": {2027, 2026, 2027},
		"2027-01-01T11:00:00Z": {2027, 2027, 2027},
		"2028-12-31T12:00:00Z": {2029, 2028, 2028},
		"2026-07-01T00:00:00Z": {2026, 2026, 2026},
	} {
		for i, slug := range []string{"apia", "hawaii", "nowhere"} {
			assert.Equal(t, want[i], s.days.at(slug, at(when)).Year(), "%s at %s", slug, when)
		}
	}
}

// The pages say hours by the laws of 2026, whatever the files of the machine or
// the browser know.
func TestPagesSayTheHoursOfZonesWhoseLawChanged(t *testing.T) {
	s := newSite(t)
	key := s.key("events:write")
	require.Equal(t, 201, key.post("/api/v1/events", firstBooking("BK-1", `,"timestamp":"2026-11-20T12:00:00Z"`, `,"currency":"INR"`)).Status)
	for zone, hour := range map[string]string{"America/Vancouver": "05:00", "America/Edmonton": "06:00", "America/Winnipeg": "07:00", "Africa/Casablanca": "12:00", "America/Havana": "08:00"} {
		admin := s.as("admin")
		require.Equal(t, 303, admin.form("/settings", settingsWith("zone", zone)...).Status, zone)
		page := admin.get("/history").Body
		assert.Contains(t, page, `data-said="`+hour+` Fri 20 Nov 2026"`, zone)
		assert.Contains(t, page, `>20 Nov 2026, `+hour+`<`, zone)
		assert.Contains(t, admin.get("/history.csv").Body, "2026-11-20,"+hour+":00,UTC", zone)
	}
}

func TestStatusNamesTheTimeZones(t *testing.T) {
	s := newSite(t)
	assert.Contains(t, s.as("admin").get("/status").Body, ">"+zones.Edition()+"<")
}
