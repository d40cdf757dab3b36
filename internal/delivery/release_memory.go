package delivery

import (
	"runtime"
	"runtime/debug"
)

// manyStreams is how many streams have to come or go before what they leave
// behind is worth returning to the system at once: net/http's buffers when a
// connection is taken over, all of a stream when it ends. A quiet server would
// collect that within two minutes by itself, and return it long after.
const manyStreams = 250

// streamCount remembers how many streams there were.
type streamCount struct {
	before   int // a second ago
	released int // when memory was released the last time
}

// newStreamCount begins as if many streams had come or gone: the start has made
// garbage too, reading what the figures are made of.
func newStreamCount() streamCount { return streamCount{released: -manyStreams} }

// due, asked once a second, reports whether many streams have come or gone since
// memory was released, and hardly any in the last second.
func (c *streamCount) due(open int) bool {
	moving := apart(open, c.before) >= manyStreams/10
	c.before = open
	if moving || apart(open, c.released) < manyStreams {
		return false
	}
	c.released = open
	return true
}

func apart(a, b int) int { return max(a-b, b-a) }

// releaseMemory returns to the system what streams have left behind. It takes a few
// milliseconds with a small heap and some tens of them with ten thousand streams.
func (d *Streams) releaseMemory(c *streamCount) {
	if pages, programs, _ := d.Load(); c.due(pages + programs) {
		runtime.GC() // frees the stacks of goroutines that have ended; the next returns them
		debug.FreeOSMemory()
	}
}
