package handlers

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"baithaka/inn"
	"baithaka/views"
)

// presencePace is how long arrivals and departures are gathered before pages
// hear of them: who goes from one page to the next leaves and comes back.
const presencePace = time.Second

// presence is who was on line at some moment. It is shared and never changed.
type presence struct {
	people map[int64]inn.Viewer
	moves  uint64
}

// people gives who has a stream open. It is made once for every move, however
// many streams ask.
func (s *streams) people() presence {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.here.people == nil || s.here.moves != s.moves {
		s.here = presence{map[int64]inn.Viewer{}, s.moves}
		for c := range s.open {
			if c.viewer.UserID != 0 {
				s.here.people[c.viewer.UserID] = c.viewer
			}
		}
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
func (here presence) onLine(v inn.Viewer) []views.Present {
	all := []views.Present{{ID: v.UserID, Name: v.Name, You: true}}
	for id, other := range here.people {
		if id != v.UserID && v.Meets(other) {
			all = append(all, views.Present{ID: id, Name: other.Name})
		}
	}
	slices.SortFunc(all[1:], func(a, b views.Present) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// sendPresence adds who is on line to the stream when that changed.
func (p *pageState) sendPresence(ctx context.Context, st *stream) error {
	here := p.site.streams.people()
	if p.met && here.moves == p.moves {
		return nil
	}
	p.moves = here.moves
	onLine := here.onLine(p.viewer)
	if p.met && slices.Equal(onLine, p.onLine) {
		return nil
	}
	p.onLine, p.met = onLine, true
	return st.add(ctx, views.PresenceState(onLine))
}
