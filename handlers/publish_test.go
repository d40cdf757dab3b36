package handlers

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/intake"
)

// The three shapes of CONTRACT, word for word.
const (
	native = `{"type":"booking:new","property":"lake-house","payload":{"id":"BK-1001","type":"property","title":"Lake House, 3 nights",
 "customerName":"Asha Rao","amount":14400,"currency":"INR","country":"IN","checkIn":"2026-12-12","checkOut":"2026-12-15","units":1,"source":"website"}}`
	seedB = `{"type":"booking:cancelled","payload":{"id":"BK-1001","type":"property","title":"…","customerName":"…","amount":14400,"currency":"INR",
 "timestamp":"2026-12-01T10:00:00Z","status":"cancelled","country":"IN"}}`
	seedA = `{"type":"booking_update","data":{"bookingId":"BK-1001","status":"confirmed"},"affectedUsers":["staff@demo.test"]}`
)

func TestThreeShapes(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write,events:read,money:read")
	// The clock of the example is ahead of some clocks; the rest is as it stands.
	b := strings.Replace(seedB, "2026-12-01", "2025-12-01", 1)
	a := strings.Replace(seedA, "staff@demo.test", "staff@house.test", 1)

	first := writer.post("/api/v1/events", native).json(t)
	event, _ := first["event"].(map[string]any)
	require.NotNil(t, event, first)
	assert.Equal(t, first["id"], event["id"])
	assert.Equal(t, "booking:new", event["type"])
	assert.Equal(t, "booking_update", event["kind"])
	assert.Equal(t, "medium", event["priority"])
	assert.Equal(t, "lake-house", event["property"])
	assert.Equal(t, "booking:BK-1001", event["subject"])
	assert.Equal(t, "key:"+writer.name, event["actor"])
	assert.Equal(t, "Asha Rao", event["payload"].(map[string]any)["customerName"])
	assert.EqualValues(t, 14400, event["payload"].(map[string]any)["amount"])

	writer.publish(a) // new → confirmed
	assert.Equal(t, "confirmed", writer.get("/api/v1/bookings/BK-1001").json(t)["status"])
	writer.publish(b) // confirmed → cancelled
	got := writer.get("/api/v1/bookings/BK-1001").json(t)
	assert.Equal(t, "cancelled", got["status"])
	assert.Equal(t, "…", got["customerName"])
	assert.Equal(t, "2026-12-12", got["checkIn"], "what B does not say stays")
	assert.Equal(t, "2025-12-01T10:00:00Z", got["timestamp"])
	assert.Equal(t, "lake-house", got["propertyId"])
}

// B's own first-sight payload, its Date as JSON writes it, and A's old address.
func TestSeedsOwnCalls(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write,events:read")
	writer.publish(`{"type":"booking:new","payload":{"id":"B-1","type":"car","title":"Airport car","customerName":"Jo","amount":99.5,"currency":"USD","timestamp":"2025-11-30T09:15:27.123Z","status":"new","country":"US"}}`)
	got := writer.get("/api/v1/bookings/B-1").json(t)
	assert.Equal(t, "desk", got["propertyId"], "what has no property is sold by the desk")
	assert.Equal(t, "2025-11-30T09:15:27.123Z", got["timestamp"])

	for _, step := range [][2]string{{"updated", "booking:modified"}, {"confirmed", "booking:confirmed"}, {"checked_in", "booking:checked_in"}} {
		status, want := step[0], step[1]
		r := writer.post("/api/realtime/trigger", fmt.Sprintf(`{"type":"booking_update","data":{"bookingId":"B-1","status":%q,"note":"A sends what it likes","title":"Car %s"}}`, status, status))
		require.Equal(t, 201, r.Status, r.Body)
		assert.Equal(t, want, r.json(t)["event"].(map[string]any)["type"])
	}
	for body, want := range map[string][2]string{
		`{"type":"property_update","data":{"propertyId":"lake-house","status":"unavailable"}}`:                                               {"property:availability", "medium"},
		`{"type":"property_update","data":{"propertyId":"lake-house","status":"maintenance"}}`:                                               {"property:maintenance", "medium"},
		`{"type":"property_update","data":{"propertyId":"lake-house","status":"painted"}}`:                                                   {"property:status", "medium"},
		`{"type":"alert_update","property":"lake-house","data":{"key":"boiler","title":"Boiler off"}}`:                                       {"alert:raised", "high"},
		`{"type":"alert_update","data":{"propertyId":"lake-house","key":"k2","title":"T","priority":"critical"}}`:                            {"alert:raised", "critical"},
		`{"type":"metric_update","property":"lake-house","data":{"activeBookings":3}}`:                                                       {"metrics:update", "low"},
		`{"type":"user_activity","data":{"status":"login"}}`:                                                                                 {"user:login", "low"},
		`{"type":"user_activity","data":{"status":"danced"}}`:                                                                                {"user:action", "low"},
		`{"type":"alert:raised","property":"lake-house","priority":"low","payload":{"key":"k3","title":"T"}}`:                                {"alert:raised", "low"},
		`{"type":"property:listed","property":"lake-house","payload":{"title":"On the market"}}`:                                             {"property:listed", "medium"},
		`{"type":"user:action","payload":{"what":"cleaned"},"rooms":["system"],"role":"STAFF"}`:                                              {"user:action", "low"},
		`{"type":"booking:new","payload":{"id":"B-2","type":"tour","title":"T","customerName":"C","units":null}}`:                            {"booking:new", "medium"},
		`{"type":"booking:no_show","payload":{"id":"B-3","type":"tour","title":"T","customerName":"C"}}`:                                     {"booking:no_show", "high"},
		`{"type":"booking:cancelled","payload":{"id":"B-4","type":"tour","title":"T","customerName":"C<b>"}}`:                                {"booking:cancelled", "high"},
		`{"type":"booking:new","timestamp":"2025-01-01T00:00:00+05:30","payload":{"id":"B-5","type":"tour","title":"T","customerName":"C"}}`: {"booking:new", "medium"},
	} {
		r := writer.post("/api/v1/events", body)
		require.Equal(t, 201, r.Status, "%s: %s", body, r.Body)
		event := r.json(t)["event"].(map[string]any)
		assert.Equal(t, want[0], event["type"], body)
		assert.Equal(t, want[1], event["priority"], body)
	}
}

