package store

import (
	"context"
	"fmt"
	"time"

	"baithaka/internal/inn"
)

// searchCards returns a viewer's cards that hold the words of a filter, the last
// moved first: those whose latest event for the viewer holds them.
func (s *Store) searchCards(ctx context.Context, by inn.Viewer, f NotificationFilter, patience time.Duration) (found []inn.Notification, reached int64, err error) {
	find, err := s.finder(ctx, EventFilter{Words: f.Search, Kind: f.Kind, Property: f.Property}, heard(by), patience)
	if find == nil || !by.Somebody() {
		return nil, 0, err
	}
	r, err := s.reach(ctx, by, make([]any, walkArgs)...) // the search's own arguments come first
	if err != nil {
		return nil, 0, err
	}
	found, left, err := f.walk(r).all(ctx, find, span{0, f.Before}, f.Limit)
	return found, left.before, err
}

// walk reads the cards whose latest event for the viewer is at the positions of a
// search.
func (f NotificationFilter) walk(r reach) walk[inn.Notification] {
	narrow, latest := f.where(&r), r.latest()
	unread := r.unread(latest)
	switch {
	case f.Unread:
		narrow += " AND " + unread
	case f.Read:
		narrow += " AND NOT " + unread
	}
	return walk[inn.Notification]{
		columns: cardColumns + ", " + latest + ", NOT " + unread,
		joins: fmt.Sprintf(`{then} events e ON e.id = f.position {then} notifications n ON n.subject = e.subject
			LEFT JOIN notification_states s ON s.person = %s AND s.notification = n.id`, r.me),
		where: "AND " + latest + " = f.position" + narrow,
		args:  r.args[walkArgs:],
		scan:  scanRead,
	}
}
