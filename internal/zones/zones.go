// Package zones is the time zone database of the house. The laws of some zones
// change with a few months' notice, and the files of a machine are often years
// old; Go takes those, old ones too, before what it has itself. So the house
// brings an edition of its own, and takes a machine's only where it is newer.
//
// Every zone of the program comes from Load, and nothing asks the package time
// for one; TestOneClock of the main package fails otherwise. It imports the
// standard library only, and reads no file but those of the database.
package zones

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// archive holds the compiled zones by their names, and the edition as +VERSION.
//
//go:embed zoneinfo.tar.gz
var archive []byte

// directories are where machines have their database; ZONEINFO, which Go knows
// too, names another.
var directories = []string{"/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"}

// database is the zones there are.
type database struct {
	edition string
	own     map[string][]byte // by name, as they are in the archive
	newer   fs.FS             // the machine's, where it is of a later edition; nil where it is not
}

// current is read when the first zone is asked for.
var current = sync.OnceValue(func() *database {
	return choose(append([]string{os.Getenv("ZONEINFO")}, directories...))
})

// choose takes the newest of the house's own database and those in directories.
func choose(directories []string) *database {
	d := &database{own: unpack(archive)}
	d.edition = strings.TrimSpace(string(d.own[versionFile]))
	delete(d.own, versionFile)
	for _, directory := range directories {
		if directory == "" {
			continue
		}
		files := os.DirFS(directory)
		if edition := editionIn(files); edition > d.edition {
			d.edition, d.newer = edition, files
		}
	}
	return d
}

// Edition names the edition of the database that is used, such as "2026f".
func Edition() string { return current().edition }

// Load returns a zone by its IANA name. The names that mean something else to the
// package time, "" and "Local", are no zones.
func Load(name string) (*time.Location, error) { return current().load(name) }

// Names returns the names to choose a zone from, in their order: of each place the
// one that is in use, UTC first. The others can be loaded as well.
func Names() []string { return current().names() }

func (d *database) names() []string {
	names := []string{"UTC"}
	for name := range d.own {
		switch area, _, _ := strings.Cut(name, "/"); area {
		case "Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific":
			names = append(names, name)
		}
	}
	slices.Sort(names[1:])
	return names
}

func (d *database) load(name string) (*time.Location, error) {
	if name == "UTC" {
		return time.UTC, nil
	}
	// What is no name inside the database never becomes the path of a file.
	if !fs.ValidPath(name) || name == "." || strings.Contains(name, `\`) {
		return nil, unknown(name)
	}
	if d.newer != nil {
		if data, err := fs.ReadFile(d.newer, name); err == nil {
			if zone, err := time.LoadLocationFromTZData(name, data); err == nil {
				return zone, nil
			}
		}
		// It may lack the older names, or be damaged.
	}
	data, found := d.own[name]
	if !found {
		return nil, unknown(name)
	}
	return time.LoadLocationFromTZData(name, data)
}

func unknown(name string) error { return fmt.Errorf("there is no time zone %.40q", name) }

// versionFile is what holds the edition in the archive, and on some machines.
const versionFile = "+VERSION"

var edition = regexp.MustCompile(`^(?:# version )?([0-9]{4}[a-z]{1,2})\s`)

// editionIn returns the edition of a machine's database, "" where it does not say.
// Editions of one year are in the order of their letters.
func editionIn(files fs.FS) string {
	for _, name := range []string{"tzdata.zi", versionFile} {
		f, err := files.Open(name)
		if err != nil {
			continue
		}
		begin := make([]byte, 64)
		n, err := io.ReadFull(f, begin)
		f.Close()
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			continue
		}
		if found := edition.FindSubmatch(begin[:n]); found != nil {
			return string(found[1])
		}
	}
	return ""
}

// unpack reads the archive. It is part of the program: what is wrong with it is
// found by every test.
func unpack(archive []byte) map[string][]byte {
	files := map[string][]byte{}
	packed, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		panic("zones: " + err.Error())
	}
	for entries := tar.NewReader(packed); ; {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			panic("zones: " + err.Error())
		}
		name := path.Clean(entry.Name)
		switch entry.Typeflag {
		case tar.TypeReg:
			if files[name], err = io.ReadAll(entries); err != nil {
				panic("zones: " + err.Error())
			}
		case tar.TypeLink:
			files[name] = files[path.Clean(entry.Linkname)] // stands further ahead
		}
	}
}
