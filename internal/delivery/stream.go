package handlers

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/internal/live"
	"baithaka/store"
)

// maxCatchUp is how many visible events a page may be behind and still catch up
// event by event; further back it reads itself anew.
const maxCatchUp = 500

// stream is one open stream: a cursor, who reads it, and how events become
// frames for it. While it waits at the head it is in the log's care; called, it
// belongs to whoever gives it its turn, one at a time.
type stream struct {
	site    *Site
	wire    wire
	cursor  *live.Cursor
	viewer  inn.Viewer
	glance  inn.Glance
	seat    *connection
	until   time.Time // when the session ends, unless it is used before
	page    bool      // fragments for a page; else JSON for a program
	narrow  narrowing
	ticket  string                // that opens it; "" for none
	wants   func(*inn.Event) bool // narrow, for the viewer as of now; nil for everything
	from    int64                 // the place the page was made at
	state   *pageState            // nil for a program
	visible int                   // how many events a page has caught up with
	chunked bool                  // what is written has to be chunks
	out     []byte                // what is to be written next, as it is to be written
	bye     bool                  // the reader was told not to come back: the end of the body is in order
	due     atomic.Uint32         // why it was called, if not for an event
	called  func()                // what the log calls
	line    *logLine              // of the request, when its connection was taken over
	watched uint64                // the lookout's token for that
	over    chan struct{}         // closed when the stream is
}

// Why a stream is called though nothing was appended for it.
const (
	dueBeat  = 1 << iota // it is time for a heartbeat
	dueState             // something on the page may have changed
	dueEnd               // the reader has gone
)

// streamPage is GET /live: the one stream of a page.
func (s *Site) streamPage(c echo.Context) error {
	v := viewer(c)
	if v.UserID == 0 {
		return s.sayBye(c)
	}
	return (&stream{site: s, viewer: v, page: true}).serve(c)
}

// sayBye answers the stream of a page whose session has ended. Any other answer
// would make htmx ask again, for ever.
func (s *Site) sayBye(c echo.Context) error {
	w, taken, err := openWire(c)
	if err != nil {
		return err
	}
	bye := named("bye", s.log.Position())
	if taken && takesChunks(c.Request()) {
		bye = append(appendChunk(nil, bye), lastChunk...)
	}
	if err := w.write(bye); err != nil || taken {
		w.close()
	}
	return nil
}

// put adds a message to what is to be written.
func (st *stream) put(message []byte) {
	if st.chunked {
		st.out = appendChunk(st.out, message)
	} else {
		st.out = append(st.out, message...)
	}
}

// streamEvents is GET /api/v1/stream: the log as JSON for programs.
func (s *Site) streamEvents(c echo.Context) error {
	v := viewer(c)
	rooms, types, ticket := list(c.QueryParam("rooms")), list(c.QueryParam("types")), ""
	if one, found := c.Get(ticketKey).(store.Ticket); found {
		if len(rooms)+len(types) > 0 {
			return inn.E(inn.Malformed, "A ticket says which rooms and types its stream is of; ask for them when you fetch it.")
		}
		rooms, types, ticket = one.Rooms, one.Types, c.QueryParam("ticket")
	}
	narrow, err := s.narrow(c, v, rooms, types)
	if err != nil {
		return err
	}
	return (&stream{site: s, viewer: v, narrow: narrow, ticket: ticket}).serve(c)
}

// serve opens the stream and hands on what there is. Once it has caught up, it
// goes on by being called; only where the connection is net/http's does the
// handler stay until the client goes, the viewer may not stay, or the server
// stops; unless it said bye it then has net/http cut the body off.
func (st *stream) serve(c echo.Context) (err error) {
	s, ctx := st.site, c.Request().Context()
	scope := c.QueryParam("scope")
	after, err := resumesAfter(c, "rooms", "types", "scope", "ticket")
	if err != nil {
		return err
	}
	if st.seat, err = s.streams.enter(st.viewer, c.RealIP(), st.page); err != nil {
		return err
	}
	var given position
	if st.ticket != "" {
		err = s.store.UseTicket(ctx, st.ticket)
	}
	if err == nil {
		given, err = st.begin(ctx, c.Request().Header.Get("Last-Event-ID"), after)
	}
	if err != nil {
		s.streams.leave(st.seat)
		return err
	}
	// A right that ended after this request was let in, and before the place
	// where the cursor begins, is announced by no event to come.
	stays, err := st.reload(ctx)
	if err != nil || !stays {
		s.streams.leave(st.seat)
	}
	switch {
	case err != nil:
		return err
	case !stays && st.page:
		return s.sayBye(c)
	case !stays:
		return inn.E(inn.Unauthenticated, "That key or session has just ended.")
	case st.page:
		st.state = s.newPageState(st.viewer, scope)
		st.seat.panel = st.state.panel != nil
	}
	taken := false
	if st.wire, taken, err = openWire(c); err != nil {
		s.streams.leave(st.seat)
		return err // the client went before it had anything
	}
	st.chunked = taken && takesChunks(c.Request())
	st.put(hello(st.cursor.Position(), max(s.log.Head(), st.cursor.Pos()), given == resumed))
	if given == lost {
		st.put(named("resync", st.cursor.Position()))
	}
	st.called, st.over = func() { s.turns.add(st) }, make(chan struct{})
	s.streams.begins(st.seat, st)
	if taken {
		l := lineOf(c)
		st.line = &l
		c.Set(takenKey, true)
		st.watched = s.lookout.watch(st.wire.(*takenWire).conn, func() { st.look(dueEnd) })
		st.run()
		return nil
	}
	st.run()
	select {
	case <-st.over:
	case <-ctx.Done():
		st.look(dueEnd)
		<-st.over // nothing may be written after the handler has returned
	}
	if !st.bye {
		return http.ErrAbortHandler // cut off
	}
	return nil
}

