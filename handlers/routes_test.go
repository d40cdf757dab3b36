package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// principals are the columns of the table below.
var principals = []string{"nobody", "super", "admin", "owner", "manager", "staff", "user"}

// routeTable says for every route what each principal gets: once for what is
// theirs (lake-house), once for what is not (hill-cottage). A single word
// stands for both. Names in braces are filled in by the test.
var routeTable = []struct{ route, path, own, other string }{
	{"GET /", "/", "303 200 200 200 200 200 200", ""},
	{"GET /bookings", "/bookings?property={property}", "303 200 200 200 200 200 403", ""},
	{"GET /bookings/:id", "/bookings/{booking}", "303 200 200 200 200 200 403", "303 200 200 404 404 404 403"},
	{"GET /guests", "/guests", "303 200 200 403 403 403 403", ""},
	{"GET /guests/:id", "/guests/{booking}", "303 200 200 403 403 403 403", ""},
	{"GET /guests/:id/held.json", "/guests/{booking}/held.json", "303 200 200 403 403 403 403", ""},
	{"GET /guests/:id/held.csv", "/guests/{booking}/held.csv", "303 200 200 403 403 403 403", ""},
	{"POST /guests/:id/erase", "/guests/{booking}/erase", "401 422 422 403 403 403 403", ""},
	{"GET /properties", "/properties", "303 200 200 200 200 200 403", ""},
	{"POST /properties", "/properties", "401 422 422 403 403 403 403", ""},
	{"GET /properties/:slug/edit", "/properties/{property}/edit", "303 200 200 403 200 403 403", "303 200 200 403 404 403 403"},
	{"POST /properties/:slug", "/properties/{property}", "401 303 303 403 303 403 403", "401 303 303 403 404 403 403"},
	{"GET /properties/:slug", "/properties/{property}", "303 200 200 200 200 200 403", "303 200 200 404 404 404 403"},
	{"POST /properties/:slug/walls", "/properties/{property}/walls", "401 422 422 403 422 403 403", "401 422 422 403 404 403 403"},
	{"POST /walls/:id/revoke", "/walls/none/revoke", "401 404 404 403 404 403 403", ""},
	// A wall's link is all that opens one, whoever is signed in.
	{"GET /wall", "/wall", "404 404 404 404 404 404 404", ""},
	{"GET /wall-live", "/wall-live", "200 200 200 200 200 200 200", ""},
	{"GET /wall/:token", "/wall/bw_none", "404 404 404 404 404 404 404", ""},
	{"GET /notifications", "/notifications", "303 200 200 200 200 200 200", ""},
	{"POST /notifications/read", "/notifications/read", "401 303 303 303 303 303 303", ""},
	{"POST /notifications/read/undo", "/notifications/read/undo", "401 422 422 422 422 422 422", ""},
	{"POST /notifications/:id/resolve", "/notifications/{card}/resolve", "401 409 409 403 409 403 403", "401 409 409 403 404 403 403"},
	{"POST /notifications/:id/read", "/notifications/{card}/read", "401 303 303 303 303 303 404", "401 303 303 404 404 404 404"},
	{"POST /notifications/:id/unread", "/notifications/{card}/unread", "401 303 303 303 303 303 404", "401 303 303 404 404 404 404"},
	{"GET /notifications/:id/history", "/notifications/{card}/history", "303 200 200 200 200 200 404", "303 200 200 404 404 404 404"},
	// Who is first has it; the others are told who.
	{"POST /notifications/:id/ack", "/notifications/{card}/ack", "401 303 409 409 409 409 404", "401 303 409 404 404 404 404"},
	{"POST /notifications/:id/unack", "/notifications/{card}/unack", "401 303 303 303 303 303 404", "401 303 303 404 404 404 404"},
	{"GET /team", "/team", "303 200 200 403 403 403 403", ""},
	{"POST /team", "/team", "401 422 422 403 403 403 403", ""},
	{"GET /team/:id", "/team/{person}", "303 200 200 403 403 403 403", ""},
	{"POST /team/:id", "/team/{person}", "401 422 422 403 403 403 403", ""},
	{"POST /team/:id/link", "/team/{person}/link", "401 200 200 403 403 403 403", ""},
	{"POST /team/:id/signout", "/team/{person}/signout", "401 303 303 403 403 403 403", ""},
	{"POST /team/:id/twostep", "/team/{person}/twostep", "401 409 409 403 403 403 403", ""},
	{"POST /team/:id/enable", "/team/{person}/enable", "401 303 303 403 403 403 403", ""},
	{"POST /team/:id/disable", "/team/{other}/disable", "401 303 303 403 403 403 403", ""},
	{"GET /keys", "/keys", "303 200 200 403 403 403 403", ""},
	{"POST /keys", "/keys", "401 422 422 403 403 403 403", ""},
	{"POST /keys/:name/revoke", "/keys/{key}/revoke", "401 303 303 403 403 403 403", ""},
	{"GET /activity", "/activity", "303 200 200 200 200 200 200", ""},
	{"GET /activity/audit", "/activity/audit", "303 200 403 403 403 403 403", ""},
	{"GET /activity/audit.csv", "/activity/audit.csv", "303 200 403 403 403 403 403", ""},
	{"GET /live", "/live?scope=property:{property}", "200 200 200 200 200 200 200", ""},

	{"GET /login", "/login", "200 303 303 303 303 303 303", ""},
	{"POST /login", "/login", "401 401 401 401 401 401 401", ""},
	{"GET /login/code", "/login/code", "303 303 303 303 303 303 303", ""},
	{"POST /login/code", "/login/code", "303 303 303 303 303 303 303", ""},
	{"POST /logout", "/logout", "303 303 303 303 303 303 303", ""},
	{"GET /setup", "/setup?token=wrong", "404 404 404 404 404 404 404", ""},
	{"GET /invite/:token", "/invite/wrong", "404 404 404 404 404 404 404", ""},
	{"POST /invite/:token", "/invite/wrong", "404 404 404 404 404 404 404", ""},
	{"POST /setup", "/setup", "404 404 404 404 404 404 404", ""},

	{"GET /settings", "/settings", "303 200 200 200 200 200 200", ""},
	{"POST /settings", "/settings", "401 422 422 422 422 422 422", ""},
	{"POST /settings/mute", "/settings/mute", "401 422 422 422 422 422 422", ""},
	{"POST /settings/house", "/settings/house", "401 422 403 403 403 403 403", ""},
	{"POST /settings/password", "/settings/password", "401 422 422 422 422 422 422", ""},
	{"POST /settings/sessions/end", "/settings/sessions/end", "401 303 303 303 303 303 303", ""},
	{"POST /settings/sessions/:id/end", "/settings/sessions/4711/end", "401 404 404 404 404 404 404", ""},
	{"GET /settings/twostep", "/settings/twostep", "303 200 200 200 200 200 200", ""},
	{"POST /settings/twostep", "/settings/twostep", "401 422 422 422 422 422 422", ""},
	{"POST /settings/twostep/confirm", "/settings/twostep/confirm", "401 409 409 409 409 409 409", ""},
	{"POST /settings/twostep/codes", "/settings/twostep/codes", "401 422 422 422 422 422 422", ""},
	{"POST /settings/twostep/off", "/settings/twostep/off", "401 422 422 422 422 422 422", ""},
	{"GET /history", "/history?property={property}", "303 200 200 200 200 200 404", "303 200 200 404 404 404 404"},
	{"GET /history.csv", "/history.csv?property={property}", "303 200 200 200 200 200 404", "303 200 200 404 404 404 404"},
	{"GET /status", "/status", "303 200 200 403 403 403 403", ""},
	{"GET /docs", "/docs", "200 200 200 200 200 200 200", ""},
	{"GET /openapi.json", "/openapi.json", "200 200 200 200 200 200 200", ""},
	{"GET /metrics", "/metrics", "401 200 200 403 403 403 403", ""},

	{"POST /api/v1/events", "/api/v1/events", "401 201 201 403 201 403 403", "401 201 201 404 404 404 403"},
	{"POST /api/realtime/trigger", "/api/realtime/trigger", "401 201 201 403 201 403 403", "401 201 201 404 404 404 403"},
	{"GET /api/realtime/trigger", "/api/realtime/trigger", "401 200 200 403 403 403 403", ""},
	{"GET /api/v1/events", "/api/v1/events?property={property}", "401 200 200 200 200 200 404", "401 200 200 404 404 404 404"},
	{"GET /api/v1/stream", "/api/v1/stream?rooms=property:{property}", "401 200 200 200 200 200 403", "401 200 200 403 403 403 403"},
	{"POST /api/v1/stream-tickets", "/api/v1/stream-tickets", "401 403 403 403 403 403 403", ""},
	{"GET /api/v1/bookings", "/api/v1/bookings?property={property}", "401 200 200 200 200 200 403", "401 200 200 404 404 404 403"},
	{"GET /api/v1/bookings/:id", "/api/v1/bookings/{booking}", "401 200 200 200 200 200 403", "401 200 200 404 404 404 403"},
	{"GET /api/v1/notifications", "/api/v1/notifications?property={property}", "401 200 200 200 200 200 404", "401 200 200 404 404 404 404"},
	{"POST /api/v1/notifications/read", "/api/v1/notifications/read", "401 204 204 204 204 204 204", ""},
	{"POST /api/v1/notifications/:id/read", "/api/v1/notifications/{card}/read", "401 204 204 204 204 204 404", "401 204 204 404 404 404 404"},
	{"POST /api/v1/notifications/:id/unread", "/api/v1/notifications/{card}/unread", "401 204 204 204 204 204 404", "401 204 204 404 404 404 404"},
	{"POST /api/v1/notifications/:id/ack", "/api/v1/notifications/{card}/ack", "401 204 409 409 409 409 404", "401 204 409 404 404 404 404"},
	{"POST /api/v1/notifications/:id/unack", "/api/v1/notifications/{card}/unack", "401 204 204 204 204 204 404", "401 204 204 404 404 404 404"},
	{"GET /api/v1/metrics", "/api/v1/metrics?property={property}", "401 200 200 200 200 200 403", "401 200 200 404 404 404 403"},
	{"GET /api/v1/units", "/api/v1/units?property={property}", "401 200 200 200 200 200 403", "401 200 200 404 404 404 403"},
	{"GET /api/v1/blocks", "/api/v1/blocks?property={property}", "401 200 200 200 200 200 403", "401 200 200 404 404 404 403"},
	{"GET /api/v1/availability", "/api/v1/availability?property={property}", "401 200 200 200 200 200 403", "401 200 200 404 404 404 403"},

	{"GET /static/*", "/static/app.css", "200 200 200 200 200 200 200", ""},
	{"GET /livez", "/livez", "200 200 200 200 200 200 200", ""},
	{"GET /readyz", "/readyz", "200 200 200 200 200 200 200", ""},
}

