package handlers

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/inn"
	"baithaka/internal/intake"
)

// dear is one request of those that may cost the most.
type dear struct {
	method, path string
	form         url.Values
	body         func() string
}

func (d dear) String() string { return d.method + " " + d.path }

// askedBy sends it.
func (d dear) askedBy(c *caller) (answer, error) {
	switch {
	case d.form != nil:
		return c.try(d.method, d.path, d.form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "HX-Request", "true")
	case d.body != nil:
		return c.try(d.method, d.path, d.body(), "Content-Type", "application/json")
	}
	return c.try(d.method, d.path, "")
}

var numbers atomic.Int64

// batchOf is the largest batch there may be.
func batchOf(property, more string) func() string {
	return func() string {
		items := make([]string, intake.MaxItems)
		for i := range items {
			n := numbers.Add(1)
			items[i] = fmt.Sprintf(`{"type":"booking:new","property":%q%s,"payload":{"id":"L-%d","type":"property","title":"Stay %d","customerName":"Guest %d","amount":100,"currency":"INR"}}`, property, more, n, n, n)
		}
		return "[" + strings.Join(items, ",") + "]"
	}
}

// alertsOf is a batch of alerts addressed to everybody in a role.
func alertsOf(role inn.Role) func() string {
	return func() string {
		items := make([]string, intake.MaxItems)
		for i := range items {
			items[i] = fmt.Sprintf(`{"type":"alert:raised","property":"lake-house","role":%q,"payload":{"key":"a-%d","title":"Boiler off"}}`, role, numbers.Add(1))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
}

// dearest returns what may be among the most expensive requests of people and of
// programs.
func dearest(deep string) (people, programs []dear) {
	get := func(paths ...string) (all []dear) {
		for _, path := range paths {
			all = append(all, dear{method: http.MethodGet, path: path})
		}
		return all
	}
	week := time.Now().AddDate(0, 0, -7).Format(time.DateOnly)
	people = get("/", "/bookings", "/bookings?status=no_show", "/bookings?q=zyxwabelle", "/bookings?q=a+rao", "/bookings?before="+deep, "/properties", "/properties/lake-house",
		"/notifications", "/notifications?unread=false", "/notifications?q=boiler", "/notifications?kind=property_update", "/notifications?before="+deep,
		"/history", "/history?type=booking:no_show&before="+deep, "/history?q=zyxwabelle", "/history?q=rao", "/history?property=lake-house", "/history?from="+week, "/history?type=metrics:update",
		"/history.csv?q=rao", "/activity", "/activity/audit", "/settings", "/team", "/team/3", "/keys", "/status", "/guests?q=a", "/guests?q=zzzz", "/guests/BK-1017",
		"/api/v1/metrics", "/api/v1/metrics?window=366d", "/api/v1/events?limit=500", "/api/v1/bookings?limit=500", "/api/v1/bookings?limit=500&status=no_show", "/api/v1/notifications?limit=500")
	people = append(people, dear{method: http.MethodPost, path: "/notifications/read", form: url.Values{"all": {"true"}}},
		dear{method: http.MethodPost, path: "/settings/mute", form: url.Values{"mute": {"hour"}}})
	programs = get("/api/v1/metrics", "/api/v1/metrics?window=7d", "/api/v1/metrics?window=366d", "/api/v1/events?limit=500", "/api/v1/events?limit=500&kind=alert_update",
		"/api/v1/events?limit=500&after="+deep, "/api/v1/bookings?limit=500", "/api/v1/bookings?limit=500&status=no_show", "/api/v1/notifications?limit=500", "/metrics")
	programs = append(programs, dear{method: http.MethodPost, path: "/api/v1/events", body: batchOf("lake-house", "")},
		dear{method: http.MethodPost, path: "/api/v1/events", body: alertsOf(inn.Staff)})
	return people, programs
}

// measured times one request after the other, a hundred a second at the most,
// until ctx ends.
type measured struct {
	took   []time.Duration
	failed []string
}

func (m *measured) until(ctx context.Context, ask func() (answer, error)) {
	pace := time.NewTicker(10 * time.Millisecond)
	defer pace.Stop()
	for ; ctx.Err() == nil; <-pace.C {
		began := time.Now()
		a, err := ask()
		took := time.Since(began)
		if ctx.Err() != nil && err != nil {
			return
		}
		m.took = append(m.took, took)
		if err != nil || a.Status >= 300 {
			m.failed = append(m.failed, fmt.Sprint(a.Status, " ", err, " ", a.Body))
		}
	}
}

func (m *measured) at(part float64) time.Duration {
	if len(m.took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(m.took))
	return sorted[min(int(part*float64(len(sorted))), len(sorted)-1)].Round(time.Millisecond)
}

// Whatever anybody asks for a hundred times at once, what is published is stored
// and the monitoring is answered: 503 with Retry-After is for who asks too much.
// At full size it is timed: 250 ms, at 100,000 bookings.
func TestAHostileAfternoonStopsNobody(t *testing.T) {
	events, bookings, lasts, copies := 1_000, 300, 100*time.Millisecond, 20
	if soaking {
		events, bookings, lasts, copies = 300_000, 100_000, 4*time.Second, 100
	}
	database, err := db.Open(t.Context(), openBigHouse(t, events, bookings))
	require.NoError(t, err)
	s := siteOver(t, database)
	for s.as("admin").get("/history?q=rao").Status == http.StatusServiceUnavailable { // until the log is indexed
		require.NoError(t, s.store.Index(t.Context()))
	}
	deep := url.QueryEscape(inn.Position{Epoch: s.store.Epoch(), ID: int64(events / 10)}.String())
	people, programs := dearest(deep)
	var callers []*caller
	for _, r := range roles {
		callers = append(callers, s.as(r.who))
	}
	every := "events:write,events:read,money:read,contacts:read,notifications:write,metrics:read"
	callers = append(callers, s.key(every), s.key(every, "lake-house")) // last: they fill the house
	publisher := s.key("events:write")

	for i, c := range callers {
		list := people
		if i >= len(roles) {
			list = programs
		}
		worst, took := dear{}, time.Duration(0)
		for _, d := range list {
			best := time.Hour
			for range 2 { // once to get warm
				began := time.Now()
				a, err := d.askedBy(c)
				require.NoError(t, err)
				if best = min(best, time.Since(began)); a.Status >= 400 {
					best = 0
				}
				if a.Status == http.StatusServiceUnavailable { // the index lags behind what the key before has filled in
					assert.NotEmpty(t, a.Header.Get("Retry-After"), "%s %s: %s", c.name, d, a.Body)
				} else {
					assert.Less(t, a.Status, 500, "%s %s: %s", c.name, d, a.Body)
				}
			}
			if best > took {
				worst, took = d, best
			}
		}
		require.NotZero(t, took, c.name)
		s.hammer(t, c, worst, took, publisher, lasts, copies)
	}
}

// hammer asks for one thing a hundred times at once, and publishes and asks
// whether the server is ready meanwhile.
func (s *site) hammer(t *testing.T, c *caller, d dear, alone time.Duration, publisher *caller, lasts time.Duration, copies int) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), lasts)
	defer stop()
	var working sync.WaitGroup
	var answered, refused atomic.Int64
	for range copies {
		working.Go(func() {
			mine := *c
			for ctx.Err() == nil {
				a, err := d.askedBy(&mine)
				switch {
				case err != nil && ctx.Err() == nil:
					assert.NoError(t, err, "%s %s", c.name, d)
				case a.Status == http.StatusServiceUnavailable:
					refused.Add(1)
					assert.NotEmpty(t, a.Header.Get("Retry-After"), "%s %s", c.name, d)
				default:
					answered.Add(1)
					if a.Status == http.StatusServiceUnavailable { // the index lags behind what the key before has filled in
						assert.NotEmpty(t, a.Header.Get("Retry-After"), "%s %s: %s", c.name, d, a.Body)
					} else {
						assert.Less(t, a.Status, 500, "%s %s: %s", c.name, d, a.Body)
					}
				}
			}
		})
	}
	var published, readied measured
	working.Go(func() {
		published.until(ctx, func() (answer, error) {
			return publisher.try(http.MethodPost, "/api/v1/events", booking("new", fmt.Sprint("P-", numbers.Add(1)), "hill-cottage", ""), "Content-Type", "application/json")
		})
	})
	working.Go(func() {
		readied.until(ctx, func() (answer, error) { return s.nobody().try(http.MethodGet, "/readyz", "") })
	})
	working.Wait()
	assert.Empty(t, published.failed, "%s %s", c.name, d)
	assert.Empty(t, readied.failed, "%s %s", c.name, d)
	t.Logf("%-8s %-50s alone %6s; %d at once: %d answered, %d told to come again; publish p50 %s p99 %s max %s (%d); readyz p50 %s p99 %s max %s (%d)",
		c.name, d, alone.Round(100*time.Microsecond), copies, answered.Load(), refused.Load(),
		published.at(.5), published.at(.99), published.at(1), len(published.took), readied.at(.5), readied.at(.99), readied.at(1), len(readied.took))
	if soaking {
		assert.LessOrEqual(t, published.at(1), 250*time.Millisecond, "a publish during %s by %s", d, c.name)
		assert.LessOrEqual(t, readied.at(1), 250*time.Millisecond, "/readyz during %s by %s", d, c.name)
	}
}

