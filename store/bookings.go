package store

import (
	"context"
	"encoding/json"

	"baithaka/internal/inn"
)

const bookingColumns = `
	b.id, b.property, p.name, b.category, b.title, b.customer, b.amount, b.currency, b.status, b.country,
	b.check_in, b.check_out, b.units, b.guests, b.source, b.external_id, b.version, b.email, b.phone, b.notes,
	b.booked_at, b.confirmed_at, b.ended_at, b.last_type, b.changed_at, b.changed, b.by_name, b.event, b.held_by, b.held_at, b.erased_at,
	b.unit, b.start_time, b.end_time, b.place, b.to_place, b.seats, b.reason`

const bookingsFrom = ` FROM bookings b JOIN properties p ON p.slug = b.property `

func scanBooking(row interface{ Scan(...any) error }) (inn.Booking, error) {
	var b inn.Booking
	var amount *int64
	var booked, confirmed, ended, changedAt, acknowledged, erased int64
	var changed string
	err := row.Scan(
		&b.ID, &b.Property, &b.PropertyName, &b.Category, &b.Title, &b.Customer, &amount, &b.Price.Currency, &b.Status, &b.Country,
		&b.CheckIn, &b.CheckOut, &b.Units, &b.Guests, &b.Source, &b.ExternalID, &b.Version, &b.Email, &b.Phone, &b.Notes,
		&booked, &confirmed, &ended, &b.Last, &changedAt, &changed, &b.By, &b.Event, &b.AcknowledgedBy, &acknowledged, &erased,
		&b.Unit, &b.StartTime, &b.EndTime, &b.Place, &b.ToPlace, &b.Seats, &b.Reason)
	if err != nil {
		return b, err
	}
	if amount != nil {
		b.Price.Minor, b.Priced = *amount, true
	}
	b.BookedAt, b.ConfirmedAt, b.EndedAt, b.ChangedAt = fromMS(booked), fromMS(confirmed), fromMS(ended), fromMS(changedAt)
	b.AcknowledgedAt, b.ErasedAt = fromMSPtr(acknowledged), fromMS(erased)
	return b, json.Unmarshal([]byte(changed), &b.Changed)
}

// booking reads one booking inside a write.
func (t *tx) booking(id string) (b inn.Booking, found bool, err error) {
	rows, err := t.rows(`SELECT `+bookingColumns+bookingsFrom+`WHERE b.id = $1`, id)
	all, err := scanAll(rows, err, scanBooking)
	if err != nil || len(all) == 0 {
		return inn.Booking{}, false, err
	}
	return all[0], true, nil
}

// saveBooking writes a booking: a row of its own, or the one there is. What
// happens to a booking ends its acknowledgement.
func (t *tx) saveBooking(b inn.Booking, existing bool) error {
	changed := []byte("null")
	if len(b.Changed) > 0 {
		var err error
		if changed, err = json.Marshal(b.Changed); err != nil {
			return err
		}
	}
	var amount any
	if b.Priced {
		amount = b.Price.Minor
	}
	save := `
		INSERT INTO bookings (
			id, property, category, title, customer, amount, currency, status, country,
			check_in, check_out, units, guests, source, external_id, version, email, phone, notes,
			booked_at, confirmed_at, ended_at, last_type, changed_at, changed, by_name, event, erased_at,
			unit, start_time, end_time, place, to_place, seats, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
			$20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35)`
	if existing {
		save = `
		UPDATE bookings SET
			property = $2, category = $3, title = $4, customer = $5, amount = $6, currency = $7, status = $8, country = $9,
			check_in = $10, check_out = $11, units = $12, guests = $13, source = $14, external_id = $15, version = $16,
			email = $17, phone = $18, notes = $19, booked_at = $20, confirmed_at = $21, ended_at = $22, last_type = $23,
			changed_at = $24, changed = $25, by_name = $26, event = $27, erased_at = $28,
			unit = $29, start_time = $30, end_time = $31, place = $32, to_place = $33, seats = $34, reason = $35, held_by = '', held_at = 0
		WHERE id = $1`
	}
	return t.exec(save,
		b.ID, b.Property, b.Category, b.Title, b.Customer, amount, b.Price.Currency, b.Status, b.Country,
		b.CheckIn, b.CheckOut, b.Units, b.Guests, b.Source, b.ExternalID, b.Version, b.Email, b.Phone, b.Notes,
		ms(b.BookedAt), ms(b.ConfirmedAt), ms(b.EndedAt), b.Last, ms(b.ChangedAt), string(changed), b.By, b.Event, ms(b.ErasedAt),
		b.Unit, b.StartTime, b.EndTime, b.Place, b.ToPlace, b.Seats, b.Reason)
}

