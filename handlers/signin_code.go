package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/store"
	"baithaka/views"
)

// codeWithin is how long the second step of a sign-in may take.
const codeWithin = 10 * time.Minute

// askCode keeps that somebody's password was right and asks for their code.
// Until that comes they are nobody.
func (s *Site) askCode(c echo.Context, proof store.Proof, next string) error {
	if err := s.startSession(c, store.SignIn{Proof: proof}, codeWithin, map[string]any{pendingValue: proof.ID, nextValue: next}); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/login/code")
}

// pending gives whose code is still to come and where they want to go; nobody
// when no password was given, or too long ago.
func (s *Site) pending(c echo.Context) (m inn.Member, next string, err error) {
	ctx, err := s.sessions.Load(c.Request().Context(), s.cookie(c.Request()))
	if err != nil {
		return m, "", err
	}
	id := s.sessions.GetInt64(ctx, pendingValue)
	if id == 0 {
		return m, "", nil
	}
	m, err = s.store.Member(ctx, id)
	return m, safeNext(s.sessions.GetString(ctx, nextValue)), ignoreNotFound(err)
}

// showCode is "/login/code": the second step of signing in.
func (s *Site) showCode(c echo.Context) error {
	m, _, err := s.pending(c)
	if err != nil {
		return err
	}
	if m.ID == 0 {
		return c.Redirect(http.StatusSeeOther, "/login")
	}
	return s.render(c, http.StatusOK, views.CodePage(""))
}

// checkCode takes the code and lets its person in.
func (s *Site) checkCode(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	m, next, err := s.pending(c)
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
	proof, err := s.checkCredentials(c, who, func(ctx context.Context) (store.Proof, error) {
		return s.store.UseCode(ctx, m.ID, c.RealIP(), form.Get("code"))
	})
	if err == nil {
		err = s.begin(c, proof.After(hashToken(s.cookie(c.Request()))), next)
	}
	if e := asError(err); err != nil && e.Code != inn.Internal {
		return s.render(c, answerTo(c, e), views.CodePage(e.Text))
	}
	return err
}
