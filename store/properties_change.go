package store

import (
	"context"
	"fmt"

	"baithaka/internal/inn"
)

// ChangeProperty gives a property another name, number of units, currency, zone,
// country or status, and lets every page that is open read itself anew: its name
// stands on most of them. What is so already is neither stored nor told. It
// returns the property as it was and as it is.
func (s *Store) ChangeProperty(ctx context.Context, by inn.Viewer, slug string, edit inn.PropertyEdit) (was, now inn.Property, err error) {
	if slug == inn.Desk {
		return s.changeDesk(ctx, by, edit)
	}
	err = s.act(ctx, by, inn.PropertyManage, func(t *tx, by inn.Viewer) error {
		if was, err = t.property(slug); err != nil {
			return err
		}
		switch {
		case !by.Somebody() || by.May(inn.PropertyManage, slug):
		case !by.May(inn.PropertyView, slug):
			return inn.NoSuch("property")
		default:
			return inn.E(inn.Forbidden, "You may not change this property.")
		}
		if edit.Seen != "" && edit.Seen != was.Fingerprint() {
			return inn.E(inn.Conflict, "Somebody changed %s meanwhile. Look at what it is now, and change it again.", was.Name)
		}
		now = was.Edit(edit)
		changed := was.Changes(now)
		if len(changed) == 0 {
			return nil
		}
		if err := now.Validate(); err != nil {
			return err
		}
		if count, err := t.countUnits(slug); err != nil {
			return err
		} else if count > 0 && now.Units != count {
			return inn.InvalidFields([]inn.FieldError{{Field: "units", Detail: fmt.Sprintf("is the number of its rooms with names, %d: add or remove rooms instead", count)}})
		}
		return t.alterProperty(by, was, now, changed)
	})
	return was, now, err
}

// changeDesk returns the desk another zone or currency, which are the house's.
func (s *Store) changeDesk(ctx context.Context, by inn.Viewer, edit inn.PropertyEdit) (was, now inn.Property, err error) {
	if edit.Name.Given || edit.Units.Given || edit.Country.Given || edit.Status.Given {
		return was, now, inn.E(inn.Conflict, "The desk is the house itself: it has no rooms and cannot be renamed or closed. Only its time zone and currency change.")
	}
	h, err := s.HouseSettings(ctx)
	if err != nil {
		return was, now, err
	}
	was = inn.Property{Slug: inn.Desk, Name: "Desk", Currency: h.Currency, Zone: h.Zone, Status: inn.PropertyOpen}
	now = was.Edit(edit)
	return was, now, s.SetDesk(ctx, by, now.Zone, now.Currency)
}

// alterProperty writes a property after a change of its settings: row, event, card
// and act.
func (t *tx) alterProperty(by inn.Viewer, was, now inn.Property, changed []inn.Change) error {
	if err := t.saveProperty(was, now); err != nil {
		return err
	}
	e, told := propertyEvent(by, inn.PropertyChanged, now.Slug), inn.ChangedProperty{Property: now, Changed: changed}
	if err := t.append(e, told); err != nil {
		return err
	}
	if err := t.card(by, e, told.Card(e)); err != nil {
		return err
	}
	return t.audit(by, inn.Act{Action: inn.HouseAltered, Subject: e.Subject, Name: now.Name, Detail: told.Says()})
}

// saveProperty writes the row of a property, and how many units it had until today
// where that is another number now: nights that are over keep theirs.
func (t *tx) saveProperty(was, now inn.Property) error {
	if was.Sellable() != now.Sellable() {
		err := t.exec(`
			INSERT INTO property_units (property, before_date, units) VALUES ($1, $2, $3)
			ON CONFLICT (property, before_date) DO NOTHING`, now.Slug, inn.DateOf(t.now, now.Location()), was.Sellable())
		if err != nil {
			return err
		}
	}
	delete(t.names, now.Slug)
	return t.exec(`
		UPDATE properties SET name = $2, units = $3, currency = $4, timezone = $5, country = $6, status = $7, title = $8, detail = $9
		WHERE slug = $1`,
		now.Slug, now.Name, now.Units, now.Currency, now.Zone, now.Country, now.Status, now.Title, now.Detail)
}

// RoomCounts returns how many units properties had before they changed: for
// workers, whoever may see them.
func (s *Store) RoomCounts(ctx context.Context) (inn.RoomCounts, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT property, before_date, units FROM property_units ORDER BY property, before_date`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	counts := inn.RoomCounts{}
	for rows.Next() {
		var slug string
		var before inn.RoomsBefore
		if err := rows.Scan(&slug, &before.Date, &before.Units); err != nil {
			return nil, err
		}
		counts[slug] = append(counts[slug], before)
	}
	return counts, rows.Err()
}

// mostNights is over how many nights to come Stake looks, and mostStays at how many
// bookings of one property and one span anything looks: a change is explained with
// the ones that are near.
const (
	mostNights = 400
	mostStays  = 5000
)

// Stake returns what a change of a property would touch.
func (s *Store) Stake(ctx context.Context, by inn.Viewer, p inn.Property, today inn.Date) (inn.Stake, error) {
	at := inn.Stake{Priced: map[string]int{}}
	if by.Somebody() && !by.May(inn.PropertyManage, p.Slug) {
		return at, inn.NoSuch("property")
	}
	err := s.read.QueryRowContext(ctx, `
		SELECT
			(SELECT count(*) FROM bookings WHERE property = $1 AND status IN ('new', 'confirmed', 'checked_in') AND (check_out = '' OR check_out >= $2)),
			(SELECT count(*) FROM user_properties WHERE property = $1)`, p.Slug, today).Scan(&at.Coming, &at.People)
	if err != nil {
		return at, err
	}
	rows, err := s.read.QueryContext(ctx, `SELECT currency, count(*) FROM bookings WHERE property = $1 AND amount IS NOT NULL GROUP BY currency`, p.Slug)
	priced, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (one struct {
		code string
		n    int
	}, err error) {
		return one, row.Scan(&one.code, &one.n)
	})
	if err != nil {
		return at, err
	}
	for _, one := range priced {
		at.Priced[one.code] = one.n
	}
	at.Nights, err = s.nightsSold(ctx, p.Slug, today)
	return at, err
}

// nightsSold returns how many units are sold for each night from today on.
func (s *Store) nightsSold(ctx context.Context, slug string, today inn.Date) ([]inn.NightSold, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT check_in, check_out, units FROM bookings
		WHERE property = $1 AND category = 'property' AND status IN ('confirmed', 'checked_in') AND check_in <> '' AND check_out > $2
		ORDER BY check_out LIMIT $3`, slug, today, mostStays)
	stays, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (b inn.Booking, err error) {
		return b, row.Scan(&b.CheckIn, &b.CheckOut, &b.Units)
	})
	if err != nil {
		return nil, err
	}
	sold := make([]int, mostNights)
	for _, b := range stays {
		for night := max(today.Days(b.CheckIn), 0); night < min(today.Days(b.CheckOut), mostNights); night++ {
			sold[night] += b.Units
		}
	}
	var nights []inn.NightSold
	for i, n := range sold {
		if n > 0 {
			nights = append(nights, inn.NightSold{Night: today.Add(i), Sold: n})
		}
	}
	return nights, nil
}
