package live

import "baithaka/internal/inn"

// waiting is who waits at the head, by what they wait for. Whoever is called is
// taken out: a cursor that is not waiting stands in no list, so that nobody has
// to be signed off. It is guarded by the log's lock.
type waiting struct {
	all list                // cursors that hear everything
	on  map[inn.Topic]*list // the others, once for each of their topics
}

// list is who waits for one thing. An empty one stays, so that a cursor finds its
// lists once, when it begins to follow, and not with every delivery: there are as
// many as the house has properties and people.
type list struct{ first *entry }

// entry is a cursor's place in one of the lists.
type entry struct {
	cursor     *Cursor
	in         *list
	prev, next *entry
}

// entries returns the entries of a cursor, in no list yet: one for each of its
// topics, or one for everything.
func (w *waiting) entries(c *Cursor) []entry {
	entries := make([]entry, len(c.topics))
	for i, t := range c.topics {
		in := &w.all
		if !c.everything {
			if in = w.on[t]; in == nil {
				in = new(list)
				w.on[t] = in
			}
		}
		entries[i] = entry{cursor: c, in: in}
	}
	return entries
}

// add puts a cursor into the list of each of its topics.
func (w *waiting) add(c *Cursor) {
	for i := range c.entries {
		p := &c.entries[i]
		if p.prev, p.next = nil, p.in.first; p.next != nil {
			p.next.prev = p
		}
		p.in.first = p
	}
}

// remove takes a cursor out of all its lists.
func (w *waiting) remove(c *Cursor) {
	for i := range c.entries {
		p := &c.entries[i]
		if p.next != nil {
			p.next.prev = p.prev
		}
		if p.prev != nil {
			p.prev.next = p.next
		} else {
			p.in.first = p.next
		}
		p.prev, p.next = nil, nil
	}
}

// call takes out everybody who waits for an event and returns their calls. Each is
// moved up to the event: of what happened since it began to wait, this is the
// first that is for it.
func (w *waiting) call(e *inn.Event, calls []func()) []func() {
	calls = w.callList(&w.all, e, calls)
	calls = w.callList(w.on[e.Topic], e, calls)
	for _, t := range e.To {
		calls = w.callList(w.on[t], e, calls)
	}
	return calls
}

func (w *waiting) callList(l *list, e *inn.Event, calls []func()) []func() {
	if l == nil {
		return calls // nobody has ever followed that
	}
	for p := l.first; p != nil; {
		c := p.cursor
		p = p.next // before it is taken out
		if c.pos >= e.ID {
			continue // it began further on than the log had read
		}
		w.remove(c)
		c.pos = e.ID - 1
		calls = append(calls, c.call)
		c.call = nil
	}
	return calls
}

// everybody takes out all who wait.
func (w *waiting) everybody() (calls []func()) {
	out := func(l *list) {
		for l.first != nil {
			c := l.first.cursor
			w.remove(c)
			calls = append(calls, c.call)
			c.call = nil
		}
	}
	out(&w.all)
	for _, l := range w.on {
		out(l)
	}
	return calls
}
