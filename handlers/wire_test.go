package handlers

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/delivery/conn"

	"baithaka/internal/delivery"
)

// over returns the same site behind another server, with a client of its kind.
func (s *site) over(kind string) *site {
	s.t.Helper()
	server := httptest.NewUnstartedServer(watched(s.t, s.Handler()))
	switch kind {
	case "HTTP/2":
		protocols := new(http.Protocols)
		protocols.SetUnencryptedHTTP2(true)
		server.Config.Protocols = protocols
		server.Start()
		server.Client().Transport.(*http.Transport).Protocols = protocols
	case "TLS":
		server.StartTLS()
	default:
		server.Start()
	}
	server.Client().CheckRedirect = s.client.CheckRedirect
	s.t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return &site{Site: s.Site, t: s.t, db: s.db, url: server.URL, client: server.Client(), logged: s.logged, callers: map[string]*caller{}}
}

// on returns a program that asks another server of the same site.
func (c *caller) on(s *site) *caller { return &caller{site: s, name: c.name, secret: c.secret} }

// A stream is the same whichever way its bytes go: it begins, hands on, resumes,
// narrows, beats, is let go of and is ended, over all of them.
func TestStreamsAreAlikeOverEveryWire(t *testing.T) {
	for _, kind := range []string{"HTTP/1.1", "HTTP/2", "TLS"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, Config{Streams: delivery.Config{PerKey: 2}})
			writer, key := s.key("events:write"), s.key("events:read")
			there := s.over(kind)
			program := key.on(there)
			first := there.stream("/api/v1/stream?types=booking:new", program, "").live()
			assert.Equal(t, "text/event-stream; charset=utf-8", first.header.Get("Content-Type"))
			assert.Equal(t, "nosniff", first.header.Get("X-Content-Type-Options"))
			assert.NotEmpty(t, first.header.Get("Content-Security-Policy"))
			assert.NotEmpty(t, first.header.Get("Date"))
			var want []string
			for i := range 50 {
				want = append(want, fmt.Sprint("BK-", i))
				writer.publish(booking("new", want[i], "lake-house", ""))
			}
			assert.Equal(t, want, first.subjects(50))
			s.streams.Beat()
			first.until("beat")

			second := there.stream("/api/v1/stream?types=booking:new", program, s.lastBefore(t, "BK-40"))
			assert.Equal(t, want[40:], second.subjects(10))
			assert.Equal(t, 429, program.get("/api/v1/stream").Status)
			second.close()
			require.Eventually(t, func() bool { // long before a beat or a delivery
				r := there.stream("/api/v1/stream", program, "")
				defer r.close()
				return r.status == 200
			}, soon, 10*time.Millisecond)

			require.NoError(t, s.store.RevokeKey(t.Context(), operator, key.name))
			writer.publish(booking("new", "BK-late", "lake-house", ""))
			saysBye(t, first)
			require.Eventually(t, func() bool { pages, programs, _ := s.streams.Load(); return pages+programs == 0 }, soon, time.Millisecond)
			assert.Contains(t, s.logged.String(), `"route":"/api/v1/stream","status":200`)
		})
	}
}

// rawStream asks for a stream on a connection of its own and reads the head.
func (s *site) rawStream(who *caller, more string) (net.Conn, *bufio.Reader, textproto.MIMEHeader) {
	s.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	require.NoError(s.t, err)
	s.t.Cleanup(func() { conn.Close() })
	require.NoError(s.t, conn.SetReadDeadline(time.Now().Add(soon)))
	_, err = fmt.Fprintf(conn, "GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n\r\n%s", who.secret, more)
	require.NoError(s.t, err)
	r := bufio.NewReader(conn)
	first, err := r.ReadString('\n')
	require.NoError(s.t, err)
	require.Equal(s.t, "HTTP/1.1 200 OK\r\n", first)
	head, err := textproto.NewReader(r).ReadMIMEHeader()
	require.NoError(s.t, err)
	return conn, r, head
}

func readUntil(t *testing.T, r *bufio.Reader, text string) {
	t.Helper()
	for {
		line, err := r.ReadString('\n')
		require.NoError(t, err)
		if strings.Contains(line, text) {
			return
		}
	}
}

