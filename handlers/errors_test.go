package handlers

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// An address that is there says which methods it takes, to everybody and whatever
// id stands in it; one that is not there is 404 for all of them.
func TestWrongMethod(t *testing.T) {
	s := newSite(t)
	s.key("events:write").publish(booking("new", "BK-foreign", "hill-cottage", ""))
	takes := map[string][]string{}
	for _, r := range s.routes() {
		takes[r.path] = append(takes[r.path], r.method)
		if r.method == http.MethodGet && !streamPath(r.path) {
			takes[r.path] = append(takes[r.path], http.MethodHead)
		}
	}
	for pattern, methods := range takes {
		for _, id := range []string{"BK-foreign", "BK-absent"} {
			path := strings.NewReplacer(":id", id, ":slug", "lake-house", ":name", "none", ":token", "none", "*", "app.css").Replace(pattern)
			for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "BREW"} {
				if slices.Contains(methods, method) {
					continue
				}
				for _, c := range []*caller{s.nobody(), s.as("staff")} {
					r := c.do(method, path, "")
					assert.Equal(t, 405, r.Status, "%s %s as %s", method, path, c.name)
					allowed := strings.Split(r.Header.Get("Allow"), ", ")
					assert.ElementsMatch(t, append([]string{"OPTIONS"}, methods...), allowed, "%s %s", method, path)
					if strings.HasPrefix(path, "/api/") && method != http.MethodHead {
						assertProblem(t, bad{name: method + " " + path, status: 405}, r)
					}
				}
			}
		}
	}
	for _, path := range []string{"/nowhere", "/api/v1/nowhere", "/api/v1"} {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
			assert.Equal(t, 404, s.as("staff").do(method, path, "").Status, "%s %s", method, path)
		}
	}
}

// Who is signed in goes on from an error by the navigation around it, and is told
// in words; a stranger and a program see none of it.
func TestErrorsKeepTheNavigation(t *testing.T) {
	s := newSite(t)
	const rail = `<nav class="rail"`
	for _, e := range []struct {
		who, method, path string
		status            int
		says              string
	}{
		{"staff", "GET", "/bookings/BK-none", 404, "There is no such page"},
		{"owner", "GET", "/nowhere", 404, "There is no such page"},
		{"user", "GET", "/bookings", 403, "That is not open to you"},
		{"manager", "GET", "/team", 403, "That is not open to you"},
		{"admin", "POST", "/bookings/BK-none", 405, "That cannot be opened like this"},
		{"admin", "GET", "/history?type=bogus", 422, "That could not be done"},
	} {
		r := s.as(e.who).do(e.method, e.path, "")
		assert.Equal(t, e.status, r.Status, e.path)
		assert.Contains(t, r.Body, rail, e.path)
		assert.Contains(t, r.Body, `id="connection"`, e.path)
		assert.Contains(t, r.Body, e.says, e.path)
	}
	assert.Contains(t, s.as("staff").get("/bookings/BK-none").Body, `href="/bookings">All bookings`)
	assert.NotContains(t, s.nobody().get("/nowhere").Body, rail)
	assert.NotContains(t, s.as("admin").get("/api/v1/bookings/BK-none").Body, "<")
}

// A form that is sent without scripts and refused leads back to the page it stood
// on, and to no other site.
func TestARefusedFormLeadsBack(t *testing.T) {
	s := newSite(t)
	staff := s.as("staff")
	refused := func(from string) string {
		return staff.do(http.MethodPost, "/team", "", "Content-Type", "application/x-www-form-urlencoded", "Referer", from).Body
	}
	assert.Contains(t, refused(s.url+"/bookings?status=new"), `href="/bookings?status=new">Back to the page before`)
	assert.NotContains(t, refused("https://elsewhere.example/bookings"), "Back to the page before")
}

// What is wrong with a parameter of a read is named like a field, by a pointer
// that is one, to people in words; nothing is said of storing.
func TestWrongParameters(t *testing.T) {
	s := newSite(t)
	reader := s.key("events:read")
	for path, pointer := range map[string]string{
		"/api/v1/events?limit=0": "/limit", "/api/v1/events?limit=many": "/limit", "/api/v1/events?type=bogus": "/type", "/api/v1/events?kind=bogus": "/kind",
		"/api/v1/stream?types=bogus": "/types", "/api/v1/bookings?status=bogus": "/status", "/api/v1/bookings?limit=501": "/limit",
		"/api/v1/notifications?unread=maybe": "/unread", "/api/v1/notifications?priority=bogus": "/priority", "/api/v1/notifications?from=yesterday": "/from",
		"/api/v1/metrics?window=0d": "/window", "/api/v1/metrics?window=30": "/window",
	} {
		r := reader.get(path)
		assertProblem(t, bad{name: path, status: 422, pointer: pointer}, r)
		assert.NotContains(t, r.Body, "stored", path)
	}
	admin := s.as("admin")
	for path, says := range map[string]string{
		"/history?type=bogus": "Type is not an event type", "/history?from=yesterday": "From must be a date such as 2026-12-12",
		"/notifications?period=bogus": "Period must be today, 7d or 30d", "/activity?to=tomorrow": "To must be a date such as 2026-12-31",
	} {
		r := admin.get(path, "HX-Request", "true")
		assert.Equal(t, 422, r.Status, path)
		assert.Contains(t, r.Body, "<li>"+says+"</li>", path)
		assert.NotContains(t, r.Body, "stored", path)
	}
}
