package live

import (
	"context"
	"slices"
	"sort"

	"baithaka/internal/inn"
)

// batchLength is how many events Next gives at the most.
const batchLength = 256

// Cursor is a place in the log and the topics it follows. It belongs to one
// goroutine; while it is parked, to the log.
type Cursor struct {
	log        *Log
	epoch      string
	pos        int64
	topics     []inn.Topic // none twice
	everything bool

	entries []entry // one for each topic, or one for everything
	call    func()  // while it is parked
}

// Follow replaces the topics, from the present position on.
func (c *Cursor) Follow(topics ...inn.Topic) {
	c.topics = c.topics[:0:0]
	if c.everything = slices.Contains(topics, inn.Everything); c.everything {
		c.topics = append(c.topics, inn.Everything)
	}
	for _, t := range topics {
		if !c.everything && !slices.Contains(c.topics, t) {
			c.topics = append(c.topics, t)
		}
	}
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	c.entries = c.log.waiting.entries(c)
}

// Park leaves the cursor in the log's care: call is called once, from anywhere,
// when something on its topics has been appended or the log has stopped. Until
// then, or until Unpark, the cursor must not be used. It does nothing and reports
// false when there is something to read already, so that nothing that came in
// between is missed.
func (c *Cursor) Park(call func()) bool {
	l := c.log
	l.mu.Lock()
	defer l.mu.Unlock()
	if v := l.now.Load(); v.closed || c.pos < v.head || c.epoch != v.epoch {
		return false
	}
	c.call = call
	l.waiting.add(c)
	return true
}

// Unpark takes a parked cursor back: nothing up to the head was for it. It
// reports false when the cursor is not parked, or has been called. Anybody may
// ask; who is told true has the cursor.
func (c *Cursor) Unpark() bool {
	l := c.log
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.call == nil {
		return false
	}
	l.waiting.remove(c)
	c.call = nil
	c.pos = max(c.pos, l.now.Load().head)
	return true
}

// ToHead moves the cursor past everything there is.
func (c *Cursor) ToHead() { c.pos = max(c.pos, c.log.Head()) }

// Pos returns the place up to which everything has been handed out or passed
// over.
func (c *Cursor) Pos() int64 { return c.pos }

// Position returns Pos as a position.
func (c *Cursor) Position() inn.Position {
	return inn.Position{Epoch: c.epoch, ID: c.pos}
}

// Rewind puts the cursor back to the place of an event it has handed out: what
// came after is read again, with the topics it follows now.
func (c *Cursor) Rewind(to int64) { c.pos = min(c.pos, to) }

// Next returns the next events on the cursor's topics, oldest first, and waits
// for one when there is none; it returns none when wake is closed first. It ends
// with the context's error, or ErrClosed once everything committed has been
// handed out, or ErrLost when the log was trimmed past the cursor or has begun a
// new epoch. The events are shared: they must not be changed.
func (c *Cursor) Next(ctx context.Context, wake <-chan struct{}) ([]*inn.Event, error) {
	for {
		closed := c.log.Closed() // before reading: afterwards nothing comes
		events, err := c.Ready(ctx)
		if err != nil || len(events) > 0 {
			return events, err
		}
		if closed {
			return nil, ErrClosed
		}
		called := make(chan struct{})
		if !c.Park(func() { close(called) }) {
			continue
		}
		select {
		case <-called:
		case <-wake:
			c.Unpark()
			return nil, nil
		case <-ctx.Done():
			c.Unpark()
			return nil, ctx.Err()
		}
	}
}

// Ready returns what Next would give without waiting; nothing at the head.
func (c *Cursor) Ready(ctx context.Context) ([]*inn.Event, error) {
	for {
		events, ok := c.Tail()
		if ok {
			return events, nil
		}
		v := c.log.now.Load()
		if c.epoch != v.epoch {
			return nil, ErrLost
		}
		events, err := c.fromSource(ctx, v)
		if err != nil || len(events) > 0 || c.pos >= v.head {
			return events, err
		}
	}
}

// Tail returns what Ready would give, from memory; ok is false when the cursor is
// further back than that or lost, and the source has to be asked. The slice is
// shared too.
func (c *Cursor) Tail() (events []*inn.Event, ok bool) {
	v := c.log.now.Load()
	switch {
	case c.epoch != v.epoch:
		return nil, false
	case c.pos >= v.head:
		return nil, true
	case c.pos < v.first:
		return nil, false
	}
	rest := v.after(c.pos)
	if c.everything && len(rest) > 0 {
		rest = rest[:min(len(rest), batchLength)]
		c.pos = rest[len(rest)-1].ID
		return rest, true
	}
	c.pos = v.head
	whole := 0 // how many, from the first, are all for it: they need no slice of their own
	for whole < min(len(rest), batchLength) && c.follows(rest[whole]) {
		whole++
	}
	if events, rest = rest[:whole:whole], rest[whole:]; whole == batchLength {
		c.pos = events[whole-1].ID
		return events, true
	}
	for _, e := range rest {
		if c.follows(e) {
			if events = append(events, e); len(events) == batchLength {
				c.pos = e.ID
				break
			}
		}
	}
	return events, true
}

// after returns the tail behind a place. Most who ask are near the end.
func (v *view) after(pos int64) []*inn.Event {
	n := len(v.tail)
	for range 8 {
		if n == 0 || v.tail[n-1].ID <= pos {
			return v.tail[n:]
		}
		n--
	}
	return v.tail[sort.Search(n, func(i int) bool { return v.tail[i].ID > pos }):]
}

func (c *Cursor) fromSource(ctx context.Context, v *view) ([]*inn.Event, error) {
	read, more, err := c.log.source.Events(ctx, c.pos, v.head, batchLength, c.topics)
	if err != nil {
		return nil, err
	}
	// Read, then ask what is there: a trim in between must be found out, not
	// passed over.
	trimmed, _, err := c.log.source.Bounds(ctx)
	if err != nil {
		return nil, err
	}
	if c.pos < trimmed {
		return nil, ErrLost
	}
	events := make([]*inn.Event, len(read))
	for i := range read {
		events[i] = &read[i]
	}
	c.pos = v.head
	if more {
		c.pos = events[len(events)-1].ID
	}
	return events, nil
}

func (c *Cursor) follows(e *inn.Event) bool {
	return c.everything || slices.Contains(c.topics, e.Topic) ||
		slices.ContainsFunc(e.To, func(t inn.Topic) bool { return slices.Contains(c.topics, t) })
}
