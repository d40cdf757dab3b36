package handlers

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNotificationsAPI(t *testing.T) {
	s := newSite(t)
	manager := s.as("manager")
	writer := s.key("events:write")
	raised := writer.publish(boilerOff)
	for i := range 3 {
		writer.publish(booking("new", fmt.Sprintf("BK-%d", i), "lake-house", ""))
	}
	writer.publish(booking("new", "BK-foreign", "hill-cottage", ""))
	type page struct {
		Notifications []map[string]any
		Unread        *int
		Next          *string
	}
	list := func(c *caller, query string) (p page) {
		t.Helper()
		r := c.get("/api/v1/notifications" + query)
		require.Equal(t, 200, r.Status, r.Body)
		require.NoError(t, json.Unmarshal([]byte(r.Body), &p))
		return p
	}
	alerts := list(manager, "?kind=alert_update")
	require.Len(t, alerts.Notifications, 1)
	assert.Equal(t, 4, *alerts.Unread, "of all kinds")
	one := alerts.Notifications[0]
	delete(one, "updatedAt")
	assert.Equal(t, map[string]any{
		"id": "alert:lake-house:boiler", "kind": "alert_update", "type": "alert:raised", "priority": "critical", "property": "lake-house",
		"subject": "alert:lake-house:boiler", "title": "Boiler off", "body": "No hot water.", "event": raised, "read": false,
	}, one)

	var ids []string
	for after := ""; ; {
		p := list(manager, "?limit=2&unread=true&after="+after)
		for _, n := range p.Notifications {
			ids = append(ids, n["id"].(string))
		}
		if p.Next == nil {
			break
		}
		after = *p.Next
	}
	assert.Equal(t, []string{"booking:BK-2", "booking:BK-1", "booking:BK-0", "alert:lake-house:boiler"}, ids)
	assert.Equal(t, 204, manager.post("/api/v1/notifications/booking:BK-0/read", "").Status)
	assert.Equal(t, 204, manager.post("/api/v1/notifications/booking%3ABK-0/unread", "").Status)
	assert.Equal(t, 204, manager.post("/api/v1/notifications/read", `{"ids":["booking:BK-0","booking:BK-1"]}`).Status)
	assert.Equal(t, 2, *list(manager, "").Unread)
	assert.Equal(t, 204, manager.post("/api/v1/notifications/read", `{"kind":"booking_update"}`).Status)
	assert.Equal(t, 1, *list(manager, "").Unread)
	assert.Equal(t, 204, manager.post("/api/v1/notifications/read", `{"all":true}`).Status)
	assert.Equal(t, 0, *list(manager, "").Unread)
	for body, status := range map[string]int{
		`{}`: 422, `{"all":false}`: 422, `{"all":true,"kind":"alert_update"}`: 422, `{"kind":"none"}`: 422, `{"ids":"x"}`: 422, `{"every":true}`: 422, `[]`: 422,
		`{`: 400, `{"ids":["booking:BK-0","booking:BK-foreign"]}`: 404, `{"ids":["booking:BK-none"]}`: 404,
	} {
		assert.Equal(t, status, manager.post("/api/v1/notifications/read", body).Status, body)
	}

	key := s.key("events:read,notifications:write", "lake-house")
	p := list(key, "")
	assert.Len(t, p.Notifications, 5, "four, and the house itself")
	assert.Nil(t, p.Unread)
	assert.NotContains(t, p.Notifications[0], "read")
	for _, path := range []string{"/alert:lake-house:boiler/read", "/alert:lake-house:boiler/unread", "/read"} {
		assert.Equal(t, 403, key.post("/api/v1/notifications"+path, `{"all":true}`).Status, path)
	}
	reader := s.key("events:read", "lake-house")
	assert.Equal(t, 403, reader.post("/api/v1/notifications/alert:lake-house:boiler/ack", "").Status)
	assert.Equal(t, 403, writer.post("/api/v1/notifications/alert:lake-house:boiler/ack", "").Status)
	assert.Equal(t, 403, s.key("notifications:write").get("/api/v1/notifications").Status)
	assert.Equal(t, 404, key.post("/api/v1/notifications/booking:BK-foreign/ack", "").Status)
	assert.Equal(t, 204, key.post("/api/v1/notifications/alert:lake-house:boiler/ack", "").Status)
	one = list(manager, "?priority=critical").Notifications[0]
	assert.Equal(t, "key:"+key.name, one["acknowledgedBy"])
	assert.NotEmpty(t, one["acknowledgedAt"])
	assert.Equal(t, 204, manager.post("/api/v1/notifications/alert:lake-house:boiler/unack", "").Status)
	assert.NotContains(t, list(manager, "?priority=critical").Notifications[0], "acknowledgedBy")
}

// Every filter narrows: one that is read and not applied would show more than
// was asked for.
func TestNotificationsAPIFilters(t *testing.T) {
	s := newSite(t)
	manager, key, writer := s.as("manager"), s.key("events:read"), s.key("events:write")
	writer.publish(boilerOff)
	for i := range 3 {
		writer.publish(booking("new", fmt.Sprintf("BK-%d", i), "lake-house", ""))
	}
	s.alter(`UPDATE notifications SET updated = updated - 3 * 86400000 WHERE subject = 'booking:BK-0'`)
	s.alter(`UPDATE notifications SET updated = updated - 10 * 86400000 WHERE subject = 'booking:BK-1'`)
	today := time.Now().UTC()
	day := func(ago int) string { return today.AddDate(0, 0, -ago).Format(time.DateOnly) }
	for query, want := range map[string]int{
		"": 3, "?kind=booking_update": 3, "?kind=alert_update": 0, "?priority=critical": 0, "?property=lake-house": 3, "?q=BK-1": 1, "?q=nothing": 0,
		"?period=7d": 2, "?period=30d": 3, "?from=" + day(5): 2, "?to=" + day(2): 2, "?from=" + day(5) + "&to=" + day(2): 1, "?to=" + day(5) + "&from=" + day(2): 1,
	} {
		for who, c := range map[string]*caller{"manager": manager, "key": key} {
			r := c.get("/api/v1/notifications" + query)
			require.Equal(t, 200, r.Status, r.Body)
			assert.Equal(t, want, strings.Count(r.Body, `"id":"booking:`), "%s as %s: %s", query, who, r.Body)
		}
	}
}
