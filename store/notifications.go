package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"baithaka/inn"
)

// card moves the card of an event's subject: one row per subject however many
// people see it. An addressed event moves it only for those addressed; who did
// it has read it.
func (t *tx) card(by inn.Viewer, e *inn.Event, title, body string) error {
	if !e.Type.MakesCard() && len(e.To) == 0 {
		return nil
	}
	shared := e.ID
	if len(e.To) > 0 {
		shared = 0
	}
	if len(body) > 500 {
		body = string([]rune(body)[:min(len([]rune(body)), 200)]) + "…"
	}
	var id int64
	_, err := t.row(`
		INSERT INTO notifications (subject, kind, type, priority, topic, property, title, body, event, updated)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (subject) DO UPDATE SET
			kind = excluded.kind,
			type = excluded.type,
			priority = excluded.priority,
			topic = excluded.topic,
			property = excluded.property,
			title = excluded.title,
			body = excluded.body,
			event = max(notifications.event, excluded.event),
			updated = excluded.updated
		RETURNING id`,
		[]any{e.Subject, e.Kind(), e.Type, e.Priority, e.Topic, e.Property, title, body, shared, ms(e.At)}, &id)
	if err != nil {
		return err
	}
	if len(e.To) > 0 {
		members, err := t.members()
		if err != nil {
			return err
		}
		for _, m := range members {
			if v := m.Viewer(); !v.Sees(e) || !v.Notified(e) {
				continue
			}
			if err := t.exec(`
				INSERT INTO notification_states (user, notification, event) VALUES ($1, $2, $3)
				ON CONFLICT DO UPDATE SET event = excluded.event`, m.ID, id, e.ID); err != nil {
				return err
			}
		}
	}
	if by.UserID == 0 {
		return nil
	}
	return t.exec(`
		INSERT INTO notification_states (user, notification, read_event) VALUES ($1, $2, $3)
		ON CONFLICT DO UPDATE SET read_event = excluded.read_event, unread = 0`, by.UserID, id, e.ID)
}

// cardsOf is the FROM and WHERE that hold the cards of one person, $1, and the
// expressions for what concerns them: the latest event, and whether it is read.
// The person's read floor is joined, so that "read all" moves one number.
func cardsOf(by inn.Viewer) (from, latest, unread string, args []any) {
	args = []any{by.UserID}
	seen := "1"
	if topics := by.Topics(); !slices.Contains(topics, inn.Everything) {
		var list string
		list, args = in(args, topics)
		seen = "n.topic IN (" + list + ")"
	}
	latest = "max(CASE WHEN " + seen + " THEN n.event ELSE 0 END, coalesce(s.event, 0))"
	unread = "(coalesce(s.unread, 0) = 1 OR " + latest + " > max(u.read_floor, coalesce(s.read_event, 0)))"
	from = ` FROM users u
		CROSS JOIN notifications n
		LEFT JOIN notification_states s ON s.user = u.id AND s.notification = n.id
		WHERE u.id = $1 AND ` + latest + ` > 0`
	return from, latest, unread, args
}

// NotificationFilter narrows Notifications.
type NotificationFilter struct {
	Unread bool
	Before int64 // place in the log
	Limit  int
}

// Notifications gives a person's cards, the last moved first.
func (s *Store) Notifications(ctx context.Context, by inn.Viewer, f NotificationFilter) ([]inn.Notification, error) {
	from, latest, unread, args := cardsOf(by)
	where := ""
	if f.Unread {
		where += " AND " + unread
	}
	if f.Before > 0 {
		args = append(args, f.Before)
		where += fmt.Sprintf(" AND %s < $%d", latest, len(args))
	}
	args = append(args, f.Limit)
	rows, err := s.db.Read.QueryContext(ctx, fmt.Sprintf(`
		SELECT n.id, n.kind, n.type, n.priority, n.property, n.subject, n.title, n.body, %s AS latest, NOT %s, n.held_by, n.held_at, n.updated
		%s %s ORDER BY latest DESC LIMIT $%d`, latest, unread, from, where, len(args)), args...)
	return scanAll(rows, err, func(row interface{ Scan(...any) error }) (inn.Notification, error) {
		var n inn.Notification
		var held, updated int64
		err := row.Scan(&n.ID, &n.Kind, &n.Type, &n.Priority, &n.Property, &n.Subject, &n.Title, &n.Body, &n.Event, &n.Read, &n.HeldBy, &held, &updated)
		n.HeldAt, n.Updated = fromMSPtr(held), fromMS(updated)
		return n, err
	})
}

// Badge counts a person's unread cards. The bell shows this number and no other.
func (s *Store) Badge(ctx context.Context, by inn.Viewer) (b inn.Badge, err error) {
	if by.UserID == 0 {
		return b, nil
	}
	from, _, unread, args := cardsOf(by)
	err = s.db.Read.QueryRowContext(ctx, `
		SELECT count(*), coalesce(sum(n.priority = 'critical'), 0)`+from+` AND `+unread, args...).Scan(&b.Unread, &b.Critical)
	return b, err
}

// readMarks is the snapshot of a notification:read event.
type readMarks struct {
	IDs  []string `json:"ids,omitempty"`
	All  bool     `json:"all,omitempty"`
	Read bool     `json:"read"`
}

// MarkRead marks one of a person's cards read, or unread again, and tells every
// tab of theirs.
func (s *Store) MarkRead(ctx context.Context, by inn.Viewer, id int64, read bool) error {
	return s.write(ctx, func(t *tx) error {
		from, latest, _, args := cardsOf(by)
		args = append(args, id)
		var event int64
		found, err := t.row(fmt.Sprintf(`SELECT %s %s AND n.id = $%d`, latest, from, len(args)), args, &event)
		if err != nil {
			return err
		}
		if !found {
			return inn.NoSuch("notification")
		}
		err = t.exec(`
			INSERT INTO notification_states (user, notification, read_event, unread) VALUES ($1, $2, $3, $4)
			ON CONFLICT DO UPDATE SET read_event = max(read_event, excluded.read_event), unread = excluded.unread`,
			by.UserID, id, event, !read)
		if err != nil {
			return err
		}
		return t.marked(by, readMarks{IDs: []string{strconv.FormatInt(id, 10)}, Read: read})
	})
}

// MarkAllRead moves a person's read floor to the head of the log: one number,
// however many cards there are.
func (s *Store) MarkAllRead(ctx context.Context, by inn.Viewer) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.exec(`UPDATE users SET read_floor = coalesce((SELECT max(id) FROM events), 0) WHERE id = $1`, by.UserID); err != nil {
			return err
		}
		if err := t.exec(`UPDATE notification_states SET unread = 0 WHERE user = $1 AND unread = 1`, by.UserID); err != nil {
			return err
		}
		return t.marked(by, readMarks{All: true, Read: true})
	})
}

func (t *tx) marked(by inn.Viewer, marks readMarks) error {
	return t.append(&inn.Event{
		Topic: by.Own(), Type: inn.NotificationRead, Subject: string(by.Own()), Actor: by.Actor(), By: by.Name,
	}, marks)
}
