package handlers

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every unsafe route × where the browser says the request comes from × cookie
// or key. The status is not looked at beyond "refused as foreign or not".
func TestCSRF(t *testing.T) {
	s := newSite(t)
	cookie, key := s.as("manager"), s.key("events:write")
	same, tries := s.url, 0
	for _, row := range []struct {
		site, origin string
		cookie, none bool // refused with a cookie; refused without one
	}{
		{"cross-site", "https://evil.test", true, true},
		{"cross-site", "", true, true},
		{"cross-site", same, true, true},
		{"same-site", "https://other.house.test", true, true},
		{"same-site", "", true, true},
		{"same-origin", same, false, false},
		{"same-origin", "", false, false},
		{"same-origin", "null", true, false},
		{"none", "", false, false},
		{"none", "null", true, false},
		{"", same, false, false},
		{"", "https://evil.test", true, true},
		{"", "null", true, true},
		{"", "http://127.0.0.1:1", true, true},
		{"", "file://", true, true},
		{"", "", true, false},
		{"nonsense", "", true, true},
	} {
		for _, r := range s.routes() {
			if r.method == http.MethodGet {
				continue
			}
			path := strings.ReplaceAll(r.path, ":id", "999999")
			headers := []string{"Sec-Fetch-Site", row.site, "Origin", row.origin, "Content-Type", "application/x-www-form-urlencoded"}
			for who, c := range map[string]*caller{"cookie": {site: s, cookie: cookie.cookie}, "nobody": s.nobody(), "key": key} {
				if path == "/logout" && who == "cookie" {
					c = &caller{site: s, cookie: &http.Cookie{Name: "baithaka", Value: "of no session"}}
				}
				want := map[string]bool{"cookie": row.cookie, "nobody": row.none, "key": row.none}[who]
				if who == "key" && strings.HasPrefix(path, "/api/") {
					want = false // no browser sends a key of its own accord
				}
				tries++ // another address each, for the throttle's sake
				got := c.do(r.method, path, fmt.Sprintf("token=x&email=%d@house.test&password=whatever", tries), headers...)
				refused := got.Status == 403 && (strings.Contains(got.Body, "another site") || strings.Contains(got.Body, "Origin header"))
				assert.Equal(t, want, refused, "%s %s by %s, Sec-Fetch-Site %q, Origin %q: %d %s", r.method, path, who, row.site, row.origin, got.Status, got.Body)
			}
		}
	}
	for _, path := range []string{"/live", "/api/v1/stream"} {
		for site, want := range map[string]int{"cross-site": 403, "same-site": 403, "same-origin": 200, "none": 200, "": 200} {
			r := s.stream(path, cookie, "", "Sec-Fetch-Site", site)
			assert.Equal(t, want, r.status, "%s from %q", path, site)
			r.close()
		}
	}
}

// No GET changes anything: the rows are the same after all of them, but for the
// mark that the booking's card is read by who opened it.
func TestGetChangesNothing(t *testing.T) {
	s := newSite(t)
	s.key("events:write").publish(booking("new", "BK-1", "lake-house", ""))
	admin := s.as("admin")
	rows := func() string {
		var all []string
		for _, table := range []string{"events WHERE type <> 'metrics:update' AND NOT (" + openedMarks["events"] + ")", "bookings", "users", "sessions", "sessions WHERE ended > 0", "notifications",
			"notification_states WHERE NOT (" + openedMarks["notification_states"] + ")", "api_keys", "meta", "idempotency"} {
			all = append(all, fmt.Sprint(s.count(table)))
		}
		return strings.Join(all, " ")
	}
	before := rows()
	for _, r := range s.routes() {
		if r.method == http.MethodGet && !streamPath(r.path) {
			admin.get(strings.NewReplacer(":id", "BK-1", ":slug", "lake-house", "*", "app.css").Replace(r.path))
		}
		if r.method == http.MethodPost {
			assert.Contains(t, []int{200, 303, 404, 405}, admin.get(strings.ReplaceAll(r.path, ":id", "1")).Status, "%s by GET", r.path)
		}
	}
	assert.Equal(t, before, rows())
	for table, marks := range openedMarks {
		assert.Equal(t, 1, s.count(table+" WHERE "+marks), table)
	}
}

