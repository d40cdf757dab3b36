package handlers

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// raw sends a request as it stands and returns the answer.
func (s *site) raw(lines ...string) answer {
	s.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	require.NoError(s.t, err)
	defer conn.Close()
	require.NoError(s.t, conn.SetDeadline(time.Now().Add(soon)))
	_, err = io.WriteString(conn, strings.Join(lines, "\r\n")+"\r\n\r\n")
	require.NoError(s.t, err)
	method, _, _ := strings.Cut(lines[0], " ")
	res, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	require.NoError(s.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	return answer{res.StatusCode, res.Header, string(body)}
}

// What supervisors and programs send, to the letter, is answered whatever Host
// stands in it, or none: they come by address. Pages are not.
func TestSupervisorsComeByAddress(t *testing.T) {
	public, err := url.Parse("https://desk.house.test:8443")
	require.NoError(t, err)
	s := newSite(t, Config{PublicURL: public})
	meters, reader := s.key("metrics:read"), s.key("events:read,events:write")
	bearer := func(c *caller) string { return "Authorization: Bearer " + c.secret }
	for what, row := range map[string]struct {
		want  int
		lines []string
	}{
		"HAProxy, option httpchk GET /readyz":      {200, []string{"GET /readyz HTTP/1.0"}},
		"HAProxy, http-check send ver HTTP/1.1":    {200, []string{"GET /readyz HTTP/1.1", "host: 127.0.0.1:8080"}},
		"HAProxy, HEAD":                            {200, []string{"HEAD /livez HTTP/1.0"}},
		"HAProxy, option httpchk with nothing":     {421, []string{"OPTIONS / HTTP/1.0"}},
		"Caddy, health_uri":                        {200, []string{"GET /readyz HTTP/1.1", "Host: 127.0.0.1:8080", "User-Agent: Go-http-client/1.1", "Accept-Encoding: gzip"}},
		"a container's health check":               {200, []string{"GET /livez HTTP/1.1", "Host: localhost:8080", "User-Agent: Wget", "Connection: close"}},
		"by a name inside":                         {200, []string{"GET /livez HTTP/1.1", "Host: baithaka.default.svc"}},
		"an empty host":                            {200, []string{"GET /livez HTTP/1.1", "Host: "}},
		"Prometheus":                               {200, []string{"GET /metrics HTTP/1.1", "Host: 127.0.0.1:8080", "User-Agent: Prometheus/2.42.0", "Accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", "Accept-Encoding: gzip", bearer(meters), "X-Prometheus-Scrape-Timeout-Seconds: 10"}},
		"Prometheus without a key":                 {421, []string{"GET /metrics HTTP/1.1", "Host: 127.0.0.1:8080"}},
		"Prometheus with a wrong key":              {401, []string{"GET /metrics HTTP/1.1", "Host: 127.0.0.1:8080", "Authorization: Bearer bk_wrong"}},
		"a program by address":                     {200, []string{"GET /api/v1/events HTTP/1.1", "Host: 10.0.0.7:8080", bearer(reader)}},
		"a program without a host":                 {200, []string{"GET /api/v1/events HTTP/1.0", bearer(reader)}},
		"a program, the scheme in small letters":   {200, []string{"GET /api/v1/events HTTP/1.0", "authorization: bearer " + reader.secret}},
		"a password":                               {421, []string{"GET /api/v1/events HTTP/1.1", "Host: 127.0.0.1", "Authorization: Basic eDp5"}},
		"a key where no key is looked at":          {421, []string{"GET /login HTTP/1.1", "Host: evil.test", bearer(reader)}},
		"a page by address":                        {421, []string{"GET /login HTTP/1.1", "Host: 127.0.0.1"}},
		"a page without a host":                    {421, []string{"GET /login HTTP/1.0"}},
		"a proxy that leaves the port out":         {200, []string{"GET /login HTTP/1.1", "Host: desk.house.test"}},
		"a proxy that names the port":              {200, []string{"GET /login HTTP/1.1", "Host: desk.house.test:8443"}},
		"a proxy that names another port":          {421, []string{"GET /login HTTP/1.1", "Host: desk.house.test:443"}},
		"a path that only begins like a check":     {421, []string{"GET /livez/x HTTP/1.1", "Host: evil.test"}},
		"a stream of a page, by another site's JS": {421, []string{"GET /live HTTP/1.1", "Host: evil.test", bearer(reader)}},
	} {
		r := s.raw(row.lines...)
		assert.Equal(t, row.want, r.Status, "%s: %s", what, r.Body)
	}
	// HTTP/1.1 has to name a host: that is net/http's to say.
	assert.Equal(t, 400, s.raw("GET /livez HTTP/1.1").Status)
}

// 421 says which host it was, and what to do about it.
func TestMisdirectedNamesTheHost(t *testing.T) {
	public, err := url.Parse("https://desk.house.test")
	require.NoError(t, err)
	open, named := newSite(t), newSite(t, Config{PublicURL: public})
	for _, row := range []struct {
		s    *site
		host string
		want []string
	}{
		{open, "desk.house.test", []string{`"desk.house.test"`, "--public-url"}},
		{named, "127.0.0.1:8080", []string{`"127.0.0.1:8080"`, "--public-url", "proxy"}},
		{named, strings.Repeat("a", 200) + ".test", []string{`"` + strings.Repeat("a", 100) + `"`}},
	} {
		r := row.s.nobody().get("/api/v1/events", "Host", row.host)
		require.Equal(t, 421, r.Status)
		for _, want := range row.want {
			assert.Contains(t, r.json(t)["detail"], want)
		}
		assert.NotContains(t, r.Body, "desk.house.test/", "whoever asks by address is not told the name")
	}
	assert.Contains(t, named.raw("GET /api/v1/events HTTP/1.0").json(t)["detail"], "names no host")
	assert.NotContains(t, named.raw("GET /login HTTP/1.1", "Host: <b>").Body, "<b>")
}

// A wrong method is 405 and says which are right; what is not there is 404
// whatever is asked.
func TestWrongMethodsAreNotAllowed(t *testing.T) {
	s := newSite(t)
	takes := map[string][]string{}
	for _, r := range s.routes() {
		takes[r.path] = append(takes[r.path], r.method)
		if r.method == http.MethodGet && !streamPath(r.path) {
			takes[r.path] = append(takes[r.path], http.MethodHead)
		}
	}
	callers := map[string]*caller{"nobody": s.nobody(), "super": s.as("super"), "key": s.key("events:read")}
	for path, methods := range takes {
		address := strings.NewReplacer(":id", "1", ":slug", "lake-house", ":name", "none", ":token", "none", "*", "app.css").Replace(path)
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "REPORT", "QUERY", "BREW", "get"} {
			if slices.Contains(methods, method) {
				continue
			}
			for who, c := range callers {
				r := c.do(method, address, "")
				assert.Equal(t, 405, r.Status, "%s %s as %s", method, path, who)
				for _, right := range methods {
					assert.Contains(t, r.Header.Get("Allow"), right, "%s %s as %s", method, path, who)
				}
				if forPrograms(&http.Request{URL: &url.URL{Path: path}}) && method != "HEAD" {
					assert.Equal(t, "application/problem+json", r.Header.Get("Content-Type"), "%s %s", method, path)
				}
			}
		}
		r := s.nobody().do("OPTIONS", address, "")
		assert.Equal(t, 204, r.Status, path)
		assert.Contains(t, r.Header.Get("Allow"), methods[0], path)
	}
	for _, method := range []string{"GET", "POST", "DELETE", "BREW", "OPTIONS"} {
		assert.Equal(t, 404, s.nobody().do(method, "/api/v1/nothing", "").Status, fmt.Sprint(method, " of what is not there"))
	}
}
