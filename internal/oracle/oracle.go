// Package oracle judges what a log and its streams did, from the outside.
//
// A test writes down, while it torments the server, every publish that was
// answered 2xx (Acked) or not (Tried), what every stream was given (Stream),
// and who was allowed to hear what from which position in the log on (Rights).
// Afterwards Judge compares the three and names each breach of a promise.
// Lost is an acknowledged event between the cursors a stream began and ended
// at, that its viewer might hear all along and was not given; or one that is
// not in the log. Duplicated is an event given twice to one stream, reconnects
// included, or stored at two positions. Reordered is a delivery from before one
// already given, or an event that was sent after another had been acknowledged
// and stands before it in the log. Leaked is a delivery that no right allowed
// that was in force between the event's position in the log and its arrival.
// Phantom is a delivery of what nobody published, or of something else than
// stands at that position. The truth about the log is optional (Logged): without
// it the acknowledgements are taken for the log. One history is one epoch: after
// a restore a new one begins. It imports nothing of the house, must never
// look inside the program, and knows of events only a position, a name of the
// test's choosing, a topic and a type, so that it serves every kind of test.
package oracle

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Event is one published event as its publisher knows it. Name is unique in the
// history; the subject of a booking will do when each is published once.
type Event struct {
	Position int64 // the number in its position
	Name     string
	Topic    string // whatever the Sees of the test asks about
	Type     string
}

// Delivery is one event as a stream was given it.
type Delivery struct {
	Position int64
	Name     string // "" when the reader does not look inside
	At       time.Time
	Replayed bool // before the stream was live; only told apart in the verdict
}

// Grace is how long after a change of rights a delivery may still follow the
// old ones, for what was committed before the change.
const Grace = time.Second

// History is what happened. Its methods may be called from any number of
// goroutines; the zero History is empty.
type History struct {
	// Grace is used instead of the constant when it is longer: where many tests
	// share a machine, the reader itself may be late. What was committed after a
	// change is judged by its position alone, whatever this is.
	Grace time.Duration

	mu      sync.Mutex
	acked   []ack
	tried   map[string]bool
	log     map[int64]string // position to name; nil when it was not given
	rights  map[string][]right
	streams []*Stream
}

type ack struct {
	Event
	sent, at time.Time
}

type right struct {
	position int64     // holds for what is committed after it
	at       time.Time // when the change was acknowledged
	sees     func(Event) bool
}

// Acked notes a publish that was answered 2xx: when it was sent, and when the
// answer came. A repeated answer to the same idempotency key is noted again;
// that is no fault as long as it names the same position.
func (h *History) Acked(e Event, sent, at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.acked = append(h.acked, ack{e, sent, at})
}

// Tried notes a publish whose fate is unknown: it may be in the log, once.
func (h *History) Tried(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.tried == nil {
		h.tried = map[string]bool{}
	}
	h.tried[name] = true
}

// Logged notes that the log holds an event, as read from the log itself when
// all is over. Events that are none of the test's own are not to be given.
func (h *History) Logged(position int64, name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.log == nil {
		h.log = map[int64]string{}
	}
	h.log[position] = name
}

// Rights notes what a viewer may hear of what is committed after a position; the
// change was acknowledged at a time. Without any, a viewer hears everything;
// before the first, nothing.
func (h *History) Rights(viewer string, position int64, at time.Time, sees func(Event) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.rights == nil {
		h.rights = map[string][]right{}
	}
	h.rights[viewer] = append(h.rights[viewer], right{position, at, sees})
	slices.SortStableFunc(h.rights[viewer], func(a, b right) int { return cmp.Compare(a.position, b.position) })
}

// Stream begins the history of one reader, over all its connections.
func (h *History) Stream(name, viewer string) *Stream {
	s := &Stream{name: name, viewer: viewer}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.streams = append(h.streams, s)
	return s
}

// Stream is what one reader was given, in the order of arrival. It belongs to
// one goroutine at a time.
type Stream struct {
	name, viewer string
	parts        []part
	got          []Delivery
}

// part is one stretch of the log that a stream has to have whole: everything
// after begin up to end.
type part struct{ begin, end int64 }

// Begin notes the cursor a connection goes on from: the position in hello or
// resync. What lies between the end of the part before and a later begin was
// announced as lost, and is not asked for.
func (s *Stream) Begin(position int64) {
	if n := len(s.parts); n > 0 && s.parts[n-1].end == position {
		return
	}
	s.parts = append(s.parts, part{position, position})
}

// Got notes a delivery.
func (s *Stream) Got(d Delivery) {
	s.got = append(s.got, d)
	s.Reached(d.Position)
}

// Reached notes that the stream has said to be at a position: everything up to
// there has been handed on. Every id of a stream says so, that of a beat too.
func (s *Stream) Reached(position int64) {
	if len(s.parts) == 0 {
		s.parts = []part{{position, position}}
	}
	last := &s.parts[len(s.parts)-1]
	last.end = max(last.end, position)
}

// Deliveries is how much the stream was given.
func (s *Stream) Deliveries() int { return len(s.got) }

// End returns the position the stream has come to, and false when it never began.
func (s *Stream) End() (position int64, began bool) {
	if len(s.parts) == 0 {
		return 0, false
	}
	return s.parts[len(s.parts)-1].end, true
}
