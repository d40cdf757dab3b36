package store

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

func TestTheHousesSettingsAreRowEventAndAct(t *testing.T) {
	s := newStore(t)
	super := person(t, s, "super", inn.SuperAdmin)
	h, err := s.HouseSettings(ctx)
	require.NoError(t, err)
	assert.Equal(t, "Asia/Kolkata", h.Zone, "the first property's")
	assert.Equal(t, inn.DefaultSettings().Limits, h.Limits)

	h.Currency, h.Limits[inn.CleanLow], h.Limits[inn.GotCritical] = "EUR", 0, 45
	head := s.head(t)
	require.NoError(t, s.ChangeHouse(ctx, super, h))
	now, err := s.HouseSettings(ctx)
	require.NoError(t, err)
	assert.Equal(t, h, now)
	events := since(t, s, head)
	require.Len(t, events, 2, "the change, and who made it")
	assert.Equal(t, inn.HouseChanged, events[0].Type)
	assert.JSONEq(t, `{"changed":[{"field":"currency","from":"INR","to":"EUR"},{"field":"cleanup_low_days","from":"7","to":"0"},{"field":"ack_critical_minutes","from":"30","to":"45"}]}`, string(events[0].Data))
	acts, err := s.Audit(ctx, AuditFilter{Action: inn.SettingsChanged, Limit: 1})
	require.NoError(t, err)
	assert.Equal(t, "currency INR → EUR, cleanup_low_days 7 → 0, ack_critical_minutes 30 → 45", acts[0].Detail)

	head = s.head(t)
	require.NoError(t, s.ChangeHouse(ctx, super, h))
	assert.Equal(t, head, s.head(t), "what is so already is told nobody")
	require.NoError(t, s.SetDesk(ctx, operator, "Europe/Rome", "EUR"))
	events = since(t, s, head)
	require.Len(t, events, 1, "the command line's change is an event too")
	assert.Equal(t, inn.HouseChanged, events[0].Type)

	admin := person(t, s, "admin", inn.Admin)
	h.Limits[inn.CleanLow] = 9
	leavesNothing(t, s, inn.Forbidden, "an admin", func() error { return s.ChangeHouse(ctx, admin, h) })
	h.Limits[inn.KeepLog] = 1
	leavesNothing(t, s, inn.Invalid, "a day", func() error { return s.ChangeHouse(ctx, super, h) })
	leavesNothing(t, s, inn.Invalid, "no zone", func() error { return s.SetDesk(ctx, operator, "Mars", "EUR") })
}
