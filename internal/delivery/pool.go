package delivery

import (
	"runtime"
	"sync"
)

// pool delivers to each stream that has something to hear. A stream that waits is
// a struct in the log's care and no goroutine; when it is called, one of a few
// workers delivers to it, as far as that takes no waiting. With what would make it
// wait, a socket that is full or a read of the database, it goes on in a goroutine
// of its own until it is at the head again.
type pool struct {
	mu      sync.Mutex
	ready   []*stream
	taken   int // how many of ready have been taken
	workers int
	batches sync.Pool
}

// atOnce is how many streams a worker takes from the line at the most.
const atOnce = 32

func newPool() *pool {
	return &pool{batches: sync.Pool{New: func() any { return new(batch) }}}
}

// add puts a stream into the line. Workers come when there is a line and go when
// there is none.
func (p *pool) add(st *stream) {
	p.mu.Lock()
	if len(p.ready) == cap(p.ready) && p.taken > len(p.ready)/2 {
		n := copy(p.ready, p.ready[p.taken:])
		clear(p.ready[n:])
		p.ready, p.taken = p.ready[:n], 0
	}
	p.ready = append(p.ready, st)
	more := p.workers < p.wanted()
	if more {
		p.workers++
	}
	p.mu.Unlock()
	if more {
		go p.work()
	}
}

// longLine is how many streams wait until all processors write to them.
const longLine = 2048

// wanted says how many workers there ought to be: half the processors are for
// publishers, and all else, until those at the end of the line wait too long.
func (p *pool) wanted() int {
	all := runtime.GOMAXPROCS(0)
	if len(p.ready)-p.taken >= longLine {
		return all
	}
	return max(1, all/2)
}

func (p *pool) work() {
	b := p.batches.Get().(*batch)
	defer p.batches.Put(b)
	var some [atOnce]*stream
	for {
		n := p.take(some[:])
		if n == 0 {
			return
		}
		for i, st := range some[:n] {
			if !st.deliverAtOnce(b) {
				go st.deliverWaiting()
			}
			some[i] = nil
		}
		runtime.Gosched() // who publishes need not wait for the whole line
	}
}

// take returns the next streams of the line; none, and then the worker is counted
// out, when it is empty. What is left is enough for the others.
func (p *pool) take(some []*stream) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := p.ready[p.taken:]
	if len(left) == 0 {
		p.workers--
		return 0
	}
	n = copy(some[:min(len(some), 1+len(left)/(2*p.workers))], left)
	clear(left[:n])
	if p.taken += n; p.taken == len(p.ready) {
		p.ready, p.taken = p.ready[:0], 0
	}
	return n
}
