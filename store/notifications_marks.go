package store

import (
	"context"
	"fmt"

	"baithaka/inn"
)

// mostMarked is how many cards are marked one by one in a request.
const mostMarked = 500

// Marks is the snapshot of a notification:read event: what changed of a
// person's read marks. Of a single card it holds the card as that person now
// sees it, so that their other tabs need not ask.
type Marks struct {
	IDs  []string          `json:"ids,omitempty"` // subjects of cards
	Kind inn.Kind          `json:"kind,omitempty"`
	All  bool              `json:"all,omitempty"`
	Read bool              `json:"read"`
	Card *inn.Notification `json:"card,omitempty"`
}

// MarkRead marks some of a person's cards read, or unread again, all or none,
// and tells every tab of theirs. What is so already is told nobody.
func (s *Store) MarkRead(ctx context.Context, by inn.Viewer, subjects []string, read bool) error {
	if len(subjects) > mostMarked {
		return inn.InvalidFields([]inn.FieldError{{Pointer: "/ids", Detail: fmt.Sprintf("holds more than %d", mostMarked)}})
	}
	if by.KeyID != 0 {
		return inn.E(inn.Forbidden, "A key has no read marks; they are a person's.")
	}
	return s.act(ctx, by, inn.NotificationMark, func(t *tx, by inn.Viewer) error {
		marks := Marks{Read: read}
		for i, subject := range subjects {
			m, err := t.mine(by, subject)
			if inn.CodeOf(err) == inn.NotFound && len(subjects) > 1 {
				return &inn.Error{Code: inn.NotFound, Text: "No such notification.", Fields: []inn.FieldError{
					{Pointer: fmt.Sprintf("/ids/%d", i), Detail: "is none of your notifications"}}}
			}
			if err != nil {
				return err
			}
			changed, err := t.mark(by, &m, read)
			if err != nil {
				return err
			}
			if changed {
				marks.IDs, marks.Card = append(marks.IDs, subject), &m.Notification
			}
		}
		return t.marked(by, marks)
	})
}

// mine gives a card as its viewer sees it.
func (t *tx) mine(by inn.Viewer, subject string) (mine, error) {
	r, err := t.reach(by)
	if err != nil {
		return mine{}, err
	}
	query := r.card(subject)
	rows, err := t.rows(query, r.args...)
	all, err := scanAll(rows, err, scanMine)
	if err == nil && len(all) == 0 {
		err = inn.NoSuch("notification")
	}
	if err != nil {
		return mine{}, err
	}
	return all[0], nil
}

// mark writes the mark of one card.
func (t *tx) mark(by inn.Viewer, m *mine, read bool) (changed bool, err error) {
	if m.Read == read {
		return false, nil
	}
	m.Read = read
	return true, t.setMark(by, m.id, m.Event, read)
}

// MarkKindRead marks a person's cards of one kind read: it moves the floor of
// that kind, however many cards there are.
func (s *Store) MarkKindRead(ctx context.Context, by inn.Viewer, kind inn.Kind) error {
	return s.act(ctx, by, inn.NotificationMark, func(t *tx, by inn.Viewer) error {
		err := t.exec(`
			INSERT INTO read_floors (user, kind, floor) VALUES ($1, $2, `+headOfLog+`)
			ON CONFLICT DO UPDATE SET floor = excluded.floor`, by.UserID, kind)
		if err != nil {
			return err
		}
		err = t.exec(`
			UPDATE notification_states SET unread = 0
			WHERE user = $1 AND unread = 1 AND kind = $2`, by.UserID, kind)
		if err != nil {
			return err
		}
		return t.marked(by, Marks{Kind: kind, Read: true})
	})
}

// MarkAllRead moves a person's read floor to the head of the log: one number,
// however many cards there are.
func (s *Store) MarkAllRead(ctx context.Context, by inn.Viewer) error {
	return s.act(ctx, by, inn.NotificationMark, func(t *tx, by inn.Viewer) error {
		if err := t.exec(`UPDATE users SET read_floor = `+headOfLog+` WHERE id = $1`, by.UserID); err != nil {
			return err
		}
		if err := t.exec(`UPDATE notification_states SET unread = 0 WHERE user = $1 AND unread = 1`, by.UserID); err != nil {
			return err
		}
		return t.marked(by, Marks{All: true, Read: true})
	})
}

// marked tells every tab of the person, and nobody else. The card's property
// comes along, because what one may do with a card depends on it.
func (t *tx) marked(by inn.Viewer, marks Marks) error {
	if len(marks.IDs) == 0 && marks.Kind == "" && !marks.All {
		return nil
	}
	e := &inn.Event{Topic: by.Own(), Type: inn.NotificationRead, Subject: string(by.Own()), Actor: by.Actor(), By: by.Name}
	if len(marks.IDs) == 1 && marks.Card != nil {
		e.Property = marks.Card.Property
	} else {
		marks.Card = nil
	}
	return t.append(e, marks)
}
