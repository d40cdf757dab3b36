package handlers

import (
	"context"
	"errors"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/inn"
	"baithaka/live"
)

// maxCatchUp is how many visible events a page may be behind and still catch up
// event by event; further back it reads itself anew.
const maxCatchUp = 500

// stream is one open stream: a cursor, who reads it, and how events become
// frames for it.
type stream struct {
	site    *Site
	wire    *wire
	cursor  *live.Cursor
	viewer  inn.Viewer
	as      func(inn.Viewer) // tells the statistics who that is by now
	session int64            // 0 for a key
	until   time.Time        // when the session ends, unless it is used before
	page    bool             // fragments for a page; else JSON for a program
	narrow  narrowing
	wants   func(*inn.Event) bool // narrow, for the viewer as of now
	place   *whereabouts          // how far it has come, for the status page
	from    int64                 // the place the page was made at
	state   *pageState            // nil for a program
	buf     []byte
}

// streamPage is GET /live: the one stream of a page.
func (s *Site) streamPage(c echo.Context) error {
	v := viewer(c)
	if v.UserID == 0 {
		return s.sayBye(c)
	}
	session, _ := c.Get(sessionKey).(int64)
	return (&stream{site: s, viewer: v, session: session, page: true}).serve(c)
}

// sayBye answers the stream of a page whose session has ended. Any other answer
// would make htmx ask again, for ever.
func (s *Site) sayBye(c echo.Context) error {
	w, err := openWire(c)
	if err != nil {
		return err
	}
	return w.write(named("bye", s.log.Position()))
}

// streamEvents is GET /api/v1/stream: the log as JSON for programs.
func (s *Site) streamEvents(c echo.Context) error {
	v := viewer(c)
	session, _ := c.Get(sessionKey).(int64)
	narrow, err := s.narrow(c, v)
	if err != nil {
		return err
	}
	return (&stream{site: s, viewer: v, session: session, narrow: narrow}).serve(c)
}

// serve opens the stream and follows the log until the client goes, the viewer
// may not stay, or the server stops.
func (st *stream) serve(c echo.Context) error {
	as, leave, err := st.site.streams.enter(st.viewer, c.RealIP())
	if err != nil {
		return err
	}
	defer leave()
	one, leave := st.site.progress.enter(st.page)
	defer leave()
	st.place = one
	st.as = as
	ctx := c.Request().Context()
	given := c.Request().Header.Get("Last-Event-ID")
	if at, err := inn.ParsePosition(c.QueryParam("after")); err == nil {
		st.from = at.ID
	}
	if given == "" {
		given = c.QueryParam("after")
	}
	lost := false
	if given != "" {
		at, err := inn.ParsePosition(given)
		if err == nil {
			st.cursor, err = st.site.log.From(ctx, at, st.viewer.Topics()...)
			if err != nil && !errors.Is(err, live.ErrLost) {
				return err
			}
		}
		lost = err != nil
	}
	if st.cursor == nil {
		st.cursor = st.site.log.FromHead(st.viewer.Topics()...)
	}
	// A right that ended after this request was let in, and before the place
	// where the cursor begins, is announced by no event to come.
	stays, err := st.look(ctx)
	switch {
	case err != nil:
		return err
	case !stays && st.page:
		return st.site.sayBye(c)
	case !stays:
		return inn.E(inn.Unauthenticated, "That key or session has just ended.")
	case st.page:
		st.state = st.site.newPageState(st.viewer, c.QueryParam("scope"))
	}
	if st.wire, err = openWire(c); err != nil {
		return nil // the client went before it had anything
	}
	st.buf = append(st.buf, hello(st.cursor.Position(), st.site.log.Head(), given != "" && !lost)...)
	if lost {
		st.buf = append(st.buf, named("resync", st.cursor.Position())...)
	}
	return st.follow(ctx)
}

// follow is the one loop: catch up, say so, and hand on what comes.
func (st *stream) follow(ctx context.Context) error {
	done, err := st.catchUp(ctx)
	if done || err != nil {
		return st.end(err)
	}
	st.buf = append(st.buf, named("live", st.cursor.Position())...)
	for {
		// Take the bells before looking: what rings in between must be heard.
		beat := st.site.beats.wait()
		wake := beat
		if st.state != nil {
			wake = st.state.wake()
			if err := st.state.send(ctx, st); err != nil {
				return st.end(err)
			}
		}
		if err := st.flush(); err != nil {
			return nil // the reader is gone or stuck; it resumes from its position
		}
		st.place.at.Store(atHead)
		events, err := st.cursor.Next(ctx, wake)
		if err != nil {
			return st.end(err)
		}
		if len(events) > 0 {
			st.place.at.Store(events[0].ID - 1)
			st.place.live = true
		}
		done, err := st.pass(ctx, events)
		if done || err != nil {
			return st.end(err)
		}
		select {
		case <-beat:
			st.buf = append(st.buf, named("beat", st.cursor.Position())...)
		default:
		}
	}
}

// catchUp hands on everything up to the head. A page that is too far behind is
// told to read itself anew instead, and goes on from now.
func (st *stream) catchUp(ctx context.Context) (done bool, err error) {
	visible := 0
	for {
		if err := st.flush(); err != nil {
			return true, nil
		}
		st.place.at.Store(st.cursor.Pos())
		events, err := st.cursor.Ready(ctx)
		if err != nil || len(events) == 0 {
			return false, err
		}
		if st.page {
			for _, e := range events {
				if st.viewer.Sees(e) {
					visible++
				}
			}
			if visible > maxCatchUp {
				return st.resync(ctx)
			}
		}
		if done, err := st.pass(ctx, events); done || err != nil {
			return done, err
		}
	}
}

