package handlers

import (
	"runtime"
	"sync"
)

// turns gives a turn to each stream that has something to hear. A stream that
// waits is a struct in the log's care and no goroutine; when it is called, one of
// a few workers takes its turn, which never waits: what would make it wait, a
// socket that is full or a read of the database, it goes on with in a goroutine
// of its own until it is at the head again.
type turns struct {
	mu      sync.Mutex
	ready   []*stream
	taken   int // how many of ready have had their turn
	workers int
	batches sync.Pool
}

// turnsAtOnce is how many streams a worker takes from the line at the most.
const turnsAtOnce = 32

func newTurns() *turns {
	return &turns{batches: sync.Pool{New: func() any { return new(batch) }}}
}

// add puts a stream into the line. Workers come when there is a line and go when
// there is none.
func (t *turns) add(st *stream) {
	t.mu.Lock()
	if len(t.ready) == cap(t.ready) && t.taken > len(t.ready)/2 {
		n := copy(t.ready, t.ready[t.taken:])
		clear(t.ready[n:])
		t.ready, t.taken = t.ready[:n], 0
	}
	t.ready = append(t.ready, st)
	more := t.workers < t.wanted()
	if more {
		t.workers++
	}
	t.mu.Unlock()
	if more {
		go t.work()
	}
}

// longLine is how many streams wait until all processors write to them.
const longLine = 2048

// wanted says how many workers there ought to be: half the processors are for
// publishers, and all else, until those at the end of the line wait too long.
func (t *turns) wanted() int {
	all := runtime.GOMAXPROCS(0)
	if len(t.ready)-t.taken >= longLine {
		return all
	}
	return max(1, all/2)
}

func (t *turns) work() {
	b := t.batches.Get().(*batch)
	defer t.batches.Put(b)
	var some [turnsAtOnce]*stream
	for {
		n := t.take(some[:])
		if n == 0 {
			return
		}
		for i, st := range some[:n] {
			if !st.turn(b) {
				go st.run()
			}
			some[i] = nil
		}
		runtime.Gosched() // who publishes need not wait for the whole line
	}
}

// take gives the next streams of the line; none, and then the worker is counted
// out, when it is empty. What is left is enough for the others.
func (t *turns) take(some []*stream) (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	left := t.ready[t.taken:]
	if len(left) == 0 {
		t.workers--
		return 0
	}
	n = copy(some[:min(len(some), 1+len(left)/(2*t.workers))], left)
	clear(left[:n])
	if t.taken += n; t.taken == len(t.ready) {
		t.ready, t.taken = t.ready[:0], 0
	}
	return n
}
