package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"baithaka/db"
	"baithaka/internal/inn"
	"baithaka/store"
)

// lock takes the directory for one server. The other commands work beside it
// and take no lock.
func lock(dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the data directory cannot be made: %w", err)
	}
	held := flock.New(filepath.Join(dir, "lock"))
	free, err := held.TryLock()
	if err != nil {
		return nil, fmt.Errorf("the data directory cannot be locked: %w", err)
	}
	if !free {
		return nil, fmt.Errorf("another server runs on %s; stop it first, or use another --data", dir)
	}
	return func() { _ = held.Unlock() }, nil
}

// withStore opens the database that is there, beside whoever else has it open.
// Where there is none it makes none: a mistyped --data would look like a house in
// which nobody works.
func withStore(ctx context.Context, dir string, con console, do func(*store.Store) error) error {
	if !inhabited(dir) {
		return fmt.Errorf("there is no database in %s; name its directory with --data, or begin one there with: baithaka serve", dir)
	}
	return opened(ctx, dir, con, do)
}

// withNewStore is withStore for what a house begins with: it makes the database
// where there is none, and says so, in the one line of a command that fails too.
func withNewStore(ctx context.Context, dir string, con console, do func(*store.Store) error) error {
	if inhabited(dir) {
		return opened(ctx, dir, con, do)
	}
	made := fmt.Sprintf("there was no database in %s; a new one was made", dir)
	err := opened(ctx, dir, con, func(s *store.Store) error {
		if err := do(s); err != nil {
			return fmt.Errorf("%s (%s)", textOf(err), made)
		}
		return nil
	})
	if err == nil {
		fmt.Fprintln(con.err, "baithaka:", made)
	}
	return err
}

// inhabited reports whether there is a database in the directory. An empty file
// is one that nobody has begun; what cannot be looked at is for opening it to say.
func inhabited(dir string) bool {
	info, err := os.Stat(db.File(dir))
	return err == nil && info.Size() > 0 || err != nil && !errors.Is(err, fs.ErrNotExist)
}

func opened(ctx context.Context, dir string, con console, do func(*store.Store) error) error {
	database, err := db.Open(ctx, dir)
	if err != nil {
		return err
	}
	defer database.Close()
	// What the store has to say is for who has succeeded: a command that fails says
	// one thing.
	var said bytes.Buffer
	s, err := store.New(ctx, database, newLogger(&said))
	if err != nil {
		return err
	}
	defer s.Close()
	if err := do(s); err != nil {
		return err
	}
	_, err = said.WriteTo(con.err)
	return err
}

// operator is who acts through the command line: whoever may write the file may
// do anything.
var operator = inn.Viewer{Name: "command line"}

// textOf returns the one line that a failed command prints.
func textOf(err error) string {
	var e *inn.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	line := e.Text
	for _, f := range e.Fields {
		line += " " + f.Field + " " + f.Detail + "."
	}
	return line
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
