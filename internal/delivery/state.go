package delivery

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/a-h/templ"

	"baithaka/internal/delivery/conn"
	"baithaka/internal/figures"
	"baithaka/internal/inn"
	"baithaka/views"
)

// value names something that has a present value and no history: "badge:7",
// "figures:portfolio", "presence", "preferences:7". It is no event. Each has a
// version, and a change calls the pages that show it, and no others.
type value struct {
	kind valueKind
	user int64
	of   string // the figures' scope
}

type valueKind byte

const (
	badgeValue valueKind = iota
	preferencesValue
	presenceValue
	figuresValue
)

func badgeOf(v inn.Viewer) value          { return value{kind: badgeValue, user: v.UserID} }
func preferencesOf(user int64) value      { return value{kind: preferencesValue, user: user} }
func figuresOf(scope figures.Scope) value { return value{kind: figuresValue, of: scope.Key()} }

// versions counts the changes of each value since the start.
type versions struct {
	mu sync.Mutex
	of map[value]*atomic.Uint64
}

// version returns the counter of a value, which pages that show it look at
// without a lock.
func (vs *versions) version(v value) *atomic.Uint64 {
	vs.mu.Lock()
	defer vs.mu.Unlock()
	n := vs.of[v]
	if n == nil {
		n = new(atomic.Uint64)
		n.Store(1)
		if vs.of == nil {
			vs.of = map[value]*atomic.Uint64{}
		}
		vs.of[v] = n
	}
	return n
}

// shown is a value as one page shows it.
type shown struct {
	now  *atomic.Uint64
	sent uint64 // the version that was sent last; 0 for none
}

// changed reports whether what was sent last is no longer so.
func (s *shown) changed() bool { return s.sent != s.now.Load() }

// changed notes that a value is another and calls the pages that show it.
func (d *Streams) changed(v value) {
	d.versions.version(v).Add(1)
	d.subscribers.tell(v)
}

// Page is one page's stream, as its state is sent to it.
type Page struct {
	streams *Streams
	out     *batch
	chunked bool
	viewer  inn.Viewer
	from    int64 // the position the page was rendered at

	figuresShown
	badgeShown
	preferences shown
	presence    shown
	onLine      views.Company

	asked string // the scope the page named
	panel Panel  // nil for most pages
}

// figuresShown is which figures a page shows.
type figuresShown struct {
	scope      figures.Scope
	figures    bool // the page shows any
	version    uint64
	visibility inn.Visibility
}

// badgeShown is the badge that a page shows.
type badgeShown struct {
	mine    *badge // the person's
	badge   inn.Badge
	counted bool // badge was sent
}

// newPage returns the state of a page to which nothing has been sent. The scope is
// the one the page names, if its viewer may see it, else the one of their
// dashboard.
func (d *Streams) newPage(v inn.Viewer, scope string, from int64, chunked bool) *Page {
	p := &Page{streams: d, viewer: v, from: from, chunked: chunked, badgeShown: badgeShown{mine: d.badges.badge(v)}, asked: scope, panel: d.panel(v, scope)}
	p.scope, p.figures = figures.ScopeOf(v)
	if slug, found := strings.CutPrefix(scope, "property:"); found && v.May(inn.PropertyView, slug) {
		p.scope, p.figures = figures.Property(slug), true
	}
	p.visibility = p.scope.Visibility(v)
	p.presence.now = d.versions.version(value{kind: presenceValue})
	p.preferences.now = d.versions.version(preferencesOf(v.UserID))
	p.preferences.sent = 1 // the page was rendered with them
	return p
}

// Viewer returns who the page is shown to, as of now.
func (p *Page) Viewer() inn.Viewer { return p.viewer }

// RenderedAt returns the position that the page itself was rendered at.
func (p *Page) RenderedAt() int64 { return p.from }

// Send sends a component in a message without an id.
func (p *Page) Send(ctx context.Context, component templ.Component) error {
	room, err := rendered(ctx, "", component)
	if room != nil {
		chunk, plain := conn.InRoom(room)
		p.out.add(message{chunk, plain}.in(p.chunked))
	}
	return err
}

// touched notes that an event may have changed the badge. One that is addressed
// changes the card for those who are not, too: what it says, and what it counts as.
func (p *Page) touched(e *inn.Event, sees, notified bool) {
	if p.panel != nil && sees {
		p.panel.Touched(e)
	}
	switch {
	case e.Type == inn.NotificationRead && p.viewer.Owns(e.Topic):
		p.streams.badges.touched(p.mine, e.ID, true)
	case sees && (notified || len(e.To) > 0 || e.Type.ChangesBadge() || e.Type == inn.BookingMoved):
		p.streams.badges.touched(p.mine, e.ID, false)
	}
}

