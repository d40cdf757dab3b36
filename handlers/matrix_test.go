package handlers

import (
	"database/sql"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// What the table of routes answers with 404 or 403 for the sake of a property is
// answered alike, to the byte, for what was never there: taken from the table,
// so that a new route is in it by itself.
func TestForeignCellsAreLikeAbsentOnes(t *testing.T) {
	s := newSite(t)
	s.key("events:write").publish(booking("new", "BK-hill-cottage", "hill-cottage", ""))
	foreign := strings.NewReplacer("{property}", "hill-cottage", "{booking}", "BK-hill-cottage", "{card}", s.card())
	absent := strings.NewReplacer("{property}", "hill-nowhere", "{booking}", "BK-hill-nowhere", "{card}", "booking:BK-hill-nowhere")
	cells := 0
	for _, row := range routeTable {
		if absent.Replace(row.path) == row.path {
			continue
		}
		for i, status := range strings.Fields(row.other) {
			if status != "404" && status != "403" {
				continue
			}
			c := s.as(principals[i])
			method, _, _ := strings.Cut(row.route, " ")
			ask := func(path string) answer {
				if method == http.MethodPost {
					return c.do(method, path, "", "Content-Type", "application/json")
				}
				return c.get(path)
			}
			a, b := ask(foreign.Replace(row.path)), ask(absent.Replace(row.path))
			assert.Equal(t, status, strconv.Itoa(a.Status), "%s as %s", row.route, principals[i])
			assert.Equal(t, a.Status, b.Status, "%s as %s", row.route, principals[i])
			assert.Equal(t, strip(a.Body), strip(b.Body), "%s as %s", row.route, principals[i])
			for name := range a.Header {
				if name != "Date" && name != "X-Request-Id" && name != "Content-Security-Policy" {
					assert.Equal(t, a.Header[name], b.Header[name], "%s as %s", row.route, principals[i])
				}
			}
			cells++
		}
	}
	assert.Greater(t, cells, 30)
	t.Logf("%d cells", cells)
}

// keyKinds are the columns of the table below: scopes, and the property a key is
// limited to.
var keyKinds = []struct{ scopes, property string }{
	{"events:write", ""}, {"events:write", "lake-house"}, {"events:read", ""}, {"events:read", "lake-house"},
	{"events:read,notifications:write", ""}, {"events:read,notifications:write", "lake-house"}, {"notifications:write", ""}, {"money:read,contacts:read", ""}, {"metrics:read", ""},
}

// keyTable says for every route that takes keys what each kind of key gets, for
// lake-house and for hill-cottage. On every other route a key is nobody.
var keyTable = []struct{ route, path, own, other string }{
	{"POST /api/v1/events", "/api/v1/events", "201 201 403 403 403 403 403 403 403", "201 404 403 403 403 403 403 403 403"},
	{"POST /api/realtime/trigger", "/api/realtime/trigger", "201 201 403 403 403 403 403 403 403", "201 404 403 403 403 403 403 403 403"},
	{"GET /api/realtime/trigger", "/api/realtime/trigger", "403 403 403 403 403 403 403 403 403", ""},
	{"GET /api/v1/events", "/api/v1/events?property={property}", "403 403 200 200 200 200 403 403 403", "403 403 200 404 200 404 403 403 403"},
	{"GET /api/v1/stream", "/api/v1/stream?rooms=property:{property}", "403 403 200 200 200 200 403 403 403", "403 403 200 403 200 403 403 403 403"},
	{"POST /api/v1/stream-tickets", "/api/v1/stream-tickets", "403 403 201 201 201 201 403 403 403", ""},
	{"GET /api/v1/bookings", "/api/v1/bookings?property={property}", "403 403 200 200 200 200 403 403 403", "403 403 200 404 200 404 403 403 403"},
	{"GET /api/v1/bookings/:id", "/api/v1/bookings/{booking}", "403 403 200 200 200 200 403 403 403", "403 403 200 404 200 404 403 403 403"},
	{"GET /api/v1/notifications", "/api/v1/notifications?property={property}", "403 403 200 200 200 200 403 403 403", "403 403 200 404 200 404 403 403 403"},
	{"POST /api/v1/notifications/read", "/api/v1/notifications/read", "403 403 403 403 403 403 403 403 403", ""},
	{"POST /api/v1/notifications/:id/read", "/api/v1/notifications/{card}/read", "403 403 403 403 403 403 403 403 403", ""},
	{"POST /api/v1/notifications/:id/unread", "/api/v1/notifications/{card}/unread", "403 403 403 403 403 403 403 403 403", ""},
	// Who is first has it; whoever may acknowledge may also take it back.
	{"POST /api/v1/notifications/:id/ack", "/api/v1/notifications/{card}/ack", "403 403 403 403 204 409 409 403 403", "403 403 403 403 204 404 409 403 403"},
	{"POST /api/v1/notifications/:id/unack", "/api/v1/notifications/{card}/unack", "403 403 403 403 204 204 204 403 403", "403 403 403 403 204 404 204 403 403"},
	{"GET /api/v1/metrics", "/api/v1/metrics?property={property}", "403 403 200 200 200 200 403 403 403", "403 403 200 404 200 404 403 403 403"},
	{"GET /api/v1/units", "/api/v1/units?property={property}", "403 403 200 200 200 200 403 403 403", "403 403 200 404 200 404 403 403 403"},
	{"GET /api/v1/blocks", "/api/v1/blocks?property={property}", "403 403 200 200 200 200 403 403 403", "403 403 200 404 200 404 403 403 403"},
	{"GET /api/v1/availability", "/api/v1/availability?property={property}", "403 403 200 200 200 200 403 403 403", "403 403 200 404 200 404 403 403 403"},
	{"GET /metrics", "/metrics", "403 403 403 403 403 403 403 403 200", ""},
}

func TestEveryRouteByKey(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write")
	cards := map[string]string{}
	for _, property := range []string{"lake-house", "hill-cottage"} {
		writer.publish(booking("new", "BK-"+property, property, ""))
		cards[property] = s.card()
	}
	keys := make([]*caller, len(keyKinds))
	for i, kind := range keyKinds {
		keys[i] = s.key(kind.scopes, strings.Fields(kind.property)...)
	}
	asked, cells := map[string]bool{}, 0
	for _, row := range keyTable {
		asked[row.route] = true
		if row.other == "" {
			row.other = row.own
		}
		for _, property := range []string{"lake-house", "hill-cottage"} {
			statuses := strings.Fields(map[string]string{"lake-house": row.own, "hill-cottage": row.other}[property])
			require.Len(t, statuses, len(keys), row.route)
			for i, key := range keys {
				path := strings.NewReplacer("{property}", property, "{booking}", "BK-"+property, "{card}", cards[property]).Replace(row.path)
				got := s.askByKey(row.route, path, key, property)
				assert.Equal(t, statuses[i], strconv.Itoa(got), "%s with %v at %s", row.route, keyKinds[i], property)
				cells++
			}
		}
	}
	for _, r := range s.routes() {
		path := strings.NewReplacer(":id", "BK-lake-house", ":slug", "lake-house", "*", "app.css").Replace(r.path)
		if forPrograms(mustRequest(t, r.method, path)) {
			assert.True(t, asked[r.method+" "+r.path], "%s %s is not in keyTable: say which key may", r.method, r.path)
			continue
		}
		if streamPath(path) {
			continue // TestStreamOfNobody
		}
		nobody := s.nobody().do(r.method, path, "")
		for i, key := range keys {
			got := key.do(r.method, path, "")
			assert.Equal(t, nobody.Status, got.Status, "%s %s with %v: a key is nobody here", r.method, r.path, keyKinds[i])
			cells++
		}
	}
	t.Logf("%d cells", cells)
}

func mustRequest(t *testing.T, method, path string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, path, http.NoBody)
	require.NoError(t, err)
	return r
}

