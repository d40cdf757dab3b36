package main

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A stop ends every stream after the last committed event, in order, and tells
// each when to come back, not all at once.
func TestDrain(t *testing.T) {
	dir, key := newHouse(t)
	p := serve(t, dir, "--streams-per-key", "0", "--streams-per-address", "0")
	const streams = 200
	open := make([]*stream, streams)
	for i := range open {
		open[i] = listen(t, p.url+"/api/v1/stream?types=booking:new", "Authorization", "Bearer "+key)
		open[i].until("live")
	}
	book(t, p.url, key, "BK-last", "lake-house")
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	ended := make(chan int, 1)
	go func() { ended <- p.wait() }()
	select {
	case status := <-ended:
		assert.Zero(t, status, p.err)
	case <-time.After(5 * time.Second):
		require.FailNow(t, "it did not stop in time")
	}
	retries := map[string]bool{}
	for _, s := range open {
		assert.Equal(t, []string{"BK-last"}, s.bookings(1))
		last := s.end()
		assert.Equal(t, "beat", last.event, "never bye")
		assert.NotEmpty(t, last.id)
		wait, err := strconv.Atoi(last.retry)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, wait, 1000)
		assert.LessOrEqual(t, wait, 8000)
		retries[last.retry] = true
		assert.ErrorIs(t, s.failed, io.EOF)
	}
	assert.Greater(t, len(retries), 1)
}

// Whatever was answered 2xx is there afterwards, whether the server was asked to
// stop or killed while publishers were writing.
func TestNothingAnsweredIsLost(t *testing.T) {
	for name, signal := range map[string]syscall.Signal{"stopped": syscall.SIGTERM, "killed": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			dir, key := newHouse(t)
			p := serve(t, dir)
			auth := []string{"Authorization", "Bearer " + key}
			first := listen(t, p.url+"/api/v1/stream", auth...)
			start := first.next().id
			var mu sync.Mutex
			var answered []string
			var publishers sync.WaitGroup
			for n := range 4 {
				publishers.Go(func() {
					for i := 0; ; i++ {
						id := fmt.Sprintf("BK-%d-%d", n, i)
						if !tryBook(t, p.url, key, id) {
							return
						}
						mu.Lock()
						answered = append(answered, id)
						mu.Unlock()
					}
				})
			}
			first.bookings(20)
			require.NoError(t, p.cmd.Process.Signal(signal))
			publishers.Wait()
			p.wait()

			p = serve(t, dir)
			book(t, p.url, key, "BK-end", "lake-house")
			kept := map[string]int{}
			for s := listen(t, p.url+"/api/v1/stream", append(auth, "Last-Event-ID", start)...); kept["BK-end"] == 0; {
				kept[s.bookings(1)[0]]++
			}
			for _, id := range answered {
				assert.Equal(t, 1, kept[id], id)
			}
			assert.GreaterOrEqual(t, len(answered), 16)
			assert.LessOrEqual(t, len(kept), len(answered)+5, "beside those only what was under way")
		})
	}
}

// tryBook posts a booking and reports whether it was stored; whoever is refused
// because the server stops is told so properly.
func tryBook(t *testing.T, at, key, id string) bool {
	body := fmt.Sprintf(`{"type":"booking:new","property":"lake-house","payload":{"id":%q,"type":"property","title":"T","customerName":"C"}}`, id)
	req, err := http.NewRequestWithContext(t.Context(), "POST", at+"/api/v1/events", strings.NewReader(body))
	if !assert.NoError(t, err) {
		return false
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	assert.Contains(t, []int{201, 503}, res.StatusCode)
	return res.StatusCode == 201
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
