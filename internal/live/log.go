// Package live is the moving end of the log: the newest events in memory, and
// who waits for the next. A subscriber is a cursor, a position plus the topics
// it follows; only while it waits at the head does it stand in a list, by topic,
// of whom to call. It imports inn only, and must never hold a queue per
// subscriber or drop an event: slow means further back.
package live

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"baithaka/internal/inn"
)

// tailLength is how many of the newest events are kept in memory, and up to
// twice as many; fewer when their data are more than tailBytes. A cursor further
// back reads from the source.
const (
	tailLength = 4096
	tailBytes  = 16 << 20
)

// readStep is how many events one read of the source asks for.
const readStep = 512

// Source is where the log is kept; the store.
type Source interface {
	// Events returns at most limit events after one position up to another, oldest
	// first, on one of the topics. more says that it has ended before it came to
	// that position: with limit events, or with enough in bytes.
	Events(ctx context.Context, after, upto int64, limit int, topics []inn.Topic) (events []inn.Event, more bool, err error)
	// Bounds returns the position up to which the log was trimmed, and its head.
	Bounds(ctx context.Context) (trimmed, head int64, err error)
	// Appended returns a channel that is closed at the next append.
	Appended() <-chan struct{}
	// Epoch tells positions of this log from those of another. A new one may
	// begin, and closes the channel of Appended.
	Epoch() string
}

// ErrLost says that a position is not in this log: trimmed, beyond its head, or
// of another epoch.
var ErrLost = errors.New("live: the position is not in this log")

// ErrClosed says that the log has stopped; everything committed before has been
// delivered.
var ErrClosed = errors.New("live: the log has stopped")

// Log holds the tail and calls who waits for it.
type Log struct {
	source Source
	logger *slog.Logger
	length int // tailLength; tests keep less

	now atomic.Pointer[view] // what cursors read; replaced, never changed

	rewritten func() // what others keep of events is not so any more

	mu      sync.Mutex // held by whoever replaces now, and over waiting
	waiting waiting
	calls   []func() // what push filled last; for it alone, to fill again
}

// view is the log at one moment.
type view struct {
	epoch  string
	tail   []*inn.Event // consecutive, oldest first
	bytes  int          // of their data
	head   int64        // the position up to which the tail reaches
	first  int64        // the tail holds everything after this position
	closed bool
}

// New makes a log that begins at the source's present head.
func New(ctx context.Context, source Source, logger *slog.Logger) (*Log, error) {
	_, head, err := source.Bounds(ctx)
	if err != nil {
		return nil, err
	}
	l := &Log{source: source, logger: logger, length: tailLength, rewritten: func() {}, waiting: waiting{on: map[inn.Topic]*list{}}}
	l.now.Store(&view{epoch: source.Epoch(), head: head, first: head})
	return l, nil
}

// OnRewrite sets who is called when events that the log has handed out were
// rewritten because a guest was erased: whoever keeps something made of them lets it
// go. It is called once, before Run, and must not call the log.
func (l *Log) OnRewrite(forget func()) { l.rewritten = forget }

// Run follows the source until ctx ends, then lets every cursor finish with
// ErrClosed.
func (l *Log) Run(ctx context.Context) {
	defer l.close()
	for {
		// Take the channel before reading: an append in between must find it closed.
		appended := l.source.Appended()
		if err := l.catchUp(ctx); err != nil && ctx.Err() == nil {
			// The log cannot be read just now; nobody is told anything false meanwhile.
			l.logger.Error("live: the log cannot be read; trying again", "error", err)
			select {
			case <-time.After(time.Second):
				continue
			case <-ctx.Done():
			}
		}
		select {
		case <-appended:
		case <-ctx.Done():
			// What was committed before the stop is still delivered.
			final, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			defer cancel()
			if err := l.catchUp(final); err != nil {
				l.logger.Error("live: the last events could not be read", "error", err)
			}
			return
		}
	}
}

// catchUp reads what the source has beyond the head into the tail.
func (l *Log) catchUp(ctx context.Context) error {
	if epoch := l.source.Epoch(); epoch != l.now.Load().epoch {
		l.renew(epoch)
	}
	for {
		events, more, err := l.source.Events(ctx, l.Head(), math.MaxInt64, readStep, []inn.Topic{inn.Everything})
		if err != nil {
			return err
		}
		if len(events) == 0 {
			return l.passGap(ctx)
		}
		l.push(events, events[len(events)-1].ID)
		if !more {
			return nil // the channel that was taken before is closed for what has come since
		}
	}
}

