package live

import (
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// shortLog is a log that keeps only so many events in memory.
func shortLog(t testing.TB, f *fake, length int) *Log {
	t.Helper()
	l, err := New(t.Context(), f, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	l.length = length
	return l
}

func drain(t testing.TB, c *Cursor) (all []int64) {
	t.Helper()
	for {
		got, err := c.Ready(t.Context())
		require.NoError(t, err)
		if len(got) == 0 {
			return all
		}
		all = append(all, ids(got)...)
	}
}

// Invariant 10. Whoever does not read costs nothing and loses nothing: they are
// further back, beyond the tail in the source, and join the tail where it
// begins.
func TestSlowMeansFurtherBack(t *testing.T) {
	f := newFake()
	l := shortLog(t, f, 8)
	for n := range 100 {
		slow := l.FromHead("a", "b") // every place once
		for range 1 + n%3 {
			f.add("a", "b", "c")
		}
		require.NoError(t, l.catchUp(t.Context()))
		require.LessOrEqual(t, len(l.now.Load().tail), 2*8)
		begin := slow.Pos()
		for back := range int64(40) {
			c := from(t, l, max(begin-back, 0), "a", "b")
			var want []int64
			for id := c.Pos() + 1; id <= l.Head(); id++ {
				if id%3 != 0 {
					want = append(want, id)
				}
			}
			require.Equal(t, want, drain(t, c), "from %d of %d, tail after %d", begin-back, l.Head(), l.now.Load().first)
			require.Equal(t, l.Head(), c.Pos())
		}
	}
	assert.Positive(t, l.now.Load().first, "the tail has moved")
}

func TestACursorInTheTailDoesNotAskTheSource(t *testing.T) {
	f := newFake()
	l := shortLog(t, f, 8)
	c := l.FromHead("a")
	f.add("a", "a", "a")
	require.NoError(t, l.catchUp(t.Context()))
	reads := f.reads
	assert.Equal(t, upto(3), drain(t, c))
	assert.Equal(t, reads, f.reads)
	assert.Same(t, l.now.Load().tail[0], mustReady(t, from(t, l, 0, "a"))[0], "what is delivered is shared")
}

func mustReady(t testing.TB, c *Cursor) []*inn.Event {
	t.Helper()
	got, err := c.Ready(t.Context())
	require.NoError(t, err)
	return got
}

// One read of the source may bring more than the whole tail holds.
func TestABurstLongerThanTheTail(t *testing.T) {
	f := newFake()
	l := shortLog(t, f, 8)
	early := l.FromHead("a")
	for range 2*readStep + 7 {
		f.add("a")
	}
	require.NoError(t, l.catchUp(t.Context()))
	f.add("a")
	require.NoError(t, l.catchUp(t.Context()))
	assert.LessOrEqual(t, len(l.now.Load().tail), 16)
	assert.Equal(t, upto(2*readStep+8), drain(t, early))
	got, err := from(t, l, 0, "a").Next(t.Context(), nil)
	require.NoError(t, err)
	assert.Len(t, got, batchLength, "a batch is bounded")
}

// Large events do not make the tail large: it is shorter then, and who is further
// back reads from the source.
func TestTheTailIsBoundedInBytes(t *testing.T) {
	f := newFake()
	l := shortLog(t, f, 8*tailLength)
	for n, size := range []int{tailBytes / 10, 1, tailBytes + 1, 2 * tailBytes, tailBytes / 7} {
		f.data = make([]byte, size) // of which they all have the same
		for range 25 {
			began := l.Head()
			before := l.now.Load().tail
			had := slices.Clone(before)
			f.add("a", "b")
			require.NoError(t, l.catchUp(t.Context()))
			require.Equal(t, had, before, "cursors read it without a lock")

			v := l.now.Load()
			sum := 0
			for _, e := range v.tail {
				sum += len(e.Data)
			}
			require.Equal(t, sum, v.bytes)
			require.True(t, sum <= tailBytes || len(v.tail) == 1, "%d bytes in %d events", sum, len(v.tail))
			require.Equal(t, v.head, v.tail[len(v.tail)-1].ID, "the newest stays")
			require.Equal(t, v.first+1, v.tail[0].ID)
			for _, e := range v.tail[len(v.tail):cap(v.tail)] {
				require.Nil(t, e, "what was dropped is let go")
			}
			require.Equal(t, []int64{began + 1, began + 2}, drain(t, from(t, l, began, "a", "b")))
		}
		assert.Len(t, drain(t, from(t, l, 0, "b")), 25*(n+1))
	}
}

// A source that ends its reads early, because what it read is large, hides
// nothing.
func TestShortReadsLoseNothing(t *testing.T) {
	f := newFake()
	f.data, f.most = make([]byte, 10), 35
	l := shortLog(t, f, 8)
	for range 50 {
		f.add("a", "b", "c")
	}
	require.NoError(t, l.catchUp(t.Context()))
	assert.Equal(t, int64(150), l.Head())
	assert.Equal(t, upto(150), drain(t, from(t, l, 0, inn.Everything)))
	for _, topic := range []inn.Topic{"a", "b", "c"} {
		assert.Len(t, drain(t, from(t, l, 0, topic)), 50)
	}
	assert.Empty(t, drain(t, from(t, l, 0, "d")))
	f.events = append(f.events, inn.Event{Topic: "a"}) // a place that holds nothing any more
	f.add("a", "a", "a", "a", "a")
	require.NoError(t, l.catchUp(t.Context()))
	assert.Equal(t, int64(156), l.Head())
	assert.Len(t, drain(t, from(t, l, 150, "a")), 5)
}

// A reader that stops in the middle holds up nobody.
func TestAStuckReaderHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		l, _ := follow(t, f)
		stuck, quick := l.FromHead("a"), l.FromHead("a")
		for range 3 * tailLength / 100 {
			for range 100 {
				f.add("a")
			}
			synctest.Wait()
			require.Len(t, drain(t, quick), 100)
		}
		assert.Len(t, drain(t, stuck), 3*tailLength/100*100)
	})
}

// An event that was rewritten is told as it is now, also to who is so near the
// head that memory would have served them.
func TestAnErasureEmptiesTheTail(t *testing.T) {
	f := newFake()
	l := shortLog(t, f, 8)
	f.add("a", "a", "a")
	require.NoError(t, l.catchUp(t.Context()))
	waiting := from(t, l, 2, "a")
	old := mustReady(t, from(t, l, 0, "a"))
	f.mu.Lock()
	for i := range f.events {
		f.events[i].Subject = "erased"
	}
	f.mu.Unlock()
	f.add("a")
	f.mu.Lock()
	f.events[3].Type = inn.GuestErased
	f.mu.Unlock()
	require.NoError(t, l.catchUp(t.Context()))
	for _, c := range []*Cursor{from(t, l, 0, "a"), waiting} {
		for _, e := range mustReady(t, c) {
			if e.ID < 4 {
				assert.Equal(t, "erased", e.Subject)
			}
		}
		assert.Equal(t, int64(4), c.Pos())
	}
	for _, e := range l.now.Load().tail {
		assert.NotContains(t, old, e)
	}
	assert.Equal(t, int64(3), l.now.Load().first)
}
