package handlers

import (
	"bytes"
	"context"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"baithaka/internal/figures"
	"baithaka/internal/inn"
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

	mine    *badge    // the person's
	badge   inn.Badge // what was sent of it last
	sent    bool      // at all
	version uint64

	asked string // the scope the page named
	panel panel  // nil for most pages

	preferred uint64 // the version of the preferences that was sent last

	onLine views.Company
	moves  uint64 // of the people when that was sent
	met    bool   // it was sent at all
}

// newPageState begins with nothing sent. The scope is the one the page names,
// if its viewer may see it, else the one of their dashboard.
func (s *Site) newPageState(v inn.Viewer, scope string) *pageState {
	p := &pageState{site: s, viewer: v, mine: s.badges.badge(v)}
	p.scope, p.figures = figures.ScopeOf(v)
	if slug, found := strings.CutPrefix(scope, "property:"); found && v.May(inn.PropertyView, slug) {
		p.scope, p.figures = figures.Property(slug), true
	}
	p.sight = p.scope.Sight(v)
	p.asked, p.panel = scope, s.panel(v, scope)
	return p
}

// touched notes that an event may have changed the badge. One that is addressed
// changes the card for those who are not, too: what it says, and what it counts as.
func (p *pageState) touched(e *inn.Event, v *inn.Viewer, sees bool) {
	if p.panel != nil && sees {
		p.panel.touched(e)
	}
	switch {
	case e.Type == inn.NotificationRead && v.Owns(e.Topic):
		p.site.badges.touched(p.mine, e.ID, true)
	case sees && (v.Notified(e) || len(e.To) > 0 || e.Type.ChangesBadge() || e.Type == inn.BookingMoved):
		p.site.badges.touched(p.mine, e.ID, false)
	}
}

// atHand reports whether what send may have to say is in memory.
func (p *pageState) atHand() bool {
	return p.sent && p.panel == nil && p.preferred == p.site.preferred.version(p.viewer.UserID)
}

// send adds the state that changed to the stream.
func (p *pageState) send(ctx context.Context, st *stream) error {
	if err := p.sendBadge(ctx, st); err != nil {
		return err
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
	if inn.CodeOf(err) == inn.NotFound {
		p.figures = false // the page named what is no property
		return nil
	}
	if err != nil || version == p.version {
		return err
	}
	p.version = version
	return p.site.shown.add(ctx, st, shownFigures{p.scope.Name, strings.Join(p.scope.Slugs, " "), version, p.sight}, func() templ.Component {
		return views.FiguresState(m.Redact(p.sight), inn.Location(p.viewer.Zone))
	})
}

// shownFigures is what the message with the figures depends on.
type shownFigures struct {
	scope, slugs string
	version      uint64
	sight        inn.Sight
}

// sendBadge adds the person's number when it is not the one that was sent last.
func (p *pageState) sendBadge(ctx context.Context, st *stream) error {
	badge, at, known := p.site.badges.latest(p.mine)
	if !p.sent && (!known || at < st.cursor.Pos()) {
		var err error
		if badge, err = p.site.badges.count(ctx, p.mine); err != nil {
			return err
		}
	}
	// What is not known of a page that has one waits until it hears of its
	// viewer's new rights itself.
	if p.sent && (!known || badge == p.badge) {
		return nil
	}
	p.badge, p.sent = badge, true
	return p.site.shown.add(ctx, st, badge, func() templ.Component { return views.BadgeState(badge) })
}

// add renders a state message into the stream's buffer.
func (st *stream) add(ctx context.Context, component templ.Component) error {
	var html bytes.Buffer
	if err := component.Render(ctx, &html); err != nil {
		return err
	}
	st.put(appendMessage(nil, "", "", html.Bytes()))
	return nil
}

// shown shares the messages with state between the pages that show the same.
type shown struct {
	mu sync.Mutex
	of map[any][]byte // by what the message depends on
}

// shownKept is how many messages are kept before all are let go.
const shownKept = 256

// add puts the message for a key into the stream, rendered if nobody has needed
// it yet.
func (s *shown) add(ctx context.Context, st *stream, key any, render func() templ.Component) error {
	s.mu.Lock()
	message, known := s.of[key]
	s.mu.Unlock()
	if known {
		st.put(message)
		return nil
	}
	var html bytes.Buffer
	if err := render().Render(ctx, &html); err != nil {
		return err
	}
	message = appendMessage(nil, "", "", html.Bytes())
	st.put(message)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil || len(s.of) >= shownKept {
		s.of = map[any][]byte{}
	}
	s.of[key] = message
	return nil
}
