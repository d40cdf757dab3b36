package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"baithaka/internal/auth"
	"baithaka/views"
)

// showCode is "/login/code": the second step of signing in.
func (s *Site) showCode(c echo.Context) error {
	m, _, err := s.auth.Awaited(c.Request().Context(), s.cookie(c.Request()))
	if err != nil {
		return err
	}
	if m.ID == 0 {
		return c.Redirect(http.StatusSeeOther, "/login")
	}
	return s.render(c, http.StatusOK, views.CodePage(nil))
}

// checkCode takes the code and lets its person in.
func (s *Site) checkCode(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	m, next, err := s.auth.Awaited(c.Request().Context(), s.cookie(c.Request()))
	if err != nil {
		return err
	}
	if m.ID == 0 {
		return c.Redirect(http.StatusSeeOther, "/login")
	}
	who, err := s.attempt(c, m.Email)
	if err != nil {
		return err
	}
	proof, err := s.auth.CheckCode(c.Request().Context(), who, form.Get("code"))
	if err == nil {
		err = s.begin(c, proof.After(auth.HashToken(s.cookie(c.Request()))), safeNext(next))
	}
	problem, err := refused(err)
	if problem != nil {
		return s.render(c, answerTo(c, problem), views.CodePage(problem))
	}
	return err
}
