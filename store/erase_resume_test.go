package store

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/inn"
)

// spelt is a guest whose name every keyboard writes otherwise.
func spelt(id, property, name string) inn.Publication {
	p := sold(id, property)
	p.Booking.Customer, p.Booking.Email, p.Booking.Phone = inn.Given(name), inn.Given("Zoë.Łuczak@example.test"), inn.Given("+49 (0)30 9876543")
	return p
}

// seedSpelt puts a guest wherever a guest can stand, in ever another spelling.
func seedSpelt(t *testing.T, s *Store, staff inn.Viewer) {
	t.Helper()
	p := spelt("Z-1", "lake", "Zoë O’Connor-Łuczak")
	p.Booking.Title, p.Booking.Source, p.Booking.ExternalID = inn.Given("Zoe, 3 nights"), inn.Given("agent of LUCZAK"), inn.Given("oconnor-77")
	other := sold("OTHER-1", "lake")
	other.Booking.Title, other.Booking.Notes = inn.Given("Transfer for zoe oconnor luczak"), inn.Given("pays for ZOË O'CONNOR-ŁUCZAK, call 030 9876543")
	other.Booking.Source = inn.Given("Zoe O'Connor-Luczak")
	publish(t, s, website, p, other, step("Z-1", inn.BookingConfirmed))
	require.NoError(t, s.Acknowledge(ctx, staff, "booking:Z-1"))
	require.NoError(t, s.Unacknowledge(ctx, staff, "booking:Z-1"))
	require.NoError(t, s.MarkRead(ctx, staff, []string{"booking:Z-1"}, true))
	lost := alarm("lake", "lost", "Zoe\u0308 O'Connor Łuczak lost a key")
	lost.Alert.Detail = inn.Given("mail ZOË.LUCZAK@EXAMPLE.TEST or call 0049 30 9876543")
	publish(t, s, website, lost,
		inn.Publication{Type: inn.UserAction, Report: &inn.Report{Payload: []byte(`{"who":["Ｚｏｅ OConnor‐Luczak"],"phone":49309876543}`)}},
		inn.Publication{Type: inn.PropertyStatus, Property: &inn.PropertyChange{Slug: "lake", Status: "for oconnor-łuczak zoë", Title: "Waiting for ZOE OCONNOR LUCZAK"}})
	_, _, err := s.Publish(ctx, website, Idempotency{Key: "once", Body: [32]byte{1}}, inn.Batch{Publications: []inn.Publication{step("Z-1", inn.BookingCheckedIn)}})
	require.NoError(t, err)
	require.NoError(t, s.Index(ctx))
}

// unspelt looks through every text of every table for what a search would find.
func unspelt(t *testing.T, s *Store) {
	t.Helper()
	for line := range strings.Lines(contents(t, s)) {
		key := inn.NameKey(line)
		for _, word := range []string{"oconnor", "luczak", "zoe", "9876543"} {
			if strings.Contains(key, word) {
				t.Errorf("%s is still in a row: %.300s", word, line)
			}
		}
	}
}

func TestNothingIsLeftThatASearchWouldFind(t *testing.T) {
	s := newStore(t)
	staff, admin := person(t, s, "staff", inn.Staff, "lake"), person(t, s, "admin", inn.Admin)
	seedSpelt(t, s, staff)
	for _, words := range []string{"oconnor", "luczak zoe", "o'connor", "zoeoconnor"} {
		events, err := s.History(ctx, admin, EventFilter{Words: words, Limit: 9})
		require.NoError(t, err)
		if words != "zoeoconnor" { // a space parts words
			require.NotEmpty(t, events, words)
		}
	}
	require.NoError(t, s.EraseGuest(ctx, admin, []string{"Z-1"}))
	unspelt(t, s)
	for _, words := range []string{"oconnor", "luczak", "zoe", "Ł"} {
		events, err := s.History(ctx, admin, EventFilter{Words: words, Limit: 9})
		require.NoError(t, err)
		assert.Empty(t, events, words)
		cards, err := s.Notifications(ctx, admin, NotificationFilter{Search: words, Limit: 9})
		require.NoError(t, err)
		assert.Empty(t, cards, words)
		bookings, err := s.Bookings(ctx, admin, BookingFilter{Search: words, Limit: 9})
		require.NoError(t, err)
		assert.Empty(t, bookings, words)
		found, err := s.FindGuests(ctx, admin, words, 9)
		require.NoError(t, err)
		assert.Empty(t, found, words)
	}
	b, err := s.Booking(ctx, admin, "OTHER-1")
	require.NoError(t, err)
	assert.Equal(t, "Asha Rao", b.Customer)
	assert.Equal(t, "Transfer for Erased guest", b.Title)
	again := spelt("Z-1", "lake", "Zoë O’Connor-Łuczak")
	again.Type = inn.BookingModified
	again.Booking.Source, again.Booking.ExternalID = inn.Given("agent of LUCZAK"), inn.Given("oconnor-77")
	publish(t, s, website, again)
	unspelt(t, s)
}

