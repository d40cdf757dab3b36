package views

import (
	"cmp"
	"time"

	"baithaka/internal/inn"
)

// story is what an event says in words, for the feed, the history of a booking
// and the toast.
type story struct {
	Icon         string // in the sprite
	Tone         string // what its colour means; a class
	Name         string // whom or what it is about, from outside
	Verb         string // what happened: "confirmed", "is solved"
	Badge        badge  // the same in one word
	PropertyName string // the property
	Detail       string // dates of a booking, detail of an alert
	Amount       string // "" without money
	Changes      []change
	Link         string // where to read more; "" for nowhere
}

// badge is one word on a coloured pill.
type badge struct{ Text, Tone string }

// tell puts an event into words as far as the visibility allows. The event is
// redacted already; a snapshot that cannot be read still says what happened.
func tell(e *inn.Event, s inn.Visibility) story {
	if e.Type == inn.NotificationReleased {
		return tellReleased(e)
	}
	switch e.Kind() {
	case inn.BookingUpdate:
		return tellBooking(e, s)
	case inn.AlertUpdate:
		return tellAlert(e)
	case inn.PropertyUpdate:
		switch e.Type {
		case inn.UnitStateChanged:
			return tellUnit(e)
		case inn.BlockMade, inn.BlockChanged, inn.BlockRemoved:
			return tellBlock(e, s)
		}
		return tellProperty(e)
	case inn.MetricUpdate:
		return tellFigures(e)
	}
	return tellPerson(e)
}

var bookingVerbs = map[inn.Type]string{
	inn.BookingNew:        "booked",
	inn.BookingConfirmed:  "confirmed",
	inn.BookingModified:   "changed",
	inn.BookingCancelled:  "cancelled",
	inn.BookingCheckedIn:  "checked in",
	inn.BookingCheckedOut: "checked out",
	inn.BookingNoShow:     "did not come",
	inn.BookingReinstated: "reinstated",
	inn.BookingMoved:      "moved to another property",
	inn.BookingErased:     "was made anonymous",
}

func tellBooking(e *inn.Event, s inn.Visibility) story {
	b, err := e.Booking()
	if err != nil || b.Customer == "" {
		return story{Icon: "calendar", Tone: "soft", Name: "A booking", Verb: bookingVerbs[e.Type]}
	}
	t := story{
		Icon: categoryIcon(b.Category), Tone: categoryTone(b.Category), Name: b.Customer, Verb: bookingVerbs[e.Type],
		Badge: bookingBadge(b), PropertyName: propertyName(b), Detail: stay(b, s.Today.Year()), Changes: otherChanges(b), Link: pathBooking(b.ID),
	}
	if c, changed := dateChange(b, s.Today.Year()); changed {
		t.Detail, t.Changes = "", append([]change{c}, t.Changes...)
	}
	if s.Money && b.Priced {
		t.Amount = price(b)
	}
	return t
}

func tellAlert(e *inn.Event) story {
	a, err := alertOf(e)
	if err != nil {
		return story{Icon: "triangle-alert", Tone: "warn", Name: "Something", Verb: "needs someone"}
	}
	t := story{
		Icon: "triangle-alert", Tone: "warn", Name: a.Title, Verb: "needs someone", Badge: priorityBadge(a.Priority),
		PropertyName: a.PropertyName, Detail: a.Detail, Link: pathPast(a.Subject()),
	}
	if a.Priority == inn.Critical {
		t.Tone = "bad"
	}
	switch a.Status {
	case inn.Raised:
		if a.PreviouslyAcknowledgedBy != "" {
			t.Verb = "needs someone again; " + acknowledgerName(a.PreviouslyAcknowledgedBy) + " had it"
		}
	case inn.Acknowledged:
		t.Icon, t.Tone, t.Verb = "hand", "soft", acknowledgerName(a.AcknowledgedBy)+" has it"
		if a.PreviouslyAcknowledgedBy != "" {
			t.Verb = acknowledgerName(a.AcknowledgedBy) + " took over from " + acknowledgerName(a.PreviouslyAcknowledgedBy)
		}
		t.Badge = badge{"In hand", "soft"}
	case inn.Resolved:
		t.Icon, t.Tone, t.Verb, t.Badge = "check", "good", "is solved", badge{"Solved", "good"}
		t.Detail = cmp.Or(a.Reason, a.Detail)
	}
	return t
}

