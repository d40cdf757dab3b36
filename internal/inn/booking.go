package inn

import (
	"slices"
	"time"
)

// Status is where a booking stands.
type Status string

// The life of a booking: new → confirmed → checked_in → checked_out, where new
// may be checked in at once; new or confirmed → cancelled or no_show; cancelled or
// no_show → confirmed again.
const (
	New        Status = "new"
	Confirmed  Status = "confirmed"
	CheckedIn  Status = "checked_in"
	CheckedOut Status = "checked_out"
	Cancelled  Status = "cancelled"
	NoShow     Status = "no_show"
)

// Statuses lists them in the order of a booking's life.
var Statuses = []Status{New, Confirmed, CheckedIn, CheckedOut, Cancelled, NoShow}

// Valid reports whether s is one of the six.
func (s Status) Valid() bool { return slices.Contains(Statuses, s) }

// Stands reports whether a booking in this status counts as sold: not
// cancelled, and the guest did not fail to come.
func (s Status) Stands() bool { return s != Cancelled && s != NoShow }

// Booking is a stay, car, transfer or tour sold to a guest. The zero Date, time
// and string mean "not known"; Priced tells an amount of 0 from an unknown one.
type Booking struct {
	ID           string // public id, "BK-1001"
	Property     string // slug; Desk when sold by the house
	PropertyName string // the property's name as shown; read with the row, never set by a change
	Category     Category
	Title        string
	Customer     string
	Price        Money // Currency may be known before the amount is
	Priced       bool
	Status       Status
	Country      string
	CheckIn      Date // first day of a stay, rental, transfer or tour
	CheckOut     Date // exclusive
	Units        int
	Guests       int
	Unit         string // slug of the property's unit; "" while unassigned
	StartTime    string // "HH:MM" in the property's zone
	EndTime      string
	Place        string // where a transfer or a tour begins
	ToPlace      string // and where a transfer goes
	Seats        int
	Source       string
	ExternalID   string
	Version      int64 // the source's own; 0 when it has none

	Email, Phone, Notes string // contacts: GUEST_CONTACT_VIEW
	Reason              string // why it was cancelled, or what became of who did not come; as private as the notes

	BookedAt    time.Time // when it was made
	ConfirmedAt time.Time // when it last became confirmed; zero before
	EndedAt     time.Time // when it was cancelled, missed or checked out; zero before

	Last      Type      // the last event about it
	ChangedAt time.Time // when that happened
	Changed   []Change  // what that changed; empty at first sight
	By        string    // who did it, as shown
	Event     int64     // its place in the log

	AcknowledgedBy string     // who has said "Got it" since its last event; part of no snapshot
	AcknowledgedAt *time.Time //

	ErasedAt time.Time // when its guest was erased; zero while they are known; part of no snapshot
}

// Subject names the booking in events and cards.
func (b Booking) Subject() string { return "booking:" + b.ID }

// Lasts reports whether what is sold goes on until it is ended: a room or a car
// may be kept without a day of return, and beyond it. A ride or a tour is over with
// its day.
func (c Category) Lasts() bool { return c == Stay || c == Car }

// Complimentary reports whether the booking is known to cost nothing: it is shown,
// and not sold. A price that is not known is something else.
func (b Booking) Complimentary() bool { return b.Priced && b.Price.Minor == 0 }

// Over reports whether all of the booking was over on a date, whatever may come to
// be heard of it. Who is in the house, or has no day of leaving, is there until
// somebody says otherwise.
func (b Booking) Over(on Date) bool {
	if b.CheckIn > on || b.CheckOut > on {
		return false
	}
	switch {
	case b.Status == CheckedOut, b.Status == Cancelled, b.Status == NoShow, !b.Category.Lasts():
		return true
	}
	return b.Status != CheckedIn && b.CheckOut != ""
}

// Touches returns the first and the last day that a booking is something of: the
// nights of a stay end with the morning after, which is another guest's. A room or a
// car without a day of return is kept until the end of time.
func (b Booking) Touches() (first, last Date) {
	switch {
	case b.CheckOut != "" && b.CheckOut > b.CheckIn && b.Category == Stay:
		return b.CheckIn, b.CheckOut.Add(-1)
	case b.CheckOut != "":
		return b.CheckIn, b.CheckOut
	case b.Category.Lasts():
		return b.CheckIn, "9999-12-30"
	}
	return b.CheckIn, b.CheckIn
}

// Nights returns the length of a stay in nights; 0 when a date is missing.
func (b Booking) Nights() int {
	if b.CheckIn == "" || b.CheckOut == "" {
		return 0
	}
	return b.CheckIn.Days(b.CheckOut)
}

// Change is one field that an event changed, as text; "" for a value that was
// not known. Field is the payload's name of it.
type Change struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// ChangeOf returns the change of a field in the booking's last event.
func (b Booking) ChangeOf(field string) (Change, bool) {
	i := slices.IndexFunc(b.Changed, func(c Change) bool { return c.Field == field })
	if i < 0 {
		return Change{}, false
	}
	return b.Changed[i], true
}
