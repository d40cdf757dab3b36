package views

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"baithaka/internal/inn"
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
	idBroken     = "broken"
	idOnce       = "once" // what is shown only once stays in it until somebody closes it
	idFeed       = "feed"
	idHistory    = "history"
	idSummary    = "toast-summary" // the template of "12 updates while you were away"

	idPreferences = "preferences"     // how this person wants to be told, for the scripts
	idLineMenu    = "connection-menu" // what one can do about the connection, and mute
	idMute        = "mute"
	idSetMute     = "settings-mute" // the same on the page of the settings
	idSound       = "sound"         // whether this device sounds
	idSoundMenu   = "sound-menu"
	idFolded      = "folded"    // how many more happened than the one that is told
	idUnfolded    = "unfolded"  // those, as a list
	idWaiting     = "waiting"   // the template of "3 new" above a list
	idOffline     = "offline"   // the template of "this did not reach the server"
	idShortcuts   = "shortcuts" // what the keys do
	idPanel       = "panel"     // a booking beside the list
	idMore        = "more"      // on a phone: the pages that are not in the bar
)

// The pages of this release.
const (
	pathDashboard     = "/"
	pathBookings      = "/bookings"
	pathProperties    = "/properties"
	pathNotifications = "/notifications"
	pathReadAll       = "/notifications/read"
	pathReadUndo      = "/notifications/read/undo"
	pathHistory       = "/history"
	pathActivity      = "/activity"
	pathTeam          = "/team"
	pathKeys          = "/keys"
	pathStatus        = "/status"
	pathSettings      = "/settings"
	pathMute          = "/settings/mute"
	pathLogin         = "/login"
	pathLoginCode     = "/login/code"
	pathLogout        = "/logout"
	pathSetup         = "/setup"
)

func pathBooking(id string) string    { return pathBookings + "/" + segment(id) }
func pathProperty(slug string) string { return pathProperties + "/" + segment(slug) }

// Escape begins a part of a path that would lead elsewhere as it is. No id from
// outside holds it.
const Escape = "~"

// segment returns an id as a part of a path. Browsers and proxies take "." and "..",
// which were ids once, for the directory and the one above, however they are written.
func segment(id string) string {
	if id == "." || id == ".." {
		return Escape + id
	}
	return url.PathEscape(id)
}

