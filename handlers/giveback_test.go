package handlers

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestManyStreamsHaveComeOrGone(t *testing.T) {
	c := newCrowd()
	for i, second := range []struct {
		open    int
		settled bool
	}{
		{0, true}, {0, false}, // the start
		{60, false}, {900, false}, {900, false}, // too few
		{5000, false}, {9000, false}, {9050, true}, {9050, false}, // they come, and have come
		{9140, false}, {9230, false}, {8500, false}, {8500, false}, // some come and go
		{8050, false}, {8040, true}, // they were many in the end
		{10, false}, {0, true}, {0, false},
	} {
		assert.Equal(t, second.settled, c.settles(second.open), "second %d: %v", i, second)
	}
}
