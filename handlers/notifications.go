package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"baithaka/store"
	"baithaka/views"
)

// showNotifications is the person's cards.
func (s *Site) showNotifications(c echo.Context) error {
	p, err := s.page(c, "Notifications", "/notifications")
	if err != nil {
		return err
	}
	before, err := s.place(c.QueryParam("before"))
	if err != nil {
		return err
	}
	l := views.NotificationsList{Unread: c.QueryParam("unread") == "true"}
	l.Cards, err = s.store.Notifications(c.Request().Context(), p.Viewer, store.NotificationFilter{Unread: l.Unread, Before: before, Limit: listShown + 1})
	if err != nil {
		return err
	}
	if len(l.Cards) > listShown {
		l.Cards = l.Cards[:listShown]
		l.Next = s.nextPage(c, l.Cards[listShown-1].Event)
	}
	return s.render(c, http.StatusOK, views.NotificationsPage(p, l))
}

// readNotification marks one of the person's cards read.
func (s *Site) readNotification(c echo.Context) error { return s.mark(c, true) }

// unreadNotification marks it unread again.
func (s *Site) unreadNotification(c echo.Context) error { return s.mark(c, false) }

func (s *Site) mark(c echo.Context, read bool) error {
	if err := s.store.MarkRead(c.Request().Context(), viewer(c), []string{c.Param("id")}, read); err != nil {
		return err
	}
	return marked(c)
}

// readNotifications marks all of them read.
func (s *Site) readNotifications(c echo.Context) error {
	if err := s.store.MarkAllRead(c.Request().Context(), viewer(c)); err != nil {
		return err
	}
	return marked(c)
}

// marked answers a change of read marks: the badge follows by the stream in
// every tab, and the list of the page that asked reads itself anew.
func marked(c echo.Context) error {
	c.Response().Header().Set("HX-Trigger", "notifications-changed")
	return done(c, "/notifications")
}
