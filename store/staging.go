package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// aside is a directory in which a backup is made, beside where it is to stand. It
// is held while somebody works in it: one that nobody holds was left by a command
// that was killed, with guests' data in it.
type staging struct {
	dir  string
	lock *flock.Flock
}

// stagingPrefix is how their names begin.
const stagingPrefix = ".baithaka-backup-"

// newStaging removes what others left in parent, and makes a directory there.
func newStaging(parent string) (*staging, error) {
	left, err := filepath.Glob(filepath.Join(escaped(parent), stagingPrefix+"*"))
	if err != nil {
		return nil, err
	}
	for _, dir := range left {
		if err := removeStaging(dir); err != nil {
			return nil, err
		}
	}
	for {
		dir, err := os.MkdirTemp(parent, stagingPrefix)
		if err != nil {
			return nil, err
		}
		a := &staging{dir, flock.New(filepath.Join(dir, "held"))}
		lock, err := a.lock.TryLock()
		if lock {
			if _, err = os.Stat(a.lock.Path()); err == nil {
				return a, nil
			}
		}
		_ = a.lock.Unlock()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, errors.Join(err, os.RemoveAll(dir))
		} // else somebody took the empty directory for one that was left
	}
}

func (a *staging) end() error { return errors.Join(os.RemoveAll(a.dir), a.lock.Unlock()) }

// removeStaging removes a directory that nobody holds.
func removeStaging(dir string) error {
	name := filepath.Join(dir, "held")
	if _, err := os.Stat(name); err != nil {
		_ = os.Remove(dir) // if it is empty; somebody may be about to hold it
		return nil
	}
	lock := flock.New(name)
	free, err := lock.TryLock()
	if err != nil || !free {
		return err
	}
	return errors.Join(os.RemoveAll(dir), lock.Unlock())
}

// escaped writes a path so that none of its characters means something to Glob.
func escaped(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
