package inn

import (
	"slices"
	"strconv"
	"strings"
)

// Seed A's rooms that are not made from an id. A room is a topic plus the
// action it takes to hear it.
const (
	RoomSystem        = "system"
	RoomNotifications = "notifications"     // what is on one's own topic
	RoomDashboard     = "os_dashboard"      // every property and the desk
	RoomFinancial     = "financial_updates" // figures with money in them
)

// Room returns the test for whether an event that the viewer sees is in a room.
// ok is false for a room they may not hear and for one that does not exist, the
// two alike. That a property exists is known from the viewer's own list or, for
// who sees all of them, from known.
func (v Viewer) Room(name string, known func(slug string) bool) (holds func(*Event) bool, ok bool) {
	switch name {
	case RoomSystem:
		return func(e *Event) bool { return slices.Contains(e.Topics(), System) }, v.UserID != 0 || v.May(AlertView, "")
	case RoomNotifications:
		return func(e *Event) bool { return v.Notified(e) }, v.Somebody()
	case RoomDashboard:
		return func(e *Event) bool { return e.Property != "" || e.Topic == House }, v.May(DashboardAccess, "")
	case RoomFinancial:
		return func(e *Event) bool { return e.Kind() == MetricUpdate && v.May(FinancialView, e.Property) }, v.MayAnywhere(FinancialView)
	}
	if slug, found := strings.CutPrefix(name, "property:"); found {
		return func(e *Event) bool { return e.Property == slug }, v.May(PropertyView, slug) && known(slug)
	}
	if role, found := strings.CutPrefix(name, "role:"); found {
		return func(e *Event) bool { return slices.Contains(e.To, RoleTopic(v.Role)) }, v.UserID != 0 && Role(role) == v.Role
	}
	if id, found := strings.CutPrefix(name, "user:"); found {
		return func(e *Event) bool { return slices.Contains(e.Topics(), v.Own()) }, v.UserID != 0 && id == strconv.FormatInt(v.UserID, 10)
	}
	return nil, false
}

// Rooms lists the rooms that the viewer's streams are in, for the statistics.
func (v Viewer) Rooms() []string {
	rooms := []string{RoomNotifications}
	if v.UserID != 0 {
		rooms = append(rooms, RoomSystem, string(v.Own()), string(RoleTopic(v.Role)))
	}
	if v.May(DashboardAccess, "") {
		rooms = append(rooms, RoomDashboard)
	}
	if v.MayAnywhere(FinancialView) {
		rooms = append(rooms, RoomFinancial)
	}
	for _, p := range v.Theirs(PropertyView) {
		rooms = append(rooms, "property:"+p)
	}
	return rooms
}
