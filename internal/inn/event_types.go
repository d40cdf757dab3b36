package inn

import "slices"

// Type is what happened, in seed B's form.
type Type string

// The event types. Those below the line are for the program's own use: they tell
// streams that a viewer's rights or marks changed and are shown to no program.
const (
	BookingNew        Type = "booking:new"
	BookingConfirmed  Type = "booking:confirmed"
	BookingModified   Type = "booking:modified"
	BookingCancelled  Type = "booking:cancelled"
	BookingCheckedIn  Type = "booking:checked_in"
	BookingCheckedOut Type = "booking:checked_out"
	BookingNoShow     Type = "booking:no_show"
	BookingReinstated Type = "booking:reinstated"
	BookingMoved      Type = "booking:moved"
	BookingErased     Type = "booking:erased" // its guest was: whoever keeps a copy is to forget them too

	PropertyListed       Type = "property:listed"
	PropertyChanged      Type = "property:changed" // its name, rooms, currency, zone, country, or status by hand
	PropertyStatus       Type = "property:status"
	PropertyMaintenance  Type = "property:maintenance"
	PropertyAvailability Type = "property:availability"

	UnitStateChanged Type = "unit:state" // housekeeping: a room is clean, dirty, inspected or out of order

	BlockMade    Type = "block:made" // nights are not for sale
	BlockChanged Type = "block:changed"
	BlockRemoved Type = "block:removed"

	AlertRaised       Type = "alert:raised"
	AlertAcknowledged Type = "alert:acknowledged"
	AlertResolved     Type = "alert:resolved"

	MetricsUpdate Type = "metrics:update"

	UserLogin  Type = "user:login"
	UserLogout Type = "user:logout"
	UserAction Type = "user:action"

	MemberChanged    Type = "member:changed"    // a person's or key's rights changed, or ended
	NotificationRead Type = "notification:read" // a person's read marks changed

	NotificationAcknowledged Type = "notification:held"     // somebody said "Got it" of a booking
	NotificationReleased     Type = "notification:released" // nobody has it any more: it rings again
	NotificationsCleaned     Type = "notification:cleaned"  // cards came or went beside what happened, and with them their part of the badges

	SessionEnded Type = "session:ended" // {"session": id}

	GuestErased  Type = "guest:erased"  // what the log held of a guest has been rewritten
	HouseChanged Type = "house:changed" // the settings of the house: its zone and currency, how long things are kept
)

