package trial

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A stop while many publish ends every stream after the last committed
// event and tells each when to come back, not all at once. What was answered is
// there afterwards, and whoever comes back finds everything.
func TestDrain(t *testing.T) {
	tr := newTrial(t)
	streams := size(100, 500)
	var ended, publishers sync.WaitGroup
	ended.Add(streams)
	for range streams {
		tr.follow(func(f *follower) { f.ended = sync.OnceFunc(ended.Done) })
	}
	tr.reach(tr.publish("BK-first"))
	var answered atomic.Int64
	one := make(chan struct{}, 50) // some are answered, the rest is under way
	for n := range cap(one) {
		publishers.Go(func() {
			for i := range 4 {
				position := tr.publish(fmt.Sprintf("BK-%d-%d", n, i))
				for most := answered.Load(); position > most && !answered.CompareAndSwap(most, position); most = answered.Load() {
				}
				if i == 0 {
					one <- struct{}{}
				}
			}
		})
	}
	for range cap(one) / 2 {
		<-one
	}
	tr.down()
	require.NoError(t, tr.server.cmd.Process.Signal(syscall.SIGTERM))
	status := make(chan int, 1)
	go func() { status <- tr.server.wait() }()
	select {
	case got := <-status:
		assert.Zero(t, got, tr.server.err)
	case <-time.After(time.Duration(size(30, 5)) * time.Second):
		require.FailNow(t, "it did not stop in time")
	}
	ended.Wait()
	retries := map[string]bool{}
	for _, f := range tr.followers {
		require.ErrorIs(t, f.how, io.ErrUnexpectedEOF, tr.server.err) // and not as if it were the end
		assert.Equal(t, "beat", f.final.Event, "never bye")
		assert.GreaterOrEqual(t, f.position.Load(), answered.Load())
		assert.Equal(t, tr.followers[0].final.ID, f.final.ID, "every stream ends at the same place")
		wait, err := strconv.Atoi(f.final.Retry)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, wait, 1000)
		assert.LessOrEqual(t, wait, 8000)
		retries[f.final.Retry] = true
	}
	assert.Greater(t, len(retries), streams/2)
	tr.start()
	publishers.Wait()
	tr.judge()
}

// Proxies may speak HTTP/2 to the server without TLS.
func TestStreamOverHTTP2(t *testing.T) {
	dir, key := newHouse(t)
	p := serve(t, dir)
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	usual := client.Transport
	defer func() { client.Transport = usual }()
	client.Transport = &http.Transport{Protocols: protocols}
	s := listen(t, p.url+"/api/v1/stream", "Authorization", "Bearer "+key)
	s.until("live")
	book(t, p.url, key, "BK-1", "lake-house")
	assert.Equal(t, []string{"BK-1"}, s.bookings(1))
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	assert.Equal(t, "beat", s.end().event)
	assert.Zero(t, p.wait())
}
