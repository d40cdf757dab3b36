package store

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// manyCards returns a house with as many cards as a busy one gathers in months,
// and an admin and a manager who have read none of them.
func manyCards(b *testing.B) (s *Store, admin, manager inn.Viewer) {
	b.Helper()
	const cards = 10_000
	s = newStore(b)
	admin, manager = person(b, s, "admin", inn.Admin), person(b, s, "manager", inn.Manager, "lake")
	for i := 0; i < cards; i += 500 {
		var batch []inn.Publication
		for j := i; j < i+500; j++ {
			p := sold(fmt.Sprintf("BK-%d", j), []string{"lake", "hill"}[j%2])
			if j%20 == 0 {
				p = alarm("lake", fmt.Sprintf("key-%d", j), "Boiler off")
			}
			batch = append(batch, p)
		}
		publish(b, s, website, batch...)
	}
	return s, admin, manager
}

func BenchmarkCards(b *testing.B) {
	s, admin, manager := manyCards(b)
	badge := func(v inn.Viewer) func(*testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				_, err := s.Badge(ctx, v)
				require.NoError(b, err)
			}
		}
	}
	list := func(v inn.Viewer, f NotificationFilter) func(*testing.B) {
		f.Limit = 31
		return func(b *testing.B) {
			for b.Loop() {
				_, err := s.Notifications(ctx, v, f)
				require.NoError(b, err)
			}
		}
	}
	urgent := true
	b.Run("badge/unread", badge(admin))
	b.Run("badge/unread/manager", badge(manager))
	b.Run("list", list(admin, NotificationFilter{}))
	b.Run("list/unread", list(manager, NotificationFilter{Unread: true}))
	b.Run("list/read", list(manager, NotificationFilter{Read: true}))
	b.Run("list/alerts", list(manager, NotificationFilter{Kind: inn.AlertUpdate}))
	b.Run("list/search", list(manager, NotificationFilter{Search: "boiler off"}))
	b.Run("list/search/all", list(admin, NotificationFilter{Search: "rao"}))
	b.Run("list/urgent", list(admin, NotificationFilter{Urgent: &urgent}))
	all := cards(b, s, manager)
	b.Run("mark one", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			require.NoError(b, s.MarkRead(ctx, manager, []string{all[i/2%len(all)].Subject}, i%2 == 0))
		}
	})
	every, err := s.Notifications(ctx, admin, NotificationFilter{Limit: 20_000})
	require.NoError(b, err)
	for part := range slices.Chunk(every, mostMarked) {
		var subjects []string
		for _, n := range part {
			subjects = append(subjects, n.Subject)
		}
		require.NoError(b, s.MarkRead(ctx, admin, subjects, true))
	}
	b.Run("badge/one by one", badge(admin))
	b.Run("kind read", func(b *testing.B) {
		for b.Loop() {
			require.NoError(b, s.MarkKindRead(ctx, admin, inn.BookingUpdate))
		}
	})
	b.Run("all read", func(b *testing.B) {
		for b.Loop() {
			require.NoError(b, s.MarkAllRead(ctx, admin))
		}
	})
	b.Run("badge/all read", badge(admin))
	b.Run("all read/all marked unread", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			require.NoError(b, s.write(ctx, func(t *tx) error {
				return t.exec(`UPDATE notification_states SET unread = 1 WHERE person = $1`, admin.UserID)
			}))
			b.StartTimer()
			require.NoError(b, s.MarkAllRead(ctx, admin))
		}
	})
	b.Run("list/unread/all read", list(admin, NotificationFilter{Unread: true}))
}
