package delivery

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
	"baithaka/internal/intake"
	"baithaka/store"
)

// What is kept of large events is bounded, in however many forms they are asked
// for.
func TestFramesAreBoundedInBytes(t *testing.T) {
	f := newFrames(func() string { return "k7f2" }, slog.New(slog.DiscardHandler))
	data := json.RawMessage(`{"detail":"` + strings.Repeat("x", 1<<20) + `"}`)
	for id := range int64(30) {
		e := &inn.Event{ID: id, Type: inn.UserAction, Topic: inn.System, Data: data}
		for _, visibility := range []inn.Visibility{{}, {Money: true}} {
			assert.NotEmpty(t, f.frame(e, visibility, false, false))
			f.frame(e, visibility, true, true)
		}
		kept := 0
		for i := range f.of {
			if at := f.of[i].Load(); at != nil {
				for _, one := range at.made {
					kept += len(one.chunk) + len(one.of)
				}
			}
		}
		require.LessOrEqual(t, kept, framesBytes)
	}
}

// Who erases a guest, in this process or another, need not know what is kept here:
// the event says so.
func TestFramesAreLetGoWhenAGuestIsErased(t *testing.T) {
	h := newHouse(t)
	batch, err := intake.JSON([]byte(`{"type":"booking:new","payload":{"id":"BK-1","type":"property","title":"Room","propertyId":"lake-house","customerName":"Iva Novak","status":"new"}}`), time.Now())
	require.NoError(t, err)
	events, _, err := h.store.Publish(t.Context(), h.key.Viewer(), store.Idempotency{}, batch.Batch)
	require.NoError(t, err)
	require.Contains(t, string(h.frames.frame(events[0], inn.Visibility{}, true, false)), "Iva Novak")
	require.NotNil(t, h.frames.of[events[0].ID%framesKept].Load())
	root, err := h.store.AddMember(t.Context(), operator, inn.Member{Email: "root@house.test", Name: "Root", Role: inn.SuperAdmin}, "a-long-enough-one")
	require.NoError(t, err)
	_, err = h.store.BeginErasure(t.Context(), root.Viewer(), []string{"BK-1"}, nil)
	require.NoError(t, err)
	require.NoError(t, h.store.Erase(t.Context()))
	_, head, err := h.store.Bounds(t.Context())
	require.NoError(t, err)
	h.heard(head)
	assert.Nil(t, h.frames.of[events[0].ID%framesKept].Load())
}

// What was rendered in one year is not handed on in the next.
func TestFramesTurnWithTheYear(t *testing.T) {
	f := newFrames(func() string { return "k7f2" }, slog.New(slog.DiscardHandler))
	today := inn.Date("2026-11-21")
	f.today = func(string, time.Time) inn.Date { return today }
	e := &inn.Event{ID: 1, Type: inn.BookingNew, Subject: "booking:BK-1", Property: "lake-house",
		Data: []byte(`{"id":"BK-1","type":"property","title":"Room","customerName":"Iva","status":"new","checkIn":"2026-12-12","checkOut":"2026-12-15"}`)}
	assert.Contains(t, string(f.frame(e, inn.Visibility{}, true, false)), "12–15 Dec,")
	today = "2027-01-01"
	assert.Contains(t, string(f.frame(e, inn.Visibility{}, true, false)), "12–15 Dec 2026,")
	f.today = nil
	assert.Contains(t, string(f.frame(e, inn.Visibility{}, true, false)), "12–15 Dec 2026,", "who cannot know says it")
}
