package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

func TestAChangedPropertyIsRowEventCardAndAct(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria, tom := person(t, s, "maria", inn.Manager, "lake"), person(t, s, "tom", inn.Staff, "lake")
	ravi, super := person(t, s, "ravi", inn.Manager, "hill"), person(t, s, "super", inn.SuperAdmin)
	publish(t, s, website, sold("BK-1", "lake"))
	was, err := s.Property(ctx, maria, "lake")
	require.NoError(t, err)
	edit := inn.PropertyEdit{Name: inn.Given("Sea House"), Units: inn.Given(was.Units + 2), Seen: was.Fingerprint()}

	leavesNothing(t, s, inn.Forbidden, "staff", func() error { _, _, err := s.ChangeProperty(ctx, tom, "lake", edit); return err })
	leavesNothing(t, s, inn.NotFound, "another's", func() error { _, _, err := s.ChangeProperty(ctx, ravi, "lake", edit); return err })
	leavesNothing(t, s, inn.NotFound, "none", func() error { _, _, err := s.ChangeProperty(ctx, super, "nowhere", edit); return err })
	bad := edit
	bad.Zone = inn.Given("Mars")
	leavesNothing(t, s, inn.Invalid, "zone", func() error { _, _, err := s.ChangeProperty(ctx, maria, "lake", bad); return err })
	head := s.head(t)
	_, now, err := s.ChangeProperty(ctx, maria, "lake", inn.PropertyEdit{Units: inn.Given(was.Units)})
	require.NoError(t, err)
	assert.Equal(t, []any{was, head}, []any{now, s.head(t)}, "what is so already is told nobody")
	_, now, err = s.ChangeProperty(ctx, maria, "lake", edit)
	require.NoError(t, err)
	got, err := s.Property(ctx, maria, "lake")
	require.NoError(t, err)
	assert.Equal(t, now, got)
	events := since(t, s, head)
	require.Len(t, events, 2, "the change, and the act on its person's own topic")
	told := snapshot[inn.ChangedProperty](t, &events[0])
	assert.Equal(t, []any{inn.PropertyChanged, "property:lake", got}, []any{events[0].Type, events[0].Subject, told.Property})
	assert.Len(t, told.Changed, 2)
	b, err := s.Booking(ctx, maria, "BK-1")
	require.NoError(t, err)
	assert.Equal(t, "Sea House", b.PropertyName, "its name stands in every booking")
	for _, c := range cards(t, s, tom) {
		assert.Equal(t, "Sea House", c.PropertyName, c.Subject)
	}
	publish(t, s, website, sold("BK-2", "lake"))
	b, err = s.Booking(ctx, maria, "BK-2")
	require.NoError(t, err)
	assert.Equal(t, "Sea House", b.PropertyName)
	all := acts(t, s)
	last := all[len(all)-1]
	assert.Equal(t, []any{inn.HouseAltered, "Sea House"}, []any{last.Action, last.Name})

	leavesNothing(t, s, inn.Conflict, "what was not seen", func() error { _, _, err := s.ChangeProperty(ctx, maria, "lake", edit); return err })
}

func TestNightsKeepTheRoomsOfTheirTime(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	p, err := s.Property(ctx, person(t, s, "super", inn.SuperAdmin), "lake")
	require.NoError(t, err)
	today := inn.DateOf(time.Now(), p.Location())
	set := func(edit inn.PropertyEdit) {
		_, _, err := s.ChangeProperty(ctx, operator, "lake", edit)
		require.NoError(t, err)
	}
	set(inn.PropertyEdit{Units: inn.Given(p.Units + 2)})
	set(inn.PropertyEdit{Units: inn.Given(p.Units + 3)})
	counts, err := s.RoomCounts(ctx)
	require.NoError(t, err)
	assert.Equal(t, inn.RoomCounts{"lake": {{Date: today, Units: p.Units}}}, counts, "the nights before today had what there was this morning")
	// A program that closes it is as good as a hand.
	publish(t, s, website, inn.Publication{Type: inn.PropertyStatus, Property: &inn.PropertyChange{Slug: "hill", Status: "closed"}})
	counts, err = s.RoomCounts(ctx)
	require.NoError(t, err)
	assert.Equal(t, []inn.RoomsBefore{{Date: today, Units: house("hill").Units}}, counts["hill"])
}

