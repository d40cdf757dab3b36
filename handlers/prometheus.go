package handlers

import (
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// newRegistry makes the site's own registry: nothing that a library registers
// for itself gets into it.
func (s *Site) newRegistry() http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(collector{s}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{DisableCompression: true})
}

// giveMeters is GET /metrics, in Prometheus's text format.
func (s *Site) giveMeters(c echo.Context) error {
	s.stats.registry.ServeHTTP(c.Response(), c.Request())
	return nil
}

// collector reads the meters when they are asked for. It is written over our own
// counters, because the status page shows the same ones.
type collector struct{ site *Site }

func described(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("baithaka_"+name, help, labels, nil)
}

var (
	descStreams   = described("streams_open", "Streams open now, by who reads them.", "kind")
	descPublishes = described("publishes_total", "Publishes answered, by result.", "result")
	descAppended  = described("events_appended_total", "Events appended to the log since the start.")
	descHead      = described("log_head", "Place of the newest event in the log.")
	descLag       = described("stream_lag_events", "How many places the furthest-back stream is behind the head.")
	descQueue     = described("writer_queue_length", "Writes waiting for the writer.")
	descDatabase  = described("database_bytes", "Size of the database file.")
	descWAL       = described("wal_bytes", "Size of the write-ahead log.")
	descStart     = described("start_time_seconds", "When the server began, in unix seconds.")
	descDelivery  = described("delivery_seconds", "From the commit of an event to its write to a stream.")
	descAck       = described("publish_ack_seconds", "From a publish coming in to its answer, committed and synced.")
	descRequests  = described("http_requests_total", "Requests answered, by route pattern.", "method", "route", "status")
	descTook      = described("http_request_seconds", "How long requests took, streams left out, by route pattern.", "method", "route")
)

// Describe implements prometheus.Collector.
func (c collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		descStreams, descPublishes, descAppended, descHead, descLag, descQueue, descDatabase, descWAL, descStart,
		descDelivery, descAck, descRequests, descTook,
	} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c collector) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	counter := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
	}
	m, head := c.site.stats.meters, c.site.log.Head()
	pages, programs, lag := c.site.streams.Load()
	gauge(descStreams, float64(pages), "page")
	gauge(descStreams, float64(programs), "program")
	for i, result := range publishResults {
		counter(descPublishes, float64(m.publishes[i].Load()), result)
	}
	counter(descAppended, float64(head-m.since))
	gauge(descHead, float64(head))
	gauge(descLag, float64(lag))
	gauge(descQueue, float64(c.site.store.Queue()))
	database, wal := c.site.store.Size()
	gauge(descDatabase, float64(database))
	gauge(descWAL, float64(wal))
	gauge(descStart, float64(m.began.UnixMilli())/1000)
	ch <- m.delivery.metric(descDelivery)
	ch <- m.ack.metric(descAck)
	m.requests.mu.Lock()
	defer m.requests.mu.Unlock()
	for l, n := range m.requests.n {
		counter(descRequests, float64(n), l.method, l.route, strconv.Itoa(l.status))
	}
	for l, took := range m.requests.took {
		ch <- took.metric(descTook, l.method, l.route)
	}
}

// metric returns the histogram in Prometheus's form, in which every bucket holds
// those below it too. Every second of ours is enough there.
func (h *histogram) metric(d *prometheus.Desc, labels ...string) prometheus.Metric {
	in, sofar := h.counts(), uint64(0)
	upto := make(map[float64]uint64, len(bounds))
	for i, bound := range bounds {
		if sofar += in[i]; i%2 == 1 {
			upto[bound] = sofar
		}
	}
	return prometheus.MustNewConstHistogram(d, in.total(), time.Duration(h.sum.Load()).Seconds(), upto, labels...)
}
