package store

import (
	"context"
	"fmt"
	"strings"

	"baithaka/internal/inn"
)

// acknowledgeable is what somebody can acknowledge: an alert or a booking.
type acknowledgeable struct {
	subject  string
	property string
	alert    *inn.Alert
	booking  *inn.Booking
	by       string // who acknowledged it; "" for nobody
}

// acknowledgeable returns an alert or a booking by its subject.
func (t *tx) acknowledgeable(subject string) (target acknowledgeable, found bool, err error) {
	target.subject = subject
	noun, name, _ := strings.Cut(subject, ":")
	switch noun {
	case "alert":
		property, key, _ := strings.Cut(name, ":")
		var a inn.Alert
		a, found, err = t.alert(property, key)
		target.alert, target.property = &a, property
		if a.Status == inn.Acknowledged {
			target.by = a.AcknowledgedBy
		}
	case "booking":
		var b inn.Booking
		b, found, err = t.booking(name)
		target.booking, target.property, target.by = &b, b.Property, b.AcknowledgedBy
	}
	return target, found, err
}

// toAcknowledge returns an alert or a booking that the viewer may acknowledge. What
// they do not see is not found; what they see and may not acknowledge is forbidden.
func (t *tx) toAcknowledge(by inn.Viewer, subject string) (acknowledgeable, error) {
	target, found, err := t.acknowledgeable(subject)
	if err != nil || found && by.MayAcknowledge(target.property) {
		return target, err
	}
	if _, err := t.mine(by, subject); err != nil {
		return target, err
	}
	if !found {
		return target, inn.E(inn.Conflict, "Only alerts and bookings can be taken in hand.")
	}
	return target, inn.E(inn.Forbidden, "You may read this, and not take it in hand.")
}

// Acknowledge is "Got it": the viewer looks after an alert or a booking, and everybody
// who sees it is told so. To acknowledge one's own again changes nothing; what
// somebody else has acknowledged is a conflict.
func (s *Store) Acknowledge(ctx context.Context, by inn.Viewer, subject string) error {
	return s.act(ctx, by, inn.NotificationAcknowledge, func(t *tx, by inn.Viewer) error {
		target, err := t.toAcknowledge(by, subject)
		if err != nil {
			return err
		}
		if target.by == by.AcknowledgerName() {
			return nil
		}
		if target.by != "" {
			return inn.E(inn.Conflict, "%s has it already.", target.by)
		}
		return t.acknowledge(by, target)
	})
}

// TakeOver is "Got it" for what somebody else has acknowledged: it is the viewer's
// from now on, and everybody who sees it is told so.
func (s *Store) TakeOver(ctx context.Context, by inn.Viewer, subject string) error {
	return s.act(ctx, by, inn.NotificationAcknowledge, func(t *tx, by inn.Viewer) error {
		target, err := t.toAcknowledge(by, subject)
		if err != nil || target.by == by.AcknowledgerName() {
			return err
		}
		return t.acknowledge(by, target)
	})
}

// acknowledge writes that the viewer looks after an alert or a booking, whoever did
// before.
func (t *tx) acknowledge(by inn.Viewer, target acknowledgeable) (err error) {
	if target.alert != nil {
		err = t.acknowledgeAlert(by, *target.alert)
	} else {
		err = t.acknowledgeBooking(by, *target.booking)
	}
	if err != nil {
		return err
	}
	return t.readAcknowledged(by, target.subject)
}

// Resolve says that an alert is over, with a word on why where there is one. It
// takes what publishing that would. One that is over already stays as it is.
func (s *Store) Resolve(ctx context.Context, by inn.Viewer, subject, reason string) error {
	reason = inn.CleanText(reason, false)
	if len([]rune(reason)) > inn.MaxReason {
		return inn.InvalidFields([]inn.FieldError{{Field: "reason", Detail: fmt.Sprintf("must be %d characters or fewer", inn.MaxReason)}})
	}
	return s.act(ctx, by, inn.AlertResolved.Takes(), func(t *tx, by inn.Viewer) error {
		target, found, err := t.acknowledgeable(subject)
		if err != nil {
			return err
		}
		if !found || !by.May(inn.AlertView, target.property) && !by.MayResolve(target.property) {
			if _, err := t.mine(by, subject); err != nil {
				return err
			}
		}
		switch {
		case target.alert == nil || !found:
			return inn.E(inn.Conflict, "Only alerts can be resolved.")
		case !by.MayResolve(target.property):
			return inn.E(inn.Forbidden, "You may read this, and not say that it is over. Whoever manages the property may.")
		case !target.alert.Open():
			return nil
		}
		a, _, err := target.alert.Apply(inn.AlertResolved, inn.AlertChange{Reason: reason}, true, by.AcknowledgerName(), t.now)
		if err != nil {
			return err
		}
		return t.alertMoves(by, a, inn.AlertResolved)
	})
}

