package inn

import (
	"encoding/json"
	"strings"
)

// What a visibility lets through is named here, field by field. A field that is added
// somewhere else is seen by nobody but those who may see all, until it is named.

// all reports whether nothing of a booking is hidden from the visibility.
func (s Visibility) all() bool { return s.Money && s.Contacts && s.AllProperties }

// Redact returns the booking with what the visibility holds: what it does not is absent,
// never blanked, and gone from what changed too.
func (b Booking) Redact(s Visibility) Booking {
	if s.Wall {
		return Booking{
			ID: b.ID, Property: b.Property, PropertyName: b.PropertyName, Category: b.Category, Title: b.Title, Customer: b.Customer,
			Status: b.Status, CheckIn: b.CheckIn, CheckOut: b.CheckOut, Units: b.Units, Guests: b.Guests,
			Last: b.Last, ChangedAt: b.ChangedAt, Event: b.Event,
		}
	}
	if s.all() {
		return b
	}
	seen := Booking{
		ID: b.ID, Property: b.Property, PropertyName: b.PropertyName, Category: b.Category, Title: b.Title, Customer: b.Customer, Status: b.Status,
		Country: b.Country, CheckIn: b.CheckIn, CheckOut: b.CheckOut, Units: b.Units, Guests: b.Guests,
		Unit: b.Unit, StartTime: b.StartTime, EndTime: b.EndTime, Place: b.Place, ToPlace: b.ToPlace, Seats: b.Seats,
		Source: b.Source, ExternalID: b.ExternalID, Version: b.Version,
		BookedAt: b.BookedAt, ConfirmedAt: b.ConfirmedAt, EndedAt: b.EndedAt,
		Last: b.Last, ChangedAt: b.ChangedAt, By: b.By, Event: b.Event,
		AcknowledgedBy: b.AcknowledgedBy, AcknowledgedAt: b.AcknowledgedAt, ErasedAt: b.ErasedAt,
	}
	if s.Money {
		seen.Price, seen.Priced = b.Price, b.Priced
	}
	if s.Contacts {
		seen.Email, seen.Phone, seen.Notes, seen.Reason = b.Email, b.Phone, b.Notes, b.Reason
	}
	seen.Changed = s.changes(b)
	return seen
}

// changes returns what the last event changed, as far as the visibility holds the fields.
// What a booking was before it came to its property is known where it came from.
func (s Visibility) changes(b Booking) []Change {
	if moved, found := b.ChangeOf("propertyId"); found && !s.AllProperties {
		return []Change{{Field: moved.Field, To: moved.To}}
	}
	var shown []Change
	for _, c := range b.Changed {
		if s.holds(c.Field) {
			shown = append(shown, c)
		}
	}
	return shown
}

// holds reports whether the visibility holds a booking's field, by the payload's name.
func (s Visibility) holds(field string) bool {
	switch field {
	case "status", "propertyId", "type", "title", "customerName", "checkIn", "checkOut", "units", "guests", "country", "source", "externalId",
		"unit", "startTime", "endTime", "place", "toPlace", "seats":
		return true
	case "amount", "currency":
		return s.Money
	case "customerEmail", "customerPhone", "notes", "reason":
		return s.Contacts
	}
	return s.all()
}

// Redact returns the figures without money for a visibility that holds none.
func (m Metrics) Redact(s Visibility) Metrics {
	if s.Money {
		return m
	}
	return Metrics{
		Scope: m.Scope, Window: m.Window, ActiveBookings: m.ActiveBookings, BookingsChange: m.BookingsChange,
		TotalCustomers: m.TotalCustomers, CustomersChange: m.CustomersChange, Occupancy: m.Occupancy, Timestamp: m.Timestamp,
		Tonight: Rooms{Sold: m.Tonight.Sold, Available: m.Tonight.Available}, NewToday: m.NewToday, WindowLen: m.WindowLen, Undated: m.Undated,
		Trend: Trend{Bookings: m.Trend.Bookings, Customers: m.Trend.Customers, Occupancy: m.Trend.Occupancy},
	}
}

// Redact returns the event as a visibility may see it; it is pure and runs before both
// encoders, HTML and JSON. A snapshot that cannot be read is left out whole
// rather than shown whole.
func Redact(e *Event, s Visibility) *Event {
	var data any = struct{}{}
	switch kind := e.Kind(); {
	case e.Type.Internal(), kind == AlertUpdate, kind == PropertyUpdate, e.Type == BookingMoved:
		return e // ours, and nothing in it is money or a contact
	case kind == BookingUpdate:
		if s.all() || e.Type == BookingNew && s.Money && s.Contacts {
			return e
		}
		if b, err := e.Booking(); err == nil {
			data = b.Redact(s)
		}
	case kind == MetricUpdate && !e.Reported():
		if s.Money {
			return e
		}
		data = e.passing(figures)
	case kind == MetricUpdate:
		if s.Money && s.Contacts {
			return e
		}
		allowed := figures
		if s.Money {
			allowed = moneyFigures
		}
		data = e.passing(allowed)
	case kind == UserActivity:
		if s.Money && s.Contacts {
			return e
		}
		switch {
		case e.Topic.personal():
			data = e.passing(actionFields)
		case s.Money:
			data = e.passing(moneyActionFields)
		case s.Contacts:
			data = e.passing(contactActionFields)
		default:
			data = e.passing(reportedActionFields)
		}
	}
	redacted := *e
	redacted.Data, _ = json.Marshal(data)
	return &redacted
}

