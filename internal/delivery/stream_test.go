package delivery

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// waiting waits until one of the open streams has nothing left to do, and takes
// it back from the log.
func (h *house) waiting(which func(*stream) bool) (found *stream) {
	h.t.Helper()
	require.Eventually(h.t, func() bool {
		h.subscribers.each(func(c *subscriber) {
			if found == nil && which(c.stream) && c.stream.cursor.Unpark() {
				found = c.stream
			}
		})
		return found != nil
	}, soon, time.Millisecond)
	return found
}

// logged is what was logged so far.
type logged struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// A panic while a stream is delivered to is the end of that stream and of nothing
// else, whether it was at once or in a goroutine of its own.
func TestPanicIsOneStreamsEnd(t *testing.T) {
	h := newHouse(t)
	out := &logged{}
	h.logger = slog.New(slog.NewTextHandler(out, nil))
	for _, how := range []string{"at-once", "waiting"} {
		poisoned := h.stream("/program")
		st := h.waiting(func(*stream) bool { return true })
		other := h.stream("/program")
		st.wants = func(*inn.Event) bool { panic("a poison, " + how) }
		if how == "waiting" {
			st.cursor.Rewind(0)
			go st.deliverWaiting()
		} else {
			require.True(t, st.park())
		}
		h.publish("lake-house", how)
		for range poisoned.messages {
		}
		assert.ErrorIs(t, poisoned.failed, io.ErrUnexpectedEOF, "it can tell that this was no end")
		other.until(how)
		other.close()
		assert.Contains(t, out.String(), "a poison, "+how)
		require.Eventually(t, func() bool { _, programs, _ := h.Load(); return programs == 0 }, soon, time.Millisecond)
	}
}

// A value that changed calls the pages that show it, and no others.
func TestAChangeCallsThePagesThatShowIt(t *testing.T) {
	h := newHouse(t)
	other, err := h.store.AddMember(t.Context(), operator, inn.Member{Email: "other@house.test", Name: "The other", Role: inn.Staff, Properties: []string{"hill-cottage"}}, "a-long-enough-one")
	require.NoError(t, err)
	h.stream(h.page())
	h.stream(fmt.Sprintf("/page?person=%d", other.ID))
	h.stream("/program")
	called := func(v value) (who []int64) {
		h.subscribers.each(func(c *subscriber) {
			require.Eventually(t, c.stream.cursor.Unpark, soon, time.Millisecond)
			c.stream.due.Store(0) // and it stays with the test
		})
		h.changed(v)
		h.subscribers.each(func(c *subscriber) {
			if c.stream.due.Swap(0)&dueState != 0 {
				who = append(who, c.viewer.UserID)
			}
			require.True(t, c.stream.park())
		})
		return who
	}
	assert.Equal(t, []int64{h.staff.ID}, called(preferencesOf(h.staff.ID)))
	assert.Equal(t, []int64{other.ID}, called(badgeOf(inn.Viewer{UserID: other.ID})))
	assert.ElementsMatch(t, []int64{h.staff.ID, other.ID}, called(value{kind: presenceValue}))
	assert.Equal(t, []int64{other.ID}, called(value{kind: figuresValue, of: "property:hill-cottage hill-cottage"}))
	assert.Empty(t, called(value{kind: figuresValue, of: "portfolio "}))
}
