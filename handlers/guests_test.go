package handlers

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/auth"
	"baithaka/internal/inn"
)

// marker is the name of the guest who is to be forgotten.
const marker = "Zq-Marker-17"

const markedGuest = `,"customerName":"Zq-Marker-17","customerEmail":"zq-marker-17@example.test","customerPhone":"+91 98450 17017","notes":"=Zq-Marker-17 is late"`

// withMarker is a booking of the guest, with more fields.
func withMarker(event, id, property, more string) string {
	return fmt.Sprintf(`{"type":"booking:%s","property":%q,"payload":{"id":%q,"type":"property","title":"Three nights","amount":100,"currency":"INR"%s%s}}`, event, property, id, markedGuest, more)
}

// seedMarker puts the guest into everything that is reached over HTTP.
func (s *site) seedMarker(key *caller) {
	s.t.Helper()
	key.publish(withMarker("new", "M-1", "lake-house", ""))
	key.publish(withMarker("confirmed", "M-1", "lake-house", `,"guests":2`))
	key.publish(withMarker("new", "M-2", "hill-cottage", ""))
	key.publish(`{"type":"booking_update","data":{"bookingId":"M-2","status":"cancelled"},"affectedUsers":["staff@house.test"]}`)
	key.publish(`{"type":"alert:raised","property":"lake-house","payload":{"key":"lost","title":"Key lost","detail":"by zq-marker-17"}}`)
	key.publish(`{"type":"user:action","payload":{"name":"Zq-Marker-17","did":"looked"}}`)
	r := key.post("/api/v1/events", withMarker("new", "M-3", "lake-house", ""), "Idempotency-Key", "once")
	require.Equal(s.t, http.StatusCreated, r.Status, r.Body)
	// What is refused is looked at by the inspector and the log.
	for _, bad := range []string{
		strings.Replace(withMarker("new", "M-9", "lake-house", ""), `"INR"`, `"Zq-Marker-17"`, 1),
		strings.Replace(withMarker("new", "M-9", "lake-house", ""), `"amount":100`, `"amount":"Zq-Marker-17","checkIn":"Zq-Marker-17","Zq-Marker-17":1`, 1),
		withMarker("Zq-Marker-17", "M-9", "lake-house", ""),
		`{"type":"booking:new","payload":{"customerName":"Zq-Marker-17"`,
		withMarker("checked_out", "M-2", "hill-cottage", ""),
	} {
		r := key.post("/api/v1/events", bad)
		require.GreaterOrEqual(s.t, r.Status, 400, r.Body)
	}
	key.publish(booking("new", "OTHER-1", "lake-house", ""))
	tap := s.as("staff").tap("/notifications/booking:M-1/ack")
	require.Equal(s.t, http.StatusNoContent, tap.Status, tap.Body)
}

// everywhere are the addresses at which the guest could be met, with searches
// that find them.
func everywhere(epoch string) []string {
	return []string{
		"/", "/bookings", "/bookings?q=marker", "/bookings/M-1", "/bookings/M-2", "/bookings/M-3", "/properties/lake-house", "/notifications", "/notifications?q=marker",
		"/notifications/booking:M-1/history", "/history", "/history?q=marker", "/history.csv", "/activity", "/activity/audit", "/activity/audit.csv",
		"/status", "/guests?q=marker", "/guests/M-1", "/guests/M-1/held.json", "/guests/M-1/held.csv",
		"/api/v1/events?limit=500", "/api/v1/events?limit=500&after=" + epoch + "-0", "/api/v1/bookings?limit=500", "/api/v1/bookings/M-1", "/api/v1/notifications",
	}
}

// unmarked checks that a text says nothing of the guest. What is searched for in
// these tests is less than the name, and may stand where it was typed.
func unmarked(t *testing.T, text, where string) {
	t.Helper()
	if at := strings.Index(strings.ToLower(text), "marker-17"); at >= 0 {
		assert.Fail(t, "the guest is still there", "%s: …%s…", where, text[max(0, at-150):min(len(text), at+80)])
	}
}

