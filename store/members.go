package store

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"baithaka/db"
	"baithaka/internal/inn"
)

// memberColumns brings the properties along in one string, so that a member is
// one row.
const memberColumns = `
	u.id, u.email, u.name, u.role, u.timezone, u.disabled, u.last_seen, u.password = '',
	coalesce((SELECT expires FROM invites WHERE person = u.id), 0),
	coalesce((SELECT string_agg(property, ' ' ORDER BY property) FROM user_properties WHERE person = u.id), '')`

func scanMember(row interface{ Scan(...any) error }) (inn.Member, error) {
	var m inn.Member
	var seen, until int64
	var properties string
	err := row.Scan(&m.ID, &m.Email, &m.Name, &m.Role, &m.Zone, &m.Disabled, &seen, &m.Invited, &until, &properties)
	m.LastSeen, m.LinkUntil, m.Properties = fromMS(seen), fromMS(until), strings.Fields(properties)
	return m, err
}

// Members lists everybody, by name.
func (s *Store) Members(ctx context.Context) ([]inn.Member, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+memberColumns+` FROM users u ORDER BY u.name, u.id`)
	return scanAll(rows, err, scanMember)
}

// Member returns one person by id.
func (s *Store) Member(ctx context.Context, id int64) (inn.Member, error) {
	return s.member(ctx, `u.id = $1`, id)
}

// MemberByEmail returns one person by address, whatever its case.
func (s *Store) MemberByEmail(ctx context.Context, email string) (inn.Member, error) {
	return s.member(ctx, `{folded u.email} = {folded $1}`, email)
}

func (s *Store) member(ctx context.Context, where string, args ...any) (inn.Member, error) {
	rows, err := s.read.QueryContext(Ahead(ctx), `SELECT `+memberColumns+` FROM users u WHERE `+where, args...)
	all, err := scanAll(rows, err, scanMember)
	if err == nil && len(all) == 0 {
		err = inn.NoSuch("person")
	}
	if err != nil {
		return inn.Member{}, err
	}
	return all[0], nil
}

// AddMember adds a person with a password, for the command line and the set-up;
// pages invite. Properties are slugs, the desk among them where it is theirs.
func (s *Store) AddMember(ctx context.Context, by inn.Viewer, m inn.Member, password string) (inn.Member, error) {
	m, err := m.Checked()
	if err != nil {
		return m, err
	}
	hash, err := s.passwords.Hash(ctx, password)
	if err != nil {
		return m, err
	}
	err = s.act(ctx, by, inn.TeamManage, func(t *tx, by inn.Viewer) error {
		if err := mayGrant(by, m.Role); err != nil {
			return err
		}
		m, err = t.addMember(by, m, hash)
		return err
	})
	return m, err
}

func (t *tx) addMember(by inn.Viewer, m inn.Member, hash string) (inn.Member, error) {
	// A new person has seen the history: it is not news to them.
	_, err := t.row(`
		INSERT INTO users (email, name, role, password, timezone, created_at, read_floor)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		RETURNING id`,
		[]any{m.Email, m.Name, m.Role, hash, m.Zone, ms(t.now), t.head}, &m.ID)
	if t.isUnique(err) {
		e := inn.E(inn.Conflict, "There is somebody with the address %s already.", m.Email)
		e.Fields = []inn.FieldError{{Field: "email", Detail: "is somebody's already"}}
		return m, e
	}
	if err != nil {
		return m, err
	}
	if err := t.assign(m.ID, m.Properties); err != nil {
		return m, err
	}
	if err := t.memberChanged(by, inn.UserTopic(m.ID)); err != nil {
		return m, err
	}
	action := inn.MemberAdded
	if hash == "" {
		action = inn.MemberInvited
	}
	return m, t.audit(by, aboutMember(action, m, difference(inn.Member{}, m)))
}

// assign replaces a person's list of properties.
func (t *tx) assign(user int64, properties []string) error {
	if err := t.propertiesThere(properties); err != nil {
		return err
	}
	list := db.List(properties)
	err := t.exec(`DELETE FROM user_properties WHERE person = $1 AND property NOT IN (SELECT value FROM {texts $2})`, user, list)
	if err != nil {
		return err
	}
	return t.exec(`
		INSERT INTO user_properties (person, property)
		SELECT DISTINCT CAST($1 AS BIGINT), value FROM {texts $2} WHERE 1 = 1
		ON CONFLICT (person, property) DO NOTHING`, user, list)
}