func TestEveryRoute(t *testing.T) {
	s := newSite(t)
	key := s.key("events:write")
	cards := map[string]string{}
	for _, property := range []string{"lake-house", "hill-cottage"} {
		key.publish(booking("new", "BK-"+property, property, ""))
		cards[property] = s.card()
	}
	person, other := s.extra("person", inn.Staff), s.extra("other", inn.User)
	asked := map[string]bool{}
	cells := 0
	for _, row := range routeTable {
		require.False(t, asked[row.route], "%s is in the table twice", row.route)
		asked[row.route] = true
		if row.other == "" {
			row.other = row.own
		}
		for property, wanted := range map[string]string{"lake-house": row.own, "hill-cottage": row.other} {
			statuses := strings.Fields(wanted)
			require.Len(t, statuses, len(principals), row.route)
			for i, who := range principals {
				path := strings.NewReplacer("{property}", property, "{booking}", "BK-"+property, "{person}", person, "{other}", other, "{card}", cards[property]).Replace(row.path)
				got := s.ask(row.route, path, who, property)
				assert.Equal(t, statuses[i], strconv.Itoa(got), "%s as %s at %s", row.route, who, property)
				cells++
			}
		}
	}
	for _, r := range s.routes() {
		assert.True(t, asked[r.method+" "+r.path], "%s %s is in no table: say who may", r.method, r.path)
		assert.NotEmpty(t, r.needs, "%s %s has no action", r.method, r.path)
	}
	assert.Len(t, s.routes(), len(routeTable))
	t.Logf("%d routes, %d cells", len(routeTable), cells)
}

