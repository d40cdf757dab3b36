package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"

	"baithaka/internal/auth/credential"
	"baithaka/internal/inn"
)

// SetupToken draws a new one-time token for the first administrator, or gives
// "" when there is somebody already. Only its hash is kept; an earlier one is
// void.
func (s *Store) SetupToken(ctx context.Context) (token string, err error) {
	// A house with people in it writes nothing here: it starts while nothing can be
	// written.
	var some bool
	if err := s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM users)`).Scan(&some); some || err != nil {
		return "", err
	}
	random := make([]byte, 20)
	rand.Read(random) // never fails
	err = s.write(ctx, func(t *tx) error {
		if some, err := t.anybody(); some || err != nil {
			return err
		}
		token = hex.EncodeToString(random)
		return t.exec(`INSERT INTO meta (name, value) VALUES ('setup', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, hashToken(token))
	})
	return token, err
}

// SetupOpen reports whether the token is the one that makes the first
// administrator.
func (s *Store) SetupOpen(ctx context.Context, token string) (open bool, err error) {
	err = s.read.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM meta WHERE name = 'setup' AND value = $1) AND NOT EXISTS (SELECT 1 FROM users)`,
		hashToken(token)).Scan(&open)
	return open, err
}

// SetUp makes the first administrator and voids the token, in one transaction:
// the link works once.
func (s *Store) SetUp(ctx context.Context, token string, m inn.Member, password string) (Proof, error) {
	m.Role = inn.SuperAdmin
	m, err := m.Checked()
	if err != nil {
		return Proof{}, err
	}
	if err := credential.CheckChosen(password, m); err != nil {
		return Proof{}, err
	}
	hash, err := s.passwords.Hash(ctx, password)
	if err != nil {
		return Proof{}, err
	}
	err = s.write(ctx, func(t *tx) error {
		var voided string
		found, err := t.row(`
			DELETE FROM meta WHERE name = 'setup' AND value = $1 AND NOT EXISTS (SELECT 1 FROM users)
			RETURNING name`, []any{hashToken(token)}, &voided)
		if err != nil {
			return err
		}
		if !found {
			return inn.E(inn.Forbidden, "This set-up link is used up. If nobody can sign in, restart the server for a new one.")
		}
		m, err = t.addMember(inn.Viewer{Name: "set-up"}, m, hash)
		return err
	})
	return Proof{Member: m, password: hash}, err
}

func (t *tx) anybody() (some bool, err error) {
	_, err = t.row(`SELECT EXISTS (SELECT 1 FROM users)`, nil, &some)
	return some, err
}

func hashToken(token string) string {
	hash := sha256.Sum256([]byte(token))
	return hex.EncodeToString(hash[:])
}
