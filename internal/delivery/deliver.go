package delivery

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"baithaka/internal/delivery/conn"
	"baithaka/internal/inn"
	"baithaka/internal/live"
	"baithaka/store"
)

// batchBytes is about how much is gathered before it is written.
const batchBytes = 32 << 10

// Why a stream ends, beside what live and the store say.
var (
	errGone = errors.New("the reader has gone, or takes nothing")
	errBye  = errors.New("the viewer may not stay")
	// errWould stands for what can go on only where waiting is allowed.
	errWould = errors.New("would wait")
)

// look calls the stream for something that is no event.
func (st *stream) look(why uint32) {
	st.due.Or(why)
	if st.cursor.Unpark() {
		st.call()
	} // else it is being delivered to, and looks again before it waits
}

// park leaves the stream waiting at the head, if there is nothing more for it.
func (st *stream) park() bool {
	st.subscriber.passed.Store(atHead)
	if !st.cursor.Park(st.call) {
		return false
	}
	return st.due.Load() == 0 || !st.cursor.Unpark()
}

// deliverAtOnce delivers as far as that takes no waiting. It reports false when
// the stream has to go on with deliverWaiting, in a goroutine of its own.
func (st *stream) deliverAtOnce(b *batch) bool { return !errors.Is(st.deliver(b, false), errWould) }

// deliverWaiting delivers and may wait for the database and for the reader. It
// returns when the stream is parked, or over.
func (st *stream) deliverWaiting() {
	b := st.pool.batches.Get().(*batch)
	defer st.pool.batches.Put(b)
	_ = st.deliver(b, true)
}

