package oracle

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

var began = time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)

// at is so many milliseconds into the history.
func at(ms int) time.Time { return began.Add(time.Duration(ms) * time.Millisecond) }

func onTopic(topics ...string) func(Event) bool {
	return func(e Event) bool {
		for _, t := range topics {
			if e.Topic == t {
				return true
			}
		}
		return false
	}
}

// ordinary is a history without a fault: six events on two topics, alternating
// (lake odd, hill even), each acknowledged before the next is sent.
func ordinary() *History {
	h := &History{}
	for i, name := range []string{"a", "b", "c", "d", "e", "f"} {
		topic := []string{"lake", "hill"}[i%2]
		h.Acked(Event{Position: int64(i + 1), Name: name, Topic: topic, Type: "booking:new"}, at(10*i), at(10*i+5))
	}
	return h
}

// given writes down a stream from a position on, with what it was given.
func given(h *History, viewer string, begin int64, positions ...int64) *Stream {
	s := h.Stream("s", viewer)
	s.Begin(begin)
	for _, p := range positions {
		s.Got(Delivery{Position: p, Name: string(rune('a' + p - 1)), At: at(int(p) * 10)})
	}
	return s
}

func TestEachFaultIsFound(t *testing.T) {
	cases := map[string]struct {
		happened func(*History)
		want     map[Kind]int
	}{
		"all is well": {func(h *History) {
			given(h, "all", 0, 1, 2, 3, 4, 5, 6)
			given(h, "all", 3, 4, 5).Reached(5)
		}, nil},
		"one is passed over":                   {func(h *History) { given(h, "all", 0, 1, 2, 4) }, map[Kind]int{Lost: 1}},
		"the last is passed over by a beat":    {func(h *History) { given(h, "all", 0, 1, 2).Reached(4) }, map[Kind]int{Lost: 2}},
		"what comes after the end was not due": {func(h *History) { given(h, "all", 0, 1, 2) }, nil},
		"a reconnect that skips": {func(h *History) {
			s := given(h, "all", 0, 1, 2)
			s.Begin(2)
			s.Got(Delivery{Position: 4, Name: "d", At: at(99)})
		}, map[Kind]int{Lost: 1}},
		"a gap that was announced": {func(h *History) {
			s := given(h, "all", 0, 1, 2)
			s.Begin(4)
			s.Got(Delivery{Position: 5, Name: "e", At: at(99)})
		}, nil},
		"the same twice":               {func(h *History) { given(h, "all", 0, 1, 2, 2, 3) }, map[Kind]int{Duplicated: 1}},
		"the same again after a break": {func(h *History) { given(h, "all", 0, 1, 2, 3).Begin(2); given(h, "all", 1, 2, 3, 2) }, map[Kind]int{Duplicated: 1}},
		"two change places":            {func(h *History) { given(h, "all", 0, 1, 3, 2, 4) }, map[Kind]int{Reordered: 1}},
		"the log has another order than its publishers": {func(h *History) {
			h.Acked(Event{Position: 9, Name: "later"}, at(100), at(110))
			h.Acked(Event{Position: 8, Name: "sooner"}, at(120), at(130))
		}, map[Kind]int{Reordered: 1}},
		"what overlaps may have either order": {func(h *History) {
			h.Acked(Event{Position: 9, Name: "later"}, at(100), at(110))
			h.Acked(Event{Position: 8, Name: "sooner"}, at(105), at(130))
		}, nil},
		"an event nobody published": {func(h *History) { given(h, "all", 5, 6, 7) }, map[Kind]int{Phantom: 1}},
		"another event than was published": {func(h *History) {
			given(h, "all", 5).Got(Delivery{Position: 6, Name: "x", At: at(99)})
		}, map[Kind]int{Phantom: 1}},
		"a publish without an answer may be there": {func(h *History) { h.Tried("g"); given(h, "all", 5, 6, 7) }, nil},
		"stored twice": {func(h *History) {
			log(h, "a", "b", "c", "d", "e", "f", "c")
		}, map[Kind]int{Duplicated: 1}},
		"acknowledged and not stored":    {func(h *History) { log(h, "a", "b", "c", "d", "e") }, map[Kind]int{Lost: 1}},
		"stored and published by nobody": {func(h *History) { log(h, "a", "b", "c", "d", "e", "f", "g") }, map[Kind]int{Phantom: 1}},
		"delivered and not stored": {func(h *History) {
			log(h, "a", "b", "c", "d", "e", "f")
			h.Tried("g")
			given(h, "all", 5, 6, 7)
		}, map[Kind]int{Phantom: 1}},
		"one idempotency key, two places": {func(h *History) {
			h.Acked(Event{Position: 7, Name: "a"}, at(100), at(110))
		}, map[Kind]int{Duplicated: 1}},
		"one idempotency key, the same answer": {func(h *History) {
			h.Acked(Event{Position: 1, Name: "a"}, at(100), at(110))
		}, nil},
		"two events at one place": {func(h *History) {
			h.Acked(Event{Position: 6, Name: "g"}, at(100), at(110))
		}, map[Kind]int{Phantom: 1}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			h := ordinary()
			c.happened(h)
			v := h.Judge()
			if len(c.want) == 0 {
				assert.True(t, v.Clean(), v)
				return
			}
			assert.Equal(t, c.want, v.Counts, v)
			assert.NotEmpty(t, v.Examples)
		})
	}
}

