package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// unreadSubjects gives which cards are unread for somebody, and checks that the bell
// says the same.
func unreadSubjects(t testing.TB, s *Store, v inn.Viewer) (subjects []string) {
	t.Helper()
	all, err := s.Notifications(ctx, v, NotificationFilter{Unread: true, Limit: 100})
	require.NoError(t, err)
	for _, n := range all {
		subjects = append(subjects, n.Subject)
	}
	badge, err := s.Badge(ctx, v)
	require.NoError(t, err)
	require.Equal(t, len(subjects), badge.Unread)
	return subjects
}

func lastUndo(t testing.TB, s *Store, v inn.Viewer) ReadUndo {
	t.Helper()
	u, found, err := s.Undoable(ctx, v)
	require.NoError(t, err)
	require.True(t, found)
	return u
}

func TestMarkAllReadIsTakenBack(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria, tom := person(t, s, "maria", inn.Manager, "lake"), person(t, s, "tom", inn.Staff, "lake")
	for _, id := range []string{"BK-1", "BK-2", "BK-3", "BK-4"} {
		publish(t, s, website, sold(id, "lake"))
	}
	publish(t, s, website, alarm("lake", "boiler", "Boiler off"))
	require.NoError(t, s.MarkAllRead(ctx, maria))
	require.NoError(t, s.MarkRead(ctx, maria, []string{"booking:BK-4"}, false)) // below the floor, and unread
	publish(t, s, website, sold("BK-5", "lake"))
	publish(t, s, website, sold("BK-6", "lake"))
	require.NoError(t, s.MarkRead(ctx, maria, []string{"booking:BK-5"}, true))
	before := unreadSubjects(t, s, maria)
	require.ElementsMatch(t, []string{"booking:BK-4", "booking:BK-6"}, before)

	require.NoError(t, s.MarkAllRead(ctx, maria))
	assert.Empty(t, unreadSubjects(t, s, maria))
	u := lastUndo(t, s, maria)
	assert.Equal(t, []any{2, inn.Kind("")}, []any{u.Cards, u.Kind})
	_, found, err := s.Undoable(ctx, tom)
	require.NoError(t, err)
	assert.False(t, found, "it is hers")

	// What happens meanwhile is not the click's: a new card, one read by hand.
	publish(t, s, website, sold("BK-7", "lake"))
	require.NoError(t, s.MarkAllRead(ctx, tom))
	require.NoError(t, s.Clean(ctx, time.Now()))
	head := s.head(t)
	require.NoError(t, s.UndoRead(ctx, maria, u.Click))
	assert.ElementsMatch(t, append(before, "booking:BK-7"), unreadSubjects(t, s, maria))
	events := since(t, s, head)
	require.Len(t, events, 1)
	assert.Equal(t, []any{inn.NotificationRead, maria.Own()}, []any{events[0].Type, events[0].Topic})
	assert.Equal(t, Marks{All: true}, snapshot[Marks](t, &events[0]))
	assert.Empty(t, unreadSubjects(t, s, tom))
	leavesNothing(t, s, inn.Conflict, "twice", func() error { return s.UndoRead(ctx, maria, u.Click) })
}

func TestMarkAllReadOfAKindIsTakenBack(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria := person(t, s, "maria", inn.Manager, "lake")
	publish(t, s, website, sold("BK-1", "lake"))
	publish(t, s, website, alarm("lake", "boiler", "Boiler off"))
	require.NoError(t, s.MarkKindRead(ctx, maria, inn.BookingUpdate))
	assert.Equal(t, []string{"alert:lake:boiler"}, unreadSubjects(t, s, maria))
	u := lastUndo(t, s, maria)
	assert.Equal(t, []any{1, inn.BookingUpdate}, []any{u.Cards, u.Kind})
	require.NoError(t, s.MarkAllRead(ctx, maria))
	leavesNothing(t, s, inn.Conflict, "not the last click", func() error { return s.UndoRead(ctx, maria, u.Click) })
	require.NoError(t, s.UndoRead(ctx, maria, lastUndo(t, s, maria).Click))
	assert.Equal(t, []string{"alert:lake:boiler"}, unreadSubjects(t, s, maria), "the bookings were marked by the click before")

	require.NoError(t, s.MarkKindRead(ctx, maria, inn.AlertUpdate))
	click := lastUndo(t, s, maria).Click
	head := s.head(t)
	require.NoError(t, s.MarkAllRead(ctx, maria))
	assert.Equal(t, []any{click, head}, []any{lastUndo(t, s, maria).Click, s.head(t)}, "where nothing is unread a click takes no other's place")
	require.NoError(t, s.UndoRead(ctx, maria, click))
	assert.Equal(t, []string{"alert:lake:boiler"}, unreadSubjects(t, s, maria))
}

func TestMarkAllReadStandsAfterAMinute(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria, tom := person(t, s, "maria", inn.Manager, "lake"), person(t, s, "tom", inn.Staff, "lake")
	publish(t, s, website, sold("BK-1", "lake"))
	require.NoError(t, s.MarkAllRead(ctx, maria))
	u := lastUndo(t, s, maria)
	leavesNothing(t, s, inn.Conflict, "another's", func() error { return s.UndoRead(ctx, tom, u.Click) })
	require.NoError(t, s.write(ctx, func(t *tx) error { return t.exec(`UPDATE read_undos SET at = $1`, ms(time.Now().Add(-UndoFor))) }))
	_, found, err := s.Undoable(ctx, maria)
	require.NoError(t, err)
	assert.False(t, found)
	leavesNothing(t, s, inn.Conflict, "too late", func() error { return s.UndoRead(ctx, maria, u.Click) })
}