func (s *site) askByKey(route, path string, key *caller, property string) int {
	switch {
	case route == "POST /api/v1/events", route == "POST /api/realtime/trigger":
		return key.post(path, booking("new", fmt.Sprintf("BK-%s-%s-%d", key.name, property, len(route)), property, "")).Status
	case route == "POST /api/v1/stream-tickets":
		return key.post(path, "{}").Status
	case strings.HasPrefix(route, "POST"):
		return key.post(path, `{"all":true}`).Status
	case strings.HasPrefix(path, "/api/v1/stream"):
		r := s.stream(path, key, "")
		defer r.close()
		return r.status
	}
	return key.get(path).Status
}

// happening is a row of the table of events: how one is made at a property, and
// who sees it on which stream when it happens at lake-house and at hill-cottage.
type happening struct {
	as         inn.Type
	make       func(s *site, writer *caller, property string)
	own, other string // who hears it, of witnesses
	page       bool   // it changes something on pages
}

// witnesses are who listens: the six roles, and keys by their name.
var witnesses = []string{"super", "admin", "owner", "manager", "staff", "user", "key", "lake-key"}

const (
	allOfProperty = "super admin owner manager staff key lake-key"
	whoSeesAll    = "super admin key"
	whoManages    = "super admin"
)

func publishing(body string) func(*site, *caller, string) {
	return func(_ *site, writer *caller, property string) {
		writer.publish(strings.NewReplacer("{property}", property, "{booking}", "BK-m-"+property).Replace(body))
	}
}

