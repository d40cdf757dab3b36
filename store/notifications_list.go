package store

import (
	"context"
	"fmt"
	"math"
	"strings"

	"baithaka/inn"
)

// Notifications gives a viewer's cards, the last moved first. They come from
// sources that are each in that order already, so that a page costs what it
// shows and not how many cards there are.
func (s *Store) Notifications(ctx context.Context, by inn.Viewer, f NotificationFilter) ([]inn.Notification, error) {
	if f.Search != "" {
		found, _, err := s.searchCards(ctx, by, f, 0)
		return found, err
	}
	if f.Before == 0 {
		f.Before = math.MaxInt64
	}
	r, err := s.reach(ctx, by)
	if err != nil {
		return nil, err
	}
	l := cardList{reach: r, filter: f}
	query := l.query()
	rows, err := s.read.QueryContext(ctx, query, l.args...)
	return scanAll(rows, err, scanRead)
}

// scanRead reads a card with whether its viewer has read it.
func scanRead(row interface{ Scan(...any) error }) (inn.Notification, error) {
	var read bool
	n, err := scanCard(row, &read)
	n.Read = read
	return n, err
}

// mostTopics is for how many topics the cards are taken topic by topic: who has
// more properties sees much of what there is, which is then read as it stands.
const mostTopics = 30

// cardList writes the query of a list of cards.
type cardList struct {
	reach
	filter  NotificationFilter
	narrow  string // the filter's own conditions on n
	before  string
	limit   string
	sources []string
}

func (l *cardList) query() string {
	l.narrow = l.filter.where(&l.reach)
	l.before, l.limit = l.arg(l.filter.Before), " LIMIT "+l.arg(l.filter.Limit)
	l.shared()
	l.marked()
	// What was addressed to the person last, and to others later or never.
	l.source(`notification_states s INDEXED BY notification_states_addressed CROSS JOIN notifications n ON n.id = s.notification`,
		"s.event", "s.user = "+l.me+" AND s.event > 0 AND s.event > CASE WHEN "+l.seen()+" THEN n.event ELSE 0 END AND ("+l.seen()+" OR n.kind <> 'booking_update')")
	return `SELECT ` + cardColumns + `, found.latest, NOT found.unread
		FROM (` + strings.Join(l.sources, " UNION ALL ") + ` ORDER BY latest DESC` + l.limit + `) found
		CROSS JOIN notifications n ON n.id = found.id
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
	l.sources = append(l.sources, "SELECT * FROM (SELECT n.id, "+latest+" AS latest, "+unread+" AS unread FROM "+from+
		" WHERE "+latest+" > 0 AND "+latest+" < "+l.before+" AND "+where+l.narrow+" ORDER BY "+latest+" DESC"+l.limit+")")
}

// shared adds the cards by their shared events: by the index that passes over
// the least.
func (l *cardList) shared() {
	cards := func(index, where string) {
		l.source("notifications n INDEXED BY "+index+" LEFT JOIN notification_states s ON s.user = "+l.me+" AND s.notification = n.id",
			"n.event", where+l.seen()+" AND coalesce(s.event, 0) <= n.event")
	}
	topics := l.topics
	if property := l.filter.Property; property != "" {
		topics = []string{l.arg(inn.PropertyTopic(property))}
	}
	switch {
	case l.filter.Priority == inn.Critical || l.filter.Urgent != nil && *l.filter.Urgent:
		cards("notifications_critical", "n.priority = 'critical' AND ")
	case l.filter.Property != "" || !l.every && len(topics) <= mostTopics:
		for _, topic := range topics {
			cards("notifications_topic", "n.topic = "+topic+l.beside(l.floor)+" AND ")
		}
	default:
		for i, kind := range inn.Kinds {
			if l.filter.Kind == "" || l.filter.Kind == kind {
				cards("notifications_latest", fmt.Sprintf("n.kind = '%s'", kind)+l.beside(l.floors[i])+" AND ")
			}
		}
	}
}

// beside narrows a list of what is unread to above a floor, where all is but what
// was marked, and one of what is read to below it. The floor for everything is
// under that of any kind, so that only the first can be told by it.
func (l *cardList) beside(floor string) string {
	switch {
	case l.filter.Unread:
		return " AND n.event > " + floor
	case l.filter.Read && floor != l.floor:
		return " AND n.event <= " + floor
	}
	return ""
}

// marked adds what the person's own marks bring to a list that is narrowed by
// them: below the floor what is unread again, above it what was read.
func (l *cardList) marked() {
	index, mark, side := "notification_states_unread", "s.unread = 1", "<="
	switch {
	case l.filter.Read && (l.every || len(l.topics) > mostTopics) && l.filter.Property == "":
		index, mark, side = "notification_states_read", "s.unread = 0", ">"
	case !l.filter.Unread:
		return
	}
	for i, kind := range inn.Kinds {
		if l.filter.Kind == "" || l.filter.Kind == kind {
			l.source("notification_states s INDEXED BY "+index+" CROSS JOIN notifications n ON n.id = s.notification",
				"s.covers", fmt.Sprintf("s.user = %s AND s.kind = '%s' AND %s AND s.covers > 0 AND s.covers %s %s AND s.event <= s.covers AND ",
					l.me, kind, mark, side, l.floors[i])+l.on("s.topic"))
		}
	}
}
