package handlers

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

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
)

// look calls the stream for something that is no event.
func (st *stream) look(why uint32) {
	st.due.Or(why)
	if st.cursor.Unpark() {
		st.called()
	} // else it is having its turn, and looks again before it waits
}

// park leaves the stream waiting at the head, if there is nothing more for it.
func (st *stream) park() bool {
	st.out = nil
	st.seat.at.Store(atHead)
	if !st.cursor.Park(st.called) {
		return false
	}
	return st.due.Load() == 0 || !st.cursor.Unpark()
}

// turn hands on what came, as far as that takes no waiting, and parks the stream
// again. It reports false when the stream has to go on in its own time, with
// run.
func (st *stream) turn(b *batch) (done bool) {
	defer func() {
		if p := recover(); p != nil {
			st.panicked(p)
			done = true
		}
	}()
	for {
		if !st.quick(st.due.Load()) || st.expired() || st.site.log.Closed() {
			return false
		}
		events, ok := st.cursor.Tail()
		if !ok {
			return false
		}
		if slices.ContainsFunc(events, st.concerned) {
			st.cursor.Rewind(events[0].ID - 1)
			return false
		}
		if len(events) > 0 {
			st.seat.at.Store(events[0].ID - 1)
		}
		if st.gather(b, events) {
			if err := st.sayQuickly(b); err != nil {
				st.end(err)
				return true
			}
		}
		if len(b.bytes) > 0 {
			n, err := st.wire.offer(b.bytes)
			if err != nil {
				st.end(errGone)
				return true
			}
			if n < len(b.bytes) {
				st.out = slices.Clone(b.bytes[n:])
				return false
			}
			st.seat.written(st.site, nil)
		}
		if st.park() {
			return true
		}
	}
}

// sayQuickly adds what there is to say that is no event, so that it goes out
// with the events before it. What cannot be said without waiting stays due.
func (st *stream) sayQuickly(b *batch) error {
	why := st.due.Load()
	if why == 0 {
		return nil
	}
	if why = st.due.Swap(0); !st.quick(why) {
		st.due.Or(why)
		return nil
	}
	err := st.say(store.Patient(context.Background()), why)
	b.add(st.out)
	st.out = nil
	return err
}

// quick reports whether what the stream was called for can be said without
// waiting.
func (st *stream) quick(why uint32) bool {
	return why == 0 || why&dueEnd == 0 && (st.state == nil || st.state.atHand())
}

// say adds what there is to say that is no event.
func (st *stream) say(ctx context.Context, why uint32) error {
	if st.state != nil && why != 0 {
		if err := st.state.send(ctx, st); err != nil {
			return err
		}
	}
	if why&dueBeat != 0 {
		st.put(named("beat", st.cursor.Position()))
	}
	return nil
}

// gather puts the frames of events into a batch. It reports false when that was
// full before all were in it.
func (st *stream) gather(b *batch, events []*inn.Event) (all bool) {
	b.reset()
	for _, e := range events {
		b.add(st.hand(e))
		if len(b.bytes) >= batchBytes {
			st.cursor.Rewind(e.ID)
			return false
		}
	}
	return true
}

// batch is what goes out in one write: a single frame as it is, shared with all
// others who get it; several copied together.
type batch struct {
	bytes []byte
	buf   []byte
	alone bool // bytes is a frame
}

func (b *batch) reset() { b.bytes, b.alone = nil, false }

func (b *batch) add(frame []byte) {
	switch {
	case len(frame) == 0:
		return
	case len(b.bytes) == 0:
		b.bytes, b.alone = frame, true
		return
	case b.alone:
		b.buf, b.alone = append(b.buf[:0], b.bytes...), false
	}
	b.buf = append(b.buf, frame...)
	b.bytes = b.buf
}

// run hands on what there is in the stream's own time: it may wait for the
// database and for the reader. It returns when the stream is parked, or over.
func (st *stream) run() {
	defer func() {
		if p := recover(); p != nil {
			st.panicked(p)
		}
	}()
	// The request may have ended long ago; the stream has not.
	if err := st.follow(store.Patient(context.Background())); err != nil {
		st.end(err)
	}
}

// follow is the one loop: catch up, say so, hand on what came, and wait.
func (st *stream) follow(ctx context.Context) error {
	for {
		closed := st.site.log.Closed() // before reading: afterwards nothing comes
		why := st.due.Swap(0)
		if why&dueEnd != 0 {
			return errGone
		}
		st.seat.at.CompareAndSwap(atHead, st.cursor.Pos())
		if err := st.flush(); err != nil {
			return err
		}
		if st.expired() {
			// Its time is over, or it was used since on another page.
			if err := st.reloadOrBye(ctx); err != nil {
				return err
			}
		}
		st.seat.at.Store(st.cursor.Pos())
		events, err := st.cursor.Ready(ctx)
		if err != nil {
			return err
		}
		if len(events) > 0 {
			st.due.Or(why)
			if err := st.pass(ctx, events); err != nil {
				return err
			}
			continue
		}
		if !st.seat.live {
			st.put(named("live", st.cursor.Position()))
			st.seat.live = true
			why |= dueState
		}
		if err := st.say(ctx, why); err != nil {
			return err
		}
		if closed {
			return live.ErrClosed
		}
		if err := st.flush(); err != nil {
			return err
		}
		if st.park() {
			return nil
		}
	}
}

// flush writes what has gathered. Whoever takes nothing is gone; they resume
// from their position.
func (st *stream) flush() error {
	if len(st.out) == 0 {
		return nil
	}
	err := st.wire.write(st.out)
	st.seat.written(st.site, err)
	st.out = st.out[:0]
	if err != nil {
		return errGone
	}
	return nil
}

// end says the last word, if there is one, and lets everything go.
func (st *stream) end(err error) {
	switch {
	case errors.Is(err, errBye):
		st.bye = true
		st.put(named("bye", st.cursor.Position()))
		if st.chunked {
			st.out = append(st.out, lastChunk...)
		}
	case errors.Is(err, live.ErrClosed):
		st.put(farewell(st.cursor.Position()))
	case errors.Is(err, live.ErrLost):
		// Trimmed under a reader that slow, or a new epoch: it is told when it comes
		// back with the place that it has lost.
		st.put(named("beat", st.cursor.Position()))
	case !errors.Is(err, errGone):
		st.site.logger.Error("a stream failed; it resumes from its position", "viewer", st.viewer.Actor(), "error", err)
	}
	if !errors.Is(err, errGone) {
		_ = st.flush() // whoever is gone resumes from their position
	}
	st.let()
}

// panicked ends the stream, and nothing else.
func (st *stream) panicked(p any) {
	st.site.logger.Error("a stream panicked; it resumes from its position", "viewer", st.viewer.Actor(), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	st.let()
}

// let lets go of the connection and of its place among the streams.
func (st *stream) let() {
	if st.line != nil {
		st.site.lookout.forget(st.watched)
		st.wire.close()
		st.site.answered(*st.line, st.viewer, st.wire.sent())
	}
	st.site.streams.leave(st.seat)
	close(st.over)
}
