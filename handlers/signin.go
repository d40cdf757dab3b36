package handlers

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/inn"
	"baithaka/views"
)

// showLogin is the sign-in page; who is signed in already goes on.
func (s *Site) showLogin(c echo.Context) error {
	next := safeNext(c.QueryParam("next"))
	if viewer(c).UserID != 0 {
		return c.Redirect(http.StatusSeeOther, next)
	}
	return s.render(c, http.StatusOK, views.LoginPage(views.Login{Next: next}))
}

// signIn checks an address and password. A failure shows the form again as it
// was, without the password.
func (s *Site) signIn(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	email, next := strings.TrimSpace(form.Get("email")), safeNext(form.Get("next"))
	again := func(err error) error {
		e := asError(err)
		if e.Code == inn.Internal {
			return err
		}
		if e.RetryAfter > 0 {
			c.Response().Header().Set("Retry-After", seconds(e.RetryAfter))
		}
		return s.render(c, statuses[e.Code], views.LoginPage(views.Login{Email: email, Next: next, Problem: e.Text}))
	}
	forgive, err := s.signIns.try(email, c.RealIP(), time.Now())
	if err != nil {
		return again(err)
	}
	m, err := s.store.Authenticate(c.Request().Context(), email, form.Get("password"))
	if inn.CodeOf(err) != inn.Unauthenticated {
		forgive()
	}
	if err != nil {
		return again(err)
	}
	if err := s.begin(c, m); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, next)
}

// begin starts a session under a new token, so that one planted before is
// worth nothing, and notes the sign-in.
func (s *Site) begin(c echo.Context, m inn.Member) error {
	ctx := c.Request().Context()
	if cookie, err := c.Cookie(s.sessions.Cookie.Name); err == nil {
		if err := s.store.EndSession(ctx, hashToken(cookie.Value)); err != nil {
			return err
		}
	}
	ctx, err := s.sessions.Load(ctx, "")
	if err != nil {
		return err
	}
	s.sessions.Put(ctx, userValue, m.ID)
	token, expires, err := s.sessions.Commit(ctx)
	if err != nil {
		return err
	}
	s.sessions.WriteSessionCookie(ctx, c.Response(), token, expires)
	return s.store.NoteLogin(ctx, m.Viewer(), inn.UserLogin, c.RealIP())
}

// signOut ends the session and every stream that hangs on it.
func (s *Site) signOut(c echo.Context) error {
	ctx := c.Request().Context()
	if cookie, err := c.Cookie(s.sessions.Cookie.Name); err == nil {
		if err := s.store.EndSession(ctx, hashToken(cookie.Value)); err != nil {
			return err
		}
	}
	if v := viewer(c); v.UserID != 0 {
		if err := s.store.NoteLogin(ctx, v, inn.UserLogout, c.RealIP()); err != nil {
			return err
		}
	}
	s.sessions.WriteSessionCookie(ctx, c.Response(), "", time.Time{})
	if s.config.secure() {
		// Browsers heed it over TLS only, and complain otherwise.
		c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	}
	return c.Redirect(http.StatusSeeOther, "/login")
}

// showSetup is the page for the first administrator, reached by the link the
// server prints.
func (s *Site) showSetup(c echo.Context) error {
	token := c.QueryParam("token")
	if err := s.setupOpen(c.Request().Context(), token); err != nil {
		return err
	}
	return s.render(c, http.StatusOK, views.SetupPage(views.Setup{Token: token}))
}

func (s *Site) setupOpen(ctx context.Context, token string) error {
	open, err := s.store.SetupOpen(ctx, token)
	if err == nil && !open {
		err = inn.NoSuch("set-up link; it works once. Restart the server for a new one if nobody can sign in")
	}
	return err
}

