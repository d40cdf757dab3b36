package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// Who is in the house is not made anonymous, however long ago the house heard of
// them: that cannot be taken back.
func TestWhoIsInTheHouseIsNotForgotten(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	admin := person(t, s, "admin", inn.SuperAdmin)
	long := time.Now().AddDate(-2, 0, 0)
	began := inn.DateOf(long, time.UTC)
	stay := func(id string, category inn.Category, out inn.Date, steps ...inn.Type) {
		p := marked(id, "lake", category)
		p.Heard, p.At, p.Booking.At = long, long, long
		p.Booking.CheckIn, p.Booking.CheckOut = inn.Given(began), inn.Field[inn.Date]{Given: out != "", Value: out}
		publish(t, s, website, p)
		for _, et := range steps {
			p := step(id, et)
			p.Heard, p.At, p.Booking.At = long, long, long
			publish(t, s, website, p)
		}
	}
	stay("left", inn.Stay, began.Add(3), inn.BookingConfirmed, inn.BookingCheckedIn, inn.BookingCheckedOut)
	stay("never-checked-in", inn.Stay, began.Add(3), inn.BookingConfirmed)
	stay("request", inn.Stay, began.Add(3))
	stay("cancelled-open", inn.Stay, "", inn.BookingCancelled)
	stay("open-and-left", inn.Stay, "", inn.BookingCheckedIn, inn.BookingCheckedOut)
	stay("ride", inn.Transfer, "", inn.BookingCheckedIn)
	stay("overdue", inn.Stay, began.Add(3), inn.BookingConfirmed, inn.BookingCheckedIn)
	stay("open", inn.Stay, "", inn.BookingCheckedIn)
	stay("open-to-come", inn.Stay, "", inn.BookingConfirmed)
	stay("open-request", inn.Stay, "")
	stay("car-not-back", inn.Car, began.Add(3), inn.BookingCheckedIn)
	stay("car-open", inn.Car, "", inn.BookingConfirmed)
	require.NoError(t, s.Forget(ctx, time.Now()))
	for id, forgotten := range map[string]bool{
		"left": true, "never-checked-in": true, "request": true, "cancelled-open": true, "open-and-left": true, "ride": true,
		"overdue": false, "open": false, "open-to-come": false, "open-request": false, "car-not-back": false, "car-open": false,
	} {
		b, err := s.Booking(ctx, admin, id)
		require.NoError(t, err)
		assert.Equal(t, forgotten, b.Erased(), id)
	}
	// When they leave at last, they are past in their turn.
	publish(t, s, website, step("overdue", inn.BookingCheckedOut), step("open", inn.BookingCheckedOut))
	require.NoError(t, s.Forget(ctx, time.Now()))
	for _, id := range []string{"overdue", "open"} {
		b, err := s.Booking(ctx, admin, id)
		require.NoError(t, err)
		assert.False(t, b.Erased(), "%s: the house has heard of it just now", id)
	}
	require.NoError(t, s.Forget(ctx, time.Now().AddDate(2, 0, 0)))
	for _, id := range []string{"overdue", "open"} {
		b, err := s.Booking(ctx, admin, id)
		require.NoError(t, err)
		assert.True(t, b.Erased(), id)
	}
}

