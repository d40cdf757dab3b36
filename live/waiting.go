package live

import "baithaka/inn"

// waiting is who waits at the head, by what they wait for. Whoever is called is
// taken out: a cursor that is not waiting stands in no list, so that nobody has
// to be signed off. It is guarded by the log's lock.
type waiting struct {
	all *place               // cursors that hear everything
	on  map[inn.Topic]*place // the others, once for each of their topics
}

// place is a cursor's place in one list.
type place struct {
	cursor     *Cursor
	prev, next *place
}

// add puts a cursor into the list of each of its topics.
func (w *waiting) add(c *Cursor) {
	for i := range c.places {
		p := &c.places[i]
		p.prev, p.next = nil, w.first(c, i)
		if p.next != nil {
			p.next.prev = p
		}
		w.begin(c, i, p)
	}
}

// remove takes a cursor out of all its lists.
func (w *waiting) remove(c *Cursor) {
	for i := range c.places {
		p := &c.places[i]
		if p.next != nil {
			p.next.prev = p.prev
		}
		if p.prev != nil {
			p.prev.next = p.next
		} else {
			w.begin(c, i, p.next)
		}
		p.prev, p.next = nil, nil
	}
}

// first gives the beginning of the list of a cursor's i-th topic.
func (w *waiting) first(c *Cursor, i int) *place {
	if c.everything {
		return w.all
	}
	return w.on[c.topics[i]]
}

func (w *waiting) begin(c *Cursor, i int, p *place) {
	switch {
	case c.everything:
		w.all = p
	case p == nil:
		delete(w.on, c.topics[i])
	default:
		w.on[c.topics[i]] = p
	}
}

// call takes out everybody who waits for an event and gives their calls. Each is
// moved up to the event: of what happened since it began to wait, this is the
// first that is for it.
func (w *waiting) call(e *inn.Event, calls []func()) []func() {
	calls = w.callList(w.all, e, calls)
	calls = w.callList(w.on[e.Topic], e, calls)
	for _, t := range e.To {
		calls = w.callList(w.on[t], e, calls)
	}
	return calls
}

func (w *waiting) callList(p *place, e *inn.Event, calls []func()) []func() {
	for p != nil {
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
	out := func(p *place) {
		for p != nil {
			c := p.cursor
			p = p.next
			w.remove(c)
			calls = append(calls, c.call)
			c.call = nil
		}
	}
	out(w.all)
	for _, p := range w.on {
		out(p)
	}
	return calls
}