// again opens the store of another anew, as after a kill: nothing is told that it
// stops.
func again(t *testing.T, s *Store) *Store {
	t.Helper()
	dir := filepath.Dir(s.db.Path)
	s.Close()
	require.NoError(t, s.db.Close())
	database, err := db.Open(ctx, dir)
	require.NoError(t, err)
	next, err := New(ctx, database, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { next.Close(); database.Close() })
	return next
}

// stuck makes the writer fail at a statement, until the store is opened again.
func stuck(t *testing.T, s *Store, at string) {
	t.Helper()
	require.NoError(t, s.write(ctx, func(x *tx) error {
		return x.exec(`CREATE TEMP TRIGGER stuck BEFORE ` + at + ` BEGIN SELECT raise(ABORT, 'stuck'); END`)
	}))
}

// An erasure is stopped at each of the things it does, and goes on after a start to
// the same end.
func TestAnInterruptedErasureGoesOnAfterAStart(t *testing.T) {
	t.Parallel()
	for _, at := range []string{
		"INSERT ON erasure_recognisers", "UPDATE OF gathered ON erasures",
		"UPDATE ON events WHEN old.type = 'booking:new' AND old.subject = 'booking:Z-1'", "UPDATE ON events WHEN old.type = 'booking:checked_in'",
		"UPDATE ON bookings WHEN old.id = 'Z-1'", "UPDATE ON alerts", "UPDATE ON properties", "UPDATE ON notifications WHEN old.kind <> 'booking_update'", "UPDATE ON bookings WHEN old.id = 'OTHER-1'",
		"UPDATE ON events WHEN old.subject = 'booking:OTHER-1'", "UPDATE ON events WHEN old.type = 'alert:raised'", "UPDATE ON events WHEN old.type = 'user:action'",
		"DELETE ON event_words WHEN old.word = 'oconnorluczak'", "DELETE ON erasure_recognisers", "UPDATE OF done_at ON erasures", "INSERT ON audit WHEN new.deed = 'guest:erased'",
	} {
		t.Run(at, func(t *testing.T) {
			s := newStore(t)
			staff, admin := person(t, s, "staff", inn.Staff, "lake"), person(t, s, "admin", inn.Admin)
			seedSpelt(t, s, staff)
			id, err := s.BeginErasure(ctx, admin, []string{"Z-1"}, nil)
			require.NoError(t, err)
			stuck(t, s, at)
			require.ErrorContains(t, s.Erase(ctx), "stuck")
			e, err := s.Erasure(ctx, id)
			require.NoError(t, err)
			require.True(t, e.DoneAt.IsZero(), "it does not say that it is done")
			ended, err := s.Audit(ctx, AuditFilter{Action: inn.GuestForgotten, Limit: 9})
			require.NoError(t, err)
			require.Empty(t, ended)

			s = again(t, s)
			require.NoError(t, s.Erase(ctx))
			unspelt(t, s)
			e, err = s.Erasure(ctx, id)
			require.NoError(t, err)
			assert.False(t, e.DoneAt.IsZero())
			ended, err = s.Audit(ctx, AuditFilter{Action: inn.GuestForgotten, Limit: 9})
			require.NoError(t, err)
			require.Len(t, ended, 1)
			assert.Equal(t, "admin", ended[0].By, "in the name of who asked for it")
			assert.Zero(t, grep(t, s, "luczak"), "not between the rows either")
			underWay, err := s.Erasures(ctx)
			require.NoError(t, err)
			assert.Empty(t, underWay)
		})
	}
}

// Who asked for it may be gone by the time it goes on: it was begun by right.
func TestAnErasureOutlivesWhoAskedForIt(t *testing.T) {
	s := newStore(t)
	root, admin := person(t, s, "root", inn.SuperAdmin), person(t, s, "admin", inn.Admin)
	publish(t, s, website, marked("M-1", "lake", inn.Stay))
	_, err := s.BeginErasure(ctx, admin, []string{"M-1"}, nil)
	require.NoError(t, err)
	require.NoError(t, s.DisableMember(ctx, root, admin.UserID, true))
	require.NoError(t, s.Erase(ctx))
	assert.NotContains(t, strings.ToLower(contents(t, s)), "marker")
}

