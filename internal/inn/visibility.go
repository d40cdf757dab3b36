package inn

import (
	"bytes"
	"cmp"
)

// Visibility is what of a viewer a fragment may depend on. It is small and
// comparable, because it is the key under which rendered frames are shared.
type Visibility struct {
	Money          bool   // amounts
	Contacts       bool   // the guest's e-mail, phone and notes
	AllProperties  bool   // every property: so also the one that a booking came from
	Notified       bool   // announce it: a toast
	Own            bool   // they did it themselves: it is read already
	MayAcknowledge bool   // a "Got it" button
	MayResolve     bool   // a "Solved" button
	Mine           bool   // they have acknowledged it: it is theirs to take back, and another's to take over
	Wall           bool   // a screen that anybody may look at: names, and nothing else that is personal
	Zone           string // in which zone times are shown
	Today          Date   // the date at the property: who comes and goes, and the year that dates need not say; "" where it is not known
}

// Visibility returns what the viewer may see of things at a property.
func (v Viewer) Visibility(property string) Visibility {
	return Visibility{
		Money: v.May(FinancialView, property), Contacts: v.May(ContactView, property),
		AllProperties: v.May(DashboardAccess, ""), MayAcknowledge: v.UserID != 0 && v.MayAcknowledge(property),
		MayResolve: v.UserID != 0 && v.MayResolve(property), Wall: v.Wall(), Zone: v.Zone,
	}
}

// VisibilityOf returns what the viewer may see of an event.
func (v Viewer) VisibilityOf(e *Event) Visibility { return v.visibilityOf(v.Visibility(e.Property), e) }

func (v Viewer) visibilityOf(s Visibility, e *Event) Visibility {
	s.AllProperties = s.AllProperties && e.Kind() == BookingUpdate && e.Type != BookingNew // nothing else can tell of two
	s.Notified = v.Notified(e)
	s.Own = v.did(s, e)
	s.Mine = s.MayAcknowledge && v.acknowledged(e)
	return s
}

// did reports whether an event that the viewer is notified of is their own doing.
func (v Viewer) did(s Visibility, e *Event) bool {
	return s.Notified && v.UserID != 0 && v.Owns(Topic(e.Actor))
}

// acknowledged reports whether the viewer has acknowledged what an event shows.
func (v Viewer) acknowledged(e *Event) bool {
	by := e.acknowledgedBy()
	return by != "" && by == v.AcknowledgerName()
}

// acknowledgedBy returns who has acknowledged what the snapshot of an event is of:
// an alert, or a card.
func (e *Event) acknowledgedBy() string {
	switch {
	case e.Kind() == AlertUpdate, e.Type == NotificationAcknowledged, e.Type == NotificationReleased, e.Type == NotificationRead:
	default:
		return ""
	}
	if !bytes.Contains(e.Data, []byte(`"acknowledgedBy"`)) {
		return ""
	}
	var snapshot struct {
		AcknowledgedBy string
		Card           struct{ AcknowledgedBy string }
	}
	if e.Into(&snapshot) != nil {
		return ""
	}
	return cmp.Or(snapshot.AcknowledgedBy, snapshot.Card.AcknowledgedBy)
}

// VisibilityCache answers Sees and VisibilityOf for one viewer, event after event. Most
// events are like the one before, and then the policy need not be asked again: it
// goes by nothing but the type, the topic and the property of an event that is
// addressed to nobody. The zero VisibilityCache has seen nothing; a viewer whose rights
// have changed begins with a new one.
type VisibilityCache struct {
	kind       Type
	topic      Topic
	property   string
	sees       bool
	visibility Visibility
}

// At returns what the viewer may see of an event; nothing when sees is false.
func (c *VisibilityCache) At(v *Viewer, e *Event) (sees bool, visibility Visibility) {
	if len(e.To) > 0 {
		if sees = v.Sees(e); sees {
			visibility = v.VisibilityOf(e)
		}
		return sees, visibility
	}
	if c.kind != e.Type || c.topic != e.Topic || c.property != e.Property {
		*c = VisibilityCache{kind: e.Type, topic: e.Topic, property: e.Property, sees: v.Sees(e)}
		if c.sees {
			c.visibility = v.VisibilityOf(e)
		}
	}
	if !c.sees {
		return false, Visibility{}
	}
	visibility = c.visibility
	visibility.Own = v.did(visibility, e)
	visibility.Mine = visibility.MayAcknowledge && v.acknowledged(e)
	return true, visibility
}
