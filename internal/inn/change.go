package inn

import (
	"fmt"
	"strconv"
	"time"
)

// Field is a value that a change may leave alone, set or clear. Given is false
// when the field was absent; a JSON null is Given with the zero Value.
type Field[T any] struct {
	Given bool
	Value T
}

// Given makes a Field that is set.
func Given[T any](v T) Field[T] { return Field[T]{true, v} }

func (f Field[T]) into(target *T) {
	if f.Given {
		*target = f.Value
	}
}

// BookingChange is what a booking event from outside says: the fields it gives,
// cleaned and each valid in itself. Short marks seed A's form, which assumes
// that the booking is known.
type BookingChange struct {
	ID                  string
	Property            Field[string]
	Category            Field[Category]
	Title, Customer     Field[string]
	Amount              Field[string] // a JSON number in major units
	Cleared             bool          // the amount is set to null
	Currency            Field[string]
	Country             Field[string]
	CheckIn, CheckOut   Field[Date]
	Units, Guests       Field[int]
	Source, ExternalID  Field[string]
	Version             Field[int64]
	Email, Phone, Notes Field[string]
	Unit                Field[string] // slug of the property's unit; "" for none
	StartTime, EndTime  Field[string] // "HH:MM"
	Place, ToPlace      Field[string]
	Seats               Field[int]
	Reason              Field[string]
	At                  time.Time // when it happened, as reported; zero for now
	Short               bool

	// Status is where a modification says that the booking stands. It moves
	// nothing: the type decides, and one that differs is refused.
	Status Field[Status]
}

// Bare reports whether the change takes a step and says nothing else about the
// booking.
func (c BookingChange) Bare() bool {
	return c == BookingChange{ID: c.ID, Property: c.Property, Version: c.Version, At: c.At, Short: c.Short, Status: c.Status}
}

// Apply takes a booking one step further and is pure. existing is false at
// first sight, when b is the zero Booking. It returns the booking afterwards
// with Changed filled, and the type under which the event is to be logged
// ("new" for a known booking is a modification); changed is false when the
// change is older than what is known or says nothing new.
func (b Booking) Apply(t Type, c BookingChange, existing bool, now time.Time) (next Booking, as Type, changed bool, err error) {
	if !existing {
		next, err = newBooking(t, c, now)
		return next, t, err == nil, err
	}
	if c.Version.Given && c.Version.Value < b.Version {
		return b, t, false, nil
	}
	if t == BookingNew {
		t = BookingModified
	}
	if b.Erased() {
		c = c.withoutGuest() // whoever sends the whole booking again must not bring them back
	}
	next = b
	if step, may := t.leads(b.Status); step && b.Status != t.StatusAfter() {
		if !may {
			return b, t, false, E(Conflict, "Booking %s is %s; it cannot become %s from there.", b.ID, b.Status, t.StatusAfter())
		}
		next.Status = t.StatusAfter()
	}
	if err := next.set(c); err != nil {
		return b, t, false, err
	}
	next.Changed = diff(b, next)
	if len(next.Changed) == 0 {
		if next.Version == b.Version {
			return b, t, false, nil
		}
		next.Changed = nil
	}
	next.stamp(b.Status, c.at(now))
	next.Last = t
	return next, t, true, nil
}

// newBooking makes a booking at first sight.
func newBooking(t Type, c BookingChange, now time.Time) (Booking, error) {
	var missing []FieldError
	need := func(given bool, field string) {
		if !given {
			missing = append(missing, FieldError{field, "is needed when a booking is first heard of"})
		}
	}
	need(c.Category.Given, "type")
	need(c.Title.Given && c.Title.Value != "", "title")
	need(c.Customer.Given && c.Customer.Value != "", "customerName")
	if len(missing) > 0 {
		if c.Short {
			return Booking{}, NoSuch("booking")
		}
		return Booking{}, InvalidFields(missing)
	}
	b := Booking{ID: c.ID, Property: Desk, Units: 1, BookedAt: c.at(now), Status: t.StatusAfter(), Last: t}
	if err := b.set(c); err != nil {
		return Booking{}, err
	}
	b.stamp(New, b.BookedAt)
	return b, nil
}

// at returns when the change happened: as reported, but never later than now, for
// the sender's clock may be ahead.
func (c BookingChange) at(now time.Time) time.Time {
	if c.At.IsZero() || c.At.After(now) {
		return now
	}
	return c.At
}