// changeBooking applies a publication to the booking it names: row, event and
// card. It returns nil when nothing changed.
func (t *tx) changeBooking(by inn.Viewer, p inn.Publication, to []inn.Topic) (*inn.Event, error) {
	c := *p.Booking
	was, existing, err := t.booking(c.ID)
	if err != nil {
		return nil, err
	}
	if existing && !by.May(inn.EventPublish, was.Property) {
		return nil, inn.NoSuch("booking")
	}
	if existing && (!by.May(p.Type.Takes(), was.Property) || !c.Bare() && !by.May(inn.BookingManage, was.Property)) {
		return nil, inn.E(inn.Forbidden, "You may not change that about the booking.")
	}
	if !existing && !c.Property.Given && !by.May(inn.EventPublish, inn.Desk) {
		return nil, inn.InvalidFields([]inn.FieldError{{Field: "property", Detail: "is needed: you may not sell for the desk"}})
	}
	if p.Type == inn.BookingCheckedOut && existing {
		if c.CheckOut, err = t.leaves(was, c); err != nil {
			return nil, err
		}
	}
	b, as, changed, err := was.Apply(p.Type, c, existing, t.now)
	if err != nil || !changed {
		return nil, err
	}
	takes := as
	if !existing || was.Property != b.Property {
		takes = inn.BookingNew // making or moving a booking, whatever else happened
	}
	house, err := t.houseFor(by, takes, b.Property)
	if err != nil {
		return nil, err
	}
	if b.Unit != "" && (b.Unit != was.Unit || b.Property != was.Property) {
		if _, err := t.unit(by, b.Property, b.Unit); err != nil {
			return nil, asInvalid(err)
		}
	}
	if existing && was.Property != b.Property {
		if err := t.moveBooking(by, was); err != nil {
			return nil, err
		}
	}
	e := &inn.Event{
		At: b.ChangedAt, Topic: inn.PropertyTopic(b.Property), To: to, Type: as, Priority: p.Priority,
		Subject: b.Subject(), Property: b.Property, Actor: by.Actor(), By: by.Name,
	}
	b.PropertyName, b.By = house, by.Name
	if err := t.append(e, b); err != nil {
		return nil, err
	}
	b.Event = e.ID
	if err := t.saveBooking(b, existing); err != nil {
		return nil, err
	}
	if err := t.card(by, e, b.Card(e)); err != nil {
		return nil, err
	}
	if b.Unit != "" && b.Category == inn.Stay && b.Status == inn.CheckedOut && was.Status != inn.CheckedOut {
		return e, t.soil(by, b.Property, b.Unit)
	}
	return e, nil
}

// leaves returns the day on which a guest who checks out leaves. Who goes before
// the day that was planned ends the stay there: the nights that are left are free.
func (t *tx) leaves(was inn.Booking, c inn.BookingChange) (inn.Field[inn.Date], error) {
	if c.CheckOut.Given || was.Status != inn.CheckedIn || was.CheckIn == "" || was.CheckOut == "" {
		return c.CheckOut, nil
	}
	p, err := t.property(was.Property)
	if err != nil {
		return c.CheckOut, err
	}
	when := t.now
	if !c.At.IsZero() && c.At.Before(when) {
		when = c.At
	}
	if today := max(inn.DateOf(when, p.Location()), was.CheckIn); today < was.CheckOut {
		return inn.Given(today), nil
	}
	return c.CheckOut, nil
}

// moveBooking tells those who watched the property a booking leaves, and tells
// them no more than which one. It is appended before the change itself, so that
// whoever sees both properties drops the card and gets it back.
func (t *tx) moveBooking(by inn.Viewer, b inn.Booking) error {
	return t.append(&inn.Event{
		Topic: inn.PropertyTopic(b.Property), Type: inn.BookingMoved, Subject: b.Subject(), Property: b.Property,
		Actor: by.Actor(), By: by.Name,
	}, map[string]string{"id": b.ID})
}

// houseFor returns the name of a property for which the viewer may publish an
// event of that type. A property they may not publish for is answered like one
// that does not exist; a type that is not theirs there, with 403.
func (t *tx) houseFor(by inn.Viewer, as inn.Type, slug string) (string, error) {
	name, found, err := t.nameOf(slug)
	if err == nil && found && operates(by) {
		return name, nil
	}
	if err == nil && (!found || !by.May(inn.EventPublish, slug)) {
		return "", &inn.Error{Code: inn.NotFound, Text: "No such property.", Fields: []inn.FieldError{
			{Field: "property", Detail: "names no property that you may write to"}}}
	}
	if err == nil && !by.May(as.Takes(), slug) {
		return "", inn.E(inn.Forbidden, "You may not publish %s there.", as)
	}
	return name, err
}

// nameOf returns a property's name.
func (t *tx) nameOf(slug string) (name string, found bool, err error) {
	if name, found = t.names[slug]; found {
		return name, true, nil
	}
	found, err = t.row(`SELECT name FROM properties WHERE slug = $1`, []any{slug}, &name)
	if found {
		t.names[slug] = name
	}
	return name, found, err
}

// BookingsNamed returns the bookings with those ids, whosever they are: for
// workers, which show nobody anything.
func (s *Store) BookingsNamed(ctx context.Context, ids []string) ([]inn.Booking, error) {
	list, args := in(nil, ids)
	rows, err := s.read.QueryContext(ctx, `SELECT `+bookingColumns+bookingsFrom+`WHERE b.id IN (`+list+`)`, args...)
	return scanAll(rows, err, scanBooking)
}
