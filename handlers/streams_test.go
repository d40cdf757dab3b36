package handlers

import (
	"database/sql"
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/delivery"
	"baithaka/internal/inn"
)

func TestStreamFilter(t *testing.T) {
	s := newSite(t)
	writer, admin, manager := s.key("events:write"), s.as("admin"), s.as("manager")
	rooms := s.stream("/api/v1/stream?rooms=property:lake-house", admin, "").live()
	types := s.stream("/api/v1/stream?types=booking:confirmed,alert:raised", admin, "").live()
	both := s.stream("/api/v1/stream?rooms=property:hill-cottage,property:lake-house&types=booking:confirmed", admin, "").live()
	desk := s.stream("/api/v1/stream?rooms=property:desk", admin, "").live()
	own := s.stream("/api/v1/stream?rooms=notifications,system", manager, "").live()
	for _, body := range []string{
		booking("new", "BK-h", "hill-cottage", ""), booking("new", "BK-l", "lake-house", ""), booking("new", "BK-d", "desk", ""),
		booking("confirmed", "BK-d", "desk", ""), booking("confirmed", "BK-l", "lake-house", ""), booking("confirmed", "BK-h", "hill-cottage", ""),
		`{"type":"alert:raised","property":"desk","payload":{"key":"k","title":"T"}}`,
	} {
		r := writer.post("/api/v1/events", body)
		require.True(t, r.Status == 201 || strings.Contains(body, "alert"), r.Body)
	}
	writer.publish(`{"type":"alert:raised","property":"hill-cottage","payload":{"key":"k","title":"T"}}`)
	writer.publish(booking("modified", "BK-l", "lake-house", `,"units":3`))
	assert.Equal(t, []string{"BK-l", "BK-l", "BK-l"}, rooms.subjects(3))
	assert.Equal(t, []string{"BK-d", "BK-l", "BK-h", "alert:hill-cottage:k"}, types.subjects(4))
	assert.Equal(t, []string{"BK-l", "BK-h"}, both.subjects(2))
	assert.Equal(t, []string{"BK-d", "BK-d"}, desk.subjects(2))
	assert.Equal(t, []string{"BK-l", "BK-l", "BK-l"}, own.subjects(3))

	bodies := map[string]bool{}
	for _, room := range []string{
		"property:hill-cottage", "property:nowhere", "property:", "property:desk", "property:Lake-House", "property:lake_house", "property:lake-hous%65x",
		"user:1", "user:0", "user:99", "role:ADMIN", "role:KING", "os_dashboard", "lobby", "*", "house", "%00", "key:1", "property:lake-house/..", "PROPERTY:lake-house",
	} {
		r := manager.get("/api/v1/stream?rooms=" + room)
		assert.Equal(t, 403, r.Status, room)
		bodies[r.Body] = true
		mixed := manager.get("/api/v1/stream?rooms=property:lake-house," + room)
		assert.Equal(t, 403, mixed.Status, room)
		bodies[mixed.Body] = true
	}
	assert.Len(t, bodies, 1, "what is foreign and what is nowhere are told alike")
	assert.Equal(t, 422, manager.get("/api/v1/stream?types=booking:imagined").Status)
	assert.Equal(t, 422, manager.get("/api/v1/stream?types=member:changed").Status)
}

// Four publishers at once: every stream sees the same order, which is the log's.
func TestOneOrder(t *testing.T) {
	s := newSite(t)
	const each = 50
	a, b := s.stream("/api/v1/stream?types=booking:new", s.as("admin"), ""), s.stream("/api/v1/stream?types=booking:new", s.key("events:read"), "")
	start := s.head()
	a.live()
	b.live()
	writer := s.key("events:write")
	var publishers sync.WaitGroup
	for n := range 4 {
		publishers.Go(func() {
			for i := range each {
				r, err := writer.try("POST", "/api/v1/events", booking("new", fmt.Sprintf("BK-%d-%d", n, i), "lake-house", ""), "Content-Type", "application/json")
				assert.NoError(t, err)
				assert.Equal(t, 201, r.Status)
			}
		})
	}
	publishers.Wait()
	events := a.events(4 * each)
	first := make([]string, len(events))
	for i, e := range events {
		first[i] = strings.TrimPrefix(e.Subject, "booking:")
		if i > 0 {
			assert.Greater(t, eventNumber(t, e.ID), eventNumber(t, events[i-1].ID))
		}
	}
	assert.Equal(t, first, b.subjects(4*each))
	assert.Equal(t, first, s.stream("/api/v1/stream?types=booking:new", s.as("admin"), start).subjects(4*each), "and on replay")
}

