package store

import (
	"cmp"
	"context"
	"errors"
	"strconv"

	"baithaka/internal/inn"
)

const unitColumns = `u.property, p.name, u.slug, u.name, u.state, u.note, u.position, u.changed_at, u.by_name`

const unitsFrom = ` FROM units u JOIN properties p ON p.slug = u.property `

func scanUnit(row interface{ Scan(...any) error }) (inn.Unit, error) {
	var u inn.Unit
	var changed int64
	err := row.Scan(&u.Property, &u.PropertyName, &u.Slug, &u.Name, &u.State, &u.Note, &u.Position, &changed, &u.By)
	u.ChangedAt = fromMS(changed)
	return u, err
}

// AddUnit gives a property a unit with a name, behind those it has. From the first
// one on, the property has as many to sell as it has units.
func (s *Store) AddUnit(ctx context.Context, by inn.Viewer, property, slug, name string) (u inn.Unit, err error) {
	u = inn.Unit{Property: property, Slug: slug, Name: inn.CleanText(name, false), State: inn.UnitClean, By: by.Name}
	if err := u.Validate(); err != nil {
		return u, err
	}
	err = s.act(ctx, by, inn.PropertyManage, func(t *tx, by inn.Viewer) error {
		if _, err := t.managed(by, property); err != nil {
			return err
		}
		units, err := t.units(property)
		if err != nil {
			return err
		}
		if len(units) >= inn.MaxUnits {
			return inn.E(inn.Conflict, "%s has %d rooms with names already; that is the most.", property, inn.MaxUnits)
		}
		u.Position, u.ChangedAt = 1, t.now
		for _, other := range units {
			if other.Slug == slug {
				return inn.E(inn.Conflict, "%s has a room %s already.", property, slug)
			}
			u.Position = max(u.Position, other.Position+1)
		}
		err = t.exec(`
			INSERT INTO units (property, slug, name, state, note, position, changed_at, by_name)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			u.Property, u.Slug, u.Name, u.State, u.Note, u.Position, ms(u.ChangedAt), u.By)
		if err != nil {
			return err
		}
		return t.unitsChanged(by, property, inn.UnitAdded, u, inn.Change{Field: "room", To: u.Name})
	})
	return u, err
}

// SetUnit changes a unit's name, its state or the note beside it. It returns the
// unit as it is then.
func (s *Store) SetUnit(ctx context.Context, by inn.Viewer, c inn.UnitChange) (u inn.Unit, err error) {
	if c.Name.Given {
		c.Name.Value = inn.CleanText(c.Name.Value, false)
	}
	if c.Note.Given {
		c.Note.Value = inn.CleanText(c.Note.Value, false)
	}
	err = s.act(ctx, by, inn.UnitStateSet, func(t *tx, by inn.Viewer) error {
		was, err := t.unit(by, c.Property, c.Slug)
		if err != nil {
			return err
		}
		var changed bool
		if u, changed = was.Apply(c, by.Name, t.now); !changed {
			return nil
		}
		if err := u.Validate(); err != nil {
			return err
		}
		if u.Name != was.Name {
			if _, err := t.managed(by, u.Property); err != nil {
				return err
			}
			if err := t.saveUnit(u); err != nil {
				return err
			}
			if err := t.unitsChanged(by, u.Property, inn.UnitRenamed, u, inn.Change{Field: "room", From: was.Name, To: u.Name}); err != nil {
				return err
			}
		}
		if u.State == was.State && u.Note == was.Note {
			return nil
		}
		_, err = t.setUnitState(by, was, u, nil, inn.Publication{})
		return err
	})
	return u, err
}

// RemoveUnit takes a unit from a property. One that bookings are still to come
// for, or that somebody is in, stays.
func (s *Store) RemoveUnit(ctx context.Context, by inn.Viewer, property, slug string) error {
	return s.act(ctx, by, inn.PropertyManage, func(t *tx, by inn.Viewer) error {
		p, err := t.managed(by, property)
		if err != nil {
			return err
		}
		u, err := t.unit(by, property, slug)
		if err != nil {
			return err
		}
		today := inn.DateOf(t.now, p.Location())
		var bookings, blocks int
		if _, err := t.row(`
			SELECT count(*) FROM bookings
			WHERE property = $1 AND unit = $2 AND unit <> '' AND (check_out > $3 OR check_out = '' OR status = 'checked_in')
				AND status IN ('new', 'confirmed', 'checked_in')`,
			[]any{property, slug, today}, &bookings); err != nil {
			return err
		}
		if _, err := t.row(`SELECT count(*) FROM blocks WHERE property = $1 AND unit = $2 AND to_day > $3`,
			[]any{property, slug, today}, &blocks); err != nil {
			return err
		}
		if bookings+blocks > 0 {
			return inn.E(inn.Conflict, "%s still has %d bookings or blocks to come. Move or cancel them first.", u.Name, bookings+blocks)
		}
		if err := t.exec(`DELETE FROM units WHERE property = $1 AND slug = $2`, property, slug); err != nil {
			return err
		}
		return t.unitsChanged(by, property, inn.UnitRemoved, u, inn.Change{Field: "room", From: u.Name})
	})
}

// Units returns the units of one property that the viewer may see, in their order.
func (s *Store) Units(ctx context.Context, by inn.Viewer, property string) ([]inn.Unit, error) {
	where, args := visible(by, inn.PropertyView, "u.property", []any{property, inn.MaxUnits})
	rows, err := s.read.QueryContext(ctx, `SELECT `+unitColumns+unitsFrom+`
		WHERE u.property = $1 AND `+where+` ORDER BY u.position, u.slug LIMIT $2`, args...)
	return scanAll(rows, err, scanUnit)
}

// EveryUnit returns the units of one property, or of all with "", whoever may see
// them: for the command line.
func (s *Store) EveryUnit(ctx context.Context, property string) ([]inn.Unit, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+unitColumns+unitsFrom+`
		WHERE $1 = '' OR u.property = $1 ORDER BY u.property, u.position, u.slug`, property)
	return scanAll(rows, err, scanUnit)
}

// changeUnit applies a unit event from outside: row and event.
func (t *tx) changeUnit(by inn.Viewer, p inn.Publication, to []inn.Topic) (*inn.Event, error) {
	if _, err := t.houseFor(by, p.Type, p.Unit.Property); err != nil {
		return nil, err
	}
	was, err := t.unit(by, p.Unit.Property, p.Unit.Slug)
	if err != nil {
		return nil, err
	}
	u, changed := was.Apply(*p.Unit, by.Name, t.now)
	if !changed {
		return nil, nil
	}
	return t.setUnitState(by, was, u, to, p)
}

// setUnitState saves a unit in another state, with the event that says so.
func (t *tx) setUnitState(by inn.Viewer, was, u inn.Unit, to []inn.Topic, p inn.Publication) (*inn.Event, error) {
	if !operates(by) && !by.May(u.State.Takes(was.State), u.Property) {
		return nil, inn.E(inn.Forbidden, "Only who manages the property may say what is out of order.")
	}
	return t.saveUnitState(by, u, to, p)
}

// saveUnitState is setUnitState for what needs no right of its own: a check-out
// makes its room dirty, whoever may check out.
func (t *tx) saveUnitState(by inn.Viewer, u inn.Unit, to []inn.Topic, p inn.Publication) (*inn.Event, error) {
	if err := t.saveUnit(u); err != nil {
		return nil, err
	}
	e := &inn.Event{
		At: p.At, Topic: inn.PropertyTopic(u.Property), To: to, Type: inn.UnitStateChanged, Priority: p.Priority,
		Subject: u.Subject(), Property: u.Property, Actor: by.Actor(), By: by.Name,
	}
	return e, t.append(e, u)
}

// managed reads a property inside a write of somebody who must manage it.
func (t *tx) managed(by inn.Viewer, slug string) (inn.Property, error) {
	p, err := t.property(slug)
	switch {
	case err != nil:
		return p, err
	case slug == inn.Desk && (operates(by) || by.May(inn.PropertyManage, slug)):
		return p, inn.E(inn.Conflict, "The desk has no rooms.")
	case operates(by):
		return p, nil
	case !by.May(inn.PropertyView, slug):
		return p, inn.NoSuch("property")
	case !by.May(inn.PropertyManage, slug):
		return p, inn.E(inn.Forbidden, "You do not manage %s.", p.Name)
	}
	return p, nil
}

// unit reads one unit inside a write, if the viewer may know of it.
func (t *tx) unit(by inn.Viewer, property, slug string) (inn.Unit, error) {
	rows, err := t.rows(`SELECT `+unitColumns+unitsFrom+`WHERE u.property = $1 AND u.slug = $2`, property, slug)
	all, err := scanAll(rows, err, scanUnit)
	if err != nil {
		return inn.Unit{}, err
	}
	if len(all) == 0 || !operates(by) && !by.May(inn.PropertyView, property) && !by.May(inn.EventPublish, property) {
		return inn.Unit{}, noUnit(property)
	}
	return all[0], nil
}

func noUnit(property string) error {
	return &inn.Error{Code: inn.NotFound, Text: "No such room.", Fields: []inn.FieldError{
		{Field: "unit", Detail: "names no room of " + property}}}
}

// asInvalid makes of something that is not there, and that a field names, an error
// of that field.
func asInvalid(err error) error {
	var e *inn.Error
	if errors.As(err, &e) && e.Code == inn.NotFound && len(e.Fields) > 0 {
		return inn.InvalidFields(e.Fields)
	}
	return err
}

func (t *tx) units(property string) ([]inn.Unit, error) {
	rows, err := t.rows(`SELECT `+unitColumns+unitsFrom+`WHERE u.property = $1 ORDER BY u.position, u.slug`, property)
	return scanAll(rows, err, scanUnit)
}

func (t *tx) saveUnit(u inn.Unit) error {
	return t.exec(`UPDATE units SET name = $3, state = $4, note = $5, changed_at = $6, by_name = $7 WHERE property = $1 AND slug = $2`,
		u.Property, u.Slug, u.Name, u.State, u.Note, ms(u.ChangedAt), u.By)
}

// unitsChanged counts what a property has to sell by its units, and tells of it: a
// property whose last unit went keeps the number it had.
func (t *tx) unitsChanged(by inn.Viewer, property string, act inn.AuditAction, u inn.Unit, change inn.Change) error {
	was, err := t.property(property)
	if err != nil {
		return err
	}
	now, changed := was, []inn.Change{change}
	count, err := t.countUnits(property)
	if err != nil {
		return err
	}
	if now.Units = cmp.Or(count, was.Units); now.Units != was.Units {
		changed = append(changed, inn.Change{Field: "units", From: strconv.Itoa(was.Units), To: strconv.Itoa(now.Units)})
	}
	if err := t.alterProperty(by, was, now, changed); err != nil {
		return err
	}
	return t.audit(by, inn.Act{Action: act, Subject: u.Subject(), Name: u.Name, Detail: now.Name})
}

func (t *tx) countUnits(property string) (n int, err error) {
	_, err = t.row(`SELECT count(*) FROM units WHERE property = $1`, []any{property}, &n)
	return n, err
}

// soil makes the room of a guest who has left one that wants cleaning.
func (t *tx) soil(by inn.Viewer, property, slug string) error {
	was, err := t.unit(by, property, slug)
	if err != nil {
		return ignoreNotFound(err)
	}
	if was.State == inn.UnitOutOfOrder || was.State == inn.UnitDirty {
		return nil
	}
	u, _ := was.Apply(inn.UnitChange{State: inn.Given(inn.UnitDirty)}, by.Name, t.now)
	_, err = t.saveUnitState(by, u, nil, inn.Publication{})
	return err
}