// typeTable says everything about the event types that does not depend on one
// event, in the order of the documentation. Whatever depends on a type reads it
// here; a type without a row does not exist.
var typeTable = []typeRow{
	{Type: BookingNew, kind: BookingUpdate, priority: Medium, needs: BookingView, takes: BookingManage, kept: KeepLog, card: true},
	{Type: BookingConfirmed, kind: BookingUpdate, priority: Low, needs: BookingView, takes: BookingManage, kept: KeepLog, card: true, from: []Status{New}, to: Confirmed},
	{Type: BookingModified, kind: BookingUpdate, priority: Medium, needs: BookingView, takes: BookingManage, kept: KeepLog, card: true},
	{Type: BookingCancelled, kind: BookingUpdate, priority: High, needs: BookingView, takes: BookingManage, kept: KeepLog, card: true, from: []Status{New, Confirmed}, to: Cancelled},
	// Who is let in is confirmed by that.
	{Type: BookingCheckedIn, kind: BookingUpdate, priority: Low, needs: BookingView, takes: BookingCheckIn, kept: KeepLog, card: true, from: []Status{New, Confirmed}, to: CheckedIn},
	{Type: BookingCheckedOut, kind: BookingUpdate, priority: Low, needs: BookingView, takes: BookingCheckIn, kept: KeepLog, card: true, from: []Status{CheckedIn}, to: CheckedOut},
	{Type: BookingNoShow, kind: BookingUpdate, priority: High, needs: BookingView, takes: BookingManage, kept: KeepLog, card: true, from: []Status{New, Confirmed}, to: NoShow},
	{Type: BookingReinstated, kind: BookingUpdate, priority: Low, needs: BookingView, takes: BookingManage, kept: KeepLog, card: true, from: []Status{Cancelled, NoShow}, to: Confirmed},
	{Type: BookingMoved, kind: BookingUpdate, priority: Low, needs: BookingView, kept: KeepLog},
	{Type: BookingErased, kind: BookingUpdate, priority: Low, needs: BookingView, kept: KeepLog},

	{Type: PropertyListed, kind: PropertyUpdate, priority: Medium, needs: PropertyView, takes: PropertyManage, kept: KeepLog, card: true},
	// What it is called and how it counts stands on nearly every page.
	{Type: PropertyChanged, kind: PropertyUpdate, priority: Medium, needs: PropertyView, kept: KeepLog, card: true, reloadsPages: true},
	{Type: PropertyStatus, kind: PropertyUpdate, priority: Medium, needs: PropertyView, takes: PropertyManage, kept: KeepLog, card: true},
	{Type: PropertyMaintenance, kind: PropertyUpdate, priority: Medium, needs: PropertyView, takes: PropertyManage, kept: KeepLog, card: true},
	{Type: PropertyAvailability, kind: PropertyUpdate, priority: Medium, needs: PropertyView, takes: PropertyManage, kept: KeepLog, card: true},

	{Type: UnitStateChanged, kind: PropertyUpdate, priority: Low, needs: PropertyView, takes: UnitStateSet, kept: KeepLog},
	{Type: BlockMade, kind: PropertyUpdate, priority: Low, needs: PropertyView, takes: BlockManage, kept: KeepLog},
	{Type: BlockChanged, kind: PropertyUpdate, priority: Low, needs: PropertyView, takes: BlockManage, kept: KeepLog},
	{Type: BlockRemoved, kind: PropertyUpdate, priority: Low, needs: PropertyView, takes: BlockManage, kept: KeepLog},

	{Type: AlertRaised, kind: AlertUpdate, priority: High, needs: AlertView, takes: PropertyManage, kept: KeepLog, card: true},
	// An acknowledgement takes the noise away, so it must make none.
	{Type: AlertAcknowledged, kind: AlertUpdate, priority: High, needs: AlertView, takes: Acknowledge, kept: KeepLog, badge: true},
	{Type: AlertResolved, kind: AlertUpdate, priority: High, needs: AlertView, takes: PropertyManage, kept: KeepLog, card: true},

	{Type: MetricsUpdate, kind: MetricUpdate, priority: Low, needs: PropertyView, takes: PropertyManage, kept: KeepFigures},

	{Type: UserLogin, kind: UserActivity, priority: Low, needs: ActivityView, takes: PropertyManage, kept: KeepPeople},
	{Type: UserLogout, kind: UserActivity, priority: Low, needs: ActivityView, takes: PropertyManage, kept: KeepPeople},
	{Type: UserAction, kind: UserActivity, priority: Low, needs: ActivityView, takes: PropertyManage, kept: KeepPeople},

	{Type: MemberChanged, priority: Low, needs: Own, kept: KeepLog},
	{Type: NotificationRead, priority: Low, needs: Own, kept: KeepPeople},
	{Type: NotificationAcknowledged, priority: Low, needs: BookingView, kept: KeepPeople, badge: true, booking: true},
	{Type: NotificationReleased, priority: Low, needs: BookingView, kept: KeepPeople, card: true, booking: true},
	{Type: NotificationsCleaned, priority: Low, needs: Own, kept: KeepPeople, badge: true},
	{Type: SessionEnded, priority: Low, needs: Own, kept: KeepPeople},
	{Type: GuestErased, priority: Low, needs: Own, kept: KeepPeople, reloadsPages: true},
	{Type: HouseChanged, priority: Low, needs: Own, kept: KeepPeople, reloadsPages: true},
}

// typeRow is a line of the table.
type typeRow struct {
	Type
	kind         Kind     // "" for those of the program's own use
	priority     Priority // when none is given
	needs        Action   // to see one
	takes        Action   // to publish one; "" for what the program alone says
	kept         Limit    // which of the settings says how long
	card         bool     // makes or moves a notification without being addressed to anybody
	badge        bool     // changes badges though it makes no card
	reloadsPages bool     // open pages read themselves anew
	booking      bool     // an internal type that tells of a booking
	from         []Status // a step of a booking: from which statuses
	to           Status   // and to which
}

