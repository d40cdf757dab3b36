package handlers

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"baithaka/internal/delivery"
	"baithaka/internal/inn"
	"baithaka/store"
	"baithaka/views"
)

const (
	historyShown = 50
	historyScope = "history?"
	arrivalsMost = 100 // "99+ new"
)

// showHistory is "/history": the log as the viewer may see it, newest first,
// under a filter.
func (s *Site) showHistory(c echo.Context) error {
	p, err := s.page(c, "History", "/history")
	if err != nil {
		return err
	}
	ctx, v := c.Request().Context(), p.Viewer
	query := c.QueryParams()
	asked, err := askHistory(query)
	if err != nil {
		return err
	}
	chosen, slug, err := s.choice(ctx, v, asked.Property)
	if err != nil {
		return err
	}
	asked.Property = slug
	h := views.History{Asked: asked, Properties: chosen}
	f := filterOf(asked, v)
	f.Limit = historyShown + 1
	if f.Before, err = s.readPosition(query.Get("before")); err != nil {
		return err
	}
	var reached int64
	if chosen.Found == nil {
		if h.Events, reached, err = s.store.HistoryPage(ctx, v, f); err != nil {
			return err
		}
	}
	h.Events, h.Next, h.Partly = pageOf(s, c, h.Events, historyShown, eventKey, reached)
	h.Newest = f.Before == 0
	if h.Newest && !asked.OnlyProperty() {
		// What arrives may not match, and is counted instead.
		p.Scope = historyScope + asked.Query().Encode()
	}
	if h.Actors, err = s.actors(ctx, v, h); err != nil {
		return err
	}
	h.Events = redactedEvents(v, h.Events)
	return s.render(c, http.StatusOK, views.HistoryPage(p, h))
}

// askHistory reads a filter from a query. A type may be asked for as such or by
// the kind it belongs to; two dates the wrong way round are meant the other.
func askHistory(query url.Values) (views.HistoryAsked, error) {
	a := views.HistoryAsked{
		Kind: inn.Kind(query.Get("kind")), Type: inn.Type(query.Get("type")), Property: query.Get("property"),
		Actor: inn.CleanText(query.Get("actor"), false), From: inn.Date(query.Get("from")), To: inn.Date(query.Get("to")),
		Words: inn.CleanText(query.Get("q"), false),
	}
	var problems []inn.FieldError
	if slices.Contains(inn.Kinds, inn.Kind(a.Type)) {
		a.Kind, a.Type = inn.Kind(a.Type), ""
	}
	if a.Type != "" && !a.Type.Known() {
		problems = append(problems, inn.FieldError{Field: "type", Detail: "is not an event type"})
	}
	if a.Kind != "" && !slices.Contains(inn.Kinds, a.Kind) {
		problems = append(problems, inn.FieldError{Field: "kind", Detail: "is not a kind of event"})
	}
	for name, date := range map[string]inn.Date{"from": a.From, "to": a.To} {
		if _, ok := inn.ParseDate(string(date)); !ok && date != "" {
			problems = append(problems, inn.FieldError{Field: name, Detail: "must be a date such as 2026-12-12"})
		}
	}
	if a.From != "" && a.To != "" && a.To < a.From {
		a.From, a.To = a.To, a.From
	}
	if len([]rune(a.Words)) > inn.MaxName || len([]rune(a.Actor)) > inn.MaxName {
		problems = append(problems, inn.FieldError{Field: "q", Detail: "must be 200 characters or fewer"})
	}
	return a, inn.InvalidQuery(problems)
}

// filterOf turns what was asked into a filter; days are those of the viewer's
// zone. Figures are left out unless they are asked for.
func filterOf(a views.HistoryAsked, v inn.Viewer) store.EventFilter {
	zone := inn.Location(v.Zone)
	f := store.EventFilter{
		Kind: a.Kind, Type: a.Type, Property: a.Property, Actor: a.Actor, Words: a.Words,
		Feed: a.Kind != inn.MetricUpdate && a.Type != inn.MetricsUpdate,
	}
	if a.From != "" {
		f.From = a.From.Begin(zone)
	}
	if a.To != "" {
		f.Until = a.To.Add(1).Begin(zone)
	}
	return f
}

// actors returns who may be filtered by: everybody and every key for who may see
// what others do, else the people of the viewer's own properties; and whoever
// is named on the page anyway.
func (s *Site) actors(ctx context.Context, v inn.Viewer, h views.History) ([]views.Actor, error) {
	names := map[string]string{v.Actor(): v.Name}
	people, err := s.store.Colleagues(ctx, v)
	if err != nil {
		return nil, err
	}
	for _, m := range people {
		names[m.Viewer().Actor()] = m.Name
	}
	if v.May(inn.ActivityView, "") {
		keys, err := s.store.Keys(ctx)
		if err != nil {
			return nil, err
		}
		for _, k := range keys {
			names[k.Viewer().Actor()] = k.Name
		}
	}
	for _, e := range h.Events {
		if _, known := names[e.Actor]; !known && e.By != "" {
			names[e.Actor] = e.By
		}
	}
	if a := h.Asked.Actor; a != "" && names[a] == "" {
		names[a] = a
	}
	list := make([]views.Actor, 0, len(names))
	for actor, name := range names {
		if actor != "" && name != "" {
			list = append(list, views.Actor{ID: actor, Name: name})
		}
	}
	slices.SortFunc(list, func(a, b views.Actor) int {
		return strings.Compare(strings.ToLower(a.Name)+a.ID, strings.ToLower(b.Name)+b.ID)
	})
	return list, nil
}

// arrivals counts what has arrived under a filter since the page was made: rows
// that may not match are not put into it.
type arrivals struct {
	site   *Site
	viewer inn.Viewer
	asked  views.HistoryAsked
	filter store.EventFilter
	dirty  bool
	count  int
}

func (s *Site) newArrivals(v inn.Viewer, query string) delivery.Panel {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil
	}
	asked, err := askHistory(values)
	if err != nil {
		return nil
	}
	f := filterOf(asked, v)
	f.Limit = arrivalsMost
	return &arrivals{site: s, viewer: v, asked: asked, filter: f}
}

// Touched takes the cheap half of the filter; the index knows the rest.
func (a *arrivals) Touched(e *inn.Event) {
	f := a.filter
	if (f.Kind == "" || e.Kind() == f.Kind) && (f.Type == "" || e.Type == f.Type) && (f.Property == "" || e.Property == f.Property) &&
		(f.Actor == "" || e.Actor == f.Actor) && !(f.Feed && e.Type == inn.MetricsUpdate) && !e.Type.Internal() {
		a.dirty = true
	}
}

func (a *arrivals) Send(ctx context.Context, page *delivery.Page) error {
	if !a.dirty || a.count == arrivalsMost {
		return nil
	}
	a.dirty = false
	a.filter.After = page.RenderedAt()
	events, err := a.site.store.History(ctx, a.viewer, a.filter)
	if err != nil {
		// The stream goes on without the number; the next event asks again.
		a.site.logger.Warn("what is new under a filter could not be counted", "error", err)
		return nil
	}
	if len(events) == a.count {
		return nil
	}
	a.count = len(events)
	return page.Send(ctx, views.ArrivalsState(a.asked, a.count))
}
