package handlers

import (
	"bytes"
	"context"
	_ "embed"
	"net/http"
	"sync"

	"github.com/labstack/echo/v4"

	"baithaka/views"
)

// openAPI is the API as programs read it, written by hand. A test compares it
// with the routes in both directions, and with what they answer.
//
//go:embed openapi.json
var openAPI []byte

// giveOpenAPI is GET /openapi.json.
func (s *Site) giveOpenAPI(c echo.Context) error {
	return c.JSONBlob(http.StatusOK, openAPI)
}

// docsPage is rendered once: it depends on nobody who reads it.
var docsPage = sync.OnceValues(func() ([]byte, error) {
	docs, err := views.ParseDocs(openAPI)
	if err != nil {
		return nil, err
	}
	var html bytes.Buffer
	err = views.DocsPage(docs).Render(context.Background(), &html)
	return html.Bytes(), err
})

// showDocs is "/docs": the same in words.
func (s *Site) showDocs(c echo.Context) error {
	html, err := docsPage()
	if err != nil {
		return err
	}
	c.Response().Header().Add("Vary", "HX-Request")
	return c.HTMLBlob(http.StatusOK, html)
}
