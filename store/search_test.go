package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// goOn makes the log go on after a place, as if there had been events up to it.
func goOn(t *testing.T, s *Store, position int64) {
	t.Helper()
	require.NoError(t, s.write(ctx, func(t *tx) error {
		return t.exec(`/* SQLite */ UPDATE sqlite_sequence SET seq = $1 WHERE name = 'events'`, position)
	}))
	require.NoError(t, s.Index(ctx))
}

// A page does not wait for the end of a long search: it shows what there is and
// goes on from where that stopped, with nothing left out and nothing twice.
func TestASearchGoesOnFromWhereItStopped(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	admin := person(t, s, "admin", inn.Admin)
	for n := range 6 {
		if n%2 == 1 { // steps come at a booking, behind one, and where nothing is
			goOn(t, s, int64(n+1)/2*stepPositions-int64(n%5))
		}
		publish(t, s, website, sold(fmt.Sprint("BK-", n), "lake"), alarm("lake", fmt.Sprint("a", n), "Boiler off"))
	}
	require.Greater(t, s.head(t), int64(3*stepPositions))
	const hurry = time.Nanosecond
	var events, bookings, cards []string
	steps := 0
	for before := int64(0); ; steps++ {
		found, left, err := s.history(ctx, admin, EventFilter{Words: "asha", Before: before, Limit: 50}, hurry)
		require.NoError(t, err)
		for _, e := range found {
			events = append(events, e.Subject)
		}
		if before = left.before; before == 0 {
			break
		}
	}
	assert.Positive(t, steps, "it did not stop")
	for before := int64(0); ; {
		found, reached, err := s.bookings(ctx, admin, BookingFilter{Search: "asha", Before: before, Limit: 50}, hurry)
		require.NoError(t, err)
		for _, b := range found {
			bookings = append(bookings, b.Subject())
		}
		if before = reached; before == 0 {
			break
		}
	}
	for before := int64(0); ; {
		found, reached, err := s.cards(ctx, admin, NotificationFilter{Search: "asha", Before: before, Limit: 50}, hurry)
		require.NoError(t, err)
		for _, n := range found {
			cards = append(cards, n.Subject)
		}
		if before = reached; before == 0 {
			break
		}
	}
	want := []string{"booking:BK-5", "booking:BK-4", "booking:BK-3", "booking:BK-2", "booking:BK-1", "booking:BK-0"}
	assert.Equal(t, want, events)
	assert.Equal(t, want, bookings)
	assert.Equal(t, want, cards)
}

// A search comes by every step of the log, whatever is there, and must not take
// it for something that it looks for.
func TestStepsOfTheIndexAreNotFound(t *testing.T) {
	t.Parallel()
	for name, atStep := range map[string]func(*testing.T, *Store){
		"another": func(t *testing.T, s *Store) { publish(t, s, website, alarm("lake", "boiler", "Boiler off")) },
		"a match": func(t *testing.T, s *Store) { publish(t, s, website, sold("BK-step", "lake")) },
		"internal": func(t *testing.T, s *Store) {
			require.NoError(t, s.Prefer(ctx, person(t, s, "maria", inn.Manager, "lake"), inn.DefaultPreferences(), "Europe/Rome"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			admin := person(t, s, "admin", inn.Admin)
			skip := int64(stepPositions - 2)
			if name == "internal" {
				skip-- // adding the person tells of that
			}
			goOn(t, s, skip)
			publish(t, s, website, sold("BK-before", "lake"))
			atStep(t, s)
			require.Equal(t, int64(stepPositions), s.head(t))
			publish(t, s, website, sold("BK-after", "lake"))
			want := []string{"booking:BK-after", "booking:BK-before"}
			if name == "a match" {
				want = []string{"booking:BK-after", "booking:BK-step", "booking:BK-before"}
			}
			for _, indexed := range []bool{false, true} {
				if indexed {
					require.NoError(t, s.Index(ctx))
				}
				assert.Equal(t, want, found(t, s, admin, EventFilter{Words: "asha", From: time.Now().AddDate(0, 0, -1)}), "indexed: %t", indexed)
				assert.Equal(t, want, found(t, s, admin, EventFilter{Type: inn.BookingNew, Feed: true}), "indexed: %t", indexed)
			}
			got, err := s.Bookings(ctx, admin, BookingFilter{Search: "asha rao", Limit: 10})
			require.NoError(t, err)
			assert.Len(t, got, len(want))
		})
	}
}

// The words leave with the last event that holds them: they are guests' names.
func TestWordsLeaveWithTheirEvents(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	root := person(t, s, "root", inn.SuperAdmin)
	guest := func(id, name string) inn.Publication {
		p := sold(id, "lake")
		p.Booking.Customer = inn.Given(name)
		return p
	}
	publish(t, s, website, guest("BK-1", "Zyxwa Quillon"), guest("BK-2", "Zyxwa Rao"), alarm("lake", "boiler", "Boiler off"))
	require.NoError(t, s.Index(ctx))
	known := func(word string) (n int) {
		require.NoError(t, s.db.Read.QueryRow(`SELECT count(*) FROM event_words WHERE word = $1`, word).Scan(&n))
		return n
	}
	require.Equal(t, []int{1, 1, 1}, []int{known("zyxwa"), known("quillon"), known("boiler")})
	require.NoError(t, s.EraseGuest(ctx, root, []string{"BK-1"}))
	assert.Equal(t, []int{1, 0, 1}, []int{known("zyxwa"), known("quillon"), known("boiler")}, "another guest has the first name")
	head := s.head(t)
	require.NoError(t, s.Trim(ctx, head))
	assert.Zero(t, known("boiler"))
}

// What somebody types is found whatever it is longer or shorter than.
func TestBeginningsOfWordsAreFound(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	admin := person(t, s, "admin", inn.Admin)
	for n, name := range []string{"Al Marcos", "Alma Marconi", "Almaz Marc", "Ánna Österreich", "नमस्ते दुनिया"} {
		p := sold(fmt.Sprint("BK-", n), "lake")
		p.Booking.Customer = inn.Given(name)
		publish(t, s, website, p)
	}
	many := make([]inn.Publication, 2*mostEndings)
	for n := range many {
		many[n] = sold(fmt.Sprint("N-", 70000+n), "hill")
	}
	publish(t, s, website, many...)
	for _, indexed := range []bool{false, true} {
		if indexed {
			require.NoError(t, s.Index(ctx))
		}
		for typed, want := range map[string]int{
			"a": 0, "al": 3, "alm": 2, "alma": 2, "almaz": 1, "almazz": 0, "marc": 3, "marco": 2, "al marc": 3, "anna": 1, "ann": 1, "oster": 1, "ost": 1,
			"ÖSTERREICH": 1, "नमस्ते": 1, "नम": 1, "7000": 10, "n-70011": 1, "700": 100, "70": 2 * mostEndings, "70 marc": 0,
		} {
			assert.Len(t, found(t, s, admin, EventFilter{Words: typed}), want, "%q, indexed: %t", typed, indexed)
		}
	}
}
