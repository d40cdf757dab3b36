package handlers

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"baithaka/internal/auth"
	"baithaka/internal/delivery"
	"baithaka/internal/inn"
	"baithaka/store"
)

// streamPage is GET /live: the one stream of a page.
func (s *Site) streamPage(c echo.Context) error {
	v := viewer(c)
	if v.UserID == 0 {
		hijacked, err := s.streams.Bye(c.Response(), c.Request())
		answeredBy(c, hijacked)
		return err
	}
	return s.stream(c, delivery.Request{Viewer: v, Page: true, Scope: c.QueryParam("scope")})
}

// streamEvents is GET /api/v1/stream: the log as JSON for programs.
func (s *Site) streamEvents(c echo.Context) error {
	v := viewer(c)
	r := delivery.Request{Viewer: v}
	rooms, types := list(c.QueryParam("rooms")), list(c.QueryParam("types"))
	if one, found := c.Get(ticketKey).(store.Ticket); found {
		if len(rooms)+len(types) > 0 {
			return inn.E(inn.Malformed, "A ticket says which rooms and types its stream is of; ask for them when you fetch it.")
		}
		rooms, types, r.Ticket = one.Rooms, one.Types, c.QueryParam("ticket")
	}
	var err error
	if r.Filter, err = s.streamFilter(c, v, rooms, types); err != nil {
		return err
	}
	return s.stream(c, r)
}

// stream opens a stream where the request says: its header, which a client sends
// that comes back, before its address.
func (s *Site) stream(c echo.Context, r delivery.Request) error {
	after, err := resumesAfter(c, "rooms", "types", "scope", "ticket")
	if err != nil {
		return err
	}
	if at, err := inn.ParsePosition(after); err == nil {
		r.Rendered = at.ID
	}
	r.Position = cmp.Or(c.Request().Header.Get("Last-Event-ID"), after)
	r.From = auth.Neighbourhood(c.RealIP())
	l := lineOf(c)
	l.status = http.StatusOK
	r.Ended = func(v inn.Viewer, bytes int64) { s.answered(l, v, bytes) }
	hijacked, err := s.streams.Serve(c.Response(), c.Request(), r)
	answeredBy(c, hijacked)
	if hijacked {
		c.Set(takenKey, true)
	}
	return err
}

// answeredBy says of a request whose connection was taken over that it has been
// answered, as far as everybody around the handler is concerned.
func answeredBy(c echo.Context, hijacked bool) {
	if hijacked {
		c.Response().Committed, c.Response().Status = true, http.StatusOK
	}
}

// streamFilter reads lists of rooms and types: a client can only narrow what the
// policy lets it hear.
func (s *Site) streamFilter(c echo.Context, v inn.Viewer, rooms, types []string) (f delivery.Filter, err error) {
	f.Rooms = rooms
	for _, name := range rooms {
		_, ok := v.Room(name, func(slug string) bool {
			_, err := s.store.Property(c.Request().Context(), v, slug)
			return err == nil
		})
		if !ok {
			return f, inn.E(inn.Forbidden, "There is no such room, or it is not yours to hear.")
		}
	}
	for _, name := range types {
		if !inn.Type(name).Known() {
			return f, inn.InvalidQuery([]inn.FieldError{{Field: "types", Detail: "holds an unknown event type"}})
		}
		f.Types = append(f.Types, inn.Type(name))
	}
	return f, nil
}

func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
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

// giveStatistics is GET /api/realtime/trigger.
func (s *Site) giveStatistics(c echo.Context) error {
	now := s.streams.Connected()
	var st statistics
	st.Stats.Connections, st.Stats.Rooms, st.Stats.ByRoom, st.Users = now.Streams, len(now.Rooms), now.Rooms, now.Users
	return c.JSON(http.StatusOK, st)
}
