package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/figures"
	"baithaka/internal/inn"
	"baithaka/internal/live"
	"baithaka/internal/oracle"
	"baithaka/store"
)

// soon is a deadline for what must come; nothing is measured with it.
const soon = 30 * time.Second

var operator = inn.Viewer{Name: "test"}

// house is a store with two properties, and streams over it that are asked for
// by the number of a person or a key.
type house struct {
	*Streams
	t     *testing.T
	url   string
	staff inn.Member
	key   inn.Key
}

func newHouse(t *testing.T) *house {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	database, err := db.Open(ctx, t.TempDir())
	require.NoError(t, err)
	logger := slog.New(slog.DiscardHandler)
	s, err := store.New(ctx, database, logger)
	require.NoError(t, err)
	for _, slug := range []string{"lake-house", "hill-cottage"} {
		require.NoError(t, s.ListProperty(ctx, operator, inn.Property{Slug: slug, Name: slug, Category: inn.Stay, Units: 2, Currency: "INR", Zone: "Asia/Kolkata", Country: "IN"}))
	}
	h := &house{t: t}
	h.staff, err = s.AddMember(ctx, operator, inn.Member{Email: "staff@house.test", Name: "The staff", Role: inn.Staff, Properties: []string{"lake-house"}}, "a-long-enough-one")
	require.NoError(t, err)
	_, err = s.AddKey(ctx, operator, inn.Key{Name: "website", Scopes: []inn.Scope{inn.EventsRead, inn.EventsWrite}})
	require.NoError(t, err)
	keys, err := s.Keys(ctx)
	require.NoError(t, err)
	h.key = keys[0]
	log, err := live.New(ctx, s, logger)
	require.NoError(t, err)
	board := figures.New(s, log, logger)
	h.Streams = New(s, log, board, logger, Config{BadgeEvery: 10 * time.Millisecond}, func(inn.Viewer, string) Panel { return nil }, func(time.Duration) {}, nil)
	work, stop := context.WithCancel(ctx)
	var working sync.WaitGroup
	working.Go(func() { log.Run(work) })
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request := Request{Viewer: h.key.Viewer(), Ended: func(inn.Viewer, int64) {}, Position: r.Header.Get("Last-Event-ID")}
		if r.URL.Path == "/page" {
			id, _ := strconv.ParseInt(r.URL.Query().Get("person"), 10, 64)
			request.Viewer, request.Page = inn.Viewer{UserID: id}, true
		}
		if _, err := h.Serve(w, r, request); err != nil {
			panic(http.ErrAbortHandler)
		}
	}))
	h.url = server.URL
	t.Cleanup(func() {
		stop()
		working.Wait()
		server.CloseClientConnections()
		server.Close()
		h.End(ctx)
		s.Close()
		require.NoError(t, database.Close())
	})
	return h
}

// who is the member of staff as they are now, and page the address of their
// stream.
func (h *house) who() inn.Viewer {
	h.t.Helper()
	v, _, err := h.store.Current(h.t.Context(), inn.Viewer{UserID: h.staff.ID})
	require.NoError(h.t, err)
	return v
}

func (h *house) page() string { return fmt.Sprintf("/page?person=%d", h.staff.ID) }

// publish stores an alert at a property and returns its position.
func (h *house) publish(property, key string) int64 {
	h.t.Helper()
	events, _, err := h.store.Publish(h.t.Context(), h.key.Viewer(), store.Idempotency{}, inn.Batch{Publications: []inn.Publication{
		{Type: inn.AlertRaised, Alert: &inn.AlertChange{Property: property, Key: key, Title: inn.Given(key)}},
	}})
	require.NoError(h.t, err)
	return events[0].ID
}

// heard waits until the streams can hear of an event.
func (h *house) heard(event int64) {
	h.t.Helper()
	require.Eventually(h.t, func() bool { return h.log.Head() >= event }, soon, time.Millisecond)
}

// reader is a stream that is read to its end.
type reader struct {
	t        *testing.T
	messages chan oracle.Message // closed at the end
	failed   error               // why it ended; read after that
	close    func()
}

// stream opens a stream and reads it until it is live.
func (h *house) stream(path string) *reader {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, h.url+path, nil)
	require.NoError(h.t, err)
	res, err := http.DefaultClient.Do(r)
	require.NoError(h.t, err)
	require.Equal(h.t, http.StatusOK, res.StatusCode)
	one := &reader{t: h.t, messages: make(chan oracle.Message, 1<<16), close: func() { res.Body.Close() }}
	h.t.Cleanup(one.close)
	go func() {
		defer close(one.messages)
		one.failed = oracle.Read(res.Body, func(m oracle.Message) { one.messages <- m })
	}()
	for m := one.next(); m.Event != "live"; m = one.next() {
	}
	return one
}

func (r *reader) next() oracle.Message {
	r.t.Helper()
	select {
	case m, open := <-r.messages:
		require.True(r.t, open, "the stream ended")
		return m
	case <-time.After(soon):
		require.FailNow(r.t, "no message came")
	}
	return oracle.Message{}
}

// until reads up to the message that holds text.
func (r *reader) until(text string) oracle.Message {
	r.t.Helper()
	for {
		if m := r.next(); strings.Contains(m.Data, text) {
			return m
		}
	}
}
