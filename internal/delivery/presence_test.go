package delivery

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

func TestPeopleAreMadeOnceForEveryMove(t *testing.T) {
	s := newSubscribers(Config{})
	none := s.presence()
	assert.Empty(t, none.People)
	v := inn.Viewer{UserID: 3, Name: "A", Role: inn.Staff, Properties: []string{"a"}}
	one, err := s.enter(v, "here", true)
	require.NoError(t, err)
	two, err := s.enter(v, "here", true)
	require.NoError(t, err)
	key, err := s.enter(inn.Viewer{KeyID: 3, Name: "K"}, "here", false)
	require.NoError(t, err)
	here := s.presence()
	assert.Len(t, here.People, 1)
	assert.Empty(t, none.People, "what was given before is not changed")
	s.as(one, v)
	assert.Equal(t, here.Version, s.presence().Version, "nothing changed")
	v.Properties = nil
	s.as(one, v)
	assert.Greater(t, s.presence().Version, here.Version)
	moves := s.presence().Version
	s.leave(one)
	assert.Equal(t, moves, s.presence().Version, "still here")
	s.leave(two)
	s.leave(key)
	assert.Empty(t, s.presence().People)
}
