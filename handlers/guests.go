package handlers

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/inn"
	"baithaka/store"
	"baithaka/views"
)

// guestsShown is how many bookings a search for a guest shows at the most.
const guestsShown = 50

// showGuests is "/guests": finds the bookings of a guest.
func (s *Site) showGuests(c echo.Context) error {
	p, err := s.page(c, "A guest's data", "/bookings")
	if err != nil {
		return err
	}
	g := views.Guests{Words: inn.CleanText(c.QueryParam("q"), false)}
	g.Erased, _ = strconv.Atoi(c.QueryParam("erased")) // anything else is none
	if g.Words != "" {
		if g.Found, err = s.store.FindGuests(c.Request().Context(), p.Viewer, g.Words, guestsShown+1); err != nil {
			return err
		}
	}
	if g.More = len(g.Found) > guestsShown; g.More {
		g.Found = g.Found[:guestsShown]
	}
	g.Found = redacted(p.Viewer, g.Found)
	return s.render(c, http.StatusOK, views.GuestsPage(p, g))
}

// showGuest is "/guests/{booking}": what is held about the guest of a booking.
func (s *Site) showGuest(c echo.Context) error {
	return s.guestPage(c, http.StatusOK, c.QueryParams(), "")
}

// guestPage shows a guest with the bookings that were chosen, or, where nothing
// was chosen yet, those that are surely theirs.
func (s *Site) guestPage(c echo.Context, status int, form url.Values, problem string) error {
	p, err := s.page(c, "A guest's data", "/bookings")
	if err != nil {
		return err
	}
	ctx, v := c.Request().Context(), p.Viewer
	b, others, err := s.store.SameGuest(ctx, v, c.Param("id"))
	if err != nil {
		return err
	}
	g := views.GuestView{Booking: b.Redact(v.Sight(b.Property)), Problem: problem, Chosen: form["booking"]}
	fresh := len(form["booking"]) == 0 && form.Get("choose") == "" && problem == ""
	if fresh {
		g.Chosen = []string{b.ID}
	}
	for _, o := range others {
		g.Others = append(g.Others, views.GuestLike{Booking: o.Booking.Redact(v.Sight(o.Booking.Property)), By: o.By, Sure: o.Sure})
		if fresh && o.Sure {
			g.Chosen = append(g.Chosen, o.Booking.ID)
		}
	}
	p.Path = "/guests/" + url.PathEscape(b.ID) + "?" + url.Values{"booking": g.Chosen, "choose": {"1"}}.Encode()
	if len(g.Chosen) > 0 {
		held, err := s.store.Held(ctx, v, g.Chosen)
		if err != nil {
			return err
		}
		g.Held = countHeld(held)
	}
	return s.render(c, status, views.GuestPage(p, g))
}

func countHeld(held []store.Held) []views.HeldCount {
	n := map[string]int{}
	for _, one := range held {
		n[one.Kind]++
	}
	var counts []views.HeldCount
	for _, kind := range []string{"booking", "event", "notification", "alert", "property"} {
		if n[kind] > 0 {
			counts = append(counts, views.HeldCount{Kind: kind, N: n[kind]})
		}
	}
	return counts
}

// eraseGuest forgets the guest of the ticked bookings. The form is plain: the
// page it was sent from has nothing left to show.
func (s *Site) eraseGuest(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	switch {
	case len(form["booking"]) == 0:
		return s.guestPage(c, http.StatusUnprocessableEntity, form, "Tick the bookings whose guest is to be erased.")
	case form.Get("sure") != "yes":
		return s.guestPage(c, http.StatusUnprocessableEntity, form, "Nothing was erased. Tick that you have checked whose bookings these are.")
	}
	chosen := form["booking"]
	slices.Sort(chosen)
	chosen = slices.Compact(chosen)
	err = s.store.EraseGuest(c.Request().Context(), viewer(c), chosen)
	s.frames.forget() // some may be erased also when not all could be
	if err != nil {
		return err
	}
	return done(c, "/guests?erased="+strconv.Itoa(len(chosen)))
}

// held gives what an export is to hold: all about the guest of the bookings that
// were ticked, or of the one in the path.
func (s *Site) held(c echo.Context) ([]store.Held, error) {
	ids := slices.Clone(c.QueryParams()["booking"])
	if len(ids) == 0 {
		ids = []string{c.Param("id")}
	}
	slices.Sort(ids)
	return s.store.Held(c.Request().Context(), viewer(c), slices.Compact(ids))
}

// exportGuest gives everything held about a guest as JSON.
func (s *Site) exportGuest(c echo.Context) error {
	held, err := s.held(c)
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(map[string]any{"exported": time.Now().UTC(), "held": held}, "", "  ")
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="baithaka-guest-`+c.Param("id")+`.json"`)
	return c.Blob(http.StatusOK, "application/json; charset=utf-8", data)
}

// exportGuestCSV gives the same for a spreadsheet: a line for every field that
// has a value.
func (s *Site) exportGuestCSV(c echo.Context) error {
	held, err := s.held(c)
	if err != nil {
		return err
	}
	sheet, err := s.spreadsheet(c, "baithaka-guest-"+c.Param("id"))
	if err != nil {
		return err
	}
	sheet.ours("Kind", "About", "Type")
	sheet.ours(whenHead...)
	sheet.ours("Field", "Value")
	_ = sheet.end() // flush tells
	for _, one := range held {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(one.Data, &fields); err != nil {
			continue // a snapshot of ours is an object
		}
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			sheet.text(one.Kind, one.About, string(one.Type))
			sheet.when(one.At)
			sheet.text(name)
			sheet.value(fields[name])
			_ = sheet.end() // flush tells
		}
	}
	_ = sheet.flush()
	return nil // the reader may be gone
}
