package inn

// Sight is what of a viewer a fragment may depend on. It is small and
// comparable, because it is the key under which rendered frames are shared.
type Sight struct {
	Money    bool   // amounts
	Contacts bool   // the guest's e-mail, phone and notes
	Houses   bool   // every property: so also the one that a booking came from
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
		Houses: v.May(DashboardAccess, ""), MayHold: v.UserID != 0 && v.MayHold(property), Zone: v.Zone,
	}
}

// SightOf gives what the viewer may see of an event.
func (v Viewer) SightOf(e *Event) Sight { return v.sightOf(v.Sight(e.Property), e) }

func (v Viewer) sightOf(s Sight, e *Event) Sight {
	s.Houses = s.Houses && e.Kind() == BookingUpdate && e.Type != BookingNew // nothing else can tell of two
	s.Notified = v.Notified(e)
	s.Own = v.did(s, e)
	return s
}

// did reports whether an event that the viewer is notified of is their own doing.
func (v Viewer) did(s Sight, e *Event) bool {
	return s.Notified && v.UserID != 0 && v.Owns(Topic(e.Actor))
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
			g.sight = v.SightOf(e)
		}
	}
	if !g.sees {
		return false, Sight{}
	}
	sight = g.sight
	sight.Own = v.did(sight, e)
	return true, sight
}
