package store

import (
	"context"
	"strings"

	"baithaka/internal/inn"
)

// held is what somebody can take in hand: an alert or a booking.
type held struct {
	subject  string
	property string
	alert    *inn.Alert
	booking  *inn.Booking
	by       string // who has it; "" for nobody
}

// inHand gives an alert or a booking by its subject.
func (t *tx) inHand(subject string) (h held, found bool, err error) {
	h.subject = subject
	noun, name, _ := strings.Cut(subject, ":")
	switch noun {
	case "alert":
		property, key, _ := strings.Cut(name, ":")
		var a inn.Alert
		a, found, err = t.alert(property, key)
		h.alert, h.property = &a, property
		if a.Status == inn.Acknowledged {
			h.by = a.HandledBy
		}
	case "booking":
		var b inn.Booking
		b, found, err = t.booking(name)
		h.booking, h.property, h.by = &b, b.Property, b.HeldBy
	}
	return h, found, err
}

// holdable gives an alert or a booking that the viewer may take in hand. What they
// do not see is not there; what they see and may not take is forbidden.
func (t *tx) holdable(by inn.Viewer, subject string) (held, error) {
	h, found, err := t.inHand(subject)
	if err != nil || found && by.MayHold(h.property) {
		return h, err
	}
	if _, err := t.mine(by, subject); err != nil {
		return h, err
	}
	if !found {
		return h, inn.E(inn.Conflict, "Only alerts and bookings can be taken in hand.")
	}
	return h, inn.E(inn.Forbidden, "You may read this, and not take it in hand.")
}

// Acknowledge is "Got it": the viewer has an alert or a booking in hand, and
// everybody who sees it is told so. What they have already stays theirs; what
// somebody else has is not taken from them.
func (s *Store) Acknowledge(ctx context.Context, by inn.Viewer, subject string) error {
	return s.act(ctx, by, inn.NotificationAcknowledge, func(t *tx, by inn.Viewer) error {
		h, err := t.holdable(by, subject)
		if err != nil {
			return err
		}
		if h.by == by.Holder() {
			return nil
		}
		if h.by != "" {
			return inn.E(inn.Conflict, "%s has it already.", h.by)
		}
		if h.alert != nil {
			err = t.holdAlert(by, *h.alert)
		} else {
			err = t.holdBooking(by, *h.booking)
		}
		if err != nil {
			return err
		}
		return t.readHeld(by, subject)
	})
}

// readHeld marks the card of what somebody has taken in hand read for them.
func (t *tx) readHeld(by inn.Viewer, subject string) error {
	if by.UserID == 0 {
		return nil
	}
	m, err := t.mine(by, subject)
	if inn.CodeOf(err) == inn.NotFound {
		return nil // it has no card, or none for them
	}
	if err != nil {
		return err
	}
	changed, err := t.mark(by, &m, true)
	if err != nil || !changed {
		return err
	}
	return t.marked(by, Marks{IDs: []string{subject}, Read: true, Card: &m.Notification})
}

// Unacknowledge takes a "Got it" back: the alert or booking wants somebody again,
// and rings. Whoever may take it in hand may do that, for who has it may have
// gone home.
func (s *Store) Unacknowledge(ctx context.Context, by inn.Viewer, subject string) error {
	return s.act(ctx, by, inn.NotificationAcknowledge, func(t *tx, by inn.Viewer) error {
		h, err := t.holdable(by, subject)
		if err != nil {
			return err
		}
		return t.release(by, h)
	})
}

// release lets go of what somebody has in hand, if anybody does.
func (t *tx) release(by inn.Viewer, h held) error {
	switch {
	case h.by == "":
		return nil
	case h.alert != nil:
		a, _ := h.alert.Release()
		return t.alertMoves(by, a, inn.AlertRaised)
	}
	return t.releaseBooking(by, *h.booking)
}

func (t *tx) holdAlert(by inn.Viewer, was inn.Alert) error {
	a, _, err := was.Apply(inn.AlertAcknowledged, inn.AlertChange{}, true, by.Holder(), t.now)
	if err != nil {
		return err
	}
	return t.alertMoves(by, a, inn.AlertAcknowledged)
}

// alertMoves writes an alert after a step that was taken here: row, event, card.
func (t *tx) alertMoves(by inn.Viewer, a inn.Alert, as inn.Type) error {
	to, err := t.addressed(a.Subject())
	if err != nil {
		return err
	}
	e := &inn.Event{
		Topic: a.Topic(), To: to, Type: as, Priority: a.Priority,
		Subject: a.Subject(), Property: a.Property, Actor: by.Actor(), By: by.Name,
	}
	if err := t.append(e, a); err != nil {
		return err
	}
	a.Event = e.ID
	if err := t.saveAlert(a, true); err != nil {
		return err
	}
	return t.card(by, e, a.Card(e))
}

