// Package intake turns what comes from outside into publications: today the
// three shapes of JSON. It is pure: it imports inn, and must never read a request,
// a file, a clock or a database.
package intake

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"baithaka/internal/inn"
)

// MaxItems is how many events an array may hold.
const MaxItems = 500

// Document is a body that was read: what it publishes, and where in it that stands.
type Document struct {
	inn.Batch
	places []place
}

// place is where an event names its property, and where its own fields stand, as
// JSON pointers.
type place struct{ property, payload string }

// JSON reads a body into publications, whichever of the three shapes each has.
// Every field that is wrong is named. The body is well-formed and not empty.
func JSON(body []byte, now time.Time) (Document, error) {
	body = bytes.TrimSpace(body)
	if body[0] != '[' {
		p, at, problems := bind(body, now)
		return Document{inn.Batch{Publications: []inn.Publication{p}}, []place{at}}, inn.InvalidFields(problems)
	}
	var items []json.RawMessage
	if err := json.Unmarshal(body, &items); err != nil {
		return Document{}, inn.E(inn.Malformed, "The body is not JSON. Nothing was stored.")
	}
	if len(items) == 0 || len(items) > MaxItems {
		return Document{}, inn.InvalidFields([]inn.FieldError{{Field: "", Detail: fmt.Sprintf("must hold 1 to %d events; it holds %d", MaxItems, len(items))}})
	}
	d := Document{inn.Batch{Array: true, Publications: make([]inn.Publication, len(items))}, make([]place, len(items))}
	var all []inn.FieldError
	for i, item := range items {
		var problems []inn.FieldError
		d.Publications[i], d.places[i], problems = bind(item, now)
		for _, f := range problems {
			all = append(all, inn.FieldError{Field: fmt.Sprintf("/%d%s", i, f.Field), Detail: f.Detail})
		}
	}
	return d, inn.InvalidFields(all)
}

// Located returns an error about one of the publications with the names of its
// fields as JSON pointers into the body.
func (d Document) Located(err error) error {
	var e *inn.Error
	if !errors.As(err, &e) || e.Item == 0 {
		return err
	}
	located, i := *e, e.Item-1
	located.Fields = nil
	prefix := ""
	if d.Array {
		prefix = fmt.Sprintf("/%d", i)
	}
	for _, f := range e.Fields {
		located.Fields = append(located.Fields, inn.FieldError{Field: prefix + d.places[i].pointer(f.Field), Detail: f.Detail})
	}
	if d.Array && len(e.Fields) == 0 {
		located.Fields = []inn.FieldError{{Field: prefix, Detail: e.Text}}
	}
	return &located
}

// pointer returns where a field of an event stands: beside its payload, or in it.
func (p place) pointer(field string) string {
	name, _, _ := strings.Cut(field, "/")
	switch name {
	case "property":
		return cmp.Or(p.property, "/property")
	case "rooms", "affectedUsers", "payload":
		return "/" + field
	}
	return p.payload + "/" + field
}

