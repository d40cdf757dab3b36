package handlers

import (
	"sync/atomic"
	"time"
)

// whereabouts is how far one stream has come. Nothing is delivered by it; the
// stream alone writes it.
type whereabouts struct {
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

// load gives how many streams are open and how far behind the head the
// furthest-back of them is.
func (s *streams) load(head int64) (pages, programs int, lag int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for one := range s.open {
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
