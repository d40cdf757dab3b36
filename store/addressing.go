package store

import (
	"context"
	"strconv"
	"strings"

	"baithaka/db"
	"baithaka/internal/inn"
)

// What was addressed to a person, a role or a room stands in the list of each of
// those it concerns, by a row of theirs. How many these are is not for the house
// to say: whoever is named is written down where the event is stored, and so is
// everybody in a small house; in a large one they follow in steps.
const (
	// addressAtOnce is for how many people and events one publish looks whether they
	// are concerned.
	addressAtOnce = 2000
	// addressPeople and addressEvents are for how many one step does.
	addressPeople, addressEvents = 100, 10
)

// addressCard brings a card to those an event is addressed to.
func (t *tx) addressCard(card int64, e *inn.Event) error {
	named := []int64{}
	many := false
	for _, topic := range e.To {
		if id, one := personIn(topic); one {
			named = append(named, id)
		} else {
			many = true
		}
	}
	if many {
		people, few, err := t.everybody()
		if err != nil {
			return err
		}
		if few {
			return t.bring(card, e, people)
		}
		if err := t.exec(`INSERT INTO addressings (event, notification) VALUES ($1, $2)`, e.ID, card); err != nil {
			return err
		}
	}
	if len(named) == 0 {
		return nil
	}
	people, err := t.people(`u.id IN (SELECT value FROM {numbers $1})`, db.List(named))
	if err != nil {
		return err
	}
	return t.bring(card, e, people)
}

// personIn returns the person whose topic it is.
func personIn(topic inn.Topic) (id int64, one bool) {
	number, one := strings.CutPrefix(string(topic), "user:")
	if !one {
		return 0, false
	}
	id, err := strconv.ParseInt(number, 10, 64)
	return id, err == nil
}

// everybody returns all people who may sign in, while few enough are left to look
// at in this transaction.
func (t *tx) everybody() (people []inn.Viewer, few bool, err error) {
	if t.all == nil {
		var n int
		if _, err := t.row(`SELECT count(*) FROM users WHERE disabled = 0`, nil, &n); err != nil {
			return nil, false, err
		}
		if n > t.left {
			return nil, false, nil
		}
		if t.all, err = t.people(`1 = 1`); err != nil {
			return nil, false, err
		}
	}
	if len(t.all) > t.left {
		return nil, false, nil
	}
	t.left -= len(t.all)
	return t.all, true, nil
}

// people returns those who may sign in under a condition, by their numbers.
func (t *tx) people(where string, args ...any) (people []inn.Viewer, err error) {
	rows, err := t.rows(`SELECT `+memberColumns+` FROM users u WHERE u.disabled = 0 AND `+where+` ORDER BY u.id`, args...)
	return scanAll(rows, err, func(row interface{ Scan(...any) error }) (inn.Viewer, error) {
		m, err := scanMember(row)
		return m.Viewer(), err
	})
}

// bring writes down for whom of some people a card is, by an event that is
// addressed to them.
func (t *tx) bring(card int64, e *inn.Event, people []inn.Viewer) error {
	for _, v := range people {
		if !v.Sees(e) || !v.Notified(e) {
			continue
		}
		if err := t.exec(`
			INSERT INTO notification_states (person, notification, event) VALUES ($1, $2, $3)
			ON CONFLICT (person, notification) DO UPDATE SET
				event = CASE WHEN excluded.event > notification_states.event THEN excluded.event ELSE notification_states.event END`,
			v.UserID, card, e.ID); err != nil {
			return err
		}
	}
	return nil
}

// Address brings cards to those of a large house whom their events are addressed
// to by role or room, in steps, until all of them have come to everybody. It
// costs a look at an empty table when there is nothing to do.
func (s *Store) Address(ctx context.Context) error {
	for {
		var some bool
		if err := s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM addressings)`).Scan(&some); err != nil || !some {
			return err
		}
		if err := s.writeLong(ctx, (*tx).addressSome); err != nil {
			return err
		}
	}
}

// addressing is an event whose card has come to the people up to one.
type addressing struct{ event, card, upto int64 }

// addressSome does one step: some people, and the oldest events that have come as
// far. Their rights are those of now, as they are when the event itself is
// delivered. Pages count again when an event has come to everybody.
func (t *tx) addressSome() error {
	rows, err := t.rows(`
		SELECT event, notification, upto FROM addressings
		WHERE upto = (SELECT upto FROM addressings ORDER BY event LIMIT 1)
		ORDER BY event LIMIT $1`, addressEvents)
	open, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (a addressing, err error) {
		return a, row.Scan(&a.event, &a.card, &a.upto)
	})
	if err != nil || len(open) == 0 {
		return err
	}
	var upto int64 // 0 when these are the last
	if _, err := t.row(`SELECT coalesce((SELECT id FROM users WHERE id > $1 ORDER BY id LIMIT 1 OFFSET $2), 0)`,
		[]any{open[0].upto, addressPeople - 1}, &upto); err != nil {
		return err
	}
	people, err := t.people(`u.id > $1 AND ($2 = 0 OR u.id <= $2)`, open[0].upto, upto)
	if err != nil {
		return err
	}
	for _, a := range open {
		e, found, err := t.event(a.event)
		if err == nil && found { // else it is past its retention
			err = t.bring(a.card, &e, people)
		}
		if err == nil && upto == 0 {
			err = t.exec(`DELETE FROM addressings WHERE event = $1`, a.event)
		} else if err == nil {
			err = t.exec(`UPDATE addressings SET upto = $2 WHERE event = $1`, a.event, upto)
		}
		if err != nil {
			return err
		}
	}
	if upto != 0 {
		return nil
	}
	return t.append(&inn.Event{Topic: inn.System, Type: inn.NotificationsCleaned, Subject: "notifications", Actor: inn.Viewer{}.Actor()},
		map[string]int{"addressed": len(open)})
}
