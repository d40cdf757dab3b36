package store

import (
	"database/sql"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/inn"
)

// size returns how large a torment is: in every test run, and in make soak.
func size(usual, soak int) int {
	if soaking {
		return soak
	}
	return usual
}

// files copies a database and its write-ahead log as they stand on the disk,
// which is what is left of them when the machine loses power.
func files(t *testing.T, s *Store) (file, wal []byte) {
	t.Helper()
	file, err := os.ReadFile(s.db.Path)
	require.NoError(t, err)
	wal, err = os.ReadFile(s.db.Path + "-wal")
	require.NoError(t, err)
	return file, wal
}

// D-3. Whatever a disk that lies does to the end of the write-ahead log, what is
// left opens, and is the beginning of what there was.
func TestATornWriteAheadLogLeavesAnExactPrefix(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for n := range 30 {
		publish(t, s, website, sold(fmt.Sprint("BK-", n), "lake"))
	}
	whole := since(t, s, 0)
	(&maintainer{store: s}).mark(ctx)
	marked, err := os.ReadFile(watermarksFile(s.db.Path))
	require.NoError(t, err)
	file, wal := files(t, s)
	require.Greater(t, len(wal), 100_000, "all of it stands in the write-ahead log")

	random := rand.New(rand.NewPCG(3, 3))
	epochs := 0
	for n := range size(12, 1000) {
		torn := append([]byte{}, wal...)
		at := random.IntN(len(torn))
		if n%2 == 0 {
			torn = torn[:at]
		} else {
			torn[at] ^= 1 << random.IntN(8)
		}
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(db.File(dir), file, 0o600))
		require.NoError(t, os.WriteFile(db.File(dir)+"-wal", torn, 0o600))
		require.NoError(t, os.WriteFile(watermarksFile(db.File(dir)), marked, 0o600))
		_, err := db.Examine(ctx, dir)
		require.NoError(t, err, "%d at %d", n, at)
		database, err := db.Open(ctx, dir)
		require.NoError(t, err, "%d at %d", n, at)
		again, err := New(ctx, database, slog.New(slog.DiscardHandler))
		require.NoError(t, err, "%d at %d", n, at)
		left := since(t, again, 0)
		require.LessOrEqual(t, len(left), len(whole))
		for i := range left {
			require.Equal(t, whole[i], left[i], "%d at %d: an exact prefix", n, at)
		}
		if len(left) < len(whole) {
			epochs++
			require.NotEqual(t, s.Epoch(), again.Epoch(), "positions that are handed out again are of another epoch")
		} else {
			require.Equal(t, s.Epoch(), again.Epoch())
		}
		problems, err := db.Problems(ctx, database.Read, false)
		require.NoError(t, err)
		require.Empty(t, problems)
		again.Close()
		require.NoError(t, database.Close())
		require.NoError(t, os.RemoveAll(dir))
	}
	assert.NotZero(t, epochs)
}

// D-8. Another program that holds the database for two seconds keeps everybody
// waiting and nobody from being stored.
func TestAnotherProgramHoldsTheDatabase(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	other, err := sql.Open("sqlite", "file:"+s.db.Path+"?_txlock=immediate")
	require.NoError(t, err)
	defer other.Close()
	other.SetMaxOpenConns(1)
	held, err := other.Begin()
	require.NoError(t, err)
	time.AfterFunc(2*time.Second, func() { held.Rollback() })
	publish(t, s, website, sold("BK-0", "lake"))
	const writers = 16
	each := size(2, 250)
	before := s.head(t)
	var work sync.WaitGroup
	for n := range writers {
		work.Go(func() {
			for i := range each {
				if _, err := tryPublish(s, website, titled("BK-0", fmt.Sprintf("%d of %d", i, n))); !assert.NoError(t, err) {
					return
				}
			}
		})
	}
	work.Wait()
	assert.EqualValues(t, before+int64(writers*each), s.head(t))
	assert.NoError(t, s.Trouble())
}

