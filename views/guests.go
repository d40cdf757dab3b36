package views

import (
	"slices"
	"time"

	"baithaka/internal/inn"
)

// Guests is what "/guests" shows: the bookings of guests who were asked for, and
// the erasures that are under way.
type Guests struct {
	Words    string
	Found    []inn.Booking
	More     bool // there are more than are shown
	Erased   int  // bookings whose erasure has just ended; 0 when none
	UnderWay []Erasure
}

// Erasure is one that is under way.
type Erasure struct {
	BegunAt  time.Time
	By       string
	Bookings int
}

// GuestView is what "/guests/{booking}" shows: the bookings that are or seem to
// be of one guest, and what the house holds about them.
type GuestView struct {
	Booking inn.Booking
	Others  []GuestLike
	Chosen  []string // ids of the bookings that are meant
	Records []RecordCount
	More    bool // there may be more than could be counted in time
	Doubts  []GuestDoubt
	Naming  []string   // ids of bookings that name the guest themselves
	Erasing *Erasure   // the one that is under way, if the booking is in it
	Problem *inn.Error // why an erasure was refused
}

func (v GuestView) form() Form {
	return Form{ID: "guest-form", Problem: v.Problem, Labels: []Label{
		{"booking", "Their bookings"}, {"word", "Is this the guest?"}, {"sure", "“I have checked”"},
	}}
}

// GuestLike is a booking that seems to be of the same guest.
type GuestLike struct {
	Booking inn.Booking
	By      string // "name", "e-mail" or "phone"
	Sure    bool
}

// GuestDoubt is a name that may as well be a word of the language, and texts of
// others in which it stands.
type GuestDoubt struct {
	Name   string
	Texts  []string // some of them
	Times  int
	Ticked bool // it is to go there too
}

// RecordCount says how many of a kind of thing are held.
type RecordCount struct {
	Kind string
	N    int
}

// likely returns the other bookings that are surely the guest's, or those that may
// be.
func (v GuestView) likely(sure bool) (some []GuestLike) {
	for _, other := range v.Others {
		if other.Sure == sure {
			some = append(some, other)
		}
	}
	return some
}

// more says how many more there are than are shown.
func (d GuestDoubt) more() string {
	if d.Times <= len(d.Texts) {
		return ""
	}
	return "and in " + plural(d.Times-len(d.Texts), "other text")
}

func (v GuestView) chosen(id string) bool { return slices.Contains(v.Chosen, id) }

// why says what speaks for two bookings being of one guest, and what against it.
func (l GuestLike) why() string {
	switch {
	case l.By == "name" && l.Sure:
		return "the same name, and the same e-mail or phone"
	case l.By == "name":
		return "the same name, but no e-mail or phone in common"
	}
	return "the same " + l.By + ", but another name"
}

// recordWords names kinds of things that are held.
var recordWords = map[string][2]string{
	"booking":      {"booking", "bookings"},
	"event":        {"entry of the log", "entries of the log"},
	"notification": {"notification", "notifications"},
	"alert":        {"alert that mentions them", "alerts that mention them"},
	"property":     {"property note that mentions them", "property notes that mention them"},
}

func (h RecordCount) words() string {
	if h.N == 1 {
		return "1 " + recordWords[h.Kind][0]
	}
	return count(h.N) + " " + recordWords[h.Kind][1]
}

// mostExcerpt is how much of a text is shown where it is only to be recognised, in
// characters.
const mostExcerpt = 160

func excerpt(text string) string {
	if runes := []rune(text); len(runes) > mostExcerpt {
		return string(runes[:mostExcerpt]) + "…"
	}
	return text
}
