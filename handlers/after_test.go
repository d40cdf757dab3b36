package handlers

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A client that comes back under a name which common libraries use misses nothing.
func TestAPositionHasThreeNames(t *testing.T) {
	s := newSite(t)
	writer, key := s.key("events:write"), s.key("events:read")
	start := s.head()
	first := writer.publish(booking("new", "BK-1", "lake-house", ""))
	writer.publish(booking("new", "BK-2", "lake-house", ""))
	for _, name := range []string{"after", "lastEventId", "lastEventID"} {
		assert.Equal(t, []string{"BK-1", "BK-2"}, s.stream("/api/v1/stream?"+name+"="+start, key, "").subjects(2), name)
		assert.Equal(t, []string{"BK-2"}, s.stream("/api/v1/stream?"+name+"="+start, key, first).subjects(1), "the header wins over %s", name)
		page := s.stream("/live?"+name+"="+start, s.as("staff"), "")
		page.pushed("BK-1")
		events := key.get("/api/v1/events?type=booking:new&" + name + "=" + start).json(t)["events"].([]any)
		assert.Equal(t, "booking:BK-1", events[0].(map[string]any)["subject"], "%s: the oldest first", name)
		lost := s.stream("/api/v1/stream?"+name+"=nonsense", key, "")
		_, found := lost.until("resync")
		assert.Equal(t, "resync", found.Event, "%s: an unreadable one is announced", name)
		assert.Equal(t, 400, key.get("/api/v1/events?"+name+"=nonsense").Status, name)
	}
	for _, query := range []string{"lastEventId=" + start + "&after=" + first, "lastEventID=" + start + "&lastEventId=" + first, "after=&lastEventID=" + first} {
		assert.Equal(t, []string{"BK-2"}, s.stream("/api/v1/stream?"+query, key, "").subjects(1), query)
	}
}

// Under any other name it is refused, and the right one is named: a stream that
// begins now instead would have a gap that nobody is told of.
func TestAPositionUnderAnotherNameIsRefused(t *testing.T) {
	s := newSite(t)
	key, staff := s.key("events:read"), s.as("staff")
	start := s.head()
	for _, name := range []string{
		"last_event_id", "last-event-id", "Last-Event-ID", "LastEventId", "LASTEVENTID", "evs_last_event_id", "since", "since_id", "from", "From", "cursor",
		"offset", "position", "pos", "After", "after_id", "starting_after", "start", "resume", "resumeFrom", "last_id", "seq", "event_id",
	} {
		for path, who := range map[string]*caller{"/api/v1/stream": key, "/api/v1/events": key, "/live": staff} {
			r := who.get(path + "?" + name + "=" + start)
			assert.Equal(t, 400, r.Status, "%s?%s", path, name)
			assert.Contains(t, r.Body, "?after=", "%s?%s", path, name)
		}
		r := key.get("/api/v1/stream?after=" + start + "&" + name + "=" + start)
		assert.Equal(t, 400, r.Status, "also beside the right one: %s", name)
	}
	for _, list := range []string{"/api/v1/bookings", "/api/v1/notifications"} {
		assert.Equal(t, 400, key.get(list+"?cursor="+start).Status, "the first page again, for ever: %s", list)
		assert.Equal(t, 400, key.get(list+"?before="+start).Status, list)
	}
	assert.Equal(t, 400, key.get("/api/v1/stream?before="+start).Status, "a stream has no end")
	assert.Equal(t, 200, key.get("/api/v1/events?before="+start).Status)
	for _, harmless := range []string{"_=1732790000", "nocache=1", "v=2", "utm_source=x", "rooms=property:lake-house"} {
		s.stream("/api/v1/stream?"+harmless, key, "").live()
	}
}
