// Package delivery hands what happens to whoever has a stream open: pages, as
// fragments of HTML, and programs, as JSON. A stream is a cursor of the log that
// is called when something came; it is one subscriber among those that the limits
// and the statistics count.
//
//	stream      who reads: where it begins, and what they may hear by now
//	deliver     the one loop: read, see, write, wait
//	pool        the few workers that run it
//	subscribers who is connected, the limits, and who is told that a value changed
//	filter      what a program asked to hear of what it may
//	frames      events as messages, rendered once and shared
//	state       what has a present value and no history: badge, figures, presence
//	sse         the wire format; conn/ is the connection
//
// It imports views, figures, store, live and inn. It must never read a request
// beyond what a stream needs, write SQL, or decide a right by itself.
package delivery

import (
	"context"
	"log/slog"
	"time"

	"baithaka/internal/delivery/conn"
	"baithaka/internal/figures"
	"baithaka/internal/inn"
	"baithaka/internal/live"
	"baithaka/store"
)

// Config is how many streams may be open at once, 0 for no limit, and how often a
// person's badge is counted at the most, 0 for once a second.
type Config struct {
	PerPerson  int
	PerKey     int
	PerAddress int
	BadgeEvery time.Duration
}

// Streams is every open stream, and what they share.
type Streams struct {
	store        *store.Store
	log          *live.Log
	board        *figures.Board
	logger       *slog.Logger
	subscribers  *subscribers
	versions     versions
	frames       *frames
	messages     messages // of state
	badges       *badges
	pool         *pool
	closeWatcher conn.CloseWatcher
	site
}

// site is what streams ask of the site whose pages they keep current.
type site struct {
	panel     func(inn.Viewer, string) Panel // of a page's scope; nil for most
	delivered func(time.Duration)            // hears how long after its commit an event was written
}

// Panel is state that only some pages show: the stream of a page that asks for
// it by its scope sends it, to viewers who may see it. It belongs to one stream,
// which asks it once a second and with every event.
type Panel interface {
	// Touched hears of every event the viewer sees.
	Touched(e *inn.Event)
	// Send sends what changed since it was sent last.
	Send(ctx context.Context, to *Page) error
}

// New makes Streams without any open. panel returns the panel of a page's scope,
// nil for most; delivered hears how long after its commit an event was written;
// today says which date it is at a property.
// Run does the work beside the streams.
func New(s *store.Store, log *live.Log, board *figures.Board, logger *slog.Logger, config Config, panel func(inn.Viewer, string) Panel, delivered func(time.Duration), today func(string, time.Time) inn.Date) *Streams {
	d := &Streams{
		store: s, log: log, board: board, logger: logger, site: site{panel, delivered},
		subscribers: newSubscribers(config), frames: newFrames(s.Epoch, logger), pool: newPool(),
	}
	d.frames.today = today
	d.badges = newBadges(s, logger, config.BadgeEvery, log.Head, func(v inn.Viewer) { d.changed(badgeOf(v)) })
	log.OnRewrite(d.frames.forget)
	board.OnChange(func(scope figures.Scope) { d.changed(figuresOf(scope)) })
	return d
}

// panelEvery is how often a panel is asked for what changed.
const panelEvery = time.Second

// Run does until ctx ends what the streams share: heartbeats, badges that are to
// be counted, and who is on line. Heartbeats take turns second by second, so that
// it is never all of them at once.
func (d *Streams) Run(ctx context.Context) {
	counted := make(chan struct{})
	go func() { defer close(counted); d.badges.run(ctx) }()
	defer func() { <-counted }()
	ticker := time.NewTicker(panelEvery)
	defer ticker.Stop()
	const slots = int(conn.BeatEvery / panelEvery)
	open := newStreamCount()
	for slot := 0; ; slot = (slot + 1) % slots {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if d.subscribers.moved() {
				d.changed(value{kind: presenceValue})
			}
			d.subscribers.each(func(s *subscriber) {
				why := uint32(0)
				if s.number%slots == slot {
					why |= dueBeat
				}
				if s.panel {
					why |= dueState
				}
				if why != 0 {
					s.stream.look(why)
				}
			})
			d.releaseMemory(&open)
		}
	}
}

// End waits until the streams have ended, which they do after the log's last
// event. The connections taken over from net/http are no longer its server's,
// whose Shutdown does not wait for them. When ctx ends first they are cut: their
// readers resume from their positions.
func (d *Streams) End(ctx context.Context) { d.subscribers.end(ctx) }

// PreferencesChanged tells a person's pages that their preferences are others.
func (d *Streams) PreferencesChanged(user int64) { d.changed(preferencesOf(user)) }

// Badge returns a person's number as it is now.
func (d *Streams) Badge(ctx context.Context, v inn.Viewer) (inn.Badge, error) {
	return d.badges.now(ctx, v)
}

// Beat sends every stream a heartbeat now, and pages what changed of their state.
func (d *Streams) Beat() {
	d.subscribers.each(func(s *subscriber) { s.stream.look(dueBeat | dueState) })
}
