package live

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

func TestNextWaitsAndWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		l, _ := follow(t, f)
		c := l.FromHead("a")
		var got []*inn.Event
		returned := false
		go func() { got, _ = c.Next(t.Context(), nil); returned = true }()
		synctest.Wait()
		assert.False(t, returned, "there is nothing yet")
		f.add("a")
		synctest.Wait()
		require.True(t, returned)
		assert.Equal(t, []int64{1}, ids(got))
		assert.Equal(t, int64(1), c.Pos())
		assert.Equal(t, inn.Position{Epoch: "k7f2", ID: 1}, c.Position())
	})
}

// Invariant 8.
func TestACursorMovesPastEventsItMayNotSee(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.add("b", "b")
		l, _ := follow(t, f)
		c, behind := l.FromHead("a"), from(t, l, 0, "a")
		wake, returned := make(chan struct{}), 0
		next := func() {
			go func() {
				got, err := c.Next(t.Context(), wake)
				assert.NoError(t, err)
				assert.Empty(t, got)
				returned++
			}()
			synctest.Wait()
		}
		next()
		f.add("b", "b")
		synctest.Wait()
		assert.Zero(t, returned, "other people's events do not end the wait")
		close(wake)
		synctest.Wait()
		assert.Equal(t, 1, returned)
		assert.Equal(t, int64(4), c.Pos(), "the position moved all the same")
		got, err := behind.Ready(t.Context())
		require.NoError(t, err)
		assert.Empty(t, got)
		assert.Equal(t, int64(4), behind.Pos(), "from the source as well")
	})
}

func TestNextEndsWithItsContextOrItsWake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, _ := follow(t, newFake())
		c := l.FromHead("a")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.Next(ctx, nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		wake := make(chan struct{}, 1)
		wake <- struct{}{}
		got, err := c.Next(t.Context(), wake)
		require.NoError(t, err)
		assert.Empty(t, got)
	})
}

// Invariant 6.
func TestALostPositionIsAnnounced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.add("a", "a", "a", "a")
		f.trim(2)
		l, _ := follow(t, f)
		for at, lost := range map[inn.Position]bool{
			{Epoch: "k7f2", ID: 0}: true, {Epoch: "k7f2", ID: 1}: true, {Epoch: "k7f2", ID: 2}: false, {Epoch: "k7f2", ID: 4}: false,
			{Epoch: "k7f2", ID: 5}: true, {Epoch: "k7f2", ID: 1 << 62}: true, {Epoch: "old", ID: 3}: true, {Epoch: "", ID: 3}: true, {}: true,
		} {
			c, err := l.From(t.Context(), at, "a")
			if lost {
				assert.ErrorIs(t, err, ErrLost, at)
				assert.Nil(t, c)
				continue
			}
			require.NoError(t, err, at)
			got, err := c.Ready(t.Context())
			require.NoError(t, err)
			assert.Len(t, got, int(4-at.ID))
		}

		slow := from(t, l, 2, "a")
		f.trim(3)
		_, err := slow.Next(t.Context(), nil)
		assert.ErrorIs(t, err, ErrLost, "trimmed under a cursor that was that slow")

		// Between asking what is there and reading it the log may be trimmed.
		racing := from(t, l, 3, "a")
		f.add("b", "a")
		synctest.Wait()
		racing.pos = 3
		l.mu.Lock()
		moved := *l.now.Load()
		moved.first = 6 // as if the tail had moved on
		l.now.Store(&moved)
		l.mu.Unlock()
		f.before = func() { f.trim(5) }
		_, err = racing.Next(t.Context(), nil)
		assert.ErrorIs(t, err, ErrLost, "never a silent gap")
	})
}

func TestEverythingCommittedIsDeliveredBeforeTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		l, stop := follow(t, f)
		c := l.FromHead("a")
		f.add("a", "b", "a")
		stop()
		got, err := c.Next(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, []int64{1, 3}, ids(got))
		_, err = c.Next(t.Context(), nil)
		assert.ErrorIs(t, err, ErrClosed)
		late, err := c.Ready(t.Context())
		assert.NoError(t, err)
		assert.Empty(t, late)

		waiting := false
		l, stop = follow(t, f)
		c = l.FromHead("a")
		go func() { _, err = c.Next(t.Context(), nil); waiting = true }()
		synctest.Wait()
		assert.False(t, waiting)
		stop()
		synctest.Wait()
		assert.ErrorIs(t, err, ErrClosed, "who waits is woken by the end")
	})
}

// Invariant 3. Whoever takes the channel before reading finds it closed by what
// came in between; a burst is one wake.
func TestTakeTheChannelThenRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		l, _ := follow(t, f)
		synctest.Wait()
		f.before = func() { f.add("a") } // while Run reads what the first channel was closed for
		f.add("a")
		synctest.Wait()
		assert.Equal(t, int64(2), l.Head())

		c, wakes := l.FromHead("a"), 0
		var got []int64
		go func() {
			for len(got) < 500 {
				events, err := c.Next(t.Context(), nil)
				if err != nil {
					return
				}
				wakes++
				got = append(got, ids(events)...)
			}
		}()
		synctest.Wait()
		for range 500 {
			f.add("a")
		}
		synctest.Wait()
		assert.Equal(t, upto(502)[2:], got)
		assert.LessOrEqual(t, wakes, 500)
	})
}