// propertiesThere refuses a list in which one is none of ours.
func (t *tx) propertiesThere(slugs []string) error {
	var unknown string
	found, err := t.row(`
		SELECT value FROM {texts $1}
		WHERE value NOT IN (SELECT slug FROM properties) ORDER BY value LIMIT 1`, []any{db.List(slugs)}, &unknown)
	if err == nil && found {
		err = inn.E(inn.NotFound, "No such property: %s.", unknown)
	}
	return err
}

// setMember updates one person, who must be there: no event tells of a change
// that was none.
func (t *tx) setMember(query string, id int64, value any) error {
	result, err := t.execResult(query, id, value)
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		err = inn.NoSuch("person")
	}
	return err
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
	err := s.noteTimes(ctx, people, func(t *tx, id int64, at time.Time) error {
		return t.exec(`UPDATE users SET last_seen = $2 WHERE id = $1 AND last_seen < $2`, id, ms(at))
	})
	if err != nil {
		return err
	}
	return s.noteTimes(ctx, keys, func(t *tx, id int64, at time.Time) error {
		return t.exec(`UPDATE api_keys SET last_used = $2 WHERE id = $1 AND last_used < $2`, id, ms(at))
	})
}

// noteTimes writes down when each of some was seen, in steps.
func (s *Store) noteTimes(ctx context.Context, seen map[int64]time.Time, note func(*tx, int64, time.Time) error) error {
	for step := range slices.Chunk(slices.Sorted(maps.Keys(seen)), noteStep) {
		err := s.write(ctx, func(t *tx) error {
			for _, id := range step {
				if err := note(t, id, seen[id]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// noteStep is of how many one transaction notes when they were seen.
const noteStep = 500

// mostColleagues is how many people a list to choose from holds.
const mostColleagues = 500

// Colleagues returns whom a viewer may know of, by name and without their
// properties: everybody for who sees what people do, else those with whom they
// share a property.
func (s *Store) Colleagues(ctx context.Context, by inn.Viewer) ([]inn.Member, error) {
	where, args := "1 = 1", []any{mostColleagues}
	if !by.May(inn.ActivityView, "") {
		args = append(args, db.List(by.Theirs(inn.PropertyView)))
		where = `u.disabled = 0 AND u.id IN (
			SELECT theirs.person FROM user_properties theirs WHERE theirs.property IN (SELECT value FROM {texts $2}))`
	}
	rows, err := s.read.QueryContext(ctx, `SELECT u.id, u.name FROM users u WHERE `+where+` ORDER BY u.name, u.id LIMIT $1`, args...)
	return scanAll(rows, err, func(row interface{ Scan(...any) error }) (m inn.Member, err error) {
		return m, row.Scan(&m.ID, &m.Name)
	})
}

// PeopleOf returns who looks after a property: those it is assigned to.
func (s *Store) PeopleOf(ctx context.Context, slug string) ([]inn.Member, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT `+memberColumns+` FROM users u
		JOIN user_properties mine ON mine.person = u.id AND mine.property = $1
		WHERE u.disabled = 0
		ORDER BY u.name, u.id`, slug)
	return scanAll(rows, err, scanMember)
}

// Current returns a viewer as of now, and until when the session by which they ask
// is good unless it is used; nobody when their key, or they themselves, are gone or
// disabled, or the session has ended.
func (s *Store) Current(ctx context.Context, v inn.Viewer) (now inn.Viewer, until time.Time, err error) {
	if v.KeyID != 0 {
		key, err := s.Key(ctx, v.KeyID)
		return key.Viewer(), until, err
	}
	m, err := s.Member(ctx, v.UserID)
	if err != nil {
		return inn.Viewer{}, until, ignoreNotFound(err)
	}
	if now = m.Viewer(); !now.Somebody() {
		return now, until, nil
	}
	if now.Zone == "" {
		if now.Zone, err = s.HouseZone(ctx); err != nil {
			return inn.Viewer{}, until, err
		}
	}
	if v.Session == 0 {
		return now, until, nil
	}
	if until, err = s.SessionUntil(ctx, v.Session); err != nil || until.IsZero() {
		return inn.Viewer{}, until, err
	}
	now.Session, now.Address = v.Session, v.Address
	return now, until, nil
}
