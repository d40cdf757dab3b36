package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/inn"
)

// opening is a store under way, and what closes it.
type opening struct {
	*Store
	close func()
}

func began(t *testing.T, dir string) opening {
	t.Helper()
	database, err := db.Open(ctx, dir)
	require.NoError(t, err)
	s, err := New(ctx, database, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	o := opening{s, sync.OnceFunc(func() { s.Close(); assert.NoError(t, database.Close()) })}
	t.Cleanup(o.close)
	return o
}

// copies copies what of a directory belongs to a database into another.
func copies(t *testing.T, from, to string, suffixes ...string) {
	t.Helper()
	for _, suffix := range suffixes {
		name := strings.TrimSuffix(db.File(to), ".db") + suffix
		require.NoError(t, os.RemoveAll(name))
		if _, err := os.Stat(strings.TrimSuffix(db.File(from), ".db") + suffix); err == nil {
			require.NoError(t, copyFile(strings.TrimSuffix(db.File(from), ".db")+suffix, name))
		}
	}
}

// What was handed out before is lost when and only when the file that is opened
// does not go on from where the last one stopped, however far it has come itself.
func TestALogThatDoesNotGoOnIsAnotherLife(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		do   func(t *testing.T, dir, older string)
		lost bool
	}{
		"nothing was done":      {func(*testing.T, string, string) {}, false},
		"a command wrote since": {func(t *testing.T, dir, _ string) { grow(t, dir, 3) }, false},
		"an older file": {func(t *testing.T, dir, older string) {
			copies(t, older, dir, ".db", ".db-wal")
		}, true},
		"an older file with which somebody worked before the server came": {func(t *testing.T, dir, older string) {
			copies(t, older, dir, ".db", ".db-wal")
			grow(t, dir, 9)
		}, true},
		"an older file that went on elsewhere, as far": {func(t *testing.T, dir, older string) {
			grow(t, older, 3)
			copies(t, older, dir, ".db", ".db-wal")
		}, true},
		"an older file that went on elsewhere, beyond": {func(t *testing.T, dir, older string) {
			grow(t, older, 9)
			copies(t, older, dir, ".db", ".db-wal")
		}, true},
		"this file, after it went on elsewhere": {func(t *testing.T, dir, _ string) {
			elsewhere := t.TempDir()
			copies(t, dir, elsewhere, ".db", ".db-wal", ".marks")
			grow(t, elsewhere, 3)
			copies(t, elsewhere, dir, ".db", ".db-wal")
		}, false},
		"moved with its marks": {func(t *testing.T, dir, _ string) {
			elsewhere := t.TempDir()
			copies(t, dir, elsewhere, ".db", ".db-wal", ".marks")
			copies(t, t.TempDir(), dir, ".db", ".db-wal", ".marks")
			copies(t, elsewhere, dir, ".db", ".db-wal", ".marks")
		}, false},
		"moved without its marks": {func(t *testing.T, dir, _ string) {
			require.NoError(t, os.Remove(watermarksFile(db.File(dir))))
		}, true},
		"marks that are nonsense": {func(t *testing.T, dir, _ string) {
			require.NoError(t, os.WriteFile(watermarksFile(db.File(dir)), []byte("log x-99999999999999999999\naudit -1-00\n"), 0o600))
		}, true},
		"a stranger's file": {func(t *testing.T, dir, _ string) {
			other := t.TempDir()
			grow(t, other, 50)
			copies(t, other, dir, ".db", ".db-wal")
		}, true},
		"the file from before a restore": {func(t *testing.T, dir, older string) {
			_, err := Restore(ctx, operator, dir, db.File(older), slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			kept, err := filepath.Glob(filepath.Join(dir, "baithaka-*.db"))
			require.NoError(t, err)
			require.Len(t, kept, 1)
			require.NoError(t, os.Rename(kept[0], db.File(dir)))
		}, true},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dir, older := t.TempDir(), t.TempDir()
			grow(t, dir, 2)
			copies(t, dir, older, ".db", ".db-wal", ".marks")
			grow(t, dir, 3) // these are lost, or not
			s := began(t, dir)
			epoch := s.Epoch()
			s.close()

			c.do(t, dir, older)
			s = began(t, dir)
			assert.Equal(t, c.lost, s.Epoch() != epoch)
			epoch = s.Epoch()
			s.close()
			assert.Equal(t, epoch, began(t, dir).Epoch(), "once")
			for _, f := range findings(t, dir, "") {
				assert.Empty(t, f.Wrong, f.What)
			}
		})
	}
}