func TestAnErasedGuestIsMetNowhere(t *testing.T) {
	s := newSite(t)
	key, super, staff := s.key("events:write,events:read,contacts:read"), s.as("super"), s.as("staff")
	epoch := s.store.Epoch()
	s.seedMarker(key)
	assert.Contains(t, super.get("/bookings/M-1").Body, marker)
	page := s.stream("/live?after="+s.log.Position().String(), staff, "").live()
	program := s.stream("/api/v1/stream?types=booking:erased", key, "").live()
	// A stream from the beginning fills the frames with what is to be forgotten.
	s.stream("/api/v1/stream", key, epoch+"-0").live()

	chosen := super.get("/guests/M-1").Body
	for _, id := range []string{"M-1", "M-2", "M-3"} {
		assert.Contains(t, chosen, `value="`+id+`" checked`)
	}
	assert.NotContains(t, chosen, "OTHER-1")
	r := super.do(http.MethodPost, "/guests/M-1/erase", "booking=M-1&booking=M-2&booking=M-3&sure=yes", "Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, http.StatusSeeOther, r.Status, r.Body)
	assert.Contains(t, super.get(r.Header.Get("Location")).Body, "Erased, in 3 bookings")

	before, _ := page.until("resync")
	for _, m := range before {
		unmarked(t, m.Data, "the stream of an open page")
	}
	for i, e := range program.events(3) {
		assert.Equal(t, inn.ErasedGuest, e.Payload["customerName"], "programs are told to forget")
		assert.Equal(t, fmt.Sprintf("booking:M-%d", i+1), e.Subject)
	}
	for _, path := range everywhere(epoch) {
		r := super.get(path)
		assert.Equal(t, http.StatusOK, r.Status, path)
		unmarked(t, r.Body, path)
	}
	for name, replay := range map[string]*reader{
		"a program's replay": s.stream("/api/v1/stream", key, epoch+"-0"), "a page's replay": s.stream("/live", staff, epoch+"-0"),
	} {
		messages, _ := replay.until("live")
		assert.NotEmpty(t, messages, name)
		for _, m := range messages {
			unmarked(t, m.Data, name)
		}
	}
	unmarked(t, s.logged.String(), "the log of the program")
	for _, suffix := range []string{"", "-wal", "-shm"} {
		data, err := os.ReadFile(s.db.Path + suffix)
		require.NoError(t, err)
		assert.False(t, bytes.Contains(bytes.ToLower(data), []byte("marker-17")), "the database%s holds the guest", suffix)
	}

	again := key.post("/api/v1/events", withMarker("new", "M-3", "lake-house", ""), "Idempotency-Key", "once")
	assert.Equal(t, http.StatusOK, again.Status, "a repeated publish is answered as before")
	assert.Contains(t, again.Body, inn.ErasedGuest)
	unmarked(t, again.Body, "the answer to a repeated publish")
	later := key.post("/api/v1/events", withMarker("checked_in", "M-1", "lake-house", ""))
	assert.Equal(t, http.StatusCreated, later.Status, "and the booking goes on")
	unmarked(t, later.Body, "a later event of the booking")
	assert.Contains(t, super.get("/bookings/OTHER-1").Body, "Guest OTHER-1")
}

func TestErasingIsAskedTwice(t *testing.T) {
	s := newSite(t)
	key, admin := s.key("events:write"), s.as("admin")
	key.publish(withMarker("new", "M-1", "lake-house", ""))
	key.publish(strings.NewReplacer("zq-marker-17@", "another@", "98450", "98451").Replace(withMarker("new", "M-2", "lake-house", "")))
	page := admin.get("/guests/M-1").Body
	assert.Contains(t, page, `value="M-1" checked`)
	assert.Contains(t, page, `value="M-2">`, "another guest of that name, perhaps")
	assert.Contains(t, page, "the same name, but no e-mail or phone in common")

	r := admin.form("/guests/M-1/erase", "booking", "M-2")
	assert.Equal(t, http.StatusUnprocessableEntity, r.Status)
	assert.Contains(t, r.Body, "Nothing was erased")
	assert.Contains(t, r.Body, `value="M-2" checked`, "what was ticked stays")
	assert.Contains(t, r.Body, `value="M-1">`)
	assert.Equal(t, http.StatusUnprocessableEntity, admin.form("/guests/M-1/erase", "sure", "yes").Status)
	assert.Equal(t, http.StatusNotFound, admin.form("/guests/M-1/erase", "sure", "yes", "booking", "M-none").Status)
	assert.Contains(t, admin.get("/bookings/M-1").Body, marker)
	assert.Contains(t, admin.get("/bookings/M-1").Body, `href="/guests/M-1"`)
	assert.NotContains(t, s.as("manager").get("/bookings/M-1").Body, "/guests")
}

// A channel's placeholder joins nobody, a first name that is also a word stays
// where it is a word, and who ticks it sees where.
func TestWhatMayMeanSomethingElseIsShownAndAskedFor(t *testing.T) {
	s := newSite(t)
	key, admin := s.key("events:write"), s.as("admin")
	sunny := func(id, name string) string {
		return fmt.Sprintf(`{"type":"booking:new","property":"lake-house","payload":{"id":%q,"type":"property","title":"Two nights","customerName":%q}}`, id, name)
	}
	alert := func(alertKey, title string) string {
		return fmt.Sprintf(`{"type":"alert:raised","property":"lake-house","payload":{"key":%q,"title":%q}}`, alertKey, title)
	}
	key.publish(sunny("S-1", "Sunny"))
	key.publish(sunny("S-2", "sunny"))
	for i := range 3 {
		key.publish(sunny(fmt.Sprint("R-", i), "Reserved"))
	}
	key.publish(alert("gas", "Sunny terrace: gas leak"))
	key.publish(alert("key", "Key of Sunny is lost"))
	key.publish(`{"type":"user:action","payload":{"note":"a sunny day"}}`)

	page := admin.get("/guests/R-0").Body
	assert.NotContains(t, page, "R-1", "a placeholder is not a guest")
	page = admin.get("/guests/S-1").Body
	assert.Contains(t, page, `value="S-2">`, "the same name alone is a question")
	assert.Contains(t, page, "Are these theirs too?")
	assert.Contains(t, page, `data-doubt="Sunny"`)
	assert.Contains(t, page, `name="word" value="Sunny">`, "nothing is ticked")
	for _, text := range []string{"Sunny terrace: gas leak", "Key of Sunny is lost", "a sunny day"} {
		assert.Contains(t, page, text)
	}

	r := admin.form("/guests/S-1/erase", "booking", "S-1", "sure", "yes")
	require.Equal(t, http.StatusSeeOther, r.Status, r.Body)
	assert.Contains(t, admin.get("/properties/lake-house").Body, "Sunny terrace: gas leak")
	assert.Contains(t, admin.get("/bookings/S-2").Body, "sunny", "who was not ticked is another")

	key.publish(sunny("S-3", "Sunny"))
	r = admin.form("/guests/S-3/erase", "booking", "S-3", "word", "Sunny", "sure", "yes")
	require.Equal(t, http.StatusSeeOther, r.Status, r.Body)
	assert.Contains(t, admin.get("/properties/lake-house").Body, "Key of Erased guest is lost", "somebody has ticked it")
	assert.Contains(t, admin.get("/bookings/S-2").Body, "sunny")
}

// What takes long is not waited for by the browser: the page says that it is in
// progress, and when it is done.
func TestAnErasureInProgressIsSaid(t *testing.T) {
	s := newSite(t)
	key, admin := s.key("events:write"), s.as("admin")
	key.publish(withMarker("new", "M-1", "lake-house", ""))
	id, err := s.store.BeginErasure(t.Context(), inn.Viewer{Name: "command line"}, []string{"M-1"}, nil)
	require.Equal(t, inn.NotFound, inn.CodeOf(err), "who sees nothing begins nothing")
	require.Zero(t, id)
	v, err := s.store.Member(t.Context(), 2)
	require.NoError(t, err)
	id, err = s.store.BeginErasure(t.Context(), v.Viewer(), []string{"M-1"}, nil) // and nobody wakes who does it
	require.NoError(t, err)
	path := fmt.Sprint("/guests?erasure=", id)
	page := admin.get(path).Body
	assert.Contains(t, page, "In progress")
	assert.Contains(t, page, "1 booking")
	assert.Contains(t, page, "The admin")
	assert.NotContains(t, page, "Erased, in")
	page = admin.get("/guests/M-1").Body
	assert.Contains(t, page, "In progress")
	assert.NotContains(t, page, `data-action="erase"`, "nobody needs to ask again")
	require.NoError(t, s.store.Erase(t.Context()))
	assert.NotContains(t, admin.get("/guests/M-1").Body, "In progress")
	page = admin.get(path).Body
	assert.NotContains(t, page, "In progress")
	assert.Contains(t, page, "Erased, in 1 booking")
	assert.NotContains(t, admin.get("/guests?erasure=99").Body, "Erased, in", "there is no such erasure")
	assert.Equal(t, http.StatusOK, admin.get("/guests?erasure=x").Status)
	assert.Contains(t, s.as("super").get("/activity/audit").Body, "began to erase a guest")
}

func TestAGuestsExport(t *testing.T) {
	s := newSite(t)
	key, admin := s.key("events:write"), s.as("admin")
	s.seedMarker(key)
	r := admin.get("/guests/M-1/held.json?booking=M-1&booking=M-2&booking=M-3")
	require.Equal(t, http.StatusOK, r.Status)
	assert.Equal(t, `attachment; filename="baithaka-guest-M-1.json"`, r.Header.Get("Content-Disposition"))
	var export struct {
		Held []struct {
			Kind, About string
			Data        map[string]any
		}
	}
	require.NoError(t, json.Unmarshal([]byte(r.Body), &export))
	kinds := map[string]int{}
	for _, h := range export.Held {
		kinds[h.Kind]++
		assert.NotContains(t, h.About, "OTHER")
	}
	assert.Equal(t, 3, kinds["booking"])
	assert.Equal(t, 1, kinds["alert"])
	assert.GreaterOrEqual(t, kinds["event"], 6)
	for _, said := range []string{marker, "zq-marker-17@example.test", "+91 98450 17017", "is late", "by zq-marker-17", "looked"} {
		assert.Contains(t, r.Body, said)
	}
	assert.NotContains(t, r.Body, "Guest OTHER-1")

	r = admin.get("/guests/M-1/held.csv?booking=M-1&booking=M-2&booking=M-3")
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(r.Body, "\ufeff"))).ReadAll()
	require.NoError(t, err)
	fields := map[string]string{}
	for _, line := range lines[1:] {
		if line[0] == "booking" && line[1] == "booking:M-1" {
			fields[line[6]] = line[7]
		}
		for _, cell := range line {
			assert.NotRegexp(t, `^[=+\-@]`, cell, "a spreadsheet must not run it")
		}
	}
	assert.Equal(t, marker, fields["customerName"])
	assert.Equal(t, "'=Zq-Marker-17 is late", fields["notes"])
	assert.Equal(t, "'+91 98450 17017", fields["customerPhone"])
	assert.Equal(t, "2", fields["guests"])
	assert.NotContains(t, r.Body, "Guest OTHER-1")
}

