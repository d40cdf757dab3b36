// Package static embeds what the browser loads besides the pages: the style
// sheets, the small scripts, htmx with its two extensions, the face and the
// icons. Everything is served from the binary; VENDORED lists what came from
// elsewhere, with versions, licences and checksums.
package static

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
)

// FS holds the files by name, to be served under /static/.
//
//go:embed *.css *.js *.svg *.woff2 VENDORED licenses
var FS embed.FS

var versions = hashes()

// URL gives the address of a file. It changes with the content, so that the
// file may be cached for ever. A name that is not embedded is a mistake in the
// program and panics.
func URL(name string) string {
	version, ok := versions[name]
	if !ok {
		panic(fmt.Sprintf("static: no file %q", name))
	}
	return "/static/" + name + "?v=" + version
}

// hashes computes the version of every file once, at the start.
func hashes() map[string]string {
	entries, err := FS.ReadDir(".")
	if err != nil {
		panic(err) // the embedded root cannot be unreadable
	}
	versions := make(map[string]string, len(entries))
	for _, entry := range entries {
		if entry.IsDir() {
			continue
		}
		data, err := FS.ReadFile(entry.Name())
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(data)
		versions[entry.Name()] = hex.EncodeToString(sum[:])[:10]
	}
	return versions
}
