package handlers

import (
	"sync"
	"sync/atomic"
	"time"
)

// progress is how far each open stream has come. Nothing is delivered by it.
type progress struct {
	mu    sync.Mutex
	of    map[*whereabouts]bool
	count int
}

// whereabouts is where one stream is. The stream alone writes it.
type whereabouts struct {
	page     bool
	measured bool         // its deliveries are timed
	at       atomic.Int64 // what it has passed; atHead while it waits there
	live     bool         // it has caught up: what it writes from now on has just happened
	first    int64        // the first event that is about to be written; 0 for none
}

// atHead stands for a stream that has everything and waits.
const atHead = -1

// measuredAll is up to how many open streams all are timed; beyond, one in
// sixteen of those that come.
const measuredAll = 64

func (p *progress) enter(page bool) (one *whereabouts, leave func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil {
		p.of = map[*whereabouts]bool{}
	}
	p.count++
	one = &whereabouts{page: page, measured: len(p.of) < measuredAll || p.count%16 == 0}
	one.at.Store(atHead)
	p.of[one] = true
	return one, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.of, one)
	}
}

// load gives how many streams are open and how far behind the head the
// furthest-back of them is.
func (p *progress) load(head int64) (pages, programs int, lag int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for one := range p.of {
		if one.page {
			pages++
		} else {
			programs++
		}
		if at := one.at.Load(); at != atHead {
			lag = max(lag, head-at)
		}
	}
	return pages, programs, lag
}

// handing notes the first event of what is about to be written.
func (p *whereabouts) handing(event int64) {
	if p.live && p.measured && p.first == 0 {
		p.first = event
	}
}

// written takes the time from the commit of the first event that was written.
func (p *whereabouts) written(s *Site, err error) {
	if p.first == 0 {
		return
	}
	if committed := s.store.Committed(p.first); err == nil && !committed.IsZero() {
		s.meters.delivery.observe(time.Since(committed))
	}
	p.first = 0
}
