package inn

import "slices"

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
	EventView       Action = "EVENT_VIEW" // the log, within what each event needs
	BookingView     Action = "BOOKING_VIEW"
	PropertyView    Action = "PROPERTY_VIEW"
	AlertView       Action = "ALERT_VIEW"
	Acknowledge     Action = "ACKNOWLEDGE"
	FinancialView   Action = "FINANCIAL_VIEW"
	ContactView     Action = "GUEST_CONTACT_VIEW"
	BookingManage   Action = "BOOKING_MANAGE"
	BookingCheckIn  Action = "BOOKING_CHECK_IN" // the part of BOOKING_MANAGE that staff have
	PropertyManage  Action = "PROPERTY_MANAGE"
	UnitStateSet    Action = "UNIT_STATE"   // housekeeping; out of order takes PROPERTY_MANAGE
	BlockManage     Action = "BLOCK_MANAGE" // nights that are not for sale
	ActivityView    Action = "ACTIVITY_VIEW"
	StatusView      Action = "STATUS_VIEW"
	MetricsView     Action = "METRICS_VIEW" // Prometheus figures of the program itself
	KeyManage       Action = "KEY_MANAGE"
	WallManage      Action = "WALL_MANAGE" // links for screens on a wall, each of one property
	TeamManage      Action = "TEAM_MANAGE"
	AuditView       Action = "AUDIT_VIEW"
	SettingsManage  Action = "SETTINGS_MANAGE"
	GuestExport     Action = "GUEST_EXPORT" // everything held about a guest, in a file
	GuestErase      Action = "GUEST_ERASE"
	EventPublish    Action = "EVENT_PUBLISH" // through the API, within what Type.Takes asks

	NotificationView        Action = "NOTIFICATION_VIEW"        // cards: one's own, for a key those of its properties
	NotificationMark        Action = "NOTIFICATION_MARK"        // read marks, which are a person's
	NotificationAcknowledge Action = "NOTIFICATION_ACKNOWLEDGE" // "Got it" on a card, within what ACKNOWLEDGE allows
)

// Actions lists every action that the policy decides, in the order of the
// documentation.
var Actions = []Action{
	DashboardAccess, EventView, BookingView, PropertyView, AlertView, Acknowledge, FinancialView, ContactView, BookingManage,
	BookingCheckIn, PropertyManage, UnitStateSet, BlockManage, ActivityView, StatusView, MetricsView, KeyManage, WallManage, TeamManage, AuditView, SettingsManage,
	GuestExport, GuestErase, EventPublish, NotificationView, NotificationMark, NotificationAcknowledge, Own,
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
	EventView:       {SuperAdmin: all, Admin: all, Owner: all, Manager: all, Staff: all, User: all},
	BookingView:     {SuperAdmin: all, Admin: all, Owner: theirs, Manager: theirs, Staff: theirs},
	PropertyView:    {SuperAdmin: all, Admin: all, Owner: theirs, Manager: theirs, Staff: theirs},
	AlertView:       {SuperAdmin: all, Admin: all, Owner: theirs, Manager: theirs, Staff: theirs},
	Acknowledge:     {SuperAdmin: all, Admin: all, Owner: theirs, Manager: theirs, Staff: theirs},
	FinancialView:   {SuperAdmin: all, Admin: all, Owner: theirs, Manager: theirs},
	ContactView:     {SuperAdmin: all, Admin: all, Manager: theirs, Staff: theirs},
	BookingManage:   {SuperAdmin: all, Admin: all, Manager: theirs},
	BookingCheckIn:  {SuperAdmin: all, Admin: all, Manager: theirs, Staff: theirs},
	PropertyManage:  {SuperAdmin: all, Admin: all, Manager: theirs},
	UnitStateSet:    {SuperAdmin: all, Admin: all, Manager: theirs, Staff: theirs},
	BlockManage:     {SuperAdmin: all, Admin: all, Owner: theirs, Manager: theirs},
	ActivityView:    {SuperAdmin: all, Admin: all},
	StatusView:      {SuperAdmin: all, Admin: all},
	MetricsView:     {SuperAdmin: all, Admin: all},
	KeyManage:       {SuperAdmin: all, Admin: all},
	WallManage:      {SuperAdmin: all, Admin: all, Manager: theirs},
	TeamManage:      {SuperAdmin: all, Admin: all},
	AuditView:       {SuperAdmin: all},
	SettingsManage:  {SuperAdmin: all},
	GuestExport:     {SuperAdmin: all, Admin: all},
	GuestErase:      {SuperAdmin: all, Admin: all},
	EventPublish:    {SuperAdmin: all, Admin: all, Owner: theirs, Manager: theirs, Staff: theirs},

	NotificationView:        everybody,
	NotificationMark:        everybody,
	NotificationAcknowledge: everybody,
	Own:                     everybody,
}

// everybody is what belongs to whoever does it.
var everybody = map[Role]reach{SuperAdmin: all, Admin: all, Owner: all, Manager: all, Staff: all, User: all}

// scopes is the same for keys: which actions each scope gives, within the
// properties the key is limited to.
var scopes = map[Scope][]Action{
	EventsWrite:        {EventPublish, BookingManage, BookingCheckIn, PropertyManage, UnitStateSet, BlockManage, Acknowledge},
	EventsRead:         {DashboardAccess, EventView, BookingView, PropertyView, AlertView, NotificationView},
	MoneyRead:          {FinancialView},
	ContactsRead:       {ContactView},
	NotificationsWrite: {Acknowledge, NotificationAcknowledge},
	MetricsRead:        {MetricsView},
	WallView:           {BookingView, PropertyView, AlertView},
}

// May reports whether the role has the action for a property: one of theirs, or
// any other.
func (r Role) May(a Action, their bool) bool {
	got := policy[a][r]
	return got == all || got == theirs && their
}

// PerProperty reports whether the role counts at properties of one's own only:
// whoever has it and no property sees nothing of the house.
func (r Role) PerProperty() bool { return r.May(PropertyView, true) && !r.May(PropertyView, false) }

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
