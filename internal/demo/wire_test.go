package demo

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// What the simulator publishes is what the API documents, and what the API says
// comes back as the house's error.
func TestTheSimulatorSpeaksTheAPI(t *testing.T) {
	var sent map[string]any
	status := http.StatusCreated
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "POST /api/v1/events", r.Method+" "+r.URL.Path)
		assert.Equal(t, "Bearer bk_x", r.Header.Get("Authorization"))
		assert.Equal(t, "application/json", r.Header.Get("Content-Type"))
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		sent = nil
		assert.NoError(t, json.Unmarshal(body, &sent))
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"detail":"because"}`)
	}))
	defer api.Close()
	publish := Over(api.Client(), api.URL, "bk_x")

	s := newScript(1, nil)
	p, found := s.book(noon)
	require.True(t, found)
	require.NoError(t, publish(t.Context(), p))
	payload := sent["payload"].(map[string]any)
	assert.Equal(t, "booking:new", sent["type"])
	assert.Equal(t, p.Booking.Property.Value, sent["property"])
	assert.Equal(t, p.Booking.Customer.Value, payload["customerName"])
	assert.IsType(t, 1.5, payload["amount"])
	assert.NotContains(t, sent, "timestamp", "it happens now")

	raised := past[0].publication(inn.AlertRaised, noon)
	require.NoError(t, publish(t.Context(), raised))
	assert.Equal(t, map[string]any{"type": "alert:raised", "property": past[0].property, "priority": "high", "timestamp": noon.Format(time.RFC3339Nano),
		"payload": map[string]any{"key": past[0].key, "title": past[0].title, "detail": past[0].detail}}, sent)

	cleared := step(inn.BookingModified, "BK-1", time.Time{})
	cleared.Booking.Notes = inn.Given("")
	require.NoError(t, publish(t.Context(), cleared))
	assert.Equal(t, map[string]any{"type": "booking:modified", "payload": map[string]any{"id": "BK-1", "notes": nil}}, sent)

	for answer, code := range map[int]inn.Code{409: inn.Conflict, 422: inn.Invalid, 503: inn.Unavailable} {
		status = answer
		err := publish(t.Context(), p)
		assert.Equal(t, code, inn.CodeOf(err), answer)
		assert.ErrorContains(t, err, "because")
	}
}
