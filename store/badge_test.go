package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// model is the badge as one would mapError it: every event that made or moved a
// card, and what each person did.
type model struct {
	events map[string][]*inn.Event // by subject
	read   map[int64]map[string]int64
	marked map[int64]map[string]bool
	floor  map[int64]int64
	floors map[int64]map[inn.Kind]int64 // those of each kind
}

func (m *model) happened(by inn.Viewer, e *inn.Event) {
	if e == nil || !e.Type.MakesCard() && len(e.To) == 0 {
		return
	}
	m.events[e.Subject] = append(m.events[e.Subject], e)
	if by.UserID != 0 {
		m.did(by, e.Subject, e.ID, false)
	}
}

func (m *model) did(v inn.Viewer, subject string, upto int64, mark bool) {
	if m.read[v.UserID] == nil {
		m.read[v.UserID], m.marked[v.UserID] = map[string]int64{}, map[string]bool{}
	}
	m.read[v.UserID][subject] = max(m.read[v.UserID][subject], upto)
	m.marked[v.UserID][subject] = mark
}

// latest is the newest event of a subject that concerned the person, 0 when they
// may not see how it stands now.
func (m *model) latest(v inn.Viewer, subject string) (id int64) {
	all := m.events[subject]
	if !v.Sees(all[len(all)-1]) {
		return 0
	}
	for _, e := range all {
		if v.Sees(e) && v.Notified(e) {
			id = e.ID
		}
	}
	return id
}

func (m *model) last(subject string) *inn.Event {
	all := m.events[subject]
	return all[len(all)-1]
}

func (m *model) cards(v inn.Viewer) map[string]bool {
	unread := map[string]bool{}
	for subject := range m.events {
		if latest := m.latest(v, subject); latest > 0 {
			kind := m.last(subject).Kind()
			unread[subject] = m.marked[v.UserID][subject] || latest > max(m.floor[v.UserID], m.floors[v.UserID][kind], m.read[v.UserID][subject])
		}
	}
	return unread
}

func (m *model) badge(v inn.Viewer) (b inn.Badge) {
	for subject, unread := range m.cards(v) {
		if !unread {
			continue
		}
		b.Unread++
		last := m.last(subject)
		if last.Priority == inn.Critical {
			b.Critical++
		}
		b.Kinds[slices.Index(inn.Kinds, last.Kind())]++
	}
	return b
}

// The bell must show what counting by hand would give, whatever happened in
// whatever order.
func TestBadgeIsWhatCountingByHandGives(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { t.Parallel(); badgeAgainstModel(t, seed) })
	}
}

