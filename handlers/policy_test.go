package handlers

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// What is told apart in the texts below: an amount nobody else has, however it
// is written, and the guest's contacts.
var (
	amounts  = []string{"777123", "7,77,123", "777,123", "777.123", `"amount"`, `"currency"`, "totalRevenue", "todayRevenue", `data-metric="total_revenue"`, `data-metric="adr"`}
	contacts = []string{"zq-mail@guest.test", "+99-555-0199", "zq-allergic", `"customerEmail"`, `"customerPhone"`, `"notes"`}
)

func distinctive(event, id, property string) string {
	return booking(event, id, property, `,"amount":777123,"currency":"INR","checkIn":"2026-12-12","checkOut":"2026-12-15",`+
		`"customerEmail":"zq-mail@guest.test","customerPhone":"+99-555-0199","notes":"zq-allergic"`)
}

// observer is one who looks, and what they should find.
type observer struct {
	name            string
	caller          *caller
	own, foreign    bool // bookings of lake-house, of hill-cottage
	money, contacts bool
}

func observers(s *site) []observer {
	return []observer{
		{"super", s.as("super"), true, true, true, true},
		{"admin", s.as("admin"), true, true, true, true},
		{"owner", s.as("owner"), true, false, true, false},
		{"manager", s.as("manager"), true, false, true, true},
		{"staff", s.as("staff"), true, false, false, true},
		{"user", s.as("user"), false, false, false, false},
		{"key", s.key("events:read"), true, true, false, false},
		{"limited key", s.key("events:read", "lake-house"), true, false, false, false},
		{"money key", s.key("events:read,money:read", "lake-house"), true, false, true, false},
		{"contacts key", s.key("events:read,contacts:read", "lake-house"), true, false, false, true},
	}
}

// check holds a text against what the observer may see.
func (o observer) check(t *testing.T, where, text string) {
	t.Helper()
	assert.Equal(t, o.own, strings.Contains(text, "ZQ-own"), "%s: own booking at %s", o.name, where)
	assert.Equal(t, o.foreign, strings.Contains(text, "ZQ-foreign"), "%s: foreign booking at %s", o.name, where)
	o.checkHidden(t, where, text)
}

func (o observer) checkHidden(t *testing.T, where, text string) {
	t.Helper()
	for _, secret := range amounts {
		if !o.money {
			assert.NotContains(t, text, secret, "%s at %s", o.name, where)
		}
	}
	for _, secret := range contacts {
		if !o.contacts {
			assert.NotContains(t, text, secret, "%s at %s", o.name, where)
		}
	}
}

// The policy holds in pages, in JSON, in live streams and in replayed ones.
func TestWhoSeesWhat(t *testing.T) {
	s := newSite(t)
	all := observers(s)
	start := s.head()
	before := make([]*reader, len(all))
	for i, o := range all {
		before[i] = s.stream(o.streamPath(), o.caller, "")
	}
	writer := s.key("events:write")
	for _, event := range []string{"new", "confirmed", "cancelled"} {
		writer.publish(distinctive(event, "ZQ-own", "lake-house"))
		writer.publish(distinctive(event, "ZQ-foreign", "hill-cottage"))
		// The price changes, so that what changed holds it too.
		writer.publish(strings.ReplaceAll(strings.ReplaceAll(distinctive("modified", "ZQ-own", "lake-house"), "777123,", "777123.5,"), "zq-allergic", "zq-allergic to nuts"))
	}
	last := s.head()

	for i, o := range all {
		t.Run(o.name, func(t *testing.T) {
			o.check(t, "live", before[i].upTo(last))
			o.check(t, "replayed", s.stream(o.streamPath(), o.caller, start).upTo(last))
			if o.caller.secret == "" {
				o.checkPages(t)
				o.check(t, "replayed to a page", s.stream("/live?after="+start, o.caller, "").upTo(last))
			}
			if o.name == "user" {
				assert.Equal(t, 403, o.caller.get("/api/v1/bookings").Status)
				return
			}
			o.check(t, "events", o.caller.get("/api/v1/events?kind=booking_update").Body)
			o.check(t, "bookings", o.caller.get("/api/v1/bookings").Body)
			o.checkOne(t, "/api/v1/bookings/ZQ-own", o.own)
			o.checkOne(t, "/api/v1/bookings/ZQ-foreign", o.foreign)
			for _, path := range []string{"/api/v1/metrics", "/api/v1/metrics?property=lake-house"} {
				r := o.caller.get(path)
				assert.Equal(t, 200, r.Status, path)
				o.checkHidden(t, path, r.Body)
				assert.Equal(t, o.money, strings.Contains(r.Body, "totalRevenue"), "%s: %s", o.name, r.Body)
			}
		})
	}
}

