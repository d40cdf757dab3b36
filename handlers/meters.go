package handlers

import (
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// meters is what the server measures of itself, for the status page and
// Prometheus: counted where it happens, with atomics, and read when somebody
// looks.
type meters struct {
	began     time.Time
	since     int64     // the head of the log when the server began
	delivery  histogram // from the commit of an event to its write to a stream
	ack       histogram // from a publish coming in to its answer
	publishes [4]atomic.Int64
	requests  requests

	mu      sync.Mutex
	samples []sample // the last minute, the oldest first
}

// What becomes of a publish.
const (
	publishApplied = iota
	publishUnchanged
	publishReplayed
	publishRejected
)

var publishResults = [...]string{"applied", "unchanged", "replayed", "rejected"}

func (m *meters) published(replayed, applied bool) {
	switch {
	case replayed:
		m.publishes[publishReplayed].Add(1)
	case applied:
		m.publishes[publishApplied].Add(1)
	default:
		m.publishes[publishUnchanged].Add(1)
	}
}

// sample is what the counters stood at.
type sample struct {
	at       time.Time
	head     int64
	delivery counts
}

func newMeters(head int64, now time.Time) *meters {
	return &meters{began: now, since: head, requests: newRequests(), samples: []sample{{at: now, head: head}}}
}

// sampleEvery is how often the counters are noted; the figures of the last
// minute are the difference to what they were a minute ago.
const sampleEvery = 5 * time.Second

// note notes the counters when that is due.
func (m *meters) note(now time.Time, head int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now.Sub(m.samples[len(m.samples)-1].at) < sampleEvery {
		return
	}
	m.samples = append(m.samples, sample{now, head, m.delivery.counts()})
	for len(m.samples) > 2 && now.Sub(m.samples[1].at) >= time.Minute {
		m.samples = m.samples[1:]
	}
}

// lastMinute returns the events appended per minute, and what was delivered, in
// the last minute, or since the start when that is shorter.
func (m *meters) lastMinute(now time.Time, head int64) (perMinute float64, delivered counts) {
	m.mu.Lock()
	defer m.mu.Unlock()
	first := m.samples[0]
	delivered = m.delivery.counts()
	for i := range delivered {
		delivered[i] -= first.delivery[i]
	}
	if passed := now.Sub(first.at).Minutes(); passed > 0 {
		perMinute = float64(head-first.head) / math.Max(passed, 1)
	}
	return perMinute, delivered
}

// bounds are the upper ends of a histogram's buckets, in seconds: from a quarter
// of a millisecond, each half as much again, up to some twelve seconds.
var bounds = func() (b [buckets - 1]float64) {
	at := 0.00025
	for i := range b {
		b[i] = math.Round(at*1e6) / 1e6
		at *= 1.5
	}
	return b
}()

const buckets = 29 // the last holds what is longer than all bounds

type counts [buckets]uint64

// histogram counts durations. It may be observed by any number of goroutines
// and never locks.
type histogram struct {
	in  [buckets]atomic.Uint64
	sum atomic.Int64 // nanoseconds
}

func (h *histogram) observe(d time.Duration) {
	d = max(d, 0)
	i, seconds := 0, d.Seconds()
	for i < len(bounds) && seconds > bounds[i] {
		i++
	}
	h.in[i].Add(1)
	h.sum.Add(int64(d))
}

func (h *histogram) counts() (c counts) {
	for i := range h.in {
		c[i] = h.in[i].Load()
	}
	return c
}

func (c counts) total() (n uint64) {
	for _, in := range c {
		n += in
	}
	return n
}

// quantile returns the duration that a part q of the observations did not exceed,
// taken evenly within its bucket; ok is false when there was none.
func (c counts) quantile(q float64) (d time.Duration, ok bool) {
	total := c.total()
	if total == 0 {
		return 0, false
	}
	rank, before, low := q*float64(total), 0.0, 0.0
	for i, in := range c {
		high := low * 1.5
		if i < len(bounds) {
			high = bounds[i]
		}
		if n := float64(in); before+n >= rank && n > 0 {
			return time.Duration((low + (high-low)*(rank-before)/n) * float64(time.Second)), true
		}
		before, low = before+float64(in), high
	}
	return time.Duration(low * float64(time.Second)), true
}

// requests counts what was answered, by the pattern of the route and never by
// path or person.
type requests struct {
	mu   sync.Mutex
	n    map[requestLine]int64
	took map[requestLine]*histogram // without status; none for streams, whose time is how long somebody looked on
}

type requestLine struct {
	method, route string
	status        int
}

func newRequests() requests {
	return requests{n: map[requestLine]int64{}, took: map[requestLine]*histogram{}}
}

func (r *requests) answered(l requestLine, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n[l]++
	if streamPath(l.route) {
		return
	}
	l.status = 0
	if r.took[l] == nil {
		r.took[l] = &histogram{}
	}
	r.took[l].observe(took)
}
