package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"baithaka/inn"
)

// memberColumns brings the properties along in one string, so that a member is
// one row.
const memberColumns = `
	u.id, u.email, u.name, u.role, u.timezone, u.disabled, u.last_seen,
	coalesce((SELECT group_concat(property, ' ' ORDER BY property) FROM user_properties WHERE user = u.id), '')`

func scanMember(row interface{ Scan(...any) error }) (inn.Member, error) {
	var m inn.Member
	var seen int64
	var properties string
	err := row.Scan(&m.ID, &m.Email, &m.Name, &m.Role, &m.Zone, &m.Disabled, &seen, &properties)
	m.LastSeen, m.Properties = fromMS(seen), strings.Fields(properties)
	return m, err
}

func (t *tx) members() ([]inn.Member, error) {
	rows, err := t.rows(`SELECT ` + memberColumns + ` FROM users u WHERE u.disabled = 0 ORDER BY u.id`)
	return scanAll(rows, err, scanMember)
}

// Members lists everybody, by name.
func (s *Store) Members(ctx context.Context) ([]inn.Member, error) {
	rows, err := s.db.Read.QueryContext(ctx, `SELECT `+memberColumns+` FROM users u ORDER BY u.name, u.id`)
	return scanAll(rows, err, scanMember)
}

// Member gives one person by id.
func (s *Store) Member(ctx context.Context, id int64) (inn.Member, error) {
	return s.member(ctx, `u.id = $1`, id)
}

// MemberByEmail gives one person by address, whatever its case.
func (s *Store) MemberByEmail(ctx context.Context, email string) (inn.Member, error) {
	return s.member(ctx, `u.email = $1`, email)
}

func (s *Store) member(ctx context.Context, where string, arg any) (inn.Member, error) {
	rows, err := s.db.Read.QueryContext(ctx, `SELECT `+memberColumns+` FROM users u WHERE `+where, arg)
	all, err := scanAll(rows, err, scanMember)
	if err == nil && len(all) == 0 {
		err = inn.NoSuch("person")
	}
	if err != nil {
		return inn.Member{}, err
	}
	return all[0], nil
}

// checkMember cleans and checks what is to be stored of a new person.
func checkMember(m inn.Member) (inn.Member, error) {
	if !inn.CheckEmail(m.Email) {
		return m, inn.InvalidFields([]inn.FieldError{{Pointer: "/email", Detail: "must be an e-mail address"}})
	}
	m.Name = inn.CleanText(m.Name, false)
	if m.Name == "" || len([]rune(m.Name)) > inn.MaxName {
		return m, inn.InvalidFields([]inn.FieldError{{Pointer: "/name", Detail: "must be 1 to 200 characters"}})
	}
	if !m.Role.Valid() {
		return m, inn.InvalidFields([]inn.FieldError{{Pointer: "/role", Detail: "must be SUPER_ADMIN, ADMIN, PROPERTY_OWNER, PROPERTY_MANAGER, STAFF or USER"}})
	}
	return m, nil
}

// AddMember adds a person with a password. Properties are slugs, the desk among
// them where it is theirs.
func (s *Store) AddMember(ctx context.Context, by inn.Viewer, m inn.Member, password string) (inn.Member, error) {
	m, err := checkMember(m)
	if err != nil {
		return m, err
	}
	hash, err := s.hashPassword(ctx, password)
	if err != nil {
		return m, err
	}
	err = s.write(ctx, func(t *tx) error { m, err = t.addMember(by, m, hash); return err })
	return m, err
}

func (t *tx) addMember(by inn.Viewer, m inn.Member, hash string) (inn.Member, error) {
	// A new person has seen the history: it is not news to them.
	result, err := t.execResult(`
		INSERT INTO users (email, name, role, password, timezone, created_at, read_floor)
		VALUES ($1, $2, $3, $4, $5, $6, coalesce((SELECT max(id) FROM events), 0))`,
		m.Email, m.Name, m.Role, hash, m.Zone, ms(t.now))
	if isUnique(err) {
		return m, inn.E(inn.Conflict, "There is somebody with the address %s already.", m.Email)
	}
	if err != nil {
		return m, err
	}
	if m.ID, err = result.LastInsertId(); err != nil {
		return m, err
	}
	if err := t.assign(m.ID, m.Properties); err != nil {
		return m, err
	}
	return m, t.memberChanged(by, inn.UserTopic(m.ID))
}