// Bulky bodies take turns, and who would wait too long is told when to come again;
// what is small passes them.
func TestBulkyBodiesTakeTurns(t *testing.T) {
	s := newSite(t)
	s.load.bulk.wait = time.Millisecond
	key := s.key("events:write,events:read")
	for range bulkAtOnce {
		done, err := s.load.bulk.enter(t.Context())
		require.NoError(t, err)
		defer done()
	}
	body := batchOf("lake-house", "")()
	require.Greater(t, len(body), bulky)
	refused := key.do(http.MethodPost, "/api/v1/events", body, "Content-Type", "application/json")
	assertProblem(t, bad{name: "no turn", status: http.StatusServiceUnavailable}, refused)
	assert.Equal(t, "2", refused.Header.Get("Retry-After"))
	assert.Equal(t, http.StatusCreated, key.do(http.MethodPost, "/api/v1/events", booking("new", "BK-1", "lake-house", ""), "Content-Type", "application/json").Status)
	<-s.load.bulk.taken
	assert.Equal(t, http.StatusCreated, key.do(http.MethodPost, "/api/v1/events", body, "Content-Type", "application/json").Status)
	s.load.bulk.taken <- struct{}{}
}

// Whoever asks for many pages at once has a few made at a time, and everybody else
// theirs; publishing and monitoring do not wait for any of them.
func TestPagesAreMadeAFewAtATime(t *testing.T) {
	s := newSite(t)
	s.load.pageLimiter.wait = time.Millisecond
	admin, staff, key := s.as("admin"), s.as("staff"), s.key("events:write,events:read,metrics:read")
	m, err := s.store.MemberByEmail(t.Context(), "admin@house.test")
	require.NoError(t, err)
	var over []func()
	for range slotsPerClient {
		done, err := s.load.pageLimiter.enter(t.Context(), m.Viewer().Actor())
		require.NoError(t, err)
		over = append(over, done)
	}
	for _, path := range []string{"/", "/history", "/history.csv", "/api/v1/events"} {
		r := admin.get(path)
		assert.Equal(t, http.StatusServiceUnavailable, r.Status, path)
		assert.Equal(t, "2", r.Header.Get("Retry-After"), path)
		assert.Equal(t, http.StatusOK, staff.get(path).Status, path)
	}
	for i := range cap(s.load.pageLimiter.all) - slotsPerClient {
		done, err := s.load.pageLimiter.enter(t.Context(), fmt.Sprint("somebody ", i))
		require.NoError(t, err)
		over = append(over, done)
	}
	assert.Equal(t, http.StatusServiceUnavailable, staff.get("/").Status)
	assert.Equal(t, http.StatusServiceUnavailable, key.get("/api/v1/bookings").Status)
	assert.Equal(t, http.StatusCreated, key.do(http.MethodPost, "/api/v1/events", booking("new", "BK-1", "lake-house", ""), "Content-Type", "application/json").Status)
	assert.Equal(t, http.StatusOK, s.nobody().get("/readyz").Status)
	assert.Equal(t, http.StatusOK, key.get("/metrics").Status)
	for _, done := range over {
		done()
	}
	assert.Equal(t, http.StatusOK, admin.get("/").Status)
	assert.Empty(t, s.load.pageLimiter.of, "nobody is remembered")
	assert.Equal(t, http.StatusOK, admin.do(http.MethodHead, "/bookings", "").Status)
}