func (o observer) streamPath() string {
	if o.name == "user" {
		return "/live"
	}
	return "/api/v1/stream"
}

// checkPages looks at what a browser shows.
func (o observer) checkPages(t *testing.T) {
	t.Helper()
	for path, property := range map[string]string{
		"/": "", "/notifications": "", "/bookings": "", "/properties": "none",
		"/properties/lake-house": "lake-house", "/properties/hill-cottage": "hill-cottage",
	} {
		r := o.caller.get(path)
		visible := property != "hill-cottage" && o.own || property == "hill-cottage" && o.foreign || path == "/" || path == "/notifications"
		assert.Equal(t, visible, r.Status == 200, "%s: %d at %s", o.name, r.Status, path)
		o.checkHidden(t, path, r.Body)
		if property == "" && path != "/notifications" {
			o.check(t, path, r.Body)
		}
		assert.Equal(t, property == "lake-house" && o.own || property == "" && o.own, strings.Contains(r.Body, "Guest ZQ-own"), "%s: %s", o.name, path)
	}
	for _, path := range []string{"/history", "/history.csv", "/history?property=hill-cottage", "/activity", "/settings"} {
		r := o.caller.get(path)
		o.checkHidden(t, path, r.Body)
		assert.True(t, o.foreign || !strings.Contains(r.Body, "ZQ-foreign"), "%s: %s", o.name, path)
		assert.True(t, o.own || !strings.Contains(r.Body, "ZQ-own"), "%s: %s", o.name, path)
	}
	// What can be searched for can be guessed digit by digit.
	for _, secret := range []string{"777123", "zq-mail", "0199", "zq-allergic"} {
		for _, path := range []string{"/history?q=", "/history.csv?q=", "/bookings?q="} {
			assert.NotContains(t, o.caller.get(path+secret).Body, "ZQ-own", "%s finds it at %s%s", o.name, path, secret)
		}
	}
	o.checkOne(t, "/bookings/ZQ-own", o.own)
	o.checkOne(t, "/bookings/ZQ-foreign", o.foreign)
}

func (o observer) checkOne(t *testing.T, path string, visible bool) {
	t.Helper()
	r := o.caller.get(path)
	assert.Equal(t, visible, r.Status == 200, "%s: %d at %s", o.name, r.Status, path)
	o.checkHidden(t, path, r.Body)
	if visible && o.money {
		assert.Regexp(t, "777123|7,77,123", r.Body, "%s at %s: the amount is there for who may see it", o.name, path)
	}
	if visible && o.contacts {
		assert.Contains(t, r.Body, "zq-mail@guest.test", "%s at %s", o.name, path)
	}
}

// Who is addressed hears an alert they would not see otherwise; a booking is
// announced to those addressed and seen by all who may, and by nobody else.
func TestAddressing(t *testing.T) {
	s := newSite(t)
	user, staff, owner := s.as("user"), s.as("staff"), s.as("owner")
	writer := s.key("events:write")
	start := s.head()
	writer.publish(`{"type":"alert:raised","property":"hill-cottage","affectedUsers":["user@house.test"],"payload":{"key":"boiler","title":"ZQ-boiler off"}}`)
	writer.publish(strings.Replace(distinctive("new", "ZQ-own", "lake-house"), `"payload"`, `"affectedUsers":["user@house.test","staff@house.test"],"payload"`, 1))
	last := s.head()

	heard := s.stream("/live?after="+start, user, "").upTo(last)
	assert.Contains(t, heard, "ZQ-boiler")
	assert.NotContains(t, heard, "ZQ-own")
	assert.Contains(t, user.get("/notifications").Body, "ZQ-boiler")
	assert.NotContains(t, user.get("/notifications").Body, "ZQ-own")

	assert.Contains(t, s.stream("/live?after="+start, staff, "").upTo(last), "ZQ-own")
	assert.Contains(t, staff.get("/notifications").Body, "ZQ-own")
	heard = s.stream("/live?after="+start, owner, "").upTo(last)
	assert.Contains(t, heard, "ZQ-own", "an owner still sees the booking")
	assert.NotContains(t, heard, "ZQ-boiler")
	assert.NotContains(t, owner.get("/notifications").Body, "ZQ-own", "and is not notified of it")
}

