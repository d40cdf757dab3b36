package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"baithaka/db"
	"baithaka/internal/inn"
)

// Copy is a backup that was made or restored.
type Copy struct {
	Size  int64        // in bytes
	At    inn.Position // the head of its log
	Kept  string       // where the database that was there before is now; "" when there was none
	Epoch string       // after a restore: the new one
	Chain Chain        // after a restore: what the audit in it looks like
	Again Again        // after a restore: the guests who had been erased
}

// Backup copies the database in dir, which may be in use, into a new file: what
// is committed at one moment, without the pages that nothing stands on any more.
// Nobody who writes waits for it. The file appears under its name when it is
// whole, sound and on the disk.
func Backup(ctx context.Context, dir, file string) (c Copy, err error) {
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = overwrites(file)
		}
		return c, err
	}
	source, err := db.Look(ctx, db.File(dir))
	if err != nil {
		return c, err
	}
	defer source.Close()
	staging, err := newStaging(filepath.Dir(file))
	if err != nil {
		return c, fmt.Errorf("the backup cannot be written: %w", err)
	}
	defer staging.end()
	name := filepath.Join(staging.dir, "baithaka.db")
	// Made first, for its owner alone; SQLite fills an empty file.
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		return c, fmt.Errorf("the backup cannot be written: %w", err)
	}
	if err := db.Copy(ctx, source, name); err != nil {
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
	// A second name takes nobody else's away, as renaming would.
	if err := os.Link(name, file); errors.Is(err, fs.ErrExist) {
		return c, overwrites(file)
	} else if err != nil { // a file system without links
		if err := os.Rename(name, file); err != nil {
			return c, err
		}
	}
	return c, synced(filepath.Dir(file))
}

func overwrites(file string) error {
	return fmt.Errorf("%s is there already, and nothing is overwritten; name another file or remove that one", file)
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
	err = rowQuerierOf(pool)(ctx, `SELECT (SELECT value FROM meta WHERE name = 'epoch'), {head events}`).Scan(&at.Epoch, &at.ID)
	return at, err
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
