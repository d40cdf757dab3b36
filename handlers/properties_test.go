package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
	"baithaka/store"
)

func TestWhatAChangeOfAPropertyMeansIsSaidBeforeItIsStored(t *testing.T) {
	s := newSite(t)
	manager := s.as("manager")
	was, err := s.store.Property(t.Context(), inn.Viewer{UserID: 1, Role: inn.SuperAdmin}, "lake-house")
	require.NoError(t, err)
	page := manager.get("/properties/lake-house/edit")
	require.Equal(t, http.StatusOK, page.Status)
	assert.Contains(t, page.Body, `value="`+was.Zone+`"`)
	assert.Contains(t, page.Body, `<option value="Asia/Kathmandu">`, "every zone can be found by typing")

	said := manager.typed("/properties/lake-house", "units=9&name=Sea+House")
	require.Equal(t, http.StatusOK, said.Status)
	for _, says := range []string{"It is called Sea House everywhere", "occupancy counts 9 rooms; the nights before keep", "Nothing is stored yet."} {
		assert.Contains(t, said.Body, says)
	}
	now, err := s.store.Property(t.Context(), inn.Viewer{UserID: 1, Role: inn.SuperAdmin}, "lake-house")
	require.NoError(t, err)
	assert.Equal(t, was, now)

	wrong := manager.typed("/properties/lake-house", "units=0&timezone=Mars&name=Sea+House")
	assert.Equal(t, http.StatusUnprocessableEntity, wrong.Status)
	for _, says := range []string{`id="units-wrong"`, `id="timezone-wrong"`, `value="Mars"`, `value="Sea House"`} {
		assert.Contains(t, wrong.Body, says, "what was typed stays, and each field says what is wrong")
	}

	saved := manager.typed("/properties/lake-house", "units=9&name=Sea+House&step=save&seen="+was.Fingerprint())
	assert.Equal(t, []any{http.StatusSeeOther, "/properties/lake-house"}, []any{saved.Status, saved.Header.Get("Location")})
	assert.Contains(t, manager.get("/properties/lake-house").Body, "Sea House")
	late := manager.typed("/properties/lake-house", "units=5&step=save&seen="+was.Fingerprint())
	assert.Equal(t, http.StatusConflict, late.Status)
	assert.Contains(t, late.Body, "Somebody changed")
}

func TestPropertiesAreAddedAndClosed(t *testing.T) {
	s := newSite(t)
	admin, manager := s.as("admin"), s.as("manager")
	assert.NotContains(t, manager.get("/properties?add=true").Body, `name="slug"`)
	assert.Contains(t, admin.get("/properties?add=true").Body, `name="slug"`)
	taken := admin.typed("/properties", "name=Lake&slug=lake-house&category=property&units=2&currency=inr&timezone=Asia/Kolkata&country=in")
	assert.Equal(t, http.StatusConflict, taken.Status)
	made := admin.typed("/properties", "name=Mill&slug=mill&category=property&units=2&currency=inr&timezone=Asia/Kolkata&country=in")
	assert.Equal(t, []any{http.StatusSeeOther, "/properties/mill"}, []any{made.Status, made.Header.Get("Location")})

	list := admin.get("/properties").Body
	assert.Contains(t, list, `data-property="mill"`)
	assert.Contains(t, list, `data-property="desk"`, "the desk stands among them")
	assert.Contains(t, list, "bookings that belong to no property")
	assert.NotContains(t, manager.get("/properties").Body, `data-property="desk"`, "and only with those whose it is")

	closing := admin.typed("/properties/mill", "status=closed")
	assert.Contains(t, closing.Body, "No booking is still to come.")
	_, _, err := s.store.ChangeProperty(t.Context(), operator, "mill", inn.PropertyEdit{Status: inn.Given("closed")})
	require.NoError(t, err)
	list = admin.get("/properties").Body
	assert.NotContains(t, list, `data-property="mill"`)
	assert.Contains(t, admin.get("/properties?closed=true").Body, `data-property="mill"`)
	assert.Contains(t, admin.get("/bookings").Body, `value="mill"`, "its bookings are found as before")
	boxes := admin.get("/team").Body
	assert.NotContains(t, boxes[strings.Index(boxes, "property-boxes"):], `value="mill"`, "nobody is given it")
	assert.Contains(t, admin.get("/properties/mill/edit").Body, "Open it again")
}

