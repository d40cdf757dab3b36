package handlers

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/static"
)

// A page loads one style sheet and three scripts, compressed for who can read
// that, and never again until they change.
func TestAPageLoadsFewFilesOnce(t *testing.T) {
	s := newSite(t)
	page := s.as("admin").get("/").Body
	loaded := regexp.MustCompile(`(?:<script src|<link rel="stylesheet" href)="([^"]+)"`).FindAllStringSubmatch(page, -1)
	require.Len(t, loaded, 4)
	for i, name := range []string{static.Sheet, static.Watch, static.HTMX, static.Script} {
		address := loaded[i][1]
		assert.Equal(t, static.URL(name), address)
		file, _ := static.Find(name)
		plain, packed := s.nobody().get(address, "Accept-Encoding", "gzip;q=0, br"), s.nobody().get(address, "Accept-Encoding", "br, GZIP; q=0.5")
		assert.Equal(t, string(file.Whole()), plain.Body)
		assert.Empty(t, plain.Header.Get("Content-Encoding"))
		require.Equal(t, "gzip", packed.Header.Get("Content-Encoding"))
		unpacked, err := gzip.NewReader(bytes.NewReader([]byte(packed.Body)))
		require.NoError(t, err)
		text, err := io.ReadAll(unpacked)
		require.NoError(t, err)
		assert.Equal(t, plain.Body, string(text))
		assert.NotEqual(t, plain.Header.Get("ETag"), packed.Header.Get("ETag"))
		for _, r := range []answer{plain, packed} {
			assert.Equal(t, "public, max-age=31536000, immutable", r.Header.Get("Cache-Control"))
			assert.Contains(t, r.Header.Values("Vary"), "Accept-Encoding")
			again := s.nobody().get(address, "Accept-Encoding", "gzip", "If-None-Match", r.Header.Get("ETag"))
			assert.Equal(t, map[bool]int{true: http.StatusNotModified, false: http.StatusOK}[r.Header.Get("Content-Encoding") == "gzip"], again.Status)
		}
	}
}
