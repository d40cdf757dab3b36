package handlers

import (
	"strconv"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/views"
)

// deskOf returns who comes, goes and stays today, for who works at a desk and sees a
// house with rooms; nil for others.
func (s *Site) deskOf(c echo.Context, p views.Page) (*views.Desk, error) {
	ctx, v := c.Request().Context(), p.Viewer
	if !v.MayAnywhere(inn.BookingCheckIn) {
		return nil, nil
	}
	if houses, err := s.store.CountStays(ctx, v); err != nil || houses == 0 {
		return nil, err
	}
	return s.boards(c, p, "")
}

// boards returns the boards of a property, or of all that the page's viewer may see.
func (s *Site) boards(c echo.Context, p views.Page, property string) (*views.Desk, error) {
	stays, err := s.store.AtDesk(c.Request().Context(), p.Viewer, property, p.Today)
	if err != nil {
		return nil, err
	}
	return &views.Desk{Stays: redacted(p.Viewer, stays), Ends: strconv.FormatInt(s.days.ends(p.Now).UnixMilli(), 10)}, nil
}
