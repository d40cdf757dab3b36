package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"baithaka/db"
	"baithaka/internal/inn"
)

// Restore puts a backup in the place of the database in dir, which nobody may
// have open. The backup is looked at first, brought up to date, and given a new
// epoch, so that every stream is told to reload; the audit says that it was
// restored. Guests who were erased from what is there, and stand in the backup, are
// erased from it again. What was there before is kept beside it.
func Restore(ctx context.Context, by inn.Viewer, dir, file string, log *slog.Logger) (c Copy, err error) {
	info, err := os.Stat(file)
	if err != nil {
		return c, fmt.Errorf("there is no backup: %w", err)
	}
	if !info.Mode().IsRegular() {
		return c, fmt.Errorf("%s is no backup: it is not a file", file)
	}
	if err := SweepRestores(dir); err != nil {
		return c, err
	}
	staging, err := os.MkdirTemp(filepath.Dir(db.File(dir)), restoring)
	if err != nil {
		return c, err
	}
	defer os.RemoveAll(staging)
	// A copy of its own: to open a file that has a log beside it changes both.
	for _, part := range []string{"", "-wal"} {
		if err := copyFile(file+part, db.File(staging)+part); err != nil && (part == "" || !errors.Is(err, fs.ErrNotExist)) {
			return c, fmt.Errorf("%s cannot be restored, and nothing was changed: %w", file, err)
		}
	}
	if c, err = inspect(ctx, db.File(staging), false); err != nil {
		return c, fmt.Errorf("%s cannot be restored, and nothing was changed: %w", file, err)
	}
	again := erasedIn(ctx, dir)
	if err := renew(ctx, by, staging, filepath.Base(file), &c, again, log); err != nil {
		return c, fmt.Errorf("%s cannot be restored, and nothing was changed: %w", file, err)
	}
	release, err := db.Alone(ctx, dir)
	if err != nil {
		return c, fmt.Errorf("%s cannot be restored, and nothing was changed: %w", file, err)
	}
	defer release()
	if c.Kept, err = setAside(ctx, dir, staging, time.Now()); err != nil {
		return c, fmt.Errorf("the present database cannot be kept, so that nothing was changed: %w", err)
	}
	// Its watermarks after it: without them it begins one more epoch, and with those of
	// another it could not be told from that.
	for _, name := range []func(string) string{db.File, func(dir string) string { return watermarksFile(db.File(dir)) }} {
		if err := os.Rename(name(staging), name(dir)); err != nil {
			return c, err
		}
	}
	return c, synced(filepath.Dir(db.File(dir)))
}

// renew opens a copy of a backup, which brings its schema up to date, and begins
// its new epoch.
func renew(ctx context.Context, by inn.Viewer, dir, name string, c *Copy, again erasedThere, log *slog.Logger) error {
	database, err := db.Open(ctx, dir)
	if err != nil {
		return err
	}
	// It goes on from where it ended, until it is given its new epoch.
	now, _, err := scanPresent(rowQuerierOf(database.Read)(ctx, present))
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
	if c.Chain, _, err = followChain(ctx, database.Read, database.Dialect, chainLink{}, nil); err == nil {
		err = s.write(ctx, func(t *tx) error {
			if c.Epoch, err = t.newEpoch(); err != nil {
				return err
			}
			return t.audit(by, inn.Act{Action: inn.HouseRestored, Name: name, Detail: "as of " + c.At.String() + "; a new epoch, " + c.Epoch})
		})
	}
	if err == nil {
		c.Again, err = s.eraseAgain(ctx, by, again)
	}
	s.Close()
	anew := ""
	if err == nil && c.Again.Guests > 0 { // see Compact; nobody waits for this one
		anew = filepath.Join(dir, "anew.db")
		err = os.WriteFile(anew, nil, 0o600)
		if err == nil {
			err = db.Copy(ctx, database.Write, anew)
		}
	}
	// Closing checkpoints the write-ahead log.
	if err := errors.Join(err, database.Close()); err != nil {
		return err
	}
	if anew != "" {
		if err := os.Rename(anew, db.File(dir)); err != nil {
			return err
		}
	}
	return synced(db.File(dir))
}

// setAside returns the present database a second name, with the time in it, and
// takes away what belongs to it alone, so that the next one can be put in its
// place in one step. Should the machine stop in between, it is still there under
// both names.
func setAside(ctx context.Context, dir, staging string, now time.Time) (kept string, err error) {
	path := db.File(dir)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	// What stands in its write-ahead log comes along; in a damaged one that cannot
	// be checkpointed it stays a file of its own.
	(&db.DB{Path: path}).Checkpoint(ctx)
	kept = strings.TrimSuffix(path, ".db") + now.Format("-20060102-150405.000") + ".db"
	for _, part := range []string{"", "-wal"} {
		err := os.Link(path+part, kept+part)
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrExist) { // a file system without links
			made := filepath.Join(staging, "kept"+part)
			if err = copyFile(path+part, made); err == nil {
				err = os.Rename(made, kept+part) // nothing half-copied has its name
			}
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	if err := synced(filepath.Dir(path)); err != nil {
		return "", err
	}
	for _, name := range []string{path + "-wal", path + "-shm", watermarksFile(path)} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return kept, db.ForgetStamp(path)
}

// restoring is how the directories begin in which backups are got ready.
const restoring = "restoring-"

// SweepRestores removes what a restore that was killed left in dir: copies of
// guests' data that nobody would look for. Who calls it has the directory alone.
func SweepRestores(dir string) error {
	home := escaped(filepath.Dir(db.File(dir)))
	left, err := filepath.Glob(filepath.Join(home, restoring+"*"))
	if err != nil {
		return err
	}
	for _, name := range left {
		if err := os.RemoveAll(name); err != nil {
			return fmt.Errorf("what an earlier restore left cannot be removed: %w", err)
		}
	}
	// Ended between its last two steps, it left the present database a second name.
	present, err := os.Stat(db.File(dir))
	if err != nil {
		return nil
	}
	kept, err := filepath.Glob(filepath.Join(home, "baithaka-*.db"))
	if err != nil {
		return err
	}
	for _, name := range kept {
		if info, err := os.Stat(name); err == nil && os.SameFile(info, present) {
			if err := os.Remove(name); err != nil {
				return err
			}
		}
	}
	return nil
}
