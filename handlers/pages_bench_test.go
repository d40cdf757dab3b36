package handlers

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/figures"
	"baithaka/internal/inn"
	"baithaka/internal/live"
	"baithaka/store"
)

// BenchmarkPages asks for whole pages and lists of a big house, through the
// handler that serves them, and reports how long the best answer, the middle
// one and the hundredth slowest took: at rest, and with 100 bookings a second
// published beside. The house of the goals is made with
//
//	go test -run '^$' -bench Pages -benchtime 100x ./handlers -events 1000000 -bookings 100000 -house DIR
func BenchmarkPages(b *testing.B) {
	s := newBigSite(b)
	pages := s.pages(b)
	for _, busy := range []string{"at rest", "publishing"} {
		b.Run(busy, func(b *testing.B) {
			if busy == "publishing" {
				defer s.publishing(b)()
			}
			for _, one := range pages {
				who, path, _ := strings.Cut(one, " ")
				b.Run(who+" "+strings.ReplaceAll(path, "/", ":"), func(b *testing.B) { s.ask(b, who, path) })
			}
		})
	}
}

// pages is what is asked for, each by somebody: "super /bookings".
func (s *bigSite) pages(b *testing.B) (all []string) {
	for _, who := range []string{"super", "owner", "staff", "user"} {
		for _, path := range []string{"/", "/notifications", "/history", "/activity"} {
			all = append(all, who+" "+path)
		}
	}
	all = append(all, "admin /", "admin /notifications", "super /properties", "super /bookings", "staff /bookings", "staff /properties")
	deep := url.QueryEscape(inn.Position{Epoch: s.store.Epoch(), ID: int64(*bigEvents / 10)}.String())
	long := time.Now().AddDate(0, -10, 0)
	from, to := long.Format(time.DateOnly), long.AddDate(0, 1, 0).Format(time.DateOnly)
	for _, query := range []string{
		"before=" + deep, "type=alert_update", "type=booking:cancelled&property=house-07", "property=lake-house", "actor=user:3", "from=" + from + "&to=" + to,
		"q=zyxwabelle", "q=asha+rao", "q=Asha", "q=house", "q=ho", "q=h", "q=BK-1234", "q=BK", "q=house&before=" + deep, "q=asha&type=alert_update", "q=nobodyatall",
	} {
		all = append(all, "super /history?"+query)
	}
	for _, query := range []string{"q=zyxwabelle", "q=asha+rao", "q=house", "q=boiler", "q=12", "type=alert_update", "from=" + from + "&to=" + to} {
		all = append(all, "staff /history?"+query)
	}
	for _, query := range []string{"unread=true", "unread=false", "kind=alert_update", "priority=critical", "property=lake-house", "period=7d", "q=boiler", "q=house", "q=asha+rao", "before=" + deep} {
		all = append(all, "super /notifications?"+query, "admin /notifications?"+query)
	}
	for _, query := range []string{"q=asha+rao", "q=house", "q=1234", "q=zyxwabelle", "q=nobodyatall", "status=cancelled", "property=lake-house", "status=no_show", "before=" + deep} {
		all = append(all, "super /bookings?"+query)
	}
	all = append(all, "staff /bookings?q=asha", "staff /bookings?q=nobodyatall",
		"super /api/v1/events", "staff /api/v1/events?limit=500", "super /api/v1/events?after="+deep, "super /api/v1/events?kind=alert_update",
		"super /api/v1/bookings", "super /api/v1/bookings?status=no_show", "super /api/v1/notifications", "admin /api/v1/notifications?unread=true")
	return all
}

// bigSite is the whole site over a big house, asked without a network.
type bigSite struct {
	*Site
	handler http.Handler
	cookies map[string]*http.Cookie
}

func newBigSite(b *testing.B) *bigSite {
	b.Helper()
	database, err := db.Open(b.Context(), openBigHouse(b, *bigEvents, *bigBookings))
	require.NoError(b, err)
	logger := slog.New(slog.DiscardHandler)
	ctx, stop := context.WithCancel(context.WithoutCancel(b.Context()))
	truth, err := store.New(ctx, database, logger)
	require.NoError(b, err)
	require.NoError(b, truth.Index(ctx))
	log, err := live.New(ctx, truth, logger)
	require.NoError(b, err)
	board := figures.New(truth, log, logger)
	s := &bigSite{Site: New(truth, log, board, logger, Config{}), cookies: map[string]*http.Cookie{}}
	s.handler = s.Handler()
	var working sync.WaitGroup
	working.Go(func() { log.Run(ctx) })
	working.Go(func() { board.Run(ctx) })
	working.Go(func() { s.Streams().Run(ctx) })
	b.Cleanup(func() {
		stop()
		working.Wait()
		truth.Close()
		require.NoError(b, database.Close())
	})
	for _, r := range roles {
		form := url.Values{"email": {r.who + "@house.test"}, "password": {password}}
		req := httptest.NewRequest(http.MethodPost, "http://localhost/login", strings.NewReader(form.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		answer := httptest.NewRecorder()
		s.handler.ServeHTTP(answer, req)
		require.Equal(b, http.StatusSeeOther, answer.Code, answer.Body)
		s.cookies[r.who] = answer.Result().Cookies()[0]
	}
	return s
}

// ask asks for one page again and again.
func (s *bigSite) ask(b *testing.B, who, path string) {
	var took []time.Duration
	for b.Loop() {
		req := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
		req.AddCookie(s.cookies[who])
		answer := httptest.NewRecorder()
		began := time.Now()
		s.handler.ServeHTTP(answer, req)
		took = append(took, time.Since(began))
		require.Equal(b, http.StatusOK, answer.Code, answer.Body)
	}
	slices.Sort(took)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(took[0].Microseconds())/1000, "best-ms")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// publishing publishes 100 bookings a second until what it returns is called.
func (s *bigSite) publishing(b *testing.B) (stop func()) {
	done := make(chan struct{})
	var working sync.WaitGroup
	working.Go(func() {
		ticker := time.NewTicker(10 * time.Millisecond)
		defer ticker.Stop()
		_, err := s.store.AddKey(context.Background(), inn.Viewer{Name: "bench"}, inn.Key{Name: "bench", Scopes: []inn.Scope{inn.EventsWrite}})
		if err != nil {
			b.Error(err)
			return
		}
		keys, err := s.store.Keys(context.Background())
		if err != nil {
			b.Error(err)
			return
		}
		key := keys[slices.IndexFunc(keys, func(k inn.Key) bool { return k.Name == "bench" })].Viewer()
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			case <-ticker.C:
			}
			c := inn.BookingChange{
				ID: fmt.Sprint("LIVE-", time.Now().UnixNano()), Property: inn.Given("house-07"), Title: inn.Given("House 07, 3 nights"),
				Category: inn.Given(inn.Stay), Customer: inn.Given("Asha Rao"), Units: inn.Given(1),
			}
			_, _, err := s.store.Publish(context.Background(), key, store.Idempotency{}, inn.Batch{Publications: []inn.Publication{{Type: inn.BookingNew, Booking: &c}}})
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
	return func() { close(done); working.Wait() }
}
