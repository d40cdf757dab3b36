package db

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A write-ahead log does not say whose it is: SQLite brings one that a crash left
// into whatever file stands beside it by then, and makes a ruin of a backup that
// somebody copied there. So a server stamps the database: a number of its own in
// the header (user_version), and beside the file which numbers it may have. Where
// a log stands beside a file with another number, nothing is opened.

// stampFile is where the numbers stand.
func stampFile(path string) string { return strings.TrimSuffix(path, ".db") + ".stamp" }

// stampAt is where the header has its number.
const stampAt = 60

// stampOf reads the number of the file itself, past whatever a log beside it
// says; ok is false when there is none.
func stampOf(file *os.File) (stamp uint32, ok bool) {
	var number [4]byte
	if _, err := file.ReadAt(number[:], stampAt); err != nil {
		return 0, false
	}
	return binary.BigEndian.Uint32(number[:]), true
}

// Stamp returns the database a number of its own. It is for who has it alone and
// will write on it for a while.
func (d *DB) Stamp(ctx context.Context) error {
	now, ok := stampOf(d.file)
	if !ok {
		return nil
	}
	next := newStamp()
	if err := noteStamps(d.Path, now, next); err != nil { // before it has either
		return err
	}
	if _, err := d.Write.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version = %d`, next)); err != nil {
		return err
	}
	if _, err := d.Checkpoint(ctx); err != nil {
		return err
	}
	d.stamp.Store(next)
	if now, _ = stampOf(d.file); now != next {
		return nil // a reader was in the way: the file has either number
	}
	return noteStamps(d.Path, next)
}

func newStamp() uint32 { return 1 + rand.Uint32N(1<<31-1) }

// StampCopy stamps a copy that nobody has open with a number of its own: it is another
// file from now on.
func StampCopy(ctx context.Context, path string) error {
	pool, err := open(path, nil, 1)
	if err != nil {
		return err
	}
	_, err = pool.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version = %d`, newStamp()))
	return errors.Join(err, pool.Close())
}

func noteStamps(path string, stamps ...uint32) error {
	var text strings.Builder
	for _, stamp := range stamps {
		fmt.Fprintln(&text, stamp)
	}
	name := stampFile(path)
	file, err := os.OpenFile(name+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text.String())
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(name+".new"))
	}
	if err := os.Rename(name+".new", name); err != nil {
		return err
	}
	return syncDir(filepath.Dir(name))
}

// ForgetStamp takes away the numbers that a database may have: another file
// is to be put in its place.
func ForgetStamp(path string) error {
	err := os.Remove(stampFile(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return errors.Join(err, syncDir(filepath.Dir(path)))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// belongs refuses a database beside which another one's log stands. known is
// false when there is no log to be mistaken about, and the file has another number
// than was noted: that is its own then.
func belongs(path string, file *os.File) (known bool, err error) {
	text, err := os.ReadFile(stampFile(path))
	if err != nil {
		return true, nil // no server has been here yet
	}
	stamp, ok := stampOf(file)
	if !ok || slices.Contains(strings.Fields(string(text)), strconv.FormatUint(uint64(stamp), 10)) {
		return true, nil
	}
	if log, err := os.Stat(path + "-wal"); err != nil || log.Size() == 0 {
		return false, nil
	}
	return false, fmt.Errorf("another file was put in the place of the database %s, and the write-ahead log beside it is not its own; nothing was changed. To go on with the file that is there, move %[1]s-wal and %[1]s-shm away; to put a backup in its place, use: baithaka restore FILE", path)
}

// Overwritten reports whether somebody has written another file over the one that
// is open. What is in the write-ahead log must not be brought into that.
func (d *DB) Overwritten() bool {
	was := d.stamp.Load()
	now, ok := stampOf(d.file)
	if !ok || was == 0 {
		return false
	}
	if now == was {
		d.stamped.Store(true)
	}
	return now != was && d.stamped.Load()
}
