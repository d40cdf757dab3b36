package store

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

var logLength = flag.Int("log", 200_000, "how many events BenchmarkHistory fills the log with")

// BenchmarkHistory reads a page of a long log in the ways that people do, and
// reports how long the middle one and the hundredth slowest took.
func BenchmarkHistory(b *testing.B) {
	s := newStore(b)
	fillLog(b, s, *logLength)
	admin := person(b, s, "admin", inn.Admin)
	hill := person(b, s, "hanna", inn.Staff, "hill")
	nothing := person(b, s, "nina", inn.User)
	middle := time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)
	for _, one := range []struct {
		name   string
		by     inn.Viewer
		filter EventFilter
	}{
		{"plain", admin, EventFilter{Feed: true}},
		{"plain, far back", admin, EventFilter{Feed: true, Before: int64(*logLength / 10)}},
		{"plain, one property in fifty", hill, EventFilter{Feed: true}},
		{"plain, nothing to see", nothing, EventFilter{Feed: true}},
		{"kind", admin, EventFilter{Kind: inn.AlertUpdate}},
		{"rare type", admin, EventFilter{Type: inn.BookingNoShow}},
		{"property", admin, EventFilter{Property: "hill"}},
		{"actor and kind", admin, EventFilter{Actor: "key:rare", Kind: inn.BookingUpdate}},
		{"a month long ago", admin, EventFilter{Feed: true, From: middle, Until: middle.AddDate(0, 1, 0)}},
		{"everything at once", hill, EventFilter{Kind: inn.BookingUpdate, Property: "hill", Actor: "key:website", From: middle, Words: "rao"}},
		{"a guest", admin, EventFilter{Words: "asha rao"}},
		{"a guest, as staff", hill, EventFilter{Words: "asha rao"}},
		{"a booking", admin, EventFilter{Words: "BK-777"}},
		{"a word in every event", admin, EventFilter{Words: "house"}},
		{"nobody", admin, EventFilter{Words: "zzyzx"}},
	} {
		b.Run(one.name, func(b *testing.B) {
			one.filter.Limit = 51
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				_, err := s.History(ctx, one.by, one.filter)
				took = append(took, time.Since(began))
				require.NoError(b, err)
			}
			slices.Sort(took)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// fillLog writes a year of events at two properties, one of which is fifty times
// as busy, without the rows they would tell of.
func fillLog(t testing.TB, s *Store, n int) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	first, last := []string{"Asha", "Nikhil", "Maria", "Tom", "Élodie", "Ravi", "Jun", "Ana"}, []string{"Rao", "Shah", "Bruni", "Brown", "Martin", "Sato", "Costa"}
	began := time.Date(2025, 11, 1, 0, 0, 0, 0, time.UTC)
	for done := 0; done < n; {
		require.NoError(t, s.write(ctx, func(t *tx) error {
			for range min(n-done, 5000) {
				done++
				slug, actor := "lake", "key:website"
				if random.IntN(50) == 0 {
					slug = "hill"
				}
				if random.IntN(500) == 0 {
					actor = "key:rare"
				}
				at := began.Add(time.Duration(done) * (360 * 24 * time.Hour / time.Duration(n)))
				e := &inn.Event{At: at, Topic: inn.PropertyTopic(slug), Property: slug, Actor: actor, By: actor}
				var data any
				switch kind := random.IntN(100); {
				case kind < 10:
					e.Topic, e.Type, e.Subject = inn.House, inn.MetricsUpdate, "metrics:portfolio"
					data = map[string]any{"totalRevenue": done}
				case kind < 15:
					e.Type, e.Subject = inn.AlertRaised, "alert:"+slug+":boiler"
					data = inn.Alert{Key: "boiler", Property: slug, PropertyName: house(slug).Name, Title: "Boiler off"}
				default:
					e.Type = []inn.Type{inn.BookingNew, inn.BookingConfirmed, inn.BookingModified, inn.BookingCheckedIn, inn.BookingCancelled}[random.IntN(5)]
					if random.IntN(5000) == 0 {
						e.Type = inn.BookingNoShow
					}
					booking := inn.Booking{ID: fmt.Sprintf("BK-%d", done/4), Property: slug, PropertyName: house(slug).Name, Title: house(slug).Name + ", 3 nights",
						Customer: first[random.IntN(len(first))] + " " + last[random.IntN(len(last))], Email: "guest@example.test", Notes: "late"}
					e.Subject, data = booking.Subject(), booking
				}
				if err := t.append(e, data); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	require.NoError(t, s.Index(ctx))
}
