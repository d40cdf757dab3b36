package live_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/inn"
	"baithaka/internal/live"
	"baithaka/store"
)

// On the real store: whoever begins wherever and whenever gets exactly what they
// may hear from there on, in order, nothing twice and nothing missing.
func TestEveryCursorGetsItsSuffixExactlyOnce(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // for when something hangs
	defer cancel()
	database, err := db.Open(ctx, t.TempDir())
	require.NoError(t, err)
	defer database.Close()
	database.Read.SetMaxOpenConns(1) // whoever holds rows while asking again waits for ever
	s, err := store.New(ctx, database, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer s.Close()
	log, err := live.New(ctx, s, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	running, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { log.Run(running); close(done) }()

	const publishers, each, cursors = 4, 100, 20
	for i := range publishers {
		_, err := s.Invite(ctx, inn.Viewer{Name: "test"}, inn.Member{Email: fmt.Sprintf("p%d@house.test", i), Name: "P", Role: inn.User})
		require.NoError(t, err)
	}
	type history struct {
		from   int64
		topics []inn.Topic
		got    []int64
	}
	var work, readers sync.WaitGroup
	histories := make([]history, cursors)
	for i := range publishers {
		work.Go(func() {
			for turn := range each {
				zone := []string{"Europe/Rome", "Asia/Kolkata"}[turn%2] // another each time, which their pages hear of
				if err := s.Prefer(ctx, inn.Viewer{UserID: int64(i + 1)}, inn.DefaultPreferences(), zone); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range cursors {
		readers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 7))
			h := &histories[i]
			h.topics = []inn.Topic{inn.Everything}
			if i%2 == 0 {
				h.topics = []inn.Topic{inn.UserTopic(1 + r.Int64N(publishers)), inn.UserTopic(1 + r.Int64N(publishers))}
			}
			// A random moment: after so many events, and from any place up to then.
			moment := r.Int64N(publishers*each - 50)
			for early := log.FromHead(inn.Everything); log.Head() < moment; {
				if _, err := early.Next(ctx, nil); err != nil {
					t.Error(err)
					return
				}
			}
			h.from = r.Int64N(log.Head() + 1)
			c, err := log.From(ctx, inn.Position{Epoch: s.Epoch(), ID: h.from}, h.topics...)
			if err != nil {
				t.Error(err)
				return
			}
			for {
				events, err := c.Next(ctx, nil)
				if errors.Is(err, live.ErrClosed) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				for _, e := range events {
					h.got = append(h.got, e.ID)
				}
			}
		})
	}
	work.Wait()
	stop()
	<-done
	readers.Wait()
	for i, h := range histories {
		events, more, err := s.Events(ctx, h.from, log.Head(), 10_000, h.topics)
		require.NoError(t, err)
		require.False(t, more)
		var want []int64
		for _, e := range events {
			want = append(want, e.ID)
		}
		require.Equal(t, want, h.got, fmt.Sprintf("cursor %d from %d on %v", i, h.from, h.topics))
	}
	require.Equal(t, int64(publishers*each+publishers), log.Head(), "and who did them joined")
}
