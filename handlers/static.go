package handlers

import (
	"bytes"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/static"
)

// serveStatic serves the embedded files. Their addresses hold a hash of their
// content, so a browser may keep them for ever.
func (s *Site) serveStatic(c echo.Context) error {
	file, found := static.Find(path.Clean(c.Param("*")))
	if !found {
		return inn.E(inn.NotFound, "There is nothing at this address.")
	}
	content, tag, header := file.Whole(), file.Hash, c.Response().Header()
	if packed := file.Gzipped(); packed != nil {
		header.Add("Vary", "Accept-Encoding")
		if takesGzip(c.Request()) {
			content, tag = packed, tag+"-gzip"
			header.Set("Content-Encoding", "gzip")
		}
	}
	header.Set("ETag", `"`+tag+`"`)
	if c.QueryParam("v") != "" {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(c.Response(), c.Request(), file.Name, time.Time{}, bytes.NewReader(content))
	return nil
}

// takesGzip reports whether the client can read what is compressed so.
func takesGzip(r *http.Request) bool {
	for one := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, weighed := strings.Cut(strings.ReplaceAll(one, " ", ""), ";q=")
		if strings.EqualFold(name, "gzip") {
			q, err := strconv.ParseFloat(weight, 64)
			return !weighed || err == nil && q > 0
		}
	}
	return false
}
