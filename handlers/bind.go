package handlers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"baithaka/inn"
)

// bindBatch reads what was posted into publications, whichever of the three
// shapes each has. Every field that is wrong is named.
func bindBatch(body []byte, now time.Time) (inn.Batch, error) {
	body = bytes.TrimSpace(body)
	if body[0] != '[' {
		p, problems := bind(body, now)
		return inn.Batch{Publications: []inn.Publication{p}}, inn.InvalidFields(problems)
	}
	var items []json.RawMessage
	if err := json.Unmarshal(body, &items); err != nil {
		return inn.Batch{}, inn.E(inn.Malformed, "The body is not JSON. Nothing was stored.")
	}
	if len(items) == 0 || len(items) > maxItems {
		return inn.Batch{}, inn.InvalidFields([]inn.FieldError{{Pointer: "", Detail: fmt.Sprintf("must hold 1 to %d events; it holds %d", maxItems, len(items))}})
	}
	batch := inn.Batch{Array: true, Publications: make([]inn.Publication, len(items))}
	var all []inn.FieldError
	for i, item := range items {
		p, problems := bind(item, now)
		batch.Publications[i] = p
		for _, f := range problems {
			all = append(all, inn.FieldError{Pointer: fmt.Sprintf("/%d%s", i, f.Pointer), Detail: f.Detail})
		}
	}
	return batch, inn.InvalidFields(all)
}

// bind reads one event. Native and seed B's shape have a payload; seed A's has
// data, and a kind for a type.
func bind(item []byte, now time.Time) (inn.Publication, []inn.FieldError) {
	b := &binder{now: now}
	top, ok := b.object(item, "")
	if !ok {
		return inn.Publication{}, b.problems
	}
	p := inn.Publication{Priority: inn.Priority(top.text("priority", 16).Value), Role: inn.Role(top.text("role", 32).Value)}
	if p.Priority != "" && !p.Priority.Valid() {
		top.wrong("priority", "must be critical, high, medium or low")
	}
	if p.Role != "" && !p.Role.Valid() {
		top.wrong("role", "must be one of the six roles, for example STAFF")
	}
	p.Emails, p.Rooms = top.texts("affectedUsers"), top.texts("rooms")
	p.At = top.instant("timestamp").Value
	name := top.text("type", 64)
	part, short := "payload", false
	if _, found := top.values["data"]; found {
		part, short = "data", true
	}
	if !name.Given {
		top.wrong("type", "is needed, for example booking:new")
		return p, b.problems
	}
	raw, found := top.values[part]
	if !found {
		top.wrong("payload", "is needed: an object")
		return p, b.problems
	}
	inner, ok := b.object(raw, "/"+part)
	if !ok {
		return p, b.problems
	}
	inner.lenient = short // seed A's callers send what they like beside what is read
	p.Type = typeOf(inn.Type(name.Value), short, inner)
	if p.Type == "" {
		top.wrong("type", "is not an event type that can be published")
		return p, b.problems
	}
	property, where := b.property(top, inner, p.Type)
	p.Where = where
	top.known("type", "property", part, "priority", "timestamp", "rooms", "affectedUsers", "role")
	switch p.Type.Kind() {
	case inn.BookingUpdate:
		p.Booking = b.booking(p.Type, inner, property, short, p.At)
	case inn.AlertUpdate:
		p.Alert = b.alert(inner, property, &p)
	case inn.PropertyUpdate:
		p.Property = b.propertyChange(p.Type, inner, property, short)
	default:
		p.Report = &inn.Report{Property: property.Value, Payload: cleaned(raw)}
	}
	return p, b.problems
}

// typeOf gives the event type: the name itself, or for seed A's kinds what the
// status in data chooses. "" means that there is no such type to publish.
func typeOf(name inn.Type, short bool, data *fields) inn.Type {
	if !slices.Contains(inn.Kinds, inn.Kind(name)) {
		if !name.Publishable() {
			return ""
		}
		return name
	}
	status := data.text("status", 64).Value
	switch inn.Kind(name) {
	case inn.BookingUpdate:
		switch status {
		case "", "created":
			status = "new"
		case "updated":
			status = "modified"
		}
		if t := inn.Type("booking:" + status); t.Publishable() {
			return t
		}
		data.wrong("status", "must be new, created, confirmed, modified, updated, cancelled, checked_in, checked_out, no_show or reinstated")
		return inn.BookingModified
	case inn.PropertyUpdate:
		switch status {
		case "listed":
			return inn.PropertyListed
		case "maintenance":
			return inn.PropertyMaintenance
		case "available", "unavailable":
			return inn.PropertyAvailability
		}
		return inn.PropertyStatus
	case inn.AlertUpdate:
		switch status {
		case "acknowledged":
			return inn.AlertAcknowledged
		case "resolved":
			return inn.AlertResolved
		}
		return inn.AlertRaised
	case inn.MetricUpdate:
		return inn.MetricsUpdate
	}
	switch status {
	case "login":
		return inn.UserLogin
	case "logout":
		return inn.UserLogout
	}
	return inn.UserAction
}