// ask sends one request of the table and returns its status.
func (s *site) ask(route, path, who, property string) int {
	method, _, _ := strings.Cut(route, " ")
	c := s.nobody()
	if who != "nobody" {
		c = s.as(who)
	}
	switch {
	case route == "POST /logout" && who != "nobody":
		return s.signIn(who).form(path).Status // another session than the other rows need
	case route == "POST /keys/:name/revoke":
		path = strings.Replace(path, "{key}", s.key("events:read").name, 1) // it is revoked once
		return c.form(path).Status
	case route == "POST /api/v1/events", route == "POST /api/realtime/trigger":
		// An owner sees and may not write, whatever the property.
		id := fmt.Sprintf("BK-%s-%s-%d", who, property, len(route))
		return c.post(path, booking("new", id, property, "")).Status
	case route == "POST /api/v1/notifications/read":
		return c.post(path, `{"all":true}`).Status
	case method == http.MethodPost:
		return (&caller{site: s, cookie: c.cookie}).form(path, "email", "nobody-"+who+"@house.test", "password", "wrong-password").Status
	case path == "/live" || path == "/wall-live" || strings.HasPrefix(path, "/live?") || strings.HasPrefix(path, "/api/v1/stream"):
		r := s.stream(path, c, "")
		defer r.close()
		return r.status
	}
	r := c.get(path)
	if r.Status == http.StatusSeeOther && who == "nobody" && !strings.HasPrefix(path, "/login") {
		assert.Equal(s.t, "/login?next="+url.QueryEscape(path), r.Header.Get("Location"))
	}
	return r.Status
}

