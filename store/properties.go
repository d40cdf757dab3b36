package store

import (
	"context"
	"fmt"
	"math"
	"slices"

	"baithaka/db"
	"baithaka/internal/inn"
)

const propertyColumns = `slug, name, category, units, currency, timezone, country, status, title, detail`

func scanProperty(row interface{ Scan(...any) error }) (inn.Property, error) {
	var p inn.Property
	err := row.Scan(&p.Slug, &p.Name, &p.Category, &p.Units, &p.Currency, &p.Zone, &p.Country, &p.Status, &p.Title, &p.Detail)
	return p, err
}

// ListProperty adds a property and says so in the log.
func (s *Store) ListProperty(ctx context.Context, by inn.Viewer, p inn.Property) error {
	p = p.Tidy()
	p.Title, p.Detail = "", ""
	if err := p.Validate(); err != nil {
		return err
	}
	return s.act(ctx, by, inn.PropertyManage, func(t *tx, by inn.Viewer) error {
		if by.Somebody() && !by.May(inn.PropertyManage, "") {
			return inn.E(inn.Forbidden, "You may not list a property.")
		}
		err := t.exec(`
			INSERT INTO properties (slug, name, category, units, currency, timezone, country, status)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			p.Slug, p.Name, p.Category, p.Units, p.Currency, p.Zone, p.Country, p.Status)
		if t.isUnique(err) {
			return inn.E(inn.Conflict, "There is a property %s already.", p.Slug)
		}
		if err != nil {
			return err
		}
		// The first property's zone and currency are the house's, until it is told otherwise.
		err = t.exec(`
			UPDATE properties SET timezone = $1, currency = $2
			WHERE slug = $3 AND (SELECT count(*) FROM properties) = 2`, p.Zone, p.Currency, inn.Desk)
		if err != nil {
			return err
		}
		e := propertyEvent(by, inn.PropertyListed, p.Slug)
		if err := t.append(e, p); err != nil {
			return err
		}
		if err := t.card(by, e, p.Card(e)); err != nil {
			return err
		}
		return t.audit(by, inn.Act{Action: inn.HouseListed, Subject: e.Subject, Name: p.Name})
	})
}

func propertyEvent(by inn.Viewer, as inn.Type, slug string) *inn.Event {
	return &inn.Event{
		Topic: inn.PropertyTopic(slug), Type: as, Subject: "property:" + slug, Property: slug,
		Actor: by.Actor(), By: by.Name,
	}
}

// changeProperty applies a property event from outside: row, event and card.
func (t *tx) changeProperty(by inn.Viewer, p inn.Publication, to []inn.Topic) (*inn.Event, error) {
	c := *p.Property
	if _, err := t.houseFor(by, p.Type, c.Slug); err != nil {
		return nil, err
	}
	was, err := t.property(c.Slug)
	if err != nil {
		return nil, err
	}
	now := was.Apply(c)
	if now == was && p.Type != inn.PropertyListed {
		return nil, nil
	}
	if err := t.saveProperty(was, now); err != nil {
		return nil, err
	}
	e := propertyEvent(by, p.Type, c.Slug)
	e.At, e.To, e.Priority = p.At, to, p.Priority
	if err := t.append(e, now); err != nil {
		return nil, err
	}
	return e, t.card(by, e, now.Card(e))
}

func (t *tx) property(slug string) (inn.Property, error) {
	rows, err := t.rows(`SELECT `+propertyColumns+` FROM properties WHERE slug = $1`, slug)
	all, err := scanAll(rows, err, scanProperty)
	if err == nil && len(all) == 0 {
		err = inn.NoSuch("property")
	}
	if err != nil {
		return inn.Property{}, err
	}
	return all[0], nil
}

// PropertyFilter narrows Properties.
type PropertyFilter struct {
	Desk   bool   // the desk too, where that is the viewer's: everything bookings may belong to
	Open   bool   // without those that are closed
	Closed bool   // those alone
	Words  string // all of them, in the name or the slug
	After  string // those that stand behind one, by its slug
	Limit  int
}

// Properties returns properties that the viewer may see, by name; more says that
// there are others behind them. A house has thousands of them, so that pages find
// some and never list all.
func (s *Store) Properties(ctx context.Context, by inn.Viewer, f PropertyFilter) (found []inn.Property, more bool, err error) {
	words := soughtIn(f.Words)
	if f.Words != "" && len(words) == 0 {
		return nil, false, nil
	}
	where, args := visible(by, inn.PropertyView, "slug", []any{int64(math.MaxInt64)})
	if !f.Desk {
		args = append(args, inn.Desk)
		where += fmt.Sprintf(" AND slug <> $%d", len(args))
	}
	switch {
	case f.Open:
		where += " AND status <> 'closed'"
	case f.Closed:
		where += " AND status = 'closed'"
	}
	if f.After != "" {
		args = append(args, f.After)
		where += fmt.Sprintf(" AND (name, slug) > ((SELECT name FROM properties WHERE slug = $%d), $%[1]d)", len(args))
	}
	if f.Words == "" {
		args[0] = f.Limit + 1
	}
	rows, err := s.read.QueryContext(ctx, `SELECT `+propertyColumns+` FROM properties WHERE `+where+` ORDER BY name, slug LIMIT $1`, args...)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	for rows.Next() {
		p, err := scanProperty(rows)
		if err != nil {
			return nil, false, err
		}
		if has := wordsIn(p.Name + " " + p.Slug); slices.ContainsFunc(words, func(one sought) bool { return !one.in(has) }) {
			continue
		}
		if len(found) == f.Limit {
			return found, true, nil
		}
		found = append(found, p)
	}
	return found, false, rows.Err()
}

// PropertiesNamed returns those of some properties that the viewer may see, by name.
func (s *Store) PropertiesNamed(ctx context.Context, by inn.Viewer, slugs []string) ([]inn.Property, error) {
	where, args := visible(by, inn.PropertyView, "slug", []any{db.List(slugs)})
	rows, err := s.read.QueryContext(ctx, `SELECT `+propertyColumns+` FROM properties
		WHERE slug IN (SELECT value FROM {texts $1}) AND `+where+` ORDER BY name, slug`, args...)
	return scanAll(rows, err, scanProperty)
}

// CountProperties returns how many properties the viewer may see, without the desk.
func (s *Store) CountProperties(ctx context.Context, by inn.Viewer) (n int, err error) {
	where, args := visible(by, inn.PropertyView, "slug", []any{inn.Desk})
	err = s.read.QueryRowContext(ctx, `SELECT count(*) FROM properties WHERE slug <> $1 AND `+where, args...).Scan(&n)
	return n, err
}

// Property returns one property that the viewer may see.
func (s *Store) Property(ctx context.Context, by inn.Viewer, slug string) (inn.Property, error) {
	where, args := visible(by, inn.PropertyView, "slug", []any{slug})
	rows, err := s.read.QueryContext(ctx, fmt.Sprintf(`SELECT %s FROM properties WHERE slug = $1 AND %s`, propertyColumns, where), args...)
	all, err := scanAll(rows, err, scanProperty)
	if err == nil && len(all) == 0 {
		err = inn.NoSuch("property")
	}
	if err != nil {
		return inn.Property{}, err
	}
	return all[0], nil
}

// EveryProperty returns all properties and the desk, by slug: for workers and the
// command line, whoever may see them.
func (s *Store) EveryProperty(ctx context.Context) ([]inn.Property, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+propertyColumns+` FROM properties ORDER BY slug`)
	return scanAll(rows, err, scanProperty)
}

// HouseZone returns the zone of the house, which is the desk's.
func (s *Store) HouseZone(ctx context.Context) (zone string, err error) {
	err = s.read.QueryRowContext(Ahead(ctx), `SELECT timezone FROM properties WHERE slug = $1`, inn.Desk).Scan(&zone)
	return zone, err
}
