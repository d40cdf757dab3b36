package handlers

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
)

// mostNights is how many nights are answered at once.
const mostNights = 400

// listUnits is GET /api/v1/units: the rooms of a property, in their order.
func (s *Site) listUnits(c echo.Context) error {
	p, err := s.ofProperty(c)
	if err != nil {
		return err
	}
	units, err := s.store.Units(c.Request().Context(), viewer(c), p.Slug)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string][]inn.Unit{"units": append([]inn.Unit{}, units...)})
}

// listBlocks is GET /api/v1/blocks: the nights of a property that are not for
// sale.
func (s *Site) listBlocks(c echo.Context) error {
	p, err := s.ofProperty(c)
	if err != nil {
		return err
	}
	from, to, err := nightsOf(c, p)
	if err != nil {
		return err
	}
	blocks, err := s.store.Blocks(c.Request().Context(), viewer(c), p.Slug, from, to)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string][]inn.Block{"blocks": append([]inn.Block{}, blocks...)})
}

// listAvailability is GET /api/v1/availability: what a property has left to sell,
// night by night.
func (s *Site) listAvailability(c echo.Context) error {
	p, err := s.ofProperty(c)
	if err != nil {
		return err
	}
	from, to, err := nightsOf(c, p)
	if err != nil {
		return err
	}
	ctx, v := c.Request().Context(), viewer(c)
	stays, err := s.store.Stays(ctx, v, p.Slug, from, to)
	if err != nil {
		return err
	}
	blocks, err := s.store.Blocks(ctx, v, p.Slug, from, to)
	if err != nil {
		return err
	}
	nights := inn.Nights(p, stays, blocks, from, to, inn.DateOf(time.Now(), p.Location()))
	return c.JSON(http.StatusOK, map[string][]inn.Night{"nights": append([]inn.Night{}, nights...)})
}

// ofProperty reads the property that a request for its rooms names.
func (s *Site) ofProperty(c echo.Context) (inn.Property, error) {
	slug := c.QueryParam("property")
	if slug == "" || slug == inn.Desk {
		return inn.Property{}, inn.InvalidQuery([]inn.FieldError{{Field: "property", Detail: "is needed: the slug of a property"}})
	}
	return s.store.Property(c.Request().Context(), viewer(c), slug)
}

// nightsOf reads which nights are asked for: six weeks from today where nothing
// is said.
func nightsOf(c echo.Context, p inn.Property) (from, to inn.Date, err error) {
	var problems []inn.FieldError
	read := func(name string, otherwise func() inn.Date) inn.Date {
		text := c.QueryParam(name)
		if text == "" {
			return otherwise()
		}
		d, ok := inn.ParseDate(text)
		if !ok {
			problems = append(problems, inn.FieldError{Field: name, Detail: "is not a date in the calendar; write YYYY-MM-DD"})
		}
		return d
	}
	from = read("from", func() inn.Date { return inn.DateOf(time.Now(), p.Location()) })
	to = read("to", func() inn.Date { return from.Add(42) })
	if len(problems) == 0 && (to <= from || from.Days(to) > mostNights) {
		problems = append(problems, inn.FieldError{Field: "to", Detail: "must be 1 to 400 nights after from"})
	}
	return from, to, inn.InvalidQuery(problems)
}
