// Package conn is the connection of an open stream: how bytes get into it, and
// how it is noticed that its other side has gone. It knows nothing of what the
// bytes mean, and must never import anything but the standard library.
package conn

import (
	"errors"
	"net/http"
	"time"
)

const (
	// BeatEvery is how often every stream is written to at the least.
	BeatEvery = 15 * time.Second
	// StuckAfter is how long a reader may accept nothing before it is cut off.
	StuckAfter = 10 * time.Second
)

// Conn is a stream's connection. There are two: HTTP/1.1 is taken over from
// net/http, so that a stream that waits holds a socket and nothing else; HTTP/2
// and TLS stay with net/http, and with the goroutine of their request. One
// goroutine at a time writes.
type Conn interface {
	// TryWrite writes what the connection takes at once, perhaps nothing, and
	// never blocks.
	TryWrite(b []byte) (n int, err error)
	// Write blocks until everything is taken, but not for a reader who takes
	// nothing for StuckAfter.
	Write(b []byte) error
	// Sent returns how many bytes have been written.
	Sent() int64
	// Close ends the connection. It may be called at any time, and twice.
	Close()
}

// Open begins the answer to a request for a stream of server-sent events. The
// head goes out at the latest with the first write. hijacked says that the
// connection is no longer net/http's: the handler may return, and must not answer.
func Open(w http.ResponseWriter, r *http.Request) (c Conn, hijacked bool, err error) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	if r.ProtoMajor == 1 && r.TLS == nil {
		c, err := hijack(w, r)
		if !errors.Is(err, http.ErrNotSupported) {
			return c, true, err
		}
	}
	c, err = openHTTP(w, r)
	return c, false, err
}
