package inn

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Event is one thing that happened, as the log keeps it.
type Event struct {
	ID       int64           // place in the log; commit order
	At       time.Time       // when it happened: as reported, or when it was stored
	Stored   time.Time       // when the house heard of it, by its own clock
	Topic    Topic           // where it happened
	To       []Topic         // whom it is addressed to, beside or instead (see Type.AddressNarrows)
	Type     Type            //
	Priority Priority        //
	Subject  string          // "booking:BK-1001", "alert:lake-house:boiler"
	Property string          // slug, Desk, or "" when no property is concerned
	Actor    string          // "key:website", "user:3", "house" for the program itself
	By       string          // the actor's name as shown
	Data     json.RawMessage // snapshot of the subject after the change
}

// Kind gives seed A's kind of the event.
func (e *Event) Kind() Kind { return e.Type.Kind() }

// Into decodes the snapshot into v.
func (e *Event) Into(v any) error {
	if err := json.Unmarshal(e.Data, v); err != nil {
		return fmt.Errorf("event %d (%s): %w", e.ID, e.Type, err)
	}
	return nil
}

// Topics gives every topic the event is on: where it happened, then whom it is
// addressed to.
func (e *Event) Topics() []Topic { return append([]Topic{e.Topic}, e.To...) }

// Topic says where something happened or whom it is addressed to.
type Topic string

// The topics that are not made from an id.
const (
	System     Topic = "system" // heard by everybody who is signed in
	House      Topic = "house"  // the portfolio as a whole: its figures, people's activity
	Everything Topic = "*"      // what a cursor follows that hears all topics; never on an event
)

// PropertyTopic is where what happens at a property happens. The desk is a
// topic of its own.
func PropertyTopic(slug string) Topic {
	if slug == Desk {
		return Desk
	}
	return Topic("property:" + slug)
}

// UserTopic is heard by one person only.
func UserTopic(id int64) Topic { return Topic("user:" + strconv.FormatInt(id, 10)) }

// KeyTopic is heard by one API key only.
func KeyTopic(id int64) Topic { return Topic("key:" + strconv.FormatInt(id, 10)) }

// RoleTopic is heard by everybody with that role.
func RoleTopic(r Role) Topic { return Topic("role:" + string(r)) }

// Type is what happened, in seed B's form.
type Type string

// The event types. Those below the line are for the house's own use: they tell
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
	PropertyStatus       Type = "property:status"
	PropertyMaintenance  Type = "property:maintenance"
	PropertyAvailability Type = "property:availability"

	AlertRaised       Type = "alert:raised"
	AlertAcknowledged Type = "alert:acknowledged"
	AlertResolved     Type = "alert:resolved"

	MetricsUpdate Type = "metrics:update"

	UserLogin  Type = "user:login"
	UserLogout Type = "user:logout"
	UserAction Type = "user:action"

	MemberChanged    Type = "member:changed"    // a person's or key's rights changed, or ended
	SessionEnded     Type = "session:ended"     // {"session": id}
	NotificationRead Type = "notification:read" // a person's read marks changed

	NotificationHeld     Type = "notification:held"     // somebody has a booking in hand
	NotificationReleased Type = "notification:released" // nobody has it any more: it rings again
	NotificationsCleaned Type = "notification:cleaned"  // cards came or went beside what happened, and with them their part of the badges

	GuestErased  Type = "guest:erased"  // what the log held of a guest has been rewritten
	HouseChanged Type = "house:changed" // the settings of the house: its zone and currency, how long things are kept
)

// Types lists every event type, in the order of the documentation.
var Types = []Type{
	BookingNew, BookingConfirmed, BookingModified, BookingCancelled, BookingCheckedIn, BookingCheckedOut,
	BookingNoShow, BookingReinstated, BookingMoved, BookingErased,
	PropertyListed, PropertyStatus, PropertyMaintenance, PropertyAvailability,
	AlertRaised, AlertAcknowledged, AlertResolved,
	MetricsUpdate,
	UserLogin, UserLogout, UserAction,
	MemberChanged, SessionEnded, NotificationRead, NotificationHeld, NotificationReleased, NotificationsCleaned,
	GuestErased, HouseChanged,
}

// Known reports whether t is a type a program may meet.
func (t Type) Known() bool { return slices.Contains(Types, t) && !t.Internal() }

