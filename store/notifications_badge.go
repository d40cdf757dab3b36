package store

import (
	"context"
	"fmt"
	"strings"

	"baithaka/inn"
)

// Badge counts a person's unread cards. The bell shows this number and no other.
// What stands above the floor is counted from the index alone; the person's own
// marks, which are few, correct that.
func (s *Store) Badge(ctx context.Context, by inn.Viewer) (b inn.Badge, err error) {
	if by.UserID == 0 {
		return b, nil
	}
	r := reachOf(by)
	const loud = "(n.priority = 'critical' AND n.held_by = '' AND n.type <> 'alert:resolved')"
	concerned := r.latest()
	// What the marks make of a card, less what it was counted for already.
	really := "((" + concerned + " > 0 AND " + isUnread(concerned, anyFloor) + ") - (" + r.seen + " AND n.event > " + anyFloor + "))"
	into, sums, corrected := []any{&b.Critical}, "sum(loud)", "SELECT CAST(total("+really+" * "+loud+") AS INTEGER) AS loud"
	var counted []string
	for i, kind := range inn.Kinds {
		into = append(into, &b.Kinds[i])
		sums += fmt.Sprintf(", sum(k%d)", i)
		corrected += fmt.Sprintf(", CAST(total(%s * (n.kind = '%s')) AS INTEGER) AS k%d", really, kind, i)
		one := "SELECT count(*) FILTER (WHERE " + loud + ") AS loud"
		for j := range inn.Kinds {
			if j == i {
				one += fmt.Sprintf(", count(*) AS k%d", j)
			} else {
				one += fmt.Sprintf(", 0 AS k%d", j)
			}
		}
		counted = append(counted, one+fmt.Sprintf(" FROM notifications n WHERE n.kind = '%s' AND n.event > %s AND %s", kind, floorOf(i), r.seen))
	}
	err = s.read.QueryRowContext(ctx, r.floors()+`SELECT `+sums+` FROM (`+strings.Join(counted, " UNION ALL ")+` UNION ALL `+corrected+`
		FROM notification_states s JOIN notifications n ON n.id = s.notification
		WHERE s.user = $1 AND (s.unread = 1 OR s.event > 0 OR s.read_event > (SELECT floor FROM me)))`, r.args...).Scan(into...)
	for _, n := range b.Kinds {
		b.Unread += n
	}
	return b, err
}