func TestSomebodyTakesOverWhatAnotherHas(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria, tom := person(t, s, "maria", inn.Manager, "lake"), person(t, s, "tom", inn.Staff, "lake")
	publish(t, s, website, alarm("lake", "boiler", "Boiler off"))
	publish(t, s, website, sold("BK-1", "lake"))
	for _, subject := range []string{"alert:lake:boiler", "booking:BK-1"} {
		require.NoError(t, s.Acknowledge(ctx, maria, subject))
		leavesNothing(t, s, inn.Conflict, "she has it", func() error { return s.Acknowledge(ctx, tom, subject) })
		head := s.head(t)
		require.NoError(t, s.TakeOver(ctx, tom, subject))
		n, err := s.Notification(ctx, maria, subject)
		require.NoError(t, err)
		assert.Equal(t, "tom", n.AcknowledgedBy)
		events := since(t, s, head)
		told := snapshot[struct{ AcknowledgedBy, PreviouslyAcknowledgedBy string }](t, &events[0])
		assert.Equal(t, []string{"tom", "maria"}, []string{told.AcknowledgedBy, told.PreviouslyAcknowledgedBy})
		head = s.head(t)
		require.NoError(t, s.TakeOver(ctx, tom, subject))
		assert.Equal(t, head, s.head(t), "what is his already is told nobody")
	}
	ravi := person(t, s, "ravi", inn.Staff, "hill")
	leavesNothing(t, s, inn.NotFound, "another property's", func() error { return s.TakeOver(ctx, ravi, "alert:lake:boiler") })
}

func TestAnAlertIsResolvedWithAWord(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria, tom := person(t, s, "maria", inn.Manager, "lake"), person(t, s, "tom", inn.Staff, "lake")
	ravi := person(t, s, "ravi", inn.Manager, "hill")
	publish(t, s, website, alarm("lake", "boiler", "Boiler off"))
	publish(t, s, website, sold("BK-1", "lake"))
	const boiler = "alert:lake:boiler"
	long := make([]rune, inn.MaxReason+1)
	for i := range long {
		long[i] = 'é'
	}
	leavesNothing(t, s, inn.Forbidden, "staff", func() error { return s.Resolve(ctx, tom, boiler, "") })
	leavesNothing(t, s, inn.NotFound, "another's", func() error { return s.Resolve(ctx, ravi, boiler, "") })
	leavesNothing(t, s, inn.NotFound, "none", func() error { return s.Resolve(ctx, maria, "alert:lake:none", "") })
	leavesNothing(t, s, inn.Conflict, "a booking", func() error { return s.Resolve(ctx, maria, "booking:BK-1", "") })
	leavesNothing(t, s, inn.Invalid, "too long", func() error { return s.Resolve(ctx, maria, boiler, string(long)) })

	head := s.head(t)
	require.NoError(t, s.Resolve(ctx, maria, boiler, " new\nfuse "))
	events := since(t, s, head)
	a := snapshot[inn.Alert](t, &events[0])
	assert.Equal(t, []any{inn.AlertResolved, inn.Resolved, "new fuse", "maria"}, []any{events[0].Type, a.Status, a.Reason, a.ResolvedBy})
	n, err := s.Notification(ctx, tom, boiler)
	require.NoError(t, err)
	assert.Equal(t, []any{"new fuse", false}, []any{n.Reason, n.Wants})
	open, err := s.OpenAlerts(ctx, maria, "lake", 10)
	require.NoError(t, err)
	assert.Empty(t, open)
	head = s.head(t)
	require.NoError(t, s.Resolve(ctx, maria, boiler, "again"))
	assert.Equal(t, head, s.head(t), "what is over stays as it was")

	publish(t, s, website, alarm("lake", "boiler", "Boiler off"))
	n, err = s.Notification(ctx, tom, boiler)
	require.NoError(t, err)
	assert.Equal(t, []any{"", true}, []any{n.Reason, n.Wants}, "it is back, and why it was over is past")
	e := publish(t, s, website, inn.Publication{Type: inn.AlertResolved, Alert: &inn.AlertChange{Key: "boiler", Property: "lake", Reason: "by itself"}})[0]
	a = snapshot[inn.Alert](t, e)
	assert.Equal(t, []string{"by itself", "key:website"}, []string{a.Reason, a.ResolvedBy})
}

func TestACardSaysWhatItsBookingWants(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria := person(t, s, "maria", inn.Manager, "lake")
	p := sold("BK-1", "lake")
	p.Booking.CheckIn, p.Booking.CheckOut = inn.Given(inn.Date("2026-12-12")), inn.Given(inn.Date("2026-12-15"))
	publish(t, s, website, p)
	card := func() inn.Notification {
		n, err := s.Notification(ctx, maria, "booking:BK-1")
		require.NoError(t, err)
		return n
	}
	assert.Equal(t, []any{true, inn.Date("2026-12-12"), inn.Date("2026-12-15")}, []any{card().Wants, card().CheckIn, card().CheckOut})
	for _, step := range []struct {
		as    inn.Type
		wants bool
	}{{inn.BookingConfirmed, false}, {inn.BookingCancelled, true}, {inn.BookingReinstated, false}} {
		publish(t, s, website, inn.Publication{Type: step.as, Booking: &inn.BookingChange{ID: "BK-1"}})
		b, err := s.Booking(ctx, maria, "BK-1")
		require.NoError(t, err)
		assert.Equal(t, []bool{step.wants, step.wants}, []bool{card().Wants, b.Wants()}, step.as)
	}
}
