package db

import (
	"bytes"
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// schema returns everything a database is made of.
func schema(t *testing.T, pool *sql.DB) string {
	t.Helper()
	all, err := lines(ctx, pool, `
		SELECT coalesce(sql, name) FROM sqlite_schema WHERE name NOT LIKE 'goose_%' AND name <> 'sqlite_sequence'
		ORDER BY 1`)
	require.NoError(t, err)
	return strings.Join(all, "\n")
}

// A migration that ends half-way leaves the database as it was, and the
// next start brings it all the way.
func TestAMigrationIsWholeOrNotAtAll(t *testing.T) {
	files, err := fs.Sub(migrations, "migrations/sqlite")
	require.NoError(t, err)
	names, err := fs.Glob(files, "*.sql")
	require.NoError(t, err)
	fresh := schema(t, opened(t, t.TempDir()).Read)
	have := fstest.MapFS{}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		require.NoError(t, err)
		dir := t.TempDir()
		pool, err := sql.Open("sqlite", "file:"+File(dir)+"?_pragma=journal_mode(WAL)")
		require.NoError(t, err)
		pool.SetMaxOpenConns(1)
		up := func(from fs.FS) error {
			provider, err := goose.NewProvider(goose.DialectSQLite3, pool, from)
			require.NoError(t, err)
			_, err = provider.Up(ctx)
			return err
		}
		if len(have) > 0 {
			require.NoError(t, up(have))
		}
		before := schema(t, pool)

		const end = "\n-- +goose Down"
		broken := string(text)
		if !strings.Contains(broken, end) {
			broken += end + "\nSELECT 1;\n"
		}
		have[name] = &fstest.MapFile{Data: []byte(strings.Replace(broken, end, "\nINSERT INTO nowhere VALUES (1);\n"+end, 1))}
		require.ErrorContains(t, up(have), "nowhere", name)
		assert.Equal(t, before, schema(t, pool), "%s: nothing of it is left", name)
		require.NoError(t, pool.Close())
		have[name] = &fstest.MapFile{Data: text}

		assert.Equal(t, fresh, schema(t, opened(t, dir).Read), "after %s", name)
	}
}

func TestExamine(t *testing.T) {
	sound := t.TempDir()
	require.NoError(t, opened(t, sound).Close())
	text, err := os.ReadFile(File(sound))
	require.NoError(t, err)
	damage := bytes.Clone(text)
	copy(damage[5*4096:], bytes.Repeat([]byte{0x55}, 4096))
	beside := t.TempDir()
	other, err := sql.Open("sqlite", "file:"+File(beside))
	require.NoError(t, err)
	_, err = other.Exec(`CREATE TABLE songs (title TEXT)`)
	require.NoError(t, err)
	require.NoError(t, other.Close())
	strange, err := os.ReadFile(File(beside))
	require.NoError(t, err)

	for what, c := range map[string]struct {
		content []byte
		says    string
	}{
		"none yet":         {nil, ""},
		"sound":            {text, ""},
		"damaged":          {damage, "baithaka restore FILE"},
		"no database":      {[]byte(strings.Repeat("a shopping list\n", 1000)), "baithaka restore FILE"},
		"another database": {strange, "no database of this program"},
	} {
		dir := t.TempDir()
		if c.content != nil {
			require.NoError(t, os.WriteFile(File(dir), c.content, 0o600))
		}
		whole, err := Examine(ctx, dir)
		if c.says == "" {
			require.NoError(t, err, what)
			assert.True(t, whole, what)
			continue
		}
		require.ErrorContains(t, err, c.says, what)
		assert.NotContains(t, err.Error(), "\n", what)
		after, err := os.ReadFile(File(dir))
		require.NoError(t, err)
		assert.Equal(t, c.content, after, "%s: not a byte is changed", what)
	}
}

func TestCheckpointEmptiesTheWriteAheadLogUnlessSomebodyReads(t *testing.T) {
	d := opened(t, t.TempDir())
	write := func() {
		t.Helper()
		_, err := d.Write.Exec(`INSERT OR REPLACE INTO meta (name, value) VALUES ('x', hex(randomblob(8192)))`)
		require.NoError(t, err)
	}
	write()
	reading, err := d.Read.Begin()
	require.NoError(t, err)
	var n int
	require.NoError(t, reading.QueryRow(`SELECT count(*) FROM meta`).Scan(&n))
	write()
	done, err := d.Checkpoint(ctx)
	require.NoError(t, err)
	assert.False(t, done)
	require.NoError(t, reading.Rollback())
	write()
	done, err = d.Checkpoint(ctx)
	require.NoError(t, err)
	assert.True(t, done)
	info, err := os.Stat(filepath.Join(filepath.Dir(d.Path), "baithaka.db-wal"))
	require.NoError(t, err)
	assert.Zero(t, info.Size())
}