// bind reads one event: what stands above in every shape, then the event itself.
func bind(item []byte, now time.Time) (inn.Publication, place, []inn.FieldError) {
	b := &binder{now: now}
	top, ok := b.object(item, "")
	if !ok {
		return inn.Publication{}, b.place, b.problems
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
	if !name.Given {
		top.wrong("type", "is needed, for example booking:new")
		return p, b.place, b.problems
	}
	if inner, part, ok := b.inner(top); ok {
		b.event(&p, inn.Type(name.Value), top, inner, part)
	}
	return p, b.place, b.problems
}

// inner finds the fields of the event itself, and the name they stand under:
// native and seed B's shape have a payload, seed A's has data.
func (b *binder) inner(top *fields) (inner *fields, part string, ok bool) {
	part = "payload"
	_, short := top.values["data"]
	if short {
		part = "data"
	}
	raw, found := top.values[part]
	if !found {
		top.wrong(part, "is needed: an object")
		return nil, part, false
	}
	inner, ok = b.object(raw, "/"+part)
	inner.short = short
	return inner, part, ok
}

// event reads what an event of that name says. The name is a type, or one of
// seed A's kinds, of which the status chooses the type.
func (b *binder) event(p *inn.Publication, name inn.Type, top, inner *fields, part string) {
	p.Type = name
	kind := slices.Contains(inn.Kinds, inn.Kind(name))
	if kind {
		p.Type = chosenType(inn.Kind(name), inner)
	}
	if !p.Type.Publishable() {
		top.wrong("type", "is not an event type that can be published")
		return
	}
	property, where := b.property(top, inner, p.Type)
	b.place = place{where, "/" + part}
	top.known("type", "property", part, "priority", "timestamp", "rooms", "affectedUsers", "role")
	switch p.Type.Kind() {
	case inn.BookingUpdate:
		p.Booking = b.booking(inner, property, p.At)
		if !kind {
			p.Booking.Status = inner.status(p.Type)
		}
	case inn.AlertUpdate:
		p.Alert = b.alert(inner, property, p)
	case inn.PropertyUpdate:
		b.ofProperty(p, inner, property)
	default:
		p.Report = &inn.Report{Property: property.Value, Payload: cleaned(top.values[part])}
	}
}

// chosenType returns the event type that the status in the data of one of seed A's
// kinds chooses.
func chosenType(kind inn.Kind, data *fields) inn.Type {
	status := data.text("status", 64).Value
	switch kind {
	case inn.BookingUpdate:
		if status == "" {
			return inn.BookingNew
		}
		if t := inn.Type("booking:" + verbOf(status)); t.Publishable() {
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

// verbOf returns a type's own word for a status: two have another name in seed A.
func verbOf(status string) string {
	switch status {
	case "created":
		return "new"
	case "updated":
		return "modified"
	}
	return status
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

func (b *binder) booking(f *fields, property inn.Field[string], at time.Time) *inn.BookingChange {
	c := &inn.BookingChange{Property: property, Short: f.short, At: at}
	id := f.key("id")
	if f.short && !id.Given {
		id = f.key("bookingId")
	}
	if !id.Given {
		f.wrong(map[bool]string{false: "id", true: "bookingId"}[f.short], "is needed: the booking's id")
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
	if c.Currency = f.text("currency", 3); c.Currency.Given && !f.null("currency") && !inn.WasCurrency(c.Currency.Value) {
		f.wrong("currency", "must be an ISO 4217 code such as INR")
	}
	c.Country = f.text("country", 60)
	c.CheckIn, c.CheckOut = f.date("checkIn"), f.date("checkOut")
	c.Units, c.Guests = f.count("units", 1), f.count("guests", 0)
	c.Source, c.ExternalID = f.text("source", 64), f.identifier("externalId")
	c.Version = f.version("version")
	c.Email, c.Phone, c.Notes = f.text("customerEmail", 254), f.text("customerPhone", 64), f.text("notes", inn.MaxDetail)
	c.Unit = f.slug("unit")
	c.StartTime, c.EndTime = f.clock("startTime"), f.clock("endTime")
	c.Place, c.ToPlace, c.Seats = f.text("place", inn.MaxName), f.text("toPlace", inn.MaxName), f.count("seats", 0)
	c.Reason = f.text("reason", inn.MaxDetail)
	if reported := f.instant("timestamp"); c.At.IsZero() {
		c.At = reported.Value
	}
	f.known("id", "bookingId", "type", "title", "customerName", "amount", "currency", "timestamp", "status", "country", "propertyId",
		"checkIn", "checkOut", "units", "guests", "source", "externalId", "version", "customerEmail", "customerPhone", "notes",
		"unit", "startTime", "endTime", "place", "toPlace", "seats", "reason")
	return c
}

// status reads a status beside a type, which must say the same. A modification
// says none: what is reported with it is the booking's own, or nothing that a
// modification does, and that is for the change to find out.
func (f *fields) status(t inn.Type) (reported inn.Field[inn.Status]) {
	status := f.text("status", 64).Value
	switch {
	case status == "", t == inn.Type("booking:"+verbOf(status)):
	case t == inn.BookingModified && inn.Status(status).Valid():
		return inn.Given(inn.Status(status))
	case t == inn.BookingModified || status != string(t.StatusAfter()):
		f.wrong("status", fmt.Sprintf("differs from the type, %s", t))
	}
	return reported
}

func (b *binder) alert(f *fields, property inn.Field[string], p *inn.Publication) *inn.AlertChange {
	c := &inn.AlertChange{Property: property.Value, Title: f.text("title", inn.MaxName), Detail: f.text("detail", inn.MaxDetail)}
	if c.Property == inn.Desk {
		b.wrong(b.place.property, "must be a property; the desk has no alerts")
	}
	key := f.key("key")
	if !key.Given {
		f.wrong("key", "is needed: it tells this alert from others")
	}
	if c.Key = key.Value; strings.HasPrefix(c.Key, inn.ClashKey) || strings.HasPrefix(c.Key, "feed:") || strings.HasPrefix(c.Key, "rule:") {
		f.wrong("key", "must not begin with double-booking:, feed: or rule: — those alerts are raised by the house itself")
	}
	if priority := inn.Priority(f.text("priority", 16).Value); priority != "" && p.Priority == "" {
		if p.Priority = priority; !priority.Valid() {
			f.wrong("priority", "must be critical, high, medium or low")
		}
	}
	known := []string{"key", "propertyId", "title", "detail", "priority", "status"}
	if p.Type == inn.AlertResolved {
		c.Reason, known = f.text("reason", inn.MaxReason).Value, append(known, "reason")
	}
	f.known(known...)
	return c
}

func (b *binder) propertyChange(f *fields, property inn.Field[string], p *inn.Publication) *inn.PropertyChange {
	switch property.Value {
	case "":
		f.wrong("propertyId", "is needed, or property above: the slug of a property")
	case inn.Desk:
		b.wrong(b.place.property, "must be a property; the desk has no status")
	}
	c := &inn.PropertyChange{Slug: property.Value, Title: f.text("title", inn.MaxName).Value, Detail: f.text("detail", inn.MaxDetail).Value}
	status := f.text("status", 64)
	if c.Status = status.Value; c.Status == "" {
		switch p.Type {
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
