package handlers

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStreamBeginsWithHello(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write")
	at := writer.publish(booking("new", "BK-1", "lake-house", ""))
	head := writer.publish(booking("new", "BK-2", "lake-house", ""))
	for _, path := range []string{"/live", "/api/v1/stream?types=booking:new"} {
		r := s.stream(path, s.as("manager"), at)
		hello := r.next(soon)
		assert.Equal(t, "hello", hello.Event)
		assert.Equal(t, at, hello.ID, "it goes on from where it was, not from where the log is")
		wait, err := strconv.Atoi(hello.Retry)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, wait, 500)
		assert.LessOrEqual(t, wait, 1500)
		var data map[string]any
		require.NoError(t, json.Unmarshal([]byte(hello.Data), &data))
		assert.Equal(t, at, data["position"])
		assert.GreaterOrEqual(t, eventNumber(t, data["head"].(string)), eventNumber(t, head))
		assert.GreaterOrEqual(t, data["behind"].(float64), 1.0)
		assert.Equal(t, true, data["recovered"])

		missed := r.next(soon)
		assert.Equal(t, head, missed.ID)
		assert.Contains(t, missed.Data, "BK-2")
		_, live := r.until("live")
		assert.GreaterOrEqual(t, eventNumber(t, live.ID), eventNumber(t, head))
		s.streams.Beat()
		_, beat := r.until("beat")
		assert.GreaterOrEqual(t, eventNumber(t, beat.ID), eventNumber(t, head))

		assert.Equal(t, "no-store", r.header.Get("Cache-Control"))
		assert.Equal(t, "no", r.header.Get("X-Accel-Buffering"))
		assert.Empty(t, r.header.Get("Content-Encoding"))
		assert.Empty(t, r.header.Get("Access-Control-Allow-Origin"))
	}
	fresh := s.stream("/live", s.as("manager"), "")
	hello := fresh.next(soon)
	assert.Contains(t, hello.Data, `"recovered":false`)
	assert.GreaterOrEqual(t, eventNumber(t, hello.ID), eventNumber(t, head))
}

// A message of the JSON stream is exactly what CONTRACT shows.
func TestJSONMessage(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write,events:read,money:read")
	r := s.stream("/api/v1/stream", writer, "").live()
	id := writer.publish(native)
	m := r.next(soon)
	for m.Event == "metrics:update" {
		m = r.next(soon)
	}
	assert.Equal(t, id, m.ID)
	assert.Equal(t, "booking:new", m.Event)
	var data map[string]any
	require.NoError(t, json.Unmarshal([]byte(m.Data), &data))
	assert.ElementsMatch(t, []string{"id", "type", "kind", "priority", "property", "subject", "actor", "timestamp", "payload"}, slices.Collect(keysOf(data)))
	assert.Equal(t, "booking_update", data["kind"])
	assert.Equal(t, "booking:BK-1001", data["subject"])
}

func keysOf(m map[string]any) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// What happens while a connection is cut comes afterwards, in order, once.
func TestResumeAfterCut(t *testing.T) {
	s := newSite(t)
	writer, manager := s.key("events:write"), s.as("manager")
	program := s.key("events:read")
	json1, page1 := s.stream("/api/v1/stream", program, "").live(), s.stream("/live", manager, "").live()
	var want []string
	send := func(from, to int) {
		for i := from; i < to; i++ {
			want = append(want, fmt.Sprintf("BK-c%02d", i))
			writer.publish(booking("new", want[i], "lake-house", ""))
		}
	}
	send(0, 5)
	assert.Equal(t, want, json1.subjects(5))
	page1.pushed("BK-c04")
	json1.close()
	page1.close()
	send(5, 25)

	for _, resumed := range []*reader{
		s.stream("/api/v1/stream", program, json1.lastID),
		s.stream("/api/v1/stream?after="+json1.lastID, program, ""),
		s.stream("/api/v1/stream?after=0-0", program, json1.lastID), // the header wins
	} {
		assert.Equal(t, want[5:], resumed.subjects(20))
	}
	for _, resumed := range []*reader{
		s.stream("/live", manager, page1.lastID),
		s.stream("/live?after="+page1.lastID, manager, ""),
		s.stream("/live?after="+s.head(), manager, page1.lastID),
	} {
		before, _ := resumed.until("live")
		var got []string
		for _, m := range before {
			if _, id, found := strings.Cut(m.Data, `data-booking="`); found {
				got = append(got, id[:strings.Index(id, `"`)])
			}
		}
		assert.Equal(t, want[5:], got)
	}
	send(25, 26)
	assert.Equal(t, want[25:], s.stream("/api/v1/stream", program, s.lastBefore(t, "BK-c25")).subjects(1))
}

// lastBefore returns the position just before a booking's event.
func (s *site) lastBefore(t *testing.T, id string) string {
	t.Helper()
	var event int64
	require.NoError(t, s.db.Read.QueryRow(`SELECT event FROM bookings WHERE id = $1`, id).Scan(&event))
	return fmt.Sprintf("%s-%d", s.store.Epoch(), event-1)
}

