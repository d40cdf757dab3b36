package store

import (
	"context"
	"fmt"

	"baithaka/internal/inn"
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
		return inn.InvalidFields([]inn.FieldError{{Field: "ids", Detail: fmt.Sprintf("holds more than %d", mostMarked)}})
	}
	if by.KeyID != 0 {
		return inn.E(inn.Forbidden, "A key has no read marks; they are a person's.")
	}
	return s.act(ctx, by, inn.NotificationMark, func(t *tx, by inn.Viewer) error {
		cards, err := t.mineNamed(by, subjects)
		if err != nil {
			return err
		}
		marks := Marks{Read: read}
		for i, subject := range subjects {
			m, found := cards[subject]
			if !found && len(subjects) > 1 {
				return &inn.Error{Code: inn.NotFound, Text: "No such notification.", Fields: []inn.FieldError{
					{Field: fmt.Sprintf("ids/%d", i), Detail: "is none of your notifications"}}}
			}
			if !found {
				return inn.NoSuch("notification")
			}
			changed, err := t.mark(by, m, read)
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

// mine returns a card as its viewer sees it.
func (t *tx) mine(by inn.Viewer, subject string) (mine, error) {
	cards, err := t.mineNamed(by, []string{subject})
	if err != nil {
		return mine{}, err
	}
	m, found := cards[subject]
	if !found {
		return mine{}, inn.NoSuch("notification")
	}
	return *m, nil
}

// mineNamed returns some cards as their viewer sees them, by their subjects: what
// they see is worked out once for all.
func (t *tx) mineNamed(by inn.Viewer, subjects []string) (map[string]*mine, error) {
	r, err := t.reach(by)
	if err != nil {
		return nil, err
	}
	query := r.cards(subjects)
	rows, err := t.rows(query, r.args...)
	all, err := scanAll(rows, err, scanMine)
	cards := make(map[string]*mine, len(all))
	for i := range all {
		cards[all[i].Subject] = &all[i]
	}
	return cards, err
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
	return s.clearMarks(ctx, by, Marks{Kind: kind, Read: true})
}

// MarkAllRead moves a person's read floor to the head of the log: one number,
// however many cards there are.
func (s *Store) MarkAllRead(ctx context.Context, by inn.Viewer) error {
	return s.clearMarks(ctx, by, Marks{All: true, Read: true})
}

// clearStep is how many cards that somebody marked unread one transaction marks
// read again.
const clearStep = 500

// clearMarks moves a floor, and marks read what the person had marked unread, in
// steps: the floor goes with the last of them, so that what comes meanwhile is
// read too, as it would be after one long step. It can be taken back for a while.
// Where nothing is unread it does nothing: a second click on the button must not
// take the place of the first.
func (s *Store) clearMarks(ctx context.Context, by inn.Viewer, marks Marks) error {
	click, cards, where, args := newClick(), -1, "", []any{}
	if marks.Kind != "" {
		where, args = " AND kind = $4", []any{marks.Kind}
	}
	for {
		var left bool
		err := s.act(ctx, by, inn.NotificationMark, func(t *tx, by inn.Viewer) error {
			if cards < 0 {
				badge, err := t.badge(by)
				if err != nil {
					return err
				}
				if cards = badge.Unread; marks.Kind != "" {
					cards = badge.Of(marks.Kind)
				}
			}
			if cards == 0 {
				return nil
			}
			result, err := t.execResult(`
				UPDATE notification_states SET unread = 0, cleared = $3
				WHERE person = $1 AND notification IN (
					SELECT notification FROM notification_states WHERE person = $1 AND unread = 1`+where+` LIMIT $2)`,
				append([]any{by.UserID, clearStep, click}, args...)...)
			if err != nil {
				return err
			}
			n, err := result.RowsAffected()
			if left = n == clearStep; err != nil || left {
				return err
			}
			if err := t.undoable(by, marks.Kind, click, cards); err != nil {
				return err
			}
			if err := t.setFloor(by, marks.Kind, t.head); err != nil {
				return err
			}
			return t.marked(by, marks)
		})
		if err != nil || !left {
			return err
		}
	}
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
