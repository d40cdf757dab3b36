package handlers

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/delivery"
)

// What is larger than anything here needs is refused by what it is, and nothing
// of it is stored. Headers beyond the server's own limit are in limits_test.go
// of the program.
func TestTooMuchIsRefused(t *testing.T) {
	s := newSite(t)
	key, manager := s.key("events:write,events:read"), s.as("manager")
	before := s.stored()
	json := []string{"Content-Type", "application/json"}
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write(bytes.Repeat([]byte(" "), 32<<20))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	fields := strings.Repeat("a=1&", 12_000)
	for _, row := range []struct {
		name, method, path, body string
		headers                  []string
		who                      *caller
		want                     int
	}{
		{"10 MiB of JSON", "POST", "/api/v1/events", `{"type":"` + strings.Repeat("x", 10<<20) + `"}`, json, key, 413},
		{"one event of 257 KiB", "POST", "/api/v1/events", with("notes", `"`+strings.Repeat("x", 257<<10)+`"`), json, key, 413},
		{"an array of 1 MiB and a byte", "POST", "/api/v1/events", "[" + strings.Repeat(" ", 1<<20-1) + "]", json, key, 413},
		{"an array of 1 MiB, which is allowed and empty", "POST", "/api/v1/events", "[" + strings.Repeat(" ", 1<<20-2) + "]", json, key, 422},
		{"marks of 257 KiB", "POST", "/api/v1/notifications/read", `{"ids":["` + strings.Repeat("x", 257<<10) + `"]}`, json, manager, 413},
		{"100,000 levels of arrays", "POST", "/api/v1/events", strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000), json, key, 400},
		{"100,000 levels of objects", "POST", "/api/v1/events", strings.Repeat(`{"a":`, 40_000), json, key, 400},
		{"33 levels", "POST", "/api/v1/events", strings.Repeat("[", 33) + strings.Repeat("]", 33), json, key, 400},
		{"32 levels, which are allowed", "POST", "/api/v1/events", strings.Repeat("[", 32) + strings.Repeat("]", 32), json, key, 422},
		{"a gzip bomb", "POST", "/api/v1/events", packed.String(), append([]string{"Content-Encoding", "gzip"}, json...), key, 415},
		{"a gzip form", "POST", "/login", packed.String()[:100], append([]string{"Content-Encoding", "GZIP"}, form...), s.nobody(), 415},
		{"brotli", "POST", "/api/v1/events", "x", append([]string{"Content-Encoding", "br"}, json...), key, 415},
		{"a form of 65 KiB", "POST", "/login", "email=" + strings.Repeat("a", 65<<10), form, s.nobody(), 413},
		{"12,000 form fields", "POST", "/login", fields, form, s.nobody(), 400},
		{"a set-up form of 1 MiB", "POST", "/setup", strings.Repeat("a", 1<<20), form, s.nobody(), 413},
		{"settings of 1 MiB", "POST", "/settings", strings.Repeat("a", 1<<20), form, manager, 413},
		{"a file of 1 MiB", "POST", "/settings", "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n" + strings.Repeat("a", 1<<20) + "\r\n--x--\r\n",
			[]string{"Content-Type", "multipart/form-data; boundary=x"}, manager, 413},
		{"a body of 1 MiB that nobody reads", "POST", "/logout", strings.Repeat("a", 1<<20), form, s.nobody(), 413},
		{"a body of 2 MiB with GET", "GET", "/api/v1/events", strings.Repeat("a", 2<<20), json, key, 413},
		{"3,000 cookies", "GET", "/", "", []string{"Cookie", strings.Repeat("a=b; ", 3_000)}, s.nobody(), 400},
		{"3,000 cookies of a key", "GET", "/api/v1/events", "", []string{"Cookie", strings.Repeat("a=b; ", 3_000)}, key, 400},
		{"50,000 parameters", "GET", "/api/v1/events?" + strings.Repeat("a&", 50_000), "", nil, key, 400},
		{"12,000 parameters of a page", "GET", "/bookings?" + strings.Repeat("a=1&", 12_000), "", nil, manager, 400},
		{"an address of 16 KiB", "GET", "/bookings/" + strings.Repeat("a", 16<<10), "", nil, manager, 404},
	} {
		r, err := row.who.try(row.method, row.path, row.body, row.headers...)
		if !assert.NoError(t, err, row.name) {
			continue
		}
		assert.Equal(t, row.want, r.Status, "%s: %.200s", row.name, r.Body)
		assert.Less(t, len(r.Body), 64<<10, "%s: the answer is as large as the question", row.name)
		assert.Equal(t, before, s.stored(), row.name)
	}
}

// A body of unknown length is read no further than it may be long.
func TestEndlessBodyIsCutOff(t *testing.T) {
	s := newSite(t)
	key := s.key("events:write")
	for path, want := range map[string]string{"/api/v1/events": "413", "/login": "4"} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		require.NoError(t, err)
		defer conn.Close()
		kind := map[string]string{"/login": "application/x-www-form-urlencoded", "/api/v1/events": "application/json"}[path]
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n", path, key.secret, kind)
		sent := 0
		chunk := []byte(fmt.Sprintf("%x\r\n%s\r\n", 64<<10, strings.Repeat(" ", 64<<10)))
		done := make(chan string, 1)
		go func() {
			status := make([]byte, 12)
			_, _ = conn.Read(status)
			done <- strings.TrimPrefix(string(status), "HTTP/1.1 ")
		}()
		for sent < 64<<20 {
			if _, err := conn.Write(chunk); err != nil {
				break // it hung up
			}
			sent += 64 << 10
		}
		got := <-done
		assert.True(t, strings.HasPrefix(got, want), "%s: %q", path, got)
		assert.Less(t, sent, 32<<20, "%s: it was read on and on", path)
	}
}

// Fifty streams of one person, five hundred from one address: beyond the limit
// 429, and what was open stays open and served.
func TestOldestStreamsAreKept(t *testing.T) {
	s := newSite(t, Config{Streams: delivery.Config{PerPerson: 20, PerKey: 5, PerAddress: 40}})
	writer := s.key("events:write")
	manager, staff, key := s.as("manager"), s.as("staff"), s.key("events:read")
	var open []*reader
	refused := 0
	for who, n := range map[*caller]int{manager: 30, staff: 10, key: 10} {
		for range n {
			r := s.stream("/api/v1/stream", who, "")
			if r.status == http.StatusOK {
				open = append(open, r.live())
				continue
			}
			require.Equal(t, http.StatusTooManyRequests, r.status)
			require.NotEmpty(t, r.header.Get("Retry-After"))
			refused++
		}
	}
	assert.Len(t, open, 20+10+5)
	assert.Equal(t, 10+5, refused)
	s.stream("/live", s.as("owner"), "").live() // nobody else is in the way
	writer.publish(booking("new", "BK-1", "lake-house", ""))
	for _, r := range open {
		assert.Equal(t, []string{"BK-1"}, r.subjects(1))
	}
}