func stepping(verb string) func(*site, *caller, string) {
	return publishing(`{"type":"booking:` + verb + `","payload":{"id":"{booking}"}}`)
}

func telling(as, payload string) func(*site, *caller, string) {
	return publishing(`{"type":"` + as + `","property":"{property}","payload":` + payload + `}`)
}

// inTheLog writes an event of the house's own into the log: its type, topic,
// subject and property, and its snapshot.
func inTheLog(event, data string) func(*site, *caller, string) {
	return func(s *site, _ *caller, property string) {
		words := strings.NewReplacer("{property}", property, "{staff}", string(inn.UserTopic(s.member("staff").ID)))
		e := strings.Fields(words.Replace(event))
		direct, err := sql.Open("sqlite", "file:"+s.db.Path+"?_pragma=busy_timeout(5000)")
		require.NoError(s.t, err)
		defer direct.Close()
		_, err = direct.Exec(`INSERT INTO events (at, topic, recipients, type, priority, subject, property, actor, by_name, data)
			VALUES (1, $1, '', $2, 'low', $3, $4, 'house', 'house', $5)`, e[1], e[0], e[2], strings.TrimPrefix(e[3], "-"), words.Replace(data))
		require.NoError(s.t, err)
	}
}

var happenings = []happening{
	{inn.BookingNew, publishing(booking("new", "{booking}", "{property}", "")), allOfProperty, whoSeesAll, true},
	{inn.BookingConfirmed, stepping("confirmed"), allOfProperty, whoSeesAll, true},
	{inn.BookingModified, publishing(`{"type":"booking:modified","payload":{"id":"{booking}","units":2}}`), allOfProperty, whoSeesAll, true},
	{inn.BookingCheckedIn, stepping("checked_in"), allOfProperty, whoSeesAll, true},
	{inn.BookingCheckedOut, stepping("checked_out"), allOfProperty, whoSeesAll, true},
	{inn.BookingCancelled, func(s *site, w *caller, property string) {
		publishing(booking("new", "{booking}-2", "{property}", ""))(s, w, property)
		publishing(`{"type":"booking:cancelled","payload":{"id":"{booking}-2"}}`)(s, w, property)
	}, allOfProperty, whoSeesAll, true},
	{inn.BookingReinstated, publishing(`{"type":"booking:reinstated","payload":{"id":"{booking}-2"}}`), allOfProperty, whoSeesAll, true},
	{inn.BookingNoShow, publishing(`{"type":"booking:no_show","payload":{"id":"{booking}-2"}}`), allOfProperty, whoSeesAll, true},
	{inn.BookingMoved, publishing(`{"type":"booking:modified","property":"desk","payload":{"id":"{booking}-2"}}`), allOfProperty, whoSeesAll, true},
	{inn.BookingErased, inTheLog("booking:erased property:{property} booking:BK-m-{property} {property}", `{"id":"BK-m-{property}","title":"T","customerName":"C","status":"cancelled"}`), allOfProperty, whoSeesAll, true},
	{inn.PropertyListed, telling("property:listed", `{"status":"open"}`), allOfProperty, whoSeesAll, true},
	{inn.PropertyStatus, telling("property:status", `{"status":"closed"}`), allOfProperty, whoSeesAll, true},
	{inn.PropertyMaintenance, telling("property:maintenance", `{"status":"maintenance"}`), allOfProperty, whoSeesAll, true},
	{inn.PropertyAvailability, telling("property:availability", `{"status":"available"}`), allOfProperty, whoSeesAll, true},
	{inn.UnitStateChanged, func(s *site, w *caller, property string) {
		_, err := s.store.AddUnit(s.t.Context(), operator, property, "room-1", "Room 1")
		require.NoError(s.t, err)
		telling("unit:state", `{"unit":"room-1","state":"dirty"}`)(s, w, property)
	}, allOfProperty, whoSeesAll, true},
	{inn.BlockMade, telling("block:made", `{"id":"BL-{property}","unit":"room-1","from":"2030-12-13","to":"2030-12-15","reason":"maintenance"}`), allOfProperty, whoSeesAll, true},
	{inn.BlockChanged, telling("block:changed", `{"id":"BL-{property}","to":"2030-12-16"}`), allOfProperty, whoSeesAll, true},
	{inn.BlockRemoved, telling("block:removed", `{"id":"BL-{property}"}`), allOfProperty, whoSeesAll, true},
	{inn.AlertRaised, telling("alert:raised", `{"key":"boiler","title":"Boiler off"}`), allOfProperty, whoSeesAll, true},
	{inn.AlertAcknowledged, telling("alert:acknowledged", `{"key":"boiler"}`), allOfProperty, whoSeesAll, true},
	{inn.AlertResolved, telling("alert:resolved", `{"key":"boiler"}`), allOfProperty, whoSeesAll, true},
	{inn.MetricsUpdate, telling("metrics:update", `{"scope":"outside"}`), allOfProperty, whoSeesAll, false},
	{inn.UserLogin, telling("user:login", `{"name":"Guest"}`), whoManages, whoManages, true},
	{inn.UserLogout, telling("user:logout", `{"name":"Guest"}`), whoManages, whoManages, true},
	{inn.UserAction, telling("user:action", `{"name":"Guest"}`), whoManages, whoManages, true},

	// What tells streams something and is for no program.
	{inn.NotificationAcknowledged, inTheLog("notification:held property:{property} booking:BK-m-{property} {property}", `{"subject":"booking:BK-m-{property}","property":"{property}"}`), "super admin owner manager staff", whoManages, true},
	{inn.NotificationReleased, inTheLog("notification:released property:{property} booking:BK-m-{property} {property}", `{"subject":"booking:BK-m-{property}","property":"{property}"}`), "super admin owner manager staff", whoManages, true},
	{inn.NotificationsCleaned, inTheLog("notification:cleaned system cards -", `{}`), "super admin owner manager staff user", "super admin owner manager staff user", true},
	{inn.NotificationRead, inTheLog("notification:read {staff} {staff} -", `{"all":true}`), "staff", "staff", true},
	{inn.SessionEnded, inTheLog("session:ended {staff} {staff} -", `{"session":999999}`), "staff", "staff", true},
	// Pages read themselves anew: resync, and nothing of what it was.
	{inn.PropertyChanged, func(s *site, _ *caller, property string) {
		_, _, err := s.store.ChangeProperty(s.t.Context(), operator, property, inn.PropertyEdit{Name: inn.Given("New " + property)})
		require.NoError(s.t, err)
	}, allOfProperty, whoSeesAll, false},
	{inn.GuestErased, inTheLog("guest:erased system guest -", `{}`), "", "", false},
	{inn.HouseChanged, inTheLog("house:changed system house -", `{}`), "", "", false},
	{inn.MemberChanged, inTheLog("member:changed {staff} {staff} -", `{}`), "staff", "staff", false},
}

