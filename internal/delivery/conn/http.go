package conn

import (
	"context"
	"net/http"
	"time"
)

// extendEvery is how often the write deadline is moved: moving it costs more
// than a small write.
const extendEvery = 2 * time.Second

// httpConn writes through net/http: the ordinary path.
type httpConn struct {
	ctx      context.Context // of the request
	w        http.ResponseWriter
	n        int64
	rc       *http.ResponseController
	deadline time.Time // when the write deadline was last moved
	patience time.Duration
}

func openHTTP(rw http.ResponseWriter, r *http.Request) (*httpConn, error) {
	w := &httpConn{ctx: r.Context(), w: rw, rc: http.NewResponseController(rw), patience: StuckAfter + extendEvery}
	if r.ProtoMajor > 1 {
		// Over HTTP/2 a deadline that passes ends a stream that is merely quiet.
		w.patience += BeatEvery
	}
	// The server's own limits on reading a request and writing an answer would end
	// the stream.
	if err := w.rc.SetReadDeadline(time.Time{}); err != nil {
		return nil, err
	}
	if err := w.extend(time.Now()); err != nil {
		return nil, err
	}
	rw.WriteHeader(http.StatusOK)
	return w, w.rc.Flush()
}

// TryWrite takes nothing: net/http cannot be asked without waiting.
func (w *httpConn) TryWrite([]byte) (int, error) { return 0, nil }

// Write makes one write and one flush. After a deadline the flush itself says
// nothing; the context does.
func (w *httpConn) Write(b []byte) error {
	if err := w.extend(time.Now()); err != nil {
		return err
	}
	n, err := w.w.Write(b)
	w.n += int64(n)
	if err != nil {
		return err
	}
	if err := w.rc.Flush(); err != nil {
		return err
	}
	return w.ctx.Err()
}

// extend moves the write deadline when that is due.
func (w *httpConn) extend(now time.Time) error {
	if now.Sub(w.deadline) < extendEvery {
		return nil
	}
	w.deadline = now
	return w.rc.SetWriteDeadline(now.Add(w.patience))
}

func (w *httpConn) Sent() int64 { return w.n }

// Close is for a stream that is being cut: ordinarily the handler returns.
func (w *httpConn) Close() { _ = w.rc.SetWriteDeadline(time.Unix(1, 0)) }
