package trial

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/command"
)

// slowServer is the server with its limits, over a handler that reads all it is
// sent. In CI the limits are shorter than in life, and fewer connections come.
func slowServer(t *testing.T, patience time.Duration) string {
	t.Helper()
	server := command.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			w.WriteHeader(http.StatusBadRequest)
		}
	}), slog.New(slog.DiscardHandler))
	require.NotZero(t, server.ReadHeaderTimeout)
	require.NotZero(t, server.ReadTimeout)
	require.NotZero(t, server.WriteTimeout)
	require.NotZero(t, server.IdleTimeout)
	if !soaking {
		server.ReadHeaderTimeout, server.ReadTimeout = patience, 2*patience
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close() })
	return listener.Addr().String()
}

// Whoever sends a header or a body a byte at a time is cut off when the limit is
// over, however often a byte comes; others are served meanwhile.
func TestSlowClientsAreCutOff(t *testing.T) {
	headers, bodies, patience := 40, 20, 300*time.Millisecond
	if soaking {
		headers, bodies, patience = 500, 200, 5*time.Second
	}
	address := slowServer(t, patience)
	var clients sync.WaitGroup
	drip := func(head string) {
		conn, err := net.Dial("tcp", address)
		if !assert.NoError(t, err) {
			return
		}
		defer conn.Close()
		fmt.Fprint(conn, head)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_, _ = io.Copy(io.Discard, conn)
		}()
		tick := time.NewTicker(patience / 10)
		defer tick.Stop()
		for deadline := time.After(60 * time.Second); ; {
			select {
			case <-ended:
				return
			case <-tick.C:
				_, _ = conn.Write([]byte("a"))
			case <-deadline:
				assert.Fail(t, "a slow client was never cut off")
				return
			}
		}
	}
	for range headers {
		clients.Go(func() { drip("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ") })
	}
	for range bodies {
		clients.Go(func() {
			drip("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
		})
	}
	done := make(chan struct{})
	go func() { clients.Wait(); close(done) }()
	served := 0
	var slowest time.Duration
	for waiting := true; waiting; served++ {
		began := time.Now()
		res, err := http.Get("http://" + address)
		require.NoError(t, err)
		res.Body.Close()
		assert.Equal(t, 200, res.StatusCode)
		slowest = max(slowest, time.Since(began))
		select {
		case <-done:
			waiting = false
		case <-time.After(20 * time.Millisecond):
		}
	}
	t.Logf("%d slow clients gone; %d others served meanwhile, the slowest in %s", headers+bodies, served, slowest)
}

// A header, an address or a pile of cookies beyond the limit is answered 431 and
// hung up on; it costs the server next to nothing.
func TestOverlongHeadersAreRefused(t *testing.T) {
	dir, key := newHouse(t)
	p := serve(t, dir)
	address := strings.TrimPrefix(p.url, "http://")
	ask := func(name, head string) (status int) {
		conn, err := net.Dial("tcp", address)
		require.NoError(t, err)
		defer conn.Close()
		require.NoError(t, conn.SetDeadline(time.Now().Add(30*time.Second)))
		go func() { _, _ = io.WriteString(conn, head) }()
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if !assert.NoError(t, err, name) {
			return 0
		}
		res.Body.Close()
		return res.StatusCode
	}
	require.Equal(t, 200, ask("warm", "GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"))
	before := resident(t, p.cmd.Process.Pid)
	rounds := 2
	for range rounds {
		for name, row := range map[string]struct {
			head string
			want []int
		}{
			"a head of 32 KiB":       {headOf(32 << 10), []int{303}},
			"a head of 33 KiB":       {headOf(33 << 10), []int{431}},
			"a header of 64 KiB":     {"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Big: " + strings.Repeat("a", 64<<10) + "\r\n\r\n", []int{431}},
			"4,000 headers":          {"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + strings.Repeat("X-Many: aaaa\r\n", 4_000) + "\r\n", []int{431}},
			"3,000 cookies":          {"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: " + strings.Repeat("a=b; ", 3_000) + "\r\n\r\n", []int{400, 431}},
			"30,000 cookies":         {"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: " + strings.Repeat("a=b; ", 30_000) + "\r\n\r\n", []int{431}},
			"1 MiB of parameters":    {"GET /api/v1/events?" + strings.Repeat("property=lake-house&", 50_000) + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + key + "\r\n\r\n", []int{414, 431}},
			"an endless first line":  {strings.Repeat("A", 1<<20), []int{400, 431}},
			"a position of 64 KiB":   {"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nLast-Event-ID: " + strings.Repeat("1", 64<<10) + "\r\n\r\n", []int{431}},
			"a key of 64 KiB":        {"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer bk_" + strings.Repeat("a", 64<<10) + "\r\n\r\n", []int{431}},
			"two lengths":            {"POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", []int{400}},
			"a length and chunks":    {"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", []int{400, 501}},
			"a line break in a name": {"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nLast-Event-ID: a\x00b\r\n\r\n", []int{400}},
			"no host":                {"GET / HTTP/1.1\r\n\r\n", []int{400}},
			"a foreign host":         {"GET /login HTTP/1.1\r\nHost: evil.test\r\n\r\n", []int{421}},
			"a body of 10 MiB":       {"POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + key + "\r\nContent-Type: application/json\r\nContent-Length: 10485760\r\n\r\n" + strings.Repeat("[", 64<<10), []int{413}},
		} {
			assert.Contains(t, row.want, ask(name, row.head), name)
		}
	}
	grown := resident(t, p.cmd.Process.Pid) - before
	assert.Less(t, grown, 32<<20)
	t.Logf("%d bytes of memory more", grown)
	require.Equal(t, 200, ask("after", "GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"))
}

// headOf returns a request that is so many bytes long.
func headOf(size int) string {
	const begin, end = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Big: ", "\r\n\r\n"
	return begin + strings.Repeat("a", size-len(begin)-len(end)) + end
}

// resident returns how much memory a process has, as the system counts it; 0 where
// that cannot be read.
func resident(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Log("SKIPPED: memory is not counted where there is no /proc")
		return 0
	}
	_, after, _ := bytes.Cut(status, []byte("VmRSS:"))
	kilobytes, _, _ := strings.Cut(strings.TrimSpace(string(after)), " ")
	n, err := strconv.Atoi(kilobytes)
	require.NoError(t, err)
	return n << 10
}
