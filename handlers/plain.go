package handlers

import (
	"net/http"
	"path"

	"github.com/labstack/echo/v4"

	"baithaka/inn"
	"baithaka/static"
)

// serveStatic serves the embedded files. Their addresses hold a hash of their
// content, so a browser may keep them for ever.
func (s *Site) serveStatic(c echo.Context) error {
	name := path.Clean(c.Param("*"))
	file, err := static.FS.Open(name)
	if err != nil {
		return inn.E(inn.NotFound, "There is nothing at this address.")
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || info.IsDir() {
		return inn.E(inn.NotFound, "There is nothing at this address.")
	}
	if c.QueryParam("v") != "" {
		c.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeFileFS(c.Response(), c.Request(), static.FS, name)
	return nil
}

// alive says that the process answers.
func (s *Site) alive(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }

// ready says that it can serve: the database answers.
func (s *Site) ready(c echo.Context) error {
	if err := s.store.Ready(c.Request().Context()); err != nil {
		return &inn.Error{Code: inn.Unavailable, Text: "The database does not answer.", Cause: err}
	}
	return c.String(http.StatusOK, "ok\n")
}
