package trial

import (
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
)

// onDisk runs the server with its data on a disk of its own, so small, which no
// other process sees; do runs a command where it is seen.
func onDisk(t *testing.T, size string) (p *process, key string, do func(args ...string) string) {
	t.Helper()
	mayMount(t)
	seed, key := newHouse(t)
	dir := t.TempDir()
	path, err := binary()
	require.NoError(t, err)
	p = startAs(t, nil, "unshare", "-m", "sh", "-c", `mount -t tmpfs -o size="$1" tmpfs "$2" && cp -a "$3"/. "$2" && exec "$4" serve --listen 127.0.0.1:0 --data "$2"`,
		"sh", size, dir, seed, path)
	return p, key, func(args ...string) string {
		t.Helper()
		for i, arg := range args {
			args[i] = strings.ReplaceAll(strings.ReplaceAll(arg, "DIR", dir), "BAITHAKA", path)
		}
		out, err := exec.Command("nsenter", append([]string{"-t", strconv.Itoa(p.cmd.Process.Pid), "-m"}, args...)...).CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
}

// mayMount skips a test that needs a disk of its own.
func mayMount(t *testing.T) {
	t.Helper()
	if out, err := exec.Command("unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", t.TempDir()).CombinedOutput(); err != nil {
		t.Skipf("a disk cannot be made here, it takes the right to mount: %s %s", err, out)
	}
}

// stores publishes one booking and returns the answer's status and text.
func stores(t *testing.T, at, key, id string) (int, string) {
	t.Helper()
	body := fmt.Sprintf(`{"type":"booking:new","property":"lake-house","payload":{"id":%q,"type":"property","title":"T","customerName":"C","notes":%q}}`, id, strings.Repeat("n", 1500))
	res := do(t, "POST", at+"/api/v1/events", body, "Authorization", "Bearer "+key, "Content-Type", "application/json")
	if res.StatusCode != http.StatusCreated {
		assert.Equal(t, "application/problem+json", res.Header.Get("Content-Type"))
	}
	return res.StatusCode, text(t, res)
}

func status(t *testing.T, address string, headers ...string) int {
	t.Helper()
	res := do(t, "GET", address, "", headers...)
	text(t, res)
	return res.StatusCode
}

// within waits until something is so.
func within(t *testing.T, limit time.Duration, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !so(); <-time.After(20 * time.Millisecond) {
		require.True(t, time.Now().Before(end), "%s", what)
	}
}

// D-4. On a full disk nothing is acknowledged that is not stored, whoever
// publishes is told what is the matter, reading and the open streams go on, and
// writing too as soon as there is room, without a restart.
func TestAFullDisk(t *testing.T) {
	p, key, on := onDisk(t, "6m")
	auth := []string{"Authorization", "Bearer " + key}
	s := listen(t, p.url+"/api/v1/stream?types=booking:new", auth...)
	s.until("live")
	var stored []string
	full := 0
	for n := 0; full < size(30, 1000); n++ {
		require.Less(t, n, 20_000, "the disk does not fill up")
		id := fmt.Sprint("BK-", n)
		switch code, said := stores(t, p.url, key, id); code {
		case http.StatusCreated:
			stored = append(stored, id)
		case http.StatusInsufficientStorage, http.StatusServiceUnavailable:
			if full++; full == 1 {
				assert.Equal(t, http.StatusInsufficientStorage, code)
				assert.Contains(t, said, "disk is full")
			}
		default:
			require.Fail(t, "an answer of another kind", "%d %s", code, said)
		}
	}
	require.NotEmpty(t, stored)
	assert.Equal(t, stored, s.bookings(len(stored)), "what was acknowledged, and nothing else, in order")
	assert.Equal(t, http.StatusOK, status(t, p.url+"/api/v1/bookings", auth...))
	assert.Equal(t, http.StatusOK, status(t, p.url+"/livez"))
	within(t, 10*time.Second, "readiness notices", func() bool { return status(t, p.url+"/readyz") == http.StatusServiceUnavailable })

	on("mount", "-o", "remount,size=64m", "DIR")
	code, said := stores(t, p.url, key, "BK-room")
	require.Equal(t, http.StatusCreated, code, "at once: %s", said)
	assert.Equal(t, []string{"BK-room"}, s.bookings(1))
	within(t, 10*time.Second, "readiness comes back", func() bool { return status(t, p.url+"/readyz") == http.StatusOK })
	out := on("BAITHAKA", "check", "--data", "DIR")
	assert.NotContains(t, out, "WRONG")
	assert.NotContains(t, p.err.String(), "panic")
}

// D-5. A disk that takes no writes any more: reading goes on, writing says so,
// and comes back by itself.
func TestADiskThatTakesNoWrites(t *testing.T) {
	dir, key := newHouse(t)
	auth := []string{"Authorization", "Bearer " + key}
	p := serve(t, dir)
	if code, said := stores(t, p.url, key, "BK-1"); code != http.StatusCreated {
		require.Fail(t, said)
	}
	// The kernel refuses to take writing away from a disk on which files are open
	// for it; from the files themselves it does.
	immutable := func(how string) ([]byte, error) {
		return exec.Command("chattr", how, db.File(dir), db.File(dir)+"-wal").CombinedOutput()
	}
	if out, err := immutable("+i"); err != nil {
		t.Skipf("files cannot be made immutable here: %s %s", err, out)
	}
	t.Cleanup(func() { immutable("-i") })
	for n := range 3 {
		code, said := stores(t, p.url, key, fmt.Sprint("BK-no-", n))
		assert.Equal(t, http.StatusServiceUnavailable, code)
		assert.Contains(t, said, "nothing was stored")
	}
	page := do(t, "GET", p.url+"/api/v1/bookings", "", auth...)
	assert.Equal(t, http.StatusOK, page.StatusCode)
	held := text(t, page)
	assert.Contains(t, held, `"BK-1"`)
	assert.NotContains(t, held, "BK-no")
	assert.Equal(t, http.StatusServiceUnavailable, status(t, p.url+"/readyz"))
	assert.Equal(t, http.StatusOK, status(t, p.url+"/livez"))
	out, err := immutable("-i")
	require.NoError(t, err, "%s", out)
	code, said := stores(t, p.url, key, "BK-2")
	require.Equal(t, http.StatusCreated, code, "at once: %s", said)
	within(t, 10*time.Second, "readiness comes back", func() bool { return status(t, p.url+"/readyz") == http.StatusOK })
	assert.NotContains(t, p.err.String(), "panic")
}

// On a disk that can only be read there is no start, and one line says why.
func TestNoStartOnADiskThatCanOnlyBeRead(t *testing.T) {
	mayMount(t)
	seed, _ := newHouse(t)
	path, err := binary()
	require.NoError(t, err)
	cmd := exec.Command("unshare", "-m", "sh", "-c",
		`mount -t tmpfs tmpfs "$1" && cp -a "$2"/. "$1" && mount -o remount,ro "$1" && exec "$3" serve --listen 127.0.0.1:0 --data "$1"`,
		"sh", t.TempDir(), seed, path)
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	assert.Equal(t, 1, cmd.ProcessState.ExitCode())
	assert.Equal(t, 1, strings.Count(string(out), "\n"), "%s", out)
	assert.Contains(t, string(out), "read-only")
}

// With all file descriptors taken the server takes no more connections,
// and goes on as soon as some are free.
func TestNoMoreFileDescriptors(t *testing.T) {
	dir, key := newHouse(t)
	path, err := binary()
	require.NoError(t, err)
	p := startAs(t, nil, "prlimit", "-n64", path, "serve", "--listen", "127.0.0.1:0", "--data", dir)
	address := strings.TrimPrefix(p.url, "http://")
	var open []net.Conn
	for range 100 {
		conn, err := net.Dial("tcp", address)
		require.NoError(t, err)
		open = append(open, conn)
	}
	for _, conn := range open {
		require.NoError(t, conn.Close())
	}
	book(t, p.url, key, "BK-1", "lake-house")
	assert.Equal(t, http.StatusOK, status(t, p.url+"/readyz"))
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	assert.Zero(t, p.wait())
}

// On a disk that has next to no room left a server starts: reading goes on, and
// who publishes is told. SQLite needs 32 KB beside the database to read it; where
// there are not even these, one line says so.
func TestAServerStartsOnAFullDisk(t *testing.T) {
	mayMount(t)
	seed, key := newHouse(t)
	must(t, seed, "user", "add", "root@house.test", "--name", "Root", "--role", "SUPER_ADMIN")
	path, err := binary()
	require.NoError(t, err)
	const serving = `mount -t tmpfs -o size=2m tmpfs "$1" && cp -a "$2"/. "$1" && { cat /dev/zero > "$1"/full 2>/dev/null
		truncate -s -"$4" "$1"/full; exec "$3" serve --listen 127.0.0.1:0 --data "$1"; }`
	p := startAs(t, nil, "unshare", "-m", "sh", "-c", serving, "sh", t.TempDir(), seed, path, "60K")
	assert.Equal(t, http.StatusOK, status(t, p.url+"/api/v1/bookings", "Authorization", "Bearer "+key))
	code := http.StatusCreated
	for n := 0; code == http.StatusCreated && n < 100; n++ {
		code, _ = stores(t, p.url, key, fmt.Sprint("BK-", n))
	}
	assert.Equal(t, http.StatusInsufficientStorage, code)
	assert.Equal(t, http.StatusOK, status(t, p.url+"/api/v1/bookings", "Authorization", "Bearer "+key))

	out, err := exec.Command("unshare", "-m", "sh", "-c", serving, "sh", t.TempDir(), seed, path, "1").CombinedOutput()
	require.Error(t, err)
	oneLine(t, string(out))
	assert.Contains(t, string(out), "no room")
}

// A command that fails for want of room says so in one line, and leaves nothing.
func TestCommandsOnAFullDisk(t *testing.T) {
	mayMount(t)
	seed, _ := newHouse(t)
	disk, backup := t.TempDir(), filepath.Join(t.TempDir(), "b.db")
	must(t, seed, "backup", backup)
	path, err := binary()
	require.NoError(t, err)
	for _, args := range []string{"backup DIR/x.db", "restore " + backup, "epoch --new", "key add more --scope events:read"} {
		out, err := exec.Command("unshare", "-m", "sh", "-c",
			`mount -t tmpfs -o size=2m tmpfs "$1" && cp -a "$2"/. "$1" && { cat /dev/zero > "$1"/full 2>/dev/null
			"$3" $4 --data "$1" >/dev/null; echo "status $?"; ls -A "$1"; }`,
			"sh", disk, seed, path, strings.ReplaceAll(args, "DIR", disk)).CombinedOutput()
		require.NoError(t, err, "%s", out)
		said, rest, found := strings.Cut(string(out), "status 1\n")
		require.True(t, found, "%s: %s", args, out)
		oneLine(t, said)
		for _, half := range []string{"restoring", "baithaka-", "x.db", ".new"} {
			assert.NotContains(t, rest, half, args)
		}
	}
}