var typeRows = func() map[Type]*typeRow {
	rows := make(map[Type]*typeRow, len(typeTable))
	for i := range typeTable {
		rows[typeTable[i].Type] = &typeTable[i]
	}
	return rows
}()

// Types lists every event type, in the order of the documentation.
var Types = func() (types []Type) {
	for _, row := range typeTable {
		types = append(types, row.Type)
	}
	return types
}()

// TypesKept lists the types that a setting says how long to keep, in the order of
// Types.
func TypesKept(k Limit) (types []Type) {
	for _, row := range typeTable {
		if row.kept == k {
			types = append(types, row.Type)
		}
	}
	return types
}

// row returns the type's line; one without anything for what is no type.
func (t Type) row() *typeRow {
	if row := typeRows[t]; row != nil {
		return row
	}
	return &unknownType
}

var unknownType = typeRow{kind: UserActivity, priority: Low, needs: ActivityView, takes: PropertyManage, kept: KeepLog}

// Known reports whether t is a type a program may meet.
func (t Type) Known() bool { return typeRows[t] != nil && !t.Internal() }

// Internal reports whether t is for the program's own streams only.
func (t Type) Internal() bool { return t.row().kind == "" }

// Publishable reports whether a program may send events of this type: some tell
// of what the house itself did.
func (t Type) Publishable() bool { return t.Known() && t.row().takes != "" }

// ReloadsPages reports whether pages that are open cannot be mended piece by piece
// after an event of this type, and are to read themselves anew.
func (t Type) ReloadsPages() bool { return t.row().reloadsPages }

// ofBooking reports whether an internal type tells of a booking.
func (t Type) ofBooking() bool { return t.row().booking }

// Kind is seed A's grouping of events.
type Kind string

// Seed A's five kinds.
const (
	BookingUpdate  Kind = "booking_update"
	PropertyUpdate Kind = "property_update"
	AlertUpdate    Kind = "alert_update"
	MetricUpdate   Kind = "metric_update"
	UserActivity   Kind = "user_activity"
)

var allKinds = [...]Kind{BookingUpdate, AlertUpdate, PropertyUpdate, MetricUpdate, UserActivity}

// Kinds lists the five kinds in the order they are shown.
var Kinds = allKinds[:]

// Kind returns the kind a type belongs to; "" for the internal ones.
func (t Type) Kind() Kind { return t.row().kind }

// AddressNarrows reports whether addressing an event of this type narrows who
// is notified of it. It does for bookings; for everything else it adds readers.
func (t Type) AddressNarrows() bool { return t.Kind() == BookingUpdate || t.ofBooking() }

// MakesCard reports whether an event of this type makes or moves a
// notification without being addressed to anybody.
func (t Type) MakesCard() bool { return t.row().card }

// ChangesBadge reports whether an event of this type can change somebody's
// badge though it makes no card.
func (t Type) ChangesBadge() bool { return t.row().badge }

// Priority returns the priority an event of this type has when none is given.
func (t Type) Priority() Priority { return t.row().priority }

// Needs returns the action it takes to see an event of this type, at its property
// or, when it has none, in the whole house.
func (t Type) Needs() Action { return t.row().needs }

// Takes returns the action it takes to publish an event of this type, beside
// EventPublish, which says for which properties one may publish at all.
func (t Type) Takes() Action {
	if row := t.row(); row.takes != "" {
		return row.takes
	}
	return BookingManage
}

// StatusAfter returns the status a booking has when an event of type t is the
// first that is heard of it.
func (t Type) StatusAfter() Status {
	if row := t.row(); row.to != "" {
		return row.to
	}
	return New
}

// leads reports whether events of this type are a step of a booking, and whether
// it leads on from a status. A status that already is the goal is no step and
// always fine.
func (t Type) leads(from Status) (step, may bool) {
	row := t.row()
	return row.to != "", slices.Contains(row.from, from)
}
