package trial

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A restart does not bring everybody back at the same moment, and soon
// everybody is where the log is. The short form takes the server's word for
// when each is to come back, the long one waits it out.
func TestEverybodyComesBack(t *testing.T) {
	tr := newTrial(t)
	streams := size(100, 1000)
	var ended sync.WaitGroup
	ended.Add(streams)
	var mu sync.Mutex
	var back []time.Duration // when each is to come back, after the stop
	for range streams {
		tr.follow(func(f *follower) {
			f.ended = sync.OnceFunc(func() {
				wait, err := strconv.Atoi(f.final.Retry)
				assert.NoError(t, err)
				mu.Lock()
				back = append(back, time.Duration(wait)*time.Millisecond)
				mu.Unlock()
				ended.Done()
				if soaking {
					<-time.After(time.Duration(wait) * time.Millisecond)
				}
			})
		})
	}
	tr.reach(tr.publish("BK-before"))
	tr.down()
	stopped := time.Now()
	require.NoError(t, tr.server.cmd.Process.Signal(syscall.SIGTERM))
	assert.Zero(t, tr.server.wait())
	ended.Wait()
	tr.start()
	tr.reach(tr.publish("BK-after"))
	current := time.Since(stopped)
	tr.judge()

	slices.Sort(back)
	most := 0
	for i := range back {
		window := 0
		for window < len(back)-i && back[i+window] < back[i]+500*time.Millisecond {
			window++
		}
		most = max(most, window)
	}
	assert.LessOrEqual(t, most, streams/5, "so many come back within one half second")
	t.Logf("at most %d of %d within half a second; all current %s after the stop", most, streams, current)
	if soaking {
		assert.Less(t, current, 12*time.Second)
	}
}

// sleeper opens a stream by hand; what becomes of it is up to the test.
func (tr *trial) sleeper(query string) *net.TCPConn {
	tr.t.Helper()
	dialled, err := net.Dial("tcp", strings.TrimPrefix(tr.server.url, "http://"))
	require.NoError(tr.t, err)
	conn := dialled.(*net.TCPConn)
	tr.t.Cleanup(func() { conn.Close() })
	require.NoError(tr.t, conn.SetReadBuffer(8<<10))
	_, err = fmt.Fprintf(conn, "GET /api/v1/stream?%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n", query, tr.key)
	require.NoError(tr.t, err)
	return conn
}

// open is how many streams the server has.
func (tr *trial) open() int { return int(tr.metric(`baithaka_streams_open{kind="program"}`)) }

// until waits for what the server reports.
func (tr *trial) until(what string, so func() bool) {
	tr.t.Helper()
	for deadline := time.Now().Add(soon); !so(); {
		require.True(tr.t, time.Now().Before(deadline), "not in time: %s", what)
		<-time.After(20 * time.Millisecond)
	}
}

// O-1. Readers that stop reading are cut off, hold little, and nobody else
// notices.
func TestReadersThatStall(t *testing.T) {
	t.Parallel()
	tr := newTrial(t)
	healthy, stalled, publishes := size(5, 100), size(5, 100), size(500, 4000)
	for range healthy {
		tr.follow()
	}
	long := strings.Repeat("x", 1900)
	round := func(name string) (p99 time.Duration) {
		var last int64
		for i := range publishes {
			if soaking {
				<-time.After(4 * time.Millisecond)
			}
			last = tr.publishWith(fmt.Sprintf("BK-%s-%d", name, i), long)
		}
		tr.reach(last)
		var delays []time.Duration
		for _, f := range tr.followers {
			delays = append(delays, f.delays...)
			f.delays = nil
		}
		slices.Sort(delays)
		return delays[len(delays)*99/100]
	}
	alone := round("alone")
	before := tr.metric("process_resident_memory_bytes")
	for range stalled {
		tr.sleeper("types=booking:new")
	}
	tr.until("all are connected", func() bool { return tr.open() == healthy+stalled })
	beside := round("beside")
	grown := tr.metric("process_resident_memory_bytes") - before
	tr.until("the stalled are cut off", func() bool { return tr.open() == healthy })
	tr.judge()
	t.Logf("p99 %s alone, %s beside %d stalled readers; the server grew by %.1f MiB", alone, beside, stalled, grown/(1<<20))
	if soaking {
		assert.Less(t, beside, 2*alone+5*time.Millisecond)
		assert.Less(t, grown, float64(64<<20))
	}
}

// mostKept is how many bytes more than before a server may hold after ten thousand
// streams: the heap's own book-keeping, tables that have grown, what is kept for the
// next.
const mostKept = 32 << 20

// O-4. Streams that are gone all at once leave nothing behind.
func TestGoneAtOnce(t *testing.T) {
	t.Parallel()
	streams := size(200, 10_000)
	var limit syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	if limit.Cur < uint64(streams)+200 {
		t.Skipf("%d open files are allowed, which is too few for %d streams", limit.Cur, streams)
	}
	tr := newTrial(t)
	goroutines := tr.metric("go_goroutines")
	base := tr.metric("process_resident_memory_bytes")
	for range 2 {
		conns := make([]*net.TCPConn, streams)
		for i := range conns {
			conns[i] = tr.sleeper("types=booking:cancelled")
		}
		tr.until("all are connected", func() bool { return tr.open() == streams })
		if soaking {
			for _, conn := range conns {
				go io.Copy(io.Discard, conn)
			}
			<-time.After(time.Minute)
		}
		most := tr.metric("process_resident_memory_bytes") - base
		for _, conn := range conns {
			_ = conn.SetLinger(0)
			conn.Close()
		}
		gone := time.Now()
		tr.until("all are gone", func() bool { return tr.open() == 0 && tr.metric("go_goroutines") <= goroutines+10 })
		if soaking {
			tr.until("their memory is given back", func() bool { return tr.metric("process_resident_memory_bytes")-base < mostKept })
			assert.Less(t, time.Since(gone), 17*time.Second, "one heartbeat")
		}
		t.Logf("%d streams: %.1f KiB each; all gone after %s; then %.1f MiB, of them %.1f MiB heap in use", streams, most/float64(streams)/1024,
			time.Since(gone), (tr.metric("process_resident_memory_bytes")-base)/(1<<20), tr.metric("go_memstats_heap_inuse_bytes")/(1<<20))
	}
}