func TestHosts(t *testing.T) {
	open := newSite(t)
	for host, want := range map[string]int{
		"localhost": 200, "localhost:8080": 200, "LOCALHOST": 200, "127.0.0.1": 200, "127.0.0.1:1": 200, "192.168.1.7:8080": 200, "[::1]": 200, "[::1]:8080": 200,
		"evil.test": 421, "localhost.evil.test": 421, "127.0.0.1.evil.test": 421, "evil.test:8080": 421, "localhost:8080:1": 421, "2130706433": 421, "0x7f.1": 421,
	} {
		for _, path := range []string{"/login", "/static/app.css"} {
			assert.Equal(t, want, open.nobody().get(path, "Host", host).Status, "%s at %s", path, host)
		}
		r := open.nobody().get("/api/v1/stream", "Host", host)
		assert.Equal(t, map[int]int{200: 401, 421: 421}[want], r.Status, host)
		assert.Equal(t, "application/problem+json", r.Header.Get("Content-Type"))
	}
	public, err := url.Parse("https://desk.house.test")
	require.NoError(t, err)
	named := newSite(t, Config{PublicURL: public})
	for host, want := range map[string]int{"desk.house.test": 200, "DESK.house.test": 200, "localhost": 421, "127.0.0.1": 421, "desk.house.test.evil.test": 421, "evil.test": 421} {
		assert.Equal(t, want, named.nobody().get("/login", "Host", host).Status, host)
	}
}

var (
	scripts    = regexp.MustCompile(`<script[^>]*>`)
	inline     = regexp.MustCompile(`(?i)<script[^>]*>\s*[^<\s]|<style|\sstyle=|\son[a-z]+=|javascript:|hx-on|hx-vals="?js:`)
	nonceOf    = regexp.MustCompile(`script-src 'nonce-([A-Za-z0-9+/]{22})'`)
	assertOnce = regexp.MustCompile(`nonce="([^"]*)"`)
)

// Every answer carries the headers, the failed ones too, and no page has
// anything inline or a nonce that was there before.
func TestHeadersOnEveryAnswer(t *testing.T) {
	public, err := url.Parse("https://desk.house.test")
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, config := range []Config{{}, {PublicURL: public}} {
		s := newSite(t, config)
		host := []string{"Host", "127.0.0.1"}
		callers := []*caller{s.nobody()}
		if config.PublicURL == nil {
			callers = append(callers, s.as("admin"), s.as("user"))
			s.key("events:write").publish(booking("new", "BK-1", "lake-house", ""))
		} else {
			host[1] = "desk.house.test"
		}
		paths := []string{"/nowhere", "/api/nowhere", "/bookings/BK-none", "/static/none.css", "/static/", "/static/../go.mod", "/%2e%2e/", "/bookings/%00"}
		for _, r := range s.routes() {
			if !streamPath(r.path) || config.PublicURL != nil {
				paths = append(paths, strings.NewReplacer(":id", "BK-1", ":slug", "lake-house", "*", "app.css").Replace(r.path))
			}
		}
		for _, c := range callers {
			for _, path := range paths {
				for _, method := range []string{"GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"} {
					if path == "/logout" && c.cookie != nil {
						continue
					}
					for _, hx := range []string{"", "true"} {
						assertHeaders(t, config, method+" "+path, c.do(method, path, "", append(host, "HX-Request", hx)...), seen)
					}
				}
			}
			assertHeaders(t, config, "another host", c.get("/", "Host", "evil.test"), seen)
			assertHeaders(t, config, "another site", c.do("POST", "/logout", "", append(host, "Sec-Fetch-Site", "cross-site")...), seen)
		}
		if config.PublicURL == nil {
			for path, who := range map[string]*caller{"/live": s.as("admin"), "/api/v1/stream": s.as("admin"), "/live?": s.nobody(), "/api/v1/stream?": s.key("events:read")} {
				assertHeaders(t, config, "stream "+path, answer{200, s.stream(path, who, "").header, ""}, seen)
			}
		}
	}
	assert.Greater(t, len(seen), 1000)
	t.Logf("%d answers, as many nonces", len(seen))
}

