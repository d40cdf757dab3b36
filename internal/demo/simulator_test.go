package demo

import (
	"bytes"
	"context"
	"log/slog"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
	"baithaka/store"
)

// simulate lets the simulator run for a time that only seems to pass, and gives
// what it published, the oldest first.
func simulate(t *testing.T, s *store.Store, seed uint64, speed float64, length time.Duration, log *slog.Logger) []inn.Event {
	t.Helper()
	_, before, err := s.Bounds(t.Context())
	require.NoError(t, err)
	ctx, stop := context.WithTimeout(t.Context(), length)
	defer stop()
	by := simulator(t, s)
	require.ErrorIs(t, Simulate(ctx, s, into(s, by), seed, speed, log), context.DeadlineExceeded)
	events, err := s.History(t.Context(), by, store.EventFilter{After: before, Oldest: true, Limit: 10_000})
	require.NoError(t, err)
	return events
}

// simulator returns the key that the simulator publishes with, made when there is
// none yet.
func simulator(t *testing.T, s *store.Store) inn.Viewer {
	t.Helper()
	made, err := install(t.Context(), s)
	require.NoError(t, err)
	if !made[Simulator].Somebody() {
		made, err = install(t.Context(), s, Simulator)
		require.NoError(t, err)
	}
	return made[Simulator]
}

// into publishes without a server: a bubble of synctest has no network.
func into(s *store.Store, by inn.Viewer) Publisher {
	return func(ctx context.Context, p inn.Publication) error {
		_, _, err := s.Publish(ctx, by, store.Idempotency{}, inn.Batch{Publications: []inn.Publication{p}})
		return err
	}
}

func TestSimulatorKeepsItsPaceAtAnySpeed(t *testing.T) {
	for _, speed := range []float64{1, 20} {
		synctest.Test(t, func(t *testing.T) {
			s := newStore(t)
			require.NoError(t, list(t.Context(), s))
			length := time.Duration(float64(20*time.Minute) / speed)
			var last time.Time
			for _, e := range simulate(t, s, 1, speed, length, slog.New(slog.DiscardHandler)) {
				assert.Equal(t, "key:simulator", e.Actor)
				if e.Type != inn.BookingNew {
					continue
				}
				if !last.IsZero() {
					// The log keeps milliseconds: two of them at the most are lost.
					gap := time.Duration(float64(e.At.Sub(last)) * speed)
					slack := time.Duration(speed * float64(2*time.Millisecond))
					assertWithin(t, span{betweenBookings.from - slack, betweenBookings.to + slack}, gap)
				}
				last = e.At
			}
			assert.False(t, last.IsZero())
		})
	}
}

// Five hours of the story, which pass in half an hour at ten times its pace, leave
// houses that could be: they have not sold hundreds of nights on one day.
func TestALongDemonstrationStaysBelievable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t)
		require.NoError(t, list(t.Context(), s))
		sold, stands, raised := 0, map[string]bool{}, 0
		for _, e := range simulate(t, s, 1, 10, 30*time.Minute, slog.New(slog.DiscardHandler)) {
			switch e.Type {
			case inn.BookingNew:
				sold++
			case inn.BookingConfirmed, inn.BookingReinstated:
				stands[e.Subject] = true
			case inn.BookingCancelled:
				delete(stands, e.Subject)
			case inn.AlertRaised:
				raised++
			}
		}
		assert.Greater(t, sold, many)
		assert.Less(t, sold, 250)
		assert.Less(t, len(stands), 120)
		assert.Less(t, raised, 50)
	})
}

func TestSimulatorReceivesTodaysGuests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := newStore(t), houses()[0]
		require.NoError(t, list(t.Context(), s))
		now := time.Now()
		today := inn.DateOf(now, h.zone)
		var actions []action
		for id, in := range map[string]inn.Date{"BK-1001": today, "BK-1002": today.Add(-2), "BK-1003": today.Add(1)} {
			b := sell(rand.New(rand.NewPCG(1, 1)), h, h.offers[0], in, 2, false)
			b.id = id
			actions = append(actions, action{frontOffice, b.publication(inn.BookingConfirmed, now)})
		}
		actions = append(actions, action{frontOffice, step(inn.BookingCheckedIn, "BK-1002", now)})
		authors, err := install(t.Context(), s, frontOffice)
		require.NoError(t, err)
		require.NoError(t, publish(t.Context(), s, authors, actions))

		var warnings bytes.Buffer
		simulate(t, s, 1, 1, 10*time.Minute, slog.New(slog.NewTextHandler(&warnings, nil)))
		assert.Empty(t, warnings.String())
		for id, want := range map[string]inn.Status{"BK-1001": inn.CheckedIn, "BK-1002": inn.CheckedOut, "BK-1003": inn.Confirmed} {
			b, err := s.Booking(t.Context(), reader, id)
			require.NoError(t, err)
			assert.Equal(t, want, b.Status, id)
		}
	})
}

func TestSimulatorSurvivesAStoreThatRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t) // without a property, so that nothing but the desk's is stored
		var warnings bytes.Buffer
		events := simulate(t, s, 1, 1, time.Hour, slog.New(slog.NewTextHandler(&warnings, nil)))
		assert.Contains(t, warnings.String(), "was not stored")
		require.NotEmpty(t, events)
		assert.WithinRange(t, events[len(events)-1].At, time.Now().Add(-10*time.Minute), time.Now())
	})
}

func TestSimulatorNeedsASpeed(t *testing.T) {
	assert.Error(t, Simulate(t.Context(), nil, nil, 1, 0, slog.New(slog.DiscardHandler)))
}
