package views

import (
	"slices"

	"baithaka/inn"
)

// Guests is what "/guests" shows: the bookings of guests who were asked for.
type Guests struct {
	Words  string
	Found  []inn.Booking
	More   bool // there are more than are shown
	Erased int  // bookings that were just erased; 0 when none
}

// GuestView is what "/guests/{booking}" shows: the bookings that are or seem to
// be of one guest, and what the house holds about them.
type GuestView struct {
	Booking inn.Booking
	Others  []GuestLike
	Chosen  []string // ids of the bookings that are meant
	Held    []HeldCount
	Problem string // why an erasure was refused
}

// GuestLike is a booking that seems to be of the same guest.
type GuestLike struct {
	Booking inn.Booking
	By      string // "name", "e-mail" or "phone"
	Sure    bool
}

// HeldCount says how many of a kind of thing are held.
type HeldCount struct {
	Kind string
	N    int
}

func (v GuestView) chosen(id string) bool { return slices.Contains(v.Chosen, id) }

// why says what speaks for two bookings being of one guest, and what against it.
func (l GuestLike) why() string {
	switch {
	case l.By == "name" && l.Sure:
		return "the same name"
	case l.By == "name":
		return "the same name, and another address"
	}
	return "the same " + l.By + ", and another name"
}

// heldWords names kinds of things that are held.
var heldWords = map[string][2]string{
	"booking":      {"booking", "bookings"},
	"event":        {"entry of the log", "entries of the log"},
	"notification": {"notification", "notifications"},
	"alert":        {"alert that mentions them", "alerts that mention them"},
	"property":     {"property note that mentions them", "property notes that mention them"},
}

func (h HeldCount) words() string {
	if h.N == 1 {
		return "1 " + heldWords[h.Kind][0]
	}
	return count(h.N) + " " + heldWords[h.Kind][1]
}
