package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// extendEvery is how often the write deadline is moved: moving it costs more
// than a small write.
const extendEvery = 2 * time.Second

// httpWire writes through net/http: the ordinary path.
type httpWire struct {
	ctx      context.Context // of the request
	w        *echo.Response
	rc       *http.ResponseController
	deadline time.Time // when the write deadline was last moved
	patience time.Duration
}

func openHTTPWire(c echo.Context) (*httpWire, error) {
	w := &httpWire{ctx: c.Request().Context(), w: c.Response(), rc: http.NewResponseController(c.Response()), patience: stuckAfter + extendEvery}
	if c.Request().ProtoMajor > 1 {
		// Over HTTP/2 a deadline that passes ends a stream that is merely quiet.
		w.patience += beatEvery
	}
	// The server's own limits on reading a request and writing an answer would end
	// the stream.
	if err := w.rc.SetReadDeadline(time.Time{}); err != nil {
		return nil, err
	}
	if err := w.extend(time.Now()); err != nil {
		return nil, err
	}
	c.Response().WriteHeader(http.StatusOK)
	return w, w.rc.Flush()
}

// offer takes nothing: net/http cannot be asked without waiting.
func (w *httpWire) offer([]byte) (int, error) { return 0, nil }

// write makes one write and one flush. After a deadline the flush itself says
// nothing; the context does.
func (w *httpWire) write(b []byte) error {
	if err := w.extend(time.Now()); err != nil {
		return err
	}
	if _, err := w.w.Write(b); err != nil {
		return err
	}
	if err := w.rc.Flush(); err != nil {
		return err
	}
	return w.ctx.Err()
}

// extend moves the write deadline when that is due.
func (w *httpWire) extend(now time.Time) error {
	if now.Sub(w.deadline) < extendEvery {
		return nil
	}
	w.deadline = now
	return w.rc.SetWriteDeadline(now.Add(w.patience))
}

func (w *httpWire) sent() int64 { return w.w.Size }

// close is for a stream that is being cut: ordinarily the handler returns.
func (w *httpWire) close() { _ = w.rc.SetWriteDeadline(time.Unix(1, 0)) }