// What one may not see is answered like what is not there, to the byte.
func TestForeignIsLikeAbsent(t *testing.T) {
	s := newSite(t)
	key := s.key("events:write")
	key.publish(booking("new", "BK-foreign", "hill-cottage", ""))
	card := s.card()
	limited := s.key("events:read,events:write", "lake-house")
	for _, who := range []*caller{s.as("owner"), s.as("manager"), s.as("staff"), limited} {
		for foreign, absent := range map[string]string{
			"/bookings/BK-foreign":                        "/bookings/BK-absent",
			"/properties/hill-cottage":                    "/properties/hill-nowhere",
			"/api/v1/bookings/BK-foreign":                 "/api/v1/bookings/BK-absent",
			"/api/v1/bookings?property=hill-cottage":      "/api/v1/bookings?property=hill-nowhere",
			"/api/v1/events?property=hill-cottage":        "/api/v1/events?property=hill-nowhere",
			"/api/v1/metrics?property=hill-cottage":       "/api/v1/metrics?property=hill-nowhere",
			"/api/v1/stream?rooms=property:hill-cottage":  "/api/v1/stream?rooms=property:hill-nowhere",
			"/api/v1/stream?rooms=user:1":                 "/api/v1/stream?rooms=user:999999",
			"/api/v1/stream?rooms=os_dashboard":           "/api/v1/stream?rooms=no_such_room",
			"/api/v1/stream?rooms=role:ADMIN":             "/api/v1/stream?rooms=role:NOBODY",
			"/notifications/" + card + "/read":            "/notifications/booking:BK-absent/read",
			"/notifications/" + card + "/unread":          "/notifications/none/unread",
			"/notifications/" + card + "/ack":             "/notifications/booking:BK-absent/ack",
			"/notifications/" + card + "/unack":           "/notifications/alert:hill-cottage:x/unack",
			"/api/v1/notifications?property=hill-cottage": "/api/v1/notifications?property=hill-nowhere",
			"POST /api/v1/events hill-cottage":            "POST /api/v1/events hill-nowhere",
			"/api/v1/stream?rooms=property:Lake-House":    "/api/v1/stream?rooms=property:lake_house",
		} {
			a, b := s.either(who, foreign), s.either(who, absent)
			assert.Equal(t, a.Status, b.Status, foreign)
			assert.Equal(t, strip(a.Body), strip(b.Body), foreign)
			if who.secret == "" || strings.Contains(foreign, "/api/") {
				assert.GreaterOrEqual(t, a.Status, 400, foreign)
			}
		}
	}
}

func (s *site) either(who *caller, path string) answer {
	switch {
	case strings.HasPrefix(path, "/notifications"):
		return who.form(path)
	case strings.HasPrefix(path, "POST"):
		property := path[strings.LastIndex(path, " ")+1:]
		return who.post("/api/v1/events", booking("new", "BK-of-nobody", property, ""), "X-Test", "1")
	}
	return who.get(path)
}

// perPage is what differs in every page: the nonce and the time of day.
var perPage = regexp.MustCompile(` (nonce="[^"]*"|data-clock="\d+)`)

func strip(body string) string { return perPage.ReplaceAllString(body, "") }

// What is asked with HEAD is answered like GET, without the body; a stream is not.
func TestHead(t *testing.T) {
	s := newSite(t)
	admin := s.as("admin")
	for _, r := range s.routes() {
		if r.method != http.MethodGet {
			continue
		}
		path := strings.NewReplacer(":id", "BK-none", ":slug", "lake-house", "*", "app.css").Replace(r.path)
		head := admin.do(http.MethodHead, path, "")
		assert.Empty(t, head.Body, path)
		if streamPath(path) {
			assert.Equal(t, 405, head.Status, path)
			continue
		}
		assert.Equal(t, admin.get(path).Status, head.Status, path)
		head, get := s.nobody().do(http.MethodHead, path, ""), s.nobody().get(path)
		assert.Equal(t, get.Status, head.Status, "%s without a session", path)
		assert.Equal(t, get.Header.Get("Location"), head.Header.Get("Location"), path)
	}
}

// A filter that cannot be read is not a filter that is not there.
func TestUnreadableQuery(t *testing.T) {
	s := newSite(t)
	for _, query := range []string{"property=%zz", "rooms=property:lake-house;types=booking:new", "rooms=property%3Alake-house%"} {
		for _, path := range []string{"/api/v1/events", "/api/v1/bookings", "/api/v1/stream"} {
			r := s.as("admin").get(path + "?" + query)
			assert.Equal(t, 400, r.Status, "%s?%s", path, query)
			assert.Equal(t, "application/problem+json", r.Header.Get("Content-Type"))
		}
	}
	key := s.key("events:read")
	for _, scheme := range []string{"Bearer", "bearer", "BEARER"} {
		assert.Equal(t, 200, s.nobody().get("/api/v1/events", "Authorization", scheme+" "+key.secret).Status)
	}
}