// grow lets a program of its own publish some bookings into a directory.
func grow(t *testing.T, dir string, n int) {
	t.Helper()
	s := began(t, dir)
	defer s.close()
	if s.head(t) == 0 {
		require.NoError(t, s.ListProperty(ctx, operator, house("lake")))
		addKeys(t, s.Store, website)
	}
	for i := range n {
		publish(t, s.Store, website, sold(fmt.Sprintf("BK-%d-%d", s.head(t), i), "lake"))
	}
}

// A program that ends before it has said so has noted what it handed out: the
// place is beside the database before anybody is told of it.
func TestAPositionIsNotedBeforeItIsTold(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for n := range 3 {
		appended := s.Appended()
		told := publish(t, s, website, sold(fmt.Sprint("BK-", n), "lake"))
		<-appended
		m, found := readWatermarks(s.db.Path)
		require.True(t, found)
		assert.Equal(t, inn.Position{Epoch: s.Epoch(), ID: told[0].ID}, m.log)
	}
}

// What was noted beside the database is not readable by others, has one size, and
// is put back by the server when somebody takes it away.
func TestWatermarks(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	publish(t, s, website, sold("BK-1", "lake"))
	maintaining := &maintainer{store: s}
	maintaining.mark(ctx)
	name := watermarksFile(s.db.Path)
	info, err := os.Stat(name)
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	assert.EqualValues(t, watermarksSize, info.Size())
	m, found := readWatermarks(s.db.Path)
	require.True(t, found)
	assert.Equal(t, inn.Position{Epoch: s.Epoch(), ID: s.head(t)}, m.log)
	assert.Equal(t, follow(t, s).Head, m.audit.String())
	assert.NotEmpty(t, m.opening)

	whole, err := os.ReadFile(name)
	require.NoError(t, err)
	later := m
	later.log.ID += 7
	for n := range watermarksSize - 1 { // somebody reads while it is written
		read, ok := parseWatermarks(string(later.bytes()[:n]) + string(whole[n:]))
		assert.True(t, !ok || read == m || read == later, "%d", n)
	}
	require.NoError(t, os.Remove(name))
	maintaining.mark(ctx)
	again, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Equal(t, string(whole), string(again))
	for _, nonsense := range []string{"", "log", "log \naudit 3-\n", "log x-99999999999999999999\naudit -1-00\n", "\x00\xff"} {
		_, found := parseWatermarks(nonsense)
		assert.False(t, found, "%q", nonsense)
	}
	old, found := parseWatermarks("log k7f2-17\naudit " + m.audit.String() + "\n")
	assert.True(t, found)
	assert.Equal(t, watermarks{log: inn.Position{Epoch: "k7f2", ID: 17}, audit: m.audit}, old, "an older version's")
}

// A database of an older version goes on with its watermarks, which name no opening.
func TestWatermarksOfAnOlderVersionAreBelieved(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		beyond int64
		lost   bool
	}{"as far": {0, false}, "not as far": {1, true}} {
		dir := t.TempDir()
		grow(t, dir, 2)
		s := began(t, dir)
		require.NoError(t, s.write(ctx, func(t *tx) error { return t.exec(`DELETE FROM openings`) }))
		epoch, head := s.Epoch(), s.head(t)
		s.close()
		require.NoError(t, os.WriteFile(watermarksFile(db.File(dir)), fmt.Appendf(nil, "log %s-%d\naudit %s\n", epoch, head+c.beyond, chainLink{}), 0o600))
		assert.Equal(t, c.lost, began(t, dir).Epoch() != epoch, what)
	}
}

// A new epoch may begin while others have the database open: they hear of it,
// and the audit says who it was.
func TestANewEpochIsHeardOfByOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server, command := openStore(t, dir, "lake"), openStore(t, dir)
	publish(t, server, website, sold("BK-1", "lake"))
	first := server.Epoch()
	watching, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { server.Watch(watching); close(done) }()
	defer func() { stop(); <-done }()
	wait := generous(t)
	epoch, err := command.NewEpoch(ctx, operator)
	require.NoError(t, err)
	require.NotEqual(t, first, epoch)
	for server.Epoch() != epoch {
		appended := server.Appended()
		if server.Epoch() == epoch {
			break
		}
		select {
		case <-appended:
		case <-wait.Done():
			t.Fatal("nobody heard of it")
		}
	}
	assert.NoError(t, server.WhyReplaced())
	publish(t, server, website, sold("BK-2", "lake"))
	all := acts(t, server)
	assert.Equal(t, inn.EpochBegun, all[len(all)-1].Action)
	assert.Equal(t, epoch, all[len(all)-1].Detail)
	m, _ := readWatermarks(server.db.Path)
	assert.Equal(t, inn.Position{Epoch: epoch, ID: server.head(t)}, m.log)
}

