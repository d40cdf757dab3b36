package handlers

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

const (
	beatEvery = 15 * time.Second
	// stuckAfter is how long a reader may accept nothing before it is cut off;
	// it resumes from its position.
	stuckAfter = 10 * time.Second
)

// wire is a stream's connection as bytes go into it. There are two: HTTP/1.1 is
// taken over from net/http, so that a stream that waits holds a socket and
// nothing else; HTTP/2 and TLS stay with net/http, and with the goroutine of
// their request.
type wire interface {
	// offer writes what the connection takes at once, perhaps nothing, and never
	// waits.
	offer(b []byte) (n int, err error)
	// write waits until everything is taken, but not for a reader who takes
	// nothing for stuckAfter.
	write(b []byte) error
	// sent gives how many bytes have been written.
	sent() int64
	// close ends the connection. It may be called at any time, and twice.
	close()
}

// openWire begins the answer to the request for a stream. The head goes out at
// the latest with the first write. taken says that the connection is no longer
// net/http's: the handler may return, and must not answer.
func openWire(c echo.Context) (w wire, taken bool, err error) {
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	if r := c.Request(); r.ProtoMajor == 1 && r.TLS == nil {
		w, err := takeOver(c)
		if !errors.Is(err, http.ErrNotSupported) {
			return w, true, err
		}
	}
	w, err = openHTTPWire(c)
	return w, false, err
}
