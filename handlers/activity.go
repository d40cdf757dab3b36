package handlers

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/store"
	"baithaka/views"
)

// showActivity is "/activity": what people did, as far as the viewer may see
// it.
func (s *Site) showActivity(c echo.Context) error {
	p, err := s.page(c, "Activity", "/activity")
	if err != nil {
		return err
	}
	ctx, v := c.Request().Context(), p.Viewer
	var a views.Activity
	f := store.AuditFilter{Limit: listShown + 1}
	if a.From, a.To, f.Since, f.Until, err = period(c, p.Zone); err != nil {
		return err
	}
	if f.Before, err = s.readPosition(c.QueryParam("before")); err != nil {
		return err
	}
	if person := c.QueryParam("person"); person != "" {
		if a.Person, err = strconv.ParseInt(person, 10, 64); err != nil {
			return inn.NoSuch("person")
		}
		// Somebody else's is there only for who may see it, like nobody's.
		if a.Person != v.UserID && !v.May(inn.ActivityView, "") {
			return inn.NoSuch("person")
		}
		if _, err := s.store.Member(ctx, a.Person); err != nil {
			return err
		}
		f.Actor = string(inn.UserTopic(a.Person))
	}
	if v.May(inn.ActivityView, "") {
		if a.People, err = s.store.Members(ctx); err != nil {
			return err
		}
	}
	if a.Events, err = s.store.Activity(ctx, v, f); err != nil {
		return err
	}
	a.Events, a.Next, _ = pageOf(s, c, a.Events, listShown, eventKey, 0)
	a.Events = redactedEvents(v, a.Events)
	return s.render(c, http.StatusOK, views.ActivityPage(p, a))
}

// period reads the days a list is narrowed to, in a zone. The last day is part
// of it; until is when the one after begins.
func period(c echo.Context, zone *time.Location) (from, to inn.Date, since, until time.Time, err error) {
	for name, into := range map[string]*inn.Date{"from": &from, "to": &to} {
		if given := c.QueryParam(name); given != "" {
			date, ok := inn.ParseDate(given)
			if !ok {
				return "", "", since, until, inn.InvalidQuery([]inn.FieldError{{Field: name, Detail: "must be a date such as 2026-12-31"}})
			}
			*into = date
		}
	}
	if from != "" {
		since = from.Begin(zone)
	}
	if to != "" {
		until = to.Add(1).Begin(zone)
	}
	return from, to, since, until, nil
}

// auditFilter reads what the audit is narrowed to.
func auditFilter(c echo.Context, zone *time.Location) (a views.Audit, f store.AuditFilter, err error) {
	a.Actor, a.Action = c.QueryParam("actor"), inn.AuditAction(c.QueryParam("deed"))
	f.Actor, f.Action = a.Actor, a.Action
	a.From, a.To, f.Since, f.Until, err = period(c, zone)
	return a, f, err
}

// showAudit is the other side of the activity: administrative acts.
func (s *Site) showAudit(c echo.Context) error {
	p, err := s.page(c, "Audit", "/activity")
	if err != nil {
		return err
	}
	a, f, err := auditFilter(c, p.Zone)
	if err != nil {
		return err
	}
	if before := c.QueryParam("before"); before != "" {
		if f.Before, err = strconv.ParseInt(before, 10, 64); err != nil {
			return inn.E(inn.Malformed, "That is not a place in the audit.")
		}
	}
	ctx := c.Request().Context()
	f.Limit = listShown + 1
	if a.Acts, err = s.store.Audit(ctx, f); err != nil {
		return err
	}
	query := url.Values{}
	for _, name := range []string{"actor", "deed", "from", "to"} {
		if value := c.QueryParam(name); value != "" {
			query.Set(name, value)
		}
	}
	a.Query = query.Encode()
	var last int64
	if a.Acts, last = cut(a.Acts, listShown, func(one inn.Act) int64 { return one.ID }); last > 0 {
		query.Set("before", strconv.FormatInt(last, 10))
		a.Next = query.Encode()
	}
	if a.Live = f.Before == 0 && a.To == ""; a.Live {
		p.Scope = auditScopeOf(a)
	}
	if a.Actors, err = s.store.AuditActors(ctx); err != nil {
		return err
	}
	if a.Properties, err = s.store.PropertiesNamed(ctx, p.Viewer, views.PropertiesIn(a.Acts)); err != nil {
		return err
	}
	chain, err := s.store.Chain(ctx)
	if err != nil {
		return err
	}
	a.Chain = views.Chain{Acts: chain.Acts, Head: chain.Head, Bad: chain.Bad, Why: chain.Why}
	return s.render(c, http.StatusOK, views.AuditPage(p, a))
}
