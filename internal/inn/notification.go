package inn

import (
	"cmp"
	"slices"
	"time"
)

// Notification is a card: one per subject, shared by all who may see it, with
// what the asking person did about it. Its subject is its name everywhere: no
// two cards share one, and it stays when a card is cleaned up and made again.
type Notification struct {
	Subject                  string     `json:"subject"`
	Kind                     Kind       `json:"kind"`
	Type                     Type       `json:"type"` // of the latest event
	Priority                 Priority   `json:"priority"`
	Property                 string     `json:"property,omitempty"`
	PropertyName             string     `json:"propertyName,omitempty"`
	Title                    string     `json:"title"` // without money and contacts: safe for every reader of the card
	Body                     string     `json:"body,omitempty"`
	Event                    int64      `json:"event"` // the latest event that concerns this person
	Read                     bool       `json:"read"`
	AcknowledgedBy           string     `json:"acknowledgedBy,omitempty"` // who said "Got it"
	AcknowledgedAt           *time.Time `json:"acknowledgedAt,omitempty"`
	PreviouslyAcknowledgedBy string     `json:"previouslyAcknowledgedBy,omitempty"` // who had, when it just rang again
	Updated                  time.Time  `json:"updatedAt"`
	Wants                    bool       `json:"wants,omitempty"`   // it needs somebody: "Got it" is offered
	CheckIn                  Date       `json:"checkIn,omitempty"` // of a booking
	CheckOut                 Date       `json:"checkOut,omitempty"`
	Reason                   string     `json:"reason,omitempty"` // why an alert was resolved
}

// Open reports whether the card may still want somebody.
func (n Notification) Open() bool { return n.Type != AlertResolved }

// Loud reports whether the card is a red one: critical, open and not acknowledged.
func (n Notification) Loud() bool {
	return n.Priority == Critical && n.Open() && n.AcknowledgedBy == ""
}

// Acknowledgeable reports whether somebody can acknowledge the card's subject.
func (n Notification) Acknowledgeable() bool {
	return n.Open() && (n.Kind == AlertUpdate || n.Kind == BookingUpdate)
}

// maxBody is how much of a text a card shows, in characters.
const maxBody = 200

// card is the card after an event, before anybody read it.
func (e *Event) card(house, title, body string) Notification {
	if runes := []rune(body); len(runes) > maxBody {
		body = string(runes[:maxBody]) + "…"
	}
	return Notification{
		Subject: e.Subject, Kind: e.Kind(), Type: e.Type, Priority: e.Priority, Property: e.Property, PropertyName: house,
		Title: title, Body: body, Event: e.ID, Updated: e.heard(),
	}
}

// heard returns when the house heard of the event: by that a card is new or old,
// whenever it happened.
func (e *Event) heard() time.Time {
	if e.Stored.IsZero() {
		return e.At
	}
	return e.Stored
}

// Card returns the card of the booking after an event about it: what is new is in
// nobody's hand.
func (b Booking) Card(e *Event) Notification {
	n := e.card(b.PropertyName, b.Customer, b.Title)
	n.Wants, n.CheckIn, n.CheckOut = b.Wants(), b.CheckIn, b.CheckOut
	return n
}

// Wants reports whether somebody has something to do about the booking: it waits
// for an answer, or has left a bed that is free again.
func (b Booking) Wants() bool {
	return b.Status == New || b.Last == BookingCancelled || b.Last == BookingNoShow
}

// Card returns the card of the alert after an event about it.
func (a Alert) Card(e *Event) Notification {
	n := e.card(a.PropertyName, a.Title, a.Detail)
	n.Wants, n.Reason = a.Open(), a.Reason
	if a.Status == Acknowledged {
		n.AcknowledgedBy, n.AcknowledgedAt = a.AcknowledgedBy, a.AcknowledgedAt
	}
	return n
}

// Card returns the card of the property after an event about it.
func (p Property) Card(e *Event) Notification {
	return e.card(p.Name, p.Name, cmp.Or(p.Title, p.Status))
}

// Card returns the card of a property after a change of its settings.
func (c ChangedProperty) Card(e *Event) Notification { return e.card(c.Name, c.Name, c.Says()) }

// Erase returns the card of a booking without its guest.
func (n Notification) Erase(g *Guest) Notification {
	n.Title = ErasedGuest
	if g.Named(n.Body) {
		n.Body = ""
	}
	return n
}

// ReportCard returns the card of what a program reported. It says who and what
// kind of thing: the payload is not ours to sum up.
func (e *Event) ReportCard() Notification {
	switch e.Type {
	case UserLogin:
		return e.card("", e.By, "signed in")
	case UserLogout:
		return e.card("", e.By, "signed out")
	case MetricsUpdate:
		return e.card("", e.By, "reports figures")
	}
	return e.card("", e.By, "reports what somebody did")
}

// Badge is the bell's number for one person.
type Badge struct {
	Unread   int
	Critical int                // of these, those that are critical, open and not acknowledged
	Kinds    [len(allKinds)]int // of these, those of each kind, in the order of Kinds
}

// Summed returns the badge with the sum of its kinds.
func (b Badge) Summed() Badge {
	b.Unread = 0
	for _, n := range b.Kinds {
		b.Unread += n
	}
	return b
}

// Of gives how many of one kind are unread.
func (b Badge) Of(k Kind) int {
	if i := slices.Index(Kinds, k); i >= 0 {
		return b.Kinds[i]
	}
	return 0
}

// AcknowledgerName names the viewer on what they acknowledge: a person by name, a key
// as what it is.
func (v Viewer) AcknowledgerName() string {
	if v.UserID != 0 {
		return v.Name
	}
	return v.Actor()
}

// MayResolve reports whether the viewer may say that an alert of a property is
// over, as they might publish it.
func (v Viewer) MayResolve(property string) bool { return v.May(AlertResolved.Takes(), property) }

// MayAcknowledge reports whether the viewer may acknowledge what happens at a
// property. The system's alerts, which have none, are everybody's.
func (v Viewer) MayAcknowledge(property string) bool {
	if v.KeyID != 0 {
		return v.May(NotificationAcknowledge, property)
	}
	return v.May(Acknowledge, property) || property == "" && v.UserID != 0
}
