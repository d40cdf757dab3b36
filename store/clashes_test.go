package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// A double booking is one critical alert, whichever of the two came last, told once
// and resolved by itself.
func TestADoubleBookingIsToldAndResolvesItself(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	rooms(t, s, "room-1", "room-2")
	owner := person(t, s, "olga", inn.Owner, "lake")
	find, now := (&clashFinder{Store: s}).find, time.Now()
	today := inn.DateOf(now, inn.Location("Asia/Kolkata"))
	stay := func(id, unit string, from, to int) inn.Publication {
		p := inRoom(sold(id, "lake"), unit)
		p.Booking.CheckIn, p.Booking.CheckOut = inn.Given(today.Add(from)), inn.Given(today.Add(to))
		return p
	}
	open := func() []inn.Alert {
		require.NoError(t, find(ctx, now))
		alerts, err := s.OpenAlerts(ctx, owner, "lake", 10)
		require.NoError(t, err)
		return alerts
	}
	publish(t, s, website, stay("BK-1", "room-1", 2, 5), stay("BK-2", "room-1", 5, 7))
	assert.Empty(t, open(), "who goes and who comes on one day do not clash")

	publish(t, s, website, stay("BK-3", "room-1", 4, 6))
	alerts := open()
	require.Len(t, alerts, 2, "the third meets the first and the second")
	for _, a := range alerts {
		assert.Equal(t, []any{inn.Critical, "The room-1 is booked twice"}, []any{a.Priority, a.Title})
		assert.Contains(t, a.SoldTwice.Bookings, "BK-3")
	}
	head := s.head(t)
	require.NoError(t, find(ctx, now.Add(time.Hour)))
	assert.Equal(t, head, s.head(t), "it is told once")

	moved := step("BK-3", inn.BookingModified)
	moved.Booking.Unit = inn.Given("room-2")
	publish(t, s, website, moved)
	assert.Empty(t, open(), "the guest has another room")

	publish(t, s, owner, inn.Publication{Type: inn.BlockMade, Block: &inn.BlockChange{ID: "BL-1", Property: inn.Given("lake"), Unit: inn.Given("room-2"),
		From: inn.Given(today.Add(3)), To: inn.Given(today.Add(5)), Reason: inn.Given(inn.BlockOwner)}})
	alerts = open()
	require.Len(t, alerts, 1)
	assert.Equal(t, []string{"BK-3"}, alerts[0].SoldTwice.Bookings)
	assert.Equal(t, []inn.Date{today.Add(4), today.Add(5)}, []inn.Date{alerts[0].SoldTwice.From, alerts[0].SoldTwice.To})
	publish(t, s, website, step("BK-3", inn.BookingCancelled))
	assert.Empty(t, open())

	// More than there is, without rooms. Another job begins where nobody has looked.
	publish(t, s, website, stay("BK-4", "", 2, 3), stay("BK-5", "", 2, 3))
	find = (&clashFinder{Store: s}).find
	alerts = open()
	require.Len(t, alerts, 1)
	assert.Equal(t, inn.ClashKey+"oversold", alerts[0].Key)
	assert.Len(t, alerts[0].SoldTwice.Bookings, 3)
	elsewhere := person(t, s, "ed", inn.Owner, "hill")
	alerts, err := s.OpenAlerts(ctx, elsewhere, "lake", 10)
	require.NoError(t, err)
	assert.Empty(t, alerts)
}

// A guest who was to leave today and has not meets who comes: nobody says so, the
// day does.
func TestWhoHasNotLeftMeetsWhoComes(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	rooms(t, s, "room-1")
	find, now := (&clashFinder{Store: s}).find, time.Now()
	today := inn.DateOf(now, inn.Location("Asia/Kolkata"))
	stays := inRoom(sold("BK-1", "lake"), "room-1")
	stays.Booking.CheckIn, stays.Booking.CheckOut = inn.Given(today.Add(-2)), inn.Given(today.Add(1))
	comes := inRoom(sold("BK-2", "lake"), "room-1")
	comes.Booking.CheckIn, comes.Booking.CheckOut = inn.Given(today.Add(1)), inn.Given(today.Add(3))
	publish(t, s, website, stays, step("BK-1", inn.BookingCheckedIn), comes)
	require.NoError(t, find(ctx, now))
	open, err := s.openClashes(ctx, "lake")
	require.NoError(t, err)
	require.Empty(t, open)
	require.NoError(t, find(ctx, now.Add(24*time.Hour)))
	open, err = s.openClashes(ctx, "lake")
	require.NoError(t, err)
	require.Len(t, open, 1)
}
