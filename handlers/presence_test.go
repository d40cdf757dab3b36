package handlers

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// online reads a page's stream until it says who is on line, and returns the names.
func (r *reader) online(name string, there bool) message {
	r.t.Helper()
	for {
		m := r.next(soon)
		if strings.Contains(m.Data, `id="on-line"`) && strings.Contains(m.Data, name) == there {
			return m
		}
	}
}

// Who is on line is state: it comes when it changes, without an id, to those
// who may know; two pages of one person are one face.
func TestPresence(t *testing.T) {
	s := newSite(t)
	admin := s.stream("/live", s.as("admin"), "").live()
	assert.False(t, admin.online("The admin (you)", true).HasID)
	first := s.stream("/live", s.as("staff"), "").live()
	m := admin.online("The staff", true)
	assert.False(t, m.HasID)
	assert.Empty(t, m.Event)
	second := s.stream("/live", s.as("staff"), "").live()
	assert.Equal(t, 1, strings.Count(admin.latestOnline(s), "title=\"The staff\""))

	// The manager shares the lake house with the staff; the admin has no property.
	manager := s.stream("/live", s.as("manager"), "").live()
	manager.online("The staff", true)
	page := s.as("manager").get("/").Body
	assert.Contains(t, page, `title="The staff"`)
	assert.NotContains(t, page, `title="The admin"`)
	assert.Contains(t, s.as("admin").get("/").Body, `title="The manager"`)
	assert.Contains(t, s.as("admin").get("/team").Body, "Here now")

	// A property taken away takes the face along.
	require.NoError(t, s.store.ChangeMember(t.Context(), inn.Viewer{Name: "test"}, 5, inn.Staff, []string{"hill-cottage"}))
	manager.online("The staff", false)

	first.close()
	assert.Contains(t, admin.latestOnline(s), "The staff", "one page of two is left")
	second.close()
	admin.online("The staff", false)
}

// latestOnline returns who is on line as the server has it now, for who may see
// everybody.
func (r *reader) latestOnline(s *site) string {
	r.t.Helper()
	return s.as("admin").get("/").Body
}
