package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"baithaka/db"
	"baithaka/internal/inn"
)

// reach is how one viewer's cards are told from all others, in SQL. A card
// concerns a viewer by where its latest shared event happened, or by an event
// that was addressed to them.
type reach struct {
	args   []any    // the person, 0 for a key, is the first of them
	me     string   // the placeholder of that
	all    int64    // the read floor for everything
	floor  string   // its placeholder, where it is asked for; see aboveAll
	floors []string // those of the floors of each kind
	topics string   // that of the list of topics whose shared events concern them; "" for none
	every  bool     // or all do
}

// reachOf begins behind the arguments that a query has already.
func reachOf(by inn.Viewer, read floors, taken ...any) reach {
	r := reach{args: taken}
	r.me, r.all = r.arg(by.UserID), read.all
	for _, floor := range read.kinds {
		r.floors = append(r.floors, r.arg(floor))
	}
	if !by.Somebody() {
		return r
	}
	topics := heard(by)
	if r.every = topics == nil; r.every {
		return r
	}
	if by.KeyID != 0 { // a key limited to properties sees nothing else
		topics = slices.DeleteFunc(topics, func(t inn.Topic) bool { return t == inn.System })
	}
	r.topics = r.arg(db.List(topics))
	return r
}

// on is the condition that a topic concerns the viewer.
func (r *reach) on(topic string) string {
	switch {
	case r.every:
		return "1 = 1"
	case r.topics == "":
		return "1 = 0"
	}
	return topic + " IN (SELECT value FROM {texts " + r.topics + "})"
}

// seen is the condition that the shared event of n does.
func (r *reach) seen() string { return r.on("n.topic") }

// aboveAll is the placeholder of the read floor for everything.
func (r *reach) aboveAll() string {
	if r.floor == "" {
		r.floor = r.arg(r.all)
	}
	return r.floor
}

// arg adds an argument and returns its placeholder.
func (r *reach) arg(value any) string {
	r.args = append(r.args, value)
	return "$" + strconv.Itoa(len(r.args))
}

// floors are the positions up to which a person has read everything: all of it, and
// each kind, which is never below that. "Read all" moves one number.
type floors struct {
	all   int64
	kinds []int64 // in the order of inn.Kinds
}

// floorsQuery reads the floors of person $1. They are read before the cards: a
// floor that moves in between has an event, and after that everything is read
// again.
var floorsQuery = func() string {
	query := `SELECT coalesce((SELECT read_floor FROM users WHERE id = $1), 0)`
	for _, kind := range inn.Kinds {
		query += fmt.Sprintf(`, coalesce((SELECT f.floor FROM read_floors f WHERE f.person = $1 AND f.kind = '%s'), 0)`, kind)
	}
	return query
}()

func (f *floors) into() []any {
	f.kinds = make([]int64, len(inn.Kinds))
	into := []any{&f.all}
	for i := range f.kinds {
		into = append(into, &f.kinds[i])
	}
	return into
}

// rise brings the floors of the kinds up to that of everything.
func (f *floors) rise() {
	for i, floor := range f.kinds {
		f.kinds[i] = max(floor, f.all)
	}
}

func (s *Store) reach(ctx context.Context, by inn.Viewer, taken ...any) (reach, error) {
	var read floors
	err := s.read.QueryRowContext(ctx, floorsQuery, by.UserID).Scan(read.into()...)
	read.rise()
	return reachOf(by, read, taken...), err
}

func (t *tx) reach(by inn.Viewer) (reach, error) {
	var read floors
	_, err := t.row(floorsQuery, []any{by.UserID}, read.into()...)
	read.rise()
	return reachOf(by, read), err
}

// anyFloor is the floor of the kind that n is of.
func (r *reach) anyFloor() string {
	which := "CASE n.kind"
	for i, kind := range inn.Kinds {
		which += fmt.Sprintf(" WHEN '%s' THEN CAST(%s AS BIGINT)", kind, r.floors[i])
	}
	return which + " END"
}

// latest is the newest event of a card that concerns the viewer, 0 when none
// does. Addressing adds no reader to a booking: its card goes with the right to
// see it.
func (r *reach) latest() string {
	return "CASE WHEN " + r.seen() + " THEN " + greater("n.event", "coalesce(s.event, 0)") + " WHEN n.kind <> 'booking_update' AND s.event >= n.readers_from THEN s.event ELSE 0 END"
}

// unread compares an event with what the person has read.
func (r *reach) unread(latest string) string {
	return "(coalesce(s.unread, 0) = 1 OR " + latest + " > " + greater(r.anyFloor(), "coalesce(s.read_event, 0)") + ")"
}

const cardColumns = `n.kind, n.type, n.priority, n.property, coalesce((SELECT p.name FROM properties p WHERE p.slug = n.property), ''), n.subject, n.title, n.body, n.held_by, n.held_at, n.updated, n.wants, n.check_in, n.check_out, n.reason`

func scanCard(row interface{ Scan(...any) error }, more ...any) (inn.Notification, error) {
	var n inn.Notification
	var acknowledged, updated, wants int64
	err := row.Scan(append([]any{&n.Kind, &n.Type, &n.Priority, &n.Property, &n.PropertyName, &n.Subject, &n.Title, &n.Body, &n.AcknowledgedBy, &acknowledged, &updated, &wants, &n.CheckIn, &n.CheckOut, &n.Reason, &n.Event}, more...)...)
	n.AcknowledgedAt, n.Updated, n.Wants = fromMSPtr(acknowledged), fromMS(updated), wants != 0
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
	Before   int64 // position in the log
	Limit    int
}

// where returns the conditions on n alone.
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

// Notification returns one of a viewer's cards.
func (s *Store) Notification(ctx context.Context, by inn.Viewer, subject string) (inn.Notification, error) {
	r, err := s.reach(ctx, by)
	if err != nil {
		return inn.Notification{}, err
	}
	query := r.cards([]string{subject})
	rows, err := s.read.QueryContext(ctx, query, r.args...)
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

// cards returns the query for the cards of some subjects that the viewer sees.
func (r *reach) cards(subjects []string) string {
	latest := r.latest()
	return `SELECT ` + cardColumns + `, ` + latest + `, NOT ` + r.unread(latest) + `, n.id, n.topic, n.event
		FROM notifications n LEFT JOIN notification_states s ON s.person = ` + r.me + ` AND s.notification = n.id
		WHERE n.subject IN (SELECT value FROM {texts ` + r.arg(db.List(subjects)) + `}) AND ` + latest + ` > 0`
}

func scanMine(row interface{ Scan(...any) error }) (m mine, err error) {
	var read bool
	m.Notification, err = scanCard(row, &read, &m.id, &m.topic, &m.shared)
	m.Read = read
	return m, err
}
