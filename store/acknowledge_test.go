package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

const boiler = "alert:lake:boiler"

func critical(p inn.Publication) inn.Publication {
	p.Priority = inn.Critical
	return p
}

func card(t testing.TB, s *Store, v inn.Viewer, subject string) inn.Notification {
	t.Helper()
	n, err := s.Notification(ctx, v, subject)
	require.NoError(t, err)
	return n
}

// later is when what is due by then is done.
func later(d time.Duration) time.Time { return time.Now().Add(d) }

func TestGotItOnAnAlert(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria, tom := person(t, s, "maria", inn.Manager, "lake"), person(t, s, "tom", inn.Staff, "lake")
	raised := publish(t, s, website, critical(alarm("lake", "boiler", "Boiler off")))[0]
	head := s.head(t)

	require.NoError(t, s.Acknowledge(ctx, maria, boiler))
	events := since(t, s, head)
	require.Len(t, events, 2)
	assert.Equal(t, []any{inn.AlertAcknowledged, inn.PropertyTopic("lake"), "maria"}, []any{events[0].Type, events[0].Topic, events[0].By})
	a := snapshot[inn.Alert](t, &events[0])
	assert.Equal(t, []any{inn.Acknowledged, "maria"}, []any{a.Status, a.AcknowledgedBy})
	assert.Equal(t, []any{inn.NotificationRead, maria.Own()}, []any{events[1].Type, events[1].Topic}, "what she has, she has read")
	open, err := s.OpenAlerts(ctx, tom, "lake", 10)
	require.NoError(t, err)
	a.Event = events[0].ID
	assert.Equal(t, []inn.Alert{a}, open, "row and snapshot are one thing")
	n := card(t, s, tom, boiler)
	assert.Equal(t, []any{"maria", raised.ID, false}, []any{n.AcknowledgedBy, n.Event, n.Read}, "everybody sees who has it, and nobody has to read it again")
	b, err := s.Badge(ctx, tom)
	require.NoError(t, err)
	assert.Equal(t, []int{1, 0}, []int{b.Unread, b.Critical}, "it is no longer red")

	head = s.head(t)
	require.NoError(t, s.Acknowledge(ctx, maria, boiler))
	assert.Equal(t, head, s.head(t), "what one has already is told nobody")
	leavesNothing(t, s, inn.Conflict, "she has it", func() error { return s.Acknowledge(ctx, tom, boiler) })

	require.NoError(t, s.Unacknowledge(ctx, maria, boiler))
	events = since(t, s, head)
	require.Len(t, events, 1)
	a = snapshot[inn.Alert](t, &events[0])
	assert.Equal(t, []any{inn.AlertRaised, inn.Raised, "", "maria"}, []any{events[0].Type, a.Status, a.AcknowledgedBy, a.PreviouslyAcknowledgedBy})
	n = card(t, s, tom, boiler)
	assert.Equal(t, []any{"", events[0].ID, false}, []any{n.AcknowledgedBy, n.Event, n.Read}, "it rings again")
	assert.True(t, card(t, s, maria, boiler).Read, "but not for who gave it back")
	require.NoError(t, s.Unacknowledge(ctx, maria, boiler))
	assert.Equal(t, events[0].ID, s.head(t))

	publish(t, s, website, inn.Publication{Type: inn.AlertResolved, Alert: &inn.AlertChange{Key: "boiler", Property: "lake"}})
	leavesNothing(t, s, inn.Conflict, "solved", func() error { return s.Acknowledge(ctx, tom, boiler) })
}

