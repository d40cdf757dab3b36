package store

import (
	"context"
	"strconv"
	"strings"

	"baithaka/internal/inn"
)

// HouseSettings returns the settings of the house. A limit that the database does
// not know, or not as a number, is its default.
func (s *Store) HouseSettings(ctx context.Context) (inn.HouseSettings, error) {
	return houseSettings(func(query string, args ...any) (answer, error) { return s.read.QueryContext(ctx, query, args...) })
}

func (t *tx) houseSettings() (inn.HouseSettings, error) {
	return houseSettings(func(query string, args ...any) (answer, error) { return t.rows(query, args...) })
}

func houseSettings(query func(string, ...any) (answer, error)) (inn.HouseSettings, error) {
	h := inn.DefaultSettings()
	list, args := in([]any{inn.Desk}, inn.Limits)
	rows, err := query(`
		SELECT name, value FROM meta WHERE name IN (`+list+`)
		UNION ALL SELECT 'zone', timezone FROM properties WHERE slug = $1
		UNION ALL SELECT 'currency', currency FROM properties WHERE slug = $1`, args...)
	_, err = scanAll(rows, err, func(row interface{ Scan(...any) error }) (none struct{}, err error) {
		var name, value string
		if err := row.Scan(&name, &value); err != nil {
			return none, err
		}
		switch name {
		case "zone":
			h.Zone = value
		case "currency":
			h.Currency = value
		default:
			if n, err := strconv.Atoi(value); err == nil {
				h.Limits[inn.Limit(name)] = n
			}
		}
		return none, nil
	})
	return h, err
}

// ChangeHouse sets the settings of the house, keeps in the audit what changed
// from what to what, and lets every page that is open read itself anew. What is
// so already is neither stored nor told.
func (s *Store) ChangeHouse(ctx context.Context, by inn.Viewer, next inn.HouseSettings) error {
	if err := next.Validate(); err != nil {
		return err
	}
	return s.act(ctx, by, inn.SettingsManage, func(t *tx, by inn.Viewer) error {
		was, err := t.houseSettings()
		if err != nil {
			return err
		}
		return t.changeHouse(by, was, next)
	})
}

// SetDesk returns the desk, and with it the house, its own zone and currency.
func (s *Store) SetDesk(ctx context.Context, by inn.Viewer, zone, currency string) error {
	return s.act(ctx, by, inn.SettingsManage, func(t *tx, by inn.Viewer) error {
		was, err := t.houseSettings()
		if err != nil {
			return err
		}
		next := was
		next.Zone, next.Currency = zone, currency
		if err := next.Validate(); err != nil {
			return err
		}
		return t.changeHouse(by, was, next)
	})
}

// changeHouse writes what differs between two settings, with its event and act.
func (t *tx) changeHouse(by inn.Viewer, was, next inn.HouseSettings) error {
	changes := was.Changes(next)
	if len(changes) == 0 {
		return nil
	}
	lines := make([]string, len(changes))
	for i, c := range changes {
		lines[i] = c.Field + " " + c.From + " → " + c.To
		var err error
		switch c.Field {
		case "zone":
			err = t.exec(`UPDATE properties SET timezone = $2 WHERE slug = $1`, inn.Desk, c.To)
		case "currency":
			err = t.exec(`UPDATE properties SET currency = $2 WHERE slug = $1`, inn.Desk, c.To)
		default:
			err = t.exec(`INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, c.Field, c.To)
		}
		if err != nil {
			return err
		}
	}
	e := &inn.Event{Topic: inn.System, Type: inn.HouseChanged, Subject: "house", Actor: by.Actor(), By: by.Name}
	if err := t.append(e, map[string]any{"changed": changes}); err != nil {
		return err
	}
	return t.audit(by, inn.Act{Action: inn.SettingsChanged, Subject: "house", Detail: strings.Join(lines, ", ")})
}
