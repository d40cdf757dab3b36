package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/views"
)

// showInvite is where a one-time link leads. Opening it changes nothing: what
// looks at links before people do must not use them up.
func (s *Site) showInvite(c echo.Context) error {
	m, err := s.store.Invited(c.Request().Context(), c.Param("token"))
	if err != nil {
		return err
	}
	return s.render(c, http.StatusOK, views.InvitePage(invitation(c, m)))
}

func invitation(c echo.Context, m inn.Member) views.Invitation {
	return views.Invitation{Token: c.Param("token"), Name: m.Name, Email: m.Email, New: m.Invited}
}

// useInvite sets the password of whom the link is for and signs them in.
func (s *Site) useInvite(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	ctx, token := c.Request().Context(), c.Param("token")
	// Before the password is hashed, which takes long: the address is open to all.
	m, err := s.store.Invited(ctx, token)
	if err != nil {
		return err
	}
	page := invitation(c, m)
	if page.New {
		page.Name = form.Get("name")
	}
	proof, err := s.store.UseLink(ctx, c.RealIP(), token, form.Get("name"), form.Get("password"))
	if page.Problem, err = refused(err); page.Problem != nil {
		return s.render(c, answerTo(c, page.Problem), views.InvitePage(page))
	}
	if err != nil {
		return err
	}
	return s.admit(c, proof, "/")
}
