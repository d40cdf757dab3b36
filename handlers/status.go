package handlers

import (
	"context"
	"net/http"
	"runtime/metrics"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/delivery"
	"baithaka/internal/inn"
	"baithaka/internal/zones"
	"baithaka/views"
)

const statusScope = "status"

// showStatus is "/status": how the server is, live.
func (s *Site) showStatus(c echo.Context) error {
	p, err := s.page(c, "Status", "/status")
	if err != nil {
		return err
	}
	p.Scope = statusScope
	rejected, _ := s.stats.inspector.rejections()
	return s.render(c, http.StatusOK, views.StatusPage(p, s.stats.health.now(s), rejected))
}

// statusEvery is how often the state of the server is measured at the most.
const statusEvery = time.Second

// health is the state of the server, measured once a second however many look.
type health struct {
	mu    sync.Mutex
	at    time.Time
	state views.Status
}

func (h *health) now(s *Site) views.Status {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	if now.Sub(h.at) >= statusEvery/2 {
		h.at, h.state = now, s.measureHealth(now)
	}
	return h.state
}

func (s *Site) measureHealth(now time.Time) views.Status {
	head := s.log.Head()
	st := views.Status{Zones: zones.Edition(), Uptime: now.Sub(s.stats.meters.began), Position: s.log.Position().String(), Queue: s.store.Queue()}
	st.Pages, st.Programs, st.Lag = s.streams.Load()
	connected := s.streams.Connected()
	st.Rooms, st.People = connected.Rooms, connected.Users
	perMinute, delivered := s.stats.meters.lastMinute(now, head)
	st.PerMinute, st.Delivered = perMinute, delivered.total()
	st.P50, _ = delivered.quantile(0.5)
	st.P99, _ = delivered.quantile(0.99)
	st.AckP50, _ = s.stats.meters.ack.counts().quantile(0.5)
	st.AckP99, st.Acked = s.stats.meters.ack.counts().quantile(0.99)
	st.Database, st.WAL = s.store.Size()
	read := []metrics.Sample{{Name: "/sched/goroutines:goroutines"}, {Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(read)
	st.Goroutines, st.Memory = read[0].Value.Uint64(), read[1].Value.Uint64()-read[2].Value.Uint64()
	for i := range publishResults {
		st.Publishes[i] = s.stats.meters.publishes[i].Load()
	}
	return st
}

// statusPanel keeps a status page current.
type statusPanel struct {
	site    *Site
	at      time.Time
	version uint64
	begun   bool
}

func (*statusPanel) Touched(*inn.Event) {}

func (p *statusPanel) Send(ctx context.Context, page *delivery.Page) error {
	now := time.Now()
	if now.Sub(p.at) < statusEvery*9/10 {
		return nil
	}
	p.at = now
	if err := page.Send(ctx, views.StatusState(p.site.stats.health.now(p.site))); err != nil {
		return err
	}
	rejected, version := p.site.stats.inspector.rejections()
	if p.begun && version == p.version {
		return nil
	}
	p.begun, p.version = true, version
	return page.Send(ctx, views.RejectedState(rejected, inn.Location(page.Viewer().Zone)))
}
