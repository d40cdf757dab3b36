// Package db opens the one SQLite file: one connection that writes, a few that
// read, the settings that make a commit durable, and the migrations. Everything is
// read through its Reader and written through its Writer, which prepare each text
// once; what the engines say differently its Dialect writes. It knows
// no table by name beyond its migrations and imports nothing of the house.
package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	_ "modernc.org/sqlite" // the driver, pure Go
)

//go:embed migrations/sqlite/*.sql
var migrations embed.FS

// readers is how many connections read at once. SQLite's readers do not wait
// for each other or for the writer; beyond the cores they only cost memory.
const readers = 4

// DB is the open database: Write holds exactly one connection, whose
// transactions are immediate; Read cannot write.
type DB struct {
	Dialect
	Write *sql.DB
	Read  *sql.DB
	Path  string

	file    *os.File // to look at its header
	files   []openedFile
	stamp   atomic.Uint32 // that this process has given the file; 0 for none
	stamped atomic.Bool   // the file itself has it
}

// File returns the path of the database of a data directory. It may be a link to
// another disk: then what belongs to it lies there too, as with SQLite.
func File(dir string) string {
	path := filepath.Join(dir, "baithaka.db")
	if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSymlink != 0 {
		if target, err := filepath.EvalSymlinks(path); err == nil {
			return target
		}
	}
	return path
}

// Open opens the database in dir, makes it when it is not there, and brings its
// schema up to date. Only the owner may read the files: they hold guests' names.
func Open(ctx context.Context, dir string) (*DB, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the data directory cannot be made: %w", err)
	}
	path := File(dir)
	release, err := Alone(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer release()
	file, err := private(path)
	if err != nil {
		return nil, err
	}
	path = File(dir) // a link may lead somewhere now
	if known, err := belongs(path, file); err != nil {
		return nil, errors.Join(err, file.Close())
	} else if !known {
		if err := ForgetStamp(path); err != nil {
			return nil, errors.Join(fmt.Errorf("the data directory cannot be written: %w", err), file.Close())
		}
	}
	d, err := openBoth(ctx, path)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	d.file = file
	for _, name := range []string{path, path + "-wal"} {
		info, err := os.Stat(name)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("the database cannot be opened: %w", err), d.Close())
		}
		d.files = append(d.files, openedFile{name, info})
	}
	return d, nil
}

// openBoth opens the side that writes, which brings the schema up to date, and
// the one that reads.
func openBoth(ctx context.Context, path string) (*DB, error) {
	write, err := open(path, url.Values{
		"_txlock": {"immediate"},
		"_dqs":    {"0"},
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "temp_store(2)", "journal_size_limit(8388608)",
			"secure_delete(1)"}, // who is erased must not be left in freed space
	}, 1)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, write); err != nil {
		write.Close()
		if isDamage(err) {
			return nil, Damaged(path, err)
		}
		return nil, fmt.Errorf("the database %s cannot be brought up to date: %w", path, err)
	}
	read, err := open(path, url.Values{
		"mode":    {"ro"},
		"_dqs":    {"0"},
		"_pragma": {"busy_timeout(5000)", "query_only(1)"},
	}, readers)
	if err != nil {
		write.Close()
		return nil, err
	}
	return &DB{Dialect: SQLite{}, Write: write, Read: read, Path: path}, nil
}

// openedFile is a file as it was when the database was opened.
type openedFile struct {
	name string
	info os.FileInfo
}

// Moved says that the database or its write-ahead log is not the file any more
// that was opened: what is committed then goes into one that nobody finds. While
// anybody has a database open SQLite puts no other file in the place of either.
func (d *DB) Moved() error {
	for _, file := range d.files {
		info, err := os.Stat(file.name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("%s is gone", filepath.Base(file.name))
		case err == nil && !os.SameFile(info, file.info):
			return fmt.Errorf("another file stands in the place of %s", filepath.Base(file.name))
		}
	}
	if d.Overwritten() {
		return fmt.Errorf("another file was written over %s", filepath.Base(d.Path))
	}
	return nil
}

// Close closes both sides, the writer last, so that it can checkpoint the
// write-ahead log.
func (d *DB) Close() error {
	// The file last: when a process closes one, the system takes every lock from it
	// that the process has there, SQLite's too.
	err := errors.Join(d.Read.Close(), d.Write.Close())
	if closed := d.file.Close(); !errors.Is(closed, os.ErrClosed) {
		err = errors.Join(err, closed)
	}
	return err
}

// Alone waits until no other process is making the database, bringing its schema
// up to date or putting another in its place, and keeps others from opening it
// until release: of two that begin on an empty directory one would find half of the
// tables, and who opens a file that is about to be replaced leaves its log beside
// the next.
func Alone(ctx context.Context, dir string) (release func(), err error) {
	lock := flock.New(filepath.Join(dir, "opening"))
	if _, err := lock.TryLockContext(ctx, 5*time.Millisecond); err != nil {
		return nil, fmt.Errorf("the data directory cannot be locked: %w", err)
	}
	return func() { _ = lock.Unlock() }, nil
}

func open(path string, settings url.Values, connections int) (*sql.DB, error) {
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: settings.Encode()}
	pool, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return pool, nil
}

// private makes the file before SQLite does, so that it is never readable by
// others; SQLite gives what it makes beside it the same mode. What is there from a
// time when the file could only be read would go on refusing writes.
func private(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the database cannot be opened: %w", err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} { // nor what another program has restored
		if info, err := os.Stat(path + suffix); err == nil && info.Mode().Perm() != 0o600 {
			_ = os.Chmod(path+suffix, 0o600) // if it cannot be, opening it says so
		}
	}
	return f, nil
}

func migrate(ctx context.Context, pool *sql.DB) error {
	provider, err := newProvider(pool)
	if err != nil {
		return err
	}
	have, known, err := provider.GetVersions(ctx)
	if err != nil {
		return err
	}
	if have > known {
		return fmt.Errorf("it is of a newer version of this program (%d; this one knows %d); use that one", have, known)
	}
	_, err = provider.Up(ctx)
	return err
}
