package handlers

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/store"
	"baithaka/views"
)

const (
	stepsShown  = 100 // of what happened to a booking
	besideShown = 12  // of the other bookings of its nights
)

// showBookings is "/bookings": a page of the bookings under a filter, and one of them
// beside it.
func (s *Site) showBookings(c echo.Context) error {
	if open := c.QueryParam("open"); open != "" {
		s.open(c, "booking:"+open)
	}
	p, err := s.page(c, "Bookings", "/bookings")
	if err != nil {
		return err
	}
	ctx, v := c.Request().Context(), p.Viewer
	l := views.BookingsList{Today: inn.DateOf(p.Now, p.Zone)}
	if l.Asked, err = askBookings(c.QueryParams(), l.Today); err != nil {
		return err
	}
	f := bookingFilter(l.Asked, l.Today, p.Zone)
	f.Limit = listShown + 1
	if f.After, err = s.readPosition(c.QueryParam("after")); err != nil {
		return err
	}
	if f.Before, err = s.readPosition(c.QueryParam("before")); err != nil {
		return err
	}
	l.Newest = f.After == 0 && f.Before == 0
	chosen, slug, err := s.choice(ctx, v, l.Asked.Property)
	if err != nil && inn.CodeOf(err) != inn.NotFound {
		return err
	}
	if err == nil {
		f.Property, l.Asked.Property = slug, slug // else nothing is of what it names
	}
	l.Properties = chosen
	if l.Sources, err = s.store.Sources(ctx, v); err != nil {
		return err
	}
	var reached int64
	if chosen.Found == nil {
		if l.Bookings, reached, err = s.store.BookingsPage(ctx, v, f); err != nil {
			return err
		}
	}
	if f.Sorted {
		var last int64
		l.Bookings, last = cut(l.Bookings, listShown, func(b inn.Booking) int64 { return store.DatePlace(f.By, b) })
		l.Next = s.pageFrom(c, "after", last)
	} else {
		l.Bookings, l.Next, l.Partly = pageOf(s, c, l.Bookings, listShown, bookingKey, reached)
	}
	l.Bookings = redacted(v, l.Bookings)
	if l.Asked.Open != "" {
		if l.Open, err = s.bookingView(ctx, v, l.Asked.Open); err != nil && inn.CodeOf(err) != inn.NotFound {
			return err
		}
	}
	return s.render(c, http.StatusOK, views.BookingsPage(p, l))
}

// askBookings reads a filter from a query. A day that is named is written as its
// dates; two dates the wrong way round are meant the other.
func askBookings(query url.Values, today inn.Date) (views.BookingsAsked, error) {
	a := views.BookingsAsked{
		Words: inn.CleanText(query.Get("q"), false), Property: query.Get("property"), Status: query.Get("status"), Category: inn.Category(query.Get("category")),
		Source: inn.CleanText(query.Get("source"), false), Dates: query.Get("dates"), When: query.Get("when"),
		From: inn.Date(query.Get("from")), To: inn.Date(query.Get("to")), Sort: query.Get("sort"), Open: query.Get("open"),
	}
	if !a.Valid() {
		return a, inn.E(inn.Invalid, "That cannot be filtered by: one of the choices is not in its list.")
	}
	for _, d := range []inn.Date{a.From, a.To} {
		if _, valid := inn.ParseDate(string(d)); d != "" && !valid {
			return a, inn.E(inn.Invalid, "A date is written YYYY-MM-DD.")
		}
	}
	if query.Get("before") != "" {
		a.Sort = views.SortChanged // the list that it goes on with
	}
	switch a.When {
	case "today":
		a.From, a.To = today, today
	case "tomorrow":
		a.From, a.To = today.Add(1), today.Add(1)
	case "week":
		a.From = today.Add(-(int(today.Time().Weekday()) + 6) % 7) // Monday
		a.To = a.From.Add(6)
	}
	if a.From != "" && a.To != "" && a.To < a.From {
		a.From, a.To = a.To, a.From
	}
	return a, nil
}

// bookingFilter gives what is asked of the store.
func bookingFilter(a views.BookingsAsked, today inn.Date, zone *time.Location) store.BookingFilter {
	f := store.BookingFilter{
		Property: a.Property, Status: inn.Status(a.Status), Category: a.Category, Source: a.Source, Search: a.Words,
		By: store.Dates(a.Dates), From: a.From, To: a.To, Sorted: a.Words == "" && a.Sort == "", Today: today, Zone: zone,
	}
	switch a.Status {
	case views.StatusActive:
		f.Status, f.Active = "", true
	case views.StatusStanding:
		f.Status, f.Standing = "", true
	}
	if f.By == "" {
		f.By = store.Arriving
	}
	if f.By == store.Here && f.From == "" && f.To == "" {
		f.From, f.To = today, today
	}
	return f
}

// showBooking is one booking with what happened to it.
func (s *Site) showBooking(c echo.Context) error {
	s.open(c, "booking:"+c.Param("id"))
	p, err := s.page(c, "Booking", "/bookings")
	if err != nil {
		return err
	}
	view, err := s.bookingView(c.Request().Context(), p.Viewer, c.Param("id"))
	if err != nil {
		return err
	}
	p.Title = view.Booking.ID
	return s.render(c, http.StatusOK, views.BookingPage(p, *view))
}

// bookingView gives a booking that the viewer may see, with what happened to it and
// who else is there then.
func (s *Site) bookingView(ctx context.Context, v inn.Viewer, id string) (*views.BookingView, error) {
	b, err := s.store.Booking(ctx, v, id)
	if err != nil {
		return nil, err
	}
	history, err := s.store.History(ctx, v, store.EventFilter{Subject: b.Subject(), Limit: stepsShown})
	if err != nil {
		return nil, err
	}
	beside, err := s.store.BookingsBeside(ctx, v, b, besideShown)
	if err != nil {
		return nil, err
	}
	return &views.BookingView{Booking: b.Redact(v.Visibility(b.Property)), History: redactedEvents(v, history), Beside: redacted(v, beside)}, nil
}
