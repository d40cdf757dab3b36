package store

import (
	"context"
	"slices"
	"sync"
	"time"

	"baithaka/internal/inn"
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

// line is who waits for one of the connections that read. They are taken in the
// order in which they came, those ahead before the others.
type line struct {
	mu            sync.Mutex
	free          int // connections that nobody has
	kept          int // so many of them are for who goes ahead
	ahead, others []chan struct{}
}

// lineFor keeps one of several connections for who goes ahead.
func lineFor(connections int) line { return line{free: connections, kept: min(connections-1, 1)} }

// enter waits for a connection to be free; leave gives it back and may be called
// more than once.
func (l *line) enter(ctx context.Context) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	u := urgencyOf(ctx)
	turn, err := l.wait(u)
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
		return sync.OnceFunc(l.leave), nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-limit:
		err = inn.Busy()
	}
	l.giveUp(turn)
	return nil, err
}

// wait takes a connection, or a place in the line; turn is closed once it has one.
func (l *line) wait(u urgency) (turn chan struct{}, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !u.patient && len(l.ahead)+len(l.others) >= mostWaiting {
		return nil, inn.Busy()
	}
	turn = make(chan struct{})
	if u.ahead {
		l.ahead = append(l.ahead, turn)
	} else {
		l.others = append(l.others, turn)
	}
	l.next()
	return turn, nil
}

// next gives what is free to who is next.
func (l *line) next() {
	for l.free > 0 && len(l.ahead) > 0 {
		close(l.ahead[0])
		l.ahead, l.free = l.ahead[1:], l.free-1
	}
	for l.free > l.kept && len(l.others) > 0 {
		close(l.others[0])
		l.others, l.free = l.others[1:], l.free-1
	}
}

func (l *line) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.free++
	l.next()
}

// giveUp takes who waited too long out of the line, or gives back what they were
// given at the last moment.
func (l *line) giveUp(turn chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, from := range []*[]chan struct{}{&l.ahead, &l.others} {
		if i := slices.Index(*from, turn); i >= 0 {
			*from = slices.Delete(*from, i, i+1)
			return
		}
	}
	l.free++
	l.next()
}
