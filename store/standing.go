package store

import (
	"context"

	"baithaka/inn"
)

// act is write for what somebody asks for. A right is looked at where it counts:
// in the transaction, after everything that was committed before it. by is the
// viewer as the door let them in, perhaps a while ago; do is given them as of now.
func (s *Store) act(ctx context.Context, by inn.Viewer, a inn.Action, do func(t *tx, by inn.Viewer) error) error {
	return s.write(ctx, asOfNow(by, a, do))
}

// asOfNow is do with the viewer as of its transaction, refused when they may not
// any more.
func asOfNow(by inn.Viewer, a inn.Action, do func(t *tx, by inn.Viewer) error) func(*tx) error {
	return func(t *tx) error {
		now, err := t.standing(by, a)
		if err != nil {
			return err
		}
		return do(t, now)
	}
}

// standing gives a viewer as of this place in the order, if they have an action
// anywhere; for which property is for the verb to ask. They are refused as at the
// door. What acts without being somebody, the command line, may do anything.
func (t *tx) standing(by inn.Viewer, a inn.Action) (inn.Viewer, error) {
	if operates(by) {
		return by, nil
	}
	now, err := t.present(by)
	if err != nil {
		return by, err
	}
	return now, now.Must(a)
}

// operates reports whether a viewer is the house's own: the command line, or a
// job of the program. Nobody at all is not.
func operates(by inn.Viewer) bool { return !by.Somebody() && by.Name != "" }

// present reads a viewer anew: nobody when the key is revoked, the person is gone
// or disabled, or the session by which they ask has ended.
func (t *tx) present(by inn.Viewer) (now inn.Viewer, err error) {
	switch {
	case by.KeyID != 0:
		rows, err := t.rows(`SELECT `+keyColumns+` FROM `+keyTables+` WHERE k.id = $1`, by.KeyID)
		found, err := scanAll(rows, err, scanKey)
		if err != nil || len(found) == 0 {
			return inn.Viewer{}, err
		}
		now = found[0].Viewer()
	case by.UserID != 0:
		lives, err := t.sessionLives(by.Session)
		if err != nil || !lives {
			return inn.Viewer{}, err
		}
		m, err := t.member(by.UserID)
		if err != nil {
			return inn.Viewer{}, ignoreNotFound(err)
		}
		now = m.Viewer()
	}
	if now.Somebody() {
		now.Session, now.Address = by.Session, by.Address
		if now.Zone == "" {
			now.Zone = by.Zone
		}
	}
	return now, nil
}

// sessionLives reports whether a session has neither ended nor run out; 0 is none
// and lives.
func (t *tx) sessionLives(id int64) (lives bool, err error) {
	if id == 0 {
		return true, nil
	}
	_, err = t.row(`SELECT EXISTS (SELECT 1 FROM sessions WHERE id = $3 AND `+living+`)`, append(alive(t.now), id), &lives)
	return lives, err
}