func TestAClosedPropertyKeepsItsBookingsAndItsPeople(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria, super := person(t, s, "maria", inn.Manager, "lake"), person(t, s, "super", inn.SuperAdmin)
	p := sold("BK-1", "lake")
	tomorrow := inn.DateOf(time.Now(), time.UTC).Add(1)
	p.Booking.CheckIn, p.Booking.CheckOut = inn.Given(tomorrow), inn.Given(tomorrow.Add(2))
	publish(t, s, website, p)
	publish(t, s, website, inn.Publication{Type: inn.BookingConfirmed, Booking: &inn.BookingChange{ID: "BK-1"}})
	lake, err := s.Property(ctx, maria, "lake")
	require.NoError(t, err)
	at, err := s.Stake(ctx, maria, lake, tomorrow.Add(-1))
	require.NoError(t, err)
	assert.Equal(t, []any{1, 1, []inn.NightSold{{Night: tomorrow, Sold: 1}, {Night: tomorrow.Add(1), Sold: 1}}}, []any{at.Coming, at.People, at.Nights})
	_, err = s.Stake(ctx, person(t, s, "tom", inn.Staff, "lake"), lake, tomorrow)
	assert.Equal(t, inn.NotFound, inn.CodeOf(err), "how much is sold is for who may change it")

	_, _, err = s.ChangeProperty(ctx, maria, "lake", inn.PropertyEdit{Status: inn.Given("closed")})
	require.NoError(t, err)
	listed := func(f PropertyFilter) (slugs []string) {
		f.Limit = 10
		found, _, err := s.Properties(ctx, super, f)
		require.NoError(t, err)
		for _, p := range found {
			slugs = append(slugs, p.Slug)
		}
		return slugs
	}
	assert.Equal(t, []string{"hill"}, listed(PropertyFilter{Open: true}))
	assert.Equal(t, []string{"lake"}, listed(PropertyFilter{Closed: true}))
	assert.Equal(t, []string{"hill", "lake"}, listed(PropertyFilter{}), "a filter finds its bookings as before")
	b, err := s.Booking(ctx, maria, "BK-1")
	require.NoError(t, err, "who has it keeps it")
	assert.Equal(t, inn.Confirmed, b.Status, "nothing is cancelled")
	require.NotNil(t, publish(t, s, website, inn.Publication{Type: inn.BookingCheckedIn, Booking: &inn.BookingChange{ID: "BK-1"}})[0])
	require.NotNil(t, publish(t, s, website, sold("BK-2", "lake"))[0], "a sale is never lost")
}

func TestTheDeskChangesWithTheHouse(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	admin := person(t, s, "admin", inn.Admin)
	leavesNothing(t, s, inn.Conflict, "name", func() error {
		_, _, err := s.ChangeProperty(ctx, operator, inn.Desk, inn.PropertyEdit{Name: inn.Given("Front")})
		return err
	})
	leavesNothing(t, s, inn.Forbidden, "an administrator", func() error {
		_, _, err := s.ChangeProperty(ctx, admin, inn.Desk, inn.PropertyEdit{Zone: inn.Given("Europe/Rome")})
		return err
	})
	_, _, err := s.ChangeProperty(ctx, operator, inn.Desk, inn.PropertyEdit{Zone: inn.Given("Europe/Rome")})
	require.NoError(t, err)
	zone, err := s.HouseZone(ctx)
	require.NoError(t, err)
	assert.Equal(t, "Europe/Rome", zone)
}
