package delivery

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"baithaka/internal/inn"
	"baithaka/views"
)

// Presence is who was on line at some moment. It is shared and never changed.
type Presence struct {
	People  map[int64]inn.Viewer
	Version uint64
	byName  []inn.Viewer // the same, in the order in which they are shown
}

// Presence returns who has a stream open. It is made once for every change,
// however many streams ask.
func (d *Streams) Presence() Presence { return d.subscribers.presence() }

// OnLine returns the people on line whom the viewer may know of, themselves
// first: a page is rendered before its own stream is open.
func (d *Streams) OnLine(v inn.Viewer) views.Company { return d.Presence().onLine(v) }

func (s *subscribers) presence() Presence {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.here.People == nil || s.here.Version != s.moves {
		s.here = Presence{People: map[int64]inn.Viewer{}, Version: s.moves}
		for c := range s.open {
			if c.viewer.UserID != 0 {
				s.here.People[c.viewer.UserID] = c.viewer
			}
		}
		s.here.byName = slices.SortedFunc(maps.Values(s.here.People), func(a, b inn.Viewer) int {
			return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.UserID, b.UserID))
		})
	}
	return s.here
}

func (here Presence) onLine(v inn.Viewer) views.Company {
	company := views.Company{Faces: []views.Present{{ID: v.UserID, Name: v.Name, You: true}}}
	for i := range here.byName {
		other := &here.byName[i]
		switch {
		case other.UserID == v.UserID || !v.Meets(*other):
		case len(company.Faces) < views.MostFaces:
			company.Faces = append(company.Faces, views.Present{ID: other.UserID, Name: other.Name})
		default:
			company.More++
		}
	}
	return company
}