func badgeAgainstModel(t *testing.T, seed uint64) {
	s := newStore(t)
	r := rand.New(rand.NewPCG(seed, 99))
	people := []inn.Viewer{
		person(t, s, "super", inn.SuperAdmin), person(t, s, "manager", inn.Manager, "lake"), person(t, s, "owner", inn.Owner, "hill"),
		person(t, s, "staff", inn.Staff, "lake", "hill", inn.Desk), person(t, s, "user", inn.User),
	}
	m := &model{map[string][]*inn.Event{}, map[int64]map[string]int64{}, map[int64]map[string]bool{}, map[int64]int64{}, map[int64]map[inn.Kind]int64{}}
	for _, v := range people {
		m.floor[v.UserID], m.floors[v.UserID] = s.head(t), map[inn.Kind]int64{}
	}
	slugs := []string{"lake", "hill", inn.Desk}
	n := 0
	change := func() inn.Publication {
		n++
		switch r.IntN(5) {
		case 0:
			return alarm([]string{"lake", "hill", ""}[r.IntN(3)], fmt.Sprint("key", r.IntN(2)), fmt.Sprint("title ", n))
		case 1:
			return inn.Publication{Type: inn.PropertyStatus, Property: &inn.PropertyChange{Slug: slugs[r.IntN(2)], Status: fmt.Sprint("status ", n)}}
		}
		p := sold(fmt.Sprint("BK-", r.IntN(5)), "lake")
		p.Booking.Title, p.Booking.Property = inn.Given(fmt.Sprint("title ", n)), inn.Field[string]{}
		return p
	}
	for range 250 {
		v := people[r.IntN(len(people))]
		switch op := r.IntN(20); {
		case op < 12:
			p, by := change(), website
			switch r.IntN(6) {
			case 0:
				p.Emails = []string{people[r.IntN(len(people))].Email}
			case 1:
				p.Role = inn.Roles[r.IntN(len(inn.Roles))]
			case 2:
				p.Rooms = []string{[]string{"property:lake", "property:desk", "system", "os_dashboard"}[r.IntN(4)]}
			default:
				// A booking that moves is told to both sides, so it is addressed to nobody.
				if p.Booking != nil && r.IntN(3) == 0 {
					p.Booking.Property = inn.Given(slugs[r.IntN(3)])
				}
			}
			p.Priority = append(inn.Priorities, "")[r.IntN(5)]
			if r.IntN(4) == 0 {
				by = people[0]
			}
			m.happened(by, publish(t, s, by, p)[0])
		case op < 18:
			all := cards(t, s, v)
			if len(all) == 0 {
				continue
			}
			card, read := all[r.IntN(len(all))], r.IntN(2) == 0
			require.NoError(t, s.MarkRead(ctx, v, []string{card.Subject}, read))
			m.did(v, card.Subject, card.Event, !read)
		case op < 19:
			kind := inn.Kinds[r.IntN(3)]
			m.floors[v.UserID][kind] = s.head(t)
			for subject := range m.marked[v.UserID] {
				if m.last(subject).Kind() == kind {
					m.marked[v.UserID][subject] = false
				}
			}
			require.NoError(t, s.MarkKindRead(ctx, v, kind))
		default:
			m.floor[v.UserID] = s.head(t)
			clear(m.marked[v.UserID])
			require.NoError(t, s.MarkAllRead(ctx, v))
		}
		for _, v := range people {
			got, err := s.Badge(ctx, v)
			require.NoError(t, err)
			require.Equal(t, m.badge(v), got, "%s at %d", v.Name, s.head(t))
		}
	}
	for _, v := range people {
		list, want := map[string]bool{}, m.cards(v)
		for _, card := range cards(t, s, v) {
			list[card.Subject] = !card.Read
			require.Equal(t, m.latest(v, card.Subject), card.Event)
		}
		require.Equal(t, want, list, v.Name)
		listsAgainstModel(t, s, m, v)
	}
}

// Whatever a list is narrowed by, and by whichever index it is read for that, it
// holds each card that the model has once, the last moved first, page by page.
func listsAgainstModel(t *testing.T, s *Store, m *model, v inn.Viewer) {
	yes, no := true, false
	for _, f := range []NotificationFilter{
		{}, {Kind: inn.BookingUpdate}, {Priority: inn.Critical}, {Priority: inn.High}, {Property: "lake"}, {Urgent: &yes}, {Urgent: &no},
		{Kind: inn.AlertUpdate, Urgent: &yes}, {Kind: inn.BookingUpdate, Property: "lake"},
	} {
		for _, marks := range []struct{ unread, read bool }{{}, {unread: true}, {read: true}} {
			f.Unread, f.Read = marks.unread, marks.read
			var want []string
			for subject, unread := range m.cards(v) {
				last := m.last(subject)
				if f.Unread && !unread || f.Read && unread || f.Kind != "" && last.Kind() != f.Kind || f.Priority != "" && last.Priority != f.Priority ||
					f.Property != "" && last.Property != f.Property || f.Urgent != nil && *f.Urgent != (last.Priority == inn.Critical && last.Type != inn.AlertResolved) {
					continue
				}
				want = append(want, subject)
			}
			slices.SortFunc(want, func(a, b string) int { return int(m.latest(v, b) - m.latest(v, a)) })
			var got []string
			for f.Before, f.Limit = 0, 3; ; {
				page, err := s.Notifications(ctx, v, f)
				require.NoError(t, err)
				for _, n := range page {
					got = append(got, n.Subject)
				}
				if len(page) < f.Limit {
					break
				}
				f.Before = page[len(page)-1].Event
			}
			require.Equal(t, want, got, "%s, %+v", v.Name, f)
		}
	}
}
