package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/inn"
)

// Retention, with a clock of our own: thirteen months later nobody knows who the
// guests were, and the house still knows what it sold.
func TestGuestsAreForgottenWithTheLog(t *testing.T) {
	s := newStore(t)
	admin := person(t, s, "admin", inn.SuperAdmin)
	h, err := s.HouseSettings(ctx)
	require.NoError(t, err)
	assert.Equal(t, inn.DefaultSettings().Limits, h.Limits)
	h.Limits[inn.KeepLog] = 365
	require.NoError(t, s.ChangeHouse(ctx, admin, h))

	long := time.Now().AddDate(0, -13, 0)
	old, coming, lately := marked("M-1", "lake", inn.Stay), marked("M-2", "lake", inn.Stay), marked("M-3", "lake", inn.Stay)
	for _, p := range []*inn.Publication{&old, &coming} {
		p.At, p.Booking.At, p.Heard = long, long, long
	}
	old.Booking.CheckIn, old.Booking.CheckOut = inn.Given(inn.DateOf(long, time.UTC)), inn.Given(inn.DateOf(long, time.UTC).Add(3))
	coming.Booking.CheckIn, coming.Booking.CheckOut = inn.Given(inn.DateOf(time.Now(), time.UTC).Add(3)), inn.Given(inn.DateOf(time.Now(), time.UTC).Add(5))
	publish(t, s, website, old, coming, lately)
	publish(t, s, website, alarm("lake", "leak", "Leak"))
	publish(t, s, website, inn.Publication{Type: inn.AlertResolved, Alert: &inn.AlertChange{Key: "leak", Property: "lake"}})

	require.NoError(t, s.Forget(ctx, time.Now()))
	for id, erased := range map[string]bool{"M-1": true, "M-2": false, "M-3": false} {
		b, err := s.Booking(ctx, admin, id)
		require.NoError(t, err)
		assert.Equal(t, erased, b.Erased(), id)
		assert.True(t, b.Priced, id)
	}
	require.Positive(t, grep(t, s, "M-1"))
	require.NoError(t, s.Forget(ctx, time.Now().AddDate(0, 13, 0)))
	assert.Zero(t, grep(t, s, "marker-17"), "not between the rows either, a week later")
	_, head, err := s.Bounds(ctx)
	require.NoError(t, err)
	events, _, err := s.Events(ctx, 0, head, 100, []inn.Topic{inn.Everything})
	require.NoError(t, err)
	assert.Empty(t, events, "the log of then is gone")
	count := 0
	require.NoError(t, s.read.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM bookings) * 10 + (SELECT count(*) FROM alerts)`).Scan(&count))
	assert.Equal(t, 30, count, "what was sold is still counted; the alert that was solved is gone")
}

func TestEveryKindHasItsRetention(t *testing.T) {
	s := newStore(t)
	admin := person(t, s, "admin", inn.SuperAdmin)
	h := inn.DefaultSettings()
	h.Limits[inn.KeepPeople], h.Limits[inn.KeepFigures], h.Limits[inn.KeepLog] = 30, 48, 60
	require.NoError(t, s.ChangeHouse(ctx, admin, h))
	now := time.Now().Truncate(time.Hour)
	head := s.head(t)
	require.NoError(t, s.write(ctx, func(x *tx) error {
		for _, e := range []inn.Event{
			{Type: inn.BookingMoved, Stored: now.AddDate(0, 0, -59), Subject: "booking:young"}, // first: the log is trimmed up to here
			{Type: inn.UserAction, Stored: now.AddDate(0, 0, -31), Subject: "user:old"},
			{Type: inn.UserAction, Stored: now.AddDate(0, 0, -29), Subject: "user:young"},
			{Type: inn.MetricsUpdate, Stored: now.Add(-50 * time.Hour), Subject: "metrics:old"},
			{Type: inn.MetricsUpdate, Stored: now.Add(-50*time.Hour + time.Minute), Subject: "metrics:old"},
			{Type: inn.MetricsUpdate, Stored: now.Add(-47 * time.Hour), Subject: "metrics:young"},
			{Type: inn.MetricsUpdate, Stored: now.Add(-47*time.Hour + time.Minute), Subject: "metrics:young"},
		} {
			e.Topic = inn.House
			if err := x.append(&e, struct{}{}); err != nil {
				return err
			}
		}
		return nil
	}))
	require.NoError(t, s.Forget(ctx, now))
	var left []string
	for _, e := range since(t, s, head) {
		left = append(left, e.Subject)
	}
	assert.Equal(t, []string{"booking:young", "user:young", "metrics:old", "metrics:young", "metrics:young"}, left)
	require.NoError(t, s.Forget(ctx, now.AddDate(0, 0, 59)))
	assert.NotEmpty(t, since(t, s, 0))
	require.NoError(t, s.Forget(ctx, now.AddDate(0, 0, 61)))
	assert.Empty(t, since(t, s, 0), "sixty days are over")
}

func TestFreedSpaceIsOverwritten(t *testing.T) {
	dir := t.TempDir()
	database, err := db.Open(ctx, dir)
	require.NoError(t, err)
	defer database.Close()
	var on int
	require.NoError(t, database.Write.QueryRowContext(ctx, `PRAGMA secure_delete`).Scan(&on))
	assert.Equal(t, 1, on)
}
