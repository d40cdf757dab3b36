package handlers

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
)

// note returns the request an id and writes one line when it ends: who, which
// route, how it went, how long. Never a path with an id in it, a query, a name
// or a secret. An answer that failed after it had begun is then cut off, or
// what there is of it would look whole.
func (s *Site) note(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Set(beganKey, time.Now())
		id := rand.Text()[:12]
		c.Set(requestKey, id)
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		err := next(c)
		broken := err != nil && c.Response().Committed
		if err != nil {
			c.Error(err)
		}
		if c.Get(takenKey) == nil {
			s.answered(lineOf(c), viewer(c), c.Response().Size)
		}
		if broken {
			panic(http.ErrAbortHandler) // net/http does it, and says nothing
		}
		return nil
	}
}

// recover turns a panic into a failed request.
func (s *Site) recover(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if p := recover(); p != nil {
				s.logger.Error("a request panicked", "route", c.Path(), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				err = fmt.Errorf("panic: %v", p)
			}
		}()
		return next(c)
	}
}

// headers sets what every answer carries. Nothing runs in a page but scripts
// that bear its nonce, and nothing is loaded from elsewhere.
func (s *Site) headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		random := make([]byte, 16)
		rand.Read(random) // never fails
		nonce := base64.RawStdEncoding.EncodeToString(random)
		c.Set(nonceKey, nonce)
		c.SetRequest(c.Request().WithContext(templ.WithNonce(c.Request().Context(), nonce)))
		h := c.Response().Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'nonce-"+nonce+"'; style-src 'self'; img-src 'self' data:; "+
			"connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		if forWall(c.Request()) {
			h.Set("Referrer-Policy", "no-referrer") // its address may hold the link
		}
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if s.overTLS(c.Request()) {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		return next(c)
	}
}

// hosts refuses a request for a host that is not this one: a page elsewhere
// whose name was pointed here (DNS rebinding) gets nothing. Supervisors and
// programs come by address, or name no host at all: what they ask says nothing
// to a browser that has no key.
func (s *Site) hosts(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if s.ours(r.Host) || supervises(r.URL.Path) || bearsKey(r) {
			return next(c)
		}
		return s.misdirected(r.Host)
	}
}

// supervises reports whether a path is asked by what looks after the server.
func supervises(path string) bool { return path == "/livez" || path == "/readyz" }

// bearsKey reports whether a request stands on what it has as a bearer, and on
// nothing that a browser adds by itself.
func bearsKey(r *http.Request) bool {
	scheme, _, _ := strings.Cut(r.Header.Get(echo.HeaderAuthorization), " ")
	return strings.EqualFold(scheme, "Bearer") && forPrograms(r)
}

// misdirected says which host was asked for, since it is mostly a proxy that
// names another than the browser did.
func (s *Site) misdirected(host string) error {
	named := "names no host"
	if host != "" {
		named = fmt.Sprintf("names the host %q", host[:min(len(host), 100)])
	}
	if s.config.PublicURL != nil {
		return inn.E(inn.Misdirected, "The request %s, and this server answers only for that of its --public-url. A proxy in front of it has to hand on the Host as the browser sent it.", named)
	}
	return inn.E(inn.Misdirected, "The request %s, and without --public-url this server answers only for localhost and IP addresses. Start it with --public-url and the address that browsers use.", named)
}

// ours compares as browsers do: without regard to case, and with the scheme's
// own port said or left out. The port of the public address may be left out too,
// as proxies do. A trailing dot is another host: its cookies and its origin are
// not ours.
func (s *Site) ours(host string) bool {
	if u := s.config.PublicURL; u != nil {
		return strings.EqualFold(hostPort(host, u.Scheme), hostPort(u.Host, u.Scheme)) || strings.EqualFold(host, withoutPort(u))
	}
	name := (&url.URL{Host: host}).Hostname()
	if strings.EqualFold(name, "localhost") {
		return true
	}
	_, err := netip.ParseAddr(name)
	return err == nil
}

// hostPort returns a host without the port that its scheme has anyway.
func hostPort(host, scheme string) string {
	return strings.TrimSuffix(host, map[string]string{"https": ":443", "http": ":80"}[scheme])
}

// withoutPort returns the host of an address as it stands there, brackets and all.
func withoutPort(u *url.URL) string {
	if port := u.Port(); port != "" {
		return strings.TrimSuffix(u.Host, ":"+port)
	}
	return u.Host
}

// crossed refuses what another site makes a browser send: a change that comes
// with a cookie must come from our own pages, and a stream is for them alone.
// API keys are not sent by browsers of their own accord, but for those that they
// have been told as the password of HTTP Basic.
func (s *Site) crossed(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if _, found := ticketOf(r); found {
			if err := s.fromAbroad(c); err != nil {
				return err
			}
			return next(c)
		}
		site := r.Header.Get("Sec-Fetch-Site")
		switch {
		case r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions:
			abroad := site == "cross-site" || site == "same-site"
			if streamPath(r.URL.Path) && abroad || byBasic(r) && (abroad || !s.ownOrigin(r)) {
				return errCrossed
			}
		case r.Header.Get(echo.HeaderAuthorization) != "" && forPrograms(r) && !byBasic(r):
		default:
			if err := s.crossing.Check(r); err != nil {
				return errCrossed
			}
			_, err := r.Cookie(s.cookieName(r))
			origin := r.Header.Get("Origin")
			if s.downgraded(r, origin) {
				return errCrossed
			}
			if err == nil && origin == "null" {
				return errCrossed
			}
			if err == nil && site == "" && origin == "" {
				return inn.E(inn.Forbidden, "A change needs an Origin header beside the cookie; programs use an API key.")
			}
		}
		return next(c)
	}
}

var errCrossed = inn.E(inn.Forbidden, "This request came from another site. Open the page here and try again.")

// byBasic reports whether a key comes as the password of HTTP Basic.
func byBasic(r *http.Request) bool {
	_, _, basic := r.BasicAuth()
	return basic && forPrograms(r)
}

// ownOrigin reports whether a request names no origin, or this one.
func (s *Site) ownOrigin(r *http.Request) bool {
	asked := r.Clone(r.Context())
	asked.Method = http.MethodPost // what reads is never looked at
	return s.crossing.Check(asked) == nil && !s.downgraded(r, r.Header.Get("Origin"))
}

// downgraded reports whether an origin is this host without TLS though the request
// came over TLS: whoever sits on the line can make such a page, and
// http.CrossOriginProtection, which cannot know the scheme, compares hosts alone.
func (s *Site) downgraded(r *http.Request, origin string) bool {
	return s.overTLS(r) && len(origin) > 5 && strings.EqualFold(origin[:5], "http:")
}

func streamPath(path string) bool {
	return path == "/live" || path == "/api/v1/stream" || path == "/wall-live"
}
