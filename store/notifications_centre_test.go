package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

func listed(t testing.TB, s *Store, v inn.Viewer, f NotificationFilter) []string {
	t.Helper()
	f.Limit = 100
	all, err := s.Notifications(ctx, v, f)
	require.NoError(t, err)
	list := []string{}
	for _, n := range all {
		list = append(list, n.Subject)
	}
	return list
}

func TestCentreFilters(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria := person(t, s, "maria", inn.Manager, "lake", "hill")
	old := alarm("lake", "drain", "Überlauf im Bad")
	old.At = time.Now().Add(-10 * 24 * time.Hour)
	old.Heard = old.At
	guest := sold("BK-2", "hill")
	guest.Booking.Customer = inn.Given("Élodie Brun")
	publish(t, s, website, old, sold("BK-1", "lake"), guest, critical(alarm("lake", "boiler", "Boiler off")))
	require.NoError(t, s.MarkRead(ctx, maria, []string{"booking:BK-1"}, true))
	drain, one, two := "alert:lake:drain", "booking:BK-1", "booking:BK-2"
	yes, no := true, false
	week := time.Now().Add(-7 * 24 * time.Hour)
	for name, c := range map[string]struct {
		filter NotificationFilter
		want   []string
	}{
		"all":              {NotificationFilter{}, []string{boiler, two, one, drain}},
		"unread":           {NotificationFilter{Unread: true}, []string{boiler, two, drain}},
		"read":             {NotificationFilter{Read: true}, []string{one}},
		"kind":             {NotificationFilter{Kind: inn.BookingUpdate}, []string{two, one}},
		"kind and unread":  {NotificationFilter{Kind: inn.BookingUpdate, Unread: true}, []string{two}},
		"no such kind":     {NotificationFilter{Kind: inn.UserActivity}, []string{}},
		"priority":         {NotificationFilter{Priority: inn.High}, []string{drain}},
		"property":         {NotificationFilter{Property: "hill"}, []string{two}},
		"foreign property": {NotificationFilter{Property: "desk"}, []string{}},
		"from":             {NotificationFilter{From: week}, []string{boiler, two, one}},
		"until":            {NotificationFilter{Until: week}, []string{drain}},
		"urgent":           {NotificationFilter{Urgent: &yes}, []string{boiler}},
		"not urgent":       {NotificationFilter{Urgent: &no}, []string{two, one, drain}},
		"words":            {NotificationFilter{Search: "elodie"}, []string{two}},
		"beginnings":       {NotificationFilter{Search: "boi OF"}, []string{boiler}},
		"without accents":  {NotificationFilter{Search: "uberlauf"}, []string{drain}},
		"syntax is text":   {NotificationFilter{Search: `"boiler" OR * (`}, []string{}},
		"nothing to find":  {NotificationFilter{Search: `"*`}, []string{}},
		"no money":         {NotificationFilter{Search: "14400"}, []string{}},
		"no contacts":      {NotificationFilter{Search: "asha@example.test"}, []string{}},
	} {
		assert.Equal(t, c.want, listed(t, s, maria, c.filter), name)
	}
	publish(t, s, website, titled("BK-2", "Tree house"))
	assert.Equal(t, []string{two}, listed(t, s, maria, NotificationFilter{Search: "tree"}), "the index follows the card")
	tom := person(t, s, "tom", inn.Staff, "lake")
	assert.Empty(t, listed(t, s, tom, NotificationFilter{Search: "tree"}), "a search finds nothing one does not see")
}

func TestAKindIsReadAtOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria := person(t, s, "maria", inn.Manager, "lake")
	publish(t, s, website, sold("BK-1", "lake"), sold("BK-2", "lake"), alarm("lake", "boiler", "Boiler off"))
	require.NoError(t, s.MarkRead(ctx, maria, []string{"booking:BK-1"}, true))
	require.NoError(t, s.MarkRead(ctx, maria, []string{"booking:BK-1"}, false))
	head := s.head(t)
	require.NoError(t, s.MarkKindRead(ctx, maria, inn.BookingUpdate))
	events := since(t, s, head)
	require.Len(t, events, 1)
	assert.Equal(t, []any{inn.NotificationRead, maria.Own()}, []any{events[0].Type, events[0].Topic})
	assert.Equal(t, Marks{Kind: inn.BookingUpdate, Read: true}, snapshot[Marks](t, &events[0]))
	b, err := s.Badge(ctx, maria)
	require.NoError(t, err)
	assert.Equal(t, []int{1, 0, 1}, []int{b.Unread, b.Of(inn.BookingUpdate), b.Of(inn.AlertUpdate)})
	assert.Equal(t, []string{boiler}, listed(t, s, maria, NotificationFilter{Unread: true}))
	publish(t, s, website, step("BK-2", inn.BookingConfirmed))
	assert.Equal(t, 2, unread(t, s, maria))
}