// deliver runs the stream until it is parked, over, or would have to wait and may
// not. However it ends, nobody else's stream does.
func (st *stream) deliver(b *batch, mayWait bool) (err error) {
	defer func() {
		if p := recover(); p != nil {
			st.logger.Error("a stream panicked; it resumes from its position", "viewer", st.Viewer.Actor(), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			st.release()
			err = nil
		}
	}()
	b.reset()
	// The request may have ended long ago; the stream has not.
	err = st.follow(store.Patient(context.Background()), b, mayWait)
	switch {
	case errors.Is(err, errWould):
		st.rest = append(st.rest, b.bytes...) // what has gathered goes out first
	case err != nil:
		st.end(b, err)
	}
	return err
}

// follow is the one loop: read what came, add what viewer may see of it, say what
// else is due once there is no more, write, and wait to be called.
func (st *stream) follow(ctx context.Context, b *batch, mayWait bool) error {
	if len(st.rest) > 0 {
		b.add(st.rest)
		st.rest = nil
		if err := st.write(b, mayWait); err != nil {
			return err
		}
	}
	for {
		closed := st.log.Closed() // before reading: afterwards nothing comes
		why := st.due.Swap(0)
		if why&dueEnd != 0 {
			return errGone
		}
		if !mayWait && (closed || st.expired() || !st.subscriber.live || !st.atHand(why)) {
			st.due.Or(why)
			return errWould
		}
		if st.expired() {
			// Its time is over, or it was used since on another page.
			if err := st.reloadOrBye(ctx); err != nil {
				return err
			}
		}
		events, err := st.read(ctx, mayWait)
		if err != nil {
			st.due.Or(why)
			return err
		}
		if len(events) > 0 {
			st.due.Or(why)
			if err := st.gather(ctx, b, events); err != nil {
				return err
			}
			if len(b.bytes) >= batchBytes {
				if err := st.write(b, mayWait); err != nil {
					return err
				}
			}
			continue
		}
		if err := st.say(ctx, b, why); err != nil {
			return err
		}
		if closed {
			return live.ErrClosed
		}
		if err := st.write(b, mayWait); err != nil {
			return err
		}
		if st.park() {
			return nil
		}
	}
}

// atHand reports whether what the stream was called for can be said without
// waiting.
func (st *stream) atHand(why uint32) bool { return why == 0 || st.state == nil || st.state.atHand() }

// read returns the next events; none at the head. Those after which the viewer
// has to be looked at again are left where waiting is not allowed.
func (st *stream) read(ctx context.Context, mayWait bool) ([]*inn.Event, error) {
	if mayWait {
		st.subscriber.passed.Store(st.cursor.Pos())
		return st.cursor.Ready(ctx)
	}
	events, ok := st.cursor.Tail()
	if !ok {
		return nil, errWould
	}
	if len(events) == 0 {
		return nil, nil
	}
	if slices.ContainsFunc(events, st.concerned) {
		st.cursor.Rewind(events[0].ID - 1)
		return nil, errWould
	}
	st.subscriber.passed.Store(events[0].ID - 1)
	return events, nil
}

// gather adds the frames of events, until there is enough to be written: the
// cursor goes back to what was not reached. A page that is too far behind when it
// comes is told to read itself anew instead, and goes on from now.
func (st *stream) gather(ctx context.Context, b *batch, events []*inn.Event) error {
	for _, e := range events {
		if st.concerned(e) {
			if err := st.passRights(ctx, b, e); err != nil {
				return err
			}
			if e.Type == inn.MemberChanged {
				// What follows in this batch was chosen by the old topics.
				st.cursor.Rewind(e.ID)
				return nil
			}
		}
		b.add(st.frame(e))
		if st.visible > maxCatchUp && !st.subscriber.live {
			return st.resync(ctx, b)
		}
		if len(b.bytes) >= batchBytes {
			st.cursor.Rewind(e.ID)
			return nil
		}
	}
	return nil
}

// say adds what there is to say that is no event.
func (st *stream) say(ctx context.Context, b *batch, why uint32) error {
	if !st.subscriber.live {
		b.add(st.put(named("live", st.cursor.Position())))
		st.subscriber.live = true
		why |= dueState
	}
	if st.state != nil && why != 0 {
		if err := st.state.sendState(ctx, b, st.cursor.Pos()); err != nil {
			return err
		}
	}
	if why&dueBeat != 0 {
		b.add(st.put(named("beat", st.cursor.Position())))
	}
	return nil
}

// write writes what has gathered. Whoever takes nothing is gone; they resume from
// their position. What is not taken at once waits, where it may not be waited for
// now.
func (st *stream) write(b *batch, mayWait bool) (err error) {
	if len(b.bytes) == 0 {
		return nil
	}
	defer b.reset()
	if mayWait {
		err = st.conn.Write(b.bytes)
	} else {
		var n int
		if n, err = st.conn.TryWrite(b.bytes); err == nil && n < len(b.bytes) {
			st.rest = slices.Clone(b.bytes[n:])
			return errWould
		}
	}
	st.subscriber.written(st.Streams, err)
	if err != nil {
		return errGone
	}
	return nil
}

// end says the last word, if there is one, and lets everything go.
func (st *stream) end(b *batch, err error) {
	switch {
	case errors.Is(err, errBye):
		st.bye = true
		b.add(st.put(named("bye", st.cursor.Position())))
		if st.chunked {
			b.add([]byte(conn.LastChunk))
		}
	case errors.Is(err, live.ErrClosed):
		b.add(st.put(farewell(st.cursor.Position())))
	case errors.Is(err, live.ErrLost):
		// Trimmed under a reader that slow, or a new epoch: it is told when it comes
		// back with the place that it has lost.
		b.add(st.put(named("beat", st.cursor.Position())))
	case !errors.Is(err, errGone):
		st.logger.Error("a stream failed; it resumes from its position", "viewer", st.Viewer.Actor(), "error", err)
	}
	if !errors.Is(err, errGone) {
		_ = st.write(b, true) // whoever is gone resumes from their position
	}
	st.release()
}

// release lets go of the connection and of the place among the subscribers.
func (st *stream) release() {
	if st.hijacked {
		st.closeWatcher.Forget(st.watched)
		st.conn.Close()
		st.Ended(st.Viewer, st.conn.Sent())
	}
	st.subscribers.leave(st.subscriber)
	close(st.over)
}

// batch is what goes out in one write: a single message as it is, shared with all
// others who get it; several copied together.
type batch struct {
	bytes []byte
	buf   []byte
	alone bool // bytes is a message
}

func (b *batch) reset() { b.bytes, b.alone = nil, false }

func (b *batch) add(message []byte) {
	switch {
	case len(message) == 0:
		return
	case len(b.bytes) == 0:
		b.bytes, b.alone = message, true
		return
	case b.alone:
		b.buf, b.alone = append(b.buf[:0], b.bytes...), false
	}
	b.buf = append(b.buf, message...)
	b.bytes = b.buf
}
