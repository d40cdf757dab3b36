package demo

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/inn"
	"baithaka/store"
)

func newStore(t *testing.T) *store.Store {
	t.Helper()
	database, err := db.Open(t.Context(), t.TempDir())
	require.NoError(t, err)
	database.Read.SetMaxOpenConns(1) // whoever holds rows while asking again waits for ever
	s, err := store.New(t.Context(), database, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() {
		s.Close()
		assert.NoError(t, database.Close())
	})
	return s
}

// One filled house for all that is asked of it: under the race detector it takes
// seconds to fill.
func TestFill(t *testing.T) {
	s, now := newStore(t), time.Now()
	require.NoError(t, Fill(t.Context(), s, 1, now))
	t.Run("makes the house of the contract", func(t *testing.T) { checkHouse(t, s) })
	t.Run("goes back ninety days in their order", func(t *testing.T) { checkHistory(t, s, now) })
}

func checkHouse(t *testing.T, s *store.Store) {
	viewers := map[inn.Role]inn.Viewer{}
	for _, email := range []string{"super", "admin", "owner", "manager", "staff", "user"} {
		m, err := s.Authenticate(t.Context(), email+"@demo.test", "baithaka-demo")
		require.NoError(t, err, email)
		viewers[m.Role] = m.Viewer()
	}
	require.Len(t, viewers, len(inn.Roles), "one person for each role")
	for _, role := range []inn.Role{inn.Owner, inn.Manager, inn.Staff} {
		assert.Contains(t, viewers[role].Properties, "lake-house", role)
		assert.NotContains(t, viewers[role].Properties, "hill-cottage", role)
	}
	assert.Empty(t, viewers[inn.User].Properties)

	admin := viewers[inn.Admin]
	properties, _, err := s.Properties(t.Context(), admin, store.PropertyFilter{Limit: 100})
	require.NoError(t, err)
	countries, currencies := map[string]bool{}, map[string]bool{}
	for _, p := range properties {
		countries[p.Country], currencies[p.Currency] = true, true
	}
	assert.GreaterOrEqual(t, len(properties), 7)
	assert.GreaterOrEqual(t, len(countries), 3)
	assert.GreaterOrEqual(t, len(currencies), 3)
	zone, err := s.HouseZone(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "Asia/Kolkata", zone)

	bookings, err := s.Bookings(t.Context(), admin, store.BookingFilter{Limit: 5000})
	require.NoError(t, err)
	assert.InDelta(t, 850, len(bookings), 150)
	statuses, categories := map[inn.Status]int{}, map[inn.Category]int{}
	for _, b := range bookings {
		statuses[b.Status]++
		categories[b.Category]++
	}
	assert.Len(t, statuses, len(inn.Statuses), "%v", statuses)
	assert.Len(t, categories, len(inn.Categories), "%v", categories)

	alerts, err := s.OpenAlerts(t.Context(), viewers[inn.Staff], "lake-house", 10)
	require.NoError(t, err)
	require.Len(t, alerts, 2)
	assert.Equal(t, "boiler", alerts[0].Key)
	assert.Equal(t, inn.Critical, alerts[0].Priority)
	assert.WithinRange(t, alerts[0].RaisedAt, time.Now().Add(-time.Hour), time.Now().Add(-20*time.Minute), "raised before people came")
	assert.Equal(t, "Nikhil Kapoor", alerts[1].AcknowledgedBy)

	for role, v := range viewers {
		badge, err := s.Badge(t.Context(), v)
		require.NoError(t, err)
		assert.Positive(t, badge.Unread, role)
		assert.LessOrEqual(t, badge.Unread, unread, "%s must not begin with hundreds of cards", role)
	}
}

func checkHistory(t *testing.T, s *store.Store, now time.Time) {
	admin, err := s.MemberByEmail(t.Context(), "admin@demo.test")
	require.NoError(t, err)

	events, err := s.History(t.Context(), admin.Viewer(), store.EventFilter{Oldest: true, Limit: 10_000})
	require.NoError(t, err)
	events = slices.DeleteFunc(events, func(e inn.Event) bool { return e.Type == inn.PropertyListed })
	require.NotEmpty(t, events)
	assert.WithinRange(t, events[0].At, now.AddDate(0, 0, -90), now.AddDate(0, 0, -88))
	assert.WithinRange(t, events[len(events)-1].At, now.Add(-time.Hour), now)
	assert.True(t, slices.IsSortedFunc(events, func(a, b inn.Event) int { return a.At.Compare(b.At) }))

	authors := map[string]bool{}
	for _, e := range events {
		authors[e.By] = true
	}
	for _, name := range []string{website, channelManager, partnerPortal, frontOffice, sensors, manager} {
		assert.Contains(t, authors, name)
	}
}
