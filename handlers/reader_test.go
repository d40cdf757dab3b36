package handlers

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"baithaka/internal/oracle"
)

// soon is how long something that must come may take. It is a deadline, so that
// a test that would wait for ever fails; nothing is measured with it.
const soon = 30 * time.Second

// message is one message of a stream.
type message = oracle.Message

// reader is an open stream.
type reader struct {
	t        *testing.T
	site     *site
	status   int
	header   http.Header
	program  bool         // its events are JSON
	messages chan message // closed at the end
	failed   error        // why it ended; read after messages is closed
	close    func()
	lastID   string
}

// stream opens a stream and reads it in the background. lastEventID "" sends no
// such header.
func (s *site) stream(path string, who *caller, lastEventID string, headers ...string) *reader {
	s.t.Helper()
	if lastEventID != "" {
		headers = append(headers, "Last-Event-ID", lastEventID)
	}
	req, err := who.request(http.MethodGet, path, "", headers...)
	require.NoError(s.t, err)
	res, err := s.client.Do(req)
	require.NoError(s.t, err)
	r := &reader{t: s.t, site: s, status: res.StatusCode, header: res.Header, program: strings.HasPrefix(path, "/api/"), messages: make(chan message, 1<<16)}
	r.close = func() { res.Body.Close() }
	s.t.Cleanup(r.close)
	if r.status != http.StatusOK {
		body, _ := io.ReadAll(res.Body)
		r.failed = fmt.Errorf("%d %s", res.StatusCode, body)
		close(r.messages)
		return r
	}
	require.Equal(s.t, "text/event-stream; charset=utf-8", res.Header.Get("Content-Type"))
	go func() {
		defer close(r.messages)
		r.failed = oracle.Read(res.Body, func(m message) { r.messages <- m })
	}()
	return r
}

// next returns the next message; the test fails when none comes in time.
func (r *reader) next(within time.Duration) message {
	r.t.Helper()
	select {
	case m, open := <-r.messages:
		if !open {
			require.FailNow(r.t, "the stream ended", "%v", r.failed)
		}
		if m.HasID {
			r.lastID = m.ID
		}
		if r.program && strings.Contains(m.Event, ":") {
			require.NoError(r.t, theContract().fitsText("/components/schemas/Event", m.Data), "openapi.json and the stream: %s", m.Data)
		}
		return m
	case <-time.After(within):
		require.FailNow(r.t, "no message came")
	}
	return message{}
}

// until reads up to the message of that name and returns those before it.
func (r *reader) until(event string) (before []message, found message) {
	r.t.Helper()
	for {
		m := r.next(soon)
		if m.Event == event {
			return before, m
		}
		before = append(before, m)
	}
}

// live reads past hello and live.
func (r *reader) live() *reader {
	r.t.Helper()
	require.Equal(r.t, "hello", r.next(soon).Event)
	r.until("live")
	return r
}

// happened is an event of the JSON stream.
type happened struct {
	ID, Type, Kind, Priority, Property, Subject, Actor, Timestamp string
	Payload                                                       map[string]any
}

// events returns the next n events, passing over control messages and the
// figures, which come when they come.
func (r *reader) events(n int) []happened {
	r.t.Helper()
	var all []happened
	for len(all) < n {
		m := r.next(soon)
		if !strings.Contains(m.Event, ":") || m.Event == "metrics:update" {
			require.NotEqual(r.t, "bye", m.Event)
			require.NotEqual(r.t, "resync", m.Event)
			continue
		}
		var e happened
		require.NoError(r.t, json.Unmarshal([]byte(m.Data), &e))
		require.Equal(r.t, m.ID, e.ID)
		require.Equal(r.t, m.Event, e.Type)
		all = append(all, e)
	}
	return all
}

// subjects returns what the next n events are about.
func (r *reader) subjects(n int) []string {
	r.t.Helper()
	var all []string
	for _, e := range r.events(n) {
		all = append(all, strings.TrimPrefix(e.Subject, "booking:"))
	}
	return all
}

// pushed reads a page's stream until one of its messages holds text, and gives
// everything up to there.
func (r *reader) pushed(text string) string {
	r.t.Helper()
	var all strings.Builder
	for {
		m := r.next(soon)
		require.NotEqual(r.t, "bye", m.Event)
		all.WriteString(m.Data + "\n")
		if strings.Contains(m.Data, text) {
			return all.String()
		}
	}
}

// ends reads to the end and returns the last message.
func (r *reader) ends() (last message) {
	r.t.Helper()
	for {
		select {
		case m, open := <-r.messages:
			if !open {
				return last
			}
			last = m
		case <-time.After(soon):
			require.FailNow(r.t, "the stream did not end")
		}
	}
}

// upTo returns everything a stream sends until it has passed a position.
func (r *reader) upTo(position string) string {
	r.t.Helper()
	var all strings.Builder
	for _, m := range r.gather(position) {
		fmt.Fprintf(&all, "%s\n", m)
	}
	return all.String()
}

// gather returns the messages a stream sends until it has passed a position. Where
// it has nothing to hear, a beat says so; it is woken until one comes.
func (r *reader) gather(position string) []message {
	r.t.Helper()
	var all []message
	for deadline := time.Now().Add(soon); r.lastID == "" || eventNumber(r.t, r.lastID) < eventNumber(r.t, position); {
		require.True(r.t, time.Now().Before(deadline), "the stream did not come to %s", position)
		select {
		case m, open := <-r.messages:
			if !open {
				require.FailNow(r.t, "the stream ended", "%v", r.failed)
			}
			if m.HasID {
				r.lastID = m.ID
			}
			all = append(all, m)
		case <-time.After(20 * time.Millisecond):
			r.site.streams.Beat()
		}
	}
	return all
}

// eventNumber returns the number in a position.
func eventNumber(t *testing.T, position string) (id int64) {
	t.Helper()
	_, number, _ := strings.Cut(position, "-")
	_, err := fmt.Sscan(number, &id)
	require.NoError(t, err, position)
	return id
}

// form posts a form, as a browser does.
func (c *caller) form(path string, fields ...string) answer {
	c.site.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return c.do(http.MethodPost, path, form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Origin", c.site.url)
}

// booking writes a native booking event; more holds further fields of the
// payload, each with a comma before it.
func booking(event, id, property, more string) string {
	return fmt.Sprintf(`{"type":"booking:%s","property":%q,"payload":{"id":%q,"type":"property","title":"Stay %s","customerName":"Guest %s"%s}}`,
		event, property, id, id, id, more)
}

// publish posts an event that must be stored, and returns its position.
func (c *caller) publish(body string) string {
	c.site.t.Helper()
	r := c.post("/api/v1/events", body)
	require.Equal(c.site.t, http.StatusCreated, r.Status, r.Body)
	id, _ := r.json(c.site.t)["id"].(string)
	return id
}

// count counts rows.
func (s *site) count(from string) (n int) {
	s.t.Helper()
	require.NoError(s.t, s.db.Read.QueryRow(`SELECT count(*) FROM `+from).Scan(&n))
	return n
}

// stored counts what publishing makes; figures come by themselves.
func (s *site) stored() [3]int {
	s.t.Helper()
	return [3]int{s.count(`events WHERE type <> 'metrics:update'`), s.count(`bookings`), s.count(`notifications`)}
}

// head returns the position of the last event that is committed; the log may be a
// moment behind.
func (s *site) head() string {
	s.t.Helper()
	_, head, err := s.store.Bounds(s.t.Context())
	require.NoError(s.t, err)
	return fmt.Sprintf("%s-%d", s.store.Epoch(), head)
}