// The head of a connection that was taken over is the one net/http would have
// sent. What a client sends behind its request is nobody's.
func TestHeadOfATakenConnection(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write")
	conn, r, head := s.rawStream(s.key("events:read"), "GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
	for name, want := range map[string]string{
		"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store", "X-Accel-Buffering": "no", "Connection": "close", "Transfer-Encoding": "chunked",
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
	} {
		assert.Equal(t, []string{want}, head.Values(name), name)
	}
	_, err := http.ParseTime(head.Get("Date"))
	assert.NoError(t, err)
	for _, name := range []string{"Content-Length", "Content-Encoding"} {
		assert.Empty(t, head.Values(name), name)
	}
	readUntil(t, r, "event: live")
	_, err = conn.Write([]byte(strings.Repeat("nobody reads this ", 100)))
	require.NoError(t, err)
	writer.publish(booking("new", "BK-1", "lake-house", ""))
	readUntil(t, r, "booking:BK-1")
	assert.NotContains(t, s.logged.String(), `"route":"/api/v1/stream"`, "its line comes when it ends")
}

// A stream that waits holds no goroutine, and one that is gone holds nothing.
func TestWaitingStreamsHoldNoGoroutines(t *testing.T) {
	s := newSite(t)
	key := s.key("events:read")
	const many = 200
	base := runtime.NumGoroutine()
	few := func() bool { return runtime.NumGoroutine() < base+many/10 } // some of the house's own begin late
	conns := make([]net.Conn, many)
	for i := range conns {
		conn, r, _ := s.rawStream(key, "")
		readUntil(t, r, "event: live")
		conns[i] = conn
	}
	require.Eventually(t, few, soon, time.Millisecond)
	_, programs, lag := s.streams.Load()
	assert.Equal(t, many, programs)
	assert.Zero(t, lag)
	for _, conn := range conns {
		require.NoError(t, conn.Close())
	}
	require.Eventually(t, func() bool { _, programs, _ := s.streams.Load(); return programs == 0 }, soon, time.Millisecond)
	require.Eventually(t, few, soon, time.Millisecond)
	assert.Empty(t, s.streams.Connected().Rooms)
	assert.Equal(t, many, strings.Count(s.logged.String(), `"route":"/api/v1/stream"`))
}

// Who does not read is further back, at the cost of nobody else, and is cut when
// the streams have to end.
func TestStalledReaderHoldsUpNobody(t *testing.T) {
	s := newSite(t)
	writer, key := s.key("events:write"), s.key("events:read,contacts:read")
	healthy := s.stream("/api/v1/stream?types=booking:new", key, "").live()
	stalled, r, _ := s.rawStream(key, "")
	require.NoError(t, stalled.(*net.TCPConn).SetReadBuffer(4<<10))
	readUntil(t, r, "event: live")
	var want []string
	long := strings.Repeat("x", 1500)
	for behind := int64(0); behind == 0; _, _, behind = s.streams.Load() {
		var batch []string
		for range 100 {
			want = append(want, fmt.Sprint("BK-", len(want)))
			batch = append(batch, booking("new", want[len(want)-1], "lake-house", `,"notes":"`+long+`"`))
		}
		require.Equal(t, 201, writer.post("/api/v1/events", "["+strings.Join(batch, ",")+"]").Status)
		assert.Equal(t, want[len(want)-100:], healthy.subjects(100))
		require.Less(t, len(want), 100_000, "the socket never filled")
	}
	healthy.close()
	cut, cancel := context.WithCancel(t.Context())
	cancel()
	s.Streams().End(cut)
	require.Eventually(t, func() bool { _, programs, _ := s.streams.Load(); return programs == 0 }, soon, time.Millisecond)
}

// Ten seconds of taking nothing are the end.
func TestWhoTakesNothingIsCut(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		key := s.key("events:read,contacts:read")
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/api/v1/stream", nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+key.secret)
		res, err := s.client.Do(r)
		require.NoError(t, err)
		defer res.Body.Close()
		open := func() int { _, programs, _ := s.streams.Load(); return programs }
		writer := s.key("events:write")
		for i := range 20 { // more than the client's side takes unread
			require.Equal(t, 201, writer.post("/api/v1/events", booking("new", fmt.Sprint("BK-", i), "lake-house", `,"notes":"`+strings.Repeat("x", 1000)+`"`)).Status)
		}
		time.Sleep(conn.StuckAfter - time.Second)
		assert.Equal(t, 1, open())
		time.Sleep(2 * time.Second)
		assert.Zero(t, open())
	})
}
