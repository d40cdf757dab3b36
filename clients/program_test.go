package clients

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// binary is the built program; TestMain makes it once.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "baithaka-clients")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binary = filepath.Join(dir, "baithaka")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "the program does not build: %v\n%s", err, out)
		os.Exit(1)
	}
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
}

// program is a running server, at the same address after a restart.
type program struct {
	t             *testing.T
	data, address string
	cmd           *exec.Cmd
	key           string // what the library under test has
	own           string // what the test publishes and looks with
	published     int
}

// serve starts a server that gives one stream to each key.
func serve(t *testing.T) *program {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &program{t: t, data: t.TempDir(), address: l.Addr().String()}
	require.NoError(t, l.Close())
	p.run("property", "add", "lake-house", "--name", "Lake House", "--units", "6", "--currency", "INR", "--timezone", "Asia/Kolkata", "--country", "IN")
	p.key = p.run("key", "add", "library", "--scope", "events:read")
	p.own = p.run("key", "add", "own", "--scope", "events:write,metrics:read")
	p.start()
	return p
}

func (p *program) run(args ...string) string {
	p.t.Helper()
	out, err := exec.Command(binary, append(args, "--data", p.data)...).Output()
	require.NoError(p.t, err, args)
	return strings.TrimSpace(string(out))
}

func (p *program) start() {
	p.t.Helper()
	cmd := exec.Command(binary, "serve", "--listen", p.address, "--data", p.data, "--streams-per-key", "1")
	out, err := cmd.StdoutPipe()
	require.NoError(p.t, err)
	var logged bytes.Buffer
	cmd.Stderr = &logged
	require.NoError(p.t, cmd.Start())
	p.cmd = cmd
	p.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if p.t.Failed() {
			p.t.Logf("the server's log ends:\n%s", logged.String()[max(0, logged.Len()-2000):])
		}
	})
	_, err = out.Read(make([]byte, 256))
	require.NoError(p.t, err, "the server did not start")
	go func() { _, _ = io.Copy(io.Discard, out) }()
}

// restart ends the server by a signal and starts it again.
func (p *program) restart(by syscall.Signal) {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Signal(by))
	_ = p.cmd.Wait()
	p.start()
}

func (p *program) ask(method, path, key, body string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(p.t.Context(), method, "http://"+p.address+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Content-Type", "application/json")
	return http.DefaultClient.Do(r)
}

// publish posts a booking and returns its id.
func (p *program) publish() string {
	p.t.Helper()
	p.published++
	id := fmt.Sprint("BK-", p.published)
	r, err := p.ask("POST", "/api/v1/events", p.own, fmt.Sprintf(
		`{"type":"booking:new","property":"lake-house","payload":{"id":%q,"type":"property","title":"T","customerName":"C"}}`, id))
	require.NoError(p.t, err)
	defer r.Body.Close()
	require.Equal(p.t, 201, r.StatusCode)
	return id
}

// answered counts the streams that were answered with a status since the server
// started.
func (p *program) answered(status int) (n int) {
	p.t.Helper()
	r, err := p.ask("GET", "/metrics", p.own, "")
	require.NoError(p.t, err)
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	require.NoError(p.t, err)
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, `http_requests_total{`) && strings.Contains(line, `route="/api/v1/stream"`) && strings.Contains(line, fmt.Sprintf(`status="%d"`, status)) {
			_, err := fmt.Sscan(line[strings.LastIndexByte(line, ' ')+1:], &n)
			require.NoError(p.t, err, line)
		}
	}
	return n
}

// occupy takes the one stream there is for the key, until it is let go.
func (p *program) occupy() (letGo func()) {
	p.t.Helper()
	r, err := p.ask("GET", "/api/v1/stream", p.key, "")
	require.NoError(p.t, err)
	require.Equal(p.t, 200, r.StatusCode)
	return func() { r.Body.Close() }
}

// soon is a deadline for what must come.
const soon = 40 * time.Second