func tellProperty(e *inn.Event) story {
	var p inn.Property
	if err := e.Into(&p); err != nil || p.Name == "" {
		return story{Icon: "building", Tone: "soft", Name: "A property", Verb: "changed"}
	}
	t := story{
		Icon: categoryIcon(p.Category), Tone: categoryTone(p.Category), Name: p.Name, Verb: "is now " + statusWord(p.Status),
		Badge: propertyBadge(p.Status), Detail: joined(": ", p.Title, p.Detail), Link: pathProperty(p.Slug),
	}
	switch e.Type {
	case inn.PropertyListed:
		t.Verb = "is listed"
	case inn.PropertyMaintenance:
		t.Verb = "is under maintenance"
	case inn.PropertyChanged:
		t.Verb, t.Detail = "was changed", ""
		t.Changes = propertyChanges(e)
	}
	return t
}

// tellPerson tells what somebody did. What a program reports of its users has
// no fixed shape; these three names are understood.
func tellPerson(e *inn.Event) story {
	t := story{Icon: "user", Tone: "soft", Name: e.By}
	switch e.Type {
	case inn.UserLogin:
		t.Icon, t.Verb = "log-in", "signed in"
	case inn.UserLogout:
		t.Icon, t.Verb = "log-out", "signed out"
	default:
		var said struct{ Action, Title, Detail string }
		if err := e.Into(&said); err == nil {
			t.Verb, t.Detail = joined(": ", said.Action, said.Title), said.Detail
		}
		if t.Verb == "" {
			t.Verb = "did something"
		}
	}
	return t
}

// alertOf returns the alert as it was after the event.
func alertOf(e *inn.Event) (inn.Alert, error) {
	var a inn.Alert
	err := e.Into(&a)
	a.Event = e.ID
	return a, err
}

func categoryIcon(c inn.Category) string {
	switch c {
	case inn.Car:
		return "car"
	case inn.Transfer:
		return "bus"
	case inn.Tour:
		return "compass"
	}
	return "house"
}

func categoryTone(c inn.Category) string {
	switch c {
	case inn.Car:
		return "info"
	case inn.Transfer:
		return "warn"
	case inn.Tour:
		return "good"
	}
	return "brand"
}

func categoryName(c inn.Category) string {
	switch c {
	case inn.Car:
		return "Car"
	case inn.Transfer:
		return "Transfer"
	case inn.Tour:
		return "Tour"
	}
	return "Stay"
}

// bookingBadge says where a booking stands; a change shows only while the
// booking is still to come, so that it never hides a cancellation.
func bookingBadge(b inn.Booking) badge {
	if b.Last == inn.BookingModified && (b.Status == inn.New || b.Status == inn.Confirmed) {
		return badge{"Changed", "warn"}
	}
	return statusBadge(b.Status)
}

func statusBadge(s inn.Status) badge {
	switch s {
	case inn.New:
		return badge{"New", "info"}
	case inn.Confirmed:
		return badge{"Confirmed", "good"}
	case inn.Cancelled:
		return badge{"Cancelled", "bad"}
	case inn.NoShow:
		return badge{"No-show", "bad"}
	case inn.CheckedIn:
		return badge{"Checked in", "brand"}
	}
	return badge{"Checked out", "soft"}
}

func priorityBadge(p inn.Priority) badge {
	switch p {
	case inn.Critical:
		return badge{"Critical", "bad"}
	case inn.High:
		return badge{"Urgent", "warn"}
	}
	return badge{"Alert", "info"}
}

func propertyBadge(status string) badge {
	switch status {
	case "", "open", "available", "listed":
		return badge{"Open", "good"}
	}
	return badge{sentence(statusWord(status)), "warn"}
}

func kindIcon(k inn.Kind) string {
	switch k {
	case inn.BookingUpdate:
		return "calendar"
	case inn.AlertUpdate:
		return "triangle-alert"
	case inn.PropertyUpdate:
		return "building"
	case inn.MetricUpdate:
		return "activity"
	}
	return "user"
}

// propertyName names the property of a booking.
func propertyName(b inn.Booking) string {
	switch {
	case b.PropertyName != "":
		return b.PropertyName
	case b.Property == inn.Desk, b.Property == "":
		return "Desk"
	}
	return b.Property
}

// zoneOf returns the zone a visibility shows times in.
func zoneOf(s inn.Visibility) *time.Location { return inn.Location(s.Zone) }
