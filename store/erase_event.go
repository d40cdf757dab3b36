package store

import (
	"encoding/json"
	"strings"

	"baithaka/inn"
)

// rewrite takes the guest out of an event: the one change that the log allows.
func (e *erasure) rewrite(t *tx, event *inn.Event) error {
	data, changed := e.without(event)
	if !changed {
		return nil
	}
	was := words(event)
	event.Data = data
	if err := t.exec(`UPDATE events SET data = $2 WHERE id = $1`, event.ID, string(data)); err != nil {
		return err
	}
	return t.reindex(event, was)
}

// without gives an event's snapshot without the guest; changed is false when
// they are not in it.
func (e *erasure) without(event *inn.Event) (data json.RawMessage, changed bool) {
	kept := func(noun any, err error) (json.RawMessage, bool) {
		data, marshalErr := json.Marshal(noun)
		if err != nil || marshalErr != nil {
			data = json.RawMessage(`{}`) // what cannot be read cannot be kept
		}
		return data, string(data) != string(event.Data)
	}
	theirs := e.subjects[event.Subject]
	switch {
	case theirs && event.Type == inn.BookingMoved:
		return event.Data, false
	case theirs && event.Kind() == inn.BookingUpdate:
		b, err := event.Booking()
		return kept(b.Erase(e.guest, e.at), err)
	case theirs:
		var n inn.Notification
		err := event.Into(&n)
		return kept(n.Erase(e.guest), err)
	case event.Type == inn.NotificationRead:
		var marks Marks
		if event.Into(&marks) != nil || marks.Card == nil || !e.subjects[marks.Card.Subject] {
			return event.Data, false
		}
		*marks.Card = marks.Card.Erase(e.guest)
		return kept(marks, nil)
	case event.Kind() == inn.AlertUpdate && !strings.HasPrefix(event.Subject, "report:"):
		var a inn.Alert
		if event.Into(&a) != nil || !e.guest.In(a.Title) && !e.guest.In(a.Detail) {
			return event.Data, false
		}
		a.Title, a.Detail = e.guest.Erase(a.Title), e.guest.Erase(a.Detail)
		return kept(a, nil)
	case event.Kind() == inn.PropertyUpdate:
		var p inn.Property
		if event.Into(&p) != nil || !e.guest.In(p.Title) && !e.guest.In(p.Detail) {
			return event.Data, false
		}
		p.Title, p.Detail = e.guest.Erase(p.Title), e.guest.Erase(p.Detail)
		return kept(p, nil)
	case strings.HasPrefix(event.Subject, "report:"):
		return e.guest.EraseJSON(event.Data)
	}
	return event.Data, false
}
