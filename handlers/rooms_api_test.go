package handlers

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// Rooms, nights that are not for sale and what is left are read by who may see
// the property, and count the same night once.
func TestWhatIsLeftToSell(t *testing.T) {
	s := newSite(t)
	for _, slug := range []string{"room-1", "room-2", "room-3"} {
		_, err := s.store.AddUnit(t.Context(), inn.Viewer{Name: "test"}, "lake-house", slug, "Room "+slug[5:])
		require.NoError(t, err)
	}
	key := s.key("events:write,events:read")
	key.publish(`[
		{"type": "booking:confirmed", "property": "lake-house", "payload": {"id": "BK-1", "type": "property", "title": "Stay", "customerName": "Asha Rao", "checkIn": "2026-12-12", "checkOut": "2026-12-14", "unit": "room-1"}},
		{"type": "booking:new", "property": "lake-house", "payload": {"id": "BK-2", "type": "property", "title": "Stay", "customerName": "Tom Brown", "checkIn": "2026-12-13", "checkOut": "2026-12-15", "units": 2}},
		{"type": "block:made", "property": "lake-house", "payload": {"id": "BL-1", "unit": "room-1", "from": "2026-12-13", "to": "2026-12-15", "reason": "maintenance", "title": "The bath"}},
		{"type": "unit:state", "property": "lake-house", "payload": {"unit": "room-3", "state": "dirty", "note": "Towels"}}
	]`)

	units := s.as("manager").get("/api/v1/units?property=lake-house")
	require.Equal(t, http.StatusOK, units.Status, units.Body)
	var rooms struct{ Units []inn.Unit }
	require.NoError(t, json.Unmarshal([]byte(units.Body), &rooms))
	require.Len(t, rooms.Units, 3)
	assert.Equal(t, []any{inn.UnitDirty, "Towels"}, []any{rooms.Units[2].State, rooms.Units[2].Note})

	nights := s.as("manager").get("/api/v1/availability?property=lake-house&from=2026-12-12&to=2026-12-16")
	require.Equal(t, http.StatusOK, nights.Status, nights.Body)
	assert.JSONEq(t, `{"nights": [
		{"date": "2026-12-12", "units": 3, "sold": 1, "blocked": 0, "free": 2},
		{"date": "2026-12-13", "units": 3, "sold": 3, "blocked": 0, "free": 0},
		{"date": "2026-12-14", "units": 3, "sold": 2, "blocked": 1, "free": 0},
		{"date": "2026-12-15", "units": 3, "sold": 0, "blocked": 0, "free": 3}
	]}`, nights.Body)

	blocks := key.get("/api/v1/blocks?property=lake-house&from=2026-12-14&to=2026-12-15")
	assert.Contains(t, blocks.Body, `"reason":"maintenance"`)
	assert.NotContains(t, key.get("/api/v1/blocks?property=lake-house&from=2026-12-15&to=2026-12-20").Body, "BL-1", "to is the first free day")

	for path, status := range map[string]int{
		"/api/v1/units":                                                          http.StatusUnprocessableEntity,
		"/api/v1/units?property=desk":                                            http.StatusUnprocessableEntity,
		"/api/v1/units?property=moon":                                            http.StatusNotFound,
		"/api/v1/availability?property=lake-house&from=2026-02-30":               http.StatusUnprocessableEntity,
		"/api/v1/availability?property=lake-house&from=2026-12-12&to=2026-12-12": http.StatusUnprocessableEntity,
		"/api/v1/availability?property=lake-house&from=2026-12-12&to=2029-12-12": http.StatusUnprocessableEntity,
		"/api/v1/availability?property=lake-house":                               http.StatusOK,
	} {
		assert.Equal(t, status, s.as("manager").get(path).Status, path)
	}
	for _, path := range []string{"/api/v1/units", "/api/v1/blocks", "/api/v1/availability"} {
		assert.Equal(t, http.StatusNotFound, s.as("manager").get(path+"?property=hill-cottage").Status, "%s: somebody else's", path)
	}
}

// What is wrong with what is said of rooms is named by its field.
func TestRoomsAreRefusedByTheirFields(t *testing.T) {
	s := newSite(t)
	_, err := s.store.AddUnit(t.Context(), inn.Viewer{Name: "test"}, "lake-house", "room-1", "Room 1")
	require.NoError(t, err)
	key := s.key("events:write")
	for body, field := range map[string]string{
		`{"type": "unit:state", "property": "lake-house", "payload": {"unit": "room-9", "state": "dirty"}}`:                                                     "/payload/unit",
		`{"type": "unit:state", "property": "lake-house", "payload": {"unit": "room-1", "state": "tidy"}}`:                                                      "/payload/state",
		`{"type": "unit:state", "payload": {"unit": "room-1", "state": "dirty"}}`:                                                                               "/payload/propertyId",
		`{"type": "block:made", "property": "lake-house", "payload": {"id": "BL-1", "from": "2026-12-20"}}`:                                                     "/payload/to",
		`{"type": "block:made", "property": "lake-house", "payload": {"id": "BL-1", "from": "2026-12-20", "to": "2026-12-20"}}`:                                 "/payload/to",
		`{"type": "block:made", "property": "lake-house", "payload": {"id": "BL-1", "from": "2026-12-20", "to": "2026-12-22", "reason": "tired"}}`:              "/payload/reason",
		`{"type": "block:made", "property": "lake-house", "payload": {"id": "BL-1", "from": "2026-12-20", "to": "2026-12-22", "unit": "room-9"}}`:               "/payload/unit",
		`{"type": "booking:new", "property": "lake-house", "payload": {"id": "BK-1", "type": "property", "title": "T", "customerName": "A", "unit": "room-9"}}`: "/payload/unit",
		`{"type": "booking:new", "property": "lake-house", "payload": {"id": "BK-1", "type": "tour", "title": "T", "customerName": "A", "startTime": "25:00"}}`: "/payload/startTime",
		`{"type": "booking:new", "property": "lake-house", "payload": {"id": "BK-1", "type": "tour", "title": "T", "customerName": "A", "reason": "ill"}}`:      "/payload/reason",
	} {
		answer := key.post("/api/v1/events", body)
		assert.Contains(t, []int{http.StatusUnprocessableEntity, http.StatusNotFound}, answer.Status, body)
		assert.Contains(t, answer.Body, `"`+field+`"`, body)
	}
	assert.Empty(t, s.column("SELECT id FROM blocks UNION ALL SELECT id FROM bookings"))
}
