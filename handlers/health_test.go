package handlers

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestALogThatStandsStillIsNoticed(t *testing.T) {
	var b behind
	now := time.Now()
	for _, step := range []struct {
		read, head int64
		after      time.Duration
		stuck      time.Duration
	}{
		{10, 10, 0, 0},
		{10, 11, time.Hour, 0}, // it had everything until now
		{10, 12, 4 * time.Second, 4 * time.Second},
		{11, 12, time.Second, 0}, // slow, but it moves
		{11, 12, 6 * time.Second, 6 * time.Second},
		{12, 12, time.Second, 0},
		{12, 13, time.Second, 0},
	} {
		now = now.Add(step.after)
		assert.Equal(t, step.stuck, b.since(step.read, step.head, now), step)
	}
}

// Readiness ends with its reason when the stop begins; the process lives on.
func TestReadyUntilTheStop(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/livez", "/readyz"} {
		assert.Equal(t, http.StatusOK, s.nobody().get(path).Status, path)
	}
	s.Drain(time.Second)
	assert.Equal(t, http.StatusOK, s.nobody().get("/livez").Status)
	r := s.nobody().get("/readyz")
	require.Equal(t, http.StatusServiceUnavailable, r.Status)
	assert.Equal(t, "application/problem+json", r.Header.Get("Content-Type"))
	assert.NotEmpty(t, r.Header.Get("Retry-After"))
	assert.Equal(t, "The server is stopping.", r.json(t)["detail"])
}