func assertHeaders(t *testing.T, config Config, what string, r answer, seen map[string]bool) {
	t.Helper()
	require.Len(t, r.Header.Values("Content-Security-Policy"), 1, what)
	csp := r.Header.Get("Content-Security-Policy")
	nonce := nonceOf.FindStringSubmatch(csp)
	require.Len(t, nonce, 2, what)
	require.Equal(t, "default-src 'none'; script-src 'nonce-"+nonce[1]+"'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "+
		"manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'", csp, what)
	require.False(t, seen[nonce[1]], "%s: the nonce was there before", what)
	seen[nonce[1]] = true
	assert.Equal(t, "nosniff", r.Header.Get("X-Content-Type-Options"), what)
	referrer := "same-origin"
	if strings.Contains(what, " /wall") && !strings.Contains(what, " /walls") {
		referrer = "no-referrer" // the address may hold the link
	}
	assert.Equal(t, referrer, r.Header.Get("Referrer-Policy"), what)
	assert.Equal(t, "same-origin", r.Header.Get("Cross-Origin-Opener-Policy"), what)
	assert.Equal(t, "no-store", r.Header.Get("Cache-Control"), what)
	assert.NotEmpty(t, r.Header.Get("X-Request-Id"), what)
	assert.Empty(t, r.Header.Get("Access-Control-Allow-Origin"), what)
	assert.Empty(t, r.Header.Get("Server"), what)
	assert.Equal(t, config.secure(), r.Header.Get("Strict-Transport-Security") != "", what)
	assert.Less(t, r.Status, 500, what)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
		assert.NotRegexp(t, inline, r.Body, what)
		if what != "GET /docs" { // the same bytes for everybody, and never a fragment
			assert.Contains(t, r.Header.Values("Vary"), "HX-Request", what)
		}
		for _, script := range scripts.FindAllString(r.Body, -1) {
			assert.Contains(t, script, ` src="/static/`, what)
			assert.Contains(t, script, ` nonce="`+nonce[1]+`"`, what)
		}
		for _, used := range assertOnce.FindAllStringSubmatch(r.Body, -1) {
			assert.Equal(t, nonce[1], used[1], what)
		}
	}
}

// Nothing in a template runs that the policy would have to allow: no handler in
// an attribute, no expression of htmx that it evaluates, no style beside the
// style sheet, no markup that is taken as it comes.
func TestTemplatesHoldNothingInline(t *testing.T) {
	files, err := filepath.Glob("../views/*.templ")
	require.NoError(t, err)
	require.Greater(t, len(files), 10)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, forbidden := range []string{
			`(?i)hx-on`, `(?i)["'{\s]js:`, `(?i)javascript:`, `hx-trigger="[^"]*\[`, `(?i)\sstyle[={]`, `<style`, `(?i)\son(click|load|error|input|change|submit|key\w+|mouse\w+|focus|blur)\s*=`,
			`templ\.Raw`, `templ\.JSONScript`, `templ\.SafeURL`, `templ\.SafeCSS`, `(?m)^\s*script \w+\(`, `(?m)^css \w+\(`, `hx-vals="?js`, `(?i)hx-eval`,
		} {
			assert.NotRegexp(t, forbidden, string(text), file)
		}
	}
}

// A panic is one failed request, and what it was is told to nobody.
func TestPanicIsOneFailedRequest(t *testing.T) {
	s := newSite(t)
	e := echo.New()
	e.HTTPErrorHandler = s.fail
	e.Use(s.note, s.recover, s.headers)
	e.GET("/", func(echo.Context) error { panic("the secret of the house") })
	rec := httptest.NewRecorder()
	e.ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
	assert.Equal(t, 500, rec.Code)
	assert.NotContains(t, rec.Body.String(), "secret")
	assert.NotEmpty(t, rec.Header().Get("Content-Security-Policy"))
	assert.Contains(t, s.logged.String(), "the secret of the house")
}
