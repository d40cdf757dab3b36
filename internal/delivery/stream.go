package delivery

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"baithaka/internal/delivery/conn"
	"baithaka/internal/inn"
	"baithaka/internal/live"
)

// maxCatchUp is how many visible events a page may be behind and still catch up
// event by event; further back it reads itself anew.
const maxCatchUp = 500

// Request is a request for a stream, as its handler has read it.
type Request struct {
	Viewer inn.Viewer
	From   string // what the client's address counts as
	Page   bool   // fragments for a page; else JSON for a program
	Scope  string // what the page shows
	Filter Filter // what a program asked for
	Ticket string // that opens it, once; "" for none

	Position string // to go on from, as it was sent; "" for now
	Rendered int64  // the position the page was rendered at

	// Ended hears that the stream has ended, and how many bytes were sent, when
	// its handler had returned long before.
	Ended func(v inn.Viewer, bytes int64)
}

// stream is one open stream: a cursor, who reads it, and how events become
// frames for it. While it waits at the head it is in the log's care; called, it
// belongs to whoever delivers to it, one at a time.
type stream struct {
	*Streams
	Request
	connection
	rights
	cursor     *live.Cursor
	subscriber *subscriber
	state      *Page         // nil for a program
	visible    int           // how many events a page was shown
	due        atomic.Uint32 // why it was called, if not for an event
	call       func()        // what the log calls
	over       chan struct{} // closed when the stream is
}

// rights is what the reader of a stream may hear by now.
type rights struct {
	visibility inn.VisibilityCache
	until      time.Time             // when the session ends, unless it is used before
	wants      func(*inn.Event) bool // the filter, for the viewer as of now; nil for everything
}

// connection is how a stream is written.
type connection struct {
	conn     conn.Conn
	rest     []byte // what the connection did not take at once
	hijacked bool
	chunked  bool   // what is written has to be chunks
	bye      bool   // the reader was told not to come back: the end of the body is in order
	watched  uint64 // the close watcher's token for that
}

// Why a stream is called though nothing was appended for it.
const (
	dueBeat  = 1 << iota // it is time for a heartbeat
	dueState             // something on the page may have changed
	dueEnd               // the reader has gone
)

// Serve opens a stream and delivers what there is. Once it has caught up it goes
// on by being called; only where the connection is net/http's does Serve stay
// until the client goes, the viewer may not stay, or the log ends; unless
// bye was said it then returns http.ErrAbortHandler, for net/http to cut the body
// off. Any other error is one to answer: nothing has been written then. hijacked says that the connection
// has been taken over, and that Request.Ended will be called.
func (d *Streams) Serve(w http.ResponseWriter, r *http.Request, request Request) (hijacked bool, err error) {
	st := &stream{Streams: d, Request: request}
	if st.subscriber, err = d.subscribers.enter(st.Viewer, st.From, st.Page); err != nil {
		return false, err
	}
	stays, recovered, err := st.open(r.Context())
	if err != nil || !stays {
		d.subscribers.leave(st.subscriber)
	}
	switch {
	case err != nil:
		return false, err
	case !stays && st.Page:
		return d.Bye(w, r)
	case !stays:
		return false, inn.E(inn.Unauthenticated, "That key or session has just ended.")
	}
	if st.conn, st.hijacked, err = conn.Open(w, r); err != nil {
		d.subscribers.leave(st.subscriber)
		return st.hijacked, err // the client went before it had anything
	}
	if st.chunked = st.hijacked && conn.Chunked(r); st.Page {
		st.state = st.pageOf()
	}
	st.rest = append(st.rest, st.put(hello(st.cursor.Position(), max(d.log.Head(), st.cursor.Pos()), recovered == resumed))...)
	if recovered == lost {
		st.rest = append(st.rest, st.put(named("resync", st.cursor.Position()))...)
	}
	st.call, st.over = func() { d.pool.add(st) }, make(chan struct{})
	d.subscribers.shows(st.subscriber, st)
	if st.hijacked {
		st.watched = d.closeWatcher.Watch(st.conn, func() { st.look(dueEnd) })
		st.deliverWaiting()
		return true, nil
	}
	st.deliverWaiting()
	select {
	case <-st.over:
	case <-r.Context().Done():
		st.look(dueEnd)
		<-st.over // nothing may be written after the handler has returned
	}
	if !st.bye {
		return false, http.ErrAbortHandler
	}
	return false, nil
}

// put returns a message as this connection takes it.
func (st *stream) put(plain []byte) []byte {
	if st.chunked {
		return conn.AppendChunk(nil, plain)
	}
	return plain
}

// Bye answers the stream of a page whose session has ended. Any other answer
// would make htmx ask again, for ever.
func (d *Streams) Bye(w http.ResponseWriter, r *http.Request) (hijacked bool, err error) {
	c, hijacked, err := conn.Open(w, r)
	if err != nil {
		return hijacked, nil
	}
	bye := named("bye", d.log.Position())
	if hijacked && conn.Chunked(r) {
		bye = append(conn.AppendChunk(nil, bye), conn.LastChunk...)
	}
	if err := c.Write(bye); err != nil || hijacked {
		c.Close()
	}
	return hijacked, nil
}

