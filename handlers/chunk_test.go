package handlers

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/delivery/conn"
)

// Over every wire and for pages as for programs, a stream that is cut, that
// stops with the server ends so that its reader can tell; only bye
// is an end in order.
func TestOnlyByeEndsABodyInOrder(t *testing.T) {
	for _, kind := range []string{"HTTP/1.1", "HTTP/2", "TLS"} {
		for end, inOrder := range map[string]bool{"bye": true, "bye at once": true, "a stop": false, "a cut": false} {
			t.Run(kind+"/"+end, func(t *testing.T) {
				t.Parallel()
				s := newSite(t)
				key := s.key("events:read")
				there := s.over(kind)
				streams := map[string]*reader{}
				if end != "bye at once" {
					streams["program"] = there.stream("/api/v1/stream", key.on(there), "").live()
					streams["page"] = there.stream("/live", there.as("staff"), "").live()
				}
				switch end {
				case "bye":
					require.NoError(t, s.store.RevokeKey(t.Context(), operator, key.name))
					require.NoError(t, s.store.DisableMember(t.Context(), operator, s.member("staff").ID, true))
				case "bye at once":
					streams["page"] = there.stream("/live", there.nobody(), "")
				case "a stop":
					s.stop()
				case "a cut":
					cut, cancel := context.WithCancel(t.Context())
					cancel()
					s.Streams().End(cut)
				}
				for name, r := range streams {
					last := r.ends()
					switch {
					case inOrder:
						assert.Equal(t, "bye", last.Event, name)
						assert.ErrorIs(t, r.failed, io.EOF, name)
						assert.NotErrorIs(t, r.failed, io.ErrUnexpectedEOF, name)
					default:
						assert.NotEqual(t, "bye", last.Event, name)
						assert.False(t, errors.Is(r.failed, io.EOF), "%s ended as if it were whole", name)
					}
				}
				require.Eventually(t, func() bool { pages, programs, _ := s.streams.Load(); return pages+programs == 0 }, soon, time.Millisecond)
			})
		}
	}
}

// What a stream over HTTP/1.1 sends is whole chunks, event by event, and after
// bye the last one; HTTP/1.0 knows no chunks and gets the messages bare.
func TestChunksOnTheWire(t *testing.T) {
	s := newSite(t)
	writer, key := s.key("events:write"), s.key("events:read")
	asked := func(version string) (rest func() string) {
		socket, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		require.NoError(t, err)
		t.Cleanup(func() { socket.Close() })
		require.NoError(t, socket.SetReadDeadline(time.Now().Add(soon)))
		_, err = fmt.Fprintf(socket, "GET /api/v1/stream?types=booking:new HTTP/%s\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n\r\n", version, key.secret)
		require.NoError(t, err)
		var all bytes.Buffer
		r := bufio.NewReader(io.TeeReader(socket, &all))
		readUntil(t, r, "event: live")
		return func() string {
			_, err := io.Copy(io.Discard, r)
			require.NoError(t, err)
			return all.String()
		}
	}
	chunked, bare := asked("1.1"), asked("1.0")
	var batch []string
	for i := range 100 { // several frames in one write
		batch = append(batch, booking("new", fmt.Sprint("BK-", i), "lake-house", ""))
	}
	require.Equal(t, 201, writer.post("/api/v1/events", "["+strings.Join(batch, ",")+"]").Status)
	s.streams.Beat()
	require.NoError(t, s.store.RevokeKey(t.Context(), operator, key.name))

	head, body, _ := strings.Cut(chunked(), "\r\n\r\n")
	assert.Contains(t, head, "\r\nTransfer-Encoding: chunked")
	read, err := io.ReadAll(httputil.NewChunkedReader(strings.NewReader(body)))
	require.NoError(t, err)
	assert.True(t, strings.HasSuffix(body, "\n\n\r\n"+conn.LastChunk), "it ends with bye and the last chunk")
	assert.Equal(t, 1, strings.Count(body, "\r\n"+conn.LastChunk))
	head, plain, _ := strings.Cut(bare(), "\r\n\r\n")
	assert.NotContains(t, head, "Transfer-Encoding")
	for what, text := range map[string]string{"chunked": string(read), "bare": plain} {
		assert.Equal(t, 100, strings.Count(text, "\nevent: booking:new\n"), what)
		assert.Contains(t, text, "event: hello\n", what)
		assert.Contains(t, text, "event: live\n", what)
		assert.Contains(t, text, "\nevent: bye\ndata: ", what)
		assert.NotContains(t, text, "\r", what)
	}
}

// A download that fails half way is seen to be broken off, and is no file that
// merely ends early.
func TestBrokenDownloadsDoNotLookWhole(t *testing.T) {
	for path, table := range map[string]string{"/history.csv": "events", "/activity/audit.csv": "audit"} {
		s := newSite(t)
		writer, super := s.key("events:write"), s.as("super")
		var batch []string
		for i := range downloadStep {
			batch = append(batch, booking("new", fmt.Sprint("BK-", i), "lake-house", ""))
		}
		require.Equal(t, 201, writer.post("/api/v1/events", "["+strings.Join(batch, ",")+"]").Status)
		for i := range downloadStep {
			require.NoError(t, s.store.DisableMember(t.Context(), operator, s.member("user").ID, i%2 == 0))
		}
		var once sync.Once
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.Handler().ServeHTTP(&onWrite{w, func() { once.Do(func() { s.alter(`ALTER TABLE ` + table + ` RENAME TO away`) }) }}, r)
		}))
		r, err := (&caller{site: &site{t: t, url: server.URL, client: server.Client()}, cookie: super.cookie}).try(http.MethodGet, path, "")
		assert.Equal(t, 200, r.Status, path)
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF, path)
		assert.Contains(t, s.logged.String(), `"msg":"an answer broke off","route":"`+path, path)
		server.Close()
	}
}

// onWrite does something before the first byte of a body goes out.
type onWrite struct {
	http.ResponseWriter
	do func()
}

func (w *onWrite) Write(b []byte) (int, error) { w.do(); return w.ResponseWriter.Write(b) }

// Unwrap is for http.ResponseController.
func (w *onWrite) Unwrap() http.ResponseWriter { return w.ResponseWriter }
