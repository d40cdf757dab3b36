package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"baithaka/internal/auth/credential"
	"baithaka/internal/inn"
)

// errWrongPassword is the one answer for all who may not come in with what they
// typed.
var errWrongPassword = inn.E(inn.Unauthenticated, "That address and password do not go together. Check both and try again.")

// Authenticate returns the proof of the person with that address and password. An unknown
// address, a wrong password and a person who is disabled or has not set one yet
// all take the same time and give the same error. Down to the query: for an
// address that is nobody's it reads somebody else's row, and forgets it.
func (s *Store) Authenticate(ctx context.Context, email, password string) (Proof, error) {
	var id int64
	var known bool
	var stored string
	err := s.read.QueryRowContext(Ahead(ctx), `
		SELECT id, {folded email} = {folded $1} AND disabled = 0 AND password <> '', password
		FROM users
		WHERE id = coalesce((SELECT id FROM users WHERE {folded email} = {folded $1}), (SELECT min(id) FROM users))`, email).Scan(&id, &known, &stored)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Proof{}, err
	}
	if !known {
		stored = credential.Nobody
	}
	right, err := s.passwords.Matches(ctx, stored, password)
	if err != nil {
		return Proof{}, fmt.Errorf("the stored password of user %d: %w", id, err)
	}
	if !right || !known {
		return Proof{}, errWrongPassword
	}
	m, err := s.Member(ctx, id)
	return Proof{Member: m, password: stored}, err
}

// ChangePassword sets the password that a person chose, if the one they proved to
// know is still theirs. The session in which
// they did so goes on under another token, given hashed; all others end, and so
// does a link that was made for them.
func (s *Store) ChangePassword(ctx context.Context, by inn.Viewer, present Proof, password string, token string) error {
	m, err := s.Member(ctx, by.UserID)
	if err != nil {
		return err
	}
	if err := credential.CheckChosen(password, m); err != nil {
		return err
	}
	hash, err := s.passwords.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.act(ctx, by, inn.Own, func(t *tx, by inn.Viewer) error {
		if err := t.knowsPassword(by, present); err != nil {
			return err
		}
		m, err := t.theirs(by, by.UserID)
		if err != nil {
			return err
		}
		if err := t.setMember(`UPDATE users SET password = $2 WHERE id = $1`, m.ID, hash); err != nil {
			return err
		}
		if _, err := t.endOthers(m.ID, by.Session); err != nil {
			return err
		}
		if err := t.exec(`UPDATE sessions SET token = $2, renewal = '', previous = '' WHERE id = $1 AND ended = 0`, by.Session, token); err != nil {
			return err
		}
		if err := t.voidLink(m.ID); err != nil {
			return err
		}
		return t.audit(by, aboutMember(inn.PasswordChanged, m, ""))
	})
}
