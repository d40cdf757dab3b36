package trial

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
	"baithaka/internal/oracle"
)

// logModel is what a log ought to know, told in the simplest way there is.
type logModel struct {
	epoch    string
	trimmed  int64
	head     int64 // at least; figures may have come since
	bookings []modelled
}

type modelled struct {
	position int64
	name     string
}

// after returns the bookings a reader at a position has to hear, and false when
// the position is not in the log.
func (m *logModel) after(at inn.Position) (names []string, known bool) {
	if at.Epoch != m.epoch || at.ID < m.trimmed || at.ID > m.head {
		return nil, false
	}
	for _, b := range m.bookings {
		if b.position > at.ID {
			names = append(names, b.name)
		}
	}
	return names, true
}

// L-3. Whatever was done to the log meanwhile, a stream says "recovered" when
// and only when it gives everything since its reader's position; otherwise it says
// resync and gives nothing of what was.
func TestRecoveredIsTrue(t *testing.T) {
	dir, key := newHouse(t)
	p := serve(t, dir, "--streams-per-key", "0", "--streams-per-address", "0")
	backups, file := t.TempDir(), ""
	var now, backedUp logModel
	publish := func(i int) {
		name := fmt.Sprintf("BK-%d", i)
		at, err := inn.ParsePosition(book(t, p.url, key, name, "lake-house"))
		require.NoError(t, err)
		now.epoch, now.head = at.Epoch, at.ID
		now.bookings = append(now.bookings, modelled{at.ID, name})
	}
	stop := func() {
		require.NoError(t, p.cmd.Process.Signal([]syscall.Signal{syscall.SIGTERM, syscall.SIGKILL}[rand.IntN(2)]))
		p.wait()
	}
	publish(-1)
	var epochs []string
	done := map[string]int{}
	for i := range size(300, 10_000) {
		switch what := rand.IntN(300); {
		case what == 0 && file != "":
			stop()
			must(t, dir, "restore", file)
			p = serve(t, dir, "--streams-per-key", "0", "--streams-per-address", "0")
			epochs = append(epochs, now.epoch)
			now = backedUp
			now.bookings = slices.Clone(now.bookings)
			publish(i)
			assert.NotContains(t, epochs, now.epoch, "a restored log is another one")
			done["restored"]++
		case what < 3:
			stop()
			p = serve(t, dir, "--streams-per-key", "0", "--streams-per-address", "0")
			done["restarted"]++
		case what < 6:
			file = filepath.Join(backups, fmt.Sprintf("%d.db", i))
			must(t, dir, "backup", file)
			backedUp = now
			backedUp.bookings = slices.Clone(now.bookings)
			done["backed up"]++
		case what < 12:
			now.trimmed = max(now.trimmed, now.bookings[rand.IntN(len(now.bookings)*2/3+1)].position)
			trim(t, dir, now.trimmed)
			done["trimmed"]++
		case what < 150:
			publish(i)
		}
		at := inn.Position{Epoch: now.epoch, ID: rand.Int64N(now.head + 1)}
		switch rand.IntN(8) {
		case 0:
			at.ID = now.head
		case 1:
			at.ID = now.trimmed + rand.Int64N(3) - 1
		case 2:
			at.ID = now.head + 1_000_000
		case 3:
			at.Epoch = append(epochs, "k7f2")[rand.IntN(len(epochs)+1)]
		}
		want, known := now.after(at)
		hello, resynced, got := hear(t, p.url, key, at.String(), len(want))
		require.Equal(t, known, strings.Contains(hello.Data, `"recovered":true`), "%s in %+v: %s", at, now, hello)
		require.Equal(t, !known, resynced, "%s in %+v", at, now)
		require.Equal(t, want, got, "%s in %+v", at, now)
		done[map[bool]string{true: "recovered", false: "lost"}[known]]++
	}
	t.Log(done)
}

// hear opens a stream at a position and reads until it is live and has given so
// many bookings: what was committed a moment ago may come just after live.
func hear(t *testing.T, at, key, position string, atLeast int) (hello oracle.Message, resynced bool, bookings []string) {
	t.Helper()
	res := do(t, "GET", at+"/api/v1/stream?types=booking:new", "", "Authorization", "Bearer "+key, "Last-Event-ID", position)
	require.Equal(t, http.StatusOK, res.StatusCode)
	live := false
	err := oracle.Read(res.Body, func(m oracle.Message) {
		found := subject.FindStringSubmatch(m.Data)
		switch {
		case live && len(bookings) >= atLeast: // more than was asked for
			return
		case m.Event == "hello":
			hello = m
		case m.Event == "resync":
			resynced = true
		case m.Event == "live":
			live = true
		case found != nil && !(resynced && positionOf(t, m.ID) > positionOf(t, hello.ID)):
			bookings = append(bookings, found[1])
		}
		if live && len(bookings) >= atLeast {
			res.Body.Close()
		}
	})
	require.True(t, live, "it never became live: %v", err)
	return hello, resynced, bookings
}

func positionOf(t *testing.T, s string) int64 {
	t.Helper()
	p, err := inn.ParsePosition(s)
	require.NoError(t, err)
	return p.ID
}
