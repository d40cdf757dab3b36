package intake

import "baithaka/internal/inn"

// Marks says which notifications are to be marked as read: some by their ids,
// those of a kind, or all.
type Marks struct {
	Some bool
	IDs  []string // of some
	Kind inn.Kind // "" for all
}

// ReadMarks reads a body that names notifications in exactly one of the three
// ways: ids, kind or all. The body is well-formed.
func ReadMarks(body []byte) (m Marks, err error) {
	b := &binder{}
	f, ok := b.object(body, "")
	if !ok {
		return m, inn.InvalidFields(b.problems)
	}
	var all bool
	f.take("all", "true", &all)
	m.Kind = inn.Kind(f.text("kind", 64).Value)
	_, m.Some = f.take("ids", "a list of strings", &m.IDs)
	f.known("ids", "kind", "all")
	ways := 0
	for _, is := range []bool{all, m.Kind != "", m.Some} {
		if is {
			ways++
		}
	}
	if ways != 1 && len(b.problems) == 0 {
		b.wrong("", `must be {"ids": […]}, {"kind": "…"} or {"all": true}`)
	}
	return m, inn.InvalidFields(b.problems)
}