// renew begins a new epoch where the log stands: every cursor there is has lost
// its position, and those that wait are called to find out.
func (l *Log) renew(epoch string) { l.callAll(func(v *view) { v.epoch = epoch }) }

func (l *Log) close() { l.callAll(func(v *view) { v.closed = true }) }

// callAll changes what all cursors see, and calls everybody who waits, after they
// can see it.
func (l *Log) callAll(change func(*view)) {
	l.mu.Lock()
	next := *l.now.Load()
	change(&next)
	l.now.Store(&next)
	calls := l.waiting.everybody()
	l.mu.Unlock()
	for _, call := range calls {
		call()
	}
}

// passGap moves the head past positions that hold nothing any more.
func (l *Log) passGap(ctx context.Context) error {
	_, upto, err := l.source.Bounds(ctx)
	if err != nil || upto <= l.Head() {
		return err
	}
	events, more, err := l.source.Events(ctx, l.Head(), upto, readStep, []inn.Topic{inn.Everything})
	if err != nil {
		return err
	}
	if more {
		upto = events[len(events)-1].ID
	}
	l.push(events, upto)
	return nil
}

// push puts events at the end of the tail and calls who waits for one of them,
// after everybody can read it.
func (l *Log) push(events []inn.Event, head int64) {
	calls := l.extend(events, head, l.calls[:0])
	for _, call := range calls {
		call()
	}
	clear(calls)
	l.calls = calls
}

func (l *Log) extend(events []inn.Event, head int64, calls []func()) []func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	next := *l.now.Load()
	if slices.ContainsFunc(events, func(e inn.Event) bool { return e.Type == inn.GuestErased }) {
		// What the log held has been rewritten, and only the source has it as it is
		// now. These events were read after that.
		next.tail, next.bytes, next.first = nil, 0, next.head
		l.rewritten()
	}
	for i := range events {
		next.tail = append(next.tail, &events[i]) // behind what cursors read
		next.bytes += len(events[i].Data)
	}
	next.head = head
	if len(next.tail) > 2*l.length || next.bytes > tailBytes {
		next.shorten(l.length)
	}
	l.now.Store(&next)
	for i := range events {
		calls = l.waiting.call(&events[i], calls)
	}
	return calls
}

// shorten drops the older half of a tail that has become too long, but never the
// newest event. What stays gets a new slice: cursors read the old one without a
// lock, and it would keep what was dropped.
func (v *view) shorten(length int) {
	n := 0
	for ; n < len(v.tail)-1 && (len(v.tail)-n > length || v.bytes > tailBytes/2); n++ {
		v.bytes -= len(v.tail[n].Data)
		v.first = v.tail[n].ID
	}
	v.tail = append(make([]*inn.Event, 0, 2*length+readStep), v.tail[n:]...)
}

// Head returns the position of the newest event.
func (l *Log) Head() int64 { return l.now.Load().head }

// Closed reports whether the log has stopped: nothing comes any more behind what
// can be read afterwards.
func (l *Log) Closed() bool { return l.now.Load().closed }

// Position returns the head as a position. Take it before reading a page: the
// page may then be newer than its position, never older.
func (l *Log) Position() inn.Position {
	v := l.now.Load()
	return inn.Position{Epoch: v.epoch, ID: v.head}
}

// From returns a cursor that reads on from a position, or ErrLost when that is
// not in this log.
func (l *Log) From(ctx context.Context, at inn.Position, topics ...inn.Topic) (*Cursor, error) {
	epoch := l.now.Load().epoch
	trimmed, head, err := l.source.Bounds(ctx)
	if err != nil {
		return nil, err
	}
	if at.Epoch != epoch || at.ID < trimmed || at.ID > head {
		return nil, ErrLost
	}
	return l.cursor(epoch, at.ID, topics), nil
}

// FromNow returns a cursor that reads what is committed from now on. The log may
// not have read yet what has been.
func (l *Log) FromNow(ctx context.Context, topics ...inn.Topic) (*Cursor, error) {
	epoch := l.now.Load().epoch
	_, head, err := l.source.Bounds(ctx)
	if err != nil {
		return nil, err
	}
	return l.cursor(epoch, max(head, l.Head()), topics), nil
}

// FromHead returns a cursor that reads what comes into the log from now on.
func (l *Log) FromHead(topics ...inn.Topic) *Cursor {
	at := l.Position()
	return l.cursor(at.Epoch, at.ID, topics)
}

func (l *Log) cursor(epoch string, pos int64, topics []inn.Topic) *Cursor {
	c := &Cursor{log: l, epoch: epoch, pos: pos}
	c.Follow(topics...)
	return c
}
