package handlers

import (
	"bytes"
	"context"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"baithaka/figures"
	"baithaka/inn"
	"baithaka/store"
	"baithaka/views"
)

// pageState is what has a present value and no history on a page: the badge and
// the figures. It is compared after every wake and sent without an id when it
// changed.
type pageState struct {
	site    *Site
	viewer  inn.Viewer
	scope   figures.Scope
	figures bool // the page shows any
	sight   inn.Sight

	badge   inn.Badge
	dirty   bool // the badge may have changed since
	at      int64
	sent    bool
	version uint64

	asked string // the scope the page named
	panel panel  // nil for most pages

	preferred uint64 // the version of the preferences that was sent last

	onLine []views.Present
	moves  uint64 // of the people when that was sent
	met    bool   // it was sent at all
}

// newPageState begins with nothing sent. The scope is the one the page names,
// if its viewer may see it, else the one of their dashboard.
func (s *Site) newPageState(v inn.Viewer, scope string) *pageState {
	p := &pageState{site: s, viewer: v, dirty: true}
	p.scope, p.figures = figures.ScopeOf(v)
	if slug, found := strings.CutPrefix(scope, "property:"); found && v.May(inn.PropertyView, slug) {
		p.scope, p.figures = figures.Property(slug), true
	}
	p.sight = p.scope.Sight(v)
	p.asked, p.panel = scope, s.panel(v, scope)
	return p
}

// touched notes that an event may have changed the badge.
func (p *pageState) touched(e *inn.Event, v inn.Viewer, sees bool) {
	if p.panel != nil && sees {
		p.panel.touched(e)
	}
	if e.Type == inn.NotificationRead && v.Owns(e.Topic) || sees && (v.Notified(e) || e.Type.ChangesBadge() || e.Type == inn.BookingMoved) {
		p.dirty, p.at = true, e.ID
	}
}

// send adds the state that changed to the stream.
func (p *pageState) send(ctx context.Context, st *stream) error {
	if p.dirty {
		badge, err := p.site.badges.badge(ctx, p.viewer, p.at)
		if err != nil {
			return err
		}
		if badge != p.badge || !p.sent {
			if err := st.add(ctx, views.BadgeState(badge)); err != nil {
				return err
			}
		}
		p.badge, p.dirty, p.sent = badge, false, true
	}
	if err := p.sendPreferences(ctx, st); err != nil {
		return err
	}
	if err := p.sendPresence(ctx, st); err != nil {
		return err
	}
	if p.panel != nil {
		if err := p.panel.send(ctx, st); err != nil {
			return err
		}
	}
	if !p.figures {
		return nil
	}
	m, version, err := p.site.board.Figures(ctx, p.scope)
	if err != nil || version == p.version {
		return err
	}
	p.version = version
	return st.add(ctx, views.FiguresState(m.Redact(p.sight), inn.Location(p.viewer.Zone)))
}

// add renders a state message into the stream's buffer.
func (st *stream) add(ctx context.Context, component templ.Component) error {
	var html bytes.Buffer
	if err := component.Render(ctx, &html); err != nil {
		return err
	}
	st.out = appendMessage(st.out, "", "", html.Bytes())
	return nil
}

// badges shares a person's badge between their tabs: one query per person and
// event, not per stream.
type badges struct {
	store *store.Store
	mu    sync.Mutex
	of    map[int64]*badge
}

type badge struct {
	mu    sync.Mutex
	value inn.Badge
	at    int64 // it counts every event up to here
	known bool
}

func newBadges(s *store.Store) *badges { return &badges{store: s, of: map[int64]*badge{}} }

// badge gives the number as of an event or later.
func (b *badges) badge(ctx context.Context, v inn.Viewer, at int64) (inn.Badge, error) {
	b.mu.Lock()
	one := b.of[v.UserID]
	if one == nil {
		one = &badge{}
		b.of[v.UserID] = one
	}
	b.mu.Unlock()
	one.mu.Lock()
	defer one.mu.Unlock()
	if one.known && at != 0 && one.at >= at {
		return one.value, nil
	}
	_, head, err := b.store.Bounds(ctx)
	if err != nil {
		return inn.Badge{}, err
	}
	if one.value, err = b.store.Badge(ctx, v); err != nil {
		return inn.Badge{}, err
	}
	one.at, one.known = head, true
	return one.value, nil
}
