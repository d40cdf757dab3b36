package handlers

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/figures"
	"baithaka/internal/inn"
	"baithaka/internal/live"
	"baithaka/store"
)

// publisher returns the whole server without a network, and the header of a key
// that may publish.
func publisher(b *testing.B) (http.Handler, string) {
	b.Helper()
	dir := b.TempDir()
	require.NoError(b, os.WriteFile(filepath.Join(dir, "baithaka.db"), template, 0o600))
	database, err := db.Open(b.Context(), dir)
	require.NoError(b, err)
	quiet := slog.New(slog.DiscardHandler)
	s, err := store.New(context.Background(), database, quiet)
	require.NoError(b, err)
	log, err := live.New(b.Context(), s, quiet)
	require.NoError(b, err)
	b.Cleanup(func() {
		s.Close()
		require.NoError(b, database.Close())
	})
	secret, err := s.AddKey(b.Context(), inn.Viewer{Name: "bench"}, inn.Key{Name: "bench", Scopes: inn.Scopes})
	require.NoError(b, err)
	return New(s, log, figures.New(s, log, quiet), quiet, Config{}).Handler(), "Bearer " + secret
}

func post(b *testing.B, h http.Handler, auth, body string) {
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1/api/v1/events", strings.NewReader(body))
	r.Header.Set("Authorization", auth)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusCreated {
		b.Error(w.Code, w.Body)
	}
}

const soldHere = `{"type":"booking:new","property":"lake-house","payload":{"id":"BK-%d","type":"property","title":"Lake House, 3 nights",
	"customerName":"Asha Rao","amount":14400,"currency":"INR","country":"IN","checkIn":"2026-12-12","checkOut":"2026-12-15","units":1,"source":"website"}}`

// Eight publishers, one booking each; and one alert that rings on.
func BenchmarkPublishes(b *testing.B) {
	for name, body := range map[string]func(n int64) string{
		"booking": func(n int64) string { return fmt.Sprintf(soldHere, n) },
		"alert": func(n int64) string {
			return fmt.Sprintf(`{"type":"alert:raised","property":"lake-house","payload":{"key":"boiler","title":"Boiler off","detail":"%d %s"}}`, n, strings.Repeat("x", 500))
		},
		"report": func(n int64) string { return fmt.Sprintf(`{"type":"user:action","payload":{"n":%d}}`, n) },
	} {
		b.Run(name, func(b *testing.B) {
			h, auth := publisher(b)
			var n atomic.Int64
			b.SetParallelism(4)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					post(b, h, auth, body(n.Add(1)))
				}
			})
			b.ReportMetric(float64(n.Load())/b.Elapsed().Seconds(), "events/s")
		})
	}
}

func BenchmarkPublishesInBatchesOf100(b *testing.B) {
	h, auth := publisher(b)
	var n atomic.Int64
	b.SetParallelism(2)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			items := make([]string, 100)
			for i := range items {
				items[i] = fmt.Sprintf(soldHere, n.Add(1))
			}
			post(b, h, auth, "["+strings.Join(items, ",")+"]")
		}
	})
	b.ReportMetric(float64(n.Load())/b.Elapsed().Seconds(), "events/s")
}