// However many names and texts there are, one transaction takes some of them.
func TestAnErasureGoesInShortSteps(t *testing.T) {
	s := newStore(t)
	admin := person(t, s, "admin", inn.Admin)
	all := []inn.Publication{marked("M-1", "lake", inn.Stay)}
	for i := range 3 * eraseStep {
		p := step("M-1", inn.BookingModified)
		p.Booking.Customer = inn.Given(fmt.Sprintf("Zq-Marker-17 No%d", i))
		all = append(all, p, alarm("lake", fmt.Sprint("a", i), fmt.Sprintf("Zq-Marker-17 No%d called", i)))
	}
	publish(t, s, website, all...)
	require.NoError(t, s.Index(ctx))
	// Every step of a booking begins with a word to meta.
	require.NoError(t, s.write(ctx, func(x *tx) error {
		for _, query := range []string{
			`CREATE TEMP TABLE counted (n INTEGER)`,
			`INSERT INTO counted VALUES (0)`,
			`CREATE TEMP TRIGGER step BEFORE UPDATE ON meta WHEN old.name = 'erasing' BEGIN UPDATE counted SET n = 0; END`,
			`CREATE TEMP TRIGGER counts BEFORE UPDATE ON events WHEN old.subject = 'booking:M-1' BEGIN UPDATE counted SET n = n + 1; END`,
			fmt.Sprintf(`CREATE TEMP TRIGGER many BEFORE UPDATE ON events WHEN old.subject = 'booking:M-1' AND (SELECT n FROM counted) >= %d BEGIN SELECT raise(ABORT, 'too many at once'); END`, eraseStep),
		} {
			if err := x.exec(query); err != nil {
				return err
			}
		}
		return nil
	}))
	require.NoError(t, s.EraseGuest(ctx, admin, []string{"M-1"}))
	assert.NotContains(t, strings.ToLower(contents(t, s)), "marker")

	taken := map[*tx]int{}
	rows := make([]int, 3*eraseStep+1)
	require.NoError(t, steps(ctx, &erasure{store: s, asked: true}, rows, func(x *tx, _ int) error { taken[x]++; return nil }))
	done := 0
	for _, n := range taken {
		assert.LessOrEqual(t, n, eraseStep)
		done += n
	}
	assert.Equal(t, len(rows), done, "every row once")
}

// Two bookings of strangers with one name: what was not ticked is not touched, and
// neither is what the words mean otherwise.
func TestErasureTakesNoMoreThanTheGuest(t *testing.T) {
	s := newStore(t)
	admin := person(t, s, "admin", inn.Admin)
	sunny, namesake, reserved := sold("S-1", "lake"), sold("S-2", "lake"), sold("R-1", "lake")
	sunny.Booking.Customer, namesake.Booking.Customer, reserved.Booking.Customer = inn.Given("Sunny"), inn.Given("Asha Rao"), inn.Given("Reserved")
	namesake.Booking.Title = inn.Given("Asha Rao, 3 nights")
	publish(t, s, website, sunny, namesake, reserved, sold("A-1", "lake"), alarm("lake", "gas", "Sunny terrace: gas leak"), alarm("lake", "park", "Reserved parking is flooded"))
	require.NoError(t, s.EraseGuest(ctx, admin, []string{"S-1"}))
	require.NoError(t, s.EraseGuest(ctx, admin, []string{"R-1"}))
	require.NoError(t, s.EraseGuest(ctx, admin, []string{"A-1"}))
	alerts, err := s.OpenAlerts(ctx, admin, "lake", 9)
	require.NoError(t, err)
	var titles []string
	for _, a := range alerts {
		titles = append(titles, a.Title)
	}
	assert.ElementsMatch(t, []string{"Sunny terrace: gas leak", "Reserved parking is flooded"}, titles)
	b, err := s.Booking(ctx, admin, "S-2")
	require.NoError(t, err)
	assert.Equal(t, "Asha Rao", b.Customer)
	assert.Equal(t, "Asha Rao, 3 nights", b.Title, "of another guest of that name")

	summary, err := s.GuestSummary(ctx, admin, []string{"S-2"})
	require.NoError(t, err)
	assert.Empty(t, summary.Doubts)
	publish(t, s, website, spelt("S-4", "lake", "Sunny"))
	summary, err = s.GuestSummary(ctx, admin, []string{"S-4"})
	require.NoError(t, err)
	assert.Equal(t, []Doubt{{"Sunny", []string{"Sunny terrace: gas leak"}, 1}}, summary.Doubts)
	require.NoError(t, s.EraseGuest(ctx, admin, []string{"S-4"}, "Sunny"))
	assert.NotContains(t, strings.ToLower(contents(t, s)), "sunny")
}

// Past the retention nobody asks: what was begun is finished by the next round.
func TestAnInterruptedRetentionGoesOn(t *testing.T) {
	s := newStore(t)
	long := time.Now().AddDate(-3, 0, 0)
	p := marked("M-1", "lake", inn.Stay)
	p.At, p.Booking.At = long, long
	p.Booking.CheckIn, p.Booking.CheckOut = inn.Given(inn.DateOf(long, time.UTC)), inn.Given(inn.DateOf(long, time.UTC).Add(3))
	publish(t, s, website, p)
	stuck(t, s, "UPDATE ON bookings")
	require.ErrorContains(t, s.forgetGuests(ctx, time.Now().Add(time.Hour), inn.DateOf(time.Now().AddDate(-2, 0, 0), time.UTC)), "stuck")
	s = again(t, s)
	require.NoError(t, s.Erase(ctx))
	assert.NotContains(t, strings.ToLower(contents(t, s)), "marker")
}