func TestAcknowledgedFromOutsideHoldsTheCardAndResolvedLetsGo(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria := person(t, s, "maria", inn.Manager, "lake")
	publish(t, s, website, critical(alarm("lake", "boiler", "Boiler off")))
	change := inn.AlertChange{Key: "boiler", Property: "lake"}
	publish(t, s, website, inn.Publication{Type: inn.AlertAcknowledged, Alert: &change})
	n := card(t, s, maria, boiler)
	assert.Equal(t, []any{"key:website", inn.AlertRaised}, []any{n.AcknowledgedBy, n.Type})
	require.NotNil(t, n.AcknowledgedAt)
	require.NoError(t, s.write(ctx, func(x *tx) error {
		return x.exec(`UPDATE api_keys SET scopes = $2 WHERE id = $1`, website.KeyID, "events:write events:read notifications:write")
	}))
	require.NoError(t, s.Acknowledge(ctx, website, boiler), "the same key has it already")
	resolved := publish(t, s, website, inn.Publication{Type: inn.AlertResolved, Alert: &change})[0]
	n = card(t, s, maria, boiler)
	assert.Equal(t, []any{"", inn.AlertResolved, resolved.ID}, []any{n.AcknowledgedBy, n.Type, n.Event})
	head := s.head(t)
	require.NoError(t, s.Due(ctx, later(time.Hour)))
	assert.Equal(t, head, s.head(t), "what is solved does not ring again")
}

func TestGotItOnABooking(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria, tom := person(t, s, "maria", inn.Manager, "lake"), person(t, s, "tom", inn.Staff, "lake")
	made := publish(t, s, website, sold("BK-1", "lake"))[0]
	head := s.head(t)
	require.NoError(t, s.Acknowledge(ctx, maria, "booking:BK-1"))
	events := since(t, s, head)
	require.Len(t, events, 2)
	n := snapshot[inn.Notification](t, &events[0])
	assert.Equal(t, []any{inn.NotificationAcknowledged, "booking:BK-1", "maria", "Asha Rao", "Lake House"}, []any{events[0].Type, n.Subject, n.AcknowledgedBy, n.Title, n.PropertyName})
	assert.NotContains(t, string(events[0].Data), "14400", "a card holds no money")
	assert.NotContains(t, string(events[0].Data), "asha@", "and no contacts")
	b, err := s.Booking(ctx, tom, "BK-1")
	require.NoError(t, err)
	assert.Equal(t, "maria", b.AcknowledgedBy)
	mine := card(t, s, tom, "booking:BK-1")
	assert.Equal(t, []any{"maria", made.ID, false}, []any{mine.AcknowledgedBy, mine.Event, mine.Read})
	leavesNothing(t, s, inn.Conflict, "she has it", func() error { return s.Acknowledge(ctx, tom, "booking:BK-1") })

	head = s.head(t)
	require.NoError(t, s.Unacknowledge(ctx, tom, "booking:BK-1"), "for who has it may have gone home")
	events = since(t, s, head)
	require.Len(t, events, 1)
	assert.Equal(t, inn.NotificationReleased, events[0].Type)
	assert.Equal(t, "maria", snapshot[inn.Notification](t, &events[0]).PreviouslyAcknowledgedBy)
	assert.False(t, card(t, s, maria, "booking:BK-1").Read, "it is new again")
	assert.True(t, card(t, s, tom, "booking:BK-1").Read)

	require.NoError(t, s.Acknowledge(ctx, maria, "booking:BK-1"))
	publish(t, s, website, step("BK-1", inn.BookingConfirmed))
	b, err = s.Booking(ctx, tom, "BK-1")
	require.NoError(t, err)
	assert.Empty(t, b.AcknowledgedBy, "what happens to a booking takes it out of any hand")
	assert.Empty(t, card(t, s, tom, "booking:BK-1").AcknowledgedBy)
}