// property reads the property an event is about, and where that stands: above, or
// in the payload; they must not differ.
func (b *binder) property(top, inner *fields, t inn.Type) (slug inn.Field[string], pointer string) {
	above, within := top.slug("property"), inn.Field[string]{}
	if t.Kind() != inn.MetricUpdate && t.Kind() != inn.UserActivity {
		within = inner.slug("propertyId")
	}
	if above.Given && within.Given && above.Value != within.Value {
		inner.wrong("propertyId", "differs from property above")
	}
	switch {
	case above.Given:
		return above, "/property"
	case within.Given:
		return within, inner.pointer + "/propertyId"
	}
	return within, ""
}

func (b *binder) booking(t inn.Type, f *fields, property inn.Field[string], short bool, at time.Time) *inn.BookingChange {
	c := &inn.BookingChange{Property: property, Short: short, At: at}
	id := f.key("id")
	if short && !id.Given {
		id = f.key("bookingId")
	}
	if !id.Given {
		f.wrong(map[bool]string{false: "id", true: "bookingId"}[short], "is needed: the booking's id")
	}
	c.ID = id.Value
	if category := f.text("type", 16); category.Given {
		c.Category = inn.Given(inn.Category(category.Value))
		if !c.Category.Value.Valid() {
			f.wrong("type", "must be property, car, transfer or tour")
		}
	}
	c.Title, c.Customer = f.text("title", inn.MaxName), f.text("customerName", inn.MaxName)
	c.Amount, c.Cleared = f.number("amount")
	if c.Currency = f.text("currency", 3); c.Currency.Given && !f.null("currency") && !inn.IsCurrency(c.Currency.Value) {
		f.wrong("currency", "must be an ISO 4217 code such as INR")
	}
	c.Country = f.text("country", 60)
	c.CheckIn, c.CheckOut = f.date("checkIn"), f.date("checkOut")
	c.Units, c.Guests = f.count("units", 1), f.count("guests", 0)
	c.Source, c.ExternalID = f.text("source", 64), f.identifier("externalId")
	c.Version = f.version("version")
	c.Email, c.Phone, c.Notes = f.text("customerEmail", 254), f.text("customerPhone", 64), f.text("notes", inn.MaxDetail)
	if reported := f.instant("timestamp"); c.At.IsZero() {
		c.At = reported.Value
	}
	b.status(t, f, short)
	f.known("id", "bookingId", "type", "title", "customerName", "amount", "currency", "timestamp", "status", "country", "propertyId",
		"checkIn", "checkOut", "units", "guests", "source", "externalId", "version", "customerEmail", "customerPhone", "notes")
	return c
}

// status checks that a status in the payload says what the type says.
func (b *binder) status(t inn.Type, f *fields, short bool) {
	status := f.text("status", 64)
	if !status.Given || short {
		return
	}
	verb := strings.TrimPrefix(string(t), "booking:")
	says := status.Value == verb || status.Value == string(t.StatusAfter())
	if t == inn.BookingModified {
		says = status.Value == verb || status.Value == "updated" || inn.Status(status.Value).Valid()
	}
	if !says {
		f.wrong("status", fmt.Sprintf("differs from the type, %s", t))
	}
}

func (b *binder) alert(f *fields, property inn.Field[string], p *inn.Publication) *inn.AlertChange {
	c := &inn.AlertChange{Property: property.Value, Title: f.text("title", inn.MaxName), Detail: f.text("detail", inn.MaxDetail)}
	if c.Property == inn.Desk {
		f.wrong("propertyId", "must be a property; the desk has no alerts")
	}
	key := f.key("key")
	if !key.Given {
		f.wrong("key", "is needed: it tells this alert from others")
	}
	c.Key = key.Value
	if priority := inn.Priority(f.text("priority", 16).Value); priority != "" && p.Priority == "" {
		if p.Priority = priority; !priority.Valid() {
			f.wrong("priority", "must be critical, high, medium or low")
		}
	}
	f.known("key", "propertyId", "title", "detail", "priority", "status")
	return c
}

func (b *binder) propertyChange(t inn.Type, f *fields, property inn.Field[string], short bool) *inn.PropertyChange {
	if !property.Given || property.Value == "" || property.Value == inn.Desk {
		f.wrong("propertyId", "is needed, or property above: the slug of a property")
	}
	c := &inn.PropertyChange{Slug: property.Value, Title: f.text("title", inn.MaxName).Value, Detail: f.text("detail", inn.MaxDetail).Value}
	status := f.text("status", 64)
	if c.Status = status.Value; c.Status == "" {
		switch t {
		case inn.PropertyMaintenance:
			c.Status = "maintenance"
		case inn.PropertyListed:
			c.Status = "open"
		default:
			f.wrong("status", "is needed, for example available")
		}
	}
	f.known("propertyId", "status", "title", "detail")
	return c
}