// assign replaces a person's list of properties.
func (t *tx) assign(user int64, properties []string) error {
	if err := t.exec(`DELETE FROM user_properties WHERE user = $1`, user); err != nil {
		return err
	}
	for _, slug := range slices.Compact(slices.Sorted(slices.Values(properties))) {
		if _, err := t.property(slug); err != nil {
			return inn.E(inn.NotFound, "No such property: %s.", slug)
		}
		if err := t.exec(`INSERT INTO user_properties (user, property) VALUES ($1, $2)`, user, slug); err != nil {
			return err
		}
	}
	return nil
}

// ChangeMember sets a person's role and properties; open streams follow at once.
func (s *Store) ChangeMember(ctx context.Context, by inn.Viewer, id int64, role inn.Role, properties []string) error {
	if !role.Valid() {
		return inn.InvalidFields([]inn.FieldError{{Pointer: "/role", Detail: "must be SUPER_ADMIN, ADMIN, PROPERTY_OWNER, PROPERTY_MANAGER, STAFF or USER"}})
	}
	return s.write(ctx, func(t *tx) error {
		if err := t.exec(`UPDATE users SET role = $2 WHERE id = $1`, id, role); err != nil {
			return err
		}
		if err := t.assign(id, properties); err != nil {
			return err
		}
		return t.memberChanged(by, inn.UserTopic(id))
	})
}

// DisableMember bars a person, ends their sessions and streams, or lets them in
// again.
func (s *Store) DisableMember(ctx context.Context, by inn.Viewer, id int64, disabled bool) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.exec(`UPDATE users SET disabled = $2 WHERE id = $1`, id, disabled); err != nil {
			return err
		}
		if disabled {
			if err := t.endSessions(id); err != nil {
				return err
			}
		}
		return t.memberChanged(by, inn.UserTopic(id))
	})
}

// SetPassword gives a person a new password and ends their sessions.
func (s *Store) SetPassword(ctx context.Context, by inn.Viewer, id int64, password string) error {
	hash, err := s.hashPassword(ctx, password)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		if err := t.exec(`UPDATE users SET password = $2 WHERE id = $1`, id, hash); err != nil {
			return err
		}
		if err := t.endSessions(id); err != nil {
			return err
		}
		return t.memberChanged(by, inn.UserTopic(id))
	})
}

// memberChanged tells the streams of a person or key that their rights are to
// be read again, at this place in the order.
func (t *tx) memberChanged(by inn.Viewer, who inn.Topic) error {
	return t.append(&inn.Event{
		Topic: who, Type: inn.MemberChanged, Subject: string(who), Actor: by.Actor(), By: by.Name,
	}, struct{}{})
}

// Seen notes when people were here and keys were used. It is not an event.
func (s *Store) Seen(ctx context.Context, people, keys map[int64]time.Time) error {
	return s.write(ctx, func(t *tx) error {
		for id, at := range people {
			if err := t.exec(`UPDATE users SET last_seen = max(last_seen, $2) WHERE id = $1`, id, ms(at)); err != nil {
				return err
			}
		}
		for id, at := range keys {
			if err := t.exec(`UPDATE api_keys SET last_used = max(last_used, $2) WHERE id = $1`, id, ms(at)); err != nil {
				return err
			}
		}
		return nil
	})
}

// PeopleOf gives who looks after a property: those it is assigned to.
func (s *Store) PeopleOf(ctx context.Context, slug string) ([]inn.Member, error) {
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT `+memberColumns+` FROM users u
		JOIN user_properties mine ON mine.user = u.id AND mine.property = $1
		WHERE u.disabled = 0
		ORDER BY u.name, u.id`, slug)
	return scanAll(rows, err, scanMember)
}
