package store

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"baithaka/inn"
)

// reach is how one viewer's cards are told from all others, in SQL. A card
// concerns a viewer by where its latest shared event happened, or by an event
// that was addressed to them.
type reach struct {
	args []any  // the person, 0 for a key, is the first of them
	me   string // the placeholder of that
	seen string // on n: its shared event concerns them
}

// reachOf begins behind the arguments that a query has already.
func reachOf(by inn.Viewer, taken ...any) reach {
	r := reach{args: append(taken, by.UserID), me: fmt.Sprintf("$%d", len(taken)+1), seen: "1"}
	if !by.Somebody() {
		r.seen = "0"
		return r
	}
	topics := by.Topics()
	if slices.Contains(topics, inn.Everything) {
		return r
	}
	if by.KeyID != 0 {
		topics = slices.DeleteFunc(topics, func(t inn.Topic) bool { return t == inn.System }) // a key limited to properties sees nothing else
	}
	var list string
	list, r.args = in(r.args, topics)
	r.seen = "n.topic IN (" + list + ")"
	return r
}

// arg adds an argument and gives its placeholder.
func (r *reach) arg(value any) string {
	r.args = append(r.args, value)
	return fmt.Sprintf("$%d", len(r.args))
}

// floors reads the person's read floors once: one for everything, and one for
// each kind, which is never below it. "Read all" moves one number.
func (r *reach) floors() string {
	with := `WITH base AS MATERIALIZED (SELECT coalesce((SELECT read_floor FROM users WHERE id = ` + r.me + `), 0) AS floor), me AS MATERIALIZED (SELECT floor`
	for i, kind := range inn.Kinds {
		with += fmt.Sprintf(`, max(floor, coalesce((SELECT f.floor FROM read_floors f WHERE f.user = %s AND f.kind = '%s'), 0)) AS f%d`, r.me, kind, i)
	}
	return with + " FROM base) "
}

// floorOf is the floor of the i-th kind.
func floorOf(i int) string { return fmt.Sprintf("(SELECT f%d FROM me)", i) }

// anyFloor is the floor of the kind that n is of.
var anyFloor = func() string {
	which := "CASE n.kind"
	for i, kind := range inn.Kinds {
		which += fmt.Sprintf(" WHEN '%s' THEN %s", kind, floorOf(i))
	}
	return which + " END"
}()

// latest is the newest event of a card that concerns the viewer, 0 when none
// does. Addressing adds no reader to a booking: its card goes with the right to
// see it.
func (r *reach) latest() string {
	return "CASE WHEN " + r.seen + " THEN max(n.event, coalesce(s.event, 0)) WHEN n.kind <> 'booking_update' THEN coalesce(s.event, 0) ELSE 0 END"
}

// isUnread compares an event with what the person has read.
func isUnread(latest, floor string) string {
	return "(coalesce(s.unread, 0) = 1 OR " + latest + " > max(" + floor + ", coalesce(s.read_event, 0)))"
}

const cardColumns = `n.kind, n.type, n.priority, n.property, coalesce((SELECT p.name FROM properties p WHERE p.slug = n.property), ''), n.subject, n.title, n.body, n.held_by, n.held_at, n.updated`

func scanCard(row interface{ Scan(...any) error }, more ...any) (inn.Notification, error) {
	var n inn.Notification
	var held, updated int64
	err := row.Scan(append([]any{&n.Kind, &n.Type, &n.Priority, &n.Property, &n.House, &n.Subject, &n.Title, &n.Body, &n.HeldBy, &held, &updated, &n.Event}, more...)...)
	n.HeldAt, n.Updated = fromMSPtr(held), fromMS(updated)
	return n, err
}

// NotificationFilter narrows Notifications.
type NotificationFilter struct {
	Unread   bool // only what is unread
	Read     bool // only what is read
	Kind     inn.Kind
	Priority inn.Priority
	Property string
	From     time.Time // when the card last moved: from then on
	Until    time.Time // and before then
	Search   string
	Urgent   *bool // only, or without, what is critical and open
	Before   int64 // place in the log
	Limit    int
}

// where gives the conditions on n alone.
func (f NotificationFilter) where(r *reach) (where string) {
	if f.Kind != "" {
		where += " AND n.kind = " + r.arg(f.Kind)
	}
	if f.Priority != "" {
		where += " AND n.priority = " + r.arg(f.Priority)
	}
	if f.Property != "" {
		where += " AND n.property = " + r.arg(f.Property)
	}
	if !f.From.IsZero() {
		where += " AND n.updated >= " + r.arg(ms(f.From))
	}
	if !f.Until.IsZero() {
		where += " AND n.updated < " + r.arg(ms(f.Until))
	}
	if f.Urgent != nil {
		where += " AND (n.priority = 'critical' AND n.type <> 'alert:resolved') = " + r.arg(*f.Urgent)
	}
	return where
}

