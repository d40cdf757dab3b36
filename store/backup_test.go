package store

import (
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/inn"
)

// restored returns the store that a backup becomes when it is restored into a
// directory.
func restored(t *testing.T, file, dir string) (*Store, Copy) {
	t.Helper()
	c, err := Restore(ctx, operator, dir, file, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	database, err := db.Open(ctx, dir)
	require.NoError(t, err)
	s, err := New(ctx, database, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { s.Close(); database.Close() })
	return s, c
}

// Backups that are made while everybody writes hold an exact prefix of the
// log, and in it everything that was acknowledged before they began.
func TestABackupUnderLoadIsAPrefixThatHoldsWhatWasAcknowledged(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	dir := filepath.Dir(s.db.Path)
	var acknowledged atomic.Int64
	var stop atomic.Bool
	var publishers sync.WaitGroup
	defer publishers.Wait()
	defer stop.Store(true)
	for n := range 4 {
		publishers.Go(func() {
			for i := 0; !stop.Load(); i++ {
				events, err := tryPublish(s, website, sold(fmt.Sprintf("BK-%d-%d", n, i), "lake"))
				if !assert.NoError(t, err, "nobody is kept from writing") {
					return
				}
				for id := events[0].ID; ; {
					seen := acknowledged.Load()
					if seen >= id || acknowledged.CompareAndSwap(seen, id) {
						break
					}
				}
			}
		})
	}
	for n := range size(2, 20) {
		appended := s.Appended()
		<-appended // it is under way
		before := acknowledged.Load()
		file := filepath.Join(t.TempDir(), "backup.db")
		made, err := Backup(ctx, dir, file)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, made.At.ID, before, "backup %d", n)

		again, c := restored(t, file, t.TempDir())
		assert.Equal(t, made.At, c.At)
		require.Equal(t, made.At.ID, again.head(t), "the places go on where they ended")
		assert.Equal(t, logged(t, s, 0, made.At.ID), since(t, again, 0), "an exact prefix")
		var bookings, booked int
		require.NoError(t, again.db.Read.QueryRow(`SELECT count(*), (SELECT count(*) FROM events WHERE type = 'booking:new') FROM bookings`).Scan(&bookings, &booked))
		assert.Equal(t, booked, bookings, "rows and events are of one moment")
		for _, f := range findings(t, filepath.Dir(again.db.Path), "") {
			assert.Empty(t, f.Wrong, f.What)
		}
	}
}

func findings(t *testing.T, dir, head string) []Finding {
	t.Helper()
	all, err := Check(ctx, dir, head)
	require.NoError(t, err)
	return all
}

func TestABackupIsPrivateWholeAndOverwritesNothing(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	dir, into := filepath.Dir(s.db.Path), t.TempDir()
	file := filepath.Join(into, "a'b?c #1.db")
	publish(t, s, website, sold("BK-1", "lake"))
	made, err := Backup(ctx, dir, file)
	require.NoError(t, err)
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	assert.Equal(t, info.Size(), made.Size)

	before, err := os.ReadFile(file)
	require.NoError(t, err)
	_, err = Backup(ctx, dir, file)
	require.ErrorContains(t, err, "nothing is overwritten")
	after, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, before, after)
	_, err = Backup(ctx, dir, filepath.Join(into, "nowhere", "b.db"))
	require.Error(t, err)
	_, err = Backup(ctx, t.TempDir(), filepath.Join(into, "c.db"))
	require.ErrorContains(t, err, "no database")
	left, err := os.ReadDir(into)
	require.NoError(t, err)
	assert.Len(t, left, 1, "no half-written files")
}

// What was erased is in no backup made afterwards, not even between the rows.
func TestABackupHoldsNoPagesThatNothingStandsOn(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	const marker = "Zq-Marker-17"
	require.NoError(t, s.write(ctx, func(x *tx) error {
		return x.exec(`INSERT INTO meta (name, value) VALUES ('gone', $1)`, strings.Repeat(marker, 1000))
	}))
	require.NoError(t, s.write(ctx, func(x *tx) error { return x.exec(`/* SQLite */ PRAGMA secure_delete = OFF`) }))
	require.NoError(t, s.write(ctx, func(x *tx) error { return x.exec(`DELETE FROM meta WHERE name = 'gone'`) }))
	file := filepath.Join(t.TempDir(), "backup.db")
	_, err := Backup(ctx, filepath.Dir(s.db.Path), file)
	require.NoError(t, err)
	held, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.NotContains(t, string(held), marker)
}