// What is told late is news all the same: it is kept, and shown, for as long as
// anything else that is heard now.
func TestNewsOfLongAgoIsKeptFromWhenItCame(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria := person(t, s, "maria", inn.Manager, "lake")
	admin := person(t, s, "admin", inn.Admin)
	long := time.Now().AddDate(-3, 0, 0)
	stale, booking := alarm("lake", "old", "Old leak"), marked("BK-1", "lake", inn.Stay)
	stale.At, stale.Priority, booking.At, booking.Booking.At = long, inn.Low, long, long
	booking.Booking.CheckIn, booking.Booking.CheckOut = inn.Given(inn.DateOf(long, time.UTC)), inn.Given(inn.DateOf(long, time.UTC).Add(2))
	publish(t, s, website, stale, booking)
	publish(t, s, website, inn.Publication{Type: inn.UserAction, At: long, Report: &inn.Report{Payload: []byte(`{"action":"then"}`)}})
	publish(t, s, website, inn.Publication{Type: inn.AlertResolved, At: long, Priority: inn.Low, Alert: &inn.AlertChange{Key: "old", Property: "lake"}})
	head := s.head(t)

	for range 2 {
		require.NoError(t, s.Clean(ctx, time.Now().Add(time.Hour)))
		require.NoError(t, s.Forget(ctx, time.Now().Add(time.Hour)))
	}
	assert.Equal(t, head, s.head(t), "nothing was cleaned away")
	assert.Equal(t, []string{"alert:lake:old", "booking:BK-1"}, listed(t, s, maria, NotificationFilter{Unread: true}))
	n := card(t, s, maria, "alert:lake:old")
	assert.WithinDuration(t, time.Now(), n.Updated, time.Minute, "a card is as old as the news of it is to the house")
	var actions, alerts int
	require.NoError(t, s.read.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM events WHERE type = 'user:action'), (SELECT count(*) FROM alerts)`).Scan(&actions, &alerts))
	assert.Equal(t, []int{1, 1}, []int{actions, alerts})
	b, err := s.Booking(ctx, admin, "BK-1")
	require.NoError(t, err)
	assert.False(t, b.Erased(), "the house has it since a moment ago")
	assert.WithinDuration(t, long, b.BookedAt, time.Second, "and when it was made is as they say")

	events := since(t, s, 0)
	last := events[len(events)-1]
	assert.WithinDuration(t, long, last.At, time.Second)
	assert.WithinDuration(t, time.Now(), last.Stored, time.Minute)
}

// A clock that is ahead makes nothing happen in the future.
func TestWhatIsAheadOfOurClockHappensNow(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	admin := person(t, s, "admin", inn.Admin)
	ahead := time.Now().Add(20 * time.Hour)
	alert, booking := alarm("lake", "leak", "Leak"), sold("BK-1", "lake")
	for _, p := range []*inn.Publication{&alert, &booking} {
		p.At = ahead
	}
	booking.Booking.At = ahead
	done := step("BK-1", inn.BookingCancelled)
	done.At, done.Booking.At = ahead, ahead
	for _, e := range publish(t, s, website, alert, booking, done) {
		assert.WithinDuration(t, time.Now(), e.At, time.Minute, e.Type)
	}
	b, err := s.Booking(ctx, admin, "BK-1")
	require.NoError(t, err)
	for _, at := range []time.Time{b.BookedAt, b.ChangedAt, b.EndedAt} {
		assert.WithinDuration(t, time.Now(), at, time.Minute)
	}
	open, err := s.OpenAlerts(ctx, admin, "lake", 10)
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now(), open[0].RaisedAt, time.Minute)
}

// For how long somebody has an alert in hand is counted from when the house heard
// of it: told late, it does not ring again at once.
func TestAcknowledgementIsCountedByOurClock(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	admin := person(t, s, "admin", inn.Admin)
	publish(t, s, website, critical(alarm("lake", "boiler", "Boiler off")))
	publish(t, s, website, inn.Publication{Type: inn.AlertAcknowledged, At: time.Now().Add(-5 * time.Hour), Priority: inn.Critical,
		Alert: &inn.AlertChange{Key: "boiler", Property: "lake"}})
	require.NoError(t, s.Due(ctx, time.Now().Add(time.Minute)))
	assert.Equal(t, "key:website", card(t, s, admin, boiler).AcknowledgedBy)
	require.NoError(t, s.Due(ctx, time.Now().Add(31*time.Minute)))
	assert.Empty(t, card(t, s, admin, boiler).AcknowledgedBy)
}

// Figures also read who is still in the house, and what ended lately, however long
// ago it was made and should have been over.
func TestSalesHoldWhatHasNotEnded(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	long := time.Now().AddDate(-1, 0, 0)
	began := inn.DateOf(long, time.UTC)
	for id, steps := range map[string][]inn.Type{
		"in": {inn.BookingCheckedIn}, "late": {inn.BookingCheckedIn, inn.BookingCheckedOut}, "cancelled": {inn.BookingCancelled}, "past": nil,
	} {
		p := sold(id, "lake")
		p.Heard, p.At, p.Booking.At = long, long, long
		p.Booking.CheckIn, p.Booking.CheckOut = inn.Given(began), inn.Given(began.Add(3))
		publish(t, s, website, p)
		for _, et := range steps {
			publish(t, s, website, step(id, et))
		}
	}
	for name, read := range map[string]func() (inn.Sales, error){
		"all": func() (inn.Sales, error) { return s.Sales(ctx, time.Now(), 30) },
	} {
		sales, err := read()
		require.NoError(t, err)
		var ids []string
		for _, one := range sales["lake"] {
			ids = append(ids, one.ID)
		}
		assert.ElementsMatch(t, []string{"in", "late", "cancelled"}, ids, name)
		m := inn.Measure("property:lake", []inn.Property{house("lake")}, nil, sales, time.Now(), 30)
		assert.Equal(t, 1, m.ActiveBookings, name)
		assert.Negative(t, m.Currencies["INR"].TodayRevenue.Minor, "what was cancelled today is taken off today")
	}
}

// Of events from before there was a clock of our own in the log, only the reported
// time is known.
func TestEventsFromBeforeGoByWhatIsKnown(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	long := time.Now().AddDate(0, 0, -100)
	require.NoError(t, s.Trim(ctx, s.head(t)))
	require.NoError(t, s.write(ctx, func(x *tx) error {
		for subject, at := range map[string]time.Time{"user:old": long, "user:young": time.Now()} {
			if err := x.append(&inn.Event{Topic: inn.System, Type: inn.UserAction, Subject: subject, At: at}, struct{}{}); err != nil {
				return err
			}
		}
		return x.exec(`UPDATE events SET stored = 0`)
	}))
	for _, e := range since(t, s, 0) {
		assert.Equal(t, e.At, e.Stored)
	}
	require.NoError(t, s.Forget(ctx, time.Now()))
	left := since(t, s, 0)
	require.Len(t, left, 1)
	assert.Equal(t, "user:young", left[0].Subject)
}
