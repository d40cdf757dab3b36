package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// rooms gives the lake house rooms with names.
func rooms(t testing.TB, s *Store, slugs ...string) {
	t.Helper()
	for _, slug := range slugs {
		_, err := s.AddUnit(ctx, operator, "lake", slug, "The "+slug)
		require.NoError(t, err)
	}
}

// inRoom is a booking of one room.
func inRoom(p inn.Publication, unit string) inn.Publication {
	p.Booking.Unit = inn.Given(unit)
	return p
}

func TestAPropertyHasAsManyToSellAsItHasRoomsWithNames(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	super := person(t, s, "super", inn.SuperAdmin)
	capacity := func() int {
		p, err := s.Property(ctx, super, "lake")
		require.NoError(t, err)
		return p.Units
	}
	before := capacity()
	require.NotEqual(t, 2, before)
	head := s.head(t)
	rooms(t, s, "room-2", "room-1")
	assert.Equal(t, 2, capacity())
	events := since(t, s, head)
	require.Len(t, events, 2)
	assert.Equal(t, inn.PropertyChanged, events[1].Type)
	assert.Equal(t, 2, snapshot[inn.Property](t, &events[1]).Units)

	units, err := s.Units(ctx, super, "lake")
	require.NoError(t, err)
	require.Len(t, units, 2)
	assert.Equal(t, []string{"room-2", "room-1"}, []string{units[0].Slug, units[1].Slug}, "in the order in which they were added")
	assert.Equal(t, inn.UnitClean, units[0].State)

	leavesNothing(t, s, inn.Conflict, "twice", func() error { _, err := s.AddUnit(ctx, operator, "lake", "room-1", "Again"); return err })
	leavesNothing(t, s, inn.Invalid, "slug", func() error { _, err := s.AddUnit(ctx, operator, "lake", "Room 3", "Room 3"); return err })
	leavesNothing(t, s, inn.Conflict, "the desk", func() error { _, err := s.AddUnit(ctx, operator, inn.Desk, "room-1", "Room"); return err })
	leavesNothing(t, s, inn.NotFound, "property", func() error { _, err := s.AddUnit(ctx, operator, "moon", "room-1", "Room"); return err })

	require.NoError(t, s.RemoveUnit(ctx, operator, "lake", "room-2"))
	assert.Equal(t, 1, capacity())
	require.NoError(t, s.RemoveUnit(ctx, operator, "lake", "room-1"))
	assert.Equal(t, 1, capacity(), "a property without named rooms keeps the number it had")
}

func TestHousekeepingIsOneEventEach(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	rooms(t, s, "room-1")
	staff, manager := person(t, s, "tom", inn.Staff, "lake"), person(t, s, "maria", inn.Manager, "lake")
	owner, elsewhere := person(t, s, "olga", inn.Owner, "lake"), person(t, s, "ed", inn.Staff, "hill")
	head := s.head(t)
	to := func(state inn.UnitState, note string) inn.UnitChange {
		c := inn.UnitChange{Property: "lake", Slug: "room-1", State: inn.Given(state)}
		if note != "" {
			c.Note = inn.Given(note)
		}
		return c
	}
	u, err := s.SetUnit(ctx, staff, to(inn.UnitDirty, ""))
	require.NoError(t, err)
	assert.Equal(t, []any{inn.UnitDirty, "tom"}, []any{u.State, u.By})
	_, err = s.SetUnit(ctx, staff, to(inn.UnitDirty, ""))
	require.NoError(t, err)
	events := since(t, s, head)
	require.Len(t, events, 1, "what is so already is no event")
	assert.Equal(t, []any{inn.UnitStateChanged, "lake", "unit:lake:room-1"}, []any{events[0].Type, events[0].Property, events[0].Subject})
	assert.Equal(t, u, snapshot[inn.Unit](t, &events[0]), "row and snapshot are one thing")

	leavesNothing(t, s, inn.Forbidden, "an owner", func() error { _, err := s.SetUnit(ctx, owner, to(inn.UnitClean, "")); return err })
	leavesNothing(t, s, inn.NotFound, "somebody else's", func() error { _, err := s.SetUnit(ctx, elsewhere, to(inn.UnitClean, "")); return err })
	leavesNothing(t, s, inn.Forbidden, "staff: out of order", func() error { _, err := s.SetUnit(ctx, staff, to(inn.UnitOutOfOrder, "")); return err })
	u, err = s.SetUnit(ctx, manager, to(inn.UnitOutOfOrder, "the boiler drips"))
	require.NoError(t, err)
	assert.Equal(t, "the boiler drips", u.Note)
	leavesNothing(t, s, inn.Forbidden, "staff: in order again", func() error { _, err := s.SetUnit(ctx, staff, to(inn.UnitClean, "")); return err })
	u, err = s.SetUnit(ctx, manager, to(inn.UnitClean, ""))
	require.NoError(t, err)
	assert.Empty(t, u.Note, "a note goes with the state it was written for")
	leavesNothing(t, s, inn.Forbidden, "staff: another name", func() error {
		_, err := s.SetUnit(ctx, staff, inn.UnitChange{Property: "lake", Slug: "room-1", Name: inn.Given("Mine")})
		return err
	})

	said := inn.Publication{Type: inn.UnitStateChanged, Unit: &inn.UnitChange{Property: "lake", Slug: "room-1", State: inn.Given(inn.UnitInspected)}}
	publish(t, s, website, said)
	units, err := s.Units(ctx, manager, "lake")
	require.NoError(t, err)
	assert.Equal(t, inn.UnitInspected, units[0].State, "a program with a key for events may say so too")
}

