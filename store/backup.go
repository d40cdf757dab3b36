package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"baithaka/db"
	"baithaka/inn"
)

// Copy is a backup that was made or restored.
type Copy struct {
	Size  int64        // in bytes
	At    inn.Position // the head of its log
	Kept  string       // where the database that was there before is now; "" when there was none
	Epoch string       // after a restore: the new one
	Chain Chain        // after a restore: what the audit in it looks like
}

// Backup copies the database in dir, which may be in use, into a new file: what
// is committed at one moment, without the pages that nothing stands on any more.
// Nobody who writes waits for it. The file appears under its name when it is
// whole, sound and on the disk.
func Backup(ctx context.Context, dir, file string) (c Copy, err error) {
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = fmt.Errorf("%s is there already, and nothing is overwritten; name another file or remove that one", file)
		}
		return c, err
	}
	source, err := db.Look(ctx, db.File(dir))
	if err != nil {
		return c, err
	}
	defer source.Close()
	// CreateTemp makes it readable for its owner alone; SQLite fills an empty file.
	made, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*")
	if err != nil {
		return c, fmt.Errorf("the backup cannot be written: %w", err)
	}
	name := made.Name()
	defer os.Remove(name)
	if err := made.Close(); err != nil {
		return c, err
	}
	if _, err := source.ExecContext(ctx, `VACUUM INTO $1`, name); err != nil {
		return c, fmt.Errorf("the backup cannot be written: %w", err)
	}
	if err := db.StampCopy(ctx, name); err != nil {
		return c, fmt.Errorf("the backup cannot be written: %w", err)
	}
	if c, err = inspect(ctx, name, true); err != nil {
		return c, fmt.Errorf("the copy is not sound: %w", err)
	}
	if err := synced(name); err != nil {
		return c, err
	}
	if err := os.Rename(name, file); err != nil {
		return c, err
	}
	return c, synced(filepath.Dir(file))
}

// inspect looks whether a file is a database of ours, and sound.
func inspect(ctx context.Context, file string, quickly bool) (c Copy, err error) {
	pool, err := db.Look(ctx, file)
	if err != nil {
		return c, err
	}
	defer pool.Close()
	have, known, err := db.Version(ctx, pool)
	if err != nil {
		return c, err
	}
	if have == 0 {
		return c, errors.New("there is nothing in it")
	}
	if have > known {
		return c, fmt.Errorf("it is of a newer version of this program (%d; this one knows %d); use that one", have, known)
	}
	problems, err := db.Problems(ctx, pool, quickly)
	if len(problems) > 0 {
		err = errors.New(problems[0])
	}
	if err != nil {
		return c, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return c, err
	}
	c.Size = info.Size()
	c.At, err = headOf(ctx, pool)
	return c, err
}

func headOf(ctx context.Context, pool *sql.DB) (at inn.Position, err error) {
	err = pool.QueryRowContext(ctx, `SELECT (SELECT value FROM meta WHERE name = 'epoch'), `+headOfLog).Scan(&at.Epoch, &at.ID)
	return at, err
}

// Restore puts a backup in the place of the database in dir, which nobody may
// have open. The backup is looked at first, brought up to date, and given a new
// epoch, so that every stream is told to reload; the audit says that it was
// restored. What was there before is kept beside it.
func Restore(ctx context.Context, by inn.Viewer, dir, file string, log *slog.Logger) (c Copy, err error) {
	if _, err := os.Stat(file); err != nil {
		return c, fmt.Errorf("there is no backup: %w", err)
	}
	aside, err := os.MkdirTemp(dir, "restoring-")
	if err != nil {
		return c, err
	}
	defer os.RemoveAll(aside)
	// A copy of its own: to open a file that has a log beside it changes both.
	for _, part := range []string{"", "-wal"} {
		if err := copyFile(file+part, db.File(aside)+part); err != nil && (part == "" || !errors.Is(err, fs.ErrNotExist)) {
			return c, err
		}
	}
	if c, err = inspect(ctx, db.File(aside), false); err != nil {
		return c, fmt.Errorf("%s cannot be restored, and nothing was changed: %w", file, err)
	}
	if err := renew(ctx, by, aside, filepath.Base(file), &c, log); err != nil {
		return c, fmt.Errorf("%s cannot be restored, and nothing was changed: %w", file, err)
	}
	if c.Kept, err = setAside(ctx, dir, time.Now()); err != nil {
		return c, fmt.Errorf("the present database cannot be kept, so that nothing was changed: %w", err)
	}
	// Its marks after it: without them it begins one more epoch, and with those of
	// another it could not be told from that.
	for _, name := range []func(string) string{db.File, func(dir string) string { return marksFile(db.File(dir)) }} {
		if err := os.Rename(name(aside), name(dir)); err != nil {
			return c, err
		}
	}
	return c, synced(dir)
}

// renew opens a copy of a backup, which brings its schema up to date, and begins
// its new life.
func renew(ctx context.Context, by inn.Viewer, dir, name string, c *Copy, log *slog.Logger) error {
	database, err := db.Open(ctx, dir)
	if err != nil {
		return err
	}
	// It goes on from where it ended, until it is given its new epoch.
	now, _, err := scanPresent(database.Read.QueryRowContext(ctx, present))
	if err == nil {
		err = now.write(database.Path)
	}
	if err != nil {
		return errors.Join(err, database.Close())
	}
	s, err := New(ctx, database, log)
	if err != nil {
		return errors.Join(err, database.Close())
	}
	if c.Chain, _, err = followChain(ctx, database.Read, link{}, nil); err == nil {
		err = s.write(ctx, func(t *tx) error {
			if c.Epoch, err = t.newEpoch(); err != nil {
				return err
			}
			return t.audit(by, inn.Act{Deed: inn.HouseRestored, Name: name, Detail: "as of " + c.At.String() + "; a new epoch, " + c.Epoch})
		})
	}
	s.Close()
	// Closing folds the write-ahead log into the file.
	if err := errors.Join(err, database.Close()); err != nil {
		return err
	}
	return synced(db.File(dir))
}

// setAside gives the present database a second name, with the time in it, and
// takes away what belongs to it alone, so that the next one can be put in its
// place in one step. Should the machine stop in between, it is still there under
// both names.
func setAside(ctx context.Context, dir string, now time.Time) (kept string, err error) {
	path := db.File(dir)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	// What stands in its write-ahead log comes along; in a damaged one that cannot
	// be folded it stays a file of its own.
	(&db.DB{Path: path}).Fold(ctx)
	kept = strings.TrimSuffix(path, ".db") + now.Format("-20060102-150405.000") + ".db"
	for _, part := range []string{"", "-wal"} {
		err := os.Link(path+part, kept+part)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			err = copyFile(path+part, kept+part) // a file system without links
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	if err := synced(dir); err != nil {
		return "", err
	}
	for _, name := range []string{path + "-wal", path + "-shm", marksFile(path)} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return kept, db.ForgetStamp(path)
}

// copyFile copies a file into a new one that only its owner may read.
func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	made, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(made, source)
	return errors.Join(err, made.Sync(), made.Close())
}

// synced waits until a file, or what a directory holds, is on the disk.
func synced(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
