package trial

import (
	"fmt"
	"html"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/store"
)

// publishers publish at once, so many each, and wait for one another.
func (tr *trial) publishers(n, each int, prefix string) {
	var all sync.WaitGroup
	for p := range n {
		all.Go(func() {
			for i := range each {
				tr.publish(fmt.Sprintf("%s-%d-%d", prefix, p, i))
			}
		})
	}
	all.Wait()
}

// L-5. However many publish at once, every stream hears one order, which is the
// log's, and nothing turns up behind a position that a stream has passed.
func TestOneOrderForEverybody(t *testing.T) {
	tr := newTrial(t)
	for range size(10, 50) {
		tr.follow()
	}
	tr.publishers(32, size(10, 625), "BK-o")
	tr.judge()
}

// L-2. However a connection ends, and wherever in a message, the stream goes on
// after the last whole one.
func TestConnectionsThatBreak(t *testing.T) {
	tr := newTrial(t)
	network := newBadNetwork(t, tr.server.url)
	streams, cuts := size(10, 100), int64(size(5, 50))
	var unbroken sync.WaitGroup // streams that have not been cut often enough
	unbroken.Add(streams)
	for range streams {
		tr.follow(func(f *follower) {
			f.through = func(direct string) string {
				if f.opened.Load() < cuts {
					return network.url()
				}
				return direct
			}
			var once sync.Once
			f.ended = func() {
				if f.opened.Load() >= cuts {
					once.Do(unbroken.Done)
				}
			}
		})
	}
	var stop atomic.Bool
	var publisher sync.WaitGroup
	publisher.Go(func() {
		for i := 0; !stop.Load(); i++ {
			tr.publish(fmt.Sprintf("BK-%d", i))
		}
	})
	unbroken.Wait()
	stop.Store(true)
	publisher.Wait()
	tr.judge()
	for kind := range network.cuts {
		assert.NotZero(t, network.cuts[kind].Load(), "kind %d never happened", kind)
	}
}

// L-1. Wherever and whenever a stream begins, nothing is missing and nothing
// comes twice where what was read from the log meets what is new. A position that
// is not in the log is announced.
func TestBeginningAnywhere(t *testing.T) {
	tr := newTrial(t)
	for i := range 60 {
		name := fmt.Sprintf("BK-before-%d", i)
		tr.Tried(name)
		book(t, tr.server.url, tr.key, name, "lake-house")
	}
	const trimmed = 40
	trim(t, tr.dir, trimmed)
	var newest atomic.Int64
	newest.Store(tr.publish("BK-first"))

	publishes, streams := size(200, 5000), size(60, 2000)
	var published atomic.Int64
	var publishers sync.WaitGroup
	for p := range 4 {
		publishers.Go(func() {
			for i := range publishes / 4 {
				newest.Store(tr.publish(fmt.Sprintf("BK-%d-%d", p, i)))
				published.Add(1)
			}
		})
	}
	lost := map[*follower]bool{}
	for i := range streams {
		// A random moment is so many publishes after the last.
		for published.Load() < int64(i*publishes/streams)*9/10 {
			tr.pause()
		}
		now, from, isLost := newest.Load(), "", false
		switch i % 6 {
		case 1:
			from = fmt.Sprintf("%s-%d", tr.epoch, trimmed+rand.Int64N(now-trimmed))
		case 2:
			from = fmt.Sprintf("%s-%d", tr.epoch, now)
		case 3:
			from, isLost = fmt.Sprintf("%s-%d", tr.epoch, int64(1e9)), true
		case 4:
			from, isLost = fmt.Sprintf("%s-%d", tr.epoch, rand.IntN(trimmed)), true
		case 5:
			from, isLost = []string{"garbage", "0000-17", "-", tr.epoch + "-"}[rand.IntN(4)], true
		}
		lost[tr.follow(func(f *follower) { f.last = from })] = isLost
	}
	publishers.Wait()
	tr.judge()
	for f, isLost := range lost {
		assert.Equal(t, map[bool]int64{true: 1}[isLost], f.resyncs.Load())
	}
}

// trim forgets the oldest events, beside the running server.
func trim(t *testing.T, dir string, upto int64) {
	t.Helper()
	database, err := db.Open(t.Context(), dir)
	require.NoError(t, err)
	defer database.Close()
	s, err := store.New(t.Context(), database, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer s.Close()
	require.NoError(t, s.Trim(t.Context(), upto))
}

var pageStream = regexp.MustCompile(`hx-sse:connect="([^"]+)"`)

// L-4. What happens between the making of a page and the opening of its stream
// is on neither the page nor lost: the stream begins at the page's position.
func TestBetweenPageAndStream(t *testing.T) {
	tr := newTrial(t)
	must(t, tr.dir, "user", "add", "manager@house.test", "--name", "M", "--role", "PROPERTY_MANAGER", "--property", "lake-house")
	cookie := signIn(t, tr.server.url, "manager@house.test", passwords)
	for i := range size(20, 500) {
		page := text(t, do(t, "GET", tr.server.url+[]string{"/", "/bookings"}[i%2], "", "Cookie", cookie))
		found := pageStream.FindStringSubmatch(page)
		require.NotNil(t, found, page)
		var last int64
		for n := range rand.IntN(6) {
			last = tr.publish(fmt.Sprintf("BK-%d-%d", i, n))
		}
		f := tr.follow(func(f *follower) {
			f.path, f.headers, f.page = html.UnescapeString(found[1]), []string{"Cookie", cookie}, true
			f.enough = func() bool { return f.live && f.position.Load() >= last }
		})
		<-f.ctx.Done()
		assert.Zero(t, f.resyncs.Load())
	}
	tr.following.Wait()
	verdict := tr.Judge()
	t.Log(verdict)
	assert.True(t, verdict.Clean(), verdict)
}

// L-6. The same publish three times at once is stored once, and all three get
// the first one's answer; another body under the same key is refused.
func TestThreeTimesAtOnce(t *testing.T) {
	tr := newTrial(t)
	tr.follow()
	requests := size(50, 1000)
	for i := range requests {
		name := fmt.Sprintf("BK-%d", i)
		var three sync.WaitGroup
		var made atomic.Int64
		for range 3 {
			three.Go(func() {
				if tr.publish(name) != 0 {
					made.Add(1)
				}
			})
		}
		three.Wait()
		assert.EqualValues(t, 3, made.Load())
		status, _, err := tr.post(tr.server.url, `{"type":"user:action","payload":{"title":"another"}}`, name)
		require.NoError(t, err)
		assert.Equal(t, http.StatusConflict, status)
	}
	tr.judge()
	assert.Len(t, tr.log(), requests+1)
}
