package intake

import (
	"bytes"
	"slices"
	"strings"

	"baithaka/internal/inn"
)

// StreamFilter is what a stream is asked to be of: rooms and event types; none
// stands for all.
type StreamFilter struct {
	Rooms, Types []string
}

// ReadStreamFilter reads a body with lists of rooms and types, at most as many as any
// list of a publish holds. Whether there are such is not looked at. The body is
// well-formed.
func ReadStreamFilter(body []byte) (n StreamFilter, err error) {
	b := &binder{}
	if f, ok := b.object(bytes.TrimSpace(body), ""); ok {
		f.known("rooms", "types")
		read := func(name string) []string {
			all := f.texts(name)
			if slices.ContainsFunc(all, func(one string) bool { return len(one) > 2*inn.MaxIdentifier || !isWord(one) }) {
				f.wrong(name, "holds what cannot be one of them")
			}
			return all
		}
		n.Rooms, n.Types = read("rooms"), read("types")
	}
	return n, inn.InvalidFields(b.problems)
}

// isWord reports whether a text can stand among others with a space or a comma
// between.
func isWord(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == ',' || r > '~' })
}
