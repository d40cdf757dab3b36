package handlers

import (
	"context"
	"net/url"
	"strconv"

	"baithaka/internal/delivery"
	"baithaka/internal/inn"
	"baithaka/store"
	"baithaka/views"
)

// The scopes of the pages about people that are kept current.
const (
	auditScope = "audit?" // and the filter as its query
	teamScope  = "team"
)

// auditPanel puts new acts on top of an open audit. It looks once a second: what
// the command line does is an act too, and no event.
type auditPanel struct {
	site   *Site
	filter store.AuditFilter
}

// auditScopeOf returns the scope of a page of the audit: its filter, and the newest
// act that it shows or passed over.
func auditScopeOf(a views.Audit) string {
	q := url.Values{"actor": {a.Actor}, "deed": {string(a.Action)}, "from": {string(a.From)}}
	if len(a.Acts) > 0 {
		q.Set("after", strconv.FormatInt(a.Acts[0].ID, 10))
	}
	return auditScope + q.Encode()
}

// newAuditPanel reads a scope back. It comes from outside: what cannot be read is
// left out.
func (s *Site) newAuditPanel(v inn.Viewer, scope string) *auditPanel {
	q, _ := url.ParseQuery(scope)
	f := store.AuditFilter{Actor: q.Get("actor"), Action: inn.AuditAction(q.Get("deed")), Limit: listShown}
	f.After, _ = strconv.ParseInt(q.Get("after"), 10, 64)
	if from, ok := inn.ParseDate(q.Get("from")); ok {
		f.Since = from.Begin(inn.Location(v.Zone))
	}
	return &auditPanel{site: s, filter: f}
}

func (*auditPanel) Touched(*inn.Event) {}

func (p *auditPanel) Send(ctx context.Context, page *delivery.Page) error {
	acts, err := p.site.store.Audit(ctx, p.filter)
	if err != nil || len(acts) == 0 {
		return err
	}
	properties, err := p.site.store.PropertiesNamed(ctx, page.Viewer(), views.PropertiesIn(acts))
	if err != nil {
		return err
	}
	p.filter.After = acts[0].ID
	return page.Send(ctx, views.AuditState(acts, properties, inn.Location(page.Viewer().Zone)))
}

// teamPanel keeps the marks of who is on line current on the pages about people.
type teamPanel struct {
	site    *Site
	begun   bool
	version uint64
	shown   map[int64]bool // who was on line when that was sent
}

func (*teamPanel) Touched(*inn.Event) {}

func (p *teamPanel) Send(ctx context.Context, page *delivery.Page) error {
	here := p.site.streams.Presence()
	if p.begun && here.Version == p.version {
		return nil
	}
	members, err := p.site.store.Members(ctx)
	if err != nil {
		return err
	}
	zone := inn.Location(page.Viewer().Zone)
	for _, m := range members {
		_, onLine := here.People[m.ID]
		if was, known := p.shown[m.ID]; known && was == onLine {
			continue
		}
		p.shown[m.ID] = onLine
		if err := page.Send(ctx, views.SeenState(m, onLine, zone)); err != nil {
			return err
		}
	}
	p.begun, p.version = true, here.Version
	return nil
}