// The type decides: a status beside it says the same or is refused, and one that
// chose the type is held against nothing.
func TestStatusBesideTheType(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write,events:read")
	writer.publish(booking("new", "BK-1", "lake-house", ""))
	writer.publish(booking("confirmed", "BK-1", "lake-house", ""))
	for _, c := range []struct {
		body    string
		status  int
		pointer string
	}{
		{`{"type":"booking:modified","payload":{"id":"BK-1","status":"cancelled","title":"Retitled"}}`, 422, "/payload/status"},
		{`{"type":"booking:modified","payload":{"id":"BK-1","status":"cancelled"}}`, 422, "/payload/status"},
		{`{"type":"booking:modified","payload":{"id":"BK-1","status":"new"}}`, 422, "/payload/status"},
		{`[{"type":"booking:modified","payload":{"id":"BK-1","status":"new"}}]`, 422, "/0/payload/status"},
		{`{"type":"booking:modified","payload":{"id":"BK-1","status":"asleep"}}`, 422, "/payload/status"},
		{`{"type":"booking:modified","data":{"id":"BK-1","status":"cancelled"}}`, 422, "/data/status"},
		{`{"type":"booking:modified","payload":{"id":"BK-none","type":"car","title":"T","customerName":"C","status":"confirmed"}}`, 422, "/payload/status"},
		{`{"type":"booking:confirmed","data":{"id":"BK-1","status":"cancelled"}}`, 422, "/data/status"},
		{`{"type":"booking_update","data":{"id":"BK-1","amount":1}}`, 422, "/data/currency"},

		{`{"type":"booking:modified","payload":{"id":"BK-1","status":"confirmed"}}`, 200, ""},
		{`{"type":"booking:modified","payload":{"id":"BK-1","status":"confirmed","units":2}}`, 201, ""},
		{`{"type":"booking:modified","payload":{"id":"BK-1","status":"updated","units":3}}`, 201, ""},
		{`{"type":"booking:modified","payload":{"id":"BK-1","status":null,"units":4}}`, 201, ""},
		{`{"type":"booking:confirmed","payload":{"id":"BK-1","status":null}}`, 200, ""},
		{`{"type":"booking:new","payload":{"id":"BK-1","status":"new"}}`, 200, ""},
		{`{"type":"booking:reinstated","payload":{"id":"BK-1","status":"confirmed"}}`, 200, ""},
		{`{"type":"booking_update","payload":{"id":"BK-2","type":"car","title":"T","customerName":"C","status":"created"}}`, 201, ""},
		{`{"type":"booking_update","payload":{"id":"BK-1","status":"updated","units":5}}`, 201, ""},
		{`{"type":"booking_update","payload":{"id":"BK-1","status":"checked_in"}}`, 201, ""},
	} {
		before := s.stored()
		r := writer.post("/api/v1/events", c.body)
		if c.pointer != "" {
			assertProblem(t, bad{name: c.body, status: c.status, pointer: c.pointer}, r)
			assert.Equal(t, before, s.stored(), c.body)
			continue
		}
		assert.Equal(t, c.status, r.Status, "%s: %s", c.body, r.Body)
	}
	assert.Equal(t, "checked_in", writer.get("/api/v1/bookings/BK-1").json(t)["status"])
}

