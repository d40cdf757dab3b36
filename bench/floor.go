package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// floor is a server that does what cannot be left out and nothing else: it
// numbers what is published, keeps none of it, asks for no right, and sends it to
// whoever listens. What it costs on a machine is what there is to compare with.
// It speaks as much of Baithaka's API as a fanout needs, and runs as a process of
// its own, driven and measured like the program.
type floor struct {
	mu      sync.Mutex
	last    int64
	streams []func(delivered) // one that has gone stays: a run ends when its streams do
}

// delivered is one event on its way: as it is answered, and as it is sent.
type delivered struct {
	position      int64
	data, message []byte
}

// floors is how the streams of each are written to.
var floors = map[string]func(*floor, http.ResponseWriter, *http.Request){"bare": (*floor).bare, "naive": (*floor).naive}

// serveFloor is `bench floor KIND`: it serves until it is told to stop.
func serveFloor(kinds []string) error {
	if len(kinds) != 1 || floors[kinds[0]] == nil {
		return errors.New("which floor? bench floor bare | naive")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	told, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server := &http.Server{Handler: newFloor(kinds[0])}
	go func() {
		<-told.Done()
		_ = server.Close()
	}()
	fmt.Printf("A floor, %s, serves http://%s\n", kinds[0], listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func newFloor(kind string) http.Handler {
	f, mux := &floor{}, http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /api/v1/stream", func(w http.ResponseWriter, r *http.Request) { floors[kind](f, w, r) })
	mux.HandleFunc("POST /api/v1/events", f.publish)
	return mux
}

// publish reads one event, gives it to every stream, and answers it.
func (f *floor) publish(w http.ResponseWriter, r *http.Request) {
	var event struct {
		Property string
		Payload  json.RawMessage
	}
	if err := json.NewDecoder(r.Body).Decode(&event); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	f.mu.Lock()
	f.last++
	d := delivered{position: f.last}
	d.data = fmt.Appendf(nil, `{"id":"floor-%d","type":"alert:raised","kind":"alert_update","priority":"high","property":%q,`+
		`"subject":"alert:house-0:bench-0","actor":"key:bench","timestamp":"2026-01-01T00:00:00.000Z","payload":%s}`, d.position, event.Property, event.Payload)
	d.message = fmt.Appendf(nil, "id: floor-%d\nevent: alert:raised\ndata: %s\n\n", d.position, d.data)
	for _, send := range f.streams {
		send(d)
	}
	f.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `{"id":"floor-%d","event":%s}`, d.position, d.data)
}

// join begins a stream: what it says first is written before anything can be sent.
func (f *floor) join(begin func(hello string), send func(delivered)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	begin(fmt.Sprintf("id: floor-%[1]d\nevent: hello\ndata: {}\n\nid: floor-%[1]d\nevent: live\ndata: {}\n\n", f.last))
	f.streams = append(f.streams, send)
}

// bare takes the connection over from net/http; who publishes writes to one
// after the other.
func (f *floor) bare(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	write := func(b []byte) { _, _ = conn.Write(b) }
	f.join(func(hello string) {
		write([]byte("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + hello))
	}, func(d delivered) { write(d.message) })
}

// naive is what one writes first: the handler stays, is told over a channel, and
// writes with net/http.
func (f *floor) naive(w http.ResponseWriter, r *http.Request) {
	told := make(chan delivered, 64)
	flush := http.NewResponseController(w).Flush
	f.join(func(hello string) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, hello)
		_ = flush()
	}, func(d delivered) {
		select {
		case told <- d:
		case <-r.Context().Done():
		}
	})
	for {
		select {
		case d := <-told:
			if _, err := fmt.Fprintf(w, "id: floor-%d\nevent: alert:raised\ndata: %s\n\n", d.position, d.data); err != nil || flush() != nil {
				return
			}
		case <-r.Context().Done():
			return
		}
	}
}
