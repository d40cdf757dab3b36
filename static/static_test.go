package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"regexp"
	"slices"
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

// Every small file is in one of the bundles, once: one that is forgotten would be
// missed in the browser only.
func TestTheBundlesHoldEveryFile(t *testing.T) {
	parts := slices.Concat(bundles[Sheet], bundles[Watch], bundles[HTMX], bundles[Script], bundles[WallSheet], bundles[WallScript])
	slices.Sort(parts)
	var written []string
	for _, pattern := range []string{"*.css", "*.js"} {
		names, err := fs.Glob(FS, pattern)
		require.NoError(t, err)
		written = append(written, names...)
	}
	slices.Sort(written)
	assert.Equal(t, written, parts)
	for _, name := range []string{Sheet, Watch, HTMX, Script, WallSheet, WallScript} {
		f, found := Find(name)
		require.True(t, found, name)
		rest := string(f.Whole())
		for _, part := range bundles[name] {
			before, after, found := strings.Cut(rest, read(t, part))
			assert.True(t, found && strings.TrimSpace(before) == "", "%s in %s", part, name)
			rest = after
		}
		assert.Empty(t, rest, name)
	}
	for _, name := range slices.Concat(bundles[Watch], bundles[Script], bundles[WallScript]) {
		assert.Regexp(t, `^(//[^\n]*\n)*"use strict";\n`, read(t, name), "it must be strict by itself too, for whoever checks it alone")
	}
}

// A script that fails while it starts would take those behind it with it: each does
// all it does in a part, which fails alone.
func TestEveryScriptIsAPartThatFailsAlone(t *testing.T) {
	top := regexp.MustCompile(`(?m)^[^\s/].*$`)
	whole := regexp.MustCompile(`^("use strict";|(const \w+ = )?part\("[a-z ]+", \(\) => \{|\}\);)$`)
	for _, name := range slices.Concat(bundles[Watch][1:], bundles[Script]) {
		lines := top.FindAllString(read(t, name), -1)
		require.GreaterOrEqual(t, len(lines), 3, name)
		for _, line := range lines {
			assert.Regexp(t, whole, line, name)
		}
	}
	// What a browser may be told to keep nothing in is asked in one place.
	for _, name := range slices.Concat(bundles[Watch], bundles[Script], bundles[WallScript]) {
		if name != "parts.js" {
			assert.NotRegexp(t, `(local|session)Storage\.`, read(t, name), name)
		}
	}
}

func TestOnlyWhatGetsSmallerIsCompressed(t *testing.T) {
	for name, smaller := range map[string]bool{Sheet: true, Script: true, "icons.svg": true, "figtree-latin.woff2": false} {
		f, found := Find(name)
		require.True(t, found, name)
		packed := f.Gzipped()
		if assert.Equal(t, smaller, packed != nil, name); packed == nil {
			continue
		}
		r, err := gzip.NewReader(bytes.NewReader(packed))
		require.NoError(t, err)
		unpacked, err := io.ReadAll(r)
		require.NoError(t, err)
		assert.Equal(t, string(f.Whole()), string(unpacked), name)
	}
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
