package handlers

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var notificationForm = regexp.MustCompile(`action="(/notifications/([^"/]+)/(?:un)?read)"`)

// card returns the id of the newest notification of somebody who sees it all.
func (s *site) card() string {
	s.t.Helper()
	found := notificationForm.FindStringSubmatch(s.as("admin").get("/notifications").Body)
	require.Len(s.t, found, 3)
	return found[2]
}

// The pages work as plain HTML: forms that post, and redirects that lead back.
func TestWithoutJavaScript(t *testing.T) {
	s := newSite(t)
	manager := s.as("manager")
	writer := s.key("events:write")
	for i := range 3 {
		writer.publish(booking("new", fmt.Sprintf("BK-%d", i), "lake-house", ""))
	}
	page := manager.get("/notifications").Body
	read := func() int { return strings.Count(manager.get("/notifications").Body, `data-read="true"`) }
	before := read() // what was there before they came
	assert.Equal(t, 3, strings.Count(page, `data-read="false"`))
	form := notificationForm.FindStringSubmatch(page)
	require.Len(t, form, 3, page)

	r := manager.form(form[1])
	assert.Equal(t, 303, r.Status)
	assert.Equal(t, "/notifications", r.Header.Get("Location"))
	assert.Equal(t, before+1, read())
	assert.NotContains(t, manager.get("/notifications?unread=true").Body, `data-read="true"`)
	require.Equal(t, 303, manager.form(strings.Replace(form[1], "/read", "/unread", 1)).Status)
	assert.Equal(t, before, read())
	require.Equal(t, 303, manager.form("/notifications/read", "all", "true").Status)
	assert.Equal(t, before+3, read())
	assert.Contains(t, s.as("staff").get("/notifications").Body, `data-read="false"`, "another person's marks are their own")

	for _, path := range []string{"/", "/bookings", "/properties", "/properties/lake-house", "/bookings/BK-1", "/notifications"} {
		body := manager.get(path).Body
		assert.Contains(t, body, `method="post" action="/logout"`, path)
		for _, hook := range []string{`id="live"`, `id="connection"`, `id="unread"`, `id="toasts"`, `id="main"`, `id="flash"`} {
			assert.Equal(t, 1, strings.Count(body, hook), "%s at %s", hook, path)
		}
		assert.Contains(t, body, `hx-sse:connect="/live?after=`, path)
	}
	assert.Contains(t, manager.get("/").Body, `data-booking="BK-1"`)
	assert.Contains(t, s.nobody().get("/login").Body, `method="post" action="/login"`)
}

// htmx is answered in its own way: 204 for what worked, a partial with the true
// status for what did not, and the way to the sign-in page.
func TestHTMXAnswers(t *testing.T) {
	s := newSite(t)
	manager := s.as("manager")
	s.key("events:write").publish(booking("new", "BK-1", "lake-house", ""))
	form := notificationForm.FindStringSubmatch(manager.get("/notifications").Body)
	require.Len(t, form, 3)
	stream := s.stream("/live", manager, "").live()

	r := manager.do("POST", form[1], "", "HX-Request", "true")
	assert.Equal(t, 204, r.Status)
	assert.Empty(t, r.Body)
	assert.Contains(t, stream.pushed(`id="unread"`), `id="unread"`)

	r = manager.get("/bookings/BK-none", "HX-Request", "true")
	assert.Equal(t, 404, r.Status)
	assert.Contains(t, r.Body, "No such booking.")
	assert.NotContains(t, r.Body, "<html")

	for _, path := range []string{"/", "/bookings?status=new", "/notifications"} {
		r = s.nobody().get("/", "HX-Request", "true", "HX-Current-URL", s.url+path)
		assert.Equal(t, 401, r.Status)
		assert.Equal(t, "/login?next="+url.QueryEscape(path), r.Header.Get("HX-Redirect"), "the page that was open is not lost")
		r = s.nobody().get(path)
		assert.Equal(t, 303, r.Status)
		assert.Equal(t, "/login?next="+url.QueryEscape(path), r.Header.Get("Location"))
	}
	for _, page := range []string{"", "https://evil.test//evil.test", "/\\evil.test", "javascript:alert(1)", "/bookings?q=<b>", "%zz"} {
		r = s.nobody().do("POST", form[1], "", "HX-Request", "true", "HX-Current-URL", page)
		assert.Equal(t, 401, r.Status)
		assert.Contains(t, []string{"/login", "/login?next=%2F"}, r.Header.Get("HX-Redirect"), page)
	}
}

// A booking's id may hold a colon or a dot, and be sent escaped.
func TestEscapedPaths(t *testing.T) {
	s := newSite(t)
	s.key("events:write").publish(booking("new", "A:1.b_c-d", "lake-house", ""))
	for _, path := range []string{"/bookings/A:1.b_c-d", "/bookings/A%3A1.b_c-d", "/bookings/A%3a1%2Eb_c-d"} {
		assert.Equal(t, 200, s.as("manager").get(path).Status, path)
		assert.Equal(t, 200, s.as("manager").get("/api/v1"+path).Status, path)
	}
}

// What comes from outside stands in a page as text, wherever it stands.
func TestHostileTextStaysText(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write")
	hostile := `<script>alert(1)</script><img src=x onerror=alert(2)>\"'</bdi><hx-partial hx-target=body>{{x}}`
	page := s.stream("/live", s.as("manager"), "").live()
	writer.publish(fmt.Sprintf(`{"type":"booking:new","property":"lake-house","payload":{"id":"BK-x","type":"car","title":"%[1]s","customerName":"%[1]s","country":"<b>","source":"%[2]s","customerEmail":"%[2]s","customerPhone":"%[2]s","notes":"%[1]s"}}`, hostile, `\"><svg onload=x>`))
	writer.publish(fmt.Sprintf(`{"type":"alert:raised","property":"lake-house","payload":{"key":"k","title":"%[1]s","detail":"%[1]s"}}`, hostile))
	texts := page.pushed("alert-")
	for _, path := range []string{"/", "/bookings", "/bookings/BK-x", "/properties/lake-house", "/notifications"} {
		texts += s.as("manager").get(path).Body
	}
	assert.Contains(t, texts, "&lt;script&gt;")
	for _, raw := range []string{"<script>alert", "<img src=x", "<svg onload", "<hx-partial hx-target=body>", "<b>"} {
		assert.NotContains(t, texts, raw)
	}
}

// The log says who, which route and how it went; never a name, an address, a
// secret or a query.
func TestLogKeepsSecrets(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write,events:read")
	writer.publish(distinctive("new", "BK-zq", "lake-house"))
	manager := s.as("manager")
	manager.get("/bookings?q=zq-searched")
	manager.get("/bookings/BK-zq?token=zq-token")
	manager.get("/zq-path")
	s.nobody().get("/setup?token=zq-token")
	s.nobody().form("/login", "email", "zq-mail@house.test", "password", "zq-password")
	s.nobody().get("/api/v1/events?after=zq", "Authorization", "Bearer bk_zqzqzq")
	s.stream("/api/v1/stream?after=zq-position", writer, "zq-header").live()
	writer.post("/api/v1/events", strings.Replace(distinctive("new", "BK-zq2", "lake-house"), "777123", "-777123", 1))
	log := s.logged.String()
	assert.Contains(t, log, `"route":"/bookings/:id"`)
	assert.Contains(t, log, `"user":"user:`)
	for _, secret := range []string{"zq", "house.test", "Guest", "777123", password, writer.secret, manager.cookie.Value, "?"} {
		assert.NotContains(t, log, secret)
	}
}
