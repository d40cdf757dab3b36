package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
)

// route is one line of the table of contents: what is asked, who answers, and
// the action it takes. Which property it takes it for is asked by the handler,
// of the viewer, through what they load.
type route struct {
	method, path string
	handle       echo.HandlerFunc
	needs        inn.Action
}

// routes is every address the server answers.
func (s *Site) routes() []route {
	const get, post = http.MethodGet, http.MethodPost
	return []route{
		{get, "/", s.showDashboard, inn.Own},
		{get, "/bookings", s.showBookings, inn.BookingView},
		{get, "/bookings/:id", s.showBooking, inn.BookingView},
		{get, "/guests", s.showGuests, inn.GuestExport},
		{get, "/guests/:id", s.showGuest, inn.GuestExport},
		{get, "/guests/:id/held.json", s.exportGuest, inn.GuestExport},
		{get, "/guests/:id/held.csv", s.downloadGuest, inn.GuestExport},
		{post, "/guests/:id/erase", s.eraseGuest, inn.GuestErase},
		{get, "/properties", s.showProperties, inn.PropertyView},
		{post, "/properties", s.addProperty, inn.PropertyManage},
		{get, "/properties/:slug", s.showProperty, inn.PropertyView},
		{post, "/properties/:slug/walls", s.makeWall, inn.WallManage},
		{post, "/walls/:id/revoke", s.revokeWall, inn.WallManage},
		{get, "/properties/:slug/edit", s.editProperty, inn.PropertyManage},
		{post, "/properties/:slug", s.changeProperty, inn.PropertyManage},
		{get, "/notifications", s.showNotifications, inn.NotificationView},
		{post, "/notifications/read", s.readNotifications, inn.NotificationMark},
		{post, "/notifications/read/undo", s.undoRead, inn.NotificationMark},
		{post, "/notifications/:id/resolve", s.resolve, inn.AlertResolved.Takes()},
		{get, "/notifications/:id/history", s.showPast, inn.NotificationView},
		{post, "/notifications/:id/read", s.readNotification, inn.NotificationMark},
		{post, "/notifications/:id/unread", s.unreadNotification, inn.NotificationMark},
		{post, "/notifications/:id/ack", s.acknowledge, inn.NotificationAcknowledge},
		{post, "/notifications/:id/unack", s.unacknowledge, inn.NotificationAcknowledge},
		{get, "/settings", s.showSettings, inn.Own},
		{post, "/settings", s.saveSettings, inn.Own},
		{post, "/settings/mute", s.mute, inn.Own},
		{post, "/settings/house", s.saveHouse, inn.SettingsManage},
		{post, "/settings/password", s.changePassword, inn.Own},
		{post, "/settings/sessions/end", s.endOtherSessions, inn.Own},
		{post, "/settings/sessions/:id/end", s.endSession, inn.Own},
		{get, "/settings/twostep", s.showTwoStep, inn.Own},
		{post, "/settings/twostep", s.beginTwoStep, inn.Own},
		{post, "/settings/twostep/confirm", s.confirmTwoStep, inn.Own},
		{post, "/settings/twostep/codes", s.renewRecovery, inn.Own},
		{post, "/settings/twostep/off", s.endTwoStep, inn.Own},
		{get, "/team", s.showTeam, inn.TeamManage},
		{post, "/team", s.inviteMember, inn.TeamManage},
		{get, "/team/:id", s.showMember, inn.TeamManage},
		{post, "/team/:id", s.changeMember, inn.TeamManage},
		{post, "/team/:id/link", s.makeLink, inn.TeamManage},
		{post, "/team/:id/signout", s.signOutMember, inn.TeamManage},
		{post, "/team/:id/twostep", s.endMembersTwoStep, inn.TeamManage},
		{post, "/team/:id/disable", s.disableMember, inn.TeamManage},
		{post, "/team/:id/enable", s.enableMember, inn.TeamManage},
		{get, "/keys", s.showKeys, inn.KeyManage},
		{post, "/keys", s.makeKey, inn.KeyManage},
		{post, "/keys/:name/revoke", s.revokeKey, inn.KeyManage},
		{get, "/activity", s.showActivity, inn.Own},
		{get, "/activity/audit", s.showAudit, inn.AuditView},
		{get, "/activity/audit.csv", s.downloadAudit, inn.AuditView},
		{get, "/history", s.showHistory, inn.Own},
		{get, "/history.csv", s.downloadHistory, inn.Own},
		{get, "/status", s.showStatus, inn.StatusView},
		{get, "/live", s.streamPage, inn.Open}, // a page whose session ended is told so in the stream

		// A wall is open to who has its link; it is looked at by nobody in particular.
		{get, "/wall", s.showWall, inn.Open},
		{get, "/wall-live", s.streamWall, inn.Open},
		{get, "/wall/:token", s.openWall, inn.Open},

		{get, "/login", s.showLogin, inn.Open},
		{post, "/login", s.signIn, inn.Open},
		{get, "/login/code", s.showCode, inn.Open},
		{post, "/login/code", s.checkCode, inn.Open},
		{post, "/logout", s.signOut, inn.Open},
		{get, "/setup", s.showSetup, inn.Open},
		{post, "/setup", s.setUp, inn.Open},
		{get, "/invite/:token", s.showInvite, inn.Open},
		{post, "/invite/:token", s.useInvite, inn.Open},

		{post, "/api/v1/events", s.publish, inn.EventPublish},
		{get, "/api/v1/events", s.listEvents, inn.EventView},
		{get, "/api/v1/stream", s.streamEvents, inn.EventView},
		{post, "/api/v1/stream-tickets", s.makeTicket, inn.EventView},
		{get, "/api/v1/bookings", s.listBookings, inn.BookingView},
		{get, "/api/v1/bookings/:id", s.giveBooking, inn.BookingView},
		{get, "/api/v1/notifications", s.listNotifications, inn.NotificationView},
		{post, "/api/v1/notifications/read", s.markNotifications, inn.NotificationMark},
		{post, "/api/v1/notifications/:id/read", s.readNotification, inn.NotificationMark},
		{post, "/api/v1/notifications/:id/unread", s.unreadNotification, inn.NotificationMark},
		{post, "/api/v1/notifications/:id/ack", s.acknowledge, inn.NotificationAcknowledge},
		{post, "/api/v1/notifications/:id/unack", s.unacknowledge, inn.NotificationAcknowledge},
		{get, "/api/v1/metrics", s.giveMetrics, inn.PropertyView},
		{get, "/api/v1/units", s.listUnits, inn.PropertyView},
		{get, "/api/v1/blocks", s.listBlocks, inn.PropertyView},
		{get, "/api/v1/availability", s.listAvailability, inn.BookingView},
		{post, "/api/realtime/trigger", s.publish, inn.EventPublish},
		{get, "/api/realtime/trigger", s.giveStatistics, inn.StatusView},

		{get, "/static/*", s.serveStatic, inn.Open},
		{get, "/docs", s.showDocs, inn.Open},
		{get, "/openapi.json", s.giveOpenAPI, inn.Open},
		{get, "/metrics", s.giveMeters, inn.MetricsView},
		{get, "/livez", s.alive, inn.Open},
		{get, "/readyz", s.ready, inn.Open},
	}
}
