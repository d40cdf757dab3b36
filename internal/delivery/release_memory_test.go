package delivery

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestManyStreamsHaveComeOrGone(t *testing.T) {
	c := newStreamCount()
	for i, second := range []struct {
		open     int
		released bool
	}{
		{0, true}, {0, false}, // the start
		{20, false}, {240, false}, {240, false}, // too few
		{5000, false}, {9000, false}, {9010, true}, {9010, false}, // they come, and have come
		{9030, false}, {9050, false}, {8850, false}, {8850, false}, // some come and go
		{8760, false}, {8750, true}, // they were many in the end
		{10, false}, {0, true}, {0, false},
	} {
		assert.Equal(t, second.released, c.due(second.open), "second %d: %v", i, second)
	}
	c = newStreamCount()
	assert.False(t, c.due(300), "who waited for the start is there at once")
	assert.True(t, c.due(300))
}