// A booking that leaves for another property is dropped where it was, and no
// more is said there than its id.
func TestMovedBookingIsOnlyAnID(t *testing.T) {
	s := newSite(t)
	owner := s.as("owner")
	writer := s.key("events:write")
	writer.publish(distinctive("new", "ZQ-moves", "lake-house"))
	start := s.head()
	writer.publish(strings.Replace(distinctive("modified", "ZQ-moves", "hill-cottage"), "Guest ZQ-moves", "Guest Renamed", 1))
	last := s.head()

	heard := s.stream("/api/v1/stream", owner, start).events(1)[0]
	assert.Equal(t, "booking:moved", heard.Type)
	assert.Equal(t, map[string]any{"id": "ZQ-moves"}, heard.Payload)
	page := s.stream("/live", owner, start).upTo(last)
	assert.Contains(t, page, "ZQ-moves")
	assert.NotContains(t, page, "Renamed")
	assert.Equal(t, 404, owner.get("/api/v1/bookings/ZQ-moves").Status)
	assert.Equal(t, 200, s.as("admin").get("/api/v1/bookings/ZQ-moves").Status)

	limited := s.key("events:write,events:read", "lake-house")
	assert.Equal(t, 404, limited.post("/api/v1/events", booking("confirmed", "ZQ-moves", "lake-house", "")).Status)
}

// What was answered to a publish is answered again for its Idempotency-Key, as
// its publisher may see it now: money that is not theirs any more is gone from
// it, and so is a property.
func TestRepeatedAnswerIsForWhoAsksNow(t *testing.T) {
	s := newSite(t)
	manager := s.as("manager")
	body := distinctive("new", "BK-own", "lake-house")
	batch := "[" + distinctive("new", "BK-a", "lake-house") + "," + distinctive("new", "BK-a", "lake-house") + "]"
	publish := func(key, body string) answer { return manager.post("/api/v1/events", body, "Idempotency-Key", key) }
	first, many := publish("one", body), publish("many", batch)
	require.Equal(t, 201, first.Status, first.Body)
	require.Contains(t, first.Body, "777123")
	again := publish("one", body)
	assert.Equal(t, 200, again.Status)
	assert.JSONEq(t, first.Body, again.Body)
	assert.JSONEq(t, many.Body, publish("many", batch).Body)
	assert.Contains(t, many.Body, "null", "nothing changed the second time")

	require.NoError(t, s.store.ChangeMember(t.Context(), operator, s.member("manager").ID, inn.Staff, []string{"lake-house"}))
	again = publish("one", body)
	assert.Equal(t, 200, again.Status)
	assert.Equal(t, first.json(t)["id"], again.json(t)["id"])
	for _, amount := range amounts {
		assert.NotContains(t, again.Body, amount)
	}
	assert.Contains(t, again.Body, "zq-mail@guest.test", "contacts are staff's to see")
	assert.Zero(t, s.count(`idempotency WHERE answer GLOB '*777123*' OR answer GLOB '*zq-*'`), "and none of it is kept twice")

	require.NoError(t, s.store.ChangeMember(t.Context(), operator, s.member("manager").ID, inn.Manager, []string{"hill-cottage"}))
	for key, body := range map[string]string{"one": body, "many": batch} {
		again = publish(key, body)
		assert.Equal(t, 404, again.Status)
		assert.NotContains(t, again.Body, "BK-")
	}
	assert.Equal(t, 409, publish("one", batch).Status)
}
