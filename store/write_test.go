package store

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// Invariant 1. A reader that follows the log while many write never sees an id
// appear behind one it has seen, and there is no gap that fills later.
func TestIdOrderIsCommitOrder(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	const publishers, each = 4, 25
	begin := s.head(t)
	var work sync.WaitGroup
	for i := range publishers {
		work.Go(func() {
			for range each {
				if err := login(s, inn.Viewer{UserID: int64(i + 1)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait := generous(t)
	for pos := begin; pos < begin+publishers*each; {
		appended := s.Appended()
		for _, e := range since(t, s, pos) {
			require.Equal(t, pos+1, e.ID)
			pos = e.ID
		}
		if pos < begin+publishers*each {
			select {
			case <-appended:
			case <-wait.Done():
				t.Fatal("nobody was notified")
			}
		}
	}
	work.Wait()

	head := s.head(t)
	require.NoError(t, s.Trim(ctx, head))
	require.NoError(t, login(s, website))
	assert.Equal(t, head+1, s.head(t), "an id is never handed out twice, not even when the log is empty")
}

// Invariant 2.
func TestAppendInTheTransactionRingAfterCommit(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	before, appended := s.head(t), s.Appended()
	err := s.write(ctx, func(x *tx) error {
		e := &inn.Event{Topic: inn.System, Type: inn.UserAction, Subject: "x"}
		require.NoError(t, x.append(e, struct{}{}))
		assert.Equal(t, before+1, e.ID)
		assert.Equal(t, before, s.head(t), "nobody reads what is not committed")
		assert.False(t, closed(appended), "nobody is told before the commit")
		return nil
	})
	require.NoError(t, err)
	assert.True(t, closed(appended), "everybody is told before the caller is answered")
	assert.Equal(t, before+1, s.head(t))

	appended = s.Appended()
	require.NoError(t, s.write(ctx, func(x *tx) error { return x.exec(`UPDATE meta SET value = value WHERE name = 'epoch'`) }))
	assert.False(t, closed(appended), "a write without an event notifies nobody")
	failed := errors.New("no")
	require.ErrorIs(t, s.write(ctx, func(x *tx) error {
		require.NoError(t, x.append(&inn.Event{Topic: inn.System, Type: inn.UserAction}, struct{}{}))
		return failed
	}), failed)
	assert.False(t, closed(appended))
	assert.Equal(t, before+1, s.head(t))
}

// enqueue brings callers to the writer together, in this order: the others come
// while it works on the first. For within it takes who has come into the same
// transaction.
func enqueue(t *testing.T, s *Store, within time.Duration, all ...func(*tx) error) []*job {
	t.Helper()
	require.NoError(t, s.write(ctx, func(*tx) error { s.groupTime = within; return nil }))
	recogniseGuest, release := make(chan struct{}), make(chan struct{})
	group := make([]*job, len(all))
	for i, do := range all {
		if i == 0 {
			do = func(x *tx) error { close(recogniseGuest); <-release; return all[0](x) }
		}
		group[i] = &job{ctx: ctx, do: do, done: make(chan error, 1)}
		s.jobs <- group[i]
		if i == 0 {
			<-recogniseGuest
		}
	}
	close(release)
	return group
}

func note(text string) func(*tx) error {
	return func(x *tx) error {
		return x.append(&inn.Event{Topic: inn.System, Type: inn.UserAction, Subject: text}, struct{}{})
	}
}

func subjects(events []inn.Event) (all []string) {
	for _, e := range events {
		all = append(all, e.Subject)
	}
	return all
}

// Invariant 9. The connection that writes syncs every commit, and a group is
// one commit: one notification for all of it.
func TestA2xxMeansFsynced(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	require.NoError(t, s.write(ctx, func(x *tx) error {
		var synchronous, foreign int
		var journal string
		for pragma, into := range map[string]any{"synchronous": &synchronous, "journal_mode": &journal, "foreign_keys": &foreign} {
			if _, err := x.row(ofTest+"PRAGMA "+pragma, nil, into); err != nil {
				return err
			}
		}
		assert.Equal(t, 2, synchronous, "FULL: a commit is synced before it is answered")
		assert.Equal(t, "wal", journal)
		assert.Equal(t, 1, foreign)
		return nil
	}))

	head, appended := s.head(t), s.Appended()
	group := enqueue(t, s, time.Hour, note("a"), func(x *tx) error {
		assert.Equal(t, head, s.head(t), "one transaction: the caller before is not committed yet")
		return note("b")(x)
	}, note("c"))
	for _, j := range group {
		require.NoError(t, <-j.done)
	}
	assert.Equal(t, []string{"a", "b", "c"}, subjects(since(t, s, head)))
	assert.True(t, closed(appended))
}

func TestWhoIsAloneDoesNotWait(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for range 3 { // each needs the one before to have been committed without company
		require.NoError(t, s.write(ctx, note("alone")))
	}
}

func TestWhoCameFirstDoesNotWaitForAll(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	head := s.head(t)
	group := enqueue(t, s, 0, note("first"), func(x *tx) error {
		assert.Equal(t, head+1, s.head(t), "the transaction had taken long enough: the one before is committed")
		return note("second")(x)
	})
	for _, j := range group {
		require.NoError(t, <-j.done)
	}
	assert.Equal(t, head+2, s.head(t))
}

func TestAFailingCallerTakesNobodyAlong(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	head := s.head(t)
	no := errors.New("no")
	gone, cancel := context.WithCancel(ctx)
	cancel()
	group := enqueue(t, s, time.Hour,
		note("first"),
		func(x *tx) error { _ = note("failed")(x); return no },
		note("second"),
		func(x *tx) error { _ = note("panicked")(x); panic("poison") },
		func(x *tx) error { return x.exec(`INSERT INTO user_properties VALUES (99, 'nowhere')`) },
		note("third"))
	errs := make([]error, len(group))
	for i, j := range group {
		errs[i] = <-j.done
	}
	require.NoError(t, errs[0])
	require.ErrorIs(t, errs[1], no)
	require.NoError(t, errs[2])
	require.ErrorContains(t, errs[3], "panicked")
	require.Error(t, errs[4])
	require.NoError(t, errs[5])
	events := since(t, s, head)
	assert.Equal(t, []string{"first", "second", "third"}, subjects(events))
	assert.Equal(t, head+3, events[2].ID, "a place that was rolled back is handed out again")

	require.ErrorIs(t, s.write(gone, note("gone")), gone.Err(), "who went away before their turn is not written")
	assert.Equal(t, head+3, s.head(t))
}

func TestAFailedCommitAnswersEverybody(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	before, appended := contents(t, s), s.Appended()
	group := enqueue(t, s, time.Hour, note("innocent"), func(x *tx) error {
		// The one way to make COMMIT itself fail: a constraint that is looked at then.
		require.NoError(t, x.exec(`/* SQLite */ PRAGMA defer_foreign_keys = ON`))
		return x.exec(`INSERT INTO user_properties VALUES (99, 'nowhere')`)
	})
	for _, j := range group {
		require.Error(t, <-j.done)
	}
	assert.Equal(t, before, contents(t, s))
	assert.False(t, closed(appended))
	require.NoError(t, s.write(ctx, note("afterwards")), "the writer goes on")
}

// A full disk makes SQLite roll back the whole transaction by itself. Whoever
// was in it must be told so, and nobody after it may be committed alone and
// then told that they failed.
func TestAFullDiskAnswersTheWholeGroup(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	before, appended := contents(t, s), s.Appended()
	limit := func(pages string) func(*tx) error {
		return func(x *tx) error {
			var n int
			_, err := x.row(ofTest+"PRAGMA max_page_count = "+pages, nil, &n)
			return err
		}
	}
	require.NoError(t, s.write(ctx, limit("1"))) // no smaller than it is
	big := make([]byte, 1<<20)
	group := enqueue(t, s, time.Hour, note("before"), func(x *tx) error {
		return x.exec(`INSERT INTO sessions (token, person, data, expires) VALUES ('big', 0, $1, 0)`, big)
	}, note("after"))
	var failed int
	for _, j := range group {
		if err := <-j.done; err != nil {
			failed++
			assert.Equal(t, inn.NoSpace, inn.CodeOf(err), err)
		}
	}
	require.NotZero(t, failed)
	if failed == len(group) {
		assert.Equal(t, before, contents(t, s), "who was told that nothing was stored finds nothing stored")
		assert.False(t, closed(appended))
	}
	require.NoError(t, s.write(ctx, limit("1000000")))
	require.NoError(t, s.write(ctx, note("afterwards")), "with room again it goes on without a restart")
}

func TestOneNowPerCaller(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	head := s.head(t)
	var now time.Time
	require.NoError(t, s.write(ctx, func(x *tx) error {
		now = x.now
		return errors.Join(note("a")(x), note("b")(x))
	}))
	for _, e := range since(t, s, head) {
		assert.True(t, now.Equal(e.At))
		assert.Zero(t, e.At.Nanosecond()%int(time.Millisecond), "what is kept is what was said")
	}
}

func TestAStoppedStoreSaysSo(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.Close()
	err := s.write(ctx, note("late"))
	assert.Equal(t, inn.Unavailable, inn.CodeOf(err))
}