// position says what became of the position a stream was to go on from.
type position int

const (
	none position = iota // none was given
	resumed
	lost
)

// begin puts the cursor where the request says: its header, which a client sends
// that comes back, before its address.
func (st *stream) begin(ctx context.Context, last, after string) (position, error) {
	topics := st.narrow.topics(st.viewer)
	if at, err := inn.ParsePosition(after); err == nil {
		st.from = at.ID
	}
	given := cmp.Or(last, after)
	if given == "" {
		var err error
		st.cursor, err = st.site.log.FromNow(ctx, topics...)
		return none, err
	}
	at, err := inn.ParsePosition(given)
	if err == nil {
		if st.cursor, err = st.site.log.From(ctx, at, topics...); err == nil {
			return resumed, nil
		}
		if !errors.Is(err, live.ErrLost) {
			return none, err
		}
	}
	st.cursor, err = st.site.log.FromNow(ctx, topics...)
	return lost, err
}

// resync makes the reader load its state and goes on from now.
func (st *stream) resync(ctx context.Context) error {
	st.cursor.ToHead()
	// What concerns this viewer's rights must not be passed over.
	if err := st.reloadOrBye(ctx); err != nil {
		return err
	}
	st.state = st.site.newPageState(st.viewer, st.state.asked)
	st.due.Or(dueState)
	st.put(named("resync", st.cursor.Position()))
	return nil
}

// reload reads the viewer and their session again; stays is false when they may
// not go on.
func (st *stream) reload(ctx context.Context) (stays bool, err error) {
	v, until, err := st.site.current(ctx, st.viewer)
	if err != nil || !v.Somebody() {
		return false, err
	}
	st.viewer, st.until, st.glance = v, until, inn.Glance{}
	st.wants = st.narrow.of(v)
	st.site.streams.as(st.seat, v)
	st.cursor.Follow(st.narrow.topics(v)...)
	return true, nil
}

func (st *stream) reloadOrBye(ctx context.Context) error {
	stays, err := st.reload(ctx)
	if err == nil && !stays {
		return errBye
	}
	return err
}

// pass turns events into frames. It knows two types: those after which the
// viewer has to be looked at again. A page that is too far behind when it comes
// is told to read itself anew instead, and goes on from now.
func (st *stream) pass(ctx context.Context, events []*inn.Event) error {
	if st.page && !st.seat.live {
		for _, e := range events {
			if st.viewer.Sees(e) {
				st.visible++
			}
		}
		if st.visible > maxCatchUp {
			return st.resync(ctx)
		}
	}
	for _, e := range events {
		if st.concerned(e) {
			if err := st.passRights(ctx, e); err != nil {
				return err
			}
			if e.Type == inn.MemberChanged {
				// What follows in this batch was chosen by the old topics.
				st.cursor.Rewind(e.ID)
				return nil
			}
		}
		st.out = append(st.out, st.hand(e)...)
		if len(st.out) >= batchBytes {
			if err := st.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// expired reports whether the session has reached its end, as far as is known
// here.
func (st *stream) expired() bool { return st.viewer.Session != 0 && !time.Now().Before(st.until) }

// concerned reports whether an event may end or change the viewer's rights.
func (st *stream) concerned(e *inn.Event) bool {
	return (e.Type == inn.MemberChanged || e.Type == inn.SessionEnded) && st.viewer.Owns(e.Topic)
}

// passRights looks at the viewer again after an event about their rights or
// their session, and ends the stream when they may not go on.
func (st *stream) passRights(ctx context.Context, e *inn.Event) error {
	if e.Type == inn.SessionEnded {
		var ended struct{ Session int64 }
		if err := e.Into(&ended); err != nil || ended.Session != st.viewer.Session {
			return nil
		}
		return errBye
	}
	if err := st.reloadOrBye(ctx); err != nil {
		return err
	}
	if st.page {
		// The page shows what its viewer might see before: it reads itself anew.
		st.state = st.site.newPageState(st.viewer, st.state.asked)
		st.due.Or(dueState)
		st.put(named("resync", inn.Position{Epoch: st.site.store.Epoch(), ID: e.ID}))
	}
	return nil
}

// hand gives the frame of one event as it is to be written, if this viewer is to
// have it.
func (st *stream) hand(e *inn.Event) []byte {
	sees, sight := st.glance.At(&st.viewer, e)
	if st.state != nil {
		st.state.touched(e, &st.viewer, sees)
	}
	if !sees || !st.page && e.Type.Internal() || st.wants != nil && !st.wants(e) {
		return nil
	}
	frame := st.site.frames.frame(e, sight, st.page, st.chunked)
	if frame != nil {
		st.seat.handing(e.ID)
	}
	return frame
}