// set writes the given fields into b and checks what can only be checked
// together.
func (b *Booking) set(c BookingChange) error {
	was := *b
	c.Property.into(&b.Property)
	if b.Property == "" {
		b.Property = Desk
	}
	c.Category.into(&b.Category)
	c.Title.into(&b.Title)
	c.Customer.into(&b.Customer)
	c.Country.into(&b.Country)
	c.CheckIn.into(&b.CheckIn)
	c.CheckOut.into(&b.CheckOut)
	c.Units.into(&b.Units)
	c.Guests.into(&b.Guests)
	c.Source.into(&b.Source)
	c.ExternalID.into(&b.ExternalID)
	c.Version.into(&b.Version)
	c.Email.into(&b.Email)
	c.Phone.into(&b.Phone)
	c.Notes.into(&b.Notes)
	if b.Property != was.Property {
		b.Unit = "" // it was one of the other property's
	}
	c.Unit.into(&b.Unit)
	c.StartTime.into(&b.StartTime)
	c.EndTime.into(&b.EndTime)
	c.Place.into(&b.Place)
	c.ToPlace.into(&b.ToPlace)
	c.Seats.into(&b.Seats)
	if b.Status.Stands() {
		b.Reason = ""
	}
	c.Reason.into(&b.Reason)
	c.Currency.into(&b.Price.Currency)
	if b.Units == 0 {
		b.Units = 1
	}

	var problems []FieldError
	wrong := func(name, detail string, args ...any) {
		problems = append(problems, FieldError{name, fmt.Sprintf(detail, args...)})
	}
	if c.Status.Given && c.Status.Value != b.Status {
		wrong("status", "differs: the booking is %s, and a modification leaves it so; only an event of the step itself moves it", b.Status)
	}
	if detail := b.unpayable(was, c); detail != "" {
		wrong("currency", "%s", detail)
	}
	switch {
	case c.Cleared:
		b.Price.Minor, b.Priced = 0, false
	case c.Amount.Given && b.Price.Currency == "":
		wrong("currency", "is needed with an amount")
	case c.Amount.Given:
		price, err := ParseMoney(c.Amount.Value, b.Price.Currency)
		if err != nil {
			wrong("amount", "%s", err.Error())
		}
		b.Price, b.Priced = price, true
	case b.Priced && b.Price.Currency != was.Price.Currency:
		wrong("currency", "cannot change without the amount in it")
	}
	if b.Title == "" {
		wrong("title", "must not be empty")
	}
	if b.Customer == "" {
		wrong("customerName", "must not be empty")
	}
	if b.Unit != "" && b.Units != 1 {
		wrong("units", "must be 1 for a booking of one room; leave unit out to sell several")
	}
	if b.Reason != "" && b.Status.Stands() {
		wrong("reason", "belongs to a cancellation or a no-show")
	}
	if b.CheckIn != "" && b.CheckOut != "" && b.CheckOut < b.CheckIn {
		wrong("checkOut", "is before checkIn (%s)", b.CheckIn)
	}
	if b.CheckIn != "" && b.CheckOut != "" && b.CheckIn.Days(b.CheckOut) > 3660 {
		wrong("checkOut", "is more than ten years after checkIn")
	}
	return InvalidFields(problems)
}

// unpayable says what is wrong with a currency that a booking is to be in: one
// that was withdrawn is for what was sold or stayed before then. A booking that is
// in it already stays so.
func (b *Booking) unpayable(was Booking, c BookingChange) string {
	code := b.Price.Currency
	gone, found := withdrawn[code]
	if !found || code == was.Price.Currency {
		return ""
	}
	if b.CheckIn != "" && b.CheckIn < gone.On || DateOf(b.BookedAt, time.UTC) < gone.On || !c.At.IsZero() && DateOf(c.At, time.UTC) < gone.On {
		return ""
	}
	return fmt.Sprintf("%s was replaced by %s on %s; give the amount in that, or, for a booking from before then, the day it began or the time it was made",
		code, gone.By, gone.On.Time().Format("2 January 2006"))
}

// stamp keeps the instants that the figures need: since when confirmed, and
// when ended.
func (b *Booking) stamp(was Status, at time.Time) {
	b.ChangedAt = at
	if at.Before(b.BookedAt) {
		at = b.BookedAt // by another clock: nothing ends before it begins
	}
	switch b.Status {
	case Confirmed:
		if was != Confirmed || b.ConfirmedAt.IsZero() {
			b.ConfirmedAt, b.EndedAt = at, time.Time{}
		}
	case CheckedIn:
		if b.ConfirmedAt.IsZero() {
			b.ConfirmedAt = at
		}
	case CheckedOut, Cancelled, NoShow:
		if was != b.Status {
			b.EndedAt = at
		}
	}
}

// diff names every field in which two states of a booking differ, in the order
// people read them.
func diff(a, b Booking) []Change {
	var changes []Change
	field := func(name, from, to string) {
		if !sameText(from, to) {
			changes = append(changes, Change{name, from, to})
		}
	}
	price := func(b Booking) string {
		if !b.Priced {
			return ""
		}
		return b.Price.String()
	}
	field("status", string(a.Status), string(b.Status))
	field("propertyId", a.Property, b.Property)
	field("type", string(a.Category), string(b.Category))
	field("title", a.Title, b.Title)
	field("customerName", a.Customer, b.Customer)
	field("checkIn", string(a.CheckIn), string(b.CheckIn))
	field("checkOut", string(a.CheckOut), string(b.CheckOut))
	field("units", strconv.Itoa(a.Units), strconv.Itoa(b.Units))
	field("guests", strconv.Itoa(a.Guests), strconv.Itoa(b.Guests))
	field("unit", a.Unit, b.Unit)
	field("startTime", a.StartTime, b.StartTime)
	field("endTime", a.EndTime, b.EndTime)
	field("place", a.Place, b.Place)
	field("toPlace", a.ToPlace, b.ToPlace)
	field("seats", strconv.Itoa(a.Seats), strconv.Itoa(b.Seats))
	field("amount", price(a), price(b))
	field("currency", a.Price.Currency, b.Price.Currency)
	field("country", a.Country, b.Country)
	field("source", a.Source, b.Source)
	field("externalId", a.ExternalID, b.ExternalID)
	field("customerEmail", a.Email, b.Email)
	field("customerPhone", a.Phone, b.Phone)
	field("notes", a.Notes, b.Notes)
	field("reason", a.Reason, b.Reason)
	return changes
}