// Whatever is published, refused, searched, signed in to or fails: the log of the
// program names neither guests nor secrets.
func TestLogsNameNobody(t *testing.T) {
	s := newSite(t)
	key, super := s.key("events:write,events:read"), s.as("super")
	s.seedMarker(key)
	for _, path := range everywhere(s.store.Epoch()) {
		super.get(path)
		s.nobody().get(path)
	}
	super.form("/guests/M-1/erase", "booking", "M-1", "sure", "yes")
	s.nobody().form("/login", "email", "zq-marker-17@example.test", "password", "Zq-Marker-17 secret")
	s.nobody().get("/setup?token=Zq-Marker-17")
	s.nobody().get("/invite/Zq-Marker-17")
	s.nobody().get("/nowhere/Zq-Marker-17?x=Zq-Marker-17", "User-Agent", marker, "Referer", "http://x.test/"+marker)
	s.nobody().get("/api/v1/events", "Authorization", "Bearer bk_Zq-Marker-17")
	super.form("/team", "name", marker, "email", "zq-marker-17@example.test", "role", "STAFF")
	super.form("/keys", "name", "another", "scope", "events:read")
	require.NoError(t, s.db.Write.Close()) // and now everything fails
	super.get("/bookings/M-2")
	key.post("/api/v1/events", withMarker("modified", "M-2", "hill-cottage", ""))

	out := s.logged.String()
	require.NotEmpty(t, out)
	unmarked(t, out, "the log of the program")
	for _, secret := range []string{key.secret, super.cookie.Value, password, auth.HashToken(super.cookie.Value)} {
		assert.NotContains(t, out, secret)
	}
}
