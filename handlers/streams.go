package handlers

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/inn"
)

// streams counts who is connected: for the limits and the statistics. It
// delivers nothing.
type streams struct {
	config Config
	mu     sync.Mutex
	open   map[*connection]bool
	byWho  map[inn.Topic]int
	byFrom map[string]int
	moved  chan struct{} // somebody came, is gone, or may other things than before
	here   presence      // what people gave last
	moves  uint64        // how often that changed
}

type connection struct {
	viewer inn.Viewer
	from   string
}

func newStreams(config Config) *streams {
	return &streams{config: config, open: map[*connection]bool{}, byWho: map[inn.Topic]int{}, byFrom: map[string]int{}, moved: make(chan struct{}, 1)}
}

// enter counts a stream in, or refuses it when there are too many; as says who
// its viewer is by now, leave counts it out.
func (s *streams) enter(v inn.Viewer, from string) (as func(inn.Viewer), leave func(), err error) {
	limit := s.config.PerPerson
	if v.KeyID != 0 {
		limit = s.config.PerKey
	}
	who := v.Own()
	from = neighbourhood(from)
	s.mu.Lock()
	defer s.mu.Unlock()
	if limit > 0 && s.byWho[who] >= limit || s.config.PerAddress > 0 && s.byFrom[from] >= s.config.PerAddress {
		return nil, nil, &inn.Error{Code: inn.TooMany, Text: "Too many streams are open; close one and try again.", RetryAfter: 30 * time.Second}
	}
	c := &connection{v, from}
	s.open[c] = true
	if s.byWho[who]++; s.byWho[who] == 1 {
		s.moving()
	}
	s.byFrom[from]++
	as = func(v inn.Viewer) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if c.viewer.Name != v.Name || c.viewer.Role != v.Role || !slices.Equal(c.viewer.Properties, v.Properties) {
			c.viewer = v
			s.moving()
		}
	}
	return as, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.open, c)
		if s.byWho[who]--; s.byWho[who] == 0 {
			delete(s.byWho, who)
			s.moving()
		}
		if s.byFrom[from]--; s.byFrom[from] == 0 {
			delete(s.byFrom, from)
		}
	}, nil
}

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

// narrow reads rooms= and types=: a client can only narrow what the policy
// gives it.
func (s *Site) narrow(c echo.Context, v inn.Viewer) (narrowing, error) {
	n := narrowing{rooms: list(c.QueryParam("rooms")), types: map[inn.Type]bool{}}
	for _, name := range n.rooms {
		_, ok := v.Room(name, func(slug string) bool {
			_, err := s.store.Property(c.Request().Context(), v, slug)
			return err == nil
		})
		if !ok {
			return narrowing{}, inn.E(inn.Forbidden, "There is no such room, or it is not yours to hear.")
		}
	}
	for _, name := range list(c.QueryParam("types")) {
		if !inn.Type(name).Known() {
			return narrowing{}, inn.InvalidFields([]inn.FieldError{{Pointer: "types", Detail: "holds an unknown event type"}})
		}
		n.types[inn.Type(name)] = true
	}
	return n, nil
}

// of gives the test for a viewer as of now: a right that has ended takes its
// room along. A property that was there when the stream began still is.
func (n narrowing) of(v inn.Viewer) func(*inn.Event) bool {
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

func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}