// Reported reports whether the event is what a program or a person told of figures
// or people, in a form of their own.
func (e *Event) Reported() bool { return strings.HasPrefix(e.Subject, "report:") }

// form lets a value of a payload through under a name: as it is, or what of it may
// pass; ok is false for a value of any other form, which could hold anything.
type form func(json.RawMessage) (passes json.RawMessage, ok bool)

// The names that pass, and in which form. Of figures, without money and with it; of
// what people did here, and of what is reported of them: a program's text is passed
// on as an alert's is, if it stands where texts stand.
var (
	figures = map[string]form{
		"scope": name, "window": window, "activeBookings": number, "bookingsChange": number, "totalCustomers": number,
		"customersChange": number, "occupancy": number, "timestamp": instant, "property": name, "reported": text,
	}
	moneyFigures = with(figures, map[string]form{
		"totalRevenue": number, "todayRevenue": number, "revenueChange": number, "adr": number, "revpar": number,
		"currency": currency, "currencies": byCurrency,
	})
	currencyFigures = map[string]form{
		"totalRevenue": number, "todayRevenue": number, "revenueChange": number, "adr": number, "revpar": number,
		"coverage": func(raw json.RawMessage) (json.RawMessage, bool) {
			return inside(raw, map[string]form{"priced": number, "nights": number})
		},
	}
	actionFields         = map[string]form{"name": text, "from": text, "action": text, "detail": text}
	reportedActionFields = map[string]form{"reported": text, "name": text, "action": text, "title": text, "detail": text}
	moneyActionFields    = with(reportedActionFields, map[string]form{"amount": number, "currency": currency})
	contactActionFields  = with(reportedActionFields, map[string]form{"customerEmail": text, "customerPhone": text, "email": text, "phone": text, "notes": text})
)

func with(some, more map[string]form) map[string]form {
	all := map[string]form{}
	for _, part := range []map[string]form{some, more} {
		for name, f := range part {
			all[name] = f
		}
	}
	return all
}

// passing returns what of the snapshot passes, by name and form.
func (e *Event) passing(allowed map[string]form) json.RawMessage {
	passes, ok := inside(e.Data, allowed)
	if !ok {
		return json.RawMessage("{}")
	}
	return passes
}

// inside lets an object through with those of its members that pass.
func inside(raw json.RawMessage, allowed map[string]form) (json.RawMessage, bool) {
	return members(raw, func(name string, value json.RawMessage) (json.RawMessage, bool) {
		let, found := allowed[name]
		if !found {
			return nil, false
		}
		return let(value)
	})
}

func members(raw json.RawMessage, let func(name string, value json.RawMessage) (json.RawMessage, bool)) (json.RawMessage, bool) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil || all == nil {
		return nil, false
	}
	passing := map[string]json.RawMessage{}
	for name, value := range all {
		if passes, ok := let(name, value); ok {
			passing[name] = passes
		}
	}
	passes, err := json.Marshal(passing)
	return passes, err == nil
}

// byCurrency lets figures through that stand under the codes of currencies.
func byCurrency(raw json.RawMessage) (json.RawMessage, bool) {
	return members(raw, func(code string, value json.RawMessage) (json.RawMessage, bool) {
		if !IsCurrency(code) {
			return nil, false
		}
		return inside(value, currencyFigures)
	})
}

// number lets a number through, and null for one that has no meaning.
func number(raw json.RawMessage) (json.RawMessage, bool) {
	var n *json.Number
	ok := len(raw) > 0 && raw[0] != '"' && json.Unmarshal(raw, &n) == nil
	return raw, ok
}

// text lets a string through.
func text(raw json.RawMessage) (json.RawMessage, bool) {
	return worded(raw, func(string) bool { return true })
}

// name lets a string through that can be an id: "portfolio", "property:lake-house".
func name(raw json.RawMessage) (json.RawMessage, bool) { return worded(raw, IsIdentifier) }

func currency(raw json.RawMessage) (json.RawMessage, bool) { return worded(raw, IsCurrency) }

func window(raw json.RawMessage) (json.RawMessage, bool) {
	return worded(raw, func(s string) bool {
		_, err := ParseWindow(s)
		return err == nil && s != ""
	})
}

func instant(raw json.RawMessage) (json.RawMessage, bool) {
	return worded(raw, func(s string) bool {
		_, ok := ParseInstant(s)
		return ok
	})
}

func worded(raw json.RawMessage, fits func(string) bool) (json.RawMessage, bool) {
	var s *string
	ok := json.Unmarshal(raw, &s) == nil && s != nil && fits(*s)
	return raw, ok
}
