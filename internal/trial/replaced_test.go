package trial

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
)

// Whatever somebody does to the database's file while the server is down, or
// lies dead: a stream that comes back with a position that the file does not have, or
// has for something else, is told so. Never does it get one event for another.
func TestAnOlderFilePutBackIsToldToEveryStream(t *testing.T) {
	for what, c := range map[string]struct {
		stop syscall.Signal
		do   func(t *testing.T, dir, older string)
	}{
		"copied over it": {syscall.SIGTERM, func(t *testing.T, dir, older string) {
			shell(t, `cp "$1" "$2"`, older, db.File(dir))
		}},
		"copied over it, after a kill, without its log": {syscall.SIGKILL, func(t *testing.T, dir, older string) {
			shell(t, `rm -f "$2"-wal "$2"-shm; cp "$1" "$2"`, older, db.File(dir))
		}},
		"moved in its place": {syscall.SIGTERM, func(t *testing.T, dir, older string) {
			shell(t, `mv "$1" "$2"`, older, db.File(dir))
		}},
		"restored by sqlite3": {syscall.SIGTERM, func(t *testing.T, dir, older string) {
			if _, err := exec.LookPath("sqlite3"); err != nil {
				t.Skip("there is no sqlite3 here: ", err)
			}
			shell(t, `sqlite3 "$2" ".restore '$1'"`, older, db.File(dir))
		}},
		"the marks taken away with it": {syscall.SIGTERM, func(t *testing.T, dir, older string) {
			shell(t, `rm "${2%.db}".*; cp "$1" "$2"`, older, db.File(dir))
		}},
		"the log taken away after a kill": {syscall.SIGKILL, func(t *testing.T, dir, _ string) {
			shell(t, `rm "$1"-wal`, db.File(dir))
		}},
		"copied over it, after a kill, beside its log": {syscall.SIGKILL, func(t *testing.T, dir, older string) {
			shell(t, `cp "$1" "$2"`, older, db.File(dir))
			for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"user", "list"}} {
				status, _, says := runCommand(t, dir, args...)
				assert.Equal(t, 1, status)
				oneLine(t, says)
				assert.Contains(t, says, "the write-ahead log beside it is not its own")
			}
			held, err := os.ReadFile(older)
			require.NoError(t, err)
			there, err := os.ReadFile(db.File(dir))
			require.NoError(t, err)
			assert.True(t, bytes.Equal(held, there), "not a byte is changed")
			shell(t, `rm "$1"-wal "$1"-shm`, db.File(dir))
		}},
	} {
		t.Run(what, func(t *testing.T) {
			dir, key := newHouse(t)
			auth := []string{"Authorization", "Bearer " + key}
			p := serve(t, dir)
			book(t, p.url, key, "BK-before", "lake-house")
			older := filepath.Join(t.TempDir(), "older.db")
			must(t, dir, "backup", older)
			var last string
			for n := range 5 {
				last = book(t, p.url, key, fmt.Sprint("BK-lost-", n), "lake-house")
			}
			require.NoError(t, p.cmd.Process.Signal(c.stop))
			p.wait()
			c.do(t, dir, older)
			// Before anybody comes back, the log is as long as it was.
			p = serve(t, dir)
			for n := range 9 {
				book(t, p.url, key, fmt.Sprint("BK-new-", n), "lake-house")
			}
			s := listen(t, p.url+"/api/v1/stream?types=booking:new", append(auth, "Last-Event-ID", last)...)
			assert.Contains(t, s.next().data, `"recovered":false`)
			s.until("resync")
			book(t, p.url, key, "BK-after", "lake-house")
			assert.Equal(t, []string{"BK-after"}, s.bookings(1))
			must(t, dir, "check")
		})
	}
}

