package handlers

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/auth"
	"baithaka/internal/inn"
	"baithaka/store"
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

// attempt is what an e-mail claims of who sends this request.
func (s *Site) attempt(c echo.Context, email string) (auth.Attempt, error) {
	return s.auth.Attempt(c.Request().Context(), email, deviceOf(c.Request()), c.RealIP())
}

// signIn checks an address and password. A failure shows the form again as it
// was, without the password.
func (s *Site) signIn(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	email, next := strings.TrimSpace(form.Get("email")), safeNext(form.Get("next"))
	who, err := s.attempt(c, email)
	if err != nil {
		return err
	}
	proof, err := s.auth.CheckPassword(c.Request().Context(), who, form.Get("password"))
	if err == nil {
		err = s.admit(c, proof, next)
	}
	problem, err := refused(err)
	if problem != nil {
		return s.render(c, answerTo(c, problem), views.LoginPage(views.Login{Email: email, Next: next, Problem: problem}))
	}
	return err
}

// admit goes on with somebody whose password was right: to their code, if one is
// asked for, else in.
func (s *Site) admit(c echo.Context, proof store.Proof, next string) error {
	two, err := s.store.TwoStep(c.Request().Context(), proof.ID, 0)
	if err != nil {
		return err
	}
	if !two.On() {
		return s.begin(c, proof, next)
	}
	token, expires, err := s.auth.AwaitCode(c.Request().Context(), s.begun(c, store.SignIn{Proof: proof}), next)
	if err != nil {
		return err
	}
	s.setCookie(c, token, expires)
	return c.Redirect(http.StatusSeeOther, "/login/code")
}

// begin starts a session of somebody who has proved who they are.
func (s *Site) begin(c echo.Context, proof store.Proof, next string) error {
	device := rand.Text()
	if cookie, err := c.Cookie(deviceCookie); err == nil && cookie.Value != "" {
		device = cookie.Value // several people may use it
	}
	in := store.SignIn{Proof: proof, KnownDevice: store.KnownDevice{Device: auth.HashToken(device), Address: auth.Neighbourhood(c.RealIP())}}
	token, expires, err := s.auth.SignIn(c.Request().Context(), s.begun(c, in))
	if err != nil {
		return err
	}
	s.setCookie(c, token, expires)
	s.setDevice(c, device)
	return c.Redirect(http.StatusSeeOther, next)
}

// signOut ends the session and every stream that hangs on it.
func (s *Site) signOut(c echo.Context) error {
	if token := s.cookie(c.Request()); token != "" {
		if err := s.store.SignOut(c.Request().Context(), viewer(c), auth.HashToken(token), c.RealIP()); err != nil {
			return err
		}
	}
	s.setCookie(c, "", time.Time{})
	if s.overTLS(c.Request()) {
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
	proof, err := s.store.SetUp(c.Request().Context(), setup.Token, inn.Member{Name: setup.Name, Email: setup.Email}, form.Get("password"))
	if setup.Problem, err = refused(err); setup.Problem != nil {
		return s.render(c, answerTo(c, setup.Problem), views.SetupPage(setup))
	}
	if err != nil {
		return err
	}
	return s.begin(c, proof, "/")
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

// safeNext returns where to go after signing in: a path of this site, before and
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
