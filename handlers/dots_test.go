package handlers

import (
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
)

// An id without a letter or digit is refused everywhere: as a path it would lead
// elsewhere, or nowhere.
func TestAnIdHoldsALetterOrDigit(t *testing.T) {
	s := newSite(t)
	key := s.key("events:write")
	for _, id := range []string{".", "..", "...", "-", "_", ":", "._:-"} {
		for what, body := range map[string]string{
			"booking":     booking("new", id, "lake-house", ""),
			"short":       `{"type":"booking_update","data":{"bookingId":"` + id + `","status":"confirmed"}}`,
			"alert":       `{"type":"alert:raised","property":"lake-house","payload":{"key":"` + id + `","title":"T"}}`,
			"external id": booking("new", "BK-1", "lake-house", `,"externalId":"`+id+`"`),
			"property":    booking("new", "BK-1", id, ""),
		} {
			r := key.post("/api/v1/events", body)
			assert.Equal(t, 422, r.Status, "%s %q: %s", what, id, r.Body)
		}
		assert.Equal(t, 422, key.post("/api/v1/events", booking("new", "BK-1", "lake-house", ""), "Idempotency-Key", id).Status, id)
		assert.Equal(t, 422, s.as("admin").form("/keys", "name", id, "scope", "events:read").Status, id)
	}
	for _, id := range []string{"..1", "a", "-7-"} {
		assert.Equal(t, 201, key.post("/api/v1/events", booking("new", id, "lake-house", "")).Status, id)
	}
}

// What is stored under such an id already can be reached, by a path that no browser
// and no proxy takes for another.
func TestWhatWasStoredUnderDotsCanBeReached(t *testing.T) {
	s := newSite(t)
	key, admin := s.key("events:write"), s.as("admin")
	beside, err := db.Open(t.Context(), filepath.Dir(s.db.Path)) // the server's own connection is its writer's
	require.NoError(t, err)
	defer beside.Close()
	for _, dots := range []string{".", ".."} {
		key.publish(booking("new", "BK-x", "lake-house", ""))
		for _, old := range []string{
			`UPDATE bookings SET id = $1 WHERE id = 'BK-x'`, `UPDATE events SET subject = 'booking:' || $1 WHERE subject = 'booking:BK-x'`,
			`UPDATE notifications SET subject = 'booking:' || $1 WHERE subject = 'booking:BK-x'`,
			`INSERT INTO api_keys (name, hash, scopes, created_at) VALUES ($1, CAST($1 AS BLOB), 'events:read', 1)`,
		} {
			_, err := beside.Write.Exec(old, dots)
			require.NoError(t, err)
		}
		list := admin.get("/bookings").Body
		assert.Regexp(t, regexp.MustCompile(`href="/bookings/~`+regexp.QuoteMeta(dots)+`"`), list)
		page := admin.get("/bookings/~" + dots)
		assert.Equal(t, 200, page.Status)
		assert.Contains(t, page.Body, "Guest BK-x")
		assert.Equal(t, 200, s.key("events:read").get("/api/v1/bookings/~"+dots).Status)
		assert.Equal(t, 200, admin.get("/guests/~"+dots).Status)
		assert.Equal(t, 204, admin.do("POST", "/notifications/booking:"+dots+"/read", "", "HX-Request", "true").Status)
		assert.Contains(t, admin.get("/keys").Body, `/keys/~`+dots+`/revoke`)
		assert.Equal(t, 303, admin.form("/keys/~"+dots+"/revoke").Status)
	}
}

// A publisher may name its own media type, if what it sends is JSON.
func TestWhatIsJSONByItsMediaType(t *testing.T) {
	s := newSite(t)
	key := s.key("events:write")
	for media, status := range map[string]int{
		"application/json": 201, "application/json; charset=utf-8": 201, "application/cloudevents+json": 201, "application/vnd.pms.v2+json; v=2": 201,
		"application/ld+JSON": 201, "text/json": 415, "application/jsonp": 415, "text/plain": 415, "application/x-www-form-urlencoded": 415,
		"application/+xml": 415, "": 415, "+json": 415,
	} {
		r := key.post("/api/v1/events", booking("new", "BK-"+media[max(0, len(media)-1):]+"1", "lake-house", ""), "Content-Type", media)
		if status == 201 {
			assert.Contains(t, []int{200, 201}, r.Status, "%s: %s", media, r.Body)
			continue
		}
		assert.Equal(t, status, r.Status, "%s: %s", media, r.Body)
	}
}
