package store

import (
	"slices"

	"baithaka/db"
	"baithaka/internal/inn"
)

// card moves the card of an event's subject: one row per subject however many
// people see it. An addressed event moves it only for those addressed; who did
// it has read it. An acknowledgement changes who has acknowledged it and nothing
// else: nobody is to read it again for that.
func (t *tx) card(by inn.Viewer, e *inn.Event, n inn.Notification) error {
	if n.AcknowledgedBy != "" {
		if err := t.scheduleRelease(n); err != nil {
			return err
		}
	}
	if !e.Type.MakesCard() && len(e.To) == 0 {
		if e.Type != inn.AlertAcknowledged {
			return nil
		}
		return t.acknowledgeCard(n)
	}
	shared, readers := e.ID, int64(0)
	if len(e.To) > 0 {
		shared = 0
	}
	if !e.Type.AddressNarrows() {
		readers = e.ID // who was added as one before, and may not see this, loses the card
	}
	id, marked, err := t.saveCard(n, e.Topic, shared, readers)
	if err != nil {
		return err
	}
	if marked {
		if err := t.moveMarks(id, shared); err != nil {
			return err
		}
	}
	if len(e.To) > 0 {
		if err := t.addressCard(id, e); err != nil {
			return err
		}
	}
	return t.readOwn(by, id, e.ID)
}

// saveCard writes a card: a row of its own, or the one there is. marked says that
// somebody's state of it is kept: read, unread or addressed. It looks first, since
// SQLite keeps a journal of its own for a statement that may do either.
func (t *tx) saveCard(n inn.Notification, topic inn.Topic, shared, readers int64) (id int64, marked bool, err error) {
	var acknowledged int64
	if n.AcknowledgedAt != nil {
		acknowledged = ms(*n.AcknowledgedAt)
	}
	existing, err := t.row(`
		SELECT id, EXISTS (SELECT 1 FROM notification_states s WHERE s.notification = n.id)
		FROM notifications n WHERE subject = $1`, []any{n.Subject}, &id, &marked)
	if err != nil {
		return 0, false, err
	}
	save := `
		INSERT INTO notifications (subject, kind, type, priority, topic, property, title, body, event, updated, held_by, held_at, readers_from,
			wants, check_in, check_out, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		RETURNING id`
	if existing {
		save = `
		UPDATE notifications SET
			kind = $2, type = $3, priority = $4, topic = $5, property = $6, title = $7, body = $8,
			event = CASE WHEN event > $9 THEN event ELSE $9 END, updated = $10, held_by = $11, held_at = $12, readers_from = $13,
			wants = $14, check_in = $15, check_out = $16, reason = $17
		WHERE subject = $1
		RETURNING id`
	}
	_, err = t.row(save, []any{
		n.Subject, n.Kind, n.Type, n.Priority, topic, n.Property, n.Title, n.Body, shared, ms(n.Updated), n.AcknowledgedBy, acknowledged, readers,
		oneIf(n.Wants), n.CheckIn, n.CheckOut, n.Reason}, &id)
	return id, marked, err
}

// moveMarks brings what people marked about a card along with it. When it has
// moved, to a shared event that is not 0, what was read is read no more; what was
// marked unread stays so.
func (t *tx) moveMarks(card, shared int64) error {
	return t.exec(`
		UPDATE notification_states SET
			covers = CASE WHEN $2 = 0 THEN covers WHEN unread = 1 THEN $2 ELSE 0 END,
			(kind, topic) = (SELECT n.kind, n.topic FROM notifications n WHERE n.id = $1)
		WHERE notification = $1 AND (covers > 0 OR unread = 1)`, card, shared)
}

// readOwn marks read what a person did themselves.
func (t *tx) readOwn(by inn.Viewer, card, event int64) error {
	if by.UserID == 0 {
		return nil
	}
	return t.setMark(by, card, event, true)
}

// setMark writes a person's mark of a card: read up to an event, or unread. It
// covers the card as it stands, if that was read.
func (t *tx) setMark(by inn.Viewer, card, event int64, read bool) error {
	return t.exec(`
		INSERT INTO notification_states (person, notification, read_event, unread, kind, topic, covers)
		SELECT $1, n.id, $3, CAST($4 AS BIGINT), n.kind, n.topic, CASE WHEN CAST($4 AS BIGINT) = 1 OR $3 >= n.event THEN n.event ELSE 0 END FROM notifications n WHERE n.id = $2
		ON CONFLICT (person, notification) DO UPDATE SET
			read_event = `+greater("notification_states.read_event", "excluded.read_event")+`, unread = excluded.unread,
			kind = excluded.kind, topic = excluded.topic, cleared = 0,
			covers = (SELECT CASE WHEN excluded.unread = 1 OR excluded.read_event >= n.event OR notification_states.read_event >= n.event THEN n.event ELSE 0 END
				FROM notifications n WHERE n.id = notification_states.notification)`, by.UserID, card, event, oneIf(!read))
}

// addressed returns to whom a card was addressed, when it is nobody else's: what
// becomes of it is told to them alone. It is the rooms and roles of then, and not
// who was in them: that is decided anew when it is told.
func (t *tx) addressed(subject string) ([]inn.Topic, error) {
	rows, err := t.rows(`
		SELECT DISTINCT coalesce(e.recipients, 'user:' || s.person)
		FROM notifications n JOIN notification_states s ON s.notification = n.id LEFT JOIN events e ON e.id = s.event
		WHERE n.subject = $1 AND n.event = 0 AND s.event > 0 AND s.event >= n.readers_from
		UNION SELECT e.recipients
		FROM notifications n JOIN addressings a ON a.notification = n.id JOIN events e ON e.id = a.event
		WHERE n.subject = $1 AND n.event = 0 AND a.event >= n.readers_from`, subject)
	all, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (to string, err error) { return to, row.Scan(&to) })
	var topics []inn.Topic
	for _, to := range all {
		topics = append(topics, splitTopics(to)...)
	}
	slices.Sort(topics)
	return slices.Compact(topics), err
}

// addressedNoMore takes from a person the cards that had been addressed to a role
// or a property that is not theirs any more. What the log does not hold any more
// cannot have been addressed to them.
func (t *tx) addressedNoMore(m inn.Member) error {
	rows, err := t.rows(`
		SELECT id, topic, recipients, type, property FROM events
		WHERE id IN (SELECT event FROM notification_states WHERE person = $1 AND event > 0)`, m.ID)
	events, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (e inn.Event, err error) {
		var recipients string
		err = row.Scan(&e.ID, &e.Topic, &recipients, &e.Type, &e.Property)
		e.To = splitTopics(recipients)
		return e, err
	})
	if err != nil {
		return err
	}
	v := m.Viewer()
	seen := []int64{}
	for i := range events {
		if v.Sees(&events[i]) {
			seen = append(seen, events[i].ID)
		}
	}
	return t.exec(`
		UPDATE notification_states SET event = 0
		WHERE person = $1 AND event > 0 AND event NOT IN (SELECT value FROM {numbers $2})`, m.ID, db.List(seen))
}
