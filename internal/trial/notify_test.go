package trial

import (
	"net"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// systemd hears when the server answers, that it goes on answering, and when it
// stops.
func TestSystemdIsTold(t *testing.T) {
	dir, _ := newHouse(t)
	socket := filepath.Join(t.TempDir(), "notify")
	heard, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	require.NoError(t, err)
	defer heard.Close()
	next := func() string {
		t.Helper()
		require.NoError(t, heard.SetReadDeadline(time.Now().Add(soon)))
		b := make([]byte, 1024)
		n, err := heard.Read(b)
		require.NoError(t, err)
		return string(b[:n])
	}
	p := start(t, []string{"NOTIFY_SOCKET=" + socket, "WATCHDOG_USEC=100000"}, "serve", "--listen", "127.0.0.1:0", "--data", dir, "--public-url", "https://desk.house.test")
	assert.Equal(t, "READY=1", next())
	assert.Equal(t, 200, do(t, "GET", p.url+"/readyz", "").StatusCode)
	for range 3 {
		assert.Equal(t, "WATCHDOG=1", next())
	}
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	for state := next(); state != "STOPPING=1"; state = next() {
		require.Equal(t, "WATCHDOG=1", state)
	}
	assert.Zero(t, p.wait())
}

// Whoever watches another process, or nobody, is not told; a socket that is not
// there keeps nobody from serving.
func TestSystemdMayBeAbsent(t *testing.T) {
	dir, _ := newHouse(t)
	p := start(t, []string{"NOTIFY_SOCKET=" + filepath.Join(t.TempDir(), "nowhere"), "WATCHDOG_USEC=100000", "WATCHDOG_PID=1"}, "serve", "--listen", "127.0.0.1:0", "--data", dir)
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM)) // at once: that is a stop too
	assert.Zero(t, p.wait(), p.err)
	assert.Contains(t, p.err.String(), "systemd could not be told")
	assert.NotContains(t, p.err.String(), "WATCHDOG")
}
