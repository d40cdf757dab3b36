package store

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/inn"
)

// Who was erased since a backup was made is erased from what it becomes too: from
// its rows, its log, its search and between its rows.
func TestARestoreErasesAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := began(t, dir)
	for _, slug := range []string{"lake", "hill"} {
		require.NoError(t, s.ListProperty(ctx, operator, house(slug)))
	}
	addKeys(t, s.Store, website, lakeKey)
	staff := person(t, s.Store, "staff", inn.SuperAdmin)
	ids := seedMarked(t, s.Store, staff)
	publish(t, s.Store, website, marked("M-5", "lake", inn.Stay))
	require.NoError(t, s.Index(ctx))
	file := filepath.Join(t.TempDir(), "before.db")
	_, err := Backup(ctx, dir, file)
	require.NoError(t, err)
	require.True(t, bytes.Contains(read(t, file), []byte(marker)))

	require.NoError(t, s.EraseGuest(ctx, staff, append(slices.Clone(ids), "M-5")))
	publish(t, s.Store, website, step("M-3", inn.BookingCancelled)) // what is said of them afterwards changes nothing
	s.close()
	again, c := restored(t, file, dir)
	assert.Equal(t, Again{Known: true, Guests: 1, Bookings: 5}, c.Again)
	bookings, err := again.BookingsNamed(ctx, append(slices.Clone(ids), "M-5"))
	require.NoError(t, err)
	require.Len(t, bookings, 5)
	for _, b := range bookings {
		assert.True(t, b.Erased(), b.ID)
	}
	for _, name := range []string{db.File(dir), db.File(dir) + "-wal"} {
		lock := bytes.ToLower(read(t, name))
		for _, theirs := range []string{"zq-marker-17 rao", "zq-marker-17@", "17017"} {
			if at := bytes.Index(lock, []byte(theirs)); at >= 0 {
				assert.Fail(t, "the guest is still there", "%s: %q", name, lock[max(at-60, 0):at+80])
			}
		}
	}
	others, err := again.BookingsNamed(ctx, []string{"OTHER-1", "OTHER-2"})
	require.NoError(t, err)
	require.Len(t, others, 2)
	for _, b := range others {
		assert.False(t, b.Erased(), b.ID)
	}
	all := acts(t, again)
	assert.Equal(t, inn.GuestForgotten, all[len(all)-1].Action)
	for _, f := range findings(t, dir, "") {
		assert.Empty(t, f.Wrong, f.What)
	}
}

// The event that says which bookings were erased together is kept for a shorter
// time than what says it of each.
func TestARestoreErasesAgainWhatOnlyTheBookingsTell(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := began(t, dir)
	require.NoError(t, s.ListProperty(ctx, operator, house("lake")))
	addKeys(t, s.Store, website)
	staff := person(t, s.Store, "staff", inn.SuperAdmin)
	for _, id := range []string{"M-1", "M-2", "M-3"} {
		publish(t, s.Store, website, marked(id, "lake", inn.Stay))
	}
	file := filepath.Join(t.TempDir(), "before.db")
	_, err := Backup(ctx, dir, file)
	require.NoError(t, err)
	require.NoError(t, s.EraseGuest(ctx, staff, []string{"M-1", "M-2"}))
	require.NoError(t, s.Forget(ctx, time.Now().Add(100*24*time.Hour)))
	s.close()
	again, c := restored(t, file, dir)
	assert.Equal(t, 2, c.Again.Bookings)
	bookings, err := again.BookingsNamed(ctx, []string{"M-1", "M-2", "M-3"})
	require.NoError(t, err)
	for _, b := range bookings {
		assert.Equal(t, b.ID != "M-3", b.Erased(), b.ID)
	}
}

// Where there is no database, or one that cannot be read, nobody knows who was
// erased: that is said.
func TestARestoreSaysWhenNobodyKnowsWhoWasErased(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	file := filepath.Join(t.TempDir(), "b.db")
	_, err := Backup(ctx, filepath.Dir(s.db.Path), file)
	require.NoError(t, err)
	for what, content := range map[string]string{"none": "", "damaged": strings.Repeat("no database\n", 1000)} {
		dir := t.TempDir()
		if content != "" {
			require.NoError(t, os.WriteFile(db.File(dir), []byte(content), 0o600))
		}
		c, err := Restore(ctx, operator, dir, file, slog.New(slog.DiscardHandler))
		require.NoError(t, err, what)
		assert.Equal(t, Again{}, c.Again, what)
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if !os.IsNotExist(err) {
		require.NoError(t, err)
	}
	return text
}

// A backup that was killed leaves a copy of guests' data, which the next one there
// removes; not that of one that is under way.
func TestABackupRemovesWhatAKilledOneLeft(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	into := filepath.Join(t.TempDir(), "a [b]*?")
	require.NoError(t, os.Mkdir(into, 0o700))
	running, err := newStaging(into)
	require.NoError(t, err)
	killed, err := newStaging(into)
	require.NoError(t, err)
	begun := filepath.Join(into, stagingPrefix+"7")
	require.NoError(t, os.Mkdir(begun, 0o700))
	for _, a := range []*staging{running, killed} {
		require.NoError(t, os.WriteFile(filepath.Join(a.dir, "baithaka.db"), []byte("Asha Rao"), 0o600))
	}
	require.NoError(t, killed.lock.Unlock()) // the system does that
	theirs := filepath.Join(into, ".baithaka-notes")
	require.NoError(t, os.Mkdir(theirs, 0o700))

	_, err = Backup(ctx, filepath.Dir(s.db.Path), filepath.Join(into, "b.db"))
	require.NoError(t, err)
	left, err := filepath.Glob(filepath.Join(escaped(into), ".*"))
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{running.dir, theirs}, left)
	require.NoError(t, running.end())
}

