package handlers

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
)

// streams knows who is connected: for the limits and the statistics, and to call
// them when there is something that is no event. It delivers nothing.
type streams struct {
	config Config
	mu     sync.Mutex
	open   map[*connection]bool
	byWho  map[inn.Topic]map[*connection]bool
	byFrom map[string]int
	count  int           // how many there have been
	none   chan struct{} // closed when none is open; nil until somebody asks
	moved  chan struct{} // somebody came, is gone, or may other things than before
	here   presence      // what people gave last
	moves  uint64        // how often that changed
}

// connection is one open stream, as counted.
type connection struct {
	viewer inn.Viewer
	who    inn.Topic
	from   string
	page   bool
	panel  bool
	number int
	stream *stream // nil until it is under way
	whereabouts
}

func newStreams(config Config) *streams {
	return &streams{config: config, open: map[*connection]bool{}, byWho: map[inn.Topic]map[*connection]bool{}, byFrom: map[string]int{}, moved: make(chan struct{}, 1)}
}

// enter counts a stream in, or refuses it when there are too many.
func (s *streams) enter(v inn.Viewer, from string, page bool) (*connection, error) {
	limit := s.config.PerPerson
	if v.KeyID != 0 {
		limit = s.config.PerKey
	}
	c := &connection{viewer: v, who: v.Own(), from: neighbourhood(from), page: page}
	s.mu.Lock()
	defer s.mu.Unlock()
	if limit > 0 && len(s.byWho[c.who]) >= limit || s.config.PerAddress > 0 && s.byFrom[c.from] >= s.config.PerAddress {
		return nil, &inn.Error{Code: inn.TooMany, Text: "Too many streams are open; close one and try again.", RetryAfter: 30 * time.Second}
	}
	s.count++
	c.number = s.count
	c.measured = len(s.open) < measuredAll || c.number%16 == 0
	c.at.Store(atHead)
	s.open[c] = true
	if s.byWho[c.who] == nil {
		s.byWho[c.who] = map[*connection]bool{}
		s.moving()
	}
	s.byWho[c.who][c] = true
	s.byFrom[c.from]++
	return c, nil
}

// as says who a stream's viewer is by now.
func (s *streams) as(c *connection, v inn.Viewer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.viewer.Name != v.Name || !c.viewer.SameRights(v) {
		c.viewer = v
		s.moving()
	}
}

// begins says that a connection's stream is under way, and can be called.
func (s *streams) begins(c *connection, st *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.stream = st
}

// leave counts a stream out.
func (s *streams) leave(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
	if delete(s.byWho[c.who], c); len(s.byWho[c.who]) == 0 {
		delete(s.byWho, c.who)
		s.moving()
	}
	if s.byFrom[c.from]--; s.byFrom[c.from] == 0 {
		delete(s.byFrom, c.from)
	}
	if len(s.open) == 0 && s.none != nil {
		close(s.none)
		s.none = nil
	}
}

// bell calls streams to look at something that is no event.
type bell struct {
	streams *streams
	why     uint32
	whom    func(*connection) bool
}

func (b bell) ring() { b.some(func(*connection) bool { return true }) }

// some rings for some of those it is for.
func (b bell) some(of func(*connection) bool) {
	b.streams.mu.Lock()
	defer b.streams.mu.Unlock()
	for c := range b.streams.open {
		if c.stream != nil && b.whom(c) && of(c) {
			c.stream.look(b.why)
		}
	}
}

// look calls one viewer's pages to look at their state.
func (s *streams) look(v inn.Viewer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.byWho[v.Own()] {
		if c.stream != nil && c.page {
			c.stream.look(dueState)
		}
	}
}

// end waits until no stream is open. When ctx ends first, it cuts those that
// are left: their readers resume from their positions.
func (s *streams) end(ctx context.Context) {
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
	bell{s, dueEnd, func(c *connection) bool { c.stream.wire.close(); return true }}.ring()
	select {
	case <-none:
	case <-time.After(cutWithin):
	}
}

// cutWithin is how long a stream that was cut may take to notice.
const cutWithin = 300 * time.Millisecond

// statistics is seed A's answer of GET /api/realtime/trigger.
type statistics struct {
	Stats struct {
		Connections int            `json:"totalConnections"`
		Rooms       int            `json:"totalRooms"`
		ByRoom      map[string]int `json:"rooms"`
	} `json:"stats"`
	Users []string `json:"connectedUsers"`
}

func (s *streams) statistics() statistics {
	s.mu.Lock()
	defer s.mu.Unlock()
	var st statistics
	st.Stats.ByRoom = map[string]int{}
	users := map[string]bool{}
	for c := range s.open {
		st.Stats.Connections++
		for _, room := range c.viewer.Rooms() {
			st.Stats.ByRoom[room]++
		}
		if c.viewer.UserID != 0 {
			users[c.viewer.Email] = true
		}
	}
	st.Stats.Rooms = len(st.Stats.ByRoom)
	st.Users = append([]string{}, slices.Sorted(maps.Keys(users))...)
	return st
}

// giveStatistics is GET /api/realtime/trigger.
func (s *Site) giveStatistics(c echo.Context) error { return c.JSON(200, s.streams.statistics()) }

// narrowing is what a program asked to hear of what it may: any of the rooms,
// any of the types; none stands for all.
type narrowing struct {
	rooms []string
	types map[inn.Type]bool
}

// narrow reads lists of rooms and types: a client can only narrow what the policy
// gives it.
func (s *Site) narrow(c echo.Context, v inn.Viewer, rooms, types []string) (narrowing, error) {
	n := narrowing{rooms: rooms, types: map[inn.Type]bool{}}
	for _, name := range n.rooms {
		_, ok := v.Room(name, func(slug string) bool {
			_, err := s.store.Property(c.Request().Context(), v, slug)
			return err == nil
		})
		if !ok {
			return narrowing{}, inn.E(inn.Forbidden, "There is no such room, or it is not yours to hear.")
		}
	}
	for _, name := range types {
		if !inn.Type(name).Known() {
			return narrowing{}, inn.InvalidQuery([]inn.FieldError{{Pointer: "/types", Detail: "holds an unknown event type"}})
		}
		n.types[inn.Type(name)] = true
	}
	return n, nil
}

// of gives the test for a viewer as of now, nil when everything passes: a right
// that has ended takes its room along. A property that was there when the stream
// began still is.
func (n narrowing) of(v inn.Viewer) func(*inn.Event) bool {
	if len(n.rooms)+len(n.types) == 0 {
		return nil
	}
	var rooms []func(*inn.Event) bool
	for _, name := range n.rooms {
		if holds, ok := v.Room(name, func(string) bool { return true }); ok {
			rooms = append(rooms, holds)
		}
	}
	return func(e *inn.Event) bool {
		if len(n.types) > 0 && !n.types[e.Type] {
			return false
		}
		return len(n.rooms) == 0 || slices.ContainsFunc(rooms, func(holds func(*inn.Event) bool) bool { return holds(e) })
	}
}

// topics gives what the stream's cursor follows for a viewer as of now. Who asks
// for properties alone follows those, and is not called for what happens
// elsewhere.
func (n narrowing) topics(v inn.Viewer) []inn.Topic {
	only := []inn.Topic{v.Own()}
	for _, room := range n.rooms {
		slug, found := strings.CutPrefix(room, "property:")
		if !found {
			return v.Topics()
		}
		only = append(only, inn.PropertyTopic(slug))
	}
	if len(n.rooms) == 0 {
		return v.Topics()
	}
	return only
}

func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}