func (t *tx) holdBooking(by inn.Viewer, b inn.Booking) error {
	if err := t.exec(`UPDATE bookings SET held_by = $2, held_at = $3 WHERE id = $1`, b.ID, by.Holder(), ms(t.now)); err != nil {
		return err
	}
	e, n, err := t.bookingMoves(by, b, inn.NotificationHeld)
	if err != nil {
		return err
	}
	n.HeldBy, n.HeldAt = by.Holder(), &t.now
	if err := t.append(e, n); err != nil {
		return err
	}
	if err := t.holdEnds(n); err != nil {
		return err
	}
	return t.holdCard(n)
}

func (t *tx) releaseBooking(by inn.Viewer, b inn.Booking) error {
	if err := t.exec(`UPDATE bookings SET held_by = '', held_at = 0 WHERE id = $1`, b.ID); err != nil {
		return err
	}
	e, n, err := t.bookingMoves(by, b, inn.NotificationReleased)
	if err != nil {
		return err
	}
	n.HadBy, n.Updated = b.HeldBy, t.now
	if err := t.append(e, n); err != nil {
		return err
	}
	// It is new again for everybody who had the card.
	var id, shared int64
	found, err := t.row(`
		UPDATE notifications SET held_by = '', held_at = 0, updated = $3, event = CASE WHEN event > 0 THEN $2 ELSE 0 END
		WHERE subject = $1
		RETURNING id, event`, []any{n.Subject, e.ID, ms(t.now)}, &id, &shared)
	if err != nil || !found {
		return err
	}
	if err := t.moveMarks(id, shared); err != nil {
		return err
	}
	if len(e.To) > 0 {
		if err := t.addressCard(id, e); err != nil {
			return err
		}
	}
	return t.readOwn(by, id, e.ID)
}

// bookingMoves gives the event of a "Got it" or of its end, and the booking's
// card, which is its snapshot.
func (t *tx) bookingMoves(by inn.Viewer, b inn.Booking, as inn.Type) (e *inn.Event, n inn.Notification, err error) {
	n = b.Card(&inn.Event{At: b.ChangedAt, Type: b.Last, Priority: b.Last.Priority(), Subject: b.Subject(), Property: b.Property})
	// The card knows the priority that the last event was given, and when it came.
	updated := ms(n.Updated)
	if _, err = t.row(`SELECT priority, updated FROM notifications WHERE subject = $1`, []any{n.Subject}, &n.Priority, &updated); err != nil {
		return nil, n, err
	}
	n.Updated = fromMS(updated)
	to, err := t.addressed(n.Subject)
	return &inn.Event{
		Topic: inn.PropertyTopic(b.Property), To: to, Type: as, Priority: n.Priority, Subject: n.Subject, Property: b.Property,
		Actor: by.Actor(), By: by.Name,
	}, n, err
}

// holdCard writes into whose hand a card has come.
func (t *tx) holdCard(n inn.Notification) error {
	return t.exec(`UPDATE notifications SET held_by = $2, held_at = $3 WHERE subject = $1`, n.Subject, n.HeldBy, ms(*n.HeldAt))
}

// holdEnds sets the time at which a "Got it" runs out, by the priority. What is
// neither critical nor high stays in the hand it is in.
func (t *tx) holdEnds(n inn.Notification) error {
	limit, ends := map[inn.Priority]inn.Limit{inn.Critical: inn.GotCritical, inn.High: inn.GotHigh}[n.Priority]
	if !ends {
		return nil
	}
	h, err := t.houseSettings()
	if err != nil {
		return err
	}
	at := n.HeldAt.Add(h.Lasts(limit))
	return t.exec(`INSERT OR REPLACE INTO due (what, subject, at) VALUES ('hold', $1, $2)`, n.Subject, ms(at))
}

// alert reads one alert inside a write.
func (t *tx) alert(property, key string) (a inn.Alert, found bool, err error) {
	rows, err := t.rows(`SELECT `+alertColumns+alertsFrom+`WHERE a.property = $1 AND a.key = $2`, property, key)
	all, err := scanAll(rows, err, scanAlert)
	if err != nil || len(all) == 0 {
		return inn.Alert{}, false, err
	}
	return all[0], true, nil
}