// Two that make a backup under the same name: one has it, and the other is told.
func TestOfTwoBackupsUnderOneNameOneStays(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	into := t.TempDir()
	failed := make([]error, 6)
	var all sync.WaitGroup
	for n := range failed {
		all.Go(func() { _, failed[n] = Backup(ctx, filepath.Dir(s.db.Path), filepath.Join(into, "b.db")) })
	}
	all.Wait()
	done := 0
	for _, err := range failed {
		if err == nil {
			done++
			continue
		}
		assert.ErrorContains(t, err, "nothing is overwritten")
	}
	assert.Equal(t, 1, done)
	left, err := os.ReadDir(into)
	require.NoError(t, err)
	assert.Len(t, left, 1)
}

// A restore that was killed leaves copies too; the next one removes them, and so
// does the start of a server. What was kept on purpose stays.
func TestWhatAKilledRestoreLeftIsRemoved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	grow(t, dir, 1)
	half := filepath.Join(dir, restoring+"123", "baithaka.db")
	require.NoError(t, os.Mkdir(filepath.Dir(half), 0o700))
	require.NoError(t, os.WriteFile(half, []byte("Asha Rao"), 0o600))
	twice := filepath.Join(dir, "baithaka-20261128-120000.000.db") // its second name, given to keep it
	require.NoError(t, os.Link(db.File(dir), twice))
	kept := filepath.Join(dir, "baithaka-20261127-120000.000.db")
	require.NoError(t, os.WriteFile(kept, []byte("kept"), 0o600))
	require.NoError(t, SweepRestores(dir))
	assert.NoFileExists(t, half)
	assert.NoFileExists(t, twice)
	assert.FileExists(t, kept)
	grow(t, dir, 1)
}

// Whatever the moment at which a restore ends, the next opening finds the one
// database or the other, whole, and no place is taken for another.
func TestARestoreThatIsCutOffIsWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	grow(t, dir, 2)
	file := filepath.Join(t.TempDir(), "b.db")
	_, err := Backup(ctx, dir, file)
	require.NoError(t, err)
	grow(t, dir, 3)
	s := began(t, dir)
	epoch := s.Epoch()
	s.close()

	staging := filepath.Join(dir, restoring+"1")
	require.NoError(t, os.Mkdir(staging, 0o700))
	require.NoError(t, copyFile(file, db.File(staging)))
	var c Copy
	require.NoError(t, renew(ctx, operator, staging, "b.db", &c, erasedThere{}, slog.New(slog.DiscardHandler)))
	for n, next := range []func() error{
		func() error { _, err := setAside(ctx, dir, staging, time.Now()); return err },
		func() error { return os.Rename(db.File(staging), db.File(dir)) },
		func() error { return os.Rename(watermarksFile(db.File(staging)), watermarksFile(db.File(dir))) },
	} {
		require.NoError(t, next())
		there := t.TempDir() // the power fails here
		copies(t, dir, there, ".db", ".db-wal", ".marks", ".stamp")
		require.NoError(t, SweepRestores(there))
		s := began(t, there)
		assert.NotEqual(t, epoch, s.Epoch(), "after step %d", n)
		head := map[bool]int64{true: 6, false: 3}[n == 0]
		assert.GreaterOrEqual(t, s.head(t), head, fmt.Sprint("after step ", n))
		s.close()
		for _, f := range findings(t, there, "") {
			assert.Empty(t, f.Wrong, f.What)
		}
	}
	assert.False(t, bytes.Equal(read(t, file), read(t, db.File(dir))))
}

// While a database is put in the place of another nobody opens either: the log of
// the one would stand beside the other.
func TestNobodyOpensWhatIsBeingReplaced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	grow(t, dir, 2)
	file := filepath.Join(t.TempDir(), "b.db")
	_, err := Backup(ctx, dir, file)
	require.NoError(t, err)
	before := read(t, db.File(dir))
	release, err := db.Alone(ctx, dir) // somebody is opening it
	require.NoError(t, err)
	restoring := make(chan error)
	within, cancel := context.WithCancel(ctx)
	go func() {
		_, err := Restore(within, operator, dir, file, slog.New(slog.DiscardHandler))
		restoring <- err
	}()
	for staging := []string{}; len(staging) == 0; { // it has made everything ready
		staging, err = filepath.Glob(filepath.Join(dir, "restoring-*", "baithaka.marks"))
		require.NoError(t, err)
	}
	cancel()
	require.ErrorContains(t, <-restoring, "nothing was changed")
	release()
	assert.True(t, bytes.Equal(before, read(t, db.File(dir))))
	assert.FileExists(t, watermarksFile(db.File(dir)))
}

// A command that has the database open while it is replaced does not say that it
// has stored what goes with the old one.
func TestWhatIsWrittenWhileADatabaseIsReplacedIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	grow(t, dir, 2)
	file := filepath.Join(t.TempDir(), "b.db")
	_, err := Backup(ctx, dir, file)
	require.NoError(t, err)
	command := openStore(t, dir)
	_, err = Restore(ctx, operator, dir, file, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	_, err = tryPublish(command, website, sold("BK-no", "lake"))
	require.Equal(t, inn.Unavailable, inn.CodeOf(err))
	assert.NoFileExists(t, db.File(dir)+"-wal", "its log does not stand beside the other")
	s := began(t, dir)
	none, err := s.BookingsNamed(ctx, []string{"BK-no"})
	require.NoError(t, err)
	assert.Empty(t, none)
	s.close()
	for _, f := range findings(t, dir, "") {
		assert.Empty(t, f.Wrong, f.What)
	}
}