// What changes nothing is 200 and stores nothing; null clears, absent leaves.
func TestAppliedFalse(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write,events:read,money:read,contacts:read")
	change := func(payload string) answer {
		return writer.post("/api/v1/events", `{"type":"booking:modified","payload":{"id":"BK-1001",`+payload+`}}`)
	}
	unchanged := func(r answer) {
		t.Helper()
		assert.Equal(t, 200, r.Status, r.Body)
		assert.JSONEq(t, `{"applied":false}`, r.Body)
	}
	writer.publish(native)
	before := s.stored()
	unchanged(writer.post("/api/v1/events", native))
	unchanged(change(`"units":1`))
	assert.Equal(t, before, s.stored())

	require.Equal(t, 201, change(`"version":5,"title":"Five"`).Status)
	unchanged(change(`"version":4,"title":"Four"`))
	require.Equal(t, 201, change(`"version":null,"title":"Of no version"`).Status, "a source without a version is not an older one")
	require.Equal(t, 201, change(`"amount":null,"currency":null,"checkOut":null`).Status, "null clears")
	got := writer.get("/api/v1/bookings/BK-1001").json(t)
	assert.NotContains(t, got, "amount")
	assert.NotContains(t, got, "currency")
	assert.NotContains(t, got, "checkOut")
	assert.Equal(t, "2026-12-12", got["checkIn"])
	assert.Equal(t, "Of no version", got["title"])

	r := writer.post("/api/v1/events", `{"type":"booking:new","payload":{"id":"BK-1001","title":"Known already"}}`)
	require.Equal(t, 201, r.Status)
	assert.Equal(t, "booking:modified", r.json(t)["event"].(map[string]any)["type"], "new for a known id is a modification")
}

func TestBatch(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write")
	writer.publish(booking("new", "BK-1", "lake-house", ""))
	batch := "[" + booking("new", "BK-1", "lake-house", "") + "," + booking("new", "BK-2", "lake-house", "") + "," + booking("confirmed", "BK-2", "lake-house", "") + "]"
	r := writer.post("/api/v1/events", batch)
	require.Equal(t, 201, r.Status, r.Body)
	ids, _ := r.json(t)["ids"].([]any)
	require.Len(t, ids, 3)
	assert.Nil(t, ids[0], "nothing changed there")
	assert.Equal(t, eventNumber(t, ids[1].(string))+1, eventNumber(t, ids[2].(string)))

	again := writer.post("/api/v1/events", "["+booking("new", "BK-1", "lake-house", "")+"]")
	assert.Equal(t, 201, again.Status)
	assert.JSONEq(t, `{"ids":[null]}`, again.Body)

	var most []string
	for i := range intake.MaxItems {
		most = append(most, booking("new", fmt.Sprintf("BK-m%d", i), "hill-cottage", ""))
	}
	r = writer.post("/api/v1/events", "["+strings.Join(most, ",")+"]")
	require.Equal(t, 201, r.Status)
	assert.Len(t, r.json(t)["ids"], intake.MaxItems)
}

// A thousand publishes, each sent twice over eight connections: each is stored
// once, and whichever of the two comes second gets the first one's answer.
func TestIdempotentPublishes(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write")
	const publishes = 1000
	before := s.count(`events WHERE type = 'booking:new'`)
	var jobs []int
	for i := range publishes {
		jobs = append(jobs, i, i)
	}
	rand.Shuffle(len(jobs), func(i, j int) { jobs[i], jobs[j] = jobs[j], jobs[i] })
	answers := make([][]answer, publishes)
	var mu sync.Mutex
	var senders sync.WaitGroup
	for n := range 8 {
		senders.Go(func() {
			for _, i := range jobs[n*len(jobs)/8 : (n+1)*len(jobs)/8] {
				r, err := writer.try("POST", "/api/v1/events", booking("new", fmt.Sprintf("BK-i%d", i), "lake-house", ""),
					"Content-Type", "application/json", "Idempotency-Key", fmt.Sprintf("publish-%d", i))
				mu.Lock()
				if assert.NoError(t, err) {
					answers[i] = append(answers[i], r)
				}
				mu.Unlock()
			}
		})
	}
	senders.Wait()
	ids := map[string]bool{}
	for i, two := range answers {
		require.Len(t, two, 2)
		assert.ElementsMatch(t, []int{200, 201}, []int{two[0].Status, two[1].Status}, "publish %d", i)
		assert.Equal(t, two[0].Body, two[1].Body, "publish %d", i)
		var answered struct{ ID string }
		require.NoError(t, json.Unmarshal([]byte(two[0].Body), &answered))
		ids[answered.ID] = true
	}
	assert.Len(t, ids, publishes)
	assert.Equal(t, before+publishes, s.count(`events WHERE type = 'booking:new'`))
}

// A key belongs to its publisher and its body; only what was stored is remembered.
func TestIdempotencyRules(t *testing.T) {
	s := newSite(t)
	one, other := s.key("events:write"), s.key("events:write")
	send := func(c *caller, body string) answer { return c.post("/api/v1/events", body, "Idempotency-Key", "same") }
	require.Equal(t, 422, send(one, with("amount", "-1")).Status)
	first := send(one, native)
	require.Equal(t, 201, first.Status, "a refusal is not remembered")
	assert.Equal(t, 409, send(one, strings.Replace(native, "Asha", "Usha", 1)).Status)
	assert.Equal(t, first.Body, send(one, native).Body)

	theirs := send(other, native)
	assert.Equal(t, 200, theirs.Status)
	assert.JSONEq(t, `{"applied":false}`, theirs.Body, "another key's publish of that name is another publish")
	person := s.as("manager")
	assert.JSONEq(t, `{"applied":false}`, send(person, native).Body)
}