// resync makes the reader load its state and goes on from now.
func (st *stream) resync(ctx context.Context) (done bool, err error) {
	st.cursor = st.site.log.FromHead(st.viewer.Topics()...)
	// What concerns this viewer's rights must not be passed over.
	if stays, err := st.look(ctx); err != nil || !stays {
		return true, err
	}
	st.state = st.site.newPageState(st.viewer, st.state.asked)
	st.buf = append(st.buf, named("resync", st.cursor.Position())...)
	return false, nil
}

// look reads the viewer and their session again; stays is false when they may
// not go on, and then they are told so.
func (st *stream) look(ctx context.Context) (stays bool, err error) {
	v, err := st.site.current(ctx, st.viewer)
	lives := v.Somebody()
	if err == nil && lives && st.session != 0 {
		st.until, err = st.site.store.SessionUntil(ctx, st.session)
		lives = !st.until.IsZero()
	}
	if err != nil {
		return false, err
	}
	if !lives {
		st.bye()
		return false, nil
	}
	st.viewer = v
	st.wants = st.narrow.of(v)
	st.as(v)
	st.cursor.Follow(v.Topics()...)
	return true, nil
}

// pass turns events into frames. It knows two types: those after which the
// viewer has to be looked at again. done says that the stream is over.
func (st *stream) pass(ctx context.Context, events []*inn.Event) (done bool, err error) {
	if st.session != 0 && !time.Now().Before(st.until) {
		// Its time is over, or it was used since on another page.
		if stays, err := st.look(ctx); err != nil || !stays {
			return true, err
		}
	}
	for _, e := range events {
		if e.Topic == st.viewer.Own() && (e.Type == inn.MemberChanged || e.Type == inn.SessionEnded) {
			if stays, err := st.reload(ctx, e); err != nil || !stays {
				return true, err
			}
			if e.Type == inn.MemberChanged {
				// What follows in this batch was chosen by the old topics.
				st.cursor.Rewind(e.ID)
				return false, nil
			}
		}
		if err := st.hand(ctx, e); err != nil {
			return true, err
		}
		if len(st.buf) >= 32<<10 {
			if err := st.flush(); err != nil {
				return true, nil
			}
		}
	}
	return false, nil
}

// hand adds the frame of one event, if this viewer is to have it.
func (st *stream) hand(ctx context.Context, e *inn.Event) error {
	if st.state != nil {
		st.state.touched(e, st.viewer)
	}
	if !st.viewer.Sees(e) || !st.page && e.Type.Internal() || !st.wants(e) {
		return nil
	}
	frame, err := st.site.frames.frame(ctx, e, st.viewer.SightOf(e), st.page)
	if err != nil {
		// A poison event stops nobody: it is said once and passed over.
		st.site.logger.Error("an event cannot be rendered", "event", e.ID, "type", e.Type, "error", err)
		return nil
	}
	st.buf = append(st.buf, frame...)
	st.place.handing(e.ID)
	return nil
}

// reload looks at the viewer again after an event about their rights or their
// session. stays is false when they may not go on; they are told so.
func (st *stream) reload(ctx context.Context, e *inn.Event) (stays bool, err error) {
	if e.Type == inn.SessionEnded {
		var ended struct{ Session int64 }
		if err := e.Into(&ended); err != nil || ended.Session != st.session {
			return true, nil
		}
		st.bye()
		return false, nil
	}
	if stays, err := st.look(ctx); err != nil || !stays {
		return false, err
	}
	if st.page {
		// The page shows what its viewer might see before: it reads itself anew.
		st.state = st.site.newPageState(st.viewer, st.state.asked)
		st.buf = append(st.buf, named("resync", inn.Position{Epoch: st.site.store.Epoch(), ID: e.ID})...)
	}
	return true, nil
}

// current gives the viewer as of now; nobody when they are gone.
func (s *Site) current(ctx context.Context, v inn.Viewer) (inn.Viewer, error) {
	if v.KeyID != 0 {
		key, err := s.store.Key(ctx, v.KeyID)
		return key.Viewer(), err
	}
	return s.person(ctx, v.UserID)
}

func (st *stream) bye() { st.buf = append(st.buf, named("bye", st.cursor.Position())...) }

// end sends what is left and, when the server stops, when to come back.
func (st *stream) end(err error) error {
	switch {
	case errors.Is(err, live.ErrClosed):
		st.buf = append(st.buf, farewell(st.cursor.Position())...)
	case errors.Is(err, live.ErrLost):
		// Trimmed under a reader that slow: it is told when it comes back.
	case err != nil && !errors.Is(err, context.Canceled):
		st.site.logger.Error("a stream failed; it resumes from its position", "viewer", st.viewer.Actor(), "error", err)
	}
	_ = st.flush() // whoever is gone resumes from their position
	return nil
}

func (st *stream) flush() error {
	err := st.wire.write(st.buf)
	st.place.written(st.site, err)
	st.buf = st.buf[:0]
	if cap(st.buf) > 64<<10 {
		st.buf = nil
	}
	return err
}
