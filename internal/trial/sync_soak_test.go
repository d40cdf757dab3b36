//go:build soak

package trial

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// D-2. Every publish that is answered 2xx was on the disk by then: between the
// write of its booking into the write-ahead log and the write of its answer to
// the socket a sync of that log began and ended, as the kernel saw it.
func TestEveryAnswerComesAfterItsSync(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace is not installed, and only the kernel's own list of calls is a proof")
	}
	dir, key := newHouse(t)
	path, err := binary()
	require.NoError(t, err)
	list := filepath.Join(t.TempDir(), "calls")
	p := startAs(t, nil, "strace", "-f", "-y", "-I", "2", "-s", "6000", "-o", list, "-e", "trace=pwrite64,write,fsync,fdatasync",
		path, "serve", "--listen", "127.0.0.1:0", "--data", dir)
	// strace that is asked to end takes the program along; killed, it would leave
	// it running.
	t.Cleanup(func() { _ = p.cmd.Process.Signal(syscall.SIGTERM); p.wait() })
	const publishers, each = 10, 50
	var work sync.WaitGroup
	for n := range publishers {
		work.Go(func() {
			for i := range each {
				book(t, p.url, key, fmt.Sprintf("MARK-%d-%d-END", n, i), "lake-house")
			}
		})
	}
	work.Wait()
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	p.wait()

	file, err := os.Open(list)
	require.NoError(t, err)
	defer file.Close()
	answered, covered, syncs := covers(t, file)
	t.Logf("%d answers, %d after a sync that covers them; %d syncs", answered, covered, syncs)
	assert.Equal(t, publishers*each, answered)
	assert.Equal(t, answered, covered)
}

var (
	callBegins = regexp.MustCompile(`^(\d+) +(pwrite64|write|fsync|fdatasync)\(\d+<([^>]*)>(.*)$`)
	callEnds   = regexp.MustCompile(`^(\d+) +<\.\.\. (pwrite64|fsync|fdatasync) resumed>.* = (-?\d+)`)
	mark       = regexp.MustCompile(`MARK-\d+-\d+-END`)
)

// covers reads a list of calls: how many publishes were answered, and how many
// of them after a sync that began when their booking was written.
func covers(t *testing.T, calls *os.File) (answered, covered, syncs int) {
	writes := 0                  // of the write-ahead log that have ended
	written := map[string]int{}  // mark → the first write it was in
	synced := 0                  // how many writes the last sync that ended covers
	began := map[string]int{}    // thread → what its sync under way will cover
	pending := map[string]bool{} // threads whose write of the log is under way
	lines := bufio.NewReaderSize(calls, 1<<20)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return answered, covered, syncs
		}
		line = strings.TrimRight(line, "\n")
		if m := callEnds.FindStringSubmatch(line); m != nil {
			if thread := m[1]; m[2] == "pwrite64" && pending[thread] {
				delete(pending, thread)
				writes++
			} else if upto, under := began[thread]; m[2] != "pwrite64" && under {
				delete(began, thread)
				require.Equal(t, "0", m[3])
				synced, syncs = max(synced, upto), syncs+1
			}
			continue
		}
		m := callBegins.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		thread, call, on, rest := m[1], m[2], m[3], m[4]
		unfinished := strings.HasSuffix(rest, "<unfinished ...>")
		switch log := strings.HasSuffix(on, "-wal"); {
		case call == "pwrite64" && log:
			for _, id := range mark.FindAllString(rest, -1) {
				if _, known := written[id]; !known {
					written[id] = writes + 1
				}
			}
			if pending[thread] = unfinished; !unfinished {
				writes++
			}
		case call != "pwrite64" && call != "write" && log:
			if unfinished {
				began[thread] = writes
			} else {
				synced, syncs = writes, syncs+1
			}
		case call == "write" && strings.Contains(rest, "HTTP/1.1 201"):
			for _, id := range mark.FindAllString(rest, 1) {
				answered++
				if at := written[id]; at > 0 && at <= synced {
					covered++
				} else {
					t.Errorf("%s: written as %d, synced up to %d", id, at, synced)
				}
			}
		}
	}
}