// A position that is not in this log is announced, and the stream goes on from
// now: hello, resync, and then what happens next.
func TestLostPositions(t *testing.T) {
	s := newSite(t)
	writer, manager, program := s.key("events:write"), s.as("manager"), s.key("events:read")
	for i := range 3 {
		writer.publish(booking("new", fmt.Sprintf("BK-old%d", i), "lake-house", ""))
	}
	trimmed := s.lastBefore(t, "BK-old1")
	require.NoError(t, s.store.Trim(t.Context(), eventNumber(t, trimmed)+1))
	epoch := s.store.Epoch()
	lost := []string{
		"garbage", "-", "--", epoch, epoch + "-", epoch + "--1", epoch + "-1x", epoch + "-+5", epoch + "-9223372036854775808",
		epoch + "-0x10", "0-0", "ffffff-3", strings.ToUpper(epoch) + "x-3", epoch + "-999999999", trimmed, epoch + "-0",
		strings.Repeat("a", 20000) + "-1", epoch + "- 3", epoch + "-3 ", "' OR 1=1 --", "k7f2\u00e9-3",
	}
	for i, position := range lost {
		path, who := "/api/v1/stream", program
		if i%2 == 1 {
			path, who = "/live", manager
		}
		headers := position
		query := ""
		if i%3 == 0 || strings.TrimSpace(position) != position {
			headers, query = "", "?after="+strings.NewReplacer(" ", "%20", "+", "%2B", "=", "%3D", "'", "%27").Replace(position)
		}
		r := s.stream(path+query, who, headers)
		require.Equal(t, 200, r.status, position)
		hello := r.next(soon)
		assert.Contains(t, hello.Data, `"recovered":false`, position)
		assert.GreaterOrEqual(t, eventNumber(t, hello.ID), eventNumber(t, s.head())-1, position)
		assert.Equal(t, "resync", r.next(soon).Event, position)
		r.until("live")
		id := fmt.Sprintf("BK-after%d", i)
		writer.publish(booking("new", id, "lake-house", ""))
		if path == "/live" {
			assert.NotContains(t, r.pushed(id), "BK-old")
		} else {
			assert.Equal(t, []string{id}, r.subjects(1), position)
		}
		r.close()
	}
	kept := s.stream("/api/v1/stream", program, fmt.Sprintf("%s-%d", epoch, eventNumber(t, trimmed)+1))
	assert.Contains(t, kept.next(soon).Data, `"recovered":true`)
	assert.Equal(t, []string{"BK-old2"}, kept.subjects(1))
}

// The history has no silent gap either: an after that the log does not go on from
// is refused, and next leads to the end, whatever is trimmed behind it.
func TestHistoryNamesItsGaps(t *testing.T) {
	s := newSite(t)
	writer, program := s.key("events:write"), s.key("events:read")
	for i := range 6 {
		writer.publish(booking("new", fmt.Sprintf("BK-%d", i), "lake-house", ""))
	}
	epoch, trimmed := s.store.Epoch(), eventNumber(t, s.lastBefore(t, "BK-2"))
	at := func(id int64) string { return fmt.Sprintf("%s-%d", epoch, id) }
	ask := func(query string) answer { return program.get("/api/v1/events?limit=2&type=booking:new&" + query) }
	require.Equal(t, 200, ask("after="+at(0)).Status, "nothing is trimmed yet")
	require.NoError(t, s.store.Trim(t.Context(), trimmed))
	end := eventNumber(t, s.head())
	foreign := ask("after=ffffff-" + strconv.FormatInt(end, 10))
	assert.Equal(t, 400, foreign.Status)
	for _, lost := range []int64{0, trimmed - 1, end + 1, 99999999} {
		r := ask("after=" + at(lost))
		assert.Equal(t, 400, r.Status, lost)
		assert.Equal(t, foreign.Body, r.Body, lost)
	}
	var told []string
	for query, next := "after="+at(trimmed), any(at(trimmed)); next != nil; {
		r := ask(query)
		require.Equal(t, 200, r.Status, r.Body)
		for _, e := range r.json(t)["events"].([]any) {
			told = append(told, e.(map[string]any)["subject"].(string))
		}
		if next = r.json(t)["next"]; next != nil {
			query = "after=" + next.(string)
			require.NoError(t, s.store.Trim(t.Context(), eventNumber(t, next.(string))))
		}
	}
	assert.Equal(t, []string{"booking:BK-2", "booking:BK-3", "booking:BK-4", "booking:BK-5"}, told)
	r := ask("after=" + at(end))
	assert.Equal(t, 200, r.Status)
	assert.JSONEq(t, `{"events":[],"next":null}`, r.Body)
}

// A page that is more than 500 visible events behind reads itself anew; a
// program gets every one of them.
func TestFarBehind(t *testing.T) {
	s := newSite(t)
	writer, manager := s.key("events:write"), s.as("manager")
	far := s.head()
	publish := func(property string, from, to int) {
		var batch []string
		for i := from; i < to; i++ {
			batch = append(batch, booking("new", fmt.Sprintf("BK-f%03d", i), property, ""))
		}
		require.Equal(t, 201, writer.post("/api/v1/events", "["+strings.Join(batch, ",")+"]").Status)
	}
	publish("lake-house", 0, 10)
	publish("lake-house", 10, 510)
	publish("hill-cottage", 510, 1000) // not seen by the manager: they do not count
	near := s.lastBefore(t, "BK-f050") // 460 are visible from there, and some figures

	r := s.stream("/live", manager, far)
	assert.Equal(t, far, r.next(soon).ID)
	_, resync := r.until("resync")
	assert.GreaterOrEqual(t, eventNumber(t, resync.ID), eventNumber(t, s.lastBefore(t, "BK-f999"))+1)
	r.until("live")
	publish("lake-house", 1000, 1001)
	assert.NotContains(t, r.pushed("BK-f1000"), "BK-f999")

	var all []string
	for i := range 1001 {
		if i < 510 || i == 1000 {
			all = append(all, fmt.Sprintf("BK-f%03d", i))
		}
	}
	assert.Equal(t, all, s.stream("/api/v1/stream", manager, far).subjects(len(all)))

	publish("hill-cottage", 1001, 1500)
	within := s.stream("/live", manager, near)
	before, _ := within.until("live")
	for _, m := range before {
		require.NotEqual(t, "resync", m.Event)
	}
}
