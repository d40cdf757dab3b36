package conn

import (
	"bytes"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Who takes a little all the time is not cut, however slow; who stops is.
func TestWhoTakesLittleIsNotCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		w, err := newHijackedConn(here, nil)
		require.NoError(t, err)
		go func() {
			for part := make([]byte, 1<<10); ; time.Sleep(time.Second) {
				if n, err := there.Read(part); err != nil || n == 1 {
					return
				}
			}
		}()
		require.NoError(t, w.Write(bytes.Repeat([]byte("x"), 100<<10)))
		require.NoError(t, w.Write([]byte("y"))) // and that is the last the reader takes
		stopped := time.Now()
		require.ErrorIs(t, w.Write(make([]byte, 100<<10)), os.ErrDeadlineExceeded)
		assert.Equal(t, StuckAfter, time.Since(stopped))
		assert.EqualValues(t, 100<<10+1, w.Sent())
		w.Close()
		there.Close()
	})
}

// Over HTTP/2 a write deadline that passes ends the stream even while there is
// nothing to write; it must outlast the pause between two beats.
func TestQuietStreamOverHTTP2(t *testing.T) {
	for major, least := range map[int]time.Duration{1: StuckAfter, 2: BeatEvery + StuckAfter} {
		rec := &deadlines{ResponseRecorder: httptest.NewRecorder()}
		req := httptest.NewRequest("GET", "/live", nil)
		req.ProtoMajor = major
		w, err := openHTTP(rec, req)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, rec.write.Sub(w.deadline), least, "HTTP/%d", major)
		assert.True(t, rec.read.IsZero())
	}
}

type deadlines struct {
	*httptest.ResponseRecorder
	read, write time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error  { d.read = t; return nil }
func (d *deadlines) SetWriteDeadline(t time.Time) error { d.write = t; return nil }

// One write of a kilobyte to a socket that takes it.
func BenchmarkTryWrite(b *testing.B) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	defer listener.Close()
	go func() {
		if conn, err := listener.Accept(); err == nil {
			defer conn.Close()
			_, _ = io.Copy(io.Discard, conn)
		}
	}()
	there, err := net.Dial("tcp", listener.Addr().String())
	require.NoError(b, err)
	defer there.Close()
	w, err := newHijackedConn(there, nil)
	if err != nil || !canTry {
		b.Skip("sockets cannot be tried here")
	}
	frame := make([]byte, 1000)
	b.ReportAllocs()
	for b.Loop() {
		n, err := w.TryWrite(frame)
		if err != nil {
			b.Fatal(err)
		}
		if n < len(frame) {
			if err := w.Write(frame[n:]); err != nil {
				b.Fatal(err)
			}
		}
	}
}
