package handlers

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everything returns all that a caller is told of the log, by the way it is told.
func everything(s *site, who *caller, from, last string, before *reader) map[string]string {
	path := "/api/v1/stream"
	told := map[string]string{
		"live":     before.upTo(last),
		"replayed": s.stream(path, who, from).upTo(last),
		"events":   who.get("/api/v1/events?limit=500").Body,
		"cards":    who.get("/api/v1/notifications").Body,
	}
	if who.secret == "" {
		told["page"] = s.stream("/live?after="+from, who, "").upTo(last)
		for _, page := range []string{"/", "/history", "/history.csv", "/history?q=Rao", "/history?type=metrics%3Aupdate", "/history?kind=user_activity",
			"/activity", "/notifications", "/notifications?q=Rao", "/notifications?q=pms", "/bookings", "/bookings/BK-1", "/properties/lake-house"} {
			told[page] = who.get(page).Body
		}
	}
	told["bookings"] = who.get("/api/v1/bookings").Body + who.get("/api/v1/bookings/BK-1").Body
	return told
}

// Those at the property to which a booking came learn neither from where nor what
// it was there, whichever way they ask; who sees every property does.
func TestNobodyIsToldWhereABookingCameFrom(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write")
	sold := `{"type":"booking:new","property":"hill-cottage","payload":{"id":"BK-1","type":"property","title":"Three nights, Hill-Suite","customerName":"Asha Rao","amount":777001,"currency":"EUR"}}`
	moves := `{"type":"booking:confirmed","property":"lake-house","payload":{"id":"BK-1","title":"Three nights","amount":500,"currency":"EUR","units":2}}`
	from := s.head()
	type listener struct {
		who    *caller
		stream *reader
	}
	listen := func(who *caller) listener { return listener{who, s.stream("/api/v1/stream", who, "").live()} }
	here := map[string]listener{
		"owner": listen(s.as("owner")), "manager": listen(s.as("manager")), "staff": listen(s.as("staff")),
		"a key for it": listen(s.key("events:read,money:read,contacts:read", "lake-house")),
	}
	all := map[string]listener{"admin": listen(s.as("admin")), "a key for all": listen(s.key("events:read,money:read,contacts:read"))}
	writer.publish(sold)
	last := writer.publish(moves)
	for name, l := range here {
		for way, text := range everything(s, l.who, from, last, l.stream) {
			lower := strings.ToLower(text)
			for _, secret := range []string{"hill", "777001", "777,001", "777.001"} {
				assert.NotContains(t, lower, secret, "%s, %s", name, way)
			}
		}
		assert.Contains(t, l.who.get("/api/v1/bookings/BK-1").Body, `{"field":"propertyId","to":"lake-house"}`, name)
	}
	for name, l := range all {
		assert.Contains(t, l.stream.upTo(last), `{"field":"propertyId","from":"hill-cottage","to":"lake-house"}`, name)
	}
}

// What programs report has any form. Whoever may not see money or contacts is told
// nothing of it but what is known to be neither, though it is addressed to them.
func TestAReportTellsNobodyMoreThanTheyMaySee(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write")
	const secret, mail = "98765432", "zq-asha@example.test"
	hidden := []string{
		`"Amount":` + secret, `"totalAmount":` + secret, `"AMOUNT":"` + secret + `"`, `"data":{"amount":` + secret + `}`,
		`"list":[[{"x":{"price":` + secret + `}}]]`, `"occupancyValue":` + secret, `"` + secret + `":1`, `"action":{"amount":` + secret + `}`,
		`"detail":[` + secret + `]`, `"scope":{"revenue":` + secret + `}`, `"occupancy":{"INR":` + secret + `}`, `"window":"` + secret + ` INR"`,
		`"timestamp":"` + secret + `"`, `"activeBookings":"` + secret + `"`, `"guest":{"mail":"` + mail + `"}`, `"Email":"` + mail + `"`, `"contact":"` + mail + `"`,
	}
	var bodies []string
	for _, field := range hidden {
		for _, kind := range []string{"user:action", "user:login", "user:logout", "metrics:update"} {
			bodies = append(bodies, fmt.Sprintf(`{"type":%q,"property":"lake-house","role":"STAFF","payload":{%s}}`, kind, field))
		}
	}
	from := s.head()
	blind := map[string]*caller{"staff": s.as("staff"), "a key": s.key("events:read", "lake-house"), "a key for all": s.key("events:read")}
	streams := map[string]*reader{}
	for name, who := range blind {
		streams[name] = s.stream("/api/v1/stream", who, "").live()
	}
	r := writer.post("/api/v1/events", "["+strings.Join(bodies, ",")+"]")
	require.Equal(t, 201, r.Status, r.Body)
	last := s.head()
	for name, who := range blind {
		for way, text := range everything(s, who, from, last, streams[name]) {
			assert.NotContains(t, text, secret, "%s, %s", name, way)
			assert.NotContains(t, text, mail, "%s, %s", name, way)
		}
	}
	assert.Contains(t, s.as("admin").get("/api/v1/events?limit=500").Body, `"totalAmount":`+secret, "who may see it all does")
	assert.Contains(t, s.as("admin").get("/api/v1/events?limit=500").Body, mail)
}
