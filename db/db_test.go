package db

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var ctx = context.Background()

func opened(t *testing.T, dir string) *DB {
	t.Helper()
	d, err := Open(ctx, dir)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, d.Close()) })
	return d
}

func TestACommitIsDurable(t *testing.T) {
	d := opened(t, t.TempDir())
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000"} {
		var got string
		require.NoError(t, d.Write.QueryRow("PRAGMA "+pragma).Scan(&got))
		assert.Equal(t, want, got, pragma)
	}
	assert.Equal(t, 1, d.Write.Stats().MaxOpenConnections, "one writer")
}

func TestReadersCannotWriteAndSeeWhatIsCommitted(t *testing.T) {
	d := opened(t, t.TempDir())
	_, err := d.Read.Exec(`INSERT INTO meta (name, value) VALUES ('x', '1')`)
	require.Error(t, err)
	conn, err := d.Write.Conn(ctx)
	require.NoError(t, err)
	defer conn.Close()
	count := func() (n int) {
		require.NoError(t, d.Read.QueryRow(`SELECT count(*) FROM meta WHERE name = 'x'`).Scan(&n))
		return n
	}
	for _, step := range []struct {
		statement string
		seen      int
	}{{"BEGIN IMMEDIATE", 0}, {"INSERT INTO meta (name, value) VALUES ('x', '1')", 0}, {"COMMIT", 1}} {
		_, err := conn.ExecContext(ctx, step.statement)
		require.NoError(t, err)
		assert.Equal(t, step.seen, count(), step.statement)
	}
	_, err = conn.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ("y", "z")`)
	assert.Error(t, err, "a misspelt name is an error and not a text")
}

// The files hold guests' names: nobody else on the machine reads them.
func TestOnlyTheOwnerReadsTheFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "data")
	d := opened(t, dir)
	_, err := d.Write.Exec(`INSERT INTO meta (name, value) VALUES ('x', '1')`)
	require.NoError(t, err)
	info, err := os.Stat(dir)
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o700), info.Mode().Perm())
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 2, "the database and its WAL")
	for _, f := range files {
		info, err := f.Info()
		require.NoError(t, err)
		assert.Equal(t, fs.FileMode(0o600), info.Mode().Perm(), f.Name())
	}
	require.NoError(t, d.Close())
	require.NoError(t, os.Chmod(File(dir), 0o644)) // as other programs restore it
	opened(t, dir)
	info, err = os.Stat(File(dir))
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
}

func TestAnyDirectoryNameWillDo(t *testing.T) {
	for _, name := range []string{"plain", "with space", "a?b=c", "a#b", "100%", "%20", "ünï", "a'b", "a;b&c"} {
		dir := filepath.Join(t.TempDir(), name)
		d := opened(t, dir)
		_, err := d.Write.Exec(`INSERT INTO meta (name, value) VALUES ('x', '1')`)
		require.NoError(t, err, name)
		var n int
		require.NoError(t, d.Read.QueryRow(`SELECT count(*) FROM meta WHERE name = 'x'`).Scan(&n), name)
		assert.Equal(t, 1, n, name)
		_, err = os.Stat(File(dir))
		require.NoError(t, err, "the file is where it is said to be: %s", name)
	}
}

func TestOpeningAgainKeepsEverything(t *testing.T) {
	dir := t.TempDir()
	epoch := func(d *DB) (epoch string) {
		require.NoError(t, d.Read.QueryRow(`SELECT value FROM meta WHERE name = 'epoch'`).Scan(&epoch))
		return epoch
	}
	d, err := Open(ctx, dir)
	require.NoError(t, err)
	first := epoch(d)
	assert.Regexp(t, `^[0-9a-f]{6}$`, first)
	require.NoError(t, d.Close())
	assert.Equal(t, first, epoch(opened(t, dir)))
	assert.NotEqual(t, first, epoch(opened(t, t.TempDir())), "another database is another epoch")
}

// A binary that knows less than the database must not write into it.
func TestANewerSchemaIsRefused(t *testing.T) {
	dir := t.TempDir()
	d, err := Open(ctx, dir)
	require.NoError(t, err)
	_, err = d.Write.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
	require.NoError(t, err)
	require.NoError(t, d.Close())
	before, err := os.ReadFile(File(dir))
	require.NoError(t, err)
	_, err = Open(ctx, dir)
	require.ErrorContains(t, err, "newer")
	after, err := os.ReadFile(File(dir))
	require.NoError(t, err)
	assert.Equal(t, before, after, "the file is as it was")
}

func TestWhatIsNoDatabaseIsRefused(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(File(dir), []byte("this is a shopping list, not a database at all, and longer than a header"), 0o600))
	_, err := Open(ctx, dir)
	require.Error(t, err)
	text, err := os.ReadFile(File(dir))
	require.NoError(t, err)
	assert.Contains(t, string(text), "shopping list")
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = Open(ctx, file)
	require.ErrorContains(t, err, "directory")
}

// Commands of a script may run side by side, on a directory that is empty yet.
func TestOneMakesTheDatabaseAndTheOthersWait(t *testing.T) {
	dir := t.TempDir()
	all := make(chan error)
	const programs = 8
	for range programs {
		go func() {
			d, err := Open(ctx, dir)
			if err == nil {
				err = d.Close()
			}
			all <- err
		}()
	}
	for range programs {
		assert.NoError(t, <-all)
	}
}

// The database may stand on another disk, with a link where it is looked for:
// what SQLite puts beside it stands there too.
func TestADatabaseMayBeALink(t *testing.T) {
	dir, elsewhere := t.TempDir(), filepath.Join(t.TempDir(), "disk.db")
	require.NoError(t, os.Symlink(elsewhere, File(dir)))
	for range 2 { // made through the link, and opened again
		d, err := Open(ctx, dir)
		require.NoError(t, err)
		_, err = d.Write.Exec(`INSERT INTO meta (name, value) VALUES ('x', '1') ON CONFLICT DO NOTHING`)
		require.NoError(t, err)
		require.NoError(t, d.Stamp(ctx))
		assert.NoError(t, d.Moved())
		assert.FileExists(t, d.Path+"-wal", "it is found beside the file")
		require.NoError(t, d.Close())
	}
	require.Equal(t, elsewhere, File(dir))
}

// A command that looked at a file that could only be read leaves files of that
// mode beside it: they do not keep the next one from writing.
func TestWhatWasReadOnlyOnceIsWrittenAgain(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, opened(t, dir).Close())
	for _, suffix := range []string{"-wal", "-shm"} {
		require.NoError(t, os.WriteFile(File(dir)+suffix, nil, 0o400))
	}
	d := opened(t, dir)
	_, err := d.Write.Exec(`INSERT INTO meta (name, value) VALUES ('x', '1')`)
	require.NoError(t, err)
	for _, suffix := range []string{"-wal", "-shm"} {
		info, err := os.Stat(d.Path + suffix)
		require.NoError(t, err)
		assert.Equal(t, fs.FileMode(0o600), info.Mode().Perm(), suffix)
	}
}

// A log that a crash left beside another file is not brought into that; without
// one, the file is taken as it is.
func TestALogBesideAnotherFileIsLeftAlone(t *testing.T) {
	crashed, other := t.TempDir(), t.TempDir()
	require.NoError(t, opened(t, other).Close())
	d := opened(t, crashed)
	require.NoError(t, d.Stamp(ctx))
	_, err := d.Write.Exec(`INSERT INTO meta (name, value) VALUES ('x', hex(randomblob(9000)))`)
	require.NoError(t, err)
	dir := t.TempDir() // as a kill would leave it
	for _, name := range []string{"baithaka.db-wal", "baithaka.stamp"} {
		text, err := os.ReadFile(filepath.Join(crashed, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
	}
	there, err := os.ReadFile(File(other))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(File(dir), there, 0o600))
	for range 2 {
		_, err = Open(ctx, dir)
		require.ErrorContains(t, err, "is not its own")
		_, err = Examine(ctx, dir)
		require.ErrorContains(t, err, "is not its own")
		after, err := os.ReadFile(File(dir))
		require.NoError(t, err)
		assert.True(t, string(there) == string(after), "not a byte is changed")
	}
	require.NoError(t, os.Remove(File(dir)+"-wal"))
	again := opened(t, dir)
	var x int
	require.NoError(t, again.Read.QueryRow(`SELECT count(*) FROM meta WHERE name = 'x'`).Scan(&x))
	assert.Zero(t, x)

	// Its own log is.
	whole, err := os.ReadFile(File(crashed))
	require.NoError(t, err)
	own := t.TempDir()
	require.NoError(t, os.WriteFile(File(own), whole, 0o600))
	for _, name := range []string{"baithaka.db-wal", "baithaka.stamp"} {
		text, err := os.ReadFile(filepath.Join(crashed, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(own, name), text, 0o600))
	}
	require.NoError(t, opened(t, own).Read.QueryRow(`SELECT count(*) FROM meta WHERE name = 'x'`).Scan(&x))
	assert.Equal(t, 1, x)
}
