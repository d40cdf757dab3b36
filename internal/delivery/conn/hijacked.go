package conn

import (
	"bytes"
	"errors"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"
)

// hijackedConn is an HTTP/1.1 connection taken over from net/http: the buffers and
// the goroutine of the request go back. What is written has to be chunks where
// Chunked says so; for HTTP/1.0 the body ends when the connection does. One
// goroutine at a time writes.
type hijackedConn struct {
	conn net.Conn
	raw  syscall.RawConn // nil when the socket can only be written to by waiting
	head []byte          // the head of the answer, until the first write
	n    int64           // how much has been written

	// A try as the socket sees it. It stands here, and try is bound once, so
	// that a delivery makes no garbage.
	offered []byte
	took    int
	failed  error
	try     func(fd uintptr) bool
}

func hijack(rw http.ResponseWriter, r *http.Request) (*hijackedConn, error) {
	conn, _, err := http.NewResponseController(rw).Hijack()
	if err != nil {
		return nil, err
	}
	h := rw.Header()
	h.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	if Chunked(r) {
		h.Set("Transfer-Encoding", "chunked")
	}
	h.Set("Connection", "close") // nobody reads what comes behind this request
	head := bytes.NewBufferString("HTTP/1.1 200 OK\r\n")
	_ = h.Write(head) // into memory
	head.WriteString("\r\n")
	w, err := newHijackedConn(conn, head.Bytes())
	if err != nil {
		conn.Close()
	}
	return w, err
}

func newHijackedConn(conn net.Conn, head []byte) (w *hijackedConn, err error) {
	w = &hijackedConn{conn: conn, head: head}
	if socket, ok := conn.(syscall.Conn); ok && canTry {
		if w.raw, err = socket.SyscallConn(); err != nil {
			return nil, err
		}
		w.try = func(fd uintptr) bool {
			w.took, w.failed = trySocket(fd, w.offered)
			return true // taken or not, it does not wait
		}
	}
	return w, nil
}

func (w *hijackedConn) TryWrite(b []byte) (n int, err error) {
	if w.raw == nil || w.head != nil {
		return 0, nil
	}
	w.offered, w.took, w.failed = b, 0, nil
	err = w.raw.Write(w.try)
	n, w.offered = w.took, nil
	if err == nil {
		err = w.failed
	}
	w.n += int64(n)
	return n, err
}

func (w *hijackedConn) Write(b []byte) error {
	if w.head != nil {
		b, w.head = append(w.head, b...), nil
	}
	// Who reads slowly is not taken for who does not read: time and again it is
	// looked whether anything was taken.
	for looks := 0; len(b) > 0; {
		if err := w.conn.SetWriteDeadline(time.Now().Add(StuckAfter / stuckLooks)); err != nil {
			return err
		}
		n, err := w.conn.Write(b)
		w.n += int64(n)
		b = b[n:]
		if n > 0 {
			looks = 0
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			if looks++; looks < stuckLooks {
				continue
			}
		}
		if err != nil {
			return err
		}
	}
	return w.conn.SetWriteDeadline(time.Time{}) // it would refuse the next try
}

// stuckLooks is how often within StuckAfter a reader is looked at.
const stuckLooks = 4

func (w *hijackedConn) Sent() int64 { return w.n }

func (w *hijackedConn) Close() { _ = w.conn.Close() }
