package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"baithaka/internal/inn"
)

// GuestSummary is what a page says of the guest of some bookings: how much is held, and
// which texts may mean them and may mean something else.
type GuestSummary struct {
	Bookings, Events, Notifications, Alerts, Properties int
	More                                                bool     // there may be more of it than could be counted in time
	Doubts                                              []Doubt  // by name
	Naming                                              []string // ids of the bookings that name the guest themselves
}

// Doubt is a name of the guest that may as well be a word of the language, and
// texts of others in which it stands.
type Doubt struct {
	Name  string
	Texts []string // some of them
	Times int      // how many there are
}

// summaryTimeout is how long a page is looked for, summaryTexts how many texts it
// shows for a name, and summaryDoubts how many names.
const (
	summaryTimeout = 250 * time.Millisecond
	summaryTexts   = 5
	summaryDoubts  = 50
)

var errLookedEnough = errors.New("looked for long enough")

// GuestSummary counts what GuestRecords would give, for as long as a page may take, and gives
// what is to be ticked before it is erased. What mentions the guest in the log
// alone is not looked for.
func (s *Store) GuestSummary(ctx context.Context, by inn.Viewer, ids []string) (g GuestSummary, err error) {
	bookings, err := s.guestBookings(ctx, by, ids)
	if err != nil {
		return g, err
	}
	done, err := s.searchAlone(ctx)
	if err != nil {
		return g, err
	}
	defer done()
	until := time.Now().Add(summaryTimeout)
	late := func() error {
		if time.Now().After(until) {
			return errLookedEnough
		}
		return ctx.Err()
	}
	g.Bookings = len(bookings)
	e := &erasure{store: s, guest: inn.NewGuest(), subjects: map[string]bool{}}
	for _, b := range bookings {
		e.subjects[b.Subject()] = true
		e.guest.Note(b)
		var events, cards int
		err := s.read.QueryRowContext(ctx, `
			SELECT (SELECT count(*) FROM events WHERE subject = $1), (SELECT count(*) FROM notifications WHERE subject = $1)`, b.Subject()).Scan(&events, &cards)
		if err != nil {
			return g, err
		}
		g.Events, g.Notifications = g.Events+events, g.Notifications+cards
	}
	err = s.learn(ctx, ids, e.guest, func([]inn.Recogniser) error { return late() })
	for _, id := range ids {
		if e.guest.Named(id) {
			g.Naming = append(g.Naming, id)
		}
	}
	for _, of := range textTables {
		if err == nil {
			err = s.textRows(ctx, of, func(some []textRow) error {
				g.add(e, of.kind, some)
				return late()
			})
		}
	}
	if err == nil {
		err = s.eventsFrom(ctx, "report:", "report;", func(events []inn.Event) error {
			for _, event := range events {
				if _, mentioned := e.without(&event); mentioned {
					g.Events++
				}
				for _, name := range e.guest.DoubtfulJSON(event.Data) {
					g.doubt(name, event.By+" reported: "+string(event.Data))
				}
			}
			return late()
		})
	}
	if g.More = errors.Is(err, errLookedEnough); g.More {
		err = nil
	}
	return g, err
}

func (g *GuestSummary) add(e *erasure, kind string, some []textRow) {
	for _, one := range some {
		if _, mentioned := e.mentions(one); mentioned {
			switch kind {
			case "alert":
				g.Alerts++
			case "property":
				g.Properties++
			default:
				g.Notifications++
			}
		}
		if kind == "notification" {
			continue // it says what the alert or the property says
		}
		for _, text := range []string{one.title, one.body, one.status} {
			for _, name := range e.guest.Doubtful(text) {
				g.doubt(name, text)
			}
		}
	}
}

func (g *GuestSummary) doubt(name, text string) {
	i := slices.IndexFunc(g.Doubts, func(d Doubt) bool { return d.Name == name })
	if i < 0 {
		if len(g.Doubts) == summaryDoubts {
			g.More = true
			return
		}
		i, g.Doubts = len(g.Doubts), append(g.Doubts, Doubt{Name: name})
	}
	d := &g.Doubts[i]
	if d.Times++; len(d.Texts) < summaryTexts && !slices.Contains(d.Texts, text) {
		d.Texts = append(d.Texts, text)
	}
}
