package inn

import (
	"encoding/json"
	"slices"
	"strings"
)

// Role is what a person is in the house.
type Role string

// Seed A's six roles.
const (
	SuperAdmin Role = "SUPER_ADMIN"
	Admin      Role = "ADMIN"
	Owner      Role = "PROPERTY_OWNER"
	Manager    Role = "PROPERTY_MANAGER"
	Staff      Role = "STAFF"
	User       Role = "USER"
)

// Roles lists them, the most powerful first.
var Roles = []Role{SuperAdmin, Admin, Owner, Manager, Staff, User}

// Valid reports whether r is one of the six.
func (r Role) Valid() bool { return slices.Contains(Roles, r) }

// Action is something a viewer may do or see, named as in CONTRACT.
type Action string

// The actions. Open needs nobody, Own needs somebody: every viewer may do it,
// with what is their own.
const (
	Open            Action = "OPEN"
	Own             Action = "OWN"
	DashboardAccess Action = "OS_DASHBOARD_ACCESS"
	BookingView     Action = "BOOKING_VIEW"
	PropertyView    Action = "PROPERTY_VIEW"
	AlertView       Action = "ALERT_VIEW"
	Acknowledge     Action = "ACKNOWLEDGE"
	FinancialView   Action = "FINANCIAL_VIEW"
	ContactView     Action = "GUEST_CONTACT_VIEW"
	BookingManage   Action = "BOOKING_MANAGE"
	BookingCheckIn  Action = "BOOKING_CHECK_IN" // the part of BOOKING_MANAGE that staff have
	PropertyManage  Action = "PROPERTY_MANAGE"
	ActivityView    Action = "ACTIVITY_VIEW"
	StatusView      Action = "STATUS_VIEW"
	MetricsView     Action = "METRICS_VIEW" // Prometheus figures of the program itself
	KeyManage       Action = "KEY_MANAGE"
	TeamManage      Action = "TEAM_MANAGE"
	AuditView       Action = "AUDIT_VIEW"
	SettingsManage  Action = "SETTINGS_MANAGE"
	EventPublish    Action = "EVENT_PUBLISH" // through the API
)

// Actions lists every action that the policy decides, in the order of the
// documentation.
var Actions = []Action{
	DashboardAccess, BookingView, PropertyView, AlertView, Acknowledge, FinancialView, ContactView, BookingManage,
	BookingCheckIn, PropertyManage, ActivityView, StatusView, MetricsView, KeyManage, TeamManage, AuditView, SettingsManage,
	EventPublish, Own,
}

// reach says how far a permission goes.
type reach uint8

const (
	none reach = iota
	theirs
	all
)

// policy is the table role × action of CONTRACT, "Who may what". A missing cell
// is none.
var policy = map[Action]map[Role]reach{
	DashboardAccess: {SuperAdmin: all, Admin: all},
	BookingView:     {SuperAdmin: all, Admin: all, Owner: theirs, Manager: theirs, Staff: theirs},
	PropertyView:    {SuperAdmin: all, Admin: all, Owner: theirs, Manager: theirs, Staff: theirs},
	AlertView:       {SuperAdmin: all, Admin: all, Owner: theirs, Manager: theirs, Staff: theirs},
	Acknowledge:     {SuperAdmin: all, Admin: all, Owner: theirs, Manager: theirs, Staff: theirs},
	FinancialView:   {SuperAdmin: all, Admin: all, Owner: theirs, Manager: theirs},
	ContactView:     {SuperAdmin: all, Admin: all, Manager: theirs, Staff: theirs},
	BookingManage:   {SuperAdmin: all, Admin: all, Manager: theirs},
	BookingCheckIn:  {SuperAdmin: all, Admin: all, Manager: theirs, Staff: theirs},
	PropertyManage:  {SuperAdmin: all, Admin: all, Manager: theirs},
	ActivityView:    {SuperAdmin: all, Admin: all},
	StatusView:      {SuperAdmin: all, Admin: all},
	MetricsView:     {SuperAdmin: all, Admin: all},
	KeyManage:       {SuperAdmin: all, Admin: all},
	TeamManage:      {SuperAdmin: all, Admin: all},
	AuditView:       {SuperAdmin: all},
	SettingsManage:  {SuperAdmin: all},
	EventPublish:    {SuperAdmin: all, Admin: all, Manager: theirs},
	Own:             {SuperAdmin: all, Admin: all, Owner: all, Manager: all, Staff: all, User: all},
}

