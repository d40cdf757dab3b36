package store

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"baithaka/internal/inn"
)

// Badge counts a person's unread cards. The bell shows this number and no other.
// What stands above the floor is counted, less what was marked read, and more
// what was marked unread below it: each from an index alone, however many they
// are. Only cards that were addressed to the person, which are few, are looked at.
func (s *Store) Badge(ctx context.Context, by inn.Viewer) (b inn.Badge, err error) {
	if by.UserID == 0 {
		return b, nil
	}
	r, err := s.reach(ctx, by)
	if err != nil {
		return b, err
	}
	query, into := r.badge(), badgeInto(&b)
	err = s.read.QueryRowContext(ctx, query, r.args...).Scan(into...)
	return b.Summed(), err
}

// badge counts the same inside a write.
func (t *tx) badge(by inn.Viewer) (b inn.Badge, err error) {
	if by.UserID == 0 {
		return b, nil
	}
	r, err := t.reach(by)
	if err != nil {
		return b, err
	}
	_, err = t.row(r.badge(), r.args, badgeInto(&b)...)
	return b.Summed(), err
}

// badgeInto is where the query's answer goes.
func badgeInto(b *inn.Badge) []any {
	into := []any{&b.Critical}
	for i := range inn.Kinds {
		into = append(into, &b.Kinds[i])
	}
	return into
}

// badges holds the queries: for whom some topics concern, and for whom all do. To
// put one together takes as long as to answer it, and everybody on line is counted
// when something happens.
var badges [2]atomic.Pointer[string]

// badge returns the query of a reach that has taken no arguments before.
func (r *reach) badge() string {
	known := &badges[0]
	if r.every {
		known = &badges[1]
	} else {
		r.aboveAll()
	}
	if query := known.Load(); query != nil {
		return *query
	}
	query := r.countUnread()
	known.Store(&query)
	return query
}

func (r *reach) countUnread() string {
	latest := r.latest()
	unread := "(" + latest + " > 0 AND " + r.unread(latest) + ")"
	above := "(" + r.seen() + " AND n.event > " + r.anyFloor() + ")"
	loud := `SELECT count(*) FROM notifications n {index notifications_critical}
		LEFT JOIN notification_states s ON s.person = ` + r.me + ` AND s.notification = n.id
		WHERE n.priority = 'critical' AND n.type <> 'alert:resolved' AND n.held_by = '' AND ` + unread
	addressed := make([]string, len(inn.Kinds))
	sums := make([]string, len(inn.Kinds))
	for i, kind := range inn.Kinds {
		sums[i] = fmt.Sprintf(", above.k%d + addressed.k%d", i, i)
		addressed[i] = fmt.Sprintf("coalesce(sum(CASE WHEN n.kind <> '%s' OR %s = %s THEN 0 WHEN %[3]s THEN -1 ELSE 1 END), 0) AS k%[4]d", kind, unread, above, i)
		marks := fmt.Sprintf("FROM notification_states s {index %%s} WHERE s.person = %s AND s.kind = '%s' AND s.event = 0 AND %s", r.me, kind, r.on("s.topic"))
		sums[i] += fmt.Sprintf(" - (SELECT count(*) "+marks+" AND s.unread = 0 AND s.covers > 0 AND s.covers > %s)", "notification_states_read", r.floors[i])
		sums[i] += fmt.Sprintf(" + (SELECT count(*) "+marks+" AND s.unread = 1 AND s.covers > 0 AND s.covers <= %s)", "notification_states_unread", r.floors[i])
	}
	return `SELECT (` + loud + `)` + strings.Join(sums, "") + `
		FROM (` + r.above() + `) above, (
			SELECT ` + strings.Join(addressed, ", ") + `
			FROM notification_states s {index notification_states_addressed} {then} notifications n ON n.id = s.notification
			WHERE s.person = ` + r.me + ` AND s.event > 0) addressed`
}

// above counts what stands above the person's floors, by kind.
func (r *reach) above() string {
	counts := make([]string, len(inn.Kinds))
	if r.every {
		for i, kind := range inn.Kinds {
			counts[i] = fmt.Sprintf("(SELECT count(*) FROM notifications n {index notifications_latest} WHERE n.kind = '%s' AND n.event > %s AND %s) AS k%d", kind, r.floors[i], r.seen(), i)
		}
		return "SELECT " + strings.Join(counts, ", ")
	}
	for i, kind := range inn.Kinds {
		counts[i] = fmt.Sprintf("count(*) FILTER (WHERE n.kind = '%s' AND n.event > %s) AS k%d", kind, r.floors[i], i)
	}
	return "SELECT " + strings.Join(counts, ", ") + " FROM notifications n {index notifications_topic} WHERE " + r.seen() + " AND n.event > " + r.floor
}