func TestABookingNamesARoomOfItsProperty(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	rooms(t, s, "room-1", "room-2")
	super := person(t, s, "super", inn.SuperAdmin)
	booking := func(id string) inn.Booking {
		b, err := s.Booking(ctx, super, id)
		require.NoError(t, err)
		return b
	}
	refused := leavesNothing(t, s, inn.Invalid, "unknown", func() error { _, err := tryPublish(s, website, inRoom(sold("BK-1", "lake"), "room-9")); return err })
	require.Len(t, refused.Fields, 1)
	assert.Contains(t, refused.Fields[0].Field, "unit")
	leavesNothing(t, s, inn.Invalid, "another property's", func() error { _, err := tryPublish(s, website, inRoom(sold("BK-1", "hill"), "room-1")); return err })
	two := inRoom(sold("BK-1", "lake"), "room-1")
	two.Booking.Units = inn.Given(2)
	leavesNothing(t, s, inn.Invalid, "one room is one unit", func() error { _, err := tryPublish(s, website, two); return err })

	publish(t, s, website, inRoom(sold("BK-1", "lake"), "room-1"))
	assert.Equal(t, "room-1", booking("BK-1").Unit)
	moved := step("BK-1", inn.BookingModified)
	moved.Booking.Unit = inn.Given("room-2")
	publish(t, s, website, moved)
	assert.Equal(t, []inn.Change{{Field: "unit", From: "room-1", To: "room-2"}}, booking("BK-1").Changed)

	leavesNothing(t, s, inn.Conflict, "still booked", func() error { return s.RemoveUnit(ctx, operator, "lake", "room-2") })
	away := step("BK-1", inn.BookingModified)
	away.Booking.Property = inn.Given("hill")
	publish(t, s, website, away)
	assert.Empty(t, booking("BK-1").Unit, "a room does not move along to another property")
	require.NoError(t, s.RemoveUnit(ctx, operator, "lake", "room-2"))
}

func TestWhoLeavesFreesTheRoomAndLeavesItDirty(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	rooms(t, s, "room-1", "room-2")
	staff := person(t, s, "tom", inn.Staff, "lake")
	stay := inRoom(sold("BK-1", "lake"), "room-1")
	today := inn.DateOf(time.Now(), inn.Location("Asia/Kolkata"))
	stay.Booking.CheckIn, stay.Booking.CheckOut = inn.Given(today.Add(-2)), inn.Given(today.Add(3))
	publish(t, s, website, stay, step("BK-1", inn.BookingCheckedIn))
	head := s.head(t)
	publish(t, s, staff, step("BK-1", inn.BookingCheckedOut))
	b, err := s.Booking(ctx, staff, "BK-1")
	require.NoError(t, err)
	assert.Equal(t, today, b.CheckOut, "the nights end where the guest left")
	change, found := b.ChangeOf("checkOut")
	assert.Equal(t, []any{true, string(today.Add(3))}, []any{found, change.From})
	events := since(t, s, head)
	require.Len(t, events, 2)
	assert.Equal(t, []inn.Type{inn.BookingCheckedOut, inn.UnitStateChanged}, []inn.Type{events[0].Type, events[1].Type})
	units, err := s.Units(ctx, staff, "lake")
	require.NoError(t, err)
	assert.Equal(t, []inn.UnitState{inn.UnitDirty, inn.UnitClean}, []inn.UnitState{units[0].State, units[1].State})
}

