package store

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

var everybody = inn.Viewer{KeyID: 9, Scopes: inn.Scopes}

// A booking event is the booking's change: row, event and card say the same.
func TestABookingIsRowEventAndCard(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria := person(t, s, "maria", inn.Manager, "lake")
	for i, c := range []struct {
		publication inn.Publication
		as          inn.Type
		status      inn.Status
		changed     []inn.Change
	}{
		{sold("BK-1", "lake"), inn.BookingNew, inn.New, nil},
		{sold("BK-1", "lake"), "", "", nil},
		{step("BK-1", inn.BookingConfirmed), inn.BookingConfirmed, inn.Confirmed, []inn.Change{{Field: "status", From: "new", To: "confirmed"}}},
		{titled("BK-1", "Four nights"), inn.BookingModified, inn.Confirmed, []inn.Change{{Field: "title", From: "Three nights", To: "Four nights"}}},
		{sold("BK-1", "lake"), inn.BookingModified, inn.Confirmed, []inn.Change{{Field: "title", From: "Four nights", To: "Three nights"}}},
		{step("BK-1", inn.BookingCancelled), inn.BookingCancelled, inn.Cancelled, []inn.Change{{Field: "status", From: "confirmed", To: "cancelled"}}},
	} {
		head, before := s.head(t), contents(t, s)
		e := publish(t, s, website, c.publication)[0]
		if c.as == "" {
			assert.Nil(t, e, "step %d changes nothing", i)
			assert.Equal(t, before, contents(t, s))
			continue
		}
		events := since(t, s, head)
		require.Len(t, events, 1)
		assert.Equal(t, *e, events[0], "the answer is what the log holds")
		assert.Equal(t, c.as, e.Type)
		assert.Equal(t, c.as.Priority(), e.Priority)
		assert.Equal(t, inn.PropertyTopic("lake"), e.Topic)
		assert.Equal(t, []string{"lake", "booking:BK-1", "key:website", "website"}, []string{e.Property, e.Subject, e.Actor, e.By})

		row, err := s.Booking(ctx, maria, "BK-1")
		require.NoError(t, err)
		assert.Equal(t, c.status, row.Status)
		assert.Equal(t, c.changed, row.Changed)
		assert.Equal(t, e.ID, row.Event)
		snap, err := e.Booking()
		require.NoError(t, err)
		snap.ConfirmedAt, snap.EndedAt = row.ConfirmedAt, row.EndedAt // for the figures, in the row only
		assert.Equal(t, row, snap, "row and snapshot are one thing")

		cards, err := s.Notifications(ctx, maria, NotificationFilter{Limit: 10})
		require.NoError(t, err)
		require.Len(t, cards, 1, "one card per subject")
		assert.Equal(t, e.ID, cards[0].Event)
		assert.Equal(t, c.as, cards[0].Type)
		assert.Equal(t, "Asha Rao", cards[0].Title)
		assert.NotContains(t, cards[0].Body+cards[0].Title, "asha@")
		assert.NotContains(t, cards[0].Body+cards[0].Title, "14400")
	}
}

func TestABookingThatCannotBeLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	publish(t, s, website, sold("BK-1", "lake"))
	nowhere, bare, dear := sold("BK-2", "atlantis"), step("BK-2", inn.BookingNew), sold("BK-2", "lake")
	dear.Booking.Amount = inn.Given("1.001")
	short := step("BK-2", inn.BookingConfirmed)
	short.Booking.Short = true
	for what, c := range map[string]struct {
		p        inn.Publication
		code     inn.Code
		pointers []string
	}{
		"impossible step":  {step("BK-1", inn.BookingCheckedOut), inn.Conflict, nil},
		"unknown property": {nowhere, inn.NotFound, []string{"property"}},
		"first sight":      {bare, inn.Invalid, []string{"type", "title", "customerName"}},
		"short, unknown":   {short, inn.NotFound, nil},
		"bad amount":       {dear, inn.Invalid, []string{"amount"}},
	} {
		e := leavesNothing(t, s, c.code, what, func() error { _, err := tryPublish(s, website, c.p); return err })
		assert.Equal(t, c.pointers, pointers(e), what)
	}
}

// Whoever watched the property a booking leaves is told which one left and no
// more; whoever sees both drops the card and then gets it back.
func TestAMovedBookingLeavesFirst(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lake, hill := person(t, s, "lake", inn.Staff, "lake"), person(t, s, "hill", inn.Staff, "hill")
	publish(t, s, website, sold("BK-1", "lake"))
	head := s.head(t)
	move := step("BK-1", inn.BookingModified)
	move.Booking.Property = inn.Given("hill")
	e := publish(t, s, website, move)[0]
	events := since(t, s, head)
	require.Len(t, events, 2)
	assert.Equal(t, inn.BookingMoved, events[0].Type)
	assert.Equal(t, inn.PropertyTopic("lake"), events[0].Topic)
	assert.Equal(t, "lake", events[0].Property)
	assert.JSONEq(t, `{"id":"BK-1"}`, string(events[0].Data), "where it went is not theirs to know")
	assert.Equal(t, *e, events[1])
	assert.Equal(t, inn.PropertyTopic("hill"), e.Topic)

	_, err := s.Booking(ctx, lake, "BK-1")
	assert.Equal(t, inn.NotFound, inn.CodeOf(err))
	_, err = s.Booking(ctx, hill, "BK-1")
	require.NoError(t, err)
	for who, want := range map[string]int{"lake": 0, "hill": 1} {
		v := map[string]inn.Viewer{"lake": lake, "hill": hill}[who]
		cards, err := s.Notifications(ctx, v, NotificationFilter{Limit: 10})
		require.NoError(t, err)
		assert.Len(t, cards, want, who)
		badge, err := s.Badge(ctx, v)
		require.NoError(t, err)
		assert.Equal(t, want, badge.Unread, who)
	}
}

