package store

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// manyProperties lists properties house-0000 and so on, as one transaction.
func manyProperties(t testing.TB, s *Store, n int) (slugs []string) {
	t.Helper()
	require.NoError(t, s.write(ctx, func(x *tx) error {
		for i := range n {
			slugs = append(slugs, fmt.Sprintf("house-%04d", i))
			if err := x.exec(`INSERT INTO properties (slug, name, category, units, currency, timezone, country) VALUES ($1, $2, 'property', 4, 'INR', 'Asia/Kolkata', 'IN')`,
				slugs[i], fmt.Sprintf("House %04d", i)); err != nil {
				return err
			}
		}
		return nil
	}))
	return slugs
}

func (s *Store) texts() map[string]bool {
	texts := map[string]bool{}
	for _, text := range s.read.Texts() {
		texts[text] = true
	}
	return texts
}

// A person with 501 properties was answered "too many terms in compound SELECT".
func TestNoQueryGrowsWithTheProperties(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	slugs := manyProperties(t, s, 1200)
	publish(t, s, website, sold("BK-1", "lake"), sold("BK-2", slugs[7]), critical(alarm(slugs[500], "boiler", "Boiler off")))
	require.NoError(t, s.Index(ctx))
	publish(t, s, website, sold("BK-3", slugs[8]))
	pages(ctx, t, s, person(t, s, "few", inn.Owner, slugs[:600]...))
	few := s.texts()
	require.NotEmpty(t, few)
	many := person(t, s, "many", inn.Owner, slugs...)
	pages(ctx, t, s, many)
	for query := range s.texts() {
		assert.True(t, few[query], "another text for more properties: %s", query)
	}
	_, _, err := s.Events(ctx, 0, s.head(t), 100, many.Topics())
	require.NoError(t, err, "a stream that is nearly at the head")
}

// What is merged from many properties is what the whole log and all lists hold of
// them, in the same order, however it is paged.
func TestTheNewestOfManyPropertiesAreTheNewest(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	slugs := manyProperties(t, s, 120)
	theirs := map[string]bool{}
	for i := 0; i < len(slugs); i += 3 {
		theirs[slugs[i]] = true
	}
	statuses := []inn.Type{inn.BookingConfirmed, inn.BookingCancelled}
	for i := range 300 {
		slug := slugs[i*37%len(slugs)]
		p := sold(fmt.Sprintf("BK-%d", i), slug)
		if i%11 == 0 {
			p.Rooms = []string{"property:" + slugs[i*13%len(slugs)]}
		}
		publish(t, s, website, p)
		if i%4 == 0 {
			publish(t, s, website, step(fmt.Sprintf("BK-%d", i), statuses[i/4%2]), alarm(slug, fmt.Sprint("key-", i), "Boiler off"))
		}
	}
	admin := person(t, s, "admin", inn.Admin)
	owner := person(t, s, "owner", inn.Owner, slices.Collect(maps.Keys(theirs))...)
	require.NoError(t, s.write(ctx, func(x *tx) error {
		return x.exec(`UPDATE users SET read_floor = 0`)
	}))

	for _, f := range []BookingFilter{{}, {Status: inn.Cancelled}, {Status: inn.New}, {Status: inn.NoShow}} {
		f.Limit = 1000
		all, err := s.Bookings(ctx, admin, f)
		require.NoError(t, err)
		all = slices.DeleteFunc(all, func(b inn.Booking) bool { return !theirs[b.Property] })
		f.Limit = 7
		var paged []inn.Booking
		for {
			page, err := s.Bookings(ctx, owner, f)
			require.NoError(t, err)
			if paged = append(paged, page...); len(page) < 7 {
				break
			}
			f.Before = page[6].Event
		}
		assert.Equal(t, all, paged, "%+v", f)
	}
	for _, oldest := range []bool{false, true} {
		all, err := s.History(ctx, admin, EventFilter{Oldest: oldest, Limit: 2000})
		require.NoError(t, err)
		all = slices.DeleteFunc(all, func(e inn.Event) bool { return !owner.Sees(&e) })
		f := EventFilter{Oldest: oldest, Limit: 9}
		var paged []inn.Event
		for {
			page, err := s.History(ctx, owner, f)
			require.NoError(t, err)
			if paged = append(paged, page...); len(page) < 9 {
				break
			}
			if oldest {
				f.After = page[8].ID
			} else {
				f.Before = page[8].ID
			}
		}
		assert.Equal(t, all, paged, "oldest first: %t", oldest)
	}
	for _, f := range []NotificationFilter{{}, {Unread: true}, {Read: true}, {Kind: inn.AlertUpdate}, {Property: slugs[3]}} {
		f.Limit = 1000
		all, err := s.Notifications(ctx, owner, f)
		require.NoError(t, err)
		require.Equal(t, !f.Read, len(all) > 0, "%+v", f)
		assert.True(t, slices.IsSortedFunc(all, func(a, b inn.Notification) int { return int(b.Event - a.Event) }), "%+v", f)
		f.Limit = 5
		var paged []inn.Notification
		for {
			page, err := s.Notifications(ctx, owner, f)
			require.NoError(t, err)
			if paged = append(paged, page...); len(page) < 5 {
				break
			}
			f.Before = page[4].Event
		}
		assert.Equal(t, all, paged, "%+v", f)
	}
	badge, err := s.Badge(ctx, owner)
	require.NoError(t, err)
	all, err := s.Notifications(ctx, owner, NotificationFilter{Unread: true, Limit: 1000})
	require.NoError(t, err)
	assert.Equal(t, len(all), badge.Unread, "the bell counts what the list holds")
}