func TestBlocksAreOfWhoMayMakeThem(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	rooms(t, s, "room-1")
	owner, manager := person(t, s, "olga", inn.Owner, "lake"), person(t, s, "maria", inn.Manager, "lake")
	staff, elsewhere := person(t, s, "tom", inn.Staff, "lake"), person(t, s, "eva", inn.Owner, "hill")
	block := func(as inn.Type, id string) inn.Publication {
		return inn.Publication{Type: as, Block: &inn.BlockChange{ID: id, Property: inn.Given("lake"), From: inn.Given(inn.Date("2026-12-20")),
			To: inn.Given(inn.Date("2026-12-22")), Reason: inn.Given(inn.BlockOwner)}}
	}
	head := s.head(t)
	publish(t, s, owner, block(inn.BlockMade, "BL-1"))
	publish(t, s, owner, block(inn.BlockMade, "BL-1"))
	events := since(t, s, head)
	require.Len(t, events, 1, "the same block again is no change")
	made := snapshot[inn.Block](t, &events[0])
	assert.Equal(t, []any{inn.BlockMade, true, inn.Date("2026-12-20")}, []any{events[0].Type, made.ByOwner, made.From})

	try := func(by inn.Viewer, p inn.Publication) func() error {
		return func() error { _, err := tryPublish(s, by, p); return err }
	}
	leavesNothing(t, s, inn.Forbidden, "staff", try(staff, block(inn.BlockMade, "BL-2")))
	leavesNothing(t, s, inn.NotFound, "another owner", try(elsewhere, block(inn.BlockMade, "BL-2")))
	leavesNothing(t, s, inn.NotFound, "another owner's", try(elsewhere, block(inn.BlockRemoved, "BL-1")))
	leavesNothing(t, s, inn.NotFound, "one there is not", try(manager, block(inn.BlockRemoved, "BL-2")))
	wrong := block(inn.BlockMade, "BL-2")
	wrong.Block.To = inn.Given(inn.Date("2026-12-20"))
	leavesNothing(t, s, inn.Invalid, "no night", try(manager, wrong))
	unknown := block(inn.BlockMade, "BL-2")
	unknown.Block.Unit = inn.Given("room-9")
	leavesNothing(t, s, inn.Invalid, "no such room", try(manager, unknown))

	byManager := block(inn.BlockMade, "BL-2")
	byManager.Block.Unit = inn.Given("room-1")
	publish(t, s, manager, byManager)
	leavesNothing(t, s, inn.Forbidden, "the manager's, by the owner", try(owner, block(inn.BlockRemoved, "BL-2")))
	publish(t, s, manager, block(inn.BlockChanged, "BL-1"))

	blocks, err := s.Blocks(ctx, owner, "lake", "2026-12-21", "2026-12-22")
	require.NoError(t, err)
	require.Len(t, blocks, 2)
	assert.Equal(t, "room-1", blocks[1].Unit)
	for _, span := range [][2]inn.Date{{"2026-12-22", "2026-12-25"}, {"2026-12-01", "2026-12-20"}} {
		blocks, err = s.Blocks(ctx, owner, "lake", span[0], span[1])
		require.NoError(t, err)
		assert.Empty(t, blocks, "to is the first free day: %v", span)
	}
	blocks, err = s.Blocks(ctx, elsewhere, "lake", "2026-12-01", "2026-12-31")
	require.NoError(t, err)
	assert.Empty(t, blocks)

	publish(t, s, owner, block(inn.BlockRemoved, "BL-1"))
	publish(t, s, manager, block(inn.BlockMade, "BL-1"))
	leavesNothing(t, s, inn.Forbidden, "who makes it anew", try(owner, block(inn.BlockRemoved, "BL-1")))
}
