package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
)

const (
	// maxForm is the size of a posted form: some pages of text, no files.
	maxForm = 64 << 10
	// maxCookies is more than a browser keeps for one host.
	maxCookies = 200
)

// bounded refuses what no request here needs, before anybody looks at it: a
// body that is larger than its handler reads, one that would have to be
// unpacked first, and cookies by the thousand. How long a header may be is for
// the server to say (internal/command), which answers 431 itself.
func bounded(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		cookies := 0
		for _, line := range r.Header.Values("Cookie") {
			cookies += 1 + strings.Count(line, ";")
		}
		if cookies > maxCookies {
			return inn.E(inn.Malformed, "There are too many cookies. Remove those of this site and sign in again.")
		}
		if r.Body == nil || r.Body == http.NoBody {
			return next(c)
		}
		if packed := r.Header.Get(echo.HeaderContentEncoding); packed != "" && !strings.EqualFold(packed, "identity") {
			return inn.E(inn.Unsupported, "Send the body as it is, without Content-Encoding.")
		}
		most, text := int64(maxForm), "The form is too large: 64 KiB."
		if forPrograms(r) {
			most, text = maxBatch, tooLarge
		}
		if r.ContentLength > most {
			return inn.E(inn.TooLarge, "%s", text)
		}
		// One more than is allowed, so that the reader can tell full from too full.
		r.Body = http.MaxBytesReader(c.Response(), r.Body, most+1)
		return next(c)
	}
}
