package handlers

import (
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/assert"
)

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// A program that knows only user and password sends its key as the password, to the
// addresses for programs and to no page.
func TestAKeyAsThePasswordOfHTTPBasic(t *testing.T) {
	s := newSite(t)
	key, nobody := s.key("events:read,events:write,metrics:read"), s.nobody()
	for _, user := range []string{"", "prometheus", "bk_x", "ein:name"} {
		password := key.secret
		if user == "ein:name" { // a user's name holds no colon, so that this is a wrong password
			assert.Equal(t, 401, nobody.get("/api/v1/events", "Authorization", basic(user, password)).Status)
			continue
		}
		auth := basic(user, password)
		for _, path := range []string{"/api/v1/events", "/api/v1/bookings", "/metrics"} {
			assert.Equal(t, 200, nobody.get(path, "Authorization", auth).Status, "%q %s", user, path)
		}
		assert.Equal(t, 303, nobody.get("/", "Authorization", auth).Status, "a page takes no key")
	}
	auth := basic("x", key.secret)
	assert.Equal(t, 201, nobody.post("/api/v1/events", booking("new", "BK-1", "lake-house", ""), "Authorization", auth).Status)
	s.stream("/api/v1/stream", nobody, "", "Authorization", auth).live()
	assert.Equal(t, 200, nobody.get("/metrics", "Authorization", "basic "+auth[6:]).Status, "a scheme's case does not count")

	for what, wrong := range map[string]string{"wrong": basic("x", "bk_wrong"), "the other way round": basic(key.secret, "x"), "none": basic("", ""), "no base64": "Basic ?", "a password": basic("admin@house.test", password)} {
		r := nobody.get("/api/v1/events", "Authorization", wrong)
		assert.Equal(t, 401, r.Status, what)
		assert.Equal(t, []string{`Bearer realm="baithaka"`}, r.Header.Values("WWW-Authenticate"), "%s: no browser is to ask for a password", what)
	}
}

// A browser that was told a key once sends it from every page, also from those of
// other sites. Those are refused, whether they would read or change.
func TestHTTPBasicFromAnotherSiteIsRefused(t *testing.T) {
	s := newSite(t)
	key, nobody := s.key("events:read,events:write,metrics:read"), s.nobody()
	auth := basic("x", key.secret)
	for _, headers := range [][]string{
		{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example.com"}, {"Origin", "null"},
		{"Origin", "https://evil.example.com", "Sec-Fetch-Site", "cross-site"},
	} {
		with := append([]string{"Authorization", auth}, headers...)
		for _, path := range []string{"/api/v1/events", "/api/v1/stream", "/metrics", "/api/v1/bookings"} {
			assert.Equal(t, 403, nobody.get(path, with...).Status, "%s %v", path, headers)
		}
		assert.Equal(t, 403, nobody.post("/api/v1/events", booking("new", "BK-1", "lake-house", ""), with...).Status, "%v", headers)
		assert.NotEqual(t, 403, key.post("/api/v1/events", booking("new", "BK-1", "lake-house", ""), headers...).Status, "a bearer is sent by nobody's browser: %v", headers)
	}
	for _, headers := range [][]string{{"Sec-Fetch-Site", "same-origin", "Origin", s.url}, {"Sec-Fetch-Site", "none"}, {"Origin", s.url}} {
		assert.Equal(t, 200, nobody.get("/api/v1/events", append([]string{"Authorization", auth}, headers...)...).Status, "%v", headers)
	}
	assert.Equal(t, 421, nobody.get("/api/v1/events", "Authorization", auth, "Host", "evil.example.com").Status)
	assert.Equal(t, 421, nobody.get("/metrics", "Authorization", auth, "Host", "evil.example.com").Status)
}