// Internal reports whether t is for the house's own streams only.
func (t Type) Internal() bool {
	switch t {
	case MemberChanged, SessionEnded, NotificationRead, NotificationHeld, NotificationReleased, NotificationsCleaned, GuestErased, HouseChanged:
		return true
	}
	return false
}

// Publishable reports whether a program may send events of this type: some tell
// of what the house itself did.
func (t Type) Publishable() bool { return t.Known() && t != BookingMoved && t != BookingErased }

// Unsettles reports whether pages that are open cannot be mended piece by piece
// after an event of this type, and are to read themselves anew.
func (t Type) Unsettles() bool { return t == GuestErased || t == HouseChanged }

// ofBooking reports whether an internal type tells of a booking.
func (t Type) ofBooking() bool { return t == NotificationHeld || t == NotificationReleased }

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

// Kind gives the kind a type belongs to; "" for the internal ones.
func (t Type) Kind() Kind {
	if t.Internal() {
		return ""
	}
	switch noun, _, _ := strings.Cut(string(t), ":"); noun {
	case "booking":
		return BookingUpdate
	case "property":
		return PropertyUpdate
	case "alert":
		return AlertUpdate
	case "metrics":
		return MetricUpdate
	default:
		return UserActivity
	}
}

// AddressNarrows reports whether addressing an event of this type narrows who
// is notified of it. It does for bookings; for everything else it adds readers.
func (t Type) AddressNarrows() bool { return t.Kind() == BookingUpdate || t.ofBooking() }

// MakesCard reports whether an event of this type makes or moves a
// notification without being addressed to anybody. An acknowledgement does not:
// it takes the noise away, so it must make none.
func (t Type) MakesCard() bool {
	if t == NotificationReleased {
		return true
	}
	switch t.Kind() {
	case BookingUpdate:
		return t != BookingMoved && t != BookingErased
	case AlertUpdate:
		return t != AlertAcknowledged
	case PropertyUpdate:
		return true
	}
	return false
}

// ChangesBadge reports whether an event of this type can change somebody's
// badge though it makes no card.
func (t Type) ChangesBadge() bool {
	return t == AlertAcknowledged || t == NotificationHeld || t == NotificationsCleaned
}

// Priority orders what wants attention.
type Priority string

// The four priorities, the most urgent first.
const (
	Critical Priority = "critical"
	High     Priority = "high"
	Medium   Priority = "medium"
	Low      Priority = "low"
)

// Priorities lists them, the most urgent first.
var Priorities = []Priority{Critical, High, Medium, Low}

// Valid reports whether p is one of the four.
func (p Priority) Valid() bool { return slices.Contains(Priorities, p) }

// Rank is 0 for critical, 3 for low: an ascending sort puts the urgent first.
func (p Priority) Rank() int {
	if i := slices.Index(Priorities, p); i >= 0 {
		return i
	}
	return len(Priorities)
}

// Priority gives the priority an event of this type has when none is given.
func (t Type) Priority() Priority {
	switch t {
	case BookingNew, BookingModified:
		return Medium
	case BookingCancelled, BookingNoShow:
		return High
	}
	switch t.Kind() {
	case AlertUpdate:
		return High
	case PropertyUpdate:
		return Medium
	}
	return Low
}

// Position is a place in one epoch of the log. The epoch is re-rolled when a
// backup is restored, so that a position from the other life cannot be taken
// for one of this.
type Position struct {
	Epoch string
	ID    int64
}

// String gives the form on the wire: "k7f2-4812".
func (p Position) String() string { return p.Epoch + "-" + strconv.FormatInt(p.ID, 10) }

// ParsePosition reads a position from outside. An unreadable one is an error;
// whether it belongs to this log is for the log to say.
func ParsePosition(s string) (Position, error) {
	epoch, number, found := strings.Cut(s, "-")
	id, err := strconv.ParseInt(number, 10, 64)
	p := Position{epoch, id}
	// One position has one spelling: "-0", "+7" and "007" are nobody's.
	if !found || err != nil || id < 0 || len(epoch) > 16 || !IsIdentifier(epoch) || p.String() != s {
		return Position{}, E(Malformed, "That is not a position of this log.")
	}
	return p, nil
}
