package inn

import (
	"slices"
	"strconv"
	"strings"
)

// Viewer is a person or an API key as of now: who, and what they may. The zero
// Viewer is nobody and may nothing.
type Viewer struct {
	UserID     int64 // 0 for a key
	KeyID      int64 // 0 for a person
	Name       string
	Email      string
	Role       Role     // for a key its owner's, which bounds it; "" for an installation key
	Scopes     []Scope  //
	Properties []string // theirs; for a key what it is limited to, empty for no limit
	Zone       string   // IANA name of the zone times are shown in; "" for the house's
	Address    string   // where the request came from, for the audit; "" for the command line
	Session    int64    // the sign-in by which a person asks; 0 for a key, and where none is asked after
}

// SameRights reports whether a person or key may do and see what they might as
// another Viewer had them, before or later.
func (v Viewer) SameRights(other Viewer) bool {
	return v.Role == other.Role && slices.Equal(v.Scopes, other.Scopes) && slices.Equal(v.Properties, other.Properties)
}

// Somebody reports whether this is anybody at all.
func (v Viewer) Somebody() bool { return v.UserID != 0 || v.KeyID != 0 }

// Wall reports whether this is a screen on a wall: nobody in particular looks at it.
func (v Viewer) Wall() bool { return v.KeyID != 0 && slices.Equal(v.Scopes, []Scope{WallView}) }

// Actor names the viewer in events.
func (v Viewer) Actor() string {
	switch {
	case v.KeyID != 0:
		return "key:" + v.Name
	case v.UserID != 0:
		return string(UserTopic(v.UserID))
	}
	return "house"
}

// Own is the topic that only this viewer hears.
func (v Viewer) Own() Topic {
	if v.KeyID != 0 {
		return KeyTopic(v.KeyID)
	}
	return UserTopic(v.UserID)
}

// Owns reports whether a topic is the viewer's own. It is asked for every event
// on every stream, and makes no string.
func (v Viewer) Owns(t Topic) bool {
	var room [32]byte
	own := append(room[:0], "user:"...)
	id := v.UserID
	if v.KeyID != 0 {
		own, id = append(room[:0], "key:"...), v.KeyID
	}
	return string(t) == string(strconv.AppendInt(own, id, 10))
}

// May reports whether the viewer may do a for a property; property "" asks for
// the whole house.
func (v Viewer) May(a Action, property string) bool {
	switch {
	case a == Open:
		return true
	case !v.Somebody():
		return false
	case a == Own:
		return true
	}
	listed := property != "" && slices.Contains(v.Properties, property)
	if v.KeyID != 0 {
		return v.hasScope(a) && (len(v.Properties) == 0 || listed) && (v.Role == "" || v.Role.May(a, listed))
	}
	return v.Role.May(a, listed)
}

// MayAnywhere reports whether the viewer may do a for at least one property:
// what a route asks before it knows which.
func (v Viewer) MayAnywhere(a Action) bool {
	return v.May(a, "") || len(v.Theirs(a)) > 0
}

// Theirs returns those of the viewer's properties for which they may do a. What they
// may do for one that is on their list they may do for each.
func (v Viewer) Theirs(a Action) []string {
	if len(v.Properties) == 0 || !v.May(a, v.Properties[0]) {
		return nil
	}
	return v.Properties
}

// Must refuses a viewer who may do a nowhere: at the door, and once more in the
// transaction of what they asked for, since a right may end in between.
func (v Viewer) Must(a Action) error {
	switch {
	case v.MayAnywhere(a):
		return nil
	case !v.Somebody():
		return E(Unauthenticated, "Please sign in, or send an API key.")
	case v.KeyID != 0:
		return E(Forbidden, "This key has no scope for that (%s).", a)
	}
	return E(Forbidden, "You may not do that here. Ask an administrator if you should.")
}

// MayGive reports whether the viewer may give a key a scope for a property, ""
// for all of them: nobody gives what they do not have.
func (v Viewer) MayGive(s Scope, property string) bool {
	for _, a := range scopes[s] {
		if !v.May(a, property) {
			return false
		}
	}
	return v.May(KeyManage, "")
}

// Meets reports whether the viewer may know that somebody else is on line: who
// sees everybody's activity, and who has a property with them.
func (v Viewer) Meets(other Viewer) bool {
	if v.UserID == other.UserID || v.May(ActivityView, "") {
		return true
	}
	return shareOne(v.Theirs(PropertyView), other.Properties)
}

// shareOne reports whether two lists have something in common.
func shareOne(some, others []string) bool {
	if len(some) > len(others) {
		some, others = others, some
	}
	if len(some) == 0 {
		return false
	}
	if len(some) < 8 { // not worth a map
		return slices.ContainsFunc(some, func(p string) bool { return slices.Contains(others, p) })
	}
	known := make(map[string]bool, len(some))
	for _, p := range some {
		known[p] = true
	}
	return slices.ContainsFunc(others, func(p string) bool { return known[p] })
}

func (v Viewer) hasScope(a Action) bool {
	return slices.ContainsFunc(v.Scopes, func(s Scope) bool { return slices.Contains(scopes[s], a) })
}

// Sees reports whether the viewer may see an event. It is asked when the event
// is delivered, live or replayed, and nowhere earlier.
func (v Viewer) Sees(e *Event) bool {
	if !v.Somebody() {
		return false
	}
	switch {
	case v.Owns(e.Topic):
		return true
	case e.Topic == System:
		// A key limited to properties sees and touches nothing else.
		return v.UserID != 0 || v.May(AlertView, "")
	case !e.Type.AddressNarrows() && v.addressed(e):
		return true
	case e.Topic.personal():
		return e.Type.Needs() != Own && v.May(e.Type.Needs(), "")
	}
	return v.May(e.Type.Needs(), e.Property)
}

// Notified reports whether an event that the viewer sees is also announced to
// them: a card, the badge, a toast.
func (v Viewer) Notified(e *Event) bool {
	if len(e.To) > 0 {
		return v.addressed(e)
	}
	return e.Type.MakesCard()
}

func (v Viewer) addressed(e *Event) bool {
	for _, t := range e.To {
		switch {
		case t == System:
			if v.UserID != 0 || v.May(AlertView, "") {
				return true
			}
		case t == House:
			if v.May(DashboardAccess, "") {
				return true
			}
		case v.Owns(t), v.UserID != 0 && t.isFor(v.Role):
			return true
		default:
			if property, found := t.property(); found && v.May(PropertyView, property) {
				return true
			}
		}
	}
	return false
}

func (t Topic) isFor(r Role) bool {
	role, found := strings.CutPrefix(string(t), "role:")
	return found && role == string(r)
}

func (t Topic) personal() bool {
	return strings.HasPrefix(string(t), "user:") || strings.HasPrefix(string(t), "key:")
}

func (t Topic) property() (string, bool) {
	if t == Desk {
		return Desk, true
	}
	return strings.CutPrefix(string(t), "property:")
}

// Topics returns what a cursor for the viewer follows: Everything for who sees
// every property, so that no list has to be kept; the policy still decides
// event by event.
func (v Viewer) Topics() []Topic {
	if v.May(DashboardAccess, "") {
		return []Topic{Everything}
	}
	topics := []Topic{System, v.Own()}
	if v.UserID != 0 {
		topics = append(topics, RoleTopic(v.Role))
	}
	for _, p := range v.Theirs(PropertyView) {
		topics = append(topics, PropertyTopic(p))
	}
	return topics
}
