package db

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	// readerWait is how long a query waits for its turn before its asker is told to
	// come again.
	readerWait = 5 * time.Second
	// mostWaiting is how many wait at the most; who comes then is told so at once.
	mostWaiting = 1000
)

// urgency is how a query waits for its turn.
type urgency struct {
	ahead   bool // before those who are not
	patient bool // as long as the context lasts
}

type urgencyKey struct{}

func urgencyOf(ctx context.Context) urgency {
	u, _ := ctx.Value(urgencyKey{}).(urgency)
	return u
}

// Ahead marks what must not wait behind pages and lists, however many are asked
// for: who asks, whether the server is ready, and the log's moving end. It is for
// short queries alone, which one connection is kept for.
func Ahead(ctx context.Context) context.Context {
	u := urgencyOf(ctx)
	u.ahead = true
	return context.WithValue(ctx, urgencyKey{}, u)
}

// Patient marks what is no request that somebody waits for: streams that catch up
// and work beside the requests wait for their turn as long as it takes.
func Patient(ctx context.Context) context.Context {
	u := urgencyOf(ctx)
	u.patient = true
	return context.WithValue(ctx, urgencyKey{}, u)
}

// readQueue is who waits for one of the connections that read. They are taken in the
// order in which they came, those ahead before the others.
type readQueue struct {
	mu            sync.Mutex
	free          int          // connections that nobody has
	kept          int          // so many of them are for who goes ahead
	busy          func() error // what is said to who waited too long, or finds too many waiting
	ahead, others []chan struct{}
}

// newReadQueue keeps one of several connections for who goes ahead.
func newReadQueue(connections int, busy func() error) readQueue {
	return readQueue{free: connections, kept: min(connections-1, 1), busy: busy}
}

// enter waits for a connection to be free; leave gives it back and may be called
// more than once.
func (q *readQueue) enter(ctx context.Context) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	u := urgencyOf(ctx)
	turn, err := q.wait(u)
	if err != nil {
		return nil, err
	}
	var limit <-chan time.Time
	if !u.patient {
		timer := time.NewTimer(readerWait)
		defer timer.Stop()
		limit = timer.C
	}
	select {
	case <-turn:
		return sync.OnceFunc(q.leave), nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-limit:
		err = q.busy()
	}
	q.giveUp(turn)
	return nil, err
}

// wait takes a connection, or a place in the line; turn is closed once it has one.
func (q *readQueue) wait(u urgency) (turn chan struct{}, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !u.patient && len(q.ahead)+len(q.others) >= mostWaiting {
		return nil, q.busy()
	}
	turn = make(chan struct{})
	if u.ahead {
		q.ahead = append(q.ahead, turn)
	} else {
		q.others = append(q.others, turn)
	}
	q.next()
	return turn, nil
}

// next returns what is free to who is next.
func (q *readQueue) next() {
	for q.free > 0 && len(q.ahead) > 0 {
		close(q.ahead[0])
		q.ahead, q.free = q.ahead[1:], q.free-1
	}
	for q.free > q.kept && len(q.others) > 0 {
		close(q.others[0])
		q.others, q.free = q.others[1:], q.free-1
	}
}

func (q *readQueue) leave() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.free++
	q.next()
}

// giveUp takes who waited too long out of the line, or gives back what they were
// given at the last moment.
func (q *readQueue) giveUp(turn chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, from := range []*[]chan struct{}{&q.ahead, &q.others} {
		if i := slices.Index(*from, turn); i >= 0 {
			*from = slices.Delete(*from, i, i+1)
			return
		}
	}
	q.free++
	q.next()
}
