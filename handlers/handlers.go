// Package handlers is HTTP: who asks, what for, and the answer. A handler
// authorises on its route line, binds, calls the store, and answers; what
// changes on shared screens travels by the stream alone. It imports auth,
// delivery, intake, export, jobs, views, figures, store, live, static and inn, and
// must never write SQL or decide a right by itself.
//
// Where things are, by the names of the files:
//
//	routes      every address, its handler and the right it needs. Handler puts them
//	            behind the middleware of security, limits, drain and access
//	pages, …    a page with its forms is named for what it shows; answer renders it,
//	            and errors is where everything that was refused becomes an answer
//	ingest      a publish: intake reads it, then the store has it; inspector
//	            remembers what was refused
//	signin      how one comes in, by what auth decides; cookie is the browser's side of
//	            the session, twostep and invite the other ways
//	streams     GET /live and /api/v1/stream, which delivery serves: after says from
//	            where, tickets who may without a key; panel is what some pages show
//	            beside the events
//	answered    the line in the log of each request; meters and prometheus count it
//	page_limiter how many pages and lists are made at once; readQueue of the store bounds who reads
//	whole       a page or a list is made before it is sent, and compressed; download
//	            sends a file as it is read
//	health      livez and readyz
package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/auth"
	"baithaka/internal/delivery"
	"baithaka/internal/figures"
	"baithaka/internal/inn"
	"baithaka/internal/jobs"
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
	Streams        delivery.Config
}

// secure reports whether browsers reach the server over TLS.
func (c Config) secure() bool { return c.PublicURL != nil && c.PublicURL.Scheme == "https" }

// Site is what every handler needs.
type Site struct {
	store    *store.Store
	log      *live.Log
	board    *figures.Board
	logger   *slog.Logger
	config   Config
	crossing *http.CrossOriginProtection
	auth     *auth.Auth
	streams  *delivery.Streams
	days     *days
	erasing  signal // somebody has asked for an erasure
	load     load
	stats    stats
}

// load is how much is done at once.
type load struct {
	bulk        bulk         // large bodies take turns
	pageLimiter *pageLimiter // and so do pages and lists
	drain       drain
	behind      behind
}

// stats is what the server knows of itself.
type stats struct {
	meters    *meters
	inspector inspector
	health    health
	registry  http.Handler
	patterns  map[string]bool // every method and route pattern
}

// New makes the site. Beside requests run its Streams and its Jobs.
func New(s *store.Store, log *live.Log, board *figures.Board, logger *slog.Logger, config Config) *Site {
	site := &Site{
		store: s, log: log, board: board, logger: logger, config: config,
		crossing: http.NewCrossOriginProtection(), auth: auth.New(s, logger),
		days: &days{store: s}, erasing: make(signal, 1),
		load:  load{bulk: newBulk(), pageLimiter: newPageLimiter()},
		stats: stats{meters: newMeters(log.Head(), time.Now()), patterns: map[string]bool{}},
	}
	site.streams = delivery.New(s, log, board, logger, config.Streams, site.panel, site.stats.meters.delivery.observe, site.days.at)
	site.stats.registry = site.newRegistry()
	for _, r := range site.routes() {
		site.stats.patterns[r.method+" "+r.path] = true
	}
	if config.PublicURL != nil {
		// The only error is one of form, which Config's reader has ruled out.
		_ = site.crossing.AddTrustedOrigin(config.PublicURL.Scheme + "://" + config.PublicURL.Host)
	}
	return site
}

// Handler returns the whole site as one http.Handler: every route behind the
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
		if r.isLimited() {
			r.handle = s.limited(r.handle)
		}
		if r.isWhole() {
			r.handle = s.whole(r.handle)
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

// Streams returns what delivers to open streams, which runs beside the requests.
func (s *Site) Streams() *delivery.Streams { return s.streams }

// Jobs returns what has to be done by time for this process.
func (s *Site) Jobs() []jobs.Job {
	return []jobs.Job{
		{Name: "meters", Every: time.Second, Do: func(_ context.Context, now time.Time) error { s.stats.meters.note(now, s.log.Head()); return nil }},
		{Name: "sign-ins", Every: time.Minute, Last: true, Do: s.auth.Flush},
		// Those that were asked for, and those that a stop of the server left.
		{Name: "erasures", Every: time.Minute, First: true, Wake: s.erasing, Do: func(ctx context.Context, _ time.Time) error { return s.store.Erase(ctx) }},
	}
}

const (
	viewerKey  = "viewer"
	requestKey = "request"
	nonceKey   = "nonce"
)

// viewer returns who asks; the zero Viewer is nobody.
func viewer(c echo.Context) inn.Viewer {
	v, _ := c.Get(viewerKey).(inn.Viewer)
	return v
}