func pathNotification(subject string) string {
	return pathNotifications + "/" + segment(subject)
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

// pathFigures is the page that shows a scope, with its figures over some days.
func pathFigures(scope string, days int) string {
	path := pathDashboard
	if slug, found := strings.CutPrefix(scope, "property:"); found {
		path = pathProperty(slug)
	}
	return path + "?window=" + strconv.Itoa(days) + "d"
}

// streamPath is where the page's stream connects: from the position the page
// was rendered at, because the first request of a stream carries no
// Last-Event-ID. A page that shows nothing of the log begins with now.
func streamPath(p Page) string {
	path := "/live?after=" + url.QueryEscape(p.Position)
	if p.Scope != "" {
		path += "&scope=" + url.QueryEscape(p.Scope)
	}
	return path
}

// mainTrigger says when the page fetches itself again. The elements listened
// to are never those that the answer replaces, and the throttle keeps a stream
// that asks for a resync at once from being answered twenty times a second;
// "refetch" is what a person asked for, and is not throttled.
func mainTrigger(p Page) string {
	trigger := "resync from:body throttle:5s, bye from:body throttle:5s, refetch from:body"
	switch p.Section {
	case pathTeam, pathKeys, pathProperties:
		trigger += ", people-changed from:body"
	}
	return trigger
}

func bookingID(id string) string             { return "booking-" + id }
func alertID(subject string) string          { return "alert-" + subject }
func eventID(id int64) string                { return "event-" + strconv.FormatInt(id, 10) }
func toastID(subject string) string          { return "toast-" + subject }
func notificationID(subject string) string   { return "notification-" + subject }
func pastID(subject string) string           { return "past-" + subject }
func propertyStatusID(slug string) string    { return "property-status-" + slug }
func figuresID(scope string) string          { return "figures-" + strings.ReplaceAll(scope, ":", "-") }
func meaningsID(scope string) string         { return figuresID(scope) + "-meanings" }
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
func listHistory(subject string) string     { return "history-" + subject }  // all that happened to it
func listTimeline(subject string) string    { return "timeline-" + subject } // the same on the page of a booking
func listNights(property string) string     { return "nights-" + property }  // its bookings beside one of them
func wholeID(id string) string              { return "whole-" + id }
func headID(id string) string               { return "head-" + id }
func besideID(id string) string             { return "nights-of-" + id }
func besideRowID(id string) string          { return "beside-" + id }
func stepID(id int64) string                { return "step-" + strconv.FormatInt(id, 10) }

// lists selects the lists of any of the names.
func lists(names ...string) string {
	selectors := make([]string, len(names))
	for i, name := range names {
		selectors[i] = fmt.Sprintf(`[data-list~="%s"]`, name)
	}
	return strings.Join(selectors, ", ")
}

// The boards of a desk: everybody's, and those of one property, for a wall.
func boardID(b inn.Board) string                      { return "board-" + string(b) }
func dueID(b inn.Board, booking string) string        { return string(b) + "-" + booking }
func listBoard(b inn.Board) string                    { return "board-" + string(b) }
func listBoardOf(b inn.Board, property string) string { return listBoard(b) + "-" + property }

func bookingLists(b inn.Booking) string {
	return lists(listBookings, listBookingsOf(b.Property), listBooking(b.ID))
}

func alertLists(a inn.Alert) string { return lists(listAlerts, listAlertsOf(a.Property)) }

func feedLists(e *inn.Event) string {
	names := []string{listFeed, listFeedOf(e.Property), listHistory(e.Subject)}
	if e.Kind() == inn.UserActivity {
		names = append(names, listActivity, listActivityOf(e.Actor))
	}
	return lists(names...)
}

// bookingOf returns the public id of the booking an event is about.
func bookingOf(e *inn.Event) string { return strings.TrimPrefix(e.Subject, "booking:") }

// The pages about people, and what stands on them.
const (
	idOnLine        = "on-line"
	idPropertyBoxes = "property-boxes" // those that are ticked, and those that were found
	listActivity    = "activity"
	listAudit       = "audit"

	pathAudit    = pathActivity + "/audit"
	pathAuditCSV = pathActivity + "/audit.csv"
	pathInvite   = "/invite"
)

func listActivityOf(actor string) string { return listActivity + "-" + actor }
func actID(id int64) string              { return "act-" + strconv.FormatInt(id, 10) }
func seenID(id int64) string             { return "seen-" + strconv.FormatInt(id, 10) } // whether somebody is here

func pathMember(id int64) string              { return pathTeam + "/" + strconv.FormatInt(id, 10) }
func pathMemberDo(id int64, do string) string { return pathMember(id) + "/" + do }
func pathRevoke(key string) string            { return pathKeys + "/" + segment(key) + "/revoke" }

// pathActivityOf is what one person did.
func pathActivityOf(id int64) string {
	return pathActivity + "?person=" + strconv.FormatInt(id, 10)
}

// PathInvite is where a one-time link leads.
func PathInvite(token string) string { return pathInvite + "/" + url.PathEscape(token) }

// The log, the state of the server, and the documentation.
const (
	idArrivals = "arrivals" // "3 new" under a filter
	idStatus   = "status"
	idRejected = "rejected"
	idNarrower = "narrower" // the further fields of a search

	pathHistoryCSV = pathHistory + ".csv"
	pathOpenAPI    = "/openapi.json"
)

// The notification centre, and "Got it" wherever it stands.
const (
	idReadAll      = "read-all"      // the button that marks everything read, or the offer to take that back
	idArrived      = "arrived"       // what would come in above a filtered list
	idMarksChanged = "marks-changed" // filled when more than one card changed, so that the page fetches itself again

	listNotifications = "notifications"
)

func listNotificationsOf(k inn.Kind) string        { return listNotifications + "-" + string(k) }
func arrivedID(subject string) string              { return "arrived-" + subject }
func acknowledgementID(subject string) string      { return "hands-" + subject }
func shelfID(k inn.Kind) string                    { return "shelf-" + string(k) }
func resolveID(subject string) string              { return "resolve-" + subject }
func listedID(k inn.Kind) string                   { return "listed-" + string(k) }
func unreadOfID(k inn.Kind) string                 { return "unread-" + string(k) }
func wholeAcknowledgementID(subject string) string { return acknowledgementID(subject) + "-whole" } // on the page of a booking

func pathRead(subject string) string     { return pathNotification(subject) + "/read" }
func pathUnread(subject string) string   { return pathNotification(subject) + "/unread" }
func pathAck(subject string) string      { return pathNotification(subject) + "/ack" }
func pathUnack(subject string) string    { return pathNotification(subject) + "/unack" }
func pathTakeOver(subject string) string { return pathAck(subject) + "?over=true" }
func pathResolve(subject string) string  { return pathNotification(subject) + "/resolve" }
func pathPast(subject string) string     { return pathNotification(subject) + "/history" }

// How one signs in, and where one is signed in.
const (
	pathPassword    = pathSettings + "/password"
	pathTwoStep     = pathSettings + "/twostep"
	pathSessionsEnd = pathSettings + "/sessions/end"
)

func sessionID(id int64) string      { return "session-" + strconv.FormatInt(id, 10) }
func pathTwoStepDo(do string) string { return pathTwoStep + "/" + do }
func pathSessionEnd(id int64) string {
	return pathSettings + "/sessions/" + strconv.FormatInt(id, 10) + "/end"
}

// The house's settings, and what is held about guests.
const (
	idHouse     = "house"
	idOwnTables = "own-tables" // where somebody is told otherwise

	pathHouse  = pathSettings + "/house"
	pathGuests = "/guests"
)

// pathGuestsSought is where a guest is looked for by some words.
func pathGuestsSought(words string) string { return pathGuests + "?q=" + url.QueryEscape(words) }

func pathGuest(booking string) string       { return pathGuests + "/" + segment(booking) }
func pathGuestDo(booking, do string) string { return pathGuest(booking) + "/" + do }