// readAcknowledged marks the card of what somebody has acknowledged read for them.
func (t *tx) readAcknowledged(by inn.Viewer, subject string) error {
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

// Unacknowledge takes a "Got it" back: the alert or booking needs somebody again and
// is announced anew. Whoever may acknowledge it may do that, for who did may have
// gone home.
func (s *Store) Unacknowledge(ctx context.Context, by inn.Viewer, subject string) error {
	return s.act(ctx, by, inn.NotificationAcknowledge, func(t *tx, by inn.Viewer) error {
		target, err := t.toAcknowledge(by, subject)
		if err != nil {
			return err
		}
		return t.release(by, target)
	})
}

// release ends an acknowledgement, if there is one.
func (t *tx) release(by inn.Viewer, target acknowledgeable) error {
	switch {
	case target.by == "":
		return nil
	case target.alert != nil:
		a, _ := target.alert.Release()
		return t.alertMoves(by, a, inn.AlertRaised)
	}
	return t.releaseBooking(by, *target.booking)
}

func (t *tx) acknowledgeAlert(by inn.Viewer, was inn.Alert) error {
	if was.Status == inn.Acknowledged {
		return t.alertMoves(by, was.TakeOver(by.AcknowledgerName(), t.now), inn.AlertAcknowledged)
	}
	a, _, err := was.Apply(inn.AlertAcknowledged, inn.AlertChange{}, true, by.AcknowledgerName(), t.now)
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

func (t *tx) acknowledgeBooking(by inn.Viewer, b inn.Booking) error {
	if err := t.exec(`UPDATE bookings SET held_by = $2, held_at = $3 WHERE id = $1`, b.ID, by.AcknowledgerName(), ms(t.now)); err != nil {
		return err
	}
	e, n, err := t.bookingMoves(by, b, inn.NotificationAcknowledged)
	if err != nil {
		return err
	}
	n.AcknowledgedBy, n.AcknowledgedAt, n.PreviouslyAcknowledgedBy = by.AcknowledgerName(), &t.now, b.AcknowledgedBy
	if err := t.append(e, n); err != nil {
		return err
	}
	if err := t.scheduleRelease(n); err != nil {
		return err
	}
	return t.acknowledgeCard(n)
}

func (t *tx) releaseBooking(by inn.Viewer, b inn.Booking) error {
	if err := t.exec(`UPDATE bookings SET held_by = '', held_at = 0 WHERE id = $1`, b.ID); err != nil {
		return err
	}
	e, n, err := t.bookingMoves(by, b, inn.NotificationReleased)
	if err != nil {
		return err
	}
	n.PreviouslyAcknowledgedBy, n.Updated = b.AcknowledgedBy, t.now
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

// bookingMoves returns the event of a "Got it" or of its end, and the booking's
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

// acknowledgeCard writes onto a card who has acknowledged it.
func (t *tx) acknowledgeCard(n inn.Notification) error {
	return t.exec(`UPDATE notifications SET held_by = $2, held_at = $3 WHERE subject = $1`, n.Subject, n.AcknowledgedBy, ms(*n.AcknowledgedAt))
}

// scheduleRelease sets the time at which a "Got it" runs out, by the priority. What is
// neither critical nor high stays acknowledged.
func (t *tx) scheduleRelease(n inn.Notification) error {
	limit, ends := map[inn.Priority]inn.Limit{inn.Critical: inn.GotCritical, inn.High: inn.GotHigh}[n.Priority]
	if !ends {
		return nil
	}
	target, err := t.houseSettings()
	if err != nil {
		return err
	}
	at := n.AcknowledgedAt.Add(target.Lasts(limit))
	return t.exec(`INSERT INTO due (what, subject, at) VALUES ('hold', $1, $2) ON CONFLICT (what, subject) DO UPDATE SET at = excluded.at`, n.Subject, ms(at))
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