// A page that names what is no property hears everything but figures, and
// nothing is computed for it.
func TestAPageOfNoPropertyHasNoFigures(t *testing.T) {
	s := newSite(t)
	for n, slug := range []string{"nowhere", "%0A", ""} {
		page := s.stream("/live?scope=property:"+slug, s.as("admin"), "").live()
		alert := fmt.Sprintf("Alarm %d", n)
		s.key("events:write").publish(fmt.Sprintf(`{"type":"alert:raised","property":"lake-house","payload":{"key":"alarm","title":"%s"}}`, alert))
		assert.NotContains(t, page.pushed(alert), "data-metric", "%q", slug)
		page.close()
	}
}

// The badge and the figures are state: they come after live, without an id.
func TestStateHasNoID(t *testing.T) {
	s := newSite(t)
	r := s.stream("/live?scope=property:lake-house", s.as("manager"), "").live()
	for _, want := range []string{`id="unread"`, `data-metric="total_revenue"`} {
		for m := r.next(soon); ; m = r.next(soon) {
			if strings.Contains(m.Data, want) {
				assert.False(t, m.HasID, m.Data)
				assert.Empty(t, m.Event)
				break
			}
		}
	}
	s.key("events:write").publish(booking("new", "BK-1", "lake-house", ""))
	m := r.next(soon)
	for ; !strings.Contains(m.Data, `id="unread"`); m = r.next(soon) {
		if strings.Contains(m.Data, "BK-1") {
			assert.True(t, m.HasID)
			assert.Regexp(t, `^<hx-(partial|upsert)`, strings.TrimSpace(m.Data))
		}
	}
	assert.False(t, m.HasID)
	assert.Contains(t, m.Data, ">1<")
}

func TestStreamOfNobody(t *testing.T) {
	s := newSite(t)
	ended := s.signIn("staff")
	cookie := *ended.cookie
	require.Equal(t, 303, ended.form("/logout").Status)
	for _, who := range []*caller{s.nobody(), {site: s, cookie: &cookie}, {site: s, secret: "bk_wrong"}} {
		page := s.stream("/live", who, "")
		assert.Equal(t, 200, page.status)
		assert.Equal(t, "bye", page.ends().Event)
		r := who.get("/api/v1/stream")
		assert.Equal(t, 401, r.Status)
		assert.Equal(t, "application/problem+json", r.Header.Get("Content-Type"))
		assert.NotEmpty(t, r.Header.Get("WWW-Authenticate"))
	}
}

func TestStreamLimits(t *testing.T) {
	s := newSite(t, Config{Streams: delivery.Config{PerPerson: 2, PerKey: 1, PerAddress: 5}})
	manager, staff, key, other := s.as("manager"), s.as("staff"), s.key("events:read"), s.key("events:read")
	refused := func(path string, who *caller) {
		t.Helper()
		r := who.get(path)
		assert.Equal(t, 429, r.Status)
		seconds, err := strconv.Atoi(r.Header.Get("Retry-After"))
		require.NoError(t, err)
		assert.Positive(t, seconds)
	}
	first, second := s.stream("/live", manager, "").live(), s.stream("/api/v1/stream", manager, "").live()
	refused("/live", manager)
	refused("/api/v1/stream", manager)
	program := s.stream("/api/v1/stream", key, "").live()
	refused("/api/v1/stream", key)
	theirs := s.stream("/live", staff, "").live()
	s.stream("/live", staff, "").live()
	refused("/api/v1/stream", other) // the sixth of this address

	s.key("events:write").publish(booking("new", "BK-1", "lake-house", ""))
	first.pushed("BK-1")
	theirs.pushed("BK-1")
	assert.Equal(t, []string{"BK-1"}, second.subjects(1))
	assert.Equal(t, []string{"BK-1"}, program.subjects(1))

	second.close()
	require.Eventually(t, func() bool { // the server notices when it does
		r := s.stream("/api/v1/stream", manager, "")
		defer r.close()
		return r.status == 200
	}, soon, 10*time.Millisecond)
}

