package inn

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// ErasedGuest stands where the name of a guest stood who was erased.
const ErasedGuest = "Erased guest"

// Erased reports whether the booking's guest was.
func (b Booking) Erased() bool { return !b.ErasedAt.IsZero() }

// Erase returns the booking without its guest: no name, contacts or notes, and
// neither in what changed. A title that names the guest becomes the kind of
// booking; a source or a number at the source that does is gone. What the house
// sold, when and for how much stays.
func (b Booking) Erase(g *Guest, at time.Time) Booking {
	if g.Named(b.Title) {
		b.Title = b.Category.title()
	}
	if g.Named(b.Source) {
		b.Source = ""
	}
	if g.Named(b.ExternalID) {
		b.ExternalID = ""
	}
	b.Customer, b.Email, b.Phone, b.Notes, b.Reason = ErasedGuest, "", "", "", ""
	b.Place, b.ToPlace = "", "" // they may be where the guest lives
	b.Changed = slices.DeleteFunc(slices.Clone(b.Changed), func(c Change) bool {
		switch c.Field {
		case "customerName", "customerEmail", "customerPhone", "notes", "reason", "place", "toPlace", "title", "source", "externalId":
			return true
		}
		return false
	})
	b.ErasedAt = at
	return b
}

// Mention returns the booking of somebody else without the guest, where its texts
// mention them. Whose booking it is stays: who has the guest's name and was not
// said to be them is another.
func (b Booking) Mention(g *Guest) Booking {
	if !g.hasName(b.Customer) {
		b.Title = g.Erase(b.Title)
	}
	b.Source, b.ExternalID, b.Notes = g.Erase(b.Source), g.without(b.ExternalID), g.Erase(b.Notes)
	b.Place, b.ToPlace, b.Reason = g.Erase(b.Place), g.Erase(b.ToPlace), g.Erase(b.Reason)
	b.Changed = slices.Clone(b.Changed)
	for i, c := range b.Changed {
		switch c.Field {
		case "title", "notes", "reason", "place", "toPlace", "source", "externalId":
			b.Changed[i].From, b.Changed[i].To = g.Erase(c.From), g.Erase(c.To)
		}
	}
	return b
}

// withoutGuest returns the change without what it says of the guest. A title, a
// source and its number may name them, and nobody knows any more whether they do.
func (c BookingChange) withoutGuest() BookingChange {
	none := Field[string]{}
	c.Customer, c.Email, c.Phone, c.Notes, c.Reason = none, none, none, none, none
	c.Title, c.Source, c.ExternalID, c.Place, c.ToPlace = none, none, none, none, none
	return c
}

// title is what a booking of the category is called when nothing better may be
// said.
func (c Category) title() string {
	switch c {
	case Car:
		return "Car"
	case Transfer:
		return "Transfer"
	case Tour:
		return "Tour"
	}
	return "Stay"
}

// turned returns a name of several words with its last word first.
func turned(name string) string {
	parts := strings.Fields(name)
	if len(parts) < 2 {
		return name
	}
	last := len(parts) - 1
	return strings.Join(append([]string{parts[last]}, parts[:last]...), " ")
}

// SameGuest says by what two bookings seem to be of one guest: "name", "e-mail"
// or "phone", in this order of weight; "" when they do not. It is sure only where
// the name and a way to reach them are the same: two guests may have one name,
// travel agents have one address for many, and a name such as "Reserved" is
// nobody's.
func SameGuest(a, b Booking) (by string, sure bool) { return LikenessTo(a)(b) }

// LikenessTo is SameGuest for who compares one booking with many.
func LikenessTo(a Booking) func(Booking) (by string, sure bool) {
	name, turnedName, mail, phone := NameKey(a.Customer), NameKey(turned(a.Customer)), mailKey(a.Email), phoneKey(a.Phone)
	nobody := isPlaceholder(a.Customer)
	return func(b Booking) (by string, sure bool) {
		if a.Erased() || b.Erased() {
			return "", false
		}
		theirs := NameKey(b.Customer)
		named := !nobody && theirs != "" && (theirs == name || theirs == turnedName)
		mailed := mail != "" && mail == mailKey(b.Email)
		called := phone != "" && samePhone(phone, phoneKey(b.Phone))
		switch {
		case named:
			return "name", mailed || called
		case mailed:
			return "e-mail", false
		case called:
			return "phone", false
		}
		return "", false
	}
}

// FoundBy reports whether somebody who asks for a guest by these words means the
// booking's: its number or a part of it, the e-mail address, the phone number, or all words in
// the name.
func (b Booking) FoundBy(words string) bool { return Asked(words)(b) }

// Asked is FoundBy for who asks of many bookings.
func Asked(words string) func(Booking) bool {
	key, mail, phone := NameKey(words), strings.TrimSpace(Fold(words)), phoneKey(words)
	var fields []string
	for field := range strings.FieldsSeq(words) {
		if one := NameKey(field); one != "" {
			fields = append(fields, one)
		}
	}
	return func(b Booking) bool {
		if key == "" || b.Erased() {
			return false
		}
		if strings.Contains(NameKey(b.ID), key) && slices.Contains(namingWords(b.ID), key) || strings.Contains(mail, "@") && mail == Fold(b.Email) {
			return true
		}
		if len(phone) >= leastPhone {
			if theirs := phoneKey(b.Phone); samePhone(phone, theirs) || strings.HasSuffix(theirs, phone) {
				return true
			}
		}
		name := spacedKey(b.Customer)
		for _, one := range fields {
			if !strings.Contains(name, one) {
				return false
			}
		}
		return true
	}
}

// spacedKey is NameKey with the spaces between the words of the name.
func spacedKey(name string) string {
	if key, is := asciiKey(name, true); is {
		return key
	}
	var b strings.Builder
	for _, one := range Words(name) {
		if one.Spaced && b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(one.Text)
	}
	return b.String()
}

// mailKey folds an e-mail address; "" for one that reaches nobody in particular.
func mailKey(address string) string {
	folded := strings.TrimSpace(Fold(address))
	local, _, is := strings.Cut(folded, "@")
	if !is || nobodysMailbox[NameKey(local)] {
		return ""
	}
	return folded
}

// nobodysMailbox are the addresses, before the @, that many guests come with.
var nobodysMailbox = map[string]bool{
	"noreply": true, "donotreply": true, "none": true, "na": true, "no": true, "null": true, "unknown": true, "test": true, "mailerdaemon": true, "postmaster": true,
	"info": true, "guest": true, "guests": true, "booking": true, "bookings": true, "reservation": true, "reservations": true, "reserved": true, "blocked": true,
}

// GuestRecord is one thing that the house holds about a guest, as it is stored.
type GuestRecord struct {
	Kind  string          `json:"kind"`  // "booking", "event", "notification", "alert" or "property"
	About string          `json:"about"` // its subject: "booking:BK-1001"
	Type  Type            `json:"type,omitempty"`
	At    time.Time       `json:"at,omitzero"`
	Data  json.RawMessage `json:"data"`
}
