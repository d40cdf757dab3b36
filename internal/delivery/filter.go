package delivery

import (
	"slices"
	"strings"

	"baithaka/internal/inn"
)

// Filter is what a program asked to hear of what it may: any of the rooms, any
// of the types; none stands for all. A client can only narrow what the policy
// lets it hear.
type Filter struct {
	Rooms []string
	Types []inn.Type
}

// of returns the test for a viewer as of now, nil when everything passes: a right
// that has ended takes its room along. A property that was there when the stream
// began still is.
func (f Filter) of(v inn.Viewer) func(*inn.Event) bool {
	if len(f.Rooms)+len(f.Types) == 0 {
		return nil
	}
	var rooms []func(*inn.Event) bool
	for _, name := range f.Rooms {
		if holds, ok := v.Room(name, func(string) bool { return true }); ok {
			rooms = append(rooms, holds)
		}
	}
	return func(e *inn.Event) bool {
		if len(f.Types) > 0 && !slices.Contains(f.Types, e.Type) {
			return false
		}
		return len(f.Rooms) == 0 || slices.ContainsFunc(rooms, func(holds func(*inn.Event) bool) bool { return holds(e) })
	}
}

// topics returns what the stream's cursor follows for a viewer as of now. Who
// asks for properties alone follows those, and is not called for what happens
// elsewhere.
func (f Filter) topics(v inn.Viewer) []inn.Topic {
	only := []inn.Topic{v.Own()}
	for _, room := range f.Rooms {
		slug, found := strings.CutPrefix(room, "property:")
		if !found {
			return v.Topics()
		}
		only = append(only, inn.PropertyTopic(slug))
	}
	if len(f.Rooms) == 0 {
		return v.Topics()
	}
	return only
}
