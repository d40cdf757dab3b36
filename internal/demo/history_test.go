package demo

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// replay returns the bookings that actions lead to, without a database. A step that
// is impossible, or that changes nothing, fails the test.
func replay(t *testing.T, actions []action) []inn.Booking {
	t.Helper()
	bookings := map[string]inn.Booking{}
	for _, d := range actions {
		if d.Booking == nil {
			continue
		}
		was, known := bookings[d.Booking.ID]
		require.NotEqual(t, known, d.Type == inn.BookingNew, d.Booking.ID)
		b, _, changed, err := was.Apply(d.Type, *d.Booking, known, d.At)
		require.NoError(t, err)
		require.True(t, changed, "%s %s", d.Type, b.ID)
		bookings[b.ID] = b
	}
	return slices.Collect(maps.Values(bookings))
}

// stories checks what must hold for every seed and at any hour, midnight and the
// change of a month among them.
func stories(t *testing.T, check func(t *testing.T, actions []action, now time.Time)) {
	begin := time.Date(2026, 2, 27, 0, 10, 0, 0, time.UTC)
	for seed := range uint64(12) {
		now := begin.Add(time.Duration(seed) * 26 * time.Hour)
		t.Run(now.Format("2006-01-02T15"), func(t *testing.T) { check(t, tell(seed, now), now) })
	}
}

func TestStoryHasEveryStatusAndCategory(t *testing.T) {
	stories(t, func(t *testing.T, actions []action, now time.Time) {
		statuses, categories, sources := map[inn.Status]int{}, map[inn.Category]int{}, map[string]int{}
		bookings := replay(t, actions)
		for _, b := range bookings {
			statuses[b.Status]++
			categories[b.Category]++
			sources[b.Source]++
		}
		assert.InDelta(t, 850, len(bookings), 150)
		assert.Less(t, firstID+len(bookings), firstSimulated, "the simulator's ids would collide")
		assert.Len(t, statuses, len(inn.Statuses), "%v", statuses)
		assert.Len(t, categories, len(inn.Categories), "%v", categories)
		assert.Len(t, sources, 6, "%v", sources)
		assert.GreaterOrEqual(t, statuses[inn.New], len(requests))
	})
}

func TestNoRoomIsSoldTwice(t *testing.T) {
	type night struct {
		property, room string
		date           inn.Date
	}
	stories(t, func(t *testing.T, actions []action, _ time.Time) {
		sold := map[night]string{}
		for _, b := range replay(t, actions) {
			if b.Category != inn.Stay || b.Status == inn.New || !b.Status.Stands() {
				continue // a request may be for any night: the house has not said yes
			}
			for date := b.CheckIn; date < b.CheckOut; date = date.Add(1) {
				n := night{b.Property, b.Title, date}
				assert.Empty(t, sold[n], "%v is sold to %s as well", n, b.ID)
				sold[n] = b.ID
			}
		}
	})
}

func TestFiguresAreThoseOfALivingHouse(t *testing.T) {
	var properties []inn.Property
	for _, h := range houses() {
		properties = append(properties, h.Property)
	}
	stories(t, func(t *testing.T, actions []action, now time.Time) {
		sales := inn.Sales{}
		for _, b := range replay(t, actions) {
			sales.Add(b)
		}
		m := inn.Measure("portfolio", properties, nil, sales, now, 30)
		assert.Equal(t, "INR", m.Main)
		assert.InDelta(t, 67.5, *m.Occupancy, 12.5)
		assert.LessOrEqual(t, m.Tonight.Sold, m.Tonight.Available)
		assert.Greater(t, m.ActiveBookings, 80)
		assert.Greater(t, m.TotalCustomers, 150)
		for _, currency := range []string{"INR", "EUR", "GBP", "JPY"} {
			assert.Positive(t, m.Currencies[currency].TotalRevenue.Minor, currency)
			assert.NotNil(t, m.Currencies[currency].ADR, currency)
		}
	})
}

func TestSameSeedTellsTheSameStory(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	assert.Equal(t, tell(7, now), tell(7, now))
	assert.NotEqual(t, tell(7, now), tell(8, now))
}

func TestHousesCanBeListed(t *testing.T) {
	for _, h := range houses() {
		if h.Slug != inn.Desk {
			assert.NoError(t, h.Validate())
		}
		if h.Category == inn.Stay || h.Category == inn.Car {
			assert.Len(t, h.offers, h.Units, "%s: each room and car is an offer", h.Slug)
		}
	}
}

func TestGuestsCannotBeReached(t *testing.T) {
	for _, n := range nations {
		for first := range n.first {
			for last := range n.last {
				g := n.guest(first, last)
				assert.Regexp(t, `^[a-z.-]+@example\.com$`, g.email)
				assert.Regexp(t, `^\+[0-9 ]{8,}$`, g.phone)
			}
		}
	}
}
