package handlers

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/inn"
)

const (
	beatEvery = 15 * time.Second
	// stuckAfter is how long a reader may accept nothing before it is cut off;
	// it resumes from its position.
	stuckAfter = 10 * time.Second
	// extendEvery is how often the write deadline is moved: moving it costs more
	// than a small write.
	extendEvery = 2 * time.Second
)

// appendMessage writes one message of the stream: id and event are left out
// when empty, data is split at every kind of line end, and line ends are LF
// only (a CR LF cut in two by the network reads as two line ends in some
// clients). The id and the event name hold no control characters by their
// making; were one to appear, it is dropped rather than allowed to begin a
// field.
func appendMessage(dst []byte, id, event string, data []byte) []byte {
	if id != "" {
		dst = append(append(append(dst, "id: "...), oneLine(id)...), '\n')
	}
	if event != "" {
		dst = append(append(append(dst, "event: "...), oneLine(event)...), '\n')
	}
	for {
		i := bytes.IndexAny(data, "\r\n")
		dst = append(dst, "data: "...)
		if i < 0 {
			return append(append(dst, data...), "\n\n"...)
		}
		dst = append(append(dst, data[:i]...), '\n')
		if data[i] == '\r' && i+1 < len(data) && data[i+1] == '\n' {
			i++
		}
		data = data[i+1:]
	}
}

func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}

// wire is the stream as bytes: it writes, flushes, and notices when nobody
// reads any more.
type wire struct {
	ctx      context.Context
	w        http.ResponseWriter
	rc       *http.ResponseController
	deadline time.Time // when the write deadline was last moved
	patience time.Duration
}

// openWire sends the head of the answer at once, before anything is read.
func openWire(c echo.Context) (*wire, error) {
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	w := &wire{ctx: c.Request().Context(), w: c.Response(), rc: http.NewResponseController(c.Response()), patience: stuckAfter + extendEvery}
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

// extend moves the write deadline when that is due.
func (w *wire) extend(now time.Time) error {
	if now.Sub(w.deadline) < extendEvery {
		return nil
	}
	w.deadline = now
	return w.rc.SetWriteDeadline(now.Add(w.patience))
}

// write sends what has gathered in one write and one flush. After a deadline
// the flush itself says nothing; the context does.
func (w *wire) write(frames []byte) error {
	if len(frames) == 0 {
		return nil
	}
	now := time.Now()
	if err := w.extend(now); err != nil {
		return err
	}
	if _, err := w.w.Write(frames); err != nil {
		return err
	}
	if err := w.rc.Flush(); err != nil {
		return err
	}
	return w.ctx.Err()
}

// hello is the first message: where the stream goes on from, and how soon to
// come back when it breaks. The retry stands in a block with data because a
// lone one is ignored by htmx.
func hello(from inn.Position, head int64, recovered bool) []byte {
	data := fmt.Sprintf(`{"position":%q,"head":%q,"behind":%d,"recovered":%t}`,
		from, inn.Position{Epoch: from.Epoch, ID: head}, max(head-from.ID, 0), recovered)
	return append(retry(500, 1500), appendMessage(nil, from.String(), "hello", []byte(data))...)
}

// named is a control message: the page hears it as a DOM event.
func named(event string, at inn.Position) []byte {
	return appendMessage(nil, at.String(), event, []byte(strconv.Quote(at.String())))
}

// farewell is the last beat before a shutdown: every stream comes back, at
// different times.
func farewell(at inn.Position) []byte { return append(retry(1000, 8000), named("beat", at)...) }

// retry says after how many milliseconds, drawn anew for each stream, to come
// back.
func retry(from, to int) []byte {
	return fmt.Appendf(nil, "retry: %d\n", from+rand.IntN(to-from))
}
