package views

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"baithaka/inn"
)

// Every element id, list name, selector and path that Baithaka's pages use is
// made here and nowhere else, so that a page and the stream that changes it
// cannot disagree about where a thing stands.

// The elements that every signed-in page has once.
const (
	idLive       = "live"
	idMain       = "main"
	idHeading    = "heading"
	idConnection = "connection"
	idUnread     = "unread"
	idRailUnread = "rail-unread" // the same number beside "Notifications" in the navigation
	idToasts     = "toasts"
	idFlash      = "flash"
	idFeed       = "feed"
	idHistory    = "history"
	idSummary    = "toast-summary" // the template of "12 updates while you were away"
)

// The pages of this release.
const (
	pathDashboard     = "/"
	pathBookings      = "/bookings"
	pathProperties    = "/properties"
	pathNotifications = "/notifications"
	pathReadAll       = "/notifications/read"
	pathLogin         = "/login"
	pathLogout        = "/logout"
	pathSetup         = "/setup"
)

func pathBooking(id string) string    { return pathBookings + "/" + url.PathEscape(id) }
func pathProperty(slug string) string { return pathProperties + "/" + url.PathEscape(slug) }

func pathRead(n inn.Notification) string   { return pathNotification(n.ID) + "/read" }
func pathUnread(n inn.Notification) string { return pathNotification(n.ID) + "/unread" }

func pathNotification(id int64) string {
	return pathNotifications + "/" + strconv.FormatInt(id, 10)
}

// pathAbout is where one reads more about the subject of an event or card: the
// booking itself, else the property it concerns; "" when there is no such page.
func pathAbout(subject, property string) string {
	if id, found := strings.CutPrefix(subject, "booking:"); found {
		return pathBooking(id)
	}
	if property == "" || property == inn.Desk {
		return ""
	}
	return pathProperty(property)
}

// streamPath is where the page's stream connects: from the position the page
// was rendered at, because the first request of a stream carries no
// Last-Event-ID.
func streamPath(p Page) string {
	path := "/live?after=" + url.QueryEscape(p.Position)
	if p.Scope != "" {
		path += "&scope=" + url.QueryEscape(p.Scope)
	}
	return path
}

// mainTrigger says when the page fetches itself again. The elements listened
// to are never those that the answer replaces, and the throttle keeps a stream
// that asks for a resync at once from being answered twenty times a second.
func mainTrigger(p Page) string {
	trigger := "resync from:body throttle:5s, bye from:body throttle:5s"
	if p.Section == pathNotifications {
		trigger += ", notifications-changed from:body"
	}
	return trigger
}

func bookingID(id string) string             { return "booking-" + id }
func alertID(subject string) string          { return "alert-" + subject }
func eventID(id int64) string                { return "event-" + strconv.FormatInt(id, 10) }
func toastID(subject string) string          { return "toast-" + subject }
func notificationID(id int64) string         { return "notification-" + strconv.FormatInt(id, 10) }
func propertyStatusID(slug string) string    { return "property-status-" + slug }
func figuresID(scope string) string          { return "figures-" + strings.ReplaceAll(scope, ":", "-") }
func position(epoch string, id int64) string { return inn.Position{Epoch: epoch, ID: id}.String() }

// byID selects an element by its id. An attribute selector needs no escaping
// for the dots and colons that public ids may hold.
func byID(id string) string { return fmt.Sprintf(`[id="%s"]`, id) }

// A list says in data-list which sets of things it shows; what is pushed is
// addressed to every set it belongs to, and lists that are not on the page are
// passed over.
const (
	listBookings = "bookings"
	listAlerts   = "alerts"
	listFeed     = "feed"
)

func listBookingsOf(property string) string { return listBookings + "-" + property }
func listAlertsOf(property string) string   { return listAlerts + "-" + property }
func listFeedOf(property string) string     { return listFeed + "-" + property }
func listBooking(id string) string          { return "booking-" + id } // this one card
func factsID(id string) string              { return "booking-facts-" + id }
func listHistory(subject string) string     { return "history-" + subject } // all that happened to it

// lists selects the lists of any of the names.
func lists(names ...string) string {
	selectors := make([]string, len(names))
	for i, name := range names {
		selectors[i] = fmt.Sprintf(`[data-list~="%s"]`, name)
	}
	return strings.Join(selectors, ", ")
}

func bookingLists(b inn.Booking) string {
	return lists(listBookings, listBookingsOf(b.Property), listBooking(b.ID))
}

func alertLists(a inn.Alert) string { return lists(listAlerts, listAlertsOf(a.Property)) }

func feedLists(e *inn.Event) string {
	return lists(listFeed, listFeedOf(e.Property), listHistory(e.Subject))
}

// bookingOf gives the public id of the booking an event is about.
func bookingOf(e *inn.Event) string { return strings.TrimPrefix(e.Subject, "booking:") }