// atHand reports whether what sendState may have to send is in memory.
func (p *Page) atHand() bool { return p.counted && p.panel == nil && !p.preferences.changed() }

// sendState sends the values that changed. passed is the position of the stream.
func (p *Page) sendState(ctx context.Context, out *batch, passed int64) error {
	p.out = out
	defer func() { p.out = nil }()
	for _, send := range []func(context.Context) error{
		func(ctx context.Context) error { return p.sendBadge(ctx, passed) },
		p.sendPreferences, p.sendPresence, p.sendPanel, p.sendFigures,
	} {
		if err := send(ctx); err != nil {
			return err
		}
	}
	return nil
}

// sendBadge sends the person's number when it is not the one that was sent last.
func (p *Page) sendBadge(ctx context.Context, passed int64) error {
	number, at, known := p.streams.badges.latest(p.mine)
	if !p.counted && (!known || at < passed) {
		var err error
		if number, err = p.streams.badges.count(ctx, p.mine); err != nil {
			return err
		}
	}
	// What is not known of a page that has one waits until it hears of its
	// viewer's new rights itself.
	if p.counted && (!known || number == p.badge) {
		return nil
	}
	p.badge, p.counted = number, true
	return p.share(ctx, number, func() templ.Component { return views.BadgeState(number) })
}

// sendPreferences sends them when they changed since the page was rendered or
// last told.
func (p *Page) sendPreferences(ctx context.Context) error {
	version := p.preferences.now.Load()
	if version == p.preferences.sent {
		return nil
	}
	preferences, err := p.streams.store.Preferences(ctx, p.viewer.UserID)
	if err != nil {
		return err
	}
	p.preferences.sent = version
	return p.Send(ctx, views.PreferencesState(preferences, time.Now(), inn.Location(p.viewer.Zone)))
}

// sendPresence sends who is on line when that changed.
func (p *Page) sendPresence(ctx context.Context) error {
	version, first := p.presence.now.Load(), p.presence.sent == 0
	if version == p.presence.sent {
		return nil
	}
	p.presence.sent = version
	onLine := p.streams.OnLine(p.viewer)
	if !first && onLine.Same(p.onLine) {
		return nil
	}
	p.onLine = onLine
	return p.Send(ctx, views.PresenceState(onLine))
}

func (p *Page) sendPanel(ctx context.Context) error {
	if p.panel == nil {
		return nil
	}
	return p.panel.Send(ctx, p)
}

func (p *Page) sendFigures(ctx context.Context) error {
	if !p.figures {
		return nil
	}
	m, version, err := p.streams.board.Figures(ctx, p.scope)
	if inn.CodeOf(err) == inn.NotFound {
		p.figures = false // the page named what is no property
		return nil
	}
	if err != nil || version == p.version {
		return err
	}
	p.version = version
	return p.share(ctx, figuresMessage{p.scope.Key(), version, p.visibility}, func() templ.Component {
		return views.FiguresState(m.Redact(p.visibility), inn.Location(p.viewer.Zone))
	})
}

// figuresMessage is what the message with the figures depends on.
type figuresMessage struct {
	scope      string
	version    uint64
	visibility inn.Visibility
}

// share sends the message of a key, rendered if nobody has needed it yet.
func (p *Page) share(ctx context.Context, key any, component func() templ.Component) error {
	m, err := p.streams.messages.message(key, func() ([]byte, error) { return rendered(ctx, "", component()) })
	p.out.add(m.in(p.chunked))
	return err
}

// messages shares the messages of state between the pages that show the same.
type messages struct {
	mu sync.Mutex
	of map[any]message // by what the message depends on
}

// messagesKept is how many messages are kept before all are let go.
const messagesKept = 256

func (s *messages) message(key any, render func() (room []byte, err error)) (message, error) {
	s.mu.Lock()
	known, found := s.of[key]
	s.mu.Unlock()
	if found {
		return known, nil
	}
	room, err := render()
	if err != nil || room == nil {
		return message{}, err
	}
	var m message
	m.chunk, m.plain = conn.InRoom(room)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil || len(s.of) >= messagesKept {
		s.of = map[any]message{}
	}
	s.of[key] = m
	return m, nil
}
