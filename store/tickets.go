package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"baithaka/internal/inn"
)

const (
	// ticketPrefix marks a ticket, so that one that leaked can be told from a key.
	ticketPrefix = "bt_"
	// ticketLife is how long a ticket waits for its stream.
	ticketLife = 5 * time.Minute
	// mostTickets is how many of a key's may wait at once.
	mostTickets = 1000
)

// Ticket opens one stream of a key, for a client that cannot send the key itself.
type Ticket struct {
	Key          inn.Key  // as of now
	Rooms, Types []string // what its stream is narrowed to; none for everything
}

// errTicketGone is the one answer for a ticket that is used, expired, of a key that
// has ended, or was never made.
var errTicketGone = inn.E(inn.Unauthenticated, "This ticket does not open a stream: each does once, within five minutes. Fetch another, and go on with ?after= and your last position.")

// MakeTicket makes a ticket for a key and returns it, the only time anybody sees it:
// 160 random bits, of which only a hash is kept. It is not an event: nobody sees
// anything by it before it is used, and then they are a stream of the key's.
func (s *Store) MakeTicket(ctx context.Context, by inn.Viewer, rooms, types []string) (ticket string, expires time.Time, err error) {
	random := make([]byte, 20)
	rand.Read(random) // never fails
	ticket = ticketPrefix + hex.EncodeToString(random)
	err = s.act(ctx, by, inn.EventView, func(t *tx, by inn.Viewer) error {
		if err := t.exec(`DELETE FROM stream_tickets WHERE api_key = $1 AND expires <= $2`, by.KeyID, ms(t.now)); err != nil {
			return err
		}
		var waiting, next int64
		if _, err := t.row(`SELECT count(*), coalesce(min(expires), 0) FROM stream_tickets WHERE api_key = $1`, []any{by.KeyID}, &waiting, &next); err != nil {
			return err
		}
		if waiting >= mostTickets {
			return &inn.Error{Code: inn.TooMany, Text: "Too many tickets of this key wait for their streams; use those first.", RetryAfter: fromMS(next).Sub(t.now)}
		}
		expires = t.now.Add(ticketLife)
		return t.exec(`INSERT INTO stream_tickets (hash, api_key, rooms, types, expires) VALUES ($1, $2, $3, $4, $5)`,
			hashTicket(ticket), by.KeyID, strings.Join(rooms, " "), strings.Join(types, " "), ms(expires))
	})
	return ticket, expires, err
}

func hashTicket(ticket string) []byte {
	hash := sha256.Sum256([]byte(ticket))
	return hash[:]
}

// Ticket returns a ticket that waits for its stream.
func (s *Store) Ticket(ctx context.Context, ticket string) (one Ticket, err error) {
	var key int64
	rows, err := s.read.QueryContext(ctx, `SELECT api_key, rooms, types FROM stream_tickets WHERE hash = $1 AND expires > $2`,
		hashTicket(ticket), ms(time.Now()))
	found, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (one Ticket, err error) {
		var rooms, types string
		err = row.Scan(&key, &rooms, &types)
		one.Rooms, one.Types = strings.Fields(rooms), strings.Fields(types)
		return one, err
	})
	if err != nil {
		return one, err
	}
	if len(found) == 0 {
		return one, errTicketGone
	}
	one = found[0]
	if one.Key, err = s.Key(ctx, key); err == nil && !one.Key.Viewer().Somebody() {
		err = errTicketGone
	}
	return one, err
}

// UseTicket uses a ticket up, for a key that may still follow the log: of two who
// come with it one gets its stream.
func (s *Store) UseTicket(ctx context.Context, ticket string) error {
	return s.write(ctx, func(t *tx) error {
		by := inn.Viewer{}
		found, err := t.row(`DELETE FROM stream_tickets WHERE hash = $1 AND expires > $2 RETURNING api_key`,
			[]any{hashTicket(ticket), ms(t.now)}, &by.KeyID)
		if err != nil {
			return err
		}
		if !found {
			return errTicketGone
		}
		if by, err = t.present(by); err == nil && !by.Somebody() {
			err = errTicketGone
		}
		if err != nil {
			return err
		}
		return by.Must(inn.EventView)
	})
}

// voidTickets takes a key's tickets away with it.
func (t *tx) voidTickets(key int64) error {
	return t.exec(`DELETE FROM stream_tickets WHERE api_key = $1`, key)
}
