package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Look opens a database file for reading, as it is: it is not made, not brought
// up to date and not changed.
func Look(ctx context.Context, path string) (*sql.DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("there is no database: %w", err)
	}
	// Not query_only: that would forbid VACUUM INTO, which writes elsewhere.
	pool, err := open(path, url.Values{"mode": {"ro"}, "_dqs": {"0"}, "_pragma": {"busy_timeout(5000)", "temp_store(2)"}}, 1)
	if err != nil {
		return nil, err
	}
	if err := pool.PingContext(ctx); err != nil {
		pool.Close()
		return nil, damaged(path, unwritable(err))
	}
	return pool, nil
}

// Version returns the version of a database's schema, 0 for an empty one, and the
// newest that this program knows.
func Version(ctx context.Context, pool *sql.DB) (have, known int64, err error) {
	provider, err := newProvider(pool)
	if err != nil {
		return 0, 0, err
	}
	for _, source := range provider.ListSources() {
		known = max(known, source.Version)
	}
	var tables, versions, ours int
	if err := pool.QueryRowContext(ctx, `
		SELECT count(*), coalesce(sum(name = 'goose_db_version'), 0), coalesce(sum(name IN ('meta', 'events')), 0) FROM sqlite_schema`).
		Scan(&tables, &versions, &ours); err != nil || tables == 0 {
		return 0, known, err
	}
	if versions > 0 {
		if err := pool.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version`).Scan(&have); err != nil {
			return 0, known, err
		}
	}
	if versions == 0 || have > 0 && ours < 2 {
		return 0, known, errors.New("it is no database of this program")
	}
	return have, known, nil
}

// mostProblems is how many problems are listed: who has more needs no list.
const mostProblems = 10

// Problems reads the whole file and returns what is wrong with it, in SQLite's
// words; none when it is sound. Quickly leaves out whether the indexes hold what
// the tables do.
func Problems(ctx context.Context, pool *sql.DB, quickly bool) (list []string, err error) {
	check := fmt.Sprintf(`PRAGMA integrity_check(%d)`, mostProblems)
	if quickly {
		check = fmt.Sprintf(`PRAGMA quick_check(%d)`, mostProblems)
	}
	list, err = lines(ctx, pool, check)
	if len(list) == 1 && list[0] == "ok" {
		list = nil
	}
	for i, problem := range list { // each is one line
		list[i] = strings.ReplaceAll(strings.TrimPrefix(problem, "*** in database main ***\n"), "\n", "; ")
	}
	if isDamage(err) {
		return append(list, err.Error()), nil
	}
	if err != nil || quickly {
		return list, err
	}
	references, err := lines(ctx, pool, fmt.Sprintf(`
		SELECT 'row ' || coalesce(rowid, '') || ' of ' || "table" || ' refers to a row of ' || parent || ' that is not there'
		FROM pragma_foreign_key_check LIMIT %d`, mostProblems))
	if isDamage(err) {
		return append(list, err.Error()), nil
	}
	return append(list, references...), err
}

// Survey is Problems, quickly, of a large file that others work with: every page is
// read once, and the process keeps what it has needed at the most.
func Survey(ctx context.Context, path string) ([]string, error) {
	pool, err := Look(ctx, path)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	_, _ = pool.ExecContext(ctx, `PRAGMA cache_size = -256`)
	return Problems(ctx, pool, true)
}

// Changes returns a number that is another one when somebody has committed since.
// It counts from when the pool was opened, which has one connection.
func Changes(ctx context.Context, pool *sql.DB) (n int64, err error) {
	err = pool.QueryRowContext(ctx, SQLite{}.SQL(`{changed}`)).Scan(&n)
	return n, err
}

// Copy writes what is committed at one moment into an empty file, without the pages
// that nothing stands on any more. Nobody who writes waits for it.
func Copy(ctx context.Context, pool *sql.DB, file string) error {
	_, err := pool.ExecContext(ctx, `VACUUM INTO $1`, file)
	return err
}

// Rewrite writes the file anew. Nobody else may have it open.
func (d *DB) Rewrite(ctx context.Context) error {
	_, err := d.Write.ExecContext(ctx, `VACUUM`)
	return err
}

func lines(ctx context.Context, pool *sql.DB, query string) (list []string, err error) {
	rows, err := pool.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return list, err
		}
		list = append(list, line)
	}
	return list, rows.Err()
}

// soundUpto is the size of a file up to which Examine reads all of it: a
// fraction of a second.
const soundUpto = 16 << 20

// Examine looks at a database before it is opened for writing, and changes
// nothing: a damaged file must not be written on. whole is false when the file
// is too large to be read on the way to work; Problems can do that beside it.
func Examine(ctx context.Context, dir string) (whole bool, err error) {
	path := File(dir)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return true, nil // it will be made
	}
	if err != nil {
		return false, fmt.Errorf("the database cannot be opened: %w", err)
	}
	if err := examineLog(path); err != nil {
		return false, err
	}
	pool, err := Look(ctx, path)
	if err != nil {
		return false, err
	}
	defer pool.Close()
	if _, _, err := Version(ctx, pool); err != nil {
		return false, damaged(path, err)
	}
	if info.Size() > soundUpto {
		return false, nil
	}
	problems, err := Problems(ctx, pool, true)
	if len(problems) > 0 {
		err = errors.New(problems[0])
	}
	if err != nil {
		return false, Damaged(path, err)
	}
	return true, nil
}

// examineLog refuses a file beside which another one's log stands. Nobody in this
// process may have the database open.
func examineLog(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("the database cannot be opened: %w", err)
	}
	_, err = belongs(path, file)
	return errors.Join(err, file.Close())
}

// Checkpoint copies the write-ahead log into the file and empties it. done is false
// when a reader was in the way: writers wait meanwhile, so the reader is not waited
// for long.
func (d *DB) Checkpoint(ctx context.Context) (done bool, err error) {
	pool, err := open(d.Path, url.Values{"mode": {"rw"}, "_pragma": {"busy_timeout(200)"}}, 1)
	if err != nil {
		return false, err
	}
	defer pool.Close()
	var busy, frames, moved int
	err = pool.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &frames, &moved)
	return err == nil && busy == 0, err
}

// Damaged says that a file is not sound and what to do.
func Damaged(path string, why error) error {
	return fmt.Errorf("the database %s is damaged (%w); nothing was changed. Put a backup in its place with: baithaka restore FILE", path, why)
}

// damaged is Damaged for errors that say so, and leaves others as they are.
func damaged(path string, err error) error {
	if isDamage(err) {
		return Damaged(path, err)
	}
	return err
}

// unwritable says what it takes to read a database that others may have open.
func unwritable(err error) error {
	var se *sqlite.Error
	if errors.As(err, &se) && se.Code() == sqlite3.SQLITE_IOERR_SHMSIZE {
		return fmt.Errorf("the database cannot be read: the disk has no room for the 32 KB that this takes beside it (%w)", err)
	}
	if errors.As(err, &se) && (se.Code()&0xff == sqlite3.SQLITE_READONLY || se.Code()&0xff == sqlite3.SQLITE_CANTOPEN) {
		return fmt.Errorf("the database cannot be read by this user: that takes the right to write beside it (%w)", err)
	}
	return err
}

func isDamage(err error) bool {
	var se *sqlite.Error
	return errors.As(err, &se) && (se.Code()&0xff == sqlite3.SQLITE_CORRUPT || se.Code()&0xff == sqlite3.SQLITE_NOTADB)
}

func newProvider(pool *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, pool, files)
}
