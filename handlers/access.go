package handlers

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"baithaka/internal/auth"
	"baithaka/internal/inn"
	"baithaka/store"
)

// identify finds out who asks: a ticket's or an API key's bearer, else the person whose
// session cookie came along. A wrong key is refused even where nobody is
// needed, so that a typing error does not pass for being signed out.
func (s *Site) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if ticket, found := ticketOf(r); found {
			v, err := s.byTicket(c, ticket)
			if err != nil {
				return err
			}
			c.Set(viewerKey, v)
			return next(c)
		}
		if auth := r.Header.Get(echo.HeaderAuthorization); auth != "" && forPrograms(r) {
			v, err := s.bearer(r)
			if err != nil {
				return err
			}
			c.Set(viewerKey, v)
			return next(c)
		}
		if forWall(r) {
			v, err := s.byWall(r)
			if err != nil {
				return err
			}
			c.Set(viewerKey, v)
			return next(c)
		}
		if token := s.cookie(r); token != "" && !strings.HasPrefix(r.URL.Path, "/static/") {
			v, err := s.session(c, token)
			if err != nil {
				return err
			}
			c.Set(viewerKey, v)
		}
		return next(c)
	}
}

// bearer returns the viewer of an Authorization header: a key as a bearer's token or,
// for programs that know nothing else, as the password of HTTP Basic, whoever the
// user is said to be.
func (s *Site) bearer(r *http.Request) (inn.Viewer, error) {
	scheme, secret, _ := strings.Cut(r.Header.Get(echo.HeaderAuthorization), " ")
	unknown := inn.E(inn.Unauthenticated, "That is no API key of this installation. Send it as: Authorization: Bearer bk_…")
	if _, password, basic := r.BasicAuth(); basic {
		secret = password
	} else if !strings.EqualFold(scheme, "Bearer") {
		return inn.Viewer{}, unknown
	}
	key, err := s.store.KeyBySecret(r.Context(), strings.TrimSpace(secret))
	if inn.CodeOf(err) == inn.NotFound {
		return inn.Viewer{}, unknown
	}
	if err != nil {
		return inn.Viewer{}, err
	}
	v := key.Viewer()
	if !v.Somebody() {
		return v, unknown // it sleeps while its owner is disabled
	}
	s.auth.SawKey(key.ID)
	return v, nil
}

// session returns the person behind a session cookie; nobody when it is unknown,
// expired or ended. Opening only a stream is no use of it: pages do that by
// themselves.
func (s *Site) session(c echo.Context, token string) (inn.Viewer, error) {
	v, one, err := s.auth.Session(c.Request().Context(), token, !streamPath(c.Request().URL.Path))
	if err != nil || !v.Somebody() {
		return v, err
	}
	v.Address = c.RealIP()
	return v, s.renew(c, one, token)
}

// renew returns the browser the next token of a session whose person's rights have
// changed, with the next page it opens. Other requests wait for that: their
// answers may be lost or come late, and the token would be with them.
func (s *Site) renew(c echo.Context, one store.Session, token string) error {
	r := c.Request()
	if !auth.Renews(one) || r.Method != http.MethodGet || isHTMX(c) || forPrograms(r) || streamPath(r.URL.Path) {
		return nil
	}
	next, err := s.auth.Renew(r.Context(), one, token)
	if err == nil {
		s.setCookie(c, next, one.Expires)
	}
	return err
}

// still refuses to go on with what takes long when its viewer may not see what
// they might when it began.
func (s *Site) still(ctx context.Context, v inn.Viewer) error {
	now, _, err := s.store.Current(ctx, v)
	if err == nil && !now.SameRights(v) {
		err = inn.E(inn.Forbidden, "What you may see has changed meanwhile. Ask again.")
	}
	return err
}

// may lets a request pass that has the action somewhere; for which property is
// for the handler to ask.
func (s *Site) may(a inn.Action) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := viewer(c).Must(a); err != nil {
				return err
			}
			return next(c)
		}
	}
}