// recovery says what became of the position a stream was to go on from.
type recovery int

const (
	none recovery = iota // none was sent
	resumed
	lost
)

// open puts the cursor where the request says and looks at the viewer's rights.
// A right that ended after the request was let in, and before the position where
// the cursor begins, is announced by no event to come.
func (st *stream) open(ctx context.Context) (stays bool, recovered recovery, err error) {
	if st.Ticket != "" {
		if err = st.store.UseTicket(ctx, st.Ticket); err != nil {
			return false, none, err
		}
	}
	if recovered, err = st.begin(ctx); err != nil {
		return false, recovered, err
	}
	if stays, err = st.reload(ctx); err != nil || !stays {
		return false, recovered, err
	}
	return true, recovered, nil
}

func (st *stream) begin(ctx context.Context) (recovered recovery, err error) {
	topics := st.Filter.topics(st.Viewer)
	if st.Position == "" {
		st.cursor, err = st.log.FromNow(ctx, topics...)
		return none, err
	}
	if at, err := inn.ParsePosition(st.Position); err == nil {
		if st.cursor, err = st.log.From(ctx, at, topics...); err == nil {
			return resumed, nil
		}
		if !errors.Is(err, live.ErrLost) {
			return none, err
		}
	}
	st.cursor, err = st.log.FromNow(ctx, topics...)
	return lost, err
}

// reload reads the viewer and their session again; stays is false when they may
// not go on.
func (st *stream) reload(ctx context.Context) (stays bool, err error) {
	v, until, err := st.store.Current(ctx, st.Viewer)
	if err != nil || !v.Somebody() {
		return false, err
	}
	st.Viewer, st.until, st.visibility = v, until, inn.VisibilityCache{}
	st.wants = st.Filter.of(v)
	st.subscribers.as(st.subscriber, v)
	st.cursor.Follow(st.Filter.topics(v)...)
	return true, nil
}

func (st *stream) reloadOrBye(ctx context.Context) error {
	stays, err := st.reload(ctx)
	if err == nil && !stays {
		return errBye
	}
	return err
}

// pageOf returns the state of the stream's page, to which nothing has been sent; nil
// for a wall, which shows events and is nobody's.
func (st *stream) pageOf() *Page {
	if st.Viewer.Wall() {
		return nil
	}
	return st.newPage(st.Viewer, st.Scope, st.Rendered, st.chunked)
}

// again begins the page anew: it is told to load itself, and all its state is due.
func (st *stream) again(b *batch, at inn.Position) {
	st.state = st.pageOf()
	st.subscribers.shows(st.subscriber, st)
	st.due.Or(dueState)
	b.add(st.put(named("resync", at)))
}

// resync makes the reader load its state and goes on from now.
func (st *stream) resync(ctx context.Context, b *batch) error {
	st.cursor.ToHead()
	// What concerns this viewer's rights must not be passed over.
	if err := st.reloadOrBye(ctx); err != nil {
		return err
	}
	st.again(b, st.cursor.Position())
	return nil
}

// expired reports whether the session has reached its end, as far as is known
// here.
func (st *stream) expired() bool { return st.Viewer.Session != 0 && !time.Now().Before(st.until) }

// concerned reports whether an event may end or change the viewer's rights.
func (st *stream) concerned(e *inn.Event) bool {
	return (e.Type == inn.MemberChanged || e.Type == inn.SessionEnded) && st.Viewer.Owns(e.Topic)
}

// passRights looks at the viewer again after an event about their rights or
// their session, and ends the stream when they may not go on.
func (st *stream) passRights(ctx context.Context, b *batch, e *inn.Event) error {
	if e.Type == inn.SessionEnded {
		var ended struct{ Session int64 }
		if err := e.Into(&ended); err != nil || ended.Session != st.Viewer.Session {
			return nil
		}
		return errBye
	}
	if err := st.reloadOrBye(ctx); err != nil {
		return err
	}
	if st.Page { // it shows what its viewer might see before
		st.again(b, inn.Position{Epoch: st.store.Epoch(), ID: e.ID})
	}
	return nil
}

// frame returns the frame of one event as it is to be written, nil if this viewer
// is not to have it.
func (st *stream) frame(e *inn.Event) []byte {
	sees, visibility := st.visibility.At(&st.Viewer, e)
	if st.state != nil {
		st.state.touched(e, sees, visibility.Notified)
		if sees {
			st.visible++
		}
	}
	if !sees || !st.Page && e.Type.Internal() || st.wants != nil && !st.wants(e) {
		return nil
	}
	frame := st.frames.frame(e, visibility, st.Page, st.chunked)
	if frame != nil {
		st.subscriber.handing(e.ID)
	}
	return frame
}