func TestWhoMayAcknowledge(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	owner, hill := person(t, s, "owner", inn.Owner, "lake"), person(t, s, "hill", inn.Staff, "hill")
	user := person(t, s, "user", inn.User)
	addressed := alarm("lake", "boiler", "Boiler off")
	addressed.Emails = []string{"user@demo.test"}
	publish(t, s, website, addressed, alarm("", "net", "No internet"), sold("BK-1", "lake"),
		inn.Publication{Type: inn.PropertyStatus, Property: &inn.PropertyChange{Slug: "lake", Status: "closed"}})
	writes := inn.Viewer{KeyID: 9, Name: "bot", Scopes: []inn.Scope{inn.EventsRead, inn.NotificationsWrite}, Properties: []string{"lake"}}
	reads := inn.Viewer{KeyID: 8, Name: "reader", Scopes: []inn.Scope{inn.EventsRead}, Properties: []string{"lake"}}
	addKeys(t, s, writes, reads)
	for _, c := range []struct {
		who     string
		v       inn.Viewer
		subject string
		code    inn.Code
	}{
		{"elsewhere", hill, boiler, inn.NotFound},
		{"elsewhere", hill, "booking:BK-1", inn.NotFound},
		{"addressed", user, boiler, inn.Forbidden},
		{"nobody", inn.Viewer{}, "alert::net", inn.Unauthenticated},
		{"a key without the scope", reads, "booking:BK-1", inn.Forbidden},
		{"a key for one property", writes, "alert::net", inn.NotFound},
		{"unknown", owner, "booking:BK-9", inn.NotFound},
		{"unknown", owner, "alert:lake:none", inn.NotFound},
		{"nonsense", owner, "member:1", inn.NotFound},
		{"a property", owner, "property:lake", inn.Conflict},
	} {
		leavesNothing(t, s, c.code, c.who+" "+c.subject, func() error { return s.Acknowledge(ctx, c.v, c.subject) })
		leavesNothing(t, s, c.code, c.who+" back "+c.subject, func() error { return s.Unacknowledge(ctx, c.v, c.subject) })
	}
	require.NoError(t, s.Acknowledge(ctx, user, "alert::net"), "the system's alerts are everybody's")
	require.NoError(t, s.Acknowledge(ctx, writes, "booking:BK-1"))
	assert.Equal(t, "key:bot", card(t, s, owner, "booking:BK-1").AcknowledgedBy)
	head := s.head(t)
	require.NoError(t, s.Acknowledge(ctx, owner, boiler))
	assert.Contains(t, since(t, s, head)[0].To, user.Own(), "who has the card by being addressed alone is told too")
	assert.Equal(t, "owner", card(t, s, user, boiler).AcknowledgedBy)
}

// A "Got it" is a promise for a while: then it rings again.
func TestGotItRunsOut(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria, tom := person(t, s, "maria", inn.Manager, "lake"), person(t, s, "tom", inn.Staff, "lake")
	medium := alarm("lake", "linen", "Linen has not come")
	medium.Priority = inn.Medium
	publish(t, s, website, critical(alarm("lake", "boiler", "Boiler off")), medium, sold("BK-1", "lake"), step("BK-1", inn.BookingCancelled))
	for _, subject := range []string{boiler, "alert:lake:linen", "booking:BK-1"} {
		require.NoError(t, s.Acknowledge(ctx, maria, subject))
	}
	require.NoError(t, s.MarkAllRead(ctx, tom))
	ring := func(after time.Duration) (subjects []string) {
		head := s.head(t)
		require.NoError(t, s.Due(ctx, later(after)))
		for _, e := range since(t, s, head) {
			assert.Equal(t, "house", e.Actor)
			subjects = append(subjects, string(e.Type)+" "+e.Subject)
		}
		return subjects
	}
	assert.Empty(t, ring(29*time.Minute))
	assert.Equal(t, []string{"alert:raised " + boiler}, ring(31*time.Minute), "critical after half an hour")
	assert.Equal(t, 1, unread(t, s, tom))
	assert.False(t, card(t, s, maria, boiler).Read, "it rings for who had it, too")
	assert.Equal(t, []string{"notification:released booking:BK-1"}, ring(5*time.Hour), "high after four hours")
	assert.Empty(t, ring(100*24*time.Hour), "and medium never")
	assert.Equal(t, 2, unread(t, s, tom))
	open, err := s.OpenAlerts(ctx, tom, "lake", 10)
	require.NoError(t, err)
	assert.Equal(t, []string{"maria", ""}, []string{open[0].PreviouslyAcknowledgedBy, open[1].PreviouslyAcknowledgedBy})

	// How long it holds is the house's to say; a later "Got it" counts anew.
	require.NoError(t, s.write(ctx, func(t *tx) error { return t.exec(`UPDATE meta SET value = '5' WHERE name = 'ack_critical_minutes'`) }))
	require.NoError(t, s.Acknowledge(ctx, tom, boiler))
	assert.Empty(t, ring(4*time.Minute))
	require.NoError(t, s.Unacknowledge(ctx, tom, boiler))
	require.NoError(t, s.Acknowledge(ctx, maria, boiler))
	assert.Equal(t, []string{"alert:raised " + boiler}, ring(6*time.Minute))
	assert.Empty(t, ring(6*time.Minute))
}
