package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"time"

	"baithaka/internal/auth/credential"
	"baithaka/internal/inn"
)

// linkLife is how long a one-time link works.
const linkLife = 7 * 24 * time.Hour

// Link is a one-time link, given once to who made it to pass on. Only the hash
// of its token is kept.
type Link struct {
	Member inn.Member
	Token  string
	Until  time.Time
}

// errLinkGone is the one answer for a link that is used, void, expired or was
// never made.
var errLinkGone = inn.E(inn.NotFound, "This link does not work any more: it is used up, replaced or older than seven days. Ask your administrator for a new one.")

// Invite adds a person without a password and makes the link by which they set
// one.
func (s *Store) Invite(ctx context.Context, by inn.Viewer, m inn.Member) (Link, error) {
	m, err := m.Checked()
	if err != nil {
		return Link{}, err
	}
	var chainLink Link
	err = s.act(ctx, by, inn.TeamManage, func(t *tx, by inn.Viewer) error {
		if err := mayGrant(by, m.Role); err != nil {
			return err
		}
		if m, err = t.addMember(by, m, ""); err != nil {
			return err
		}
		chainLink, err = t.makeLink(m)
		return err
	})
	return chainLink, err
}

// MakeLink makes a new one-time link for somebody who lost theirs or forgot
// their password; an earlier one is void. Until it is used nothing else changes.
func (s *Store) MakeLink(ctx context.Context, by inn.Viewer, id int64) (Link, error) {
	var chainLink Link
	err := s.act(ctx, by, inn.TeamManage, func(t *tx, by inn.Viewer) error {
		m, err := t.manage(by, id)
		if err != nil {
			return err
		}
		if m.Disabled {
			return inn.E(inn.Conflict, "%s is disabled. Enable them first.", m.Name)
		}
		if chainLink, err = t.makeLink(m); err != nil {
			return err
		}
		why := "forgotten password"
		if m.Invited {
			why = "invitation"
		}
		return t.audit(by, aboutMember(inn.LinkMade, m, why))
	})
	return chainLink, err
}

func (t *tx) makeLink(m inn.Member) (Link, error) {
	random := make([]byte, 20)
	rand.Read(random) // never fails
	chainLink := Link{Token: hex.EncodeToString(random), Until: t.now.Add(linkLife)}
	err := t.exec(`
		INSERT INTO invites (person, token, expires) VALUES ($1, $2, $3)
		ON CONFLICT (person) DO UPDATE SET token = excluded.token, expires = excluded.expires`,
		m.ID, hashToken(chainLink.Token), ms(chainLink.Until))
	if err != nil {
		return chainLink, err
	}
	chainLink.Member, err = t.member(m.ID)
	return chainLink, err
}

func (t *tx) voidLink(user int64) error {
	return t.exec(`DELETE FROM invites WHERE person = $1`, user)
}

// Invited returns whom a link is for, while it works.
func (s *Store) Invited(ctx context.Context, token string) (inn.Member, error) {
	m, err := s.member(ctx, `u.id = (SELECT person FROM invites WHERE token = $1 AND expires > $2) AND u.disabled = 0`,
		hashToken(token), ms(time.Now()))
	if inn.CodeOf(err) == inn.NotFound {
		err = errLinkGone
	}
	return m, err
}

// UseLink sets the password of whom a link is for, and on an invitation their
// name; it voids the link and ends their sessions in the same transaction. Of
// many at once, one gets in.
func (s *Store) UseLink(ctx context.Context, address, token, name, password string) (Proof, error) {
	// Before the password is hashed, which takes long: a link is open to all.
	m, err := s.Invited(ctx, token)
	if err != nil {
		return Proof{}, err
	}
	if m.Invited {
		m.Name = name
	}
	if err := credential.CheckChosen(password, m); err != nil {
		return Proof{}, err
	}
	hash, err := s.passwords.Hash(ctx, password)
	if err != nil {
		return Proof{}, err
	}
	err = s.write(ctx, func(t *tx) error {
		var id int64
		found, err := t.row(`DELETE FROM invites WHERE token = $1 AND expires > $2 RETURNING person`, []any{hashToken(token), ms(t.now)}, &id)
		if err != nil {
			return err
		}
		if !found {
			return errLinkGone
		}
		if m, err = t.member(id); err != nil {
			return err
		}
		action := inn.PasswordChanged
		if m.Invited {
			action = inn.MemberJoined
			named := m
			named.Name = name
			if named, err = named.Checked(); err != nil {
				return err
			}
			if err := t.setMember(`UPDATE users SET name = $2 WHERE id = $1`, id, named.Name); err != nil {
				return err
			}
			m.Name = named.Name
		}
		by := m.Viewer()
		by.Address = address
		return t.setPassword(by, m, hash, action)
	})
	m.Invited, m.LinkUntil = false, time.Time{}
	return Proof{Member: m, password: hash}, err
}
