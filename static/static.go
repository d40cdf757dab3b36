// Package static embeds what the browser loads besides the pages: the style
// sheets, the small scripts, htmx with its two extensions, the face and the
// icons. Everything is served from the binary; VENDORED lists what came from
// elsewhere, with versions, licences and checksums.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"sync"
)

// FS holds the files as they are written.
//
//go:embed *.css *.js *.svg *.woff2 VENDORED licenses
var FS embed.FS

// File is what is served at one address under /static/: a file of FS, or several
// in one.
type File struct {
	Name string
	Hash string // of the content, in the address and the ETag

	parts  []string // of FS
	whole  func() []byte
	packed func() []byte
}

// Find returns the file of a name.
func Find(name string) (*File, bool) {
	f, ok := files[name]
	return f, ok
}

// URL returns the address of a file. It changes with the content, so that the
// file may be cached for ever. A name that is not embedded is a mistake in the
// program and panics.
func URL(name string) string {
	f, ok := files[name]
	if !ok {
		panic(fmt.Sprintf("static: no file %q", name))
	}
	return "/static/" + name + "?v=" + f.Hash
}

// Whole returns the content.
func (f *File) Whole() []byte { return f.whole() }

// Gzipped returns the content compressed; nil for what is compressed already, such
// as a face.
func (f *File) Gzipped() []byte { return f.packed() }

// files are all there are, by name. Their contents are put together when somebody
// asks first, and kept.
var files = gather()

func gather() map[string]*File {
	all := map[string]*File{}
	add := func(name string, parts ...string) {
		f := &File{Name: name, parts: parts}
		sum := sha256.Sum256(f.join())
		f.Hash = hex.EncodeToString(sum[:])[:10]
		f.whole = sync.OnceValue(f.join)
		f.packed = sync.OnceValue(f.pack)
		all[name] = f
	}
	err := fs.WalkDir(FS, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			add(name, name)
		}
		return err
	})
	if err != nil {
		panic(err) // what is embedded cannot be unreadable
	}
	for name, parts := range bundles {
		add(name, parts...)
	}
	return all
}

// join puts the parts one behind the other, each beginning on a line of its own.
func (f *File) join() []byte {
	var whole bytes.Buffer
	for i, name := range f.parts {
		part, err := FS.ReadFile(name)
		if err != nil {
			panic(err) // a name that is written down in bundles and is no file
		}
		if i > 0 {
			whole.WriteByte('\n')
		}
		whole.Write(part)
	}
	return whole.Bytes()
}

// pack compresses the content, if that makes it notably smaller.
func (f *File) pack() []byte {
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	_, _ = w.Write(f.whole()) // a buffer takes everything
	_ = w.Close()
	if packed.Len() > len(f.whole())*9/10 {
		return nil
	}
	return packed.Bytes()
}