// D-9. The log of a restored backup is another epoch: no position of the one
// before it is taken for one of its own, and the audit says who did it.
func TestRestoreBeginsANewEpoch(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	database, err := db.Open(ctx, dir)
	require.NoError(t, err)
	s, err := New(ctx, database, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.NoError(t, s.ListProperty(ctx, operator, house("lake")))
	addKeys(t, s, website)
	publish(t, s, website, sold("BK-1", "lake"))
	file := filepath.Join(t.TempDir(), "backup.db")
	made, err := Backup(ctx, dir, file)
	require.NoError(t, err)
	publish(t, s, website, sold("BK-2", "lake"))
	(&maintainer{store: s}).mark(ctx)
	epoch, audit := s.Epoch(), follow(t, s)
	s.Close()
	require.NoError(t, database.Close())

	again, c := restored(t, file, dir)
	assert.Equal(t, c.Epoch, again.Epoch())
	assert.NotEqual(t, epoch, again.Epoch())
	assert.Equal(t, made.At.ID, again.head(t))
	all := acts(t, again)
	last := all[len(all)-1]
	assert.Equal(t, inn.HouseRestored, last.Action)
	assert.Equal(t, "backup.db", last.Name)
	assert.Contains(t, last.Detail, made.At.String())
	chain := follow(t, again, audit.Head)
	assert.True(t, chain.Stands(), "%s", chain.Why)
	for _, f := range findings(t, dir, "") {
		assert.Empty(t, f.Wrong, f.What)
	}

	kept, err := db.Look(ctx, c.Kept)
	require.NoError(t, err)
	defer kept.Close()
	var bookings int
	require.NoError(t, kept.QueryRow(`SELECT count(*) FROM bookings`).Scan(&bookings))
	assert.Equal(t, 2, bookings, "what was there before is kept, with what stood in its write-ahead log")
}

// What cannot be restored changes nothing: no database, a damaged one, one of a
// newer version.
func TestRestoreLooksFirst(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	publish(t, s, website, sold("BK-1", "lake"))
	good := filepath.Join(t.TempDir(), "good.db")
	_, err := Backup(ctx, filepath.Dir(s.db.Path), good)
	require.NoError(t, err)
	whole, err := os.ReadFile(good)
	require.NoError(t, err)
	broken := append([]byte{}, whole...)
	for i := 8 * 4096; i < 24*4096; i++ {
		broken[i] ^= 0x55
	}
	newer := openStore(t, t.TempDir())
	require.NoError(t, newer.write(ctx, func(x *tx) error {
		return x.exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
	}))
	_, err = newer.db.Checkpoint(ctx)
	require.NoError(t, err)
	for what, c := range map[string]struct {
		file    string
		content []byte
		says    string
	}{
		"none":     {filepath.Join(t.TempDir(), "none.db"), nil, "no backup"},
		"text":     {"", []byte(strings.Repeat("a shopping list, not a database at all\n", 100)), "cannot be restored"},
		"cut off":  {"", whole[:len(whole)/2], "cannot be restored"},
		"damaged":  {"", broken, "cannot be restored"},
		"empty":    {"", []byte{}, "cannot be restored"},
		"newer":    {newer.db.Path, nil, "newer version"},
		"its head": {"", whole[:100], "cannot be restored"},
	} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(db.File(dir), []byte("what is there"), 0o600))
		file := c.file
		if file == "" {
			file = filepath.Join(t.TempDir(), "b.db")
			require.NoError(t, os.WriteFile(file, c.content, 0o600))
		}
		_, err := Restore(ctx, operator, dir, file, slog.New(slog.DiscardHandler))
		require.ErrorContains(t, err, c.says, what)
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		assert.Len(t, left, 1, what)
		held, err := os.ReadFile(db.File(dir))
		require.NoError(t, err)
		assert.Equal(t, "what is there", string(held), what)
	}
}
