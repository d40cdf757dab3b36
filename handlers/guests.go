package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/store"
	"baithaka/views"
)

// guestsShown is how many bookings a search for a guest shows at the most.
const guestsShown = 50

// showGuests is "/guests": finds the bookings of a guest.
func (s *Site) showGuests(c echo.Context) error {
	p, err := s.page(c, "A guest's data", "/guests")
	if err != nil {
		return err
	}
	g := views.Guests{Words: inn.CleanText(c.QueryParam("q"), false)}
	if err := s.erasures(c, &g); err != nil {
		return err
	}
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

// erasures fills in which erasures are under way, and whether the one that the
// address names has ended.
func (s *Site) erasures(c echo.Context, g *views.Guests) error {
	ctx := c.Request().Context()
	underWay, err := s.store.Erasures(ctx)
	if err != nil {
		return err
	}
	for _, e := range underWay {
		g.UnderWay = append(g.UnderWay, shownErasure(e))
	}
	id, err := strconv.ParseInt(c.QueryParam("erasure"), 10, 64)
	if err != nil {
		return nil // it names none
	}
	switch e, err := s.store.Erasure(ctx, id); {
	case err == nil && !e.DoneAt.IsZero():
		g.Erased = len(e.Bookings)
	case err != nil && inn.CodeOf(err) != inn.NotFound:
		return err
	}
	return nil
}

func shownErasure(e store.Erasure) views.Erasure {
	return views.Erasure{BegunAt: e.BegunAt, By: e.By, Bookings: len(e.Bookings)}
}

// showGuest is "/guests/{booking}": what is held about the guest of a booking.
func (s *Site) showGuest(c echo.Context) error {
	return s.guestPage(c, http.StatusOK, c.QueryParams(), nil)
}

// guestPage shows a guest with the bookings that were chosen, or, where nothing
// was chosen yet, those that are surely theirs.
func (s *Site) guestPage(c echo.Context, status int, form url.Values, problem *inn.Error) error {
	p, err := s.page(c, "A guest's data", "/guests")
	if err != nil {
		return err
	}
	ctx, v := c.Request().Context(), p.Viewer
	b, others, err := s.store.SameGuest(ctx, v, c.Param("id"))
	if err != nil {
		return err
	}
	g := views.GuestView{Booking: b.Redact(v.Visibility(b.Property)), Problem: problem, Chosen: form["booking"]}
	fresh := len(form["booking"]) == 0 && form.Get("choose") == "" && problem == nil
	if fresh {
		g.Chosen = []string{b.ID}
	}
	for _, o := range others {
		g.Others = append(g.Others, views.GuestLike{Booking: o.Booking.Redact(v.Visibility(o.Booking.Property)), By: o.By, Sure: o.Sure})
		if fresh && o.Sure {
			g.Chosen = append(g.Chosen, o.Booking.ID)
		}
	}
	underWay, err := s.store.Erasures(ctx)
	if err != nil {
		return err
	}
	for _, e := range underWay {
		if slices.Contains(e.Bookings, b.ID) {
			one := shownErasure(e)
			g.Erasing = &one
		}
	}
	p.Path = "/guests/" + url.PathEscape(b.ID) + "?" + url.Values{"booking": g.Chosen, "word": form["word"], "choose": {"1"}}.Encode()
	if len(g.Chosen) > 0 {
		summary, err := s.store.GuestSummary(ctx, v, g.Chosen)
		if err != nil {
			return err
		}
		g.Records, g.More, g.Naming = countRecords(summary), summary.More, summary.Naming
		for _, d := range summary.Doubts {
			g.Doubts = append(g.Doubts, views.GuestDoubt{Name: d.Name, Texts: d.Texts, Times: d.Times, Ticked: slices.Contains(form["word"], d.Name)})
		}
	}
	return s.render(c, status, views.GuestPage(p, g))
}

func countRecords(g store.GuestSummary) []views.RecordCount {
	all := []views.RecordCount{
		{Kind: "booking", N: g.Bookings}, {Kind: "event", N: g.Events}, {Kind: "notification", N: g.Notifications}, {Kind: "alert", N: g.Alerts}, {Kind: "property", N: g.Properties},
	}
	return slices.DeleteFunc(all, func(h views.RecordCount) bool { return h.N == 0 })
}

// erasePatience is for how long who asked for an erasure waits for its end before
// the page says that it is in progress.
const erasePatience = 5 * time.Second

// mostTicked is how many names a form may tick.
const mostTicked = 100

// eraseGuest forgets the guest of the ticked bookings. The form is plain: the
// page it was sent from has nothing left to show.
func (s *Site) eraseGuest(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	var id int64
	if err = checkErasure(form); err == nil {
		chosen := slices.Sorted(slices.Values(form["booking"]))
		id, err = s.store.BeginErasure(c.Request().Context(), viewer(c), slices.Compact(chosen), form["word"])
	}
	problem, err := refused(err)
	switch {
	case problem != nil:
		return s.guestPage(c, answerTo(c, problem), form, problem)
	case err != nil:
		return err
	}
	s.erasing.send()
	ctx, stop := context.WithTimeout(c.Request().Context(), erasePatience)
	defer stop()
	if _, err := s.store.ErasureDone(ctx, id); err != nil {
		return err
	}
	return done(c, "/guests?erasure="+strconv.FormatInt(id, 10))
}

// checkErasure reports what is missing before anything can be erased.
func checkErasure(form url.Values) error {
	var wrong []inn.FieldError
	if len(form["booking"]) == 0 {
		wrong = append(wrong, inn.FieldError{Field: "booking", Detail: "has nothing ticked; tick those whose guest is to be erased"})
	}
	if form.Get("sure") != "yes" {
		wrong = append(wrong, inn.FieldError{Field: "sure", Detail: "is not ticked; tick it when you have checked whose bookings these are"})
	}
	if len(form["word"]) > mostTicked {
		wrong = append(wrong, inn.FieldError{Field: "word", Detail: fmt.Sprintf("has more than %d ticked", mostTicked)})
	}
	if len(wrong) == 0 {
		return nil
	}
	return &inn.Error{Code: inn.Invalid, Text: "Nothing was erased.", Fields: wrong}
}

// signal wakes the job that does the next of something. It may be sent while that is
// under way.
type signal chan struct{}

func (s signal) send() {
	select {
	case s <- struct{}{}:
	default: // it has been
	}
}

// guestRecords returns what an export is to hold: all about the guest of the bookings that
// were ticked, or of the one in the path.
func (s *Site) guestRecords(c echo.Context) ([]inn.GuestRecord, error) {
	ids := slices.Clone(c.QueryParams()["booking"])
	if len(ids) == 0 {
		ids = []string{c.Param("id")}
	}
	slices.Sort(ids)
	return s.store.GuestRecords(c.Request().Context(), viewer(c), slices.Compact(ids))
}

// exportGuest returns everything held about a guest as JSON.
func (s *Site) exportGuest(c echo.Context) error {
	records, err := s.guestRecords(c)
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(map[string]any{"exported": time.Now().UTC(), "held": records}, "", "  ")
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="baithaka-guest-`+c.Param("id")+`.json"`)
	return c.Blob(http.StatusOK, "application/json; charset=utf-8", data)
}
