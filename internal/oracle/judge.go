package oracle

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Kind is a breach of one of the promises.
type Kind string

// The kinds of breach, as the package comment defines them.
const (
	Lost       Kind = "lost"
	Duplicated Kind = "duplicated"
	Reordered  Kind = "reordered"
	Leaked     Kind = "leaked"
	Phantom    Kind = "phantom"
)

// Fault is one breach, in a sentence.
type Fault struct {
	Kind     Kind
	Stream   string // "log" when it is the log's own
	Position int64
	Replayed bool
	Detail   string
}

func (f Fault) String() string {
	return fmt.Sprintf("%s: %s at %d: %s", f.Kind, f.Stream, f.Position, f.Detail)
}

// Verdict is what Judge found: how many of each kind, the first of each, and
// over how much.
type Verdict struct {
	Counts                   map[Kind]int
	LeakedLive, LeakedReplay int
	Examples                 []Fault // at most examplesEach of a kind
	Events, Streams          int
	Deliveries               int
}

const examplesEach = 3

// Clean reports that nothing was wrong.
func (v *Verdict) Clean() bool { return len(v.Counts) == 0 }

// String sums the verdict up, an example a line.
func (v *Verdict) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d lost, %d duplicated, %d reordered, %d leaked (%d live, %d replayed), %d phantom in %d deliveries of %d events to %d streams",
		v.Counts[Lost], v.Counts[Duplicated], v.Counts[Reordered], v.Counts[Leaked], v.LeakedLive, v.LeakedReplay, v.Counts[Phantom],
		v.Deliveries, v.Events, v.Streams)
	for _, f := range v.Examples {
		b.WriteString("\n\t" + f.String())
	}
	return b.String()
}

func (v *Verdict) found(kind Kind, stream string, position int64, replayed bool, detail string, args ...any) {
	v.Counts[kind]++
	if kind == Leaked && replayed {
		v.LeakedReplay++
	} else if kind == Leaked {
		v.LeakedLive++
	}
	if v.Counts[kind] <= examplesEach {
		v.Examples = append(v.Examples, Fault{kind, stream, position, replayed, fmt.Sprintf(detail, args...)})
	}
}

// Judge compares everything that was noted. Nothing may be noted meanwhile.
func (h *History) Judge() *Verdict {
	h.mu.Lock()
	defer h.mu.Unlock()
	v := &Verdict{Counts: map[Kind]int{}, Streams: len(h.streams)}
	events := h.judgeLog(v)
	v.Events = len(events)
	at := make(map[int64]Event, len(events))
	for _, e := range events {
		at[e.Position] = e
	}
	for _, s := range h.streams {
		v.Deliveries += len(s.got)
		h.judgeStream(v, s, events, at)
	}
	return v
}

// judgeLog looks at acknowledgements and log, and returns the acknowledged
// events by their position.
func (h *History) judgeLog(v *Verdict) []Event {
	positionOf, nameAt := map[string]int64{}, map[int64]string{}
	var events []Event
	for _, a := range h.acked {
		if before, known := positionOf[a.Name]; known {
			if before != a.Position {
				v.found(Duplicated, "log", a.Position, false, "%s was acknowledged at %d before", a.Name, before)
			}
			continue
		}
		if other, taken := nameAt[a.Position]; taken {
			v.found(Phantom, "log", a.Position, false, "acknowledged for %s and for %s", other, a.Name)
			continue
		}
		positionOf[a.Name], nameAt[a.Position] = a.Position, a.Name
		events = append(events, a.Event)
		if stored, ok := h.log[a.Position]; h.log != nil && (!ok || stored != a.Name) {
			v.found(Lost, "log", a.Position, false, "%s was acknowledged; the log holds %q there", a.Name, stored)
		}
	}
	slices.SortFunc(events, func(a, b Event) int { return cmp.Compare(a.Position, b.Position) })
	stored := map[string]int64{}
	for _, position := range slices.Sorted(maps.Keys(h.log)) {
		name := h.log[position]
		if before, twice := stored[name]; twice {
			v.found(Duplicated, "log", position, false, "%s is stored at %d as well", name, before)
		}
		stored[name] = position
		if _, known := positionOf[name]; !known && !h.tried[name] {
			v.found(Phantom, "log", position, false, "%s was published by nobody", name)
		}
	}
	h.judgeOrder(v)
	return events
}