// scopes is the same for keys: which actions each scope gives, within the
// properties the key is limited to.
var scopes = map[Scope][]Action{
	EventsWrite:        {EventPublish},
	EventsRead:         {DashboardAccess, BookingView, PropertyView, AlertView},
	MoneyRead:          {FinancialView},
	ContactsRead:       {ContactView},
	NotificationsWrite: {Acknowledge},
	MetricsRead:        {MetricsView},
}

// Needs gives the action it takes to see an event of this type, at its property
// or, when it has none, in the whole house. It is the second table.
func (t Type) Needs() Action {
	switch t.Kind() {
	case BookingUpdate:
		return BookingView
	case PropertyUpdate, MetricUpdate:
		return PropertyView
	case AlertUpdate:
		return AlertView
	case UserActivity:
		return ActivityView
	}
	return Own
}

// May reports whether the role has the action for a property: one of theirs, or
// any other.
func (r Role) May(a Action, their bool) bool {
	got := policy[a][r]
	return got == all || got == theirs && their
}

// MayGrant reports whether the role may give somebody the role other: nobody
// grants what they do not have, and an ADMIN only what is below ADMIN.
func (r Role) MayGrant(other Role) bool {
	switch r {
	case SuperAdmin:
		return other.Valid()
	case Admin:
		return slices.Index(Roles, other) > slices.Index(Roles, Admin)
	}
	return false
}

// Viewer is a person or an API key as of now: who, and what they may. The zero
// Viewer is nobody and may nothing.
type Viewer struct {
	UserID     int64 // 0 for a key
	KeyID      int64 // 0 for a person
	Name       string
	Email      string
	Role       Role
	Scopes     []Scope
	Properties []string // theirs; for a key what it is limited to, empty for no limit
	Zone       string   // IANA name of the zone times are shown in; "" for the house's
}

// Somebody reports whether this is anybody at all.
func (v Viewer) Somebody() bool { return v.UserID != 0 || v.KeyID != 0 }

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
		return v.hasScope(a) && (len(v.Properties) == 0 || listed)
	}
	return v.Role.May(a, listed)
}

// MayAnywhere reports whether the viewer may do a for at least one property:
// what a route asks before it knows which.
func (v Viewer) MayAnywhere(a Action) bool {
	if v.May(a, "") {
		return true
	}
	return slices.ContainsFunc(v.Properties, func(p string) bool { return v.May(a, p) })
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
	case e.Topic == v.Own():
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
	own, role := v.Own(), RoleTopic(v.Role)
	return slices.ContainsFunc(e.To, func(t Topic) bool {
		switch {
		case t == own:
			return true
		case t == System:
			return v.UserID != 0 || v.May(AlertView, "")
		case v.UserID != 0 && t == role:
			return true
		case t == House:
			return v.May(DashboardAccess, "")
		}
		property, found := t.property()
		return found && v.May(PropertyView, property)
	})
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

// Topics gives what a cursor for the viewer follows: Everything for who sees
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
	for _, p := range v.Properties {
		if v.May(PropertyView, p) {
			topics = append(topics, PropertyTopic(p))
		}
	}
	return topics
}

// Sight is what of a viewer a fragment may depend on. It is small and
// comparable, because it is the key under which rendered frames are shared.
type Sight struct {
	Money    bool   // amounts
	Contacts bool   // the guest's e-mail, phone and notes
	Notified bool   // announce it: a toast
	Zone     string // in which zone times are shown
}

// Sight gives what the viewer may see of things at a property.
func (v Viewer) Sight(property string) Sight {
	return Sight{Money: v.May(FinancialView, property), Contacts: v.May(ContactView, property), Zone: v.Zone}
}

// SightOf gives what the viewer may see of an event.
func (v Viewer) SightOf(e *Event) Sight {
	s := v.Sight(e.Property)
	s.Notified = v.Notified(e)
	return s
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

// Redact gives the event as a sight may see it; it is pure and runs before both
// encoders, HTML and JSON. A snapshot that cannot be read is left out whole
// rather than shown whole.
func Redact(e *Event, s Sight) *Event {
	var data any
	switch {
	case e.Type == BookingMoved || e.Kind() != BookingUpdate && e.Kind() != MetricUpdate:
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
		var figures map[string]json.RawMessage
		if err := e.Into(&figures); err != nil {
			data = struct{}{}
			break
		}
		for name := range figures {
			if !slices.Contains(harmless, name) {
				delete(figures, name)
			}
		}
		data = figures
	}
	redacted := *e
	redacted.Data, _ = json.Marshal(data)
	return &redacted
}