// D-7. Readers that are always on their way do not make the write-ahead log
// grow, and it is checkpointed when it is quiet.
func TestTheWriteAheadLogStaysSmall(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maintaining := &maintainer{store: s}
	var stop atomic.Bool
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for !stop.Load() {
				_, _, err := s.Events(ctx, 0, 1<<40, 50, []inn.Topic{inn.Everything})
				assert.NoError(t, err)
			}
		})
	}
	largest := int64(0)
	batch := make([]inn.Publication, 100)
	for n := range size(10, 200) {
		for i := range batch {
			batch[i] = sold(fmt.Sprintf("BK-%d-%d", n, i), "lake")
		}
		publish(t, s, website, batch...)
		if n%5 == 4 { // once a second, at five batches a second
			maintaining.mark(ctx)
			maintaining.checkpoint(ctx, time.Now())
		}
		_, wal := s.Size()
		largest = max(largest, wal)
	}
	stop.Store(true)
	readers.Wait()
	assert.Less(t, largest, int64(16<<20))
	maintaining.mark(ctx)
	maintaining.checkpoint(ctx, time.Now().Add(checkpointRetry))
	maintaining.checkpoint(ctx, time.Now().Add(checkpointRetry))
	_, wal := s.Size()
	assert.Less(t, wal, int64(checkpointAbove))
	t.Logf("%d bytes at the most, %d at the end", largest, wal)
}

// D-4, the engine's part: a disk that is full is said to be, and once it is not,
// that is found out without anybody publishing.
func TestTroubleIsToldAndGottenOver(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	require.NoError(t, s.Ready(ctx))
	limit := func(pages int) {
		require.NoError(t, s.write(ctx, func(x *tx) error {
			var n int
			_, err := x.row(fmt.Sprintf(ofTest+"PRAGMA max_page_count = %d", pages), nil, &n)
			return err
		}))
	}
	limit(1) // no smaller than it is
	var err error
	for n := 0; err == nil && n < 1000; n++ {
		_, err = tryPublish(s, website, sold(fmt.Sprint("BK-", n), "lake"))
	}
	require.Equal(t, inn.NoSpace, inn.CodeOf(err))
	assert.Equal(t, inn.NoSpace, inn.CodeOf(s.Ready(ctx)))
	s.probe(ctx)
	assert.Equal(t, inn.NoSpace, inn.CodeOf(s.Ready(ctx)), "it is still full")
	assert.NotEmpty(t, since(t, s, 0), "reading goes on")
	limit(1_000_000)
	s.probe(ctx)
	assert.NoError(t, s.Ready(ctx))
	assert.NotContains(t, contents(t, s), "probe")
}

// D-6. A database that was overwritten somewhere is found out before it is
// written on, or it is sound; nothing panics, and the audit is never believed
// for what it is not.
func TestADamagedDatabaseIsFoundOut(t *testing.T) {
	t.Parallel()
	s := audited(t, 20)
	for n := range 40 {
		publish(t, s, website, sold(fmt.Sprint("BK-", n), "lake"), alarm("lake", fmt.Sprint("k", n), "Boiler off"))
	}
	require.NoError(t, s.Index(ctx))
	audit := acts(t, s)
	file := filepath.Join(t.TempDir(), "whole.db")
	_, err := Backup(ctx, filepath.Dir(s.db.Path), file)
	require.NoError(t, err)
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(6, 6))
	found := 0
	for range size(8, 100) {
		damaged := append([]byte{}, whole...)
		at := 4096 * random.IntN(len(whole)/4096)
		for i := range 4096 {
			damaged[at+i] = byte(random.Uint32())
		}
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(db.File(dir), damaged, 0o600))
		if _, err := db.Examine(ctx, dir); err != nil {
			found++
			require.ErrorContains(t, err, "restore", "page %d", at/4096)
			after, err := os.ReadFile(db.File(dir))
			require.NoError(t, err)
			require.Equal(t, damaged, after, "the file is not touched")
			continue
		}
		database, err := db.Open(ctx, dir)
		require.NoError(t, err, "page %d", at/4096)
		problems, err := db.Problems(ctx, database.Read, true)
		require.NoError(t, err)
		require.Empty(t, problems, "page %d", at/4096)
		if c, _, err := followChain(ctx, database.Read, database.Dialect, chainLink{}, nil); err == nil && c.Stands() {
			again, err := New(ctx, database, slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			require.Equal(t, audit, acts(t, again))
			again.Close()
		}
		require.NoError(t, database.Close())
	}
	t.Logf("%d were found out before the start", found)
	assert.NotZero(t, found)
}
