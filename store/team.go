package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"baithaka/internal/inn"
)

// member returns one person inside the transaction.
func (t *tx) member(id int64) (inn.Member, error) {
	rows, err := t.rows(`SELECT `+memberColumns+` FROM users u WHERE u.id = $1`, id)
	all, err := scanAll(rows, err, scanMember)
	if err == nil && len(all) == 0 {
		err = inn.NoSuch("person")
	}
	if err != nil {
		return inn.Member{}, err
	}
	return all[0], nil
}

// manage returns the person that somebody wants to change, if their role is one
// that this somebody may give. The command line may change everybody.
func (t *tx) manage(by inn.Viewer, id int64) (inn.Member, error) {
	m, err := t.member(id)
	if err != nil {
		return m, err
	}
	return m, mayGrant(by, m.Role)
}

// managing is the action it takes to change a person: everybody may change
// themselves.
func managing(by inn.Viewer, id int64) inn.Action {
	if by.UserID != 0 && by.UserID == id {
		return inn.Own
	}
	return inn.TeamManage
}

// mayGrant refuses a role that is not the viewer's to give, or to touch.
func mayGrant(by inn.Viewer, role inn.Role) error {
	if by.Somebody() && !by.Role.MayGrant(role) {
		return inn.E(inn.Forbidden, "People with the role %s are not yours to add or change; ask a SUPER_ADMIN.", role)
	}
	return nil
}

// keepAdministrator refuses what took the last SUPER_ADMIN who can sign in away
// from the house. The command line may: it can bring one back.
func (t *tx) keepAdministrator(by inn.Viewer, was inn.Member) error {
	if !by.Somebody() || !was.Role.MayGrant(was.Role) { // somebody else can make another of them
		return nil
	}
	var some bool
	_, err := t.row(`SELECT EXISTS (SELECT 1 FROM users WHERE role = $1 AND disabled = 0 AND password <> '')`, []any{was.Role}, &some)
	if err == nil && !some {
		err = inn.E(inn.Conflict, "%s is the last %s who can sign in. Give somebody else that role first.", was.Name, was.Role)
	}
	return err
}

// rightsChanged tells the streams of a person, and of the keys that are bounded
// by them, to look again.
func (t *tx) rightsChanged(by inn.Viewer, id int64) error {
	if err := t.memberChanged(by, inn.UserTopic(id)); err != nil {
		return err
	}
	rows, err := t.rows(`SELECT id FROM api_keys WHERE owner = $1 AND revoked = 0 ORDER BY id`, id)
	keys, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (key int64, err error) { return key, row.Scan(&key) })
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := t.memberChanged(by, inn.KeyTopic(key)); err != nil {
			return err
		}
	}
	return nil
}

// ChangeMember sets a person's role and properties; open streams follow at once.
// A new role voids the link that was made for the old one: whoever made it may
// not be allowed to give the new one.
func (s *Store) ChangeMember(ctx context.Context, by inn.Viewer, id int64, role inn.Role, properties []string) error {
	if !role.Valid() {
		return inn.InvalidFields([]inn.FieldError{inn.WrongRole})
	}
	return s.act(ctx, by, inn.TeamManage, func(t *tx, by inn.Viewer) error {
		was, err := t.manage(by, id)
		if err == nil {
			err = mayGrant(by, role)
		}
		if err != nil {
			return err
		}
		if err := t.setMember(`UPDATE users SET role = $2 WHERE id = $1`, id, role); err != nil {
			return err
		}
		if err := t.assign(id, properties); err != nil {
			return err
		}
		m, err := t.member(id)
		if err != nil {
			return err
		}
		if m.Role == was.Role && slices.Equal(m.Properties, was.Properties) {
			return nil
		}
		if m.Role != was.Role {
			if err := t.voidLink(id); err != nil {
				return err
			}
		}
		if err := t.keepAdministrator(by, was); err != nil {
			return err
		}
		if err := t.renewSessions(id); err != nil {
			return err
		}
		if err := t.addressedNoMore(m); err != nil {
			return err
		}
		if err := t.rightsChanged(by, id); err != nil {
			return err
		}
		return t.audit(by, aboutMember(inn.MemberAltered, m, difference(was, m)))
	})
}

