package store

import (
	"context"
	"math/rand/v2"
	"time"

	"baithaka/internal/inn"
)

// UndoFor is how long "mark all read" can be taken back.
const UndoFor = time.Minute

// ReadUndo is a "mark all read" that can still be taken back.
type ReadUndo struct {
	Click int64
	Kind  inn.Kind // "" for all kinds
	Cards int      // how many were unread
	Until time.Time
}

// newClick draws the number of a "mark all read". It tells one click of a person
// from another of theirs.
func newClick() int64 { return rand.Int64N(1<<53) + 1 }

// Undoable returns the "mark all read" that a person may still take back; found is
// false when there is none.
func (s *Store) Undoable(ctx context.Context, by inn.Viewer) (u ReadUndo, found bool, err error) {
	var at int64
	rows, err := s.read.QueryContext(ctx, `SELECT click, kind, cards, at FROM read_undos WHERE person = $1 AND at > $2`,
		by.UserID, ms(time.Now().Add(-UndoFor)))
	all, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (u ReadUndo, err error) {
		err = row.Scan(&u.Click, &u.Kind, &u.Cards, &at)
		u.Until = fromMS(at).Add(UndoFor)
		return u, err
	})
	if err != nil || len(all) == 0 {
		return u, false, err
	}
	return all[0], true, nil
}

// undoable notes a "mark all read" before it moves a floor from where it stands to
// the head of the log.
func (t *tx) undoable(by inn.Viewer, kind inn.Kind, click int64, cards int) error {
	floor, err := t.floorOf(by, kind)
	if err != nil {
		return err
	}
	return t.exec(`
		INSERT INTO read_undos (person, click, kind, floor_before, floor_after, cards, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (person) DO UPDATE SET
			click = excluded.click, kind = excluded.kind, floor_before = excluded.floor_before, floor_after = excluded.floor_after,
			cards = excluded.cards, at = excluded.at`,
		by.UserID, click, kind, floor, t.head, cards, ms(t.now))
}

// floorOf returns a person's own floor of a kind, 0 for none; "" is that of all.
func (t *tx) floorOf(by inn.Viewer, kind inn.Kind) (floor int64, err error) {
	if kind == "" {
		_, err = t.row(`SELECT read_floor FROM users WHERE id = $1`, []any{by.UserID}, &floor)
		return floor, err
	}
	_, err = t.row(`SELECT floor FROM read_floors WHERE person = $1 AND kind = $2`, []any{by.UserID, kind}, &floor)
	return floor, err
}

// setFloor moves one.
func (t *tx) setFloor(by inn.Viewer, kind inn.Kind, floor int64) error {
	if kind == "" {
		return t.exec(`UPDATE users SET read_floor = $2 WHERE id = $1`, by.UserID, floor)
	}
	return t.exec(`
		INSERT INTO read_floors (person, kind, floor) VALUES ($1, $2, $3)
		ON CONFLICT (person, kind) DO UPDATE SET floor = excluded.floor`, by.UserID, kind, floor)
}

// UndoRead takes a "mark all read" back: what that click marked is unread again, and
// nothing else. What has been read, or marked, in another way stays as it is. It
// goes in steps, as the click did; the floor comes with the last of them.
func (s *Store) UndoRead(ctx context.Context, by inn.Viewer, click int64) error {
	for {
		var left bool
		err := s.act(ctx, by, inn.NotificationMark, func(t *tx, by inn.Viewer) error {
			var kind inn.Kind
			var before, after, at int64
			found, err := t.row(`SELECT kind, floor_before, floor_after, at FROM read_undos WHERE person = $1 AND click = $2`,
				[]any{by.UserID, click}, &kind, &before, &after, &at)
			if err != nil {
				return err
			}
			if !found || !t.now.Before(fromMS(at).Add(UndoFor)) {
				return inn.E(inn.Conflict, "That can be taken back for a minute, and the minute is over: they stay read.")
			}
			result, err := t.execResult(`
				UPDATE notification_states SET
					unread = 1, cleared = 0, covers = (SELECT n.event FROM notifications n WHERE n.id = notification)
				WHERE person = $1 AND notification IN (SELECT notification FROM notification_states WHERE person = $1 AND cleared = $2 LIMIT $3)`,
				by.UserID, click, clearStep)
			if err != nil {
				return err
			}
			n, err := result.RowsAffected()
			if left = n == clearStep; err != nil || left {
				return err
			}
			if err := t.setFloor(by, kind, before); err != nil {
				return err
			}
			if err := t.exec(`DELETE FROM read_undos WHERE person = $1`, by.UserID); err != nil {
				return err
			}
			return t.marked(by, Marks{Kind: kind, All: kind == ""})
		})
		if err != nil || !left {
			return err
		}
	}
}