// The writer finds out as well, without anybody watching, and before it writes.
func TestANewEpochIsHeardOfByTheWriter(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server, command := openStore(t, dir, "lake"), openStore(t, dir)
	epoch, err := command.NewEpoch(ctx, operator)
	require.NoError(t, err)
	appended := server.Appended()
	require.NoError(t, server.write(ctx, func(*tx) error { return nil }))
	<-appended
	assert.Equal(t, epoch, server.Epoch())
}

// Another database in the place of the one that is open ends its use: nothing
// is stored any more, and what is there now is not written on.
func TestAReplacedDatabaseIsNotWrittenOn(t *testing.T) {
	t.Parallel()
	for what, replace := range map[string]func(t *testing.T, s *Store, older string){
		"moved away":               func(t *testing.T, s *Store, _ string) { require.NoError(t, os.Rename(s.db.Path, s.db.Path+".was")) },
		"another put in its place": func(t *testing.T, s *Store, older string) { require.NoError(t, os.Rename(db.File(older), s.db.Path)) },
		"its log taken away":       func(t *testing.T, s *Store, _ string) { require.NoError(t, os.Remove(s.db.Path+"-wal")) },
		"an older one written over it, page by page": func(t *testing.T, s *Store, older string) {
			require.NoError(t, s.write(ctx, func(x *tx) error { // what sqlite3's .restore leaves
				return errors.Join(x.exec(`DELETE FROM events WHERE id > 2`), x.exec(`/* SQLite */ UPDATE sqlite_sequence SET seq = 2 WHERE name = 'events'`))
			}))
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dir, older := t.TempDir(), t.TempDir()
			grow(t, older, 1)
			s := openStore(t, dir, "lake")
			publish(t, s, website, sold("BK-1", "lake"), sold("BK-2", "lake"), sold("BK-3", "lake"))
			before, found := readWatermarks(s.db.Path)
			require.True(t, found)
			replace(t, s, older)
			there, _ := os.ReadFile(s.db.Path)
			_, err := tryPublish(s, website, sold("BK-no", "lake"))
			require.Equal(t, inn.Unavailable, inn.CodeOf(err), "%v", err)
			select {
			case <-s.Replaced():
			default:
				t.Fatal("nobody is told")
			}
			require.Error(t, s.WhyReplaced())
			assert.NotContains(t, s.WhyReplaced().Error(), "\n")
			(&maintainer{store: s}).mark(ctx)
			after, _ := readWatermarks(s.db.Path)
			assert.Equal(t, before, after, "what had been handed out stays noted")
			_, err = tryPublish(s, website, sold("BK-no", "lake"))
			require.Error(t, err)
			now, _ := os.ReadFile(s.db.Path)
			assert.True(t, bytes.Equal(there, now), "not a byte of it is changed")
		})
	}
}

// Whoever watches finds it out without a write.
func TestAReplacedDatabaseIsNoticed(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	done, appended := make(chan struct{}), s.Appended()
	go func() { s.Watch(ctx); close(done) }()
	<-appended // its first look
	require.NoError(t, os.Rename(s.db.Path, s.db.Path+".was"))
	select {
	case <-s.Replaced():
	case <-generous(t).Done():
		t.Fatal("nobody noticed")
	}
	<-done
}

// Commands that come at once on a database that has to begin a new epoch begin
// one, and on an empty directory none.
func TestProgramsThatComeAtOnceBeginOneEpoch(t *testing.T) {
	t.Parallel()
	for what, lost := range map[string]bool{"empty": false, "without its marks": true} {
		dir := t.TempDir()
		first := ""
		if lost {
			grow(t, dir, 3)
			first = began(t, dir).Epoch()
			require.NoError(t, os.Remove(watermarksFile(db.File(dir))))
		}
		epochs := make([]string, 6)
		var all sync.WaitGroup
		for n := range epochs {
			all.Go(func() {
				database, err := db.Open(ctx, dir)
				if !assert.NoError(t, err) {
					return
				}
				defer database.Close()
				s, err := New(ctx, database, slog.New(slog.DiscardHandler))
				if !assert.NoError(t, err) {
					return
				}
				defer s.Close()
				assert.NoError(t, s.ListProperty(ctx, operator, house(fmt.Sprint("house-", n))))
				epochs[n] = s.Epoch()
			})
		}
		all.Wait()
		for _, epoch := range epochs {
			assert.Equal(t, epochs[0], epoch, what)
			assert.NotEqual(t, first, epoch, what)
		}
		assert.Equal(t, epochs[0], began(t, dir).Epoch(), what)
	}
}
