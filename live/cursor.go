package live

import (
	"context"
	"slices"
	"sort"

	"baithaka/inn"
)

// batchLength is how many events Next gives at the most.
const batchLength = 256

// Cursor is a place in the log and the topics it follows. It belongs to one
// goroutine.
type Cursor struct {
	log        *Log
	pos        int64
	topics     []inn.Topic
	everything bool
}

// Follow replaces the topics, from the present position on.
func (c *Cursor) Follow(topics ...inn.Topic) {
	c.topics = topics
	c.everything = slices.Contains(topics, inn.Everything)
}

// Pos gives the place up to which everything has been handed out or passed
// over.
func (c *Cursor) Pos() int64 { return c.pos }

// Position gives Pos as a position.
func (c *Cursor) Position() inn.Position {
	return inn.Position{Epoch: c.log.source.Epoch(), ID: c.pos}
}

// Behind gives how far the cursor is from the head, in places.
func (c *Cursor) Behind() int64 { return max(c.log.Head()-c.pos, 0) }

// Rewind puts the cursor back to the place of an event it has handed out: what
// came after is read again, with the topics it follows now.
func (c *Cursor) Rewind(to int64) { c.pos = min(c.pos, to) }

// Next gives the next events on the cursor's topics, oldest first, and waits
// for one when there is none; it gives none when wake is closed first. It ends
// with the context's error, or ErrClosed once everything committed has been
// handed out, or ErrLost when the log was trimmed past the cursor. The events
// are shared: they must not be changed.
func (c *Cursor) Next(ctx context.Context, wake <-chan struct{}) ([]*inn.Event, error) {
	for {
		v := c.log.view()
		events, err := c.read(ctx, v)
		if err != nil || len(events) > 0 {
			return events, err
		}
		if c.pos < v.head {
			continue
		}
		if v.closed {
			return nil, ErrClosed
		}
		select {
		case <-v.bell:
		case <-wake:
			return nil, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Ready gives what Next would give without waiting; nothing at the head.
func (c *Cursor) Ready(ctx context.Context) ([]*inn.Event, error) {
	for {
		v := c.log.view()
		events, err := c.read(ctx, v)
		if err != nil || len(events) > 0 || c.pos >= v.head {
			return events, err
		}
	}
}

// read takes one batch from the tail, or from the source when the cursor is
// further back, and moves the position past everything it looked at.
func (c *Cursor) read(ctx context.Context, v view) ([]*inn.Event, error) {
	switch {
	case c.pos >= v.head:
		return nil, nil
	case c.pos >= v.first:
		return c.fromTail(v), nil
	}
	return c.fromSource(ctx, v)
}

func (c *Cursor) fromTail(v view) []*inn.Event {
	rest := v.tail[sort.Search(len(v.tail), func(i int) bool { return v.tail[i].ID > c.pos }):]
	var events []*inn.Event
	for _, e := range rest {
		c.pos = e.ID
		if c.follows(e) {
			if events = append(events, e); len(events) == batchLength {
				return events
			}
		}
	}
	c.pos = v.head
	return events
}

func (c *Cursor) fromSource(ctx context.Context, v view) ([]*inn.Event, error) {
	read, err := c.log.source.Events(ctx, c.pos, v.head, batchLength, c.topics)
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
	if len(events) < batchLength {
		c.pos = v.head
	} else {
		c.pos = events[len(events)-1].ID
	}
	return events, nil
}

func (c *Cursor) follows(e *inn.Event) bool {
	return c.everything || slices.Contains(c.topics, e.Topic) ||
		slices.ContainsFunc(e.To, func(t inn.Topic) bool { return slices.Contains(c.topics, t) })
}
