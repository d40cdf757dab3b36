package delivery

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// Streams are counted per person, key and neighbourhood of addresses; who came
// first stays, and whoever is refused learns when to come back.
func TestStreamLimitsCountNeighbours(t *testing.T) {
	one := newSubscribers(Config{PerPerson: 2, PerKey: 1, PerAddress: 3})
	alice, bob, key := inn.Viewer{UserID: 1}, inn.Viewer{UserID: 2}, inn.Viewer{KeyID: 1}
	enter := func(v inn.Viewer, from string) (leave func(), ok bool) {
		c, err := one.enter(v, from, true)
		return func() { one.leave(c) }, err == nil
	}
	_, ok := enter(alice, "2001:db8:1:2::/64")
	require.True(t, ok)
	leave, ok := enter(alice, "192.0.2.1")
	require.True(t, ok)
	_, ok = enter(alice, "198.51.100.9")
	assert.False(t, ok, "the third of one person, wherever from")
	_, ok = enter(bob, "2001:db8:1:2::/64")
	require.True(t, ok)
	_, ok = enter(key, "2001:db8:1:2::/64")
	require.True(t, ok)
	_, ok = enter(bob, "2001:db8:1:2::/64")
	assert.False(t, ok, "the fourth of one /64")
	_, ok = enter(bob, "2001:db8:1:3::/64")
	assert.True(t, ok, "the /64 beside it is another customer")
	leave()
	_, ok = enter(alice, "198.51.100.9")
	assert.True(t, ok, "one has left")
	free := newSubscribers(Config{})
	for range 500 {
		_, err := free.enter(alice, "192.0.2.1", true)
		require.NoError(t, err, "0 is no limit")
	}
}