func TestStatistics(t *testing.T) {
	s := newSite(t)
	s.stream("/live", s.as("owner"), "").live()
	s.stream("/live", s.as("owner"), "").live()
	s.stream("/api/v1/stream", s.key("events:read", "lake-house"), "").live()
	got := s.as("admin").get("/api/realtime/trigger").json(t)
	assert.Equal(t, []any{"owner@house.test"}, got["connectedUsers"])
	stats, _ := got["stats"].(map[string]any)
	assert.InDelta(t, 3, stats["totalConnections"], 0)
	rooms, _ := stats["rooms"].(map[string]any)
	assert.InDelta(t, 3, rooms["property:lake-house"], 0)
	assert.InDelta(t, 2, rooms["role:PROPERTY_OWNER"], 0)
	assert.InDelta(t, float64(len(rooms)), stats["totalRooms"], 0)
}

// An event whose snapshot cannot be read is passed over by everybody.
func TestPoisonEvent(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write")
	start := s.head()
	program, page := s.stream("/api/v1/stream", s.as("admin"), "").live(), s.stream("/live", s.as("admin"), "").live()
	direct, err := sql.Open("sqlite", "file:"+s.db.Path+"?_pragma=busy_timeout(5000)")
	require.NoError(t, err)
	defer direct.Close()
	for _, snapshot := range []string{`{"id":`, `[]`, `"x"`, ``, `{"id":"BK-p","amount":"much","currency":"INR"}`, "\x00", `{"timestamp":"never"}`} {
		_, err := direct.Exec(`INSERT INTO events (at, topic, recipients, type, priority, subject, property, actor, by_name, data)
			VALUES (1, 'property:lake-house', '', 'booking:new', 'low', 'booking:BK-p', 'lake-house', 'x', 'x', $1)`, snapshot)
		require.NoError(t, err)
	}
	writer.publish(booking("new", "BK-good", "lake-house", ""))
	for _, r := range []*reader{program, s.stream("/api/v1/stream", s.as("staff"), start), s.stream("/api/v1/stream", s.as("admin"), start)} {
		for m := r.next(soon); !strings.Contains(m.Data, "BK-good"); m = r.next(soon) {
			assert.NotEqual(t, "bye", m.Event)
		}
	}
	page.pushed("BK-good")
	s.stream("/live", s.as("staff"), start).pushed("BK-good")
	for _, path := range []string{"/", "/properties/lake-house", "/api/v1/events"} {
		r := s.as("admin").get(path)
		assert.Equal(t, 200, r.Status, path)
		assert.Contains(t, r.Body, "BK-good", path)
	}
}

// A right that ended between the first look at a request and the place where
// its stream begins ends the stream all the same.
func TestStreamLooksAgain(t *testing.T) {
	s := newSite(t)
	key := s.key("events:read")
	stale, err := s.store.KeyBySecret(t.Context(), key.secret)
	require.NoError(t, err)
	require.NoError(t, s.store.RevokeKey(t.Context(), inn.Viewer{Name: "test"}, key.name))
	rec := httptest.NewRecorder()
	c := echo.New().NewContext(httptest.NewRequest("GET", "/api/v1/stream", nil), rec)
	c.Set(viewerKey, stale.Viewer())
	err = s.streamEvents(c)
	require.Error(t, err)
	assert.Equal(t, inn.Unauthenticated, inn.CodeOf(err))
}
