package static

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := FS.ReadFile(name)
	require.NoError(t, err)
	return string(data)
}

func TestURLChangesWithTheContent(t *testing.T) {
	sum := sha256.Sum256([]byte(read(t, "app.css")))
	assert.Equal(t, "/static/app.css?v="+hex.EncodeToString(sum[:])[:10], URL("app.css"))
}

func TestURLOfNoFilePanics(t *testing.T) {
	assert.Panics(t, func() { URL("missing.css") })
}

// A url() in a style sheet cannot call URL, so its version is written out. A
// wrong one would load the face twice, beside what the page preloads.
func TestStyleSheetsReferToPresentVersions(t *testing.T) {
	sheets, err := fs.Glob(FS, "*.css")
	require.NoError(t, err)
	found := 0
	for _, sheet := range sheets {
		for _, reference := range regexp.MustCompile(`url\("([^"?]+)([^"]*)"\)`).FindAllStringSubmatch(read(t, sheet), -1) {
			found++
			assert.Equal(t, URL(reference[1]), "/static/"+reference[1]+reference[2], sheet)
		}
	}
	assert.NotZero(t, found)
}

func TestVendoredFilesAreUnchanged(t *testing.T) {
	listed := map[string]bool{}
	for line := range strings.Lines(read(t, "VENDORED")) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		require.Len(t, fields, 4, line)
		sum := sha256.Sum256([]byte(read(t, fields[0])))
		assert.Equal(t, fields[3], hex.EncodeToString(sum[:]), fields[0])
		listed[fields[0]] = true
	}
	for _, pattern := range []string{"*.min.js", "*.woff2", "icons.svg"} {
		names, err := fs.Glob(FS, pattern)
		require.NoError(t, err)
		for _, name := range names {
			assert.True(t, listed[name], "%s came from elsewhere and is not in VENDORED", name)
		}
	}
}

// The page's policy allows no eval and no inline code; a script that needs
// either would fail in the browser only.
func TestOwnScriptsKeepTheContentSecurityPolicy(t *testing.T) {
	scripts, err := fs.Glob(FS, "*.js")
	require.NoError(t, err)
	for _, name := range scripts {
		if strings.HasSuffix(name, ".min.js") {
			continue // not ours
		}
		for _, forbidden := range []string{"eval(", "new Function", "innerHTML", ".style.", "setAttribute(\"style\""} {
			assert.NotContains(t, read(t, name), forbidden, name)
		}
	}
}