// DisableMember bars a person, ends their sessions, streams and links, or lets
// them in again.
func (s *Store) DisableMember(ctx context.Context, by inn.Viewer, id int64, disabled bool) error {
	return s.act(ctx, by, inn.TeamManage, func(t *tx, by inn.Viewer) error {
		was, err := t.manage(by, id)
		if err != nil || was.Disabled == disabled {
			return err
		}
		if err := t.setMember(`UPDATE users SET disabled = $2 WHERE id = $1`, id, oneIf(disabled)); err != nil {
			return err
		}
		action := inn.MemberEnabled
		if disabled {
			action = inn.MemberDisabled
			if err := t.endSessions(id); err != nil {
				return err
			}
			if err := t.voidLink(id); err != nil {
				return err
			}
			if err := t.keepAdministrator(by, was); err != nil {
				return err
			}
		}
		if err := t.rightsChanged(by, id); err != nil {
			return err
		}
		return t.audit(by, aboutMember(action, was, ""))
	})
}

// SetPassword sets a person's password and ends their sessions and links.
// It is for themselves, for who may change them, and for the command line.
func (s *Store) SetPassword(ctx context.Context, by inn.Viewer, id int64, password string) error {
	hash, err := s.passwords.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.act(ctx, by, managing(by, id), func(t *tx, by inn.Viewer) error {
		m, err := t.theirs(by, id)
		if err != nil {
			return err
		}
		return t.setPassword(by, m, hash, inn.PasswordChanged)
	})
}

// setPassword stores a password, ends what was signed in with the old one, and
// keeps who did it.
func (t *tx) setPassword(by inn.Viewer, m inn.Member, hash string, action inn.AuditAction) error {
	if err := t.setMember(`UPDATE users SET password = $2 WHERE id = $1`, m.ID, hash); err != nil {
		return err
	}
	if err := t.endSessions(m.ID); err != nil {
		return err
	}
	if err := t.voidLink(m.ID); err != nil {
		return err
	}
	if err := t.memberChanged(by, inn.UserTopic(m.ID)); err != nil {
		return err
	}
	return t.audit(by, aboutMember(action, m, ""))
}

// SignOutEverywhere ends every session of a person, and with them their open
// pages. Everybody may do that to themselves.
func (s *Store) SignOutEverywhere(ctx context.Context, by inn.Viewer, id int64) error {
	return s.act(ctx, by, managing(by, id), func(t *tx, by inn.Viewer) error {
		m, err := t.theirs(by, id)
		if err != nil {
			return err
		}
		if err := t.endSessions(id); err != nil {
			return err
		}
		if err := t.memberChanged(by, inn.UserTopic(id)); err != nil {
			return err
		}
		return t.audit(by, aboutMember(inn.SessionsEnded, m, ""))
	})
}

// theirs returns a person to themselves, or to who may change them.
func (t *tx) theirs(by inn.Viewer, id int64) (inn.Member, error) {
	if managing(by, id) == inn.Own {
		return t.member(id)
	}
	return t.manage(by, id)
}

func aboutMember(action inn.AuditAction, m inn.Member, detail string) inn.Act {
	return inn.Act{Action: action, Subject: string(inn.UserTopic(m.ID)), Name: m.Name, Detail: detail}
}

// difference says what changed about a person: "STAFF → PROPERTY_MANAGER, + hill,
// − lake"; of a new one, what they begin with.
func difference(was, now inn.Member) string {
	var parts []string
	switch {
	case was.Role == "":
		parts = append(parts, string(now.Role))
	case was.Role != now.Role:
		parts = append(parts, fmt.Sprintf("%s → %s", was.Role, now.Role))
	}
	for _, change := range []string{namedSlugs("+ ", missing(now.Properties, was.Properties)), namedSlugs("− ", missing(was.Properties, now.Properties))} {
		if change != "" {
			parts = append(parts, change)
		}
	}
	return strings.Join(parts, ", ")
}

// missing returns what is in one list and not in another.
func missing(some, others []string) (only []string) {
	known := make(map[string]bool, len(others))
	for _, one := range others {
		known[one] = true
	}
	for _, one := range some {
		if !known[one] {
			only = append(only, one)
		}
	}
	return only
}

// mostNamed is how many properties an act names; of more it says how many.
const mostNamed = 50

// namedSlugs writes slugs, each behind a sign.
func namedSlugs(sign string, slugs []string) string {
	if len(slugs) > mostNamed {
		return fmt.Sprintf("%s%d properties", sign, len(slugs))
	}
	parts := make([]string, len(slugs))
	for i, slug := range slugs {
		parts[i] = sign + slug
	}
	return strings.Join(parts, ", ")
}
