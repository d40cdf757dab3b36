package handlers

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestManyStreamsHaveLeft(t *testing.T) {
	c := newCrowd()
	for _, beat := range []struct {
		open int
		left bool
	}{{0, true}, {0, false}, {5000, false}, {4001, false}, {4500, false}, {4000, true}, {4000, false}, {3500, false}, {3000, true}, {10, true}, {900, false}, {0, false}} {
		assert.Equal(t, beat.left, c.left(beat.open), beat)
	}
}
