package handlers

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/delivery"
	"baithaka/internal/inn"
	"baithaka/views"
)

// wallCookie is the cookie of a wall: nothing but the wall looks at it, and the wall
// at no other. Over TLS no other host, path or unencrypted page can set it.
const wallCookie = "baithaka-wall"

// wallLife is as long as browsers keep a cookie. The wall itself lasts until it is
// ended.
const wallLife = 400 * 24 * time.Hour

func (s *Site) wallCookieName(r *http.Request) string {
	if s.overTLS(r) {
		return "__Host-" + wallCookie
	}
	return wallCookie
}

// forWall reports whether a path is the wall's, where nobody's session counts.
func forWall(r *http.Request) bool {
	return r.URL.Path == "/wall" || r.URL.Path == "/wall-live" || strings.HasPrefix(r.URL.Path, "/wall/")
}

// byWall gives the viewer of a wall's cookie; nobody when the wall has ended.
func (s *Site) byWall(r *http.Request) (inn.Viewer, error) {
	cookie, err := r.Cookie(s.wallCookieName(r))
	if err != nil {
		return inn.Viewer{}, nil
	}
	wall, err := s.store.WallBySecret(r.Context(), cookie.Value)
	if inn.CodeOf(err) == inn.NotFound {
		return inn.Viewer{}, nil
	}
	if err != nil {
		return inn.Viewer{}, err
	}
	s.auth.SawKey(wall.ID)
	return wall.Viewer(), nil
}

// openWall is "/wall/{token}": the token becomes a cookie of the wall's and leaves
// the address.
func (s *Site) openWall(c echo.Context) error {
	token := c.Param("token")
	if _, err := s.store.WallBySecret(c.Request().Context(), token); err != nil {
		return err
	}
	s.setWallCookie(c, token)
	return c.Redirect(http.StatusSeeOther, "/wall")
}

func (s *Site) setWallCookie(c echo.Context, token string) {
	c.SetCookie(&http.Cookie{
		Name: s.wallCookieName(c.Request()), Value: token, Path: "/", MaxAge: int(wallLife.Seconds()),
		Secure: s.overTLS(c.Request()), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// showWall is "/wall": the screen, by its cookie.
func (s *Site) showWall(c echo.Context) error {
	v := viewer(c)
	if !v.Wall() {
		return inn.E(inn.NotFound, "No wall is open in this browser, or its link has been ended. Open the wall's link here once more, or ask for a new one.")
	}
	ctx, slug := c.Request().Context(), v.Properties[0]
	p := s.position(v)
	property, err := s.store.Property(ctx, v, slug)
	if err != nil {
		return err
	}
	p.Zone = property.Location()
	w := views.Wall{Property: property}
	desk, err := s.boards(c, p, slug)
	if err != nil {
		return err
	}
	w.Desk = *desk
	if w.Alerts, err = s.store.OpenAlerts(ctx, v, slug, alertsShown); err != nil {
		return err
	}
	return s.render(c, http.StatusOK, views.WallPage(p, w))
}

// streamWall is GET /wall-live: the stream of a screen, which is nobody's page.
func (s *Site) streamWall(c echo.Context) error {
	v := viewer(c)
	if !v.Wall() {
		hijacked, err := s.streams.Bye(c.Response(), c.Request())
		answeredBy(c, hijacked)
		return err
	}
	return s.stream(c, delivery.Request{Viewer: v, Page: true})
}

// makeWall makes the link of a wall and shows it, once.
func (s *Site) makeWall(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	w := views.Walls{Property: c.Param("slug"), Label: strings.TrimSpace(form.Get("label"))}
	secret, err := s.store.MakeWall(c.Request().Context(), viewer(c), w.Property, w.Label)
	if w.Problem, err = refused(err); w.Problem != nil {
		status := answerTo(c, w.Problem)
		if isHTMX(c) {
			return s.render(c, status, views.WallFormAgain(w))
		}
		return s.propertyPage(c, status, w)
	}
	if err != nil {
		return err
	}
	made := views.MadeWall{Label: w.Label, URL: s.base(c) + views.PathWall(secret)}
	if isHTMX(c) {
		return s.showOnce(c, views.WallMadeOnce(made))
	}
	w.Made, w.Label = &made, ""
	return s.propertyPage(c, http.StatusOK, w)
}

// revokeWall ends a link for good.
func (s *Site) revokeWall(c echo.Context) error {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return inn.NoSuch("wall")
	}
	property, err := s.store.RevokeWall(c.Request().Context(), viewer(c), id)
	if err != nil {
		return err
	}
	c.Response().Header().Set("HX-Trigger", peopleChanged)
	return done(c, "/properties/"+property)
}
