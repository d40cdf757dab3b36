package store

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

func TestAListedPropertyIsRowEventAndCard(t *testing.T) {
	t.Parallel()
	s := openStore(t, t.TempDir())
	super := person(t, s, "super", inn.SuperAdmin)
	head := s.head(t)
	p := house("lake")
	p.Name = " Lake\nHouse "
	require.NoError(t, s.ListProperty(ctx, operator, p))
	got, err := s.Property(ctx, super, "lake")
	require.NoError(t, err)
	assert.Equal(t, []string{"Lake House", "open"}, []string{got.Name, got.Status})
	events := since(t, s, head)
	require.Len(t, events, 1)
	assert.Equal(t, inn.PropertyListed, events[0].Type)
	assert.Equal(t, got, snapshot[inn.Property](t, &events[0]), "row and snapshot are one thing")
	all := cards(t, s, super)
	require.Len(t, all, 1)
	assert.Equal(t, []any{"property:lake", "Lake House", head + 1}, []any{all[0].Subject, all[0].Title, all[0].Event})

	zone, err := s.HouseZone(ctx)
	require.NoError(t, err)
	assert.Equal(t, "Asia/Kolkata", zone, "the first property's zone is the house's")
	other := house("hill")
	other.Zone = "Europe/Rome"
	require.NoError(t, s.ListProperty(ctx, operator, other))
	zone, err = s.HouseZone(ctx)
	require.NoError(t, err)
	assert.Equal(t, "Asia/Kolkata", zone, "the second's is not")
	require.NoError(t, s.SetDesk(ctx, operator, "Europe/Rome", "EUR"))
	sold, _, err := s.Properties(ctx, super, PropertyFilter{Desk: true, Limit: 10})
	require.NoError(t, err)
	assert.Equal(t, []string{inn.Desk, "hill", "lake"}, []string{sold[0].Slug, sold[1].Slug, sold[2].Slug})
	assert.Equal(t, []any{"Europe/Rome", "EUR", 0}, []any{sold[0].Zone, sold[0].Currency, sold[0].Units})
	every, err := s.EveryProperty(ctx)
	require.NoError(t, err)
	assert.Equal(t, sold, every)

	bad := house("x")
	bad.Zone = "Mars"
	leavesNothing(t, s, inn.Invalid, "zone", func() error { return s.ListProperty(ctx, operator, bad) })
	leavesNothing(t, s, inn.Invalid, "the desk", func() error { return s.ListProperty(ctx, operator, house(inn.Desk)) })
	leavesNothing(t, s, inn.Conflict, "twice", func() error { return s.ListProperty(ctx, operator, house("lake")) })
}

func TestAnAlertIsRowEventAndCard(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria := person(t, s, "maria", inn.Manager, "lake")
	worse := alarm("lake", "boiler", "Boiler off")
	worse.Priority, worse.Alert.Detail = inn.Critical, inn.Given("and the pump")
	step := func(et inn.Type) inn.Publication {
		return inn.Publication{Type: et, Alert: &inn.AlertChange{Key: "boiler", Property: "lake"}}
	}
	for _, et := range []inn.Type{inn.AlertAcknowledged, inn.AlertResolved} {
		leavesNothing(t, s, inn.NotFound, "unknown", func() error { _, err := tryPublish(s, website, step(et)); return err })
	}
	for i, c := range []struct {
		p        inn.Publication
		status   inn.AlertStatus
		priority inn.Priority
		applied  bool
	}{
		{alarm("lake", "boiler", "Boiler off"), inn.Raised, inn.High, true},
		{alarm("lake", "boiler", "Boiler off"), inn.Raised, inn.High, false},
		{worse, inn.Raised, inn.Critical, true},
		{step(inn.AlertAcknowledged), inn.Acknowledged, inn.Critical, true},
		{step(inn.AlertAcknowledged), inn.Acknowledged, inn.Critical, false},
		{step(inn.AlertResolved), inn.Resolved, inn.Critical, true},
		{alarm("lake", "boiler", "Boiler off"), inn.Raised, inn.Critical, true},
	} {
		head := s.head(t)
		e := publish(t, s, website, c.p)[0]
		require.Equal(t, c.applied, e != nil, i)
		if e == nil {
			assert.Equal(t, head, s.head(t))
			continue
		}
		a := snapshot[inn.Alert](t, e)
		assert.Equal(t, []any{c.status, c.priority, c.priority}, []any{a.Status, a.Priority, e.Priority}, i)
		open, err := s.OpenAlerts(ctx, maria, "lake", 10)
		require.NoError(t, err)
		if c.status == inn.Resolved {
			assert.Empty(t, open)
			assert.Equal(t, "key:website", a.AcknowledgedBy)
		} else {
			a.Event = e.ID
			require.Len(t, open, 1)
			assert.Equal(t, a, open[0], "row and snapshot are one thing")
		}
		card := cards(t, s, maria)[0]
		if c.status == inn.Acknowledged {
			assert.Less(t, card.Event, e.ID, "in whose hand it is, is nothing to read")
			assert.Equal(t, a.AcknowledgedBy, card.AcknowledgedBy)
		} else {
			assert.Equal(t, e.ID, card.Event)
			assert.Empty(t, card.AcknowledgedBy)
		}
	}
	resolved := step(inn.AlertResolved)
	publish(t, s, website, resolved)
	leavesNothing(t, s, inn.Conflict, "acknowledged too late", func() error { _, err := tryPublish(s, website, step(inn.AlertAcknowledged)); return err })
}
