package inn

import (
	"encoding/json"
	"maps"
	"slices"
)

// Sight is what of a viewer a fragment may depend on. It is small and
// comparable, because it is the key under which rendered frames are shared.
type Sight struct {
	Money    bool   // amounts
	Contacts bool   // the guest's e-mail, phone and notes
	Notified bool   // announce it: a toast
	Own      bool   // they did it themselves: it is read already
	MayHold  bool   // a "Got it" button
	Zone     string // in which zone times are shown
	Year     int    // the present one at the property, which dates need not say; 0 for dates that always do
}

// Sight gives what the viewer may see of things at a property.
func (v Viewer) Sight(property string) Sight {
	return Sight{
		Money: v.May(FinancialView, property), Contacts: v.May(ContactView, property),
		MayHold: v.UserID != 0 && v.MayHold(property), Zone: v.Zone,
	}
}

// SightOf gives what the viewer may see of an event.
func (v Viewer) SightOf(e *Event) Sight { return v.sightOf(v.Sight(e.Property), e) }

func (v Viewer) sightOf(s Sight, e *Event) Sight {
	s.Notified = v.Notified(e)
	s.Own = s.Notified && v.UserID != 0 && v.Owns(Topic(e.Actor))
	return s
}

// Glance asks Sees and SightOf for one viewer and one event after the other. Most
// events are like the one before, and then the policy need not be asked again: it
// goes by nothing but the type, the topic and the property of an event that is
// addressed to nobody. The zero Glance has seen nothing; a viewer whose rights
// have changed begins with a new one.
type Glance struct {
	kind     Type
	topic    Topic
	property string
	sees     bool
	sight    Sight
}

// At gives what the viewer may see of an event; nothing when sees is false.
func (g *Glance) At(v *Viewer, e *Event) (sees bool, sight Sight) {
	if len(e.To) > 0 {
		if sees = v.Sees(e); sees {
			sight = v.SightOf(e)
		}
		return sees, sight
	}
	if g.kind != e.Type || g.topic != e.Topic || g.property != e.Property {
		*g = Glance{kind: e.Type, topic: e.Topic, property: e.Property, sees: v.Sees(e)}
		if g.sees {
			g.sight = v.Sight(e.Property)
		}
	}
	if !g.sees {
		return false, Sight{}
	}
	return true, v.sightOf(g.sight, e)
}

// Redact gives the booking without what the sight does not hold: absent, never
// blanked, and gone from what changed too.
func (b Booking) Redact(s Sight) Booking {
	hidden := func(field string) bool {
		switch field {
		case "amount", "currency":
			return !s.Money
		case "customerEmail", "customerPhone", "notes":
			return !s.Contacts
		}
		return false
	}
	if !s.Money {
		b.Price, b.Priced = Money{}, false
	}
	if !s.Contacts {
		b.Email, b.Phone, b.Notes = "", "", ""
	}
	if slices.ContainsFunc(b.Changed, func(c Change) bool { return hidden(c.Field) }) {
		b.Changed = slices.DeleteFunc(slices.Clone(b.Changed), func(c Change) bool { return hidden(c.Field) })
	}
	return b
}

// harmless are the figures that say nothing about money: what is left of a
// metrics payload for a viewer who may not see any.
var harmless = []string{
	"scope", "window", "activeBookings", "bookingsChange", "totalCustomers", "customersChange", "occupancy",
	"timestamp", "property", "reported",
}

// telling are the names under which a report about people, whose form is its
// sender's, would give away money or contacts.
var (
	tellingMoney    = []string{"amount", "currency", "price", "total", "revenue", "totalRevenue", "todayRevenue", "revenueChange", "adr", "revpar", "currencies"}
	tellingContacts = []string{"customerEmail", "customerPhone", "email", "phone", "notes"}
)

// Redact gives the event as a sight may see it; it is pure and runs before both
// encoders, HTML and JSON. A snapshot that cannot be read is left out whole
// rather than shown whole.
func Redact(e *Event, s Sight) *Event {
	var data any
	switch {
	case e.Type == BookingMoved || e.Kind() != BookingUpdate && e.Kind() != MetricUpdate && e.Kind() != UserActivity:
		return e
	case s.Money && (s.Contacts || e.Kind() == MetricUpdate):
		return e
	case e.Kind() == BookingUpdate:
		b, err := e.Booking()
		if err != nil {
			data = struct{}{}
			break
		}
		data = b.Redact(s)
	default:
		var report map[string]json.RawMessage
		if err := e.Into(&report); err != nil {
			data = struct{}{}
			break
		}
		maps.DeleteFunc(report, func(name string, _ json.RawMessage) bool {
			if e.Kind() == MetricUpdate {
				return !slices.Contains(harmless, name)
			}
			return !s.Money && slices.Contains(tellingMoney, name) || !s.Contacts && slices.Contains(tellingContacts, name)
		})
		data = report
	}
	redacted := *e
	redacted.Data, _ = json.Marshal(data)
	return &redacted
}
