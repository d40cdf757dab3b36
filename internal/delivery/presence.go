package handlers

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"baithaka/internal/inn"
	"baithaka/views"
)

// presencePace is how long arrivals and departures are gathered before pages
// hear of them: who goes from one page to the next leaves and comes back.
const presencePace = time.Second

// presence is who was on line at some moment. It is shared and never changed.
type presence struct {
	people map[int64]inn.Viewer
	byName []inn.Viewer // the same, in the order in which they are shown
	moves  uint64
}

// people gives who has a stream open. It is made once for every move, however
// many streams ask.
func (s *streams) people() presence {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.here.people == nil || s.here.moves != s.moves {
		s.here = presence{people: map[int64]inn.Viewer{}, moves: s.moves}
		for c := range s.open {
			if c.viewer.UserID != 0 {
				s.here.people[c.viewer.UserID] = c.viewer
			}
		}
		s.here.byName = slices.SortedFunc(maps.Values(s.here.people), func(a, b inn.Viewer) int {
			return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.UserID, b.UserID))
		})
	}
	return s.here
}

// moving notes, under the lock, that somebody came, went or changed; what is
// noted already is enough.
func (s *streams) moving() {
	s.moves++
	select {
	case s.moved <- struct{}{}:
	default:
	}
}

// onLine gives the people on line whom the viewer may know of, themselves
// first: a page is rendered before its own stream is open.
func (here presence) onLine(v inn.Viewer) views.Company {
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

// sendPresence adds who is on line to the stream when that changed.
func (p *pageState) sendPresence(ctx context.Context, st *stream) error {
	here := p.site.streams.people()
	if p.met && here.moves == p.moves {
		return nil
	}
	p.moves = here.moves
	onLine := here.onLine(p.viewer)
	if p.met && onLine.More == p.onLine.More && slices.Equal(onLine.Faces, p.onLine.Faces) {
		return nil
	}
	p.onLine, p.met = onLine, true
	return st.add(ctx, views.PresenceState(onLine))
}
