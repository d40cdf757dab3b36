package delivery

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"baithaka/internal/delivery/conn"
	"baithaka/internal/inn"
	"baithaka/internal/live"
)

func benchEvent(id int64) *inn.Event {
	return &inn.Event{
		ID: id, Topic: inn.PropertyTopic("lake-house"), Property: "lake-house", Type: inn.AlertRaised, Priority: inn.High,
		Subject: "alert:lake-house:boiler", Actor: "key:website", Data: []byte(`{"key":"boiler","title":"Boiler off","status":"open"}`),
	}
}

// A frame that somebody has rendered already: what almost every delivery is.
func BenchmarkFrameIsThere(b *testing.B) {
	f := newFrames(func() string { return "k7f2" }, slog.New(slog.DiscardHandler))
	e := benchEvent(1)
	visibility := inn.Visibility{Money: true, Zone: "Asia/Kolkata"}
	f.frame(e, inn.Visibility{}, true, true)
	f.frame(e, visibility, false, true)
	b.ReportAllocs()
	for b.Loop() {
		if len(f.frame(e, visibility, false, true)) == 0 {
			b.Fatal("no frame")
		}
	}
}

func BenchmarkFrameIsRendered(b *testing.B) {
	for name, page := range map[string]bool{"page": true, "program": false} {
		b.Run(name, func(b *testing.B) {
			f := newFrames(func() string { return "k7f2" }, slog.New(slog.DiscardHandler))
			b.ReportAllocs()
			for id := int64(1); b.Loop(); id++ {
				if len(f.frame(benchEvent(id), inn.Visibility{}, page, true)) == 0 {
					b.Fatal("no frame")
				}
			}
		})
	}
}

// One event for one stream, all but the system call.
func BenchmarkHandOn(b *testing.B) {
	d := &Streams{frames: newFrames(func() string { return "k7f2" }, slog.New(slog.DiscardHandler))}
	st := &stream{Streams: d, subscriber: &subscriber{}, connection: connection{chunked: true}, Request: Request{Viewer: inn.Viewer{KeyID: 1, Name: "k", Scopes: []inn.Scope{inn.EventsRead}}}}
	st.wants = st.Filter.of(st.Viewer)
	events := []*inn.Event{benchEvent(1)}
	var some batch
	b.ReportAllocs()
	for b.Loop() {
		some.reset()
		if err := st.gather(b.Context(), &some, events); err != nil {
			b.Fatal(err)
		}
	}
	if len(some.bytes) == 0 {
		b.Fatal("nothing was handed on")
	}
}

// memoryLog is a source of a log with the events it was given.
type memoryLog struct {
	events   []inn.Event
	appended chan struct{}
}

func (m *memoryLog) Events(_ context.Context, after, upto int64, _ int, _ []inn.Topic) ([]inn.Event, bool, error) {
	return slices.DeleteFunc(slices.Clone(m.events), func(e inn.Event) bool { return e.ID <= after || e.ID > upto }), false, nil
}

func (m *memoryLog) Bounds(context.Context) (trimmed, head int64, err error) { return 0, 0, nil }
func (m *memoryLog) Appended() <-chan struct{}                               { return m.appended }
func (m *memoryLog) Epoch() string                                           { return "k7f2" }

// taker is a connection that takes everything.
type taker struct {
	conn.Conn
	taken int
}

func (c *taker) TryWrite(b []byte) (int, error) { c.taken += len(b); return len(b), nil }

// A page of one who manages a property is called for an event there, hands it on
// and waits again: a delivery, all but the system call.
func BenchmarkDeliverToAPage(b *testing.B) {
	log, err := live.New(b.Context(), &memoryLog{[]inn.Event{*benchEvent(1)}, make(chan struct{})}, nil)
	require.NoError(b, err)
	go log.Run(b.Context())
	require.Eventually(b, func() bool { return log.Head() == 1 }, soon, time.Millisecond)
	v := inn.Viewer{UserID: 1, Role: inn.Manager, Properties: []string{"lake-house", "hill-cottage"}}
	d := &Streams{log: log, frames: newFrames(func() string { return "k7f2" }, slog.New(slog.DiscardHandler)), badges: newBadges(nil, nil, 0, log.Head, nil), subscribers: newSubscribers(Config{}), site: site{panel: func(inn.Viewer, string) Panel { return nil }}}
	state := d.newPage(v, "", 0, true)
	state.counted, state.figures = true, false
	to := &taker{}
	st := &stream{Streams: d, subscriber: &subscriber{live: true}, connection: connection{chunked: true, conn: to}, Request: Request{Viewer: v, Page: true}, state: state, cursor: log.FromHead(v.Topics()...), call: func() {}}
	var some batch
	b.ReportAllocs()
	for b.Loop() {
		st.cursor.Rewind(0)
		if !st.deliverAtOnce(&some) || !st.cursor.Unpark() {
			b.Fatal("it does not wait")
		}
	}
	if to.taken == 0 {
		b.Fatal("nothing was handed on")
	}
}