// setUp makes the first administrator and signs them in.
func (s *Site) setUp(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	// Before the password is hashed, which takes long: the address is open to all.
	if err := s.setupOpen(c.Request().Context(), form.Get("token")); err != nil {
		return err
	}
	setup := views.Setup{Token: form.Get("token"), Name: form.Get("name"), Email: strings.TrimSpace(form.Get("email"))}
	m, err := s.store.SetUp(c.Request().Context(), setup.Token, inn.Member{Name: setup.Name, Email: setup.Email}, form.Get("password"))
	if e := asError(err); err != nil && e.Code != inn.Internal {
		setup.Problem = problemText(e)
		return s.render(c, statuses[e.Code], views.SetupPage(setup))
	}
	if err != nil {
		return err
	}
	if err := s.begin(c, m); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/")
}

// problemText says in a sentence what is wrong with the fields of a form.
func problemText(e *inn.Error) string {
	if len(e.Fields) == 0 {
		return e.Text
	}
	var sentences []string
	for _, f := range e.Fields {
		name := strings.TrimPrefix(f.Pointer, "/")
		sentences = append(sentences, strings.ToUpper(name[:1])+name[1:]+" "+f.Detail+".")
	}
	return strings.Join(sentences, " ")
}

// formOf reads a posted form of at most 64 KiB.
func formOf(c echo.Context) (url.Values, error) {
	r := c.Request()
	r.Body = http.MaxBytesReader(c.Response(), r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		return nil, &inn.Error{Code: inn.Malformed, Text: "The form could not be read. Go back and send it again.", Cause: err}
	}
	return r.PostForm, nil
}

var plainPath = regexp.MustCompile(`^/[A-Za-z0-9/_\-.?=&%:]*$`)

// safeNext gives where to go after signing in: a path of this site, before and
// after percent-decoding, or else the dashboard.
func safeNext(next string) string {
	decoded, err := url.PathUnescape(next)
	for _, s := range []string{next, decoded} {
		if err != nil || !plainPath.MatchString(s) || strings.Contains(s, "//") {
			return "/"
		}
	}
	return next
}

// throttle counts failed sign-ins: per account and address together, so that a
// stranger's guesses do not lock out whoever signs in from elsewhere, and per
// address for who tries many accounts.
type throttle struct {
	mu       sync.Mutex
	failures map[string][]time.Time
}

const (
	throttleWindow     = 15 * time.Minute
	triesPerAccount    = 10
	triesPerAddress    = 100
	throttledAddresses = "address "
)

func newThrottle() *throttle { return &throttle{failures: map[string][]time.Time{}} }

func accountKey(email, address string) string { return strings.ToLower(email) + " " + address }

// try refuses a try when there were too many failures lately, and else counts
// it as one until it is forgiven: of many tries at once no more are let through
// than of as many in a row.
func (t *throttle) try(email, address string, now time.Time) (forgive func(), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	wait := max(t.wait(accountKey(email, address), triesPerAccount, now), t.wait(throttledAddresses+address, triesPerAddress, now))
	keys := []string{accountKey(email, address), throttledAddresses + address}
	if wait == 0 {
		for _, key := range keys {
			t.failures[key] = append(recent(t.failures[key], now), now)
		}
		return func() { t.forgive(keys, now) }, nil
	}
	return nil, &inn.Error{Code: inn.TooMany, Text: "Too many tries. Wait a few minutes, then try again.", RetryAfter: wait}
}

// wait gives for how long a key has no tries left.
func (t *throttle) wait(key string, tries int, now time.Time) time.Duration {
	times := recent(t.failures[key], now)
	if len(times) < tries {
		return 0
	}
	return times[len(times)-tries].Add(throttleWindow).Sub(now)
}

// forgive takes back a try that was no failure.
func (t *throttle) forgive(keys []string, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, key := range keys {
		if i := slices.IndexFunc(t.failures[key], at.Equal); i >= 0 {
			t.failures[key] = slices.Delete(slices.Clone(t.failures[key]), i, i+1)
		}
	}
}

// forget drops what is too old to matter.
func (t *throttle) forget(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for key, times := range t.failures {
		if len(recent(times, now)) == 0 {
			delete(t.failures, key)
		}
	}
}

func recent(times []time.Time, now time.Time) []time.Time {
	for len(times) > 0 && now.Sub(times[0]) >= throttleWindow {
		times = times[1:]
	}
	return times
}
