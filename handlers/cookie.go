package handlers

import (
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/auth"
	"baithaka/store"
)

// cookieName is the session's cookie. Over TLS it is __Host-baithaka, which no
// other host, path or unencrypted page can set; the plain one is not looked at
// there.
const cookieName = "baithaka"

// maxAgent is how much is kept of what a browser calls itself.
const maxAgent = 300

// begun says where and by what a session is begun by this request, in place of the
// one the browser had.
func (s *Site) begun(c echo.Context, in store.SignIn) store.SignIn {
	agent := strings.ToValidUTF8(c.Request().UserAgent(), "")
	if len(agent) > maxAgent {
		agent = strings.ToValidUTF8(agent[:maxAgent], "")
	}
	in.Address, in.Agent = c.RealIP(), agent
	if old := s.cookie(c.Request()); old != "" {
		in.Replaces = auth.HashToken(old)
	}
	return in
}

// cookie returns the session token that came with a request, "" without one.
func (s *Site) cookie(r *http.Request) string {
	cookie, err := r.Cookie(s.cookieName(r))
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (s *Site) cookieName(r *http.Request) string {
	if s.overTLS(r) {
		return "__Host-" + cookieName
	}
	return cookieName
}

// setCookie returns the browser a session token; "" takes it away.
func (s *Site) setCookie(c echo.Context, token string, expires time.Time) {
	cookie := &http.Cookie{
		Name: s.cookieName(c.Request()), Value: token, Path: "/",
		Secure: s.overTLS(c.Request()), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	if token == "" {
		cookie.MaxAge = -1
	} else {
		cookie.Expires, cookie.MaxAge = expires, int(time.Until(expires).Seconds())
	}
	c.SetCookie(cookie)
}

// setSession returns the browser another token for the session it has, which lasts
// as long as it would have.
func (s *Site) setSession(c echo.Context, token string) error {
	one, err := s.store.Session(c.Request().Context(), auth.HashToken(token))
	if err == nil {
		s.setCookie(c, token, one.Expires)
	}
	return err
}

// The device's cookie stays when one signs out: it only tells that somebody has
// signed in here before (store.KnownDevice), and is sent to the sign-in page alone.
const deviceCookie = "baithaka-device"

// deviceOf returns the device's cookie, hashed as it is kept; "" without one.
func deviceOf(r *http.Request) string {
	cookie, err := r.Cookie(deviceCookie)
	if err != nil || cookie.Value == "" {
		return ""
	}
	return auth.HashToken(cookie.Value)
}

func (s *Site) setDevice(c echo.Context, token string) {
	c.SetCookie(&http.Cookie{
		Name: deviceCookie, Value: token, Path: "/login", MaxAge: int((365 * 24 * time.Hour).Seconds()),
		Secure: s.overTLS(c.Request()), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}