// log says that the log holds these, from position 1 on.
func log(h *History, names ...string) {
	for i, name := range names {
		h.Logged(int64(i+1), name)
	}
}

func TestRights(t *testing.T) {
	lake := onTopic("lake")
	both := onTopic("lake", "hill")
	cases := map[string]struct {
		happened func(*History)
		want     map[Kind]int
	}{
		"what one may hear is all one is given": {func(h *History) {
			h.Rights("v", 0, at(0), lake)
			given(h, "v", 0, 1, 3, 5).Reached(6)
		}, nil},
		"a right that holds is served": {func(h *History) {
			h.Rights("v", 0, at(0), lake)
			given(h, "v", 0, 1, 5)
		}, map[Kind]int{Lost: 1}},
		"somebody else's": {func(h *History) {
			h.Rights("v", 0, at(0), lake)
			given(h, "v", 0, 1, 2, 3)
		}, map[Kind]int{Leaked: 1}},
		"before any right": {func(h *History) {
			h.Rights("v", 2, at(25), lake)
			given(h, "v", 0, 1, 3)
		}, nil}, // given when the right had come: that is a replay
		"long before a right": {func(h *History) {
			h.Rights("v", 2, at(2000), lake)
			given(h, "v", 0, 1)
		}, map[Kind]int{Leaked: 1}},
		"after the revocation in the log": {func(h *History) {
			h.Rights("v", 0, at(0), both)
			h.Rights("v", 3, at(35), lake)
			given(h, "v", 0, 1, 2, 3, 4, 5)
		}, map[Kind]int{Leaked: 1}},
		"from before the revocation, at once": {func(h *History) {
			h.Rights("v", 0, at(0), both)
			h.Rights("v", 2, at(15), lake)
			given(h, "v", 0, 1, 2, 3)
		}, nil},
		"from before the revocation, or not": {func(h *History) {
			h.Rights("v", 0, at(0), both)
			h.Rights("v", 2, at(15), lake)
			given(h, "v", 0, 1, 3)
		}, nil},
		"from before the revocation, replayed long after": {func(h *History) {
			h.Rights("v", 0, at(0), both)
			h.Rights("v", 2, at(15), lake)
			given(h, "v", 0, 1).Got(Delivery{Position: 2, Name: "b", At: at(1100), Replayed: true})
		}, map[Kind]int{Leaked: 1}},
		"after a new right": {func(h *History) {
			h.Rights("v", 0, at(0), lake)
			h.Rights("v", 3, at(35), both)
			given(h, "v", 0, 1, 3, 5).Reached(6)
		}, map[Kind]int{Lost: 2}},
		"nobody any more": {func(h *History) {
			h.Rights("v", 0, at(0), both)
			h.Rights("v", 3, at(35), func(Event) bool { return false })
			given(h, "v", 0, 1, 2, 3, 4)
		}, map[Kind]int{Leaked: 1}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			h := ordinary()
			c.happened(h)
			v := h.Judge()
			if len(c.want) == 0 {
				assert.True(t, v.Clean(), v)
				return
			}
			assert.Equal(t, c.want, v.Counts, v)
		})
	}
	h := ordinary()
	h.Rights("v", 0, at(0), lake)
	s := given(h, "v", 0, 2)
	s.Got(Delivery{Position: 4, Name: "d", At: at(99), Replayed: true})
	v := h.Judge()
	assert.Equal(t, 1, v.LeakedLive)
	assert.Equal(t, 1, v.LeakedReplay)
	assert.Contains(t, v.String(), "2 lost, 0 duplicated, 0 reordered, 2 leaked (1 live, 1 replayed)")
	assert.Contains(t, v.String(), "leaked: s at 2: b (booking:new, hill) was given to v")
}