// judgeOrder asks that what was sent after an acknowledgement stands after it.
func (h *History) judgeOrder(v *Verdict) {
	bySent := slices.SortedFunc(slices.Values(h.acked), func(a, b ack) int { return a.sent.Compare(b.sent) })
	byAnswer := slices.SortedFunc(slices.Values(h.acked), func(a, b ack) int { return a.at.Compare(b.at) })
	first := map[string]bool{} // a repeat names the position of the first
	var newest ack
	for _, a := range bySent {
		for len(byAnswer) > 0 && byAnswer[0].at.Before(a.sent) {
			if byAnswer[0].Position > newest.Position {
				newest = byAnswer[0]
			}
			byAnswer = byAnswer[1:]
		}
		if !first[a.Name] && !h.tried[a.Name] && a.Position < newest.Position {
			v.found(Reordered, "log", a.Position, false, "%s was sent after %s had been acknowledged at %d", a.Name, newest.Name, newest.Position)
		}
		first[a.Name] = true
	}
}

func (h *History) judgeStream(v *Verdict, s *Stream, events []Event, at map[int64]Event) {
	given := make(map[int64]bool, len(s.got))
	newest := int64(-1)
	for _, d := range s.got {
		e, known := at[d.Position]
		switch {
		case given[d.Position]:
			v.found(Duplicated, s.name, d.Position, d.Replayed, "%s was given before", d.Name)
		case d.Position < newest:
			v.found(Reordered, s.name, d.Position, d.Replayed, "%s came after %d", d.Name, newest)
		}
		given[d.Position] = true
		newest = max(newest, d.Position)
		if known && d.Name != "" && d.Name != e.Name {
			v.found(Phantom, s.name, d.Position, d.Replayed, "%s was given, %s was published", d.Name, e.Name)
		}
		if !known && !h.mayBe(d) {
			v.found(Phantom, s.name, d.Position, d.Replayed, "%q is not in the log", d.Name)
		}
		if known && !h.mightHear(s.viewer, e, d.At) {
			v.found(Leaked, s.name, d.Position, d.Replayed, "%s (%s, %s) was given to %s", e.Name, e.Type, e.Topic, s.viewer)
		}
	}
	for _, p := range joined(s.parts) {
		from, _ := slices.BinarySearchFunc(events, p.begin+1, func(e Event, position int64) int { return cmp.Compare(e.Position, position) })
		for _, e := range events[from:] {
			if e.Position > p.end {
				break
			}
			if !given[e.Position] && h.mustHear(s.viewer, e) {
				v.found(Lost, s.name, e.Position, false, "%s (%s, %s) was never given to %s between %d and %d", e.Name, e.Type, e.Topic, s.viewer, p.begin, p.end)
			}
		}
	}
}

// mayBe reports whether what was given can be of a publish nobody has an answer
// for.
func (h *History) mayBe(d Delivery) bool {
	if h.log != nil {
		name, stored := h.log[d.Position]
		return stored && (d.Name == "" || d.Name == name)
	}
	return h.tried[d.Name]
}

// mustHear reports whether a viewer might hear an event when it was committed
// and ever since.
func (h *History) mustHear(viewer string, e Event) bool {
	rights, any := h.rights[viewer]
	if !any {
		return true
	}
	from := inForce(rights, e.Position)
	if from < 0 {
		return false
	}
	return !slices.ContainsFunc(rights[from:], func(r right) bool { return !r.sees(e) })
}

// mightHear reports whether a right that was in force between an event's
// commit and its arrival allows it. Rights that ended longer than Grace before
// the arrival count no more.
func (h *History) mightHear(viewer string, e Event, arrived time.Time) bool {
	rights, any := h.rights[viewer]
	if !any {
		return true
	}
	grace := max(h.Grace, Grace)
	from := inForce(rights, e.Position)
	for i := max(from, 0); i < len(rights); i++ {
		begun := i == from || !arrived.Before(rights[i].at.Add(-grace)) // heard of before its acknowledgement was
		ended := i+1 < len(rights) && arrived.After(rights[i+1].at.Add(grace))
		if begun && !ended && rights[i].sees(e) {
			return true
		}
	}
	return false
}

// inForce returns the index of the right that holds for what is at a position, -1
// when none does yet.
func inForce(rights []right, position int64) int {
	n, _ := slices.BinarySearchFunc(rights, position, func(r right, position int64) int { return cmp.Compare(r.position, position) })
	return n - 1
}

// joined merges parts that overlap: a connection may begin further back than
// the one before it ended.
func joined(parts []part) (all []part) {
	for _, p := range slices.SortedFunc(slices.Values(parts), func(a, b part) int { return cmp.Compare(a.begin, b.begin) }) {
		if n := len(all); n > 0 && p.begin <= all[n-1].end {
			all[n-1].end = max(all[n-1].end, p.end)
		} else {
			all = append(all, p)
		}
	}
	return all
}
