package handlers

import (
	"runtime"
	"runtime/debug"
)

// manyStreams is how many streams have to be gone before their memory is worth
// giving back to the system at once. By itself a quiet server would collect it
// within two minutes and return it long after.
const manyStreams = 1000

// crowd remembers how many streams there were.
type crowd struct{ most int }

// newCrowd looks, the first time, as if many had just left: the start has made
// garbage too, reading what the figures are made of.
func newCrowd() crowd { return crowd{most: manyStreams} }

// left reports, looked at with every heartbeat, whether many have gone since
// there were most.
func (c *crowd) left(open int) bool {
	if c.most-open < manyStreams {
		c.most = max(c.most, open)
		return false
	}
	c.most = open
	return true
}

// giveBack returns what streams that are gone have held. It takes some
// milliseconds, for a heap that is small again.
func (s *Site) giveBack(c *crowd) {
	if pages, programs, _ := s.streams.load(0); c.left(pages + programs) {
		runtime.GC() // frees the stacks of goroutines that have ended; the next returns them
		debug.FreeOSMemory()
	}
}
