package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/views"
)

// showKeys is "/keys": the API keys, and the form that makes one.
func (s *Site) showKeys(c echo.Context) error {
	return s.keysPage(c, http.StatusOK, views.Keys{})
}

func (s *Site) keysPage(c echo.Context, status int, k views.Keys) error {
	p, err := s.page(c, "API keys", "/keys")
	if err != nil {
		return err
	}
	p.Path = "/keys" // also when this answers a form
	ctx := c.Request().Context()
	if k.Keys, err = s.store.Keys(ctx); err != nil {
		return err
	}
	limits := make([][]string, len(k.Keys))
	for i, key := range k.Keys {
		limits[i] = key.Properties
	}
	if k.Properties, err = s.theirNames(c, limits...); err != nil {
		return err
	}
	if k.Form.Properties, err = s.boxes(ctx, p.Viewer, "/keys", k.Form.Properties.Chosen, k.Form.Properties.Words); err != nil {
		return err
	}
	return s.render(c, status, views.KeysPage(p, k))
}

// makeKey makes a key of the person's own and shows its secret, once.
func (s *Site) makeKey(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	typed := views.KeyForm{
		Name: strings.TrimSpace(form.Get("name")), Properties: views.PropertyBoxes{Chosen: tickedNow(form, nil), Words: form.Get(views.FieldFind)},
	}
	for _, scope := range form["scope"] {
		typed.Scopes = append(typed.Scopes, inn.Scope(scope))
	}
	if looks(form) && isHTMX(c) {
		return s.showFound(c, "/keys", views.LimitedTo, typed.Properties)
	} else if looks(form) {
		return s.keysPage(c, http.StatusOK, views.Keys{Form: typed})
	}
	made := views.MadeKey{Name: typed.Name}
	scopes, err := inn.ParseScopes(form["scope"])
	if err != nil {
		e := asError(err)
		e.Fields = []inn.FieldError{{Field: "scope", Detail: "needs at least one of those listed"}}
		err = e
	} else {
		made.Secret, err = s.store.AddKey(c.Request().Context(), viewer(c), inn.Key{Name: typed.Name, Scopes: scopes, Properties: typed.Properties.Chosen})
	}
	if typed.Problem, err = refused(err); typed.Problem != nil {
		return s.refuseKey(c, typed)
	}
	if err != nil {
		return err
	}
	if isHTMX(c) {
		return s.showOnce(c, views.KeyMadeOnce(made))
	}
	return s.keysPage(c, http.StatusOK, views.Keys{Made: &made})
}

// refuseKey shows the form that makes a key again, as it was sent.
func (s *Site) refuseKey(c echo.Context, typed views.KeyForm) (err error) {
	status := answerTo(c, typed.Problem)
	if !isHTMX(c) {
		return s.keysPage(c, status, views.Keys{Form: typed})
	}
	if typed.Properties, err = s.boxes(c.Request().Context(), viewer(c), "/keys", typed.Properties.Chosen, typed.Properties.Words); err != nil {
		return err
	}
	return s.render(c, status, views.KeyFormAgain(typed))
}

// revokeKey ends a key for good.
func (s *Site) revokeKey(c echo.Context) error {
	if err := s.store.RevokeKey(c.Request().Context(), viewer(c), c.Param("name")); err != nil {
		return err
	}
	c.Response().Header().Set("HX-Trigger", peopleChanged)
	return done(c, "/keys")
}
