package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"baithaka/internal/figures"
	"baithaka/internal/inn"
	"baithaka/store"
	"baithaka/views"
)

const (
	cardsShown  = 12 // bookings on the dashboard
	feedShown   = 30
	alertsShown = 20
	listShown   = 30 // rows of a page of a list
)

// showDashboard is "/": the figures, bookings, feed and alerts of everything
// the viewer may see; for who may see no property, their own notifications.
func (s *Site) showDashboard(c echo.Context) error {
	p, err := s.page(c, "Dashboard", "/")
	if err != nil {
		return err
	}
	ctx, v := c.Request().Context(), p.Viewer
	scope, ok := figures.ScopeOf(v)
	if !ok {
		return s.showOwn(c, p)
	}
	p.Scope = scope.Name
	var d views.Dashboard
	if d.Metrics, err = s.figuresOver(c, v, scope); err != nil {
		return err
	}
	if d.Compare, err = s.compared(c, v, scope); err != nil {
		return err
	}
	if d.Bookings, err = s.store.Bookings(ctx, v, store.BookingFilter{Limit: cardsShown}); err != nil {
		return err
	}
	if d.Feed, err = s.store.History(ctx, v, store.EventFilter{Feed: true, Limit: feedShown}); err != nil {
		return err
	}
	if d.Alerts, err = s.store.OpenAlerts(ctx, v, "", alertsShown); err != nil {
		return err
	}
	if d.Properties, err = s.store.CountProperties(ctx, v); err != nil {
		return err
	}
	if d.Desk, err = s.deskOf(c, p); err != nil {
		return err
	}
	d.Bookings, d.Feed = redacted(v, d.Bookings), redactedEvents(v, d.Feed)
	d.OnLine = s.streams.OnLine(v)
	return s.render(c, http.StatusOK, views.DashboardPage(p, d))
}

// showOwn is the dashboard of who may see no property.
func (s *Site) showOwn(c echo.Context, p views.Page) (err error) {
	ctx := c.Request().Context()
	var o views.Own
	if o.Notifications, err = s.store.Notifications(ctx, p.Viewer, store.NotificationFilter{Limit: listShown}); err != nil {
		return err
	}
	if o.Activity, err = s.store.History(ctx, p.Viewer, store.EventFilter{Feed: true, Limit: feedShown}); err != nil {
		return err
	}
	o.Activity = redactedEvents(p.Viewer, o.Activity)
	return s.render(c, http.StatusOK, views.OwnPage(p, o))
}

// showProperty is one property: its figures, its bookings, its feed, its
// people. It is what an owner watches.
func (s *Site) showProperty(c echo.Context) error {
	return s.propertyPage(c, http.StatusOK, views.Walls{})
}

// propertyPage is the page of a property, with what came of a form about its walls.
func (s *Site) propertyPage(c echo.Context, status int, walls views.Walls) error {
	p, err := s.page(c, "Property", "/properties")
	if err != nil {
		return err
	}
	ctx, v := c.Request().Context(), p.Viewer
	var pv views.PropertyView
	if pv.Property, err = s.store.Property(ctx, v, c.Param("slug")); err != nil {
		return err
	}
	slug := pv.Property.Slug
	p.Path = "/properties/" + slug // also when this answers a form
	if c.Request().URL.RawQuery != "" {
		p.Path += "?" + c.Request().URL.RawQuery
	}
	p.Title, p.Scope = pv.Property.Name, figures.Property(slug).Name
	if pv.Metrics, err = s.figuresOver(c, v, figures.Property(slug)); err != nil {
		return err
	}
	if pv.Bookings, err = s.store.Bookings(ctx, v, store.BookingFilter{Property: slug, Limit: cardsShown}); err != nil {
		return err
	}
	if pv.Feed, err = s.store.History(ctx, v, store.EventFilter{Feed: true, Property: slug, Limit: feedShown}); err != nil {
		return err
	}
	if pv.Alerts, err = s.store.OpenAlerts(ctx, v, slug, alertsShown); err != nil {
		return err
	}
	if pv.People, err = s.store.PeopleOf(ctx, slug); err != nil {
		return err
	}
	pv.Bookings, pv.Feed = redacted(v, pv.Bookings), redactedEvents(v, pv.Feed)
	if v.May(inn.WallManage, slug) {
		walls.Property = slug
		if walls.Links, err = s.store.Walls(ctx, slug); err != nil {
			return err
		}
		pv.Walls = &walls
	}
	return s.render(c, status, views.PropertyPage(p, pv))
}
