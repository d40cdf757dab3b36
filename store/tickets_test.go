package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

func ticket(t testing.TB, s *Store, by inn.Viewer) string {
	t.Helper()
	made, _, err := s.MakeTicket(ctx, by, []string{"property:lake", "system"}, []string{"booking:new"})
	require.NoError(t, err)
	return made
}

func TestATicketWaitsFiveMinutesForItsStream(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	waits := ticket(t, s, lakeKey)
	assert.NotContains(t, contents(t, s), waits[len(ticketPrefix):], "only its hash is kept")
	one, err := s.Ticket(ctx, waits)
	require.NoError(t, err)
	assert.Equal(t, []any{lakeKey.Name, []string{"property:lake", "system"}, []string{"booking:new"}}, []any{one.Key.Name, one.Rooms, one.Types})
	require.NoError(t, s.UseTicket(ctx, waits))
	leavesNothing(t, s, inn.Unauthenticated, "twice", func() error { return s.UseTicket(ctx, waits) })
	_, err = s.Ticket(ctx, waits)
	assert.Equal(t, errTicketGone, err)

	old := ticket(t, s, lakeKey)
	age := func(by time.Duration) {
		require.NoError(t, s.write(ctx, func(t *tx) error {
			return t.exec(`UPDATE stream_tickets SET expires = expires - $1`, by.Milliseconds())
		}))
	}
	age(ticketLife - time.Minute)
	_, err = s.Ticket(ctx, old)
	require.NoError(t, err)
	age(time.Minute + time.Second)
	_, err = s.Ticket(ctx, old)
	assert.Equal(t, errTicketGone, err)
	leavesNothing(t, s, inn.Unauthenticated, "expired", func() error { return s.UseTicket(ctx, old) })
	require.NoError(t, s.Forget(ctx, time.Now()))
	assert.NotContains(t, contents(t, s), "stream_tickets [", "and is cleaned away")
}

// One key's tickets are bounded, and only its own: those that expired make room.
func TestTicketsThatWaitAreBounded(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	first := ticket(t, s, lakeKey)
	require.NoError(t, s.write(ctx, func(t *tx) error {
		for i := range mostTickets - 1 {
			if err := t.exec(`INSERT INTO stream_tickets (hash, api_key, rooms, types, expires) VALUES ($1, $2, '', '', $3)`,
				hashTicket(string(rune(i))), lakeKey.KeyID, ms(t.now.Add(ticketLife))); err != nil {
				return err
			}
		}
		return nil
	}))
	e := leavesNothing(t, s, inn.TooMany, "too many", func() error { _, _, err := s.MakeTicket(ctx, lakeKey, nil, nil); return err })
	assert.Greater(t, e.RetryAfter, time.Duration(0))
	assert.LessOrEqual(t, e.RetryAfter, ticketLife)
	ticket(t, s, website)
	require.NoError(t, s.UseTicket(ctx, first))
	ticket(t, s, lakeKey)
	require.NoError(t, s.write(ctx, func(x *tx) error {
		return x.exec(`UPDATE stream_tickets SET expires = 1 WHERE api_key = $1`, lakeKey.KeyID)
	}))
	ticket(t, s, lakeKey)
	var left int
	require.NoError(t, s.db.Read.QueryRow(`SELECT count(*) FROM stream_tickets WHERE api_key = $1`, lakeKey.KeyID).Scan(&left))
	assert.Equal(t, 1, left)
}

// What a key lost before its ticket was used does not come back with it.
func TestATicketIsWorthWhatItsKeyIs(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	admin := person(t, s, "admin", inn.Admin)
	secret, err := s.AddKey(ctx, admin, inn.Key{Name: "shop", Scopes: []inn.Scope{inn.EventsRead}})
	require.NoError(t, err)
	k, err := s.KeyBySecret(ctx, secret)
	require.NoError(t, err)
	used, waits := ticket(t, s, k.Viewer()), ticket(t, s, k.Viewer())
	require.NoError(t, s.UseTicket(ctx, used))
	require.NoError(t, s.DisableMember(ctx, operator, admin.UserID, true))
	leavesNothing(t, s, inn.Unauthenticated, "it sleeps", func() error { return s.UseTicket(ctx, waits) })
	_, err = s.Ticket(ctx, waits)
	assert.Equal(t, errTicketGone, err)
	require.NoError(t, s.DisableMember(ctx, operator, admin.UserID, false))
	require.NoError(t, s.write(ctx, func(t *tx) error { return t.exec(`UPDATE api_keys SET scopes = 'metrics:read' WHERE id = $1`, k.ID) }))
	leavesNothing(t, s, inn.Forbidden, "another scope", func() error { return s.UseTicket(ctx, waits) })
	require.NoError(t, s.RevokeKey(ctx, operator, "shop"))
	assert.NotContains(t, contents(t, s), "stream_tickets [", "what waits ends with the key")
}