func TestSomeAreReadAllOrNone(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria := person(t, s, "maria", inn.Manager, "lake")
	publish(t, s, website, sold("BK-1", "lake"), sold("BK-2", "lake"), sold("BK-3", "hill"))
	e := leavesNothing(t, s, inn.NotFound, "one is not hers", func() error {
		return s.MarkRead(ctx, maria, []string{"booking:BK-1", "booking:BK-3"}, true)
	})
	assert.Equal(t, []string{"ids/1"}, pointers(e))
	leavesNothing(t, s, inn.Invalid, "too many", func() error { return s.MarkRead(ctx, maria, make([]string, mostMarked+1), true) })
	head := s.head(t)
	require.NoError(t, s.MarkRead(ctx, maria, []string{"booking:BK-1", "booking:BK-2"}, true))
	events := since(t, s, head)
	require.Len(t, events, 1)
	assert.Equal(t, Marks{IDs: []string{"booking:BK-1", "booking:BK-2"}, Read: true}, snapshot[Marks](t, &events[0]))
	require.NoError(t, s.MarkRead(ctx, maria, []string{"booking:BK-1"}, true))
	assert.Equal(t, events[0].ID, s.head(t), "what is so already is told nobody")
}

func TestOldCardsGoByPriority(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria := person(t, s, "maria", inn.Manager, "lake")
	low, medium := alarm("lake", "low", "Low"), alarm("lake", "medium", "Medium")
	low.Priority, medium.Priority = inn.Low, inn.Medium
	publish(t, s, website, low, medium, critical(alarm("lake", "boiler", "Boiler off")), critical(alarm("lake", "solved", "Solved")))
	publish(t, s, website, inn.Publication{Type: inn.AlertResolved, Alert: &inn.AlertChange{Key: "solved", Property: "lake"}})
	require.NoError(t, s.MarkRead(ctx, maria, []string{"alert:lake:low"}, true))
	require.NoError(t, s.MarkRead(ctx, maria, []string{"alert:lake:low"}, false))
	left := func(days int) []string {
		require.NoError(t, s.Clean(ctx, time.Now().AddDate(0, 0, days)))
		return listed(t, s, maria, NotificationFilter{})
	}
	head := s.head(t)
	assert.Len(t, left(6), 4)
	assert.Equal(t, head, s.head(t), "nothing is told when nothing went")
	assert.Equal(t, []string{"alert:lake:solved", boiler, "alert:lake:medium"}, left(8))
	events := since(t, s, head)
	require.Len(t, events, 1)
	assert.Equal(t, []any{inn.NotificationsCleaned, inn.System, `{"removed":1}`}, []any{events[0].Type, events[0].Topic, string(events[0].Data)})
	assert.Equal(t, 3, unread(t, s, maria), "the badge counts what is there")
	assert.Equal(t, []string{boiler}, left(91), "critical stays until it is resolved")
	assert.Empty(t, listed(t, s, maria, NotificationFilter{Search: "medium"}))
	open, err := s.OpenAlerts(ctx, maria, "lake", 10)
	require.NoError(t, err)
	assert.Len(t, open, 3, "the alerts themselves stay")

	publish(t, s, website, alarm("lake", "low", "Low again"))
	assert.Contains(t, listed(t, s, maria, NotificationFilter{Unread: true}), "alert:lake:low", "what happens again has a card again")
	require.NoError(t, s.write(ctx, func(t *tx) error {
		return t.exec(`UPDATE meta SET value = CASE name WHEN 'cleanup_low_days' THEN '0' ELSE '2' END WHERE name IN ('cleanup_low_days', 'cleanup_medium_days')`)
	}))
	publish(t, s, website, alarm("lake", "medium", "Medium again"))
	assert.Equal(t, []string{"alert:lake:low", boiler}, left(3), "how long is the house's to say; 0 is for ever")
}

// Marks that say nothing any more do not pile up.
func TestMarksBelowTheFloorAreForgotten(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria := person(t, s, "maria", inn.Manager, "lake")
	publish(t, s, website, sold("BK-1", "lake"), sold("BK-2", "lake"), sold("BK-3", "lake"))
	require.NoError(t, s.MarkRead(ctx, maria, []string{"booking:BK-1", "booking:BK-2"}, true))
	require.NoError(t, s.MarkAllRead(ctx, maria))
	require.NoError(t, s.MarkRead(ctx, maria, []string{"booking:BK-2"}, false))
	require.NoError(t, s.Clean(ctx, later(UndoFor))) // until then all of it can be taken back
	var marks int
	require.NoError(t, s.db.Read.QueryRow(`SELECT count(*) FROM notification_states`).Scan(&marks))
	assert.Equal(t, 1, marks)
	assert.Equal(t, 1, unread(t, s, maria))
}
