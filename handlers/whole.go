package handlers

import (
	"bytes"
	"compress/gzip"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"
)

// made is an answer that is kept until it is whole.
type made struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader is http.ResponseWriter's.
func (m *made) WriteHeader(status int) { m.status = status }

// Write is http.ResponseWriter's.
func (m *made) Write(b []byte) (int, error) { return m.body.Write(b) }

// isWhole reports whether an address is made whole before it is sent. A file is
// written as it is read, in steps that each take their turn, and a stream never ends; a change waits for the
// writer.
func (r route) isWhole() bool {
	switch r.path {
	case "/livez", "/readyz", "/metrics", "/static/*":
		return false
	}
	return r.method == http.MethodGet && !streamPath(r.path) && !strings.HasSuffix(r.path, ".csv")
}

// whole sends a page or a list when it is whole, and compressed where that is safe:
// one that fails on the way is an error and not half a page, and who takes it
// slowly keeps nobody else waiting.
func (s *Site) whole(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		answer := &made{ResponseWriter: c.Response().Writer}
		c.Response().Writer = answer
		panicked := true
		func() {
			defer func() {
				c.Response().Writer = answer.ResponseWriter
				if panicked { // nothing has been sent yet, and the failure can be
					c.Response().Committed = false
				}
			}()
			err = next(c)
			panicked = false
		}()
		if answer.status == 0 {
			return err // nothing was answered: the one place for errors does
		}
		body := answer.body.Bytes()
		if packed := s.packed(c, body); packed != nil {
			defer packers.Put(packed)
			body = packed.out.Bytes()
			c.Response().Size = int64(len(body))
		}
		answer.ResponseWriter.WriteHeader(answer.status)
		if _, writeErr := answer.ResponseWriter.Write(body); err == nil {
			err = writeErr
		}
		return err
	}
}

// worthPacking is from how many bytes on a body is compressed: what fits into a
// packet as it is gains nothing.
const worthPacking = 1400

// packer compresses one body after the other.
type packer struct {
	out bytes.Buffer
	zip *gzip.Writer
}

// packers are kept, because each takes a megabyte.
var packers = sync.Pool{New: func() any {
	p := &packer{}
	p.zip, _ = gzip.NewWriterLevel(&p.out, gzip.BestSpeed) // the level is one of its own
	return p
}}

// padding is by how much the length of what is compressed is blurred.
const padding = 64

// packed returns a body compressed, with its headers set, and nil where it goes out
// as it is. The fastest level takes a tenth of a millisecond a page and leaves a
// fifth of it; better ones take several times as long for little less.
func (s *Site) packed(c echo.Context, body []byte) *packer {
	header := c.Response().Header()
	kind, _, _ := strings.Cut(header.Get(echo.HeaderContentType), ";")
	if kind != echo.MIMETextHTML && kind != echo.MIMEApplicationJSON || header.Get(echo.HeaderContentEncoding) != "" {
		return nil
	}
	header.Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
	if len(body) < worthPacking || !takesGzip(c.Request()) || !s.tellsNothing(c) {
		return nil
	}
	p := packers.Get().(*packer)
	p.out.Reset()
	p.zip.Reset(&p.out)
	p.zip.Comment = strings.Repeat(" ", rand.IntN(padding)) // every reader passes over it
	_, _ = p.zip.Write(body)                                // into memory
	_ = p.zip.Close()
	header.Set(echo.HeaderContentEncoding, "gzip")
	header.Set(echo.HeaderContentLength, strconv.Itoa(p.out.Len()))
	return p
}

// tellsNothing reports whether the length of a compressed answer gives nothing
// away. What is compressed is shorter where it repeats itself: a site that makes
// somebody's browser ask here again and again for words of its choice, and whoever
// reads the line behind it, could try out letter by letter what else stands in the
// answer (BREACH). So nothing is compressed that holds a secret, or that a browser
// does not vouch for as asked by our own pages or by its person. Browsers say where
// a request comes from over TLS, and to localhost; without TLS there is nothing to
// find out by lengths.
func (s *Site) tellsNothing(c echo.Context) bool {
	r := c.Request()
	switch c.Path() {
	case "/settings/twostep", "/setup", "/invite/:token":
		return false
	}
	if !viewer(c).Somebody() || bearsKey(r) {
		return true
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return true
	case "":
		return !s.overTLS(r)
	}
	return false
}
