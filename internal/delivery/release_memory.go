package delivery

import (
	"runtime"
	"runtime/debug"
)

// manyStreams is how many streams have to come or go before what they leave
// behind is worth giving back to the system at once: net/http's buffers when a
// connection is taken over, all of a stream when it ends. By itself a quiet
// server would collect that within two minutes and return it long after.
const manyStreams = 250

// crowd remembers how many streams there were.
type crowd struct {
	before  int // the last time it was looked at
	settled int // when memory was given back
}

// newCrowd looks, the first time, as if many had come or gone: the start has made
// garbage too, reading what the figures are made of.
func newCrowd() crowd { return crowd{settled: -manyStreams} }

// settles reports, looked at once a second, whether many streams have come or
// gone and that is over.
func (c *crowd) settles(open int) bool {
	moving := apart(open, c.before) >= manyStreams/10
	c.before = open
	if moving || apart(open, c.settled) < manyStreams {
		return false
	}
	c.settled = open
	return true
}

func apart(a, b int) int { return max(a-b, b-a) }

// releaseMemory returns what streams have left behind. It takes some milliseconds, for
// a heap that is small again, and some tens with ten thousand streams.
func (d *Streams) releaseMemory(c *crowd) {
	if pages, programs, _ := d.Load(); c.settles(pages + programs) {
		runtime.GC() // frees the stacks of goroutines that have ended; the next returns them
		debug.FreeOSMemory()
	}
}
