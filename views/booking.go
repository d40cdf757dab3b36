package views

import (
	"encoding/json"
	"net/url"
	"strings"

	"baithaka/internal/inn"
)

// BookingView is what "/bookings/{id}" shows, and the panel beside a list.
type BookingView struct {
	Booking inn.Booking
	History []inn.Event   // newest first, redacted
	Beside  []inn.Booking // the others of its nights at the property, redacted
}

// guestKnown reports whether there is more to say of the guest than the name.
func guestKnown(b inn.Booking, s inn.Visibility) bool {
	return b.Guests > 0 || b.Country != "" || s.Contacts && b.Email+b.Phone+b.Notes != ""
}

// wasChanged reports whether a booking was changed by its last event while it is
// still to come: later it says nothing any more.
func wasChanged(b inn.Booking) bool {
	return b.Last == inn.BookingModified && (b.Status == inn.New || b.Status == inn.Confirmed)
}

// statusIcon is the sign beside the word of a status.
func statusIcon(s inn.Status) string {
	switch s {
	case inn.New:
		return "circle-dot"
	case inn.Confirmed:
		return "check"
	case inn.CheckedIn:
		return "log-in"
	case inn.Cancelled:
		return "x"
	case inn.NoShow:
		return "user-x"
	}
	return "log-out"
}

// stepIcon and stepTone are the sign of what happened to a booking.
func stepIcon(e *inn.Event) string {
	switch e.Type {
	case inn.BookingModified:
		return "history"
	case inn.BookingMoved:
		return "arrow-right"
	case inn.BookingErased:
		return "user"
	case inn.NotificationReleased:
		return "bell"
	case inn.NotificationAcknowledged:
		return "hand"
	}
	return statusIcon(e.Type.StatusAfter())
}

func stepTone(e *inn.Event) string {
	switch e.Type {
	case inn.BookingModified:
		return "warn"
	case inn.BookingMoved, inn.BookingErased, inn.NotificationReleased, inn.NotificationAcknowledged:
		return "soft"
	}
	return statusBadge(e.Type.StatusAfter()).Tone
}

// stepSays reports whether a step of the timeline has more to say than its verb: a
// booking as it was made, and what each later step changed.
func stepSays(e *inn.Event, t story) bool {
	return e.Type == inn.BookingNew || len(t.Changes) > 0
}

// whatsapp gives the link that opens a conversation with a phone number, or "" where
// its country is not in it.
func whatsapp(typed string) string {
	number, found := strings.CutPrefix(inn.Dial(typed), "+")
	if !found || strings.Contains(number, ";") { // an extension is of a switchboard
		return ""
	}
	return "https://wa.me/" + url.PathEscape(number)
}

// stayInFull writes the days of a booking with their names: "Sat 28 Nov – Tue 1 Dec".
func stayInFull(b inn.Booking, year int) string {
	named := func(d inn.Date) string {
		if d.Year() == year {
			return d.Time().Format("Mon 2 Jan")
		}
		return d.Time().Format("Mon 2 Jan 2006")
	}
	switch {
	case b.CheckIn == "" && b.CheckOut == "":
		return ""
	case b.CheckIn == "":
		return "until " + named(b.CheckOut)
	case b.CheckOut == "" || b.CheckOut == b.CheckIn:
		return named(b.CheckIn)
	}
	return named(b.CheckIn) + " – " + named(b.CheckOut)
}

func nightsLabel(b inn.Booking) string {
	if b.Category == inn.Stay {
		return "Nights"
	}
	return "When"
}

func unitsLabel(b inn.Booking) string {
	switch b.Category {
	case inn.Car:
		return "Cars"
	case inn.Transfer:
		return "Vehicles"
	case inn.Tour:
		return "Seats"
	}
	return "Rooms"
}

// priceEach writes what a night of a stay costs, where there are several.
func priceEach(b inn.Booking) string {
	nights := int64(b.Nights())
	if b.Category != inn.Stay || nights < 2 || b.Complimentary() {
		return ""
	}
	return money(whole(inn.Money{Minor: b.Price.Minor / nights, Currency: b.Price.Currency})) + " a night"
}

func besideTitle(b inn.Booking) string {
	if b.Category == inn.Stay {
		return "Those nights at " + propertyName(b)
	}
	return "Those days at " + propertyName(b)
}

// takesBeside writes which bookings stand beside another one: of the same nights, and
// not itself.
func takesBeside(b inn.Booking) string {
	first, last := b.Touches()
	if b.Category == inn.Stay {
		first = first.Add(1) // who leaves on the day it begins was there the night before
	}
	text, err := json.Marshal(struct {
		takes
		Not string `json:"not"`
	}{
		takes{
			Status:  []string{string(inn.New), string(inn.Confirmed), string(inn.CheckedIn), string(inn.CheckedOut)},
			Arrival: []string{"00000001", dayNumber(last)}, Departure: []string{dayNumber(first), "99999999"},
		}, besideRowID(b.ID),
	})
	if err != nil {
		return "{}" // texts always can be written
	}
	return string(text)
}

// rereads reports whether the last event changed what stands around a booking on its
// page: the nights it is of and with them who is there besides, or the page's name.
func rereads(b inn.Booking) bool {
	for _, field := range []string{"checkIn", "checkOut", "propertyId", "type", "customerName"} {
		if _, changed := b.ChangeOf(field); changed {
			return true
		}
	}
	return false
}

// chosenDay is what stands in a field of a day: nothing where the day was not typed
// but follows from "today" and its like.
func chosenDay(a BookingsAsked, d string) string {
	if a.When != "" && a.When != "days" {
		return ""
	}
	return d
}
