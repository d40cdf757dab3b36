package handlers

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/store"
	"baithaka/views"
)

// pastShown is how much of its history a card opens to.
const pastShown = 10

// showNotifications is the centre: a page of the person's cards under a filter.
// What is critical and open stands on the first page however old it is.
func (s *Site) showNotifications(c echo.Context) error {
	p, err := s.page(c, "Notifications", "/notifications")
	if err != nil {
		return err
	}
	ctx, v := c.Request().Context(), p.Viewer
	l := views.NotificationsList{Newest: c.QueryParam("before") == ""}
	if l.Asked, err = askNotifications(c.QueryParams()); err != nil {
		return err
	}
	chosen, slug, err := s.choice(ctx, v, l.Asked.Property)
	if err != nil && inn.CodeOf(err) != inn.NotFound {
		return err
	}
	if err == nil {
		l.Asked.Property = slug // else nothing is of what it names
	}
	l.Properties = chosen
	if l.Undo, err = s.undoOffer(ctx, v, p.Now); err != nil {
		return err
	}
	if chosen.Found != nil {
		return s.render(c, http.StatusOK, views.NotificationsPage(p, l))
	}
	f := cardFilter(l.Asked, p.Now, p.Zone)
	if l.Asked.Priority == "" && l.Asked.Words == "" {
		urgent, rest := true, false
		if f.Urgent = &urgent; l.Newest {
			f.Limit = listShown
			if l.Urgent, err = s.store.Notifications(ctx, v, f); err != nil {
				return err
			}
		}
		f.Urgent = &rest
	}
	if f.Before, err = s.readPosition(c.QueryParam("before")); err != nil {
		return err
	}
	f.Limit = listShown + 1
	var reached int64
	if l.Cards, reached, err = s.store.NotificationsPage(ctx, v, f); err != nil {
		return err
	}
	l.Cards, l.Next, l.Partly = pageOf(s, c, l.Cards, listShown, cardKey, reached)
	return s.render(c, http.StatusOK, views.NotificationsPage(p, l))
}

// askNotifications reads a filter from a query. Two dates the wrong way round
// are meant the other.
func askNotifications(query url.Values) (views.NotificationsAsked, error) {
	a := views.NotificationsAsked{
		Unread: query.Get("unread"), Kind: inn.Kind(query.Get("kind")), Priority: inn.Priority(query.Get("priority")),
		Property: query.Get("property"), Period: query.Get("period"), From: inn.Date(query.Get("from")), To: inn.Date(query.Get("to")),
		Words: inn.CleanText(query.Get("q"), false),
	}
	var problems []inn.FieldError
	wrong := func(name, detail string, is bool) {
		if is {
			problems = append(problems, inn.FieldError{Field: name, Detail: detail})
		}
	}
	wrong("unread", "must be true or false", !slices.Contains([]string{"", "true", "false"}, a.Unread))
	wrong("kind", "is not a kind of event", a.Kind != "" && !slices.Contains(inn.Kinds, a.Kind))
	wrong("priority", "must be critical, high, medium or low", a.Priority != "" && !a.Priority.Valid())
	wrong("period", "must be today, 7d or 30d", !slices.Contains([]string{"", "today", "7d", "30d"}, a.Period))
	wrong("q", "must be 200 characters or fewer", len([]rune(a.Words)) > inn.MaxName)
	for name, date := range map[string]inn.Date{"from": a.From, "to": a.To} {
		_, ok := inn.ParseDate(string(date))
		wrong(name, "must be a date such as 2026-12-12", date != "" && !ok)
	}
	if a.From != "" && a.To != "" && a.To < a.From {
		a.From, a.To = a.To, a.From
	}
	return a, inn.InvalidQuery(problems)
}

// cardFilter turns what was asked into a filter; days are those of the person's
// zone.
func cardFilter(a views.NotificationsAsked, now time.Time, zone *time.Location) store.NotificationFilter {
	f := store.NotificationFilter{
		Unread: a.Unread == "true", Read: a.Unread == "false", Kind: a.Kind, Priority: a.Priority, Property: a.Property, Search: a.Words,
	}
	switch a.Period {
	case "today":
		f.From = inn.DateOf(now, zone).Begin(zone)
	case "7d":
		f.From = now.Add(-7 * 24 * time.Hour)
	case "30d":
		f.From = now.Add(-30 * 24 * time.Hour)
	}
	if from := a.From; from != "" && from.Begin(zone).After(f.From) {
		f.From = from.Begin(zone)
	}
	if a.To != "" {
		f.Until = a.To.Add(1).Begin(zone)
	}
	return f
}

// showPast is what happened to the subject of a card: inside the card, or as a
// page of its own for a browser without JavaScript. What a page reads again by itself
// nobody has opened.
func (s *Site) showPast(c echo.Context) error {
	if c.QueryParam("again") == "" {
		s.open(c, c.Param("id"))
	}
	p, err := s.page(c, "What happened", "/notifications")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	n, err := s.store.Notification(ctx, p.Viewer, c.Param("id"))
	if err != nil {
		return err
	}
	past, err := s.store.History(ctx, p.Viewer, store.EventFilter{Subject: n.Subject, Limit: pastShown})
	if err != nil {
		return err
	}
	past = redactedEvents(p.Viewer, past)
	if isHTMX(c) && c.Request().Header.Get("HX-Target") != "main#main" {
		return s.render(c, http.StatusOK, views.Past(n.Subject, past, p))
	}
	return s.render(c, http.StatusOK, views.PastPage(p, n, past))
}

