package handlers

import (
	"log/slog"
	"net"
	"testing"

	"baithaka/inn"
)

func benchEvent(id int64) *inn.Event {
	return &inn.Event{
		ID: id, Topic: inn.PropertyTopic("lake-house"), Property: "lake-house", Type: inn.AlertRaised, Priority: inn.High,
		Subject: "alert:lake-house:boiler", Actor: "key:website", Data: []byte(`{"key":"boiler","title":"Boiler off","status":"open"}`),
	}
}

// A frame that somebody has rendered already: what almost every delivery is.
func BenchmarkFrameIsThere(b *testing.B) {
	f := newFrames("k7f2", slog.New(slog.DiscardHandler))
	e := benchEvent(1)
	sight := inn.Sight{Money: true, Zone: "Asia/Kolkata"}
	f.frame(e, inn.Sight{}, true)
	f.frame(e, sight, false)
	b.ReportAllocs()
	for b.Loop() {
		if len(f.frame(e, sight, false)) == 0 {
			b.Fatal("no frame")
		}
	}
}

func BenchmarkFrameIsRendered(b *testing.B) {
	for name, page := range map[string]bool{"page": true, "program": false} {
		b.Run(name, func(b *testing.B) {
			f := newFrames("k7f2", slog.New(slog.DiscardHandler))
			b.ReportAllocs()
			for id := int64(1); b.Loop(); id++ {
				if len(f.frame(benchEvent(id), inn.Sight{}, page)) == 0 {
					b.Fatal("no frame")
				}
			}
		})
	}
}

// One event for one stream, all but the system call.
func BenchmarkHandOn(b *testing.B) {
	site := &Site{frames: newFrames("k7f2", slog.New(slog.DiscardHandler))}
	st := &stream{site: site, seat: &connection{}, viewer: inn.Viewer{KeyID: 1, Name: "k", Scopes: []inn.Scope{inn.EventsRead}}}
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
