package store

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"baithaka/db"
	"baithaka/internal/inn"
)

// Notifications returns a viewer's cards, the last moved first. They come from
// sources that are each in that order already, so that a page costs what it
// shows and not how many cards there are.
func (s *Store) Notifications(ctx context.Context, by inn.Viewer, f NotificationFilter) ([]inn.Notification, error) {
	found, _, err := s.cards(ctx, by, f, 0)
	return found, err
}

// NotificationsPage is Notifications for somebody who waits for a page: a search
// for what is rare stops after a while, and returns the position from which to go on; 0
// when it has looked at everything or the limit is full.
func (s *Store) NotificationsPage(ctx context.Context, by inn.Viewer, f NotificationFilter) (found []inn.Notification, reached int64, err error) {
	return s.cards(ctx, by, f, patience)
}

func (s *Store) cards(ctx context.Context, by inn.Viewer, f NotificationFilter, patience time.Duration) (found []inn.Notification, reached int64, err error) {
	if f.Before == 0 {
		f.Before = math.MaxInt64
	}
	if f.Search != "" {
		return s.searchCards(ctx, by, f, patience)
	}
	r, err := s.reach(ctx, by)
	if err != nil {
		return nil, 0, err
	}
	l := cardList{reach: r, filter: f}
	query := l.query()
	rows, err := s.read.QueryContext(ctx, query, l.args...)
	found, err = scanAll(rows, err, scanRead)
	return found, 0, err
}

// scanRead reads a card with whether its viewer has read it.
func scanRead(row interface{ Scan(...any) error }) (inn.Notification, error) {
	var read bool
	n, err := scanCard(row, &read)
	n.Read = read
	return n, err
}

// cardList writes the query of a list of cards.
type cardList struct {
	reach
	filter  NotificationFilter
	narrow  string // the filter's own conditions on n
	before  string
	limit   string
	most    string // what the limit is
	sources []string
}

func (l *cardList) query() string {
	l.narrow = l.filter.where(&l.reach)
	l.before, l.most = l.arg(l.filter.Before), l.arg(l.filter.Limit)
	l.limit = " LIMIT " + l.most
	l.shared()
	// What was addressed to the person last, and to others later or never.
	l.source(`notification_states s {index notification_states_addressed} {then} notifications n ON n.id = s.notification`,
		"s.event", "s.person = "+l.me+" AND s.event > 0 AND s.event > CASE WHEN "+l.seen()+" THEN n.event ELSE 0 END AND ("+l.seen()+" OR n.kind <> 'booking_update' AND s.event >= n.readers_from)")
	return `SELECT ` + cardColumns + `, found.latest, NOT found.unread
		FROM (` + strings.Join(l.sources, " UNION ALL ") + ` ORDER BY latest DESC` + l.limit + `) found
		{then} notifications n ON n.id = found.id
		ORDER BY found.latest DESC`
}

// source adds the newest of one kind of row, which an index gives in the order of
// latest.
func (l *cardList) source(from, latest, where string) {
	unread := l.reach.unread(latest)
	switch {
	case l.filter.Unread:
		where += " AND " + unread
	case l.filter.Read:
		where += " AND NOT " + unread
	}
	l.sources = append(l.sources, "SELECT id, latest, unread FROM (SELECT n.id, "+latest+" AS latest, "+unread+" AS unread FROM "+from+
		" WHERE "+latest+" > 0 AND "+latest+" < "+l.before+" AND "+where+l.narrow+" ORDER BY "+latest+" DESC"+l.limit+") newest")
}

// shared adds the cards by their shared events, by the index that passes over the
// least, and what the person's own marks take from there or bring to it.
func (l *cardList) shared() {
	cards := func(index, where string) {
		l.source("notifications n {index "+index+"} LEFT JOIN notification_states s ON s.person = "+l.me+" AND s.notification = n.id",
			"n.event", where+" AND "+l.seen()+" AND coalesce(s.event, 0) <= n.event")
	}
	topics, above := l.topics, ""
	if property := l.filter.Property; property != "" {
		topics = l.arg(db.List([]inn.Topic{inn.PropertyTopic(property)}))
	}
	switch {
	case l.filter.Priority == inn.Critical || l.filter.Urgent != nil && *l.filter.Urgent:
		cards("notifications_critical", "n.priority = 'critical'") // few, and all of them
	case l.filter.Property != "" || !l.every:
		if l.filter.Unread {
			above = " AND n.event > " + l.aboveAll()
		}
		l.byTopic(topics, above)
		if l.filter.Unread {
			l.marked("notification_states_unread", "s.unread = 1", "<=", func(int) string { return l.aboveAll() })
		}
	default:
		l.byKind(cards)
	}
}

// byTopic takes the newest cards of some topics by their shared events.
func (l *cardList) byTopic(topics, narrow string) {
	if topics == "" {
		return
	}
	unread := l.reach.unread("n.event")
	narrow += " AND n.event > 0 AND " + l.seen() + " AND coalesce(s.event, 0) <= n.event" + l.narrow
	switch {
	case l.filter.Unread:
		narrow += " AND " + unread
	case l.filter.Read:
		narrow += " AND NOT " + unread
	}
	state := "LEFT JOIN notification_states s ON s.person = " + l.me + " AND s.notification = n.id"
	found := db.Keyed{
		Table: "notifications", Index: "notifications_topic", Key: "topic", Position: "event", As: "n", Joins: state, Where: narrow,
		Keys: topics, Begin: l.before, Limit: l.most,
	}.Newest()
	l.sources = append(l.sources, "SELECT id, latest, unread FROM (SELECT n.id, n.event AS latest, "+unread+" AS unread FROM ("+found+") found"+
		" {then} notifications n {index notifications_topic} ON n.topic = found.key AND n.event = found.position "+state+") newest")
}

// byKind takes the cards kind by kind. What is unread stands above the floor of
// its kind, but for what was marked unread below it; what is read stands below it,
// but for what was marked read above it.
func (l *cardList) byKind(cards func(index, where string)) {
	floor := func(i int) string { return l.floors[i] }
	for i, kind := range inn.Kinds {
		where := fmt.Sprintf("n.kind = '%s'", kind)
		switch {
		case l.filter.Kind != "" && l.filter.Kind != kind:
			continue
		case l.filter.Unread:
			where += " AND n.event > " + floor(i)
		case l.filter.Read:
			where += " AND n.event <= " + floor(i)
		}
		cards("notifications_latest", where)
	}
	switch {
	case l.filter.Unread:
		l.marked("notification_states_unread", "s.unread = 1", "<=", floor)
	case l.filter.Read:
		l.marked("notification_states_read", "s.unread = 0", ">", floor)
	}
}

// marked adds what the person's own marks bring to a list: what they cover on one
// side of the floor of each kind.
func (l *cardList) marked(index, mark, side string, floor func(int) string) {
	for i, kind := range inn.Kinds {
		if l.filter.Kind == "" || l.filter.Kind == kind {
			l.source("notification_states s {index "+index+"} {then} notifications n ON n.id = s.notification",
				"s.covers", fmt.Sprintf("s.person = %s AND s.kind = '%s' AND %s AND s.covers > 0 AND s.covers %s %s AND s.event <= s.covers AND ",
					l.me, kind, mark, side, floor(i))+l.on("s.topic"))
		}
	}
}
