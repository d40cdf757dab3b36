package handlers

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"baithaka/inn"
)

// note gives the request an id and writes one line when it ends: who, which
// route, how it went, how long. Never a path with an id in it, a query, a name
// or a secret.
func (s *Site) note(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		id := rand.Text()[:12]
		c.Set(requestKey, id)
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		if err := next(c); err != nil {
			c.Error(err)
		}
		s.measure(c, began)
		s.logger.LogAttrs(c.Request().Context(), levelOf(c.Response().Status), "request", attrs(c, began)...)
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
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if s.config.secure() {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		return next(c)
	}
}

// hosts refuses a request for a host that is not this one: a page elsewhere
// whose name was pointed here (DNS rebinding) gets nothing.
func (s *Site) hosts(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !s.ours(c.Request().Host) {
			return inn.E(inn.Misdirected, "This server does not answer for that host. Start it with --public-url if it should.")
		}
		return next(c)
	}
}

func (s *Site) ours(host string) bool {
	if s.config.PublicURL != nil {
		return strings.EqualFold(host, s.config.PublicURL.Host)
	}
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	if strings.EqualFold(name, "localhost") {
		return true
	}
	_, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil
}

// crossed refuses what another site makes a browser send: a change that comes
// with a cookie must come from our own pages, and a stream is for them alone.
// API keys are not sent by browsers of their own accord.
func (s *Site) crossed(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		refused := inn.E(inn.Forbidden, "This request came from another site. Open the page here and try again.")
		site := r.Header.Get("Sec-Fetch-Site")
		switch {
		case r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions:
			if streamPath(r.URL.Path) && (site == "cross-site" || site == "same-site") {
				return refused
			}
		case r.Header.Get(echo.HeaderAuthorization) != "" && forPrograms(r):
		default:
			if err := s.crossing.Check(r); err != nil {
				return refused
			}
			_, err := r.Cookie(s.sessions.Cookie.Name)
			origin := r.Header.Get("Origin")
			if err == nil && origin == "null" {
				return refused
			}
			if err == nil && site == "" && origin == "" {
				return inn.E(inn.Forbidden, "A change needs an Origin header beside the cookie; programs use an API key.")
			}
		}
		return next(c)
	}
}

func streamPath(path string) bool { return path == "/live" || path == "/api/v1/stream" }

// addressOf gives the address a request came from. What a forwarding header
// says is believed only from a trusted proxy, and only its last hop that is not
// one.
func (s *Site) addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values(echo.HeaderXForwardedFor), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.trusted(host); i-- {
		addr, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		host = addr.Unmap().String()
	}
	return host
}

func (s *Site) trusted(host string) bool {
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range s.config.TrustedProxies {
		if p.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}