// readNotification marks one of the person's cards read.
func (s *Site) readNotification(c echo.Context) error { return s.mark(c, true) }

// unreadNotification marks it unread again.
func (s *Site) unreadNotification(c echo.Context) error { return s.mark(c, false) }

func (s *Site) mark(c echo.Context, read bool) error {
	if err := s.store.MarkRead(c.Request().Context(), viewer(c), []string{c.Param("id")}, read); err != nil {
		return err
	}
	return doneHere(c)
}

// readNotifications marks all of them read, or those of one kind.
func (s *Site) readNotifications(c echo.Context) error {
	if err := s.markMany(c, inn.Kind(c.FormValue("kind"))); err != nil {
		return err
	}
	return doneHere(c)
}

// markMany marks the cards of a kind read; "" is every kind.
func (s *Site) markMany(c echo.Context, kind inn.Kind) error {
	ctx, v := c.Request().Context(), viewer(c)
	switch {
	case kind == "":
		return s.store.MarkAllRead(ctx, v)
	case !slices.Contains(inn.Kinds, kind):
		return inn.InvalidFields([]inn.FieldError{{Field: "kind", Detail: "is not a kind of event"}})
	}
	return s.store.MarkKindRead(ctx, v, kind)
}

// undoRead takes the last "mark all read" back.
func (s *Site) undoRead(c echo.Context) error {
	click, err := strconv.ParseInt(c.FormValue("click"), 10, 64)
	if err != nil {
		return inn.InvalidFields([]inn.FieldError{{Field: "click", Detail: "must be the number that came with the offer"}})
	}
	if err := s.store.UndoRead(c.Request().Context(), viewer(c), click); err != nil {
		return err
	}
	return doneHere(c)
}

// undoOffer gives the "mark all read" that a person may take back still, if there
// is one.
func (s *Site) undoOffer(ctx context.Context, v inn.Viewer, now time.Time) (*views.UndoOffer, error) {
	u, found, err := s.store.Undoable(ctx, v)
	if err != nil || !found {
		return nil, err
	}
	seconds := int(math.Ceil(u.Until.Sub(now).Seconds()))
	return &views.UndoOffer{Click: strconv.FormatInt(u.Click, 10), Cards: u.Cards, Seconds: max(seconds, 1)}, nil
}

// open marks the card of something read whose page, or panel, somebody opens. A
// page that a browser fetches ahead, or that fetches itself again, nobody has
// opened, nor has who asks for its head only. Where it cannot be stored just now the page opens all the same, and the
// card stays unread.
func (s *Site) open(c echo.Context, subject string) {
	ctx, v, header := c.Request().Context(), viewer(c), c.Request().Header
	if v.UserID == 0 || c.Request().Method != http.MethodGet || header.Get("HX-Target") == "main#main" && header.Get("HX-Source") != "body" || strings.Contains(header.Get("Sec-Purpose"), "prefetch") {
		return
	}
	n, err := s.store.Notification(ctx, v, subject)
	if err != nil || n.Read {
		return
	}
	_ = s.store.MarkRead(ctx, v, []string{subject}, true)
}

// resolve says that an alert is over.
func (s *Site) resolve(c echo.Context) error {
	if err := s.store.Resolve(c.Request().Context(), viewer(c), c.Param("id"), c.FormValue(views.FieldReason)); err != nil {
		return err
	}
	return doneHere(c)
}

// acknowledge is "Got it"; with over, also for what somebody else has.
func (s *Site) acknowledge(c echo.Context) error {
	if c.QueryParam("over") == "true" {
		if err := s.store.TakeOver(c.Request().Context(), viewer(c), c.Param("id")); err != nil {
			return err
		}
		return doneHere(c)
	}
	if err := s.store.Acknowledge(c.Request().Context(), viewer(c), c.Param("id")); err != nil {
		return err
	}
	return doneHere(c)
}

// unacknowledge takes it back.
func (s *Site) unacknowledge(c echo.Context) error {
	if err := s.store.Unacknowledge(c.Request().Context(), viewer(c), c.Param("id")); err != nil {
		return err
	}
	return doneHere(c)
}

// doneHere answers a change to a card: the stream brings it to every page that
// shows it. A browser without JavaScript goes back to the page with the button,
// of which there are several.
func doneHere(c echo.Context) error {
	if forPrograms(c.Request()) {
		return c.NoContent(http.StatusNoContent)
	}
	back := "/notifications"
	from, err := url.Parse(c.Request().Referer())
	if err == nil && from.Host == c.Request().Host && from.Path != "" {
		back = from.RequestURI()
	}
	return done(c, back)
}