func shell(t *testing.T, script string, args ...string) {
	t.Helper()
	out, err := exec.Command("sh", append([]string{"-ec", script, "sh"}, args...)...).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// Under a running server the file is not put back either: it stops, stores
// nothing more, and says in one line why. The next one starts on what is there,
// and nobody's position is taken for another.
func TestAFileReplacedUnderTheServerStopsIt(t *testing.T) {
	const lost, kept, refused, gone = "resync", "recovered", "not its own", "gone"
	for what, c := range map[string]struct{ script, then string }{
		"moved in its place":          {`mv "$1" "$2"`, refused},
		"moved in its place with all": {`rm "$2"* && mv "$1" "$2"`, lost},
		"written over it":             {`cp "$1" "$2"`, refused},
		"restored by sqlite3":         {`sqlite3 "$2" ".restore '$1'"`, lost},
		"taken away":                  {`rm "$2"`, gone},
		"its log taken away":          {`rm "$2"-wal`, kept},
	} {
		t.Run(what, func(t *testing.T) {
			if _, err := exec.LookPath("sqlite3"); err != nil && strings.Contains(c.script, "sqlite3") {
				t.Skip("there is no sqlite3 here: ", err)
			}
			dir, key := newHouse(t)
			auth := []string{"Authorization", "Bearer " + key}
			p := serve(t, dir)
			book(t, p.url, key, "BK-0", "lake-house")
			older := filepath.Join(t.TempDir(), "older.db")
			must(t, dir, "backup", older)
			last := book(t, p.url, key, "BK-1", "lake-house")
			s := listen(t, p.url+"/api/v1/stream", append(auth, "Last-Event-ID", last)...)
			s.until("live")
			shell(t, c.script, older, db.File(dir))
			assert.Equal(t, "beat", s.end().event, "it may come back")
			assert.Equal(t, 1, p.wait())
			assert.NotContains(t, p.err.String(), "panic")
			lines := strings.Split(strings.TrimSpace(p.err.String()), "\n")
			assert.Contains(t, lines[len(lines)-1], "was replaced while it was in use")

			if c.then == gone {
				_, err := os.Stat(db.File(dir))
				assert.ErrorIs(t, err, os.ErrNotExist, "none is made in its place")
				return
			}
			if c.then == refused {
				status, _, says := runCommand(t, dir, "serve", "--listen", "127.0.0.1:0")
				assert.Equal(t, 1, status)
				oneLine(t, says)
				assert.Contains(t, says, refused)
				shell(t, `rm "$1"-wal "$1"-shm`, db.File(dir))
			}
			p = serve(t, dir)
			s = listen(t, p.url+"/api/v1/stream?types=booking:new", append(auth, "Last-Event-ID", last)...)
			assert.Equal(t, c.then == kept, strings.Contains(s.next().data, `"recovered":true`))
			if c.then != kept {
				s.until("resync")
			}
			book(t, p.url, key, "BK-2", "lake-house")
			assert.Equal(t, []string{"BK-2"}, s.bookings(1))
			must(t, dir, "check")
		})
	}
}

// A directory that was put back with everything in it cannot know it: that is
// said to it, while the server runs, and every stream is told to reload.
func TestEpochNew(t *testing.T) {
	dir, key := newHouse(t)
	auth := []string{"Authorization", "Bearer " + key}
	p := serve(t, dir)
	last := book(t, p.url, key, "BK-1", "lake-house")
	open := listen(t, p.url+"/api/v1/stream", auth...)
	open.until("live")
	said := must(t, dir, "epoch", "--new")
	epoch := said[strings.Index(said, "epoch is ")+len("epoch is "):][:6]
	assert.NotContains(t, last, epoch)

	end := open.end()
	assert.Equal(t, "beat", end.event)
	for i, at := range []string{last, end.id} {
		s := listen(t, p.url+"/api/v1/stream?types=booking:new", append(auth, "Last-Event-ID", at)...)
		assert.Contains(t, s.next().data, `"recovered":false`)
		s.until("resync")
		s.until("live")
		now := book(t, p.url, key, fmt.Sprintf("BK-again-%d", i), "lake-house")
		assert.Contains(t, now, epoch)
		assert.Equal(t, []string{fmt.Sprintf("BK-again-%d", i)}, s.bookings(1))
		assert.Equal(t, now, s.last)
	}
	assert.Contains(t, must(t, dir, "audit", "list"), "made every page and program reload")
	must(t, dir, "check")

	status, _, says := runCommand(t, dir, "epoch")
	assert.Equal(t, 2, status)
	oneLine(t, says)
	status, _, says = runCommand(t, dir, "epoch", "--new=false")
	assert.Equal(t, 1, status)
	oneLine(t, says)
	assert.Contains(t, book(t, p.url, key, "BK-last", "lake-house"), epoch, "it is the same")
	status, _, says = runCommand(t, t.TempDir(), "epoch", "--new")
	assert.Equal(t, 1, status)
	assert.Contains(t, says, "no database")
}
