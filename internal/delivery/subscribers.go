package delivery

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"baithaka/internal/figures"
	"baithaka/internal/inn"
)

// subscribers knows who is connected: for the limits and the statistics, and to
// call those who show a value that changed. It delivers nothing.
type subscribers struct {
	limits Config
	mu     sync.Mutex
	open   map[*subscriber]bool
	byWho  map[inn.Topic]map[*subscriber]bool
	byFrom map[string]int
	count  int           // how many there have been
	none   chan struct{} // closed when none is open; nil until somebody asks
	here   Presence      // what presence returned last
	moves  uint64        // how often somebody came, went, or may other things than before
	told   uint64        // moves when pages were told last
}

// subscriber is one open stream, as counted, and how far it has come.
type subscriber struct {
	viewer  inn.Viewer
	who     inn.Topic
	from    string
	page    bool
	panel   bool          // the page shows one
	figures figures.Scope // that the page shows
	number  int
	stream  *stream // nil until it is under way

	measured bool         // its deliveries are timed
	passed   atomic.Int64 // the position it has passed; atHead while it waits there
	live     bool         // it has caught up: what it writes from now on has just happened
	first    int64        // the first event that is about to be written; 0 for none
}

// atHead stands for a stream that has everything and waits.
const atHead = -1

// measuredAll is up to how many open streams all are timed; beyond, one in
// sixteen of those that come.
const measuredAll = 64

func newSubscribers(limits Config) *subscribers {
	return &subscribers{limits: limits, open: map[*subscriber]bool{}, byWho: map[inn.Topic]map[*subscriber]bool{}, byFrom: map[string]int{}}
}

// enter counts a stream in, or refuses it when there are too many. from is what
// its address counts as.
func (s *subscribers) enter(v inn.Viewer, from string, page bool) (*subscriber, error) {
	limit := s.limits.PerPerson
	if v.KeyID != 0 {
		limit = s.limits.PerKey
	}
	c := &subscriber{viewer: v, who: v.Own(), from: from, page: page}
	s.mu.Lock()
	defer s.mu.Unlock()
	if limit > 0 && len(s.byWho[c.who]) >= limit || s.limits.PerAddress > 0 && s.byFrom[c.from] >= s.limits.PerAddress {
		return nil, &inn.Error{Code: inn.TooMany, Text: "Too many streams are open; close one and try again.", RetryAfter: 30 * time.Second}
	}
	s.count++
	c.number = s.count
	c.measured = len(s.open) < measuredAll || c.number%16 == 0
	c.passed.Store(atHead)
	s.open[c] = true
	if s.byWho[c.who] == nil {
		s.byWho[c.who] = map[*subscriber]bool{}
		s.moves++
	}
	s.byWho[c.who][c] = true
	s.byFrom[c.from]++
	return c, nil
}

// as says who a stream's viewer is by now.
func (s *subscribers) as(c *subscriber, v inn.Viewer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.viewer.Name != v.Name || !c.viewer.SameRights(v) {
		c.viewer = v
		s.moves++
	}
}

// shows says what the page of a stream shows, from the time it can be called.
func (s *subscribers) shows(c *subscriber, st *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.stream = st
	if st.state != nil {
		c.panel, c.figures = st.state.panel != nil, st.state.scope
	}
}

// leave counts a stream out.
func (s *subscribers) leave(c *subscriber) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
	if delete(s.byWho[c.who], c); len(s.byWho[c.who]) == 0 {
		delete(s.byWho, c.who)
		s.moves++
	}
	if s.byFrom[c.from]--; s.byFrom[c.from] == 0 {
		delete(s.byFrom, c.from)
	}
	if len(s.open) == 0 && s.none != nil {
		close(s.none)
		s.none = nil
	}
}

// each calls do for every stream that is under way.
func (s *subscribers) each(do func(*subscriber)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.open {
		if c.stream != nil {
			do(c)
		}
	}
}

// tell calls the pages that show a value.
func (s *subscribers) tell(v value) {
	switch v.kind {
	case badgeValue, preferencesValue:
		s.mu.Lock()
		defer s.mu.Unlock()
		for c := range s.byWho[inn.UserTopic(v.user)] {
			if c.stream != nil && c.page {
				c.stream.look(dueState)
			}
		}
	default:
		s.each(func(c *subscriber) {
			if c.page && (v.kind == presenceValue || c.figures.Key() == v.of) {
				c.stream.look(dueState)
			}
		})
	}
}

// moved reports whether somebody came, went or changed since it was asked last.
func (s *subscribers) moved() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	moved := s.moves != s.told
	s.told = s.moves
	return moved
}

// end waits until no stream is open. When ctx ends first, it cuts those that
// are left.
func (s *subscribers) end(ctx context.Context) {
	s.mu.Lock()
	none := s.none
	if len(s.open) > 0 && none == nil {
		none = make(chan struct{})
		s.none = none
	}
	s.mu.Unlock()
	if none == nil {
		return
	}
	select {
	case <-none:
		return
	case <-ctx.Done():
	}
	s.each(func(c *subscriber) {
		c.stream.conn.Close()
		c.stream.look(dueEnd)
	})
	select {
	case <-none:
	case <-time.After(cutWithin):
	}
}

// cutWithin is how long a stream that was cut may take to notice.
const cutWithin = 300 * time.Millisecond

// Load returns how many streams are open and how far behind the head the
// furthest-back of them is, in positions.
func (d *Streams) Load() (pages, programs int, lag int64) {
	head := d.log.Head()
	s := d.subscribers
	s.mu.Lock()
	defer s.mu.Unlock()
	for one := range s.open {
		if one.page {
			pages++
		} else {
			programs++
		}
		if at := one.passed.Load(); at != atHead {
			lag = max(lag, head-at)
		}
	}
	return pages, programs, lag
}

// Connected is who is connected, in which rooms: seed A's statistics.
type Connected struct {
	Streams int
	Rooms   map[string]int
	Users   []string // e-mail addresses, sorted
}

// Connected returns the statistics of now.
func (d *Streams) Connected() Connected {
	s := d.subscribers
	s.mu.Lock()
	defer s.mu.Unlock()
	now := Connected{Streams: len(s.open), Rooms: map[string]int{}}
	users := map[string]bool{}
	for c := range s.open {
		for _, room := range c.viewer.Rooms() {
			now.Rooms[room]++
		}
		if c.viewer.UserID != 0 {
			users[c.viewer.Email] = true
		}
	}
	now.Users = append([]string{}, slices.Sorted(maps.Keys(users))...)
	return now
}

// handing notes the first event of what is about to be written.
func (c *subscriber) handing(event int64) {
	if c.live && c.measured && c.first == 0 {
		c.first = event
	}
}

// written takes the time from the commit of the first event that was written.
func (c *subscriber) written(d *Streams, err error) {
	if c.first == 0 {
		return
	}
	if committed := d.store.Committed(c.first); err == nil && !committed.IsZero() {
		d.delivered(time.Since(committed))
	}
	c.first = 0
}
