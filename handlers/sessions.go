package handlers

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"baithaka/internal/auth"
	"baithaka/internal/inn"
	"baithaka/store"
	"baithaka/views"
)

// account returns how the person who asks signs in, and where they are signed in.
func (s *Site) account(c echo.Context) (a views.Account, err error) {
	ctx, v := c.Request().Context(), viewer(c)
	sessions, err := s.store.Sessions(ctx, v.UserID)
	if err != nil {
		return a, err
	}
	for _, one := range sessions {
		a.Sessions = append(a.Sessions, views.Session{
			ID: one.ID, Agent: one.Agent, Address: one.Address, Begun: one.Created, Used: one.Used, Here: one.ID == v.Session,
		})
	}
	two, err := s.store.TwoStep(ctx, v.UserID, v.Session)
	a.Since, a.Changed = two.Since, c.QueryParam("password") != ""
	return a, err
}

// endSession signs one of a person's own browsers out. Its pages are told so at
// once; on theirs the stream takes the row away.
func (s *Site) endSession(c echo.Context) error {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return inn.NoSuch("session")
	}
	if err := s.store.EndOwnSession(c.Request().Context(), viewer(c), id); err != nil {
		return err
	}
	return done(c, "/settings")
}

// endOtherSessions signs a person out everywhere but here.
func (s *Site) endOtherSessions(c echo.Context) error {
	if err := s.store.EndOtherSessions(c.Request().Context(), viewer(c), viewer(c).Session); err != nil {
		return err
	}
	return done(c, "/settings")
}

// changePassword sets the password a person chose, if they know the present one.
// It is a page's own form, without htmx: password managers watch for those.
func (s *Site) changePassword(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	token := auth.NewToken()
	present, err := s.checkPassword(c, form.Get("present"))
	if err == nil {
		err = s.store.ChangePassword(c.Request().Context(), viewer(c), present, form.Get("password"), auth.HashToken(token))
	}
	problem, err := refused(err)
	switch {
	case problem != nil:
		return s.refusePassword(c, problem)
	case err != nil:
		return err
	}
	if err := s.setSession(c, token); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/settings?password=changed#password-panel")
}

// refusePassword shows the settings again with what is wrong.
func (s *Site) refusePassword(c echo.Context, e *inn.Error) error {
	p, err := s.page(c, "Settings", "/settings")
	if err != nil {
		return err
	}
	p.Path = "/settings" // it was posted elsewhere; what is fetched again is the page
	m, err := s.store.Member(c.Request().Context(), p.Viewer.UserID)
	if err != nil {
		return err
	}
	shown := views.Settings{Form: settingsForm(p.Preferences, m.Zone), Account: views.Account{Problem: e}}
	return s.renderSettings(c, p, shown, answerTo(c, e))
}

// checkPassword asks somebody who is signed in for their password once more. A
// wrong one is a wrong field, not the end of their session.
func (s *Site) checkPassword(c echo.Context, password string) (store.Proof, error) {
	proof, err := s.auth.CheckPassword(c.Request().Context(), auth.Again(viewer(c)), password)
	return proof, asField(err, "present", "must be the password you have now")
}

// checkOwnCode is the same for a code of their second step.
func (s *Site) checkOwnCode(c echo.Context, code string) (store.Proof, error) {
	proof, err := s.auth.CheckCode(c.Request().Context(), auth.Again(viewer(c)), code)
	return proof, asField(err, "code", "must be what your app shows now, and is taken once; wait for the next one")
}

func asField(err error, field, detail string) error {
	if inn.CodeOf(err) == inn.Unauthenticated {
		return inn.InvalidFields([]inn.FieldError{{Field: field, Detail: detail}})
	}
	return err
}