// Notifications gives a viewer's cards, the last moved first. They come from
// sources that are each in that order already, so that a page costs what it
// shows and not how many cards there are.
func (s *Store) Notifications(ctx context.Context, by inn.Viewer, f NotificationFilter) ([]inn.Notification, error) {
	if f.Search != "" {
		found, _, err := s.SearchNotifications(ctx, by, f)
		return found, err
	}
	r := reachOf(by)
	narrow := f.where(&r)
	if f.Before == 0 {
		f.Before = math.MaxInt64
	}
	before, limit := r.arg(f.Before), " LIMIT "+r.arg(f.Limit)
	var sources []string
	source := func(from, latest, floor, where string) {
		unread := isUnread(latest, floor)
		switch {
		case f.Unread:
			where += " AND " + unread
		case f.Read:
			where += " AND NOT " + unread
		}
		sources = append(sources, "SELECT * FROM (SELECT n.id, "+latest+" AS latest, "+unread+" AS unread "+from+
			" WHERE "+latest+" > 0 AND "+latest+" < "+before+" AND "+where+narrow+" ORDER BY "+latest+" DESC"+limit+")")
	}
	const (
		cards  = `FROM notifications n LEFT JOIN notification_states s ON s.user = $1 AND s.notification = n.id`
		states = `FROM notification_states s JOIN notifications n ON n.id = s.notification`
	)
	shared := r.seen + " AND coalesce(s.event, 0) <= n.event"
	for i, kind := range inn.Kinds {
		if f.Kind != "" && f.Kind != kind {
			continue
		}
		where := fmt.Sprintf("n.kind = '%s' AND ", kind) + shared
		if f.Unread {
			where += " AND n.event > " + floorOf(i)
		}
		source(cards, "n.event", floorOf(i), where)
	}
	if f.Unread {
		source(states, "n.event", anyFloor, "s.user = $1 AND s.unread = 1 AND n.event <= "+anyFloor+" AND "+shared) // marked
	}
	source(states, "s.event", anyFloor, "s.user = $1 AND s.event > 0 AND s.event > CASE WHEN "+r.seen+" THEN n.event ELSE 0 END AND ("+r.seen+" OR n.kind <> 'booking_update')")
	query := r.floors() + `
		SELECT ` + cardColumns + `, found.latest, NOT found.unread
		FROM (` + strings.Join(sources, " UNION ALL ") + ` ORDER BY latest DESC` + limit + `) found JOIN notifications n ON n.id = found.id
		ORDER BY found.latest DESC`
	rows, err := s.read.QueryContext(ctx, query, r.args...)
	return scanAll(rows, err, func(row interface{ Scan(...any) error }) (inn.Notification, error) {
		var read bool
		n, err := scanCard(row, &read)
		n.Read = read
		return n, err
	})
}

// Notification gives one of a viewer's cards.
func (s *Store) Notification(ctx context.Context, by inn.Viewer, subject string) (inn.Notification, error) {
	query, args := oneCard(by, subject)
	rows, err := s.read.QueryContext(ctx, query, args...)
	all, err := scanAll(rows, err, scanMine)
	if err == nil && len(all) == 0 {
		err = inn.NoSuch("notification")
	}
	if err != nil {
		return inn.Notification{}, err
	}
	return all[0].Notification, nil
}

// mine is a card as one viewer sees it, with what a write needs to know.
type mine struct {
	inn.Notification
	id     int64
	topic  inn.Topic
	shared int64 // its latest event for everybody; 0 when it was made by addressing only
}

// oneCard gives the query for one card that a viewer sees.
func oneCard(by inn.Viewer, subject string) (string, []any) {
	r := reachOf(by)
	latest := r.latest()
	return r.floors() + `SELECT ` + cardColumns + `, ` + latest + `, NOT ` + isUnread(latest, anyFloor) + `, n.id, n.topic, n.event
		FROM notifications n LEFT JOIN notification_states s ON s.user = $1 AND s.notification = n.id
		WHERE n.subject = ` + r.arg(subject) + ` AND ` + latest + ` > 0`, r.args
}

func scanMine(row interface{ Scan(...any) error }) (m mine, err error) {
	var read bool
	m.Notification, err = scanCard(row, &read, &m.id, &m.topic, &m.shared)
	m.Read = read
	return m, err
}