// Invariant 4. The position that a page is read at is taken first: what comes in
// between is on the page and delivered once more.
func TestTakeTheHeadBeforeReadingThePage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.add("a", "a")
		l, _ := follow(t, f)
		at := l.Position()
		f.add("a")
		_, page, err := f.Bounds(t.Context())
		require.NoError(t, err)
		c, err := l.From(t.Context(), at, "a")
		require.NoError(t, err)
		got, err := c.Next(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, []int64{page}, ids(got), "the overlap comes again, nothing is missing")
	})
}

// Whoever was answered and then asks for what comes from now on does not get what
// they were answered for, whether Run has heard of it or not.
func TestNowIsWhatIsCommitted(t *testing.T) {
	f := newFake()
	l := shortLog(t, f, 8)
	f.add("a", "a")
	c, err := l.FromNow(t.Context(), "a")
	require.NoError(t, err)
	require.NoError(t, l.catchUp(t.Context()))
	assert.Empty(t, drain(t, c))
	f.add("a")
	require.NoError(t, l.catchUp(t.Context()))
	assert.Equal(t, []int64{3}, drain(t, c))
	f.broken = true
	_, err = l.FromNow(t.Context(), "a")
	assert.ErrorIs(t, err, errBroken)
}

// The answer to a publish may be followed before Run has heard of the event.
func TestAPositionAheadOfTheTailIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		l, err := New(t.Context(), f, nil) // not running yet
		require.NoError(t, err)
		f.add("a", "a")
		c := from(t, l, 2, "a")
		got, err := c.Ready(t.Context())
		require.NoError(t, err)
		assert.Empty(t, got)
		l, _ = follow(t, f)
		c.log = l
		c.Follow("a")
		f.add("a")
		got, err = c.Next(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, []int64{3}, ids(got), "nothing twice")
	})
}

func TestFollowAndRewindReadWithOtherTopics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		l, _ := follow(t, f)
		c := l.FromHead("a")
		f.add("a", "b", "a", "b")
		synctest.Wait()
		got, err := c.Next(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, []int64{1, 3}, ids(got))
		c.Rewind(1)
		c.Follow("b")
		got, err = c.Next(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, []int64{2, 4}, ids(got), "rights changed at 1: what follows is chosen by the new ones")
		c.Rewind(99)
		assert.Equal(t, int64(4), c.Pos(), "never ahead")
		c.Follow(inn.Everything)
		f.add("c")
		synctest.Wait()
		got, err = c.Next(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, []int64{5}, ids(got))
	})
}

func TestALogThatCannotBeReadIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.broken = true
		_, err := New(t.Context(), f, nil)
		require.ErrorIs(t, err, errBroken)
		f.broken = false
		l, _ := follow(t, f)
		c := l.FromHead("a")
		synctest.Wait()
		f.mu.Lock()
		f.broken = true
		f.mu.Unlock()
		f.add("a")
		synctest.Wait()
		assert.Zero(t, l.Head(), "nobody is told anything false meanwhile")
		f.mu.Lock()
		f.broken = false
		f.mu.Unlock()
		got, err := c.Next(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, []int64{1}, ids(got))
	})
}

// A new epoch takes every cursor's place away: those that wait, and those that
// have something to read. Who begins now begins in it.
func TestANewEpochLosesEveryCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		l, _ := follow(t, f)
		waits, behind := l.FromHead("a"), from(t, l, 0, "a")
		returned := make(chan error, 1)
		go func() { _, err := waits.Next(t.Context(), nil); returned <- err }()
		synctest.Wait()
		f.renew("n3w0")
		synctest.Wait()
		require.ErrorIs(t, <-returned, ErrLost)
		f.add("a")
		synctest.Wait()
		_, ok := behind.Tail()
		assert.False(t, ok)
		assert.False(t, behind.Park(func() {}))
		_, err := behind.Ready(t.Context())
		require.ErrorIs(t, err, ErrLost)
		assert.Equal(t, "k7f2", behind.Position().Epoch, "what it says last is a place that is lost")

		_, err = l.From(t.Context(), inn.Position{Epoch: "k7f2", ID: 1}, "a")
		require.ErrorIs(t, err, ErrLost)
		assert.Equal(t, inn.Position{Epoch: "n3w0", ID: 1}, l.Position())
		c, err := l.From(t.Context(), inn.Position{Epoch: "n3w0", ID: 0}, "a")
		require.NoError(t, err)
		got, err := c.Next(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, []int64{1}, ids(got))
		assert.Equal(t, inn.Position{Epoch: "n3w0", ID: 1}, c.Position())
	})
}
