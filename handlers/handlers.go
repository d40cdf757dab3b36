// Package handlers is HTTP: who asks, what for, and the answer. A handler
// authorises on its route line, binds, calls the store, and answers; what
// changes on shared screens travels by the stream alone. It imports views,
// figures, store, live, static and inn, and must never write SQL or decide a
// right by itself.
//
// Where things are, by the names of the files:
//
//	routes      every address, its handler and the right it needs. Handler puts them
//	            behind the middleware of security, limits, drain and access
//	pages, …    a page with its forms is named for what it shows; answer renders it,
//	            and errors is where everything that was refused becomes an answer
//	ingest      a publish: wellformed, then bind, which reads fields, then the store;
//	            inspector remembers what was refused
//	signin      who somebody is: prove asks the throttle before a password or a code
//	            is looked at; cookie is the session, twostep and invite the other ways
//	stream      GET /live and /api/v1/stream: a cursor of the log that is called when
//	            something came; after says from where, tickets who may without a key.
//	            turns has it wait in line, turn writes what there is, from frames
//	            (events, shared) and state (badge, figures, panel), to its
//	wire        the connection: wire_taken is a bare socket, wire_http is net/http's;
//	            lookout notices when the reader goes
//	streams     who is connected, the limits, and the bells that call streams without
//	            an event; progress is how far each has come, presence who is on line
//	answered    the line in the log of each request; meters and prometheus count it
//	pace        how many pages and lists are made at once; line of the store is who reads
//	health      livez and readyz; giveback returns memory when many streams have gone
package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"

	"baithaka/internal/figures"
	"baithaka/internal/inn"
	"baithaka/internal/live"
	"baithaka/store"
	"baithaka/views"
)

// Config is what an installation may choose; the zero value is a server on
// loopback without limits on streams.
type Config struct {
	PublicURL      *url.URL       // nil: reached as localhost or by IP address
	TrustedProxies []netip.Prefix // whose X-Forwarded-For and -Proto are believed
	StreamOrigins  []string       // of pages elsewhere that may open a stream by a ticket
	PerPerson      int            // streams at once, 0 for no limit
	PerKey         int
	PerAddress     int
}

// secure reports whether browsers reach the server over TLS.
func (c Config) secure() bool { return c.PublicURL != nil && c.PublicURL.Scheme == "https" }

// Site is what every handler needs.
type Site struct {
	store     *store.Store
	log       *live.Log
	board     *figures.Board
	logger    *slog.Logger
	config    Config
	sessions  *scs.SessionManager
	crossing  *http.CrossOriginProtection
	signIns   *throttle
	failed    *failedSignIns
	streams   *streams
	frames    *frames
	years     *years
	badges    *badges
	shown     shown
	seen      *lastSeen
	preferred *preferred
	turns     *turns
	lookout   lookout
	erasing   knock // somebody has asked for an erasure
	beats     bell  // rings for every stream once in 15 s
	state     bell  // rings for pages when something on them may have changed that is no event
	ticks     bell  // rings every second, for the panels of some pages
	meters    *meters
	inspector inspector
	health    health
	drain     drain
	bulk      bulk  // large bodies take turns
	pace      *pace // and so do pages and lists
	behind    behind
	registry  http.Handler
	patterns  map[string]bool // every method and route pattern
}

// New makes the site. Work it does beside requests runs in Background.
func New(s *store.Store, log *live.Log, board *figures.Board, logger *slog.Logger, config Config) *Site {
	site := &Site{
		store: s, log: log, board: board, logger: logger, config: config,
		sessions: newSessions(s), crossing: http.NewCrossOriginProtection(),
		signIns: newThrottle(), failed: newFailedSignIns(s, logger), streams: newStreams(config), frames: newFrames(s.Epoch, logger),
		years: &years{store: s}, seen: newLastSeen(s, logger), preferred: newPreferred(), turns: newTurns(), erasing: make(knock, 1), bulk: newBulk(), pace: newPace(),
		meters: newMeters(log.Head(), time.Now()), patterns: map[string]bool{},
	}
	site.frames.year = site.years.at
	site.badges = newBadges(s, logger, log.Head, site.streams.look)
	site.beats = bell{site.streams, dueBeat, func(*connection) bool { return true }}
	site.state = bell{site.streams, dueState, func(c *connection) bool { return c.page }}
	site.ticks = bell{site.streams, dueState, func(c *connection) bool { return c.panel }}
	site.registry = site.newRegistry()
	for _, r := range site.routes() {
		site.patterns[r.method+" "+r.path] = true
	}
	if config.PublicURL != nil {
		// The only error is one of form, which Config's reader has ruled out.
		_ = site.crossing.AddTrustedOrigin(config.PublicURL.Scheme + "://" + config.PublicURL.Host)
	}
	return site
}

