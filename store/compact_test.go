package store

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/inn"
)

// What SQLite leaves of an erased guest where it moved rows while splitting pages
// goes when the file is written anew, which is done once.
func TestWhatPageSplitsLeftOfAnErasedGuestGoes(t *testing.T) {
	t.Parallel()
	first := t.TempDir()
	s := began(t, first)
	for _, slug := range []string{"lake", "hill"} {
		require.NoError(t, s.ListProperty(ctx, operator, house(slug)))
	}
	addKeys(t, s.Store, website, lakeKey)
	staff := person(t, s.Store, "staff", inn.SuperAdmin)
	ids := append(seedMarked(t, s.Store, staff), "M-5")
	publish(t, s.Store, website, marked("M-5", "lake", inn.Stay))
	require.NoError(t, s.Index(ctx))
	s.close()
	file := filepath.Join(t.TempDir(), "b.db")
	_, err := Backup(ctx, first, file) // its pages are full
	require.NoError(t, err)
	dir := t.TempDir()
	_, err = Restore(ctx, operator, dir, file, slog.New(slog.DiscardHandler))
	require.NoError(t, err)

	database, err := db.Open(ctx, dir)
	require.NoError(t, err)
	again, err := New(ctx, database, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.NoError(t, again.EraseGuest(ctx, staff, ids))
	again.Close()
	left := func() (n int) {
		_, err := database.Checkpoint(ctx)
		require.NoError(t, err)
		for _, theirs := range []string{"zq-marker-17 rao", "zq-marker-17@", "17017"} {
			n += bytes.Count(bytes.ToLower(read(t, db.File(dir))), []byte(theirs))
		}
		return n
	}
	t.Logf("%d left before", left())
	over, cancel := context.WithCancel(ctx)
	cancel()
	require.Error(t, Compact(over, database), "no longer than there is time")
	require.NoError(t, Compact(ctx, database))
	assert.Zero(t, left())
	before := read(t, db.File(dir))
	require.NoError(t, Compact(ctx, database))
	_ = left()
	assert.True(t, bytes.Equal(before, read(t, db.File(dir))), "once")
	require.NoError(t, database.Close())
	for _, f := range findings(t, dir, "") {
		assert.Empty(t, f.Wrong, f.What)
	}
}
