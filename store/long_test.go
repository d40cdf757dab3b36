package store

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// However many batches wait, who publishes one event waits for one of them.
func TestAPublishWaitsForOneBatchAtTheMost(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var mu sync.Mutex
	var order []string
	note := func(what string) func(*tx) error {
		return func(*tx) error {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, what)
			return nil
		}
	}
	// The writer is busy while all of them come.
	busy, goOn := make(chan struct{}), make(chan struct{})
	var waiting sync.WaitGroup
	waiting.Go(func() {
		assert.NoError(t, s.writeLong(ctx, func(*tx) error { close(busy); <-goOn; return nil }))
	})
	<-busy
	came := make(chan struct{}, 100)
	for i := range 20 {
		waiting.Go(func() {
			came <- struct{}{}
			assert.NoError(t, s.writeLong(ctx, note(fmt.Sprint("batch ", i))))
		})
	}
	for range 20 {
		<-came
	}
	waiting.Go(func() { assert.NoError(t, s.write(ctx, note("one event"))) })
	for wait := generous(t); s.Queue() == 0; runtime.Gosched() {
		require.NoError(t, wait.Err())
	}
	close(goOn)
	waiting.Wait()
	require.Len(t, order, 21)
	assert.Contains(t, order[:2], "one event")
}