func TestOpeningABookingOrAnAlertReadsItsCard(t *testing.T) {
	s := newSite(t)
	key, staff := s.key("events:write"), s.as("staff")
	key.publish(booking("new", "BK-1", "lake-house", ""))
	key.publish(`{"type":"alert:raised","property":"lake-house","payload":{"key":"boiler","title":"Boiler off"}}`)
	v := s.member("staff")
	unread := func() (subjects []string) {
		cards, err := s.store.Notifications(t.Context(), v.Viewer(), store.NotificationFilter{Unread: true, Limit: 10})
		require.NoError(t, err)
		for _, n := range cards {
			subjects = append(subjects, n.Subject)
		}
		return subjects
	}
	all := []string{"alert:lake-house:boiler", "booking:BK-1"}
	require.Equal(t, all, unread())
	staff.do(http.MethodGet, "/bookings/BK-1", "", "Sec-Purpose", "prefetch")
	staff.do(http.MethodGet, "/bookings/BK-1", "", "HX-Request", "true", "HX-Target", "main#main")
	assert.Equal(t, all, unread(), "nobody has opened what a browser fetches by itself")
	page := staff.get("/bookings/BK-1")
	assert.Equal(t, all[:1], unread())
	assert.Contains(t, page.Body, `<title>(1) BK-1`, "the page counts it already")
	staff.get("/notifications/alert:lake-house:boiler/history")
	assert.Empty(t, unread())
}

func TestMarkAllReadOffersUndo(t *testing.T) {
	s := newSite(t)
	key, staff := s.key("events:write"), s.as("staff")
	key.publish(booking("new", "BK-1", "lake-house", ""))
	assert.NotContains(t, staff.get("/notifications").Body, "undo-read")
	require.Equal(t, http.StatusSeeOther, staff.typed("/notifications/read", "all=true").Status)
	page := staff.get("/notifications").Body
	assert.Contains(t, page, "1 marked read.")
	_, after, found := strings.Cut(page, `name="click" value="`)
	require.True(t, found)
	click, _, _ := strings.Cut(after, `"`)
	assert.Equal(t, http.StatusConflict, s.as("owner").typed("/notifications/read/undo", "click="+click).Status, "it is theirs alone")
	require.Equal(t, http.StatusSeeOther, staff.typed("/notifications/read/undo", "click="+click).Status)
	page = staff.get("/notifications").Body
	assert.Contains(t, page, `data-read="false"`)
	assert.NotContains(t, page, "undo-read")
}

func TestTakeBackIsForOnesOwnAndTakeOverForOthers(t *testing.T) {
	s := newSite(t)
	key, staff, manager := s.key("events:write"), s.as("staff"), s.as("manager")
	key.publish(`{"type":"alert:raised","property":"lake-house","payload":{"key":"boiler","title":"Boiler off","detail":"No hot water"}}`)
	const ack = "/notifications/alert:lake-house:boiler/ack"
	require.Equal(t, http.StatusSeeOther, staff.typed(ack, "").Status)
	for _, path := range []string{"/notifications", "/properties/lake-house"} {
		own, others := staff.get(path).Body, manager.get(path).Body
		assert.Contains(t, own, `data-action="unack"`, path)
		assert.NotContains(t, own, `data-action="over"`, path)
		assert.Contains(t, others, `data-action="over"`, path)
		assert.NotContains(t, others, `data-action="unack"`, path)
		assert.Contains(t, others, "No hot water", "%s: who takes it does not take its text", path)
		assert.NotContains(t, own, `data-action="resolve"`, "%s: staff may not", path)
		assert.Contains(t, others, `data-action="resolve"`, path)
	}
	assert.Equal(t, http.StatusConflict, manager.typed(ack, "").Status)
	require.Equal(t, http.StatusSeeOther, manager.typed(ack+"?over=true", "").Status)
	assert.Contains(t, manager.get("/notifications").Body, `data-action="unack"`)
	require.Equal(t, http.StatusSeeOther, manager.typed("/notifications/alert:lake-house:boiler/resolve", "reason=New+fuse").Status)
	assert.Contains(t, staff.get("/notifications").Body, "<bdi>New fuse</bdi>")
}

// typed sends a form, written as a query.
func (c *caller) typed(path, query string) answer {
	c.site.t.Helper()
	form, err := url.ParseQuery(query)
	require.NoError(c.site.t, err)
	return c.filled(path, form)
}
