package handlers

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMetersAreReadByPrometheus(t *testing.T) {
	s := newSite(t)
	key, scraper := s.key("events:write"), s.key("metrics:read")
	stream := s.stream("/live", s.as("admin"), "").live()
	position := key.publish(booking("new", "BK-secret", "lake-house", ""))
	key.publish(`{"type":"booking:confirmed","payload":{"id":"BK-secret"}}`)
	key.post("/api/v1/events", `{"type":"booking:confirmed","payload":{"id":"BK-secret"}}`)
	key.post("/api/v1/events", `{"type":"nonsense"}`)
	s.as("admin").get("/bookings/BK-secret")
	s.as("admin").get("/nowhere/BK-secret")
	s.nobody().do("BREW", "/bookings/BK-secret", "")
	stream.upTo(position)

	r := scraper.get("/metrics")
	require.Equal(t, http.StatusOK, r.Status)
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(r.Body))
	require.NoError(t, err)
	value := func(name string, labels ...string) float64 {
		t.Helper()
		require.Contains(t, families, name)
	metrics:
		for _, m := range families[name].GetMetric() {
			got := map[string]string{}
			for _, l := range m.GetLabel() {
				got[l.GetName()] = l.GetValue()
			}
			for i := 0; i < len(labels); i += 2 {
				if got[labels[i]] != labels[i+1] {
					continue metrics
				}
			}
			return m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
		return -1
	}
	assert.EqualValues(t, 1, value("baithaka_streams_open", "kind", "page"))
	assert.EqualValues(t, 0, value("baithaka_streams_open", "kind", "program"))
	assert.EqualValues(t, 2, value("baithaka_publishes_total", "result", "applied"))
	assert.EqualValues(t, 1, value("baithaka_publishes_total", "result", "unchanged"))
	assert.EqualValues(t, 1, value("baithaka_publishes_total", "result", "rejected"))
	assert.EqualValues(t, 3, value("baithaka_publish_ack_seconds"))
	assert.GreaterOrEqual(t, value("baithaka_delivery_seconds"), 1.0)
	assert.GreaterOrEqual(t, value("baithaka_events_appended_total"), 2.0)
	assert.Greater(t, value("baithaka_database_bytes"), 0.0)
	assert.EqualValues(t, 0, value("baithaka_writer_queue_length"))
	assert.GreaterOrEqual(t, value("go_goroutines"), 1.0)
	assert.EqualValues(t, 1, value("baithaka_http_requests_total", "route", "/bookings/:id", "status", "200"))
	assert.EqualValues(t, 1, value("baithaka_http_requests_total", "route", "unmatched", "method", "other", "status", "404"))
	assert.EqualValues(t, 1, value("baithaka_http_requests_total", "route", "unmatched", "method", "other", "status", "405"))
	assert.EqualValues(t, 1, value("baithaka_http_request_seconds", "route", "/bookings/:id"))
	assert.EqualValues(t, -1, value("baithaka_http_request_seconds", "route", "/live"))
	for _, label := range []string{"BK-secret", "BREW", "nowhere", "house.test"} {
		assert.NotContains(t, r.Body, label, "a label would tell who was where, or grow without end")
	}
}

func TestWhoMayReadTheMeters(t *testing.T) {
	s := newSite(t)
	for scopes, want := range map[string]int{"metrics:read": 200, "events:read": 403, "events:write,money:read": 403} {
		assert.Equal(t, want, s.key(scopes).get("/metrics").Status, scopes)
	}
	nobody := s.nobody().get("/metrics")
	assert.Equal(t, http.StatusUnauthorized, nobody.Status)
	assert.Equal(t, "application/problem+json", nobody.Header.Get("Content-Type"))
	assert.Equal(t, 401, s.nobody().get("/metrics", "Authorization", "Bearer bk_wrong").Status)
}

func TestInspectorShowsReasonsAndNoValues(t *testing.T) {
	s := newSite(t)
	key := s.key("events:write")
	const guest = `"customerName":"Secret Guest","customerEmail":"secret@example.test","customerPhone":"+91 98765"`
	for _, body := range []string{
		`{"type":"booking:new","property":"lake-house","payload":{"id":"BK-1","checkIn":"secret-day","amount":-77123,` + guest + `}}`,
		`{"type":"booking:new","property":"nowhere","payload":{"id":"BK-1","type":"property","title":"Secret title",` + guest + `}}`,
		`{"type":"booking:new","secret@example.test":1,"payload":{"secret name":{` + guest + `}}}`,
		`{"Secret Guest`, `["Secret Guest", `, `nonsense secret`,
	} {
		require.GreaterOrEqual(t, key.post("/api/v1/events", body).Status, 400, body)
	}
	for range 5 {
		require.Equal(t, 401, s.nobody().post("/api/v1/events", `{"type":"Secret Guest"}`).Status)
	}
	page := s.as("admin").get("/status").Body
	assert.Contains(t, page, key.name)
	assert.Contains(t, page, "/payload/checkIn")
	assert.Contains(t, page, "5 times", "the same again is counted, not listed")
	assert.Contains(t, page, `&#34;customerEmail&#34;: text`)
	assert.Contains(t, page, `&#34;?&#34;: number`, "a name that is none of ours is a value too")
	_, inspector, found := strings.Cut(page, `id="rejected"`)
	require.True(t, found)
	for _, secret := range []string{"Secret", "secret-day", "98765", "77123", "secret name"} {
		assert.NotContains(t, inspector, secret)
	}
	for n := range rejectedKept + 20 {
		key.post("/api/v1/events", "[{}"+strings.Repeat(",{}", n)+"]")
	}
	list, _ := s.stats.inspector.rejections()
	assert.Len(t, list, rejectedKept)
}

// The page is brought up to date as state, for those alone who may see it.
func TestStatusIsLiveForWhoMaySeeIt(t *testing.T) {
	s := newSite(t)
	admin := s.stream("/live?scope=status", s.as("admin"), "")
	got := admin.pushed(`id="status"`)
	assert.Contains(t, got, "Connections")
	key := s.key("events:write")
	key.post("/api/v1/events", `{"type":"nonsense"}`)
	admin.pushed("/payload")

	staff := s.stream("/live?scope=status", s.as("staff"), "").live()
	assert.NotContains(t, staff.upTo(key.publish(booking("new", "BK-1", "lake-house", ""))), `id="status"`)
}

func TestQuantiles(t *testing.T) {
	var h histogram
	_, ok := h.counts().quantile(0.5)
	assert.False(t, ok)
	for n := range 1000 {
		h.observe(time.Duration(n+1) * time.Millisecond)
	}
	for q, want := range map[float64]float64{0.5: 500, 0.99: 990} {
		got, ok := h.counts().quantile(q)
		require.True(t, ok)
		assert.InEpsilon(t, want, float64(got.Milliseconds()), 0.3, "within the width of a bucket")
	}
	h.observe(time.Hour)
	assert.EqualValues(t, 1001, h.counts().total())
}
