package store

import (
	"encoding/json"
	"strings"

	"baithaka/internal/inn"
)

// rewrite takes the guest out of an event: the one change that the log allows.
func (e *erasure) rewrite(t *tx, event *inn.Event) error {
	if e.subjects[event.Subject] && event.Kind() == inn.BookingUpdate && event.Type != inn.BookingMoved {
		if b, err := event.Booking(); err == nil {
			if err := e.learn(t, b); err != nil {
				return err
			}
		}
	}
	data, changed := e.without(event)
	if !changed {
		return nil
	}
	was := words(event)
	event.Data = data
	if err := t.exec(`UPDATE events SET data = $2 WHERE id = $1`, event.ID, string(data)); err != nil {
		return err
	}
	gone, err := t.reindex(event, was)
	if err != nil {
		return err
	}
	return e.left(t, gone)
}

// left keeps the words that have left an entry of the index until it is looked
// whether another has them.
func (e *erasure) left(t *tx, gone []string) error {
	for _, word := range gone {
		if err := t.recognise(e.id, inn.Recogniser{Kind: byWord, Value: word}); err != nil {
			return err
		}
	}
	return nil
}

// without returns an event's snapshot without the guest; changed is false when
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
	case event.Type == inn.BookingMoved, event.Type == inn.MetricsUpdate && event.Actor == "house":
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
		if event.Into(&marks) != nil || marks.Card == nil {
			return event.Data, false
		}
		if *marks.Card, changed = e.card(*marks.Card); !changed {
			return event.Data, false
		}
		return kept(marks, nil)
	case event.Type == inn.NotificationAcknowledged, event.Type == inn.NotificationReleased:
		var n inn.Notification
		if event.Into(&n) != nil {
			return event.Data, false
		}
		if n, changed = e.card(n); !changed {
			return event.Data, false
		}
		return kept(n, nil)
	case strings.HasPrefix(event.Subject, "report:"):
		return e.guest.EraseJSON(event.Data)
	case event.Kind() == inn.BookingUpdate:
		if !e.mentioned(event) {
			return event.Data, false
		}
		b, err := event.Booking()
		if err != nil {
			return event.Data, false
		}
		return kept(b.Mention(e.guest), nil)
	case event.Kind() == inn.AlertUpdate:
		var a inn.Alert
		if event.Into(&a) != nil || !e.guest.In(a.Title) && !e.guest.In(a.Detail) && !e.guest.In(a.Reason) {
			return event.Data, false
		}
		a.Title, a.Detail, a.Reason = e.guest.Erase(a.Title), e.guest.Erase(a.Detail), e.guest.Erase(a.Reason)
		return kept(a, nil)
	case event.Type == inn.UnitStateChanged:
		var u inn.Unit
		if event.Into(&u) != nil || !e.guest.In(u.Note) {
			return event.Data, false
		}
		u.Note = e.guest.Erase(u.Note)
		return kept(u, nil)
	case event.Type == inn.BlockMade, event.Type == inn.BlockChanged, event.Type == inn.BlockRemoved:
		var b inn.Block
		if event.Into(&b) != nil || !e.guest.In(b.Title) {
			return event.Data, false
		}
		b.Title = e.guest.Erase(b.Title)
		return kept(b, nil)
	case event.Kind() == inn.PropertyUpdate:
		var p inn.ChangedProperty // the others change nothing that is listed
		if event.Into(&p) != nil || !e.guest.In(p.Title) && !e.guest.In(p.Detail) && !e.guest.In(p.Status) {
			return event.Data, false
		}
		p.Title, p.Detail, p.Status = e.guest.Erase(p.Title), e.guest.Erase(p.Detail), e.guest.Erase(p.Status)
		return kept(p, nil)
	}
	return event.Data, false
}

// mentioned looks whether the booking of somebody else may mention the guest,
// without reading all of it: nearly none does.
func (e *erasure) mentioned(event *inn.Event) bool {
	var textRow struct {
		Title, Source, ExternalID, Notes, Place, ToPlace, Reason string
		Changed                                                  []inn.Change
	}
	if event.Into(&textRow) != nil {
		return false
	}
	for _, c := range textRow.Changed {
		if e.guest.In(c.From) || e.guest.In(c.To) {
			return true
		}
	}
	for _, text := range []string{textRow.Title, textRow.Source, textRow.ExternalID, textRow.Notes, textRow.Place, textRow.ToPlace, textRow.Reason} {
		if e.guest.In(text) {
			return true
		}
	}
	return false
}

// card returns a card without the guest: their booking's, or one that mentions them.
// The title of another booking's card is its guest's name.
func (e *erasure) card(n inn.Notification) (erased inn.Notification, changed bool) {
	was := n
	switch {
	case e.subjects[n.Subject]:
		n = n.Erase(e.guest)
	case n.Kind == inn.BookingUpdate:
		n.Body = e.guest.Erase(n.Body)
	default:
		n.Title, n.Body, n.Reason = e.guest.Erase(n.Title), e.guest.Erase(n.Body), e.guest.Erase(n.Reason)
	}
	return n, n.Title != was.Title || n.Body != was.Body || n.Reason != was.Reason
}