// Handler gives the whole site as one http.Handler: every route behind the
// middleware, in this order.
func (s *Site) Handler() http.Handler {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = s.fail
	e.IPExtractor = s.addressOf
	e.Use(s.note)     // request id, and one line in the log when it ends
	e.Use(s.recover)  // a panic is one failed request
	e.Use(s.headers)  // on every answer, the failed ones too
	e.Use(s.hosts)    // refuse a Host that is not ours
	e.Use(bounded)    // refuse what is larger than anything here needs
	e.Use(s.crossed)  // refuse what another site makes a browser send
	e.Use(s.draining) // refuse changes once the server stops
	e.Use(s.identify) // who asks
	for _, r := range s.routes() {
		if r.paces() {
			r.handle = s.paced(r.handle)
		}
		e.Add(r.method, r.path, r.handle, s.may(r.needs), readable)
		if r.method == http.MethodGet && !streamPath(r.path) {
			e.Add(http.MethodHead, r.path, r.handle, s.may(r.needs), readable)
		}
	}
	return e
}

// readable decodes what stands in the path, which echo leaves as it was sent: an
// id may hold a colon, and programs send that as %3A; behind views.Escape stands
// one that would be a path. A query that cannot be
// read is refused, since a filter that is dropped shows more than was asked for.
func readable(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if _, err := url.ParseQuery(c.Request().URL.RawQuery); err != nil {
			return &inn.Error{Code: inn.Malformed, Text: "What stands behind the ? of the address cannot be read.", Cause: err}
		}
		values := slices.Clone(c.ParamValues())
		for i, v := range values {
			if decoded, err := url.PathUnescape(v); err == nil {
				values[i] = strings.TrimPrefix(decoded, views.Escape)
			}
		}
		c.SetParamValues(values...)
		return next(c)
	}
}

// StreamsEnd waits until the streams have ended, which they do after the log's
// last event. The connections taken over from net/http are no longer its
// server's, whose Shutdown does not wait for them. When ctx ends first they are
// cut.
func (s *Site) StreamsEnd(ctx context.Context) { s.streams.end(ctx) }

// Background does what is done by the clock until ctx ends: the heartbeat of all
// streams, who was seen when, and what is past its retention. What takes long has
// a goroutine of its own, and is left where it stands when the server stops.
func (s *Site) Background(ctx context.Context) {
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	var beside sync.WaitGroup
	defer beside.Wait()
	beside.Go(func() { s.tick(ctx.Done()) })
	beside.Go(func() { s.badges.run(ctx) })
	beside.Go(func() { s.keepIndexed(ctx) })
	beside.Go(func() { s.keepTime(ctx) })
	beside.Go(func() { s.keepRetention(ctx) })
	beside.Go(func() { s.keepErasing(ctx) })
	changed := s.board.Changed()
	var gathered <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			s.seen.flush()
			s.failed.flush()
			return
		case <-changed:
			changed = s.board.Changed() // before ringing: a change in between is heard next
			s.state.ring()
		case <-s.streams.moved:
			if gathered == nil {
				gathered = time.After(presencePace)
			}
		case <-gathered:
			gathered = nil
			s.state.ring()
		case <-minute.C:
			s.seen.flush()
			s.failed.flush()
			s.signIns.forget(time.Now())
		}
	}
}

const (
	viewerKey  = "viewer"
	requestKey = "request"
	nonceKey   = "nonce"
)

// viewer gives who asks; the zero Viewer is nobody.
func viewer(c echo.Context) inn.Viewer {
	v, _ := c.Get(viewerKey).(inn.Viewer)
	return v
}
