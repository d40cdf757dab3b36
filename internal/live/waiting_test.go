package live

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// parked parks a cursor and counts its calls.
func parked(t *testing.T, c *Cursor) (calls *int) {
	t.Helper()
	calls = new(int)
	require.True(t, c.Park(func() { *calls++ }))
	return calls
}

func TestWhoWaitsIsCalledForTheirTopicsAlone(t *testing.T) {
	f := newFake()
	l := shortLog(t, f, 8)
	add := func(topics ...inn.Topic) {
		f.add(topics...)
		require.NoError(t, l.catchUp(t.Context()))
	}
	a, both, everything, none := l.FromHead("a", "a"), l.FromHead("a", "b"), l.FromHead("c", inn.Everything), l.FromHead()
	callsBoth, callsAll, callsNone := parked(t, both), parked(t, everything), parked(t, none)
	parked(t, a)
	assert.True(t, a.Unpark())
	assert.False(t, a.Unpark(), "whoever takes it back has it")
	callsA := parked(t, a)

	add("b", "c", "b", "a")
	assert.Equal(t, []int{1, 1, 1, 0}, []int{*callsA, *callsBoth, *callsAll, *callsNone}, "once, however much came")
	assert.Equal(t, int64(3), a.Pos(), "what came before was not for it")
	assert.Equal(t, int64(0), both.Pos())
	assert.Equal(t, []int64{4}, ids(mustReady(t, a)))
	assert.Equal(t, []int64{1, 3, 4}, ids(mustReady(t, both)))
	assert.Len(t, mustReady(t, everything), 4)
	assert.False(t, a.Unpark(), "it has been called")

	assert.True(t, none.Unpark())
	assert.Equal(t, int64(4), none.Pos(), "taken back, it is where the log is")
	assert.Nil(t, l.waiting.all.first, "nobody is left in a list")
	for topic, left := range l.waiting.on {
		assert.Nil(t, left.first, topic)
	}

	both.Rewind(2)
	assert.False(t, both.Park(nil), "there is something to read")
}

// A recipient hears an event on a topic that it does not follow otherwise.
func TestWhoIsAddressedIsCalled(t *testing.T) {
	l := shortLog(t, newFake(), 8)
	c, other := l.FromHead("user:1", "x"), l.FromHead("user:2")
	calls, others := parked(t, c), parked(t, other)
	l.push([]inn.Event{{ID: 1, Topic: "a"}, {ID: 2, Topic: "x", To: []inn.Topic{"user:1", "user:3"}}}, 2)
	assert.Equal(t, 1, *calls, "once, though it stands in two lists")
	assert.Zero(t, *others)
	assert.Equal(t, int64(1), c.Pos())
}

// However much happens elsewhere, who waits does not fall out of the tail.
func TestWhoWaitsIsNeverBehind(t *testing.T) {
	f := newFake()
	l := shortLog(t, f, 8)
	c := l.FromHead("rare")
	calls := parked(t, c)
	for range 20 {
		f.add("a", "a", "a", "a", "a")
		require.NoError(t, l.catchUp(t.Context()))
	}
	reads := f.reads
	f.add("rare")
	require.NoError(t, l.catchUp(t.Context()))
	assert.Equal(t, 1, *calls)
	events, ok := c.Tail()
	assert.True(t, ok)
	assert.Equal(t, []int64{101}, ids(events))
	assert.Equal(t, reads+1, f.reads, "the log's own, and none for the cursor")
}

func TestTheEndCallsEverybody(t *testing.T) {
	l := shortLog(t, newFake(), 8)
	calls := []*int{parked(t, l.FromHead("a", "b")), parked(t, l.FromHead("b")), parked(t, l.FromHead(inn.Everything)), parked(t, l.FromHead("a"))}
	l.close()
	for _, n := range calls {
		assert.Equal(t, 1, *n)
	}
	assert.False(t, l.FromHead("a").Park(nil), "nothing comes any more")
	assert.True(t, l.Closed())
}

// A position that the log has not read yet is not called for what it has.
func TestWhoIsAheadIsNotCalledForWhatTheyHave(t *testing.T) {
	f := newFake()
	l := shortLog(t, f, 8)
	f.add("a", "a")
	c := from(t, l, 2, "a")
	calls := parked(t, c)
	require.NoError(t, l.catchUp(t.Context()))
	assert.Zero(t, *calls)
	f.add("a")
	require.NoError(t, l.catchUp(t.Context()))
	assert.Equal(t, 1, *calls)
	assert.Equal(t, []int64{3}, ids(mustReady(t, c)))
}
