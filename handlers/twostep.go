package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/store"
	"baithaka/views"
)

// showTwoStep is "/settings/twostep".
func (s *Site) showTwoStep(c echo.Context) error { return s.twoStepPage(c, "", nil) }

// twoStepPage shows how a person's second step stands, with what is wrong with
// one of its forms.
func (s *Site) twoStepPage(c echo.Context, form string, problem *inn.Error) error {
	p, err := s.page(c, "Two-step sign-in", "/settings")
	if err != nil {
		return err
	}
	p.Path = "/settings/twostep" // also when this answers a form
	two, err := s.store.TwoStep(c.Request().Context(), p.Viewer.UserID, p.Viewer.Session)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if problem != nil {
		status = answerTo(c, problem)
	}
	return s.render(c, status, views.TwoStepPage(p, views.TwoStep{Since: two.Since, Secret: two.Secret, Left: two.Left, Form: form, Problem: problem}))
}

// againTwoStep shows the page once more when its form cannot be accepted; other errors
// go the way of all.
func (s *Site) againTwoStep(c echo.Context, form string, err error) error {
	problem, err := refused(err)
	if problem != nil {
		return s.twoStepPage(c, form, problem)
	}
	return err
}

// beginTwoStep draws a secret, for who knows the password.
func (s *Site) beginTwoStep(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	present, err := s.checkPassword(c, form.Get("present"))
	if err == nil {
		err = s.store.BeginTwoStep(c.Request().Context(), viewer(c), present)
	}
	if err != nil {
		return s.againTwoStep(c, "begin", err)
	}
	return c.Redirect(http.StatusSeeOther, "/settings/twostep")
}

// confirmTwoStep turns it on with a first code and shows the recovery codes.
func (s *Site) confirmTwoStep(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	codes, err := s.store.ConfirmTwoStep(c.Request().Context(), viewer(c), form.Get("code"))
	if err != nil {
		return s.againTwoStep(c, "confirm", err)
	}
	return s.render(c, http.StatusOK, views.RecoveryPage(codes))
}

// renewRecovery makes new recovery codes, for who has a code.
func (s *Site) renewRecovery(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	has, err := s.checkOwnCode(c, form.Get("code"))
	if err != nil {
		return s.againTwoStep(c, "codes", err)
	}
	codes, err := s.store.RenewRecoveryCodes(c.Request().Context(), viewer(c), has)
	if err != nil {
		return s.againTwoStep(c, "codes", err)
	}
	return s.render(c, http.StatusOK, views.RecoveryPage(codes))
}

// endTwoStep turns it off, for who knows the password and has a code.
func (s *Site) endTwoStep(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	var has store.Proof
	knows, err := s.checkPassword(c, form.Get("present"))
	if err == nil {
		has, err = s.checkOwnCode(c, form.Get("code"))
	}
	if err == nil {
		err = s.store.EndTwoStep(c.Request().Context(), viewer(c), knows, has)
	}
	if err != nil {
		return s.againTwoStep(c, "off", err)
	}
	return c.Redirect(http.StatusSeeOther, "/settings")
}

// endMembersTwoStep turns it off for somebody who lost both their phone and the
// recovery codes.
func (s *Site) endMembersTwoStep(c echo.Context) error {
	id, err := memberID(c)
	if err != nil {
		return err
	}
	if err := s.store.EndTwoStepOf(c.Request().Context(), viewer(c), id); err != nil {
		return err
	}
	return memberDone(c, id)
}