// What one may not see is not loaded: it looks like what is not there.
func TestVisibleLoadsOnlyTheirs(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	taxi := sold("BK-desk", inn.Desk)
	publish(t, s, website, sold("BK-lake", "lake"), sold("BK-hill", "hill"), taxi, alarm("lake", "boiler", "Boiler"), alarm("hill", "roof", "Roof"), alarm("", "net", "Net"))
	lakeOnly := inn.Viewer{KeyID: 3, Scopes: inn.Scopes, Properties: []string{"lake"}}
	for who, c := range map[string]struct {
		v                              inn.Viewer
		bookings, properties, troubles []string
	}{
		"super":  {person(t, s, "super", inn.SuperAdmin), []string{"BK-desk", "BK-hill", "BK-lake"}, []string{"hill", "lake"}, []string{"net", "roof", "boiler"}},
		"staff":  {person(t, s, "staff", inn.Staff, "lake", inn.Desk), []string{"BK-desk", "BK-lake"}, []string{"lake"}, []string{"net", "boiler"}},
		"none":   {person(t, s, "none", inn.Staff), nil, nil, []string{"net"}},
		"user":   {person(t, s, "user", inn.User, "lake"), nil, nil, []string{"net"}},
		"key":    {lakeOnly, []string{"BK-lake"}, []string{"lake"}, []string{"boiler"}},
		"nobody": {inn.Viewer{}, nil, nil, nil},
	} {
		bookings, err := s.Bookings(ctx, c.v, BookingFilter{Limit: 10})
		require.NoError(t, err)
		var ids []string
		for _, b := range bookings {
			ids = append(ids, b.ID)
		}
		assert.Equal(t, c.bookings, ids, who)
		for _, id := range []string{"BK-lake", "BK-hill", "BK-desk", "BK-none"} {
			_, err := s.Booking(ctx, c.v, id)
			assert.Equal(t, contains(c.bookings, id), err == nil, "%s: %s", who, id)
			if err != nil {
				assert.Equal(t, inn.NoSuch("booking"), err, "%s: %s", who, id)
			}
		}
		properties, more, err := s.Properties(ctx, c.v, PropertyFilter{Limit: 10})
		require.NoError(t, err)
		assert.False(t, more)
		n, err := s.CountProperties(ctx, c.v)
		require.NoError(t, err)
		assert.Equal(t, len(properties), n, who)
		var slugs []string
		for _, p := range properties {
			slugs = append(slugs, p.Slug)
		}
		assert.Equal(t, c.properties, slugs, who)
		for _, slug := range []string{"lake", "hill", "atlantis"} {
			_, err := s.Property(ctx, c.v, slug)
			assert.Equal(t, contains(c.properties, slug), err == nil, "%s: %s", who, slug)
		}
		alerts, err := s.OpenAlerts(ctx, c.v, "", 10)
		require.NoError(t, err)
		var keys []string
		for _, a := range alerts {
			keys = append(keys, a.Key)
		}
		assert.Equal(t, c.troubles, keys, who)
	}
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

func TestSearchTakesTextAsItIs(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for id, name := range map[string]string{"BK-1": "Élodie Brun", "BK-2": "100% Rao", "BK-3": "O'Brien_x"} {
		p := sold(id, "lake")
		p.Booking.Customer = inn.Given(name)
		publish(t, s, website, p)
	}
	for search, want := range map[string]int{"Élodie": 1, "ÉLODIE": 1, "brun": 1, "BRUN": 1, "brie": 1, "rao 100": 1, "bk-": 3, "bk-2": 1, "%": 0, "_": 0, "'": 0, "THREE": 3, "hree": 0, "asha@": 0, "14400": 0, "zzz": 0} {
		got, err := s.Bookings(ctx, everybody, BookingFilter{Search: search, Limit: 10})
		require.NoError(t, err, search)
		assert.Len(t, got, want, search)
	}
	got, err := s.Bookings(ctx, everybody, BookingFilter{Property: "lake", Status: inn.New, Limit: 2})
	require.NoError(t, err)
	require.Len(t, got, 2)
	rest, err := s.Bookings(ctx, everybody, BookingFilter{Before: got[1].Event, Limit: 2})
	require.NoError(t, err)
	assert.Len(t, rest, 1)
}
