package handlers

import (
	"context"
	"log/slog"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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
	sight := inn.Sight{Money: true, Zone: "Asia/Kolkata"}
	f.frame(e, inn.Sight{}, true, true)
	f.frame(e, sight, false, true)
	b.ReportAllocs()
	for b.Loop() {
		if len(f.frame(e, sight, false, true)) == 0 {
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
				if len(f.frame(benchEvent(id), inn.Sight{}, page, true)) == 0 {
					b.Fatal("no frame")
				}
			}
		})
	}
}

// One event for one stream, all but the system call.
func BenchmarkHandOn(b *testing.B) {
	site := &Site{frames: newFrames(func() string { return "k7f2" }, slog.New(slog.DiscardHandler))}
	st := &stream{site: site, seat: &connection{}, chunked: true, viewer: inn.Viewer{KeyID: 1, Name: "k", Scopes: []inn.Scope{inn.EventsRead}}}
	st.wants = narrowing{}.of(st.viewer)
	events := []*inn.Event{benchEvent(1)}
	var some batch
	b.ReportAllocs()
	for b.Loop() {
		some.reset()
		st.gather(&some, events)
	}
	if len(some.bytes) == 0 {
		b.Fatal("nothing was handed on")
	}
}

// memoryLog is a source of a log with the events it was given.
type memoryLog struct {
	events []inn.Event
	bell   chan struct{}
}

func (m *memoryLog) Events(_ context.Context, after, upto int64, _ int, _ []inn.Topic) ([]inn.Event, bool, error) {
	return slices.DeleteFunc(slices.Clone(m.events), func(e inn.Event) bool { return e.ID <= after || e.ID > upto }), false, nil
}

func (m *memoryLog) Bounds(context.Context) (trimmed, head int64, err error) { return 0, 0, nil }
func (m *memoryLog) Appended() <-chan struct{}                               { return m.bell }
func (m *memoryLog) Epoch() string                                           { return "k7f2" }

// taker is a connection that takes everything.
type taker struct{ wire }

func (taker) offer(b []byte) (int, error) { return len(b), nil }

// A page of one who manages a property is called for an event there, hands it on
// and waits again: a delivery, all but the system call.
func BenchmarkTurnOfAPage(b *testing.B) {
	log, err := live.New(b.Context(), &memoryLog{[]inn.Event{*benchEvent(1)}, make(chan struct{})}, nil)
	require.NoError(b, err)
	go log.Run(b.Context())
	require.Eventually(b, func() bool { return log.Head() == 1 }, soon, time.Millisecond)
	v := inn.Viewer{UserID: 1, Role: inn.Manager, Properties: []string{"lake-house", "hill-cottage"}}
	site := &Site{log: log, frames: newFrames(func() string { return "k7f2" }, slog.New(slog.DiscardHandler)), badges: newBadges(nil, nil, log.Head, nil), preferred: newPreferred()}
	state := &pageState{site: site, viewer: v, mine: site.badges.badge(v), sent: true}
	st := &stream{site: site, seat: &connection{}, viewer: v, page: true, chunked: true, state: state, wire: taker{}, cursor: log.FromHead(v.Topics()...), called: func() {}}
	var some batch
	b.ReportAllocs()
	for b.Loop() {
		st.cursor.Rewind(0)
		if !st.turn(&some) || !st.cursor.Unpark() {
			b.Fatal("it does not wait")
		}
	}
	if len(some.bytes) == 0 {
		b.Fatal("nothing was handed on")
	}
}

// One write of a kilobyte to a socket that takes it.
func BenchmarkOffer(b *testing.B) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer listener.Close()
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		buf := make([]byte, 1<<20)
		for {
			if _, err := conn.Read(buf); err != nil {
				return
			}
		}
	}()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	w, err := newTakenWire(conn, nil)
	if err != nil || !canTry {
		b.Skip("sockets cannot be tried here")
	}
	frame := make([]byte, 1000)
	b.ReportAllocs()
	for b.Loop() {
		n, err := w.offer(frame)
		if err != nil {
			b.Fatal(err)
		}
		if n < len(frame) {
			if err := w.write(frame[n:]); err != nil {
				b.Fatal(err)
			}
		}
	}
}