// Every type of event × who listens × where it happens × both streams × live and
// replayed. A type without a row fails.
func TestEveryEventType(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write")
	listener := map[string]*caller{"key": s.key("events:read"), "lake-key": s.key("events:read", "lake-house")}
	for _, who := range witnesses[:6] {
		listener[who] = s.as(who)
	}
	start := s.head()
	type ear struct {
		who, stream, when string
		open              func() *reader
	}
	var ears []ear
	for _, who := range witnesses {
		for stream, path := range map[string]string{"page": "/live", "program": "/api/v1/stream"} {
			if stream == "page" && listener[who].secret != "" {
				continue
			}
			live := s.stream(path, listener[who], "").live()
			ears = append(ears, ear{who, stream, "live", func() *reader { return live }},
				ear{who, stream, "replayed", func() *reader { return s.stream(path, listener[who], start) }})
		}
	}
	type one struct {
		happening
		property string
	}
	at := map[int64]one{}
	had := map[inn.Type]bool{}
	for _, h := range happenings {
		had[h.as] = true
		for _, property := range []string{"lake-house", "hill-cottage"} {
			from := eventNumber(t, s.head())
			h.make(s, writer, property)
			var id int64
			require.NoError(t, s.db.Read.QueryRow(`SELECT max(id) FROM events WHERE id > $1 AND type = $2`, from, h.as).Scan(&id), h.as)
			at[id] = one{h, property}
		}
	}
	for _, as := range inn.Types {
		assert.True(t, had[as], "%s is in no table: say who hears it", as)
	}
	last := s.head()

	cells := 0
	for _, e := range ears {
		got := map[int64]bool{}
		for _, m := range e.open().gather(last) {
			if m.Event == "" || strings.Contains(m.Event, ":") {
				if m.HasID {
					got[eventNumber(t, m.ID)] = true
				}
			}
		}
		for id, o := range at {
			hears := o.own
			if o.property == "hill-cottage" {
				hears = o.other
			}
			want := containsWord(hears, e.who) && (e.stream == "page" && o.page || e.stream == "program" && !o.as.Internal())
			assert.Equal(t, want, got[id], "%s at %s: %s, on the %s stream, %s", o.as, o.property, e.who, e.stream, e.when)
			cells++
		}
	}
	t.Logf("%d types, %d cells", len(happenings), cells)
}

func containsWord(list, word string) bool {
	return strings.Contains(" "+list+" ", " "+word+" ")
}
