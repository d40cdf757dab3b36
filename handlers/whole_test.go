package handlers

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unpacked is what an answer says, which was compressed.
func unpacked(t testing.TB, r answer) string {
	t.Helper()
	require.Equal(t, "gzip", r.Header.Get("Content-Encoding"))
	packed, err := gzip.NewReader(strings.NewReader(r.Body))
	require.NoError(t, err)
	text, err := io.ReadAll(packed)
	require.NoError(t, err)
	return string(text)
}

// sellMany publishes bookings.
func (s *site) sellMany(n int) {
	s.t.Helper()
	events := make([]string, n)
	for i := range events {
		events[i] = fmt.Sprintf(`{"type":"booking:new","property":"lake-house","payload":{"id":"BK-many-%d","type":"property","title":"Lake House","customerName":"Guest %d"}}`, i, i)
	}
	require.Equal(s.t, http.StatusCreated, s.key("events:write").post("/api/v1/events", "["+strings.Join(events, ",")+"]").Status)
}

func TestPagesAndListsAreCompressedForWhoCanReadThat(t *testing.T) {
	s := newSite(t)
	s.sellMany(40)
	changing := regexp.MustCompile(`nonce="[^"]*"|\d+ min|data-plan="[^"]*"|as of\s*<time[^>]*>[^<]*|data-clock="[^"]*"`)
	for path, who := range map[string]*caller{
		"/": s.as("admin"), "/bookings": s.as("admin"), "/notifications": s.as("admin"), "/login": s.nobody(), "/docs": s.nobody(), "/openapi.json": s.nobody(),
		"/api/v1/bookings": s.as("admin"), "/api/v1/events": s.as("admin"),
	} {
		plain, packed := who.get(path, "Accept-Encoding", "identity"), who.get(path, "Accept-Encoding", "gzip, deflate, br")
		require.Equal(t, http.StatusOK, plain.Status, path)
		assert.Empty(t, plain.Header.Get("Content-Encoding"), path)
		assert.Contains(t, plain.Header.Values("Vary"), "Accept-Encoding", path)
		assert.Contains(t, packed.Header.Values("Vary"), "Accept-Encoding", path)
		if len(plain.Body) < worthPacking {
			assert.Empty(t, packed.Header.Get("Content-Encoding"), path)
			continue
		}
		text := unpacked(t, packed)
		assert.Equal(t, changing.ReplaceAllString(plain.Body, ""), changing.ReplaceAllString(text, ""), path)
		assert.Less(t, len(packed.Body), len(text)/2, path)
	}
}

func TestStreamsAndChangesAreNeverCompressed(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/live", "/api/v1/stream"} {
		r := s.stream(path, s.as("admin"), "", "Accept-Encoding", "gzip").live()
		assert.Empty(t, r.header.Get("Content-Encoding"), path)
	}
	made := s.as("admin").do(http.MethodPost, "/keys", "name=desk&scope=events:read", "Content-Type", "application/x-www-form-urlencoded", "Accept-Encoding", "gzip")
	assert.Contains(t, made.Body, "bk_", "a key that is shown once stands there as it is")
}

// Who can make a browser ask here for words of their choice, and see how long the
// answers are, would find out what else stands in them (BREACH).
func TestNothingIsCompressedWhoseLengthTells(t *testing.T) {
	s := newSite(t, Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	s.sellMany(40)
	overTLS := []string{"Accept-Encoding", "gzip", "X-Forwarded-Proto", "https"}
	s.as("admin").cookie.Name = "__Host-" + cookieName
	for site, packed := range map[string]bool{"same-origin": true, "none": true, "same-site": false, "cross-site": false, "": false} {
		r := s.as("admin").get("/bookings?q=guest", append(overTLS, "Sec-Fetch-Site", site)...)
		require.Equal(t, http.StatusOK, r.Status, site)
		assert.Equal(t, packed, r.Header.Get("Content-Encoding") == "gzip", "over TLS, asked from %q", site)
	}
	assert.Equal(t, "gzip", s.key("events:read").get("/api/v1/bookings", overTLS...).Header.Get("Content-Encoding"), "no browser sends a key by itself")
	assert.Equal(t, "gzip", s.nobody().get("/docs", append(overTLS, "Sec-Fetch-Site", "cross-site")...).Header.Get("Content-Encoding"), "what is known of nobody")
	s.as("admin").cookie.Name = cookieName
	assert.Empty(t, s.as("admin").get("/settings/twostep", "Accept-Encoding", "gzip", "Sec-Fetch-Site", "same-origin").Header.Get("Content-Encoding"))
	for _, path := range []string{"/setup?token=x", "/invite/x"} {
		assert.Empty(t, s.nobody().get(path, "Accept-Encoding", "gzip").Header.Get("Content-Encoding"), path)
	}
	lengths := map[int]bool{}
	for range 20 {
		lengths[len(s.nobody().get("/openapi.json", "Accept-Encoding", "gzip").Body)] = true
	}
	assert.Greater(t, len(lengths), 1, "the same answer has another length each time")
}
