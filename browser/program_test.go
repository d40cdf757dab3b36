package browser

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// binary is the built program; TestMain makes it once.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "baithaka-browser")
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

// program is a running server on its own data directory.
type program struct {
	t       *testing.T
	data    string
	address string // 127.0.0.1:port, the same after a restart
	cmd     *exec.Cmd
	key     string // an API key that may everything
	posted  int
	flags   []string // of serve, beside its own
}

const password = "lake-house-lamp"

// house is made by the first test that needs one: two properties, one person of
// each kind that the tests need, and a key. Each test gets a copy.
var house struct {
	sync.Once
	dir, key string
}

// start serves a copy of the house, with further flags of serve.
func start(t *testing.T, flags ...string) *program {
	t.Helper()
	house.Do(func() {
		house.dir = filepath.Join(filepath.Dir(binary), "house")
		p := &program{t: t, data: house.dir}
		p.run("", "property", "add", "lake-house", "--name", "Lake House", "--units", "60", "--currency", "INR", "--timezone", "Asia/Kolkata", "--country", "IN")
		p.run("", "property", "add", "hill-cottage", "--name", "Hill Cottage", "--units", "60", "--currency", "EUR", "--timezone", "Europe/Rome", "--country", "IT")
		p.run(password, "user", "add", "admin@demo.test", "--name", "Asha Rao", "--role", "ADMIN")
		p.run(password, "user", "add", "owner@demo.test", "--name", "Ravi Menon", "--role", "PROPERTY_OWNER", "--property", "lake-house")
		p.run(password, "user", "add", "staff@demo.test", "--name", "Tara Singh", "--role", "STAFF", "--property", "lake-house")
		house.key = strings.TrimSpace(p.run("", "key", "add", "website", "--scope", "events:write,events:read,money:read,contacts:read"))
	})
	require.NotEmpty(t, house.key, "the first test says why there is no house")
	p := &program{t: t, data: t.TempDir(), address: freeAddress(t), key: house.key, flags: flags}
	require.NoError(t, os.CopyFS(p.data, os.DirFS(house.dir)))
	p.serve()
	return p
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// run runs a command of the program beside the server.
func (p *program) run(input string, args ...string) string {
	p.t.Helper()
	cmd := exec.Command(binary, append(args, "--data", p.data)...)
	cmd.Stdin = strings.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(p.t, err, "baithaka %s: %s", strings.Join(args, " "), stderr.String())
	return string(out)
}

// serve starts the server and returns when it listens.
func (p *program) serve() {
	p.t.Helper()
	cmd := exec.Command(binary, append([]string{"serve", "--listen", p.address, "--data", p.data}, p.flags...)...)
	out, err := cmd.StdoutPipe()
	require.NoError(p.t, err)
	logged := &lockedBuffer{}
	cmd.Stderr = logged
	require.NoError(p.t, cmd.Start())
	p.cmd = cmd
	p.t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if p.t.Failed() {
			p.t.Logf("server log:\n%s", logged.tail())
		}
	})
	ready := make([]byte, 256)
	_, err = out.Read(ready)
	require.NoError(p.t, err, "the server did not start: %s", logged.tail())
	go io.Copy(io.Discard, out)
}

// kill ends the server as a power cut would.
func (p *program) kill() {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Kill())
	p.cmd.Wait()
}

// publish posts an event and returns its position.
func (p *program) publish(event map[string]any) string {
	p.t.Helper()
	body, err := json.Marshal(event)
	require.NoError(p.t, err)
	r, err := http.NewRequest(http.MethodPost, "http://"+p.address+"/api/v1/events", bytes.NewReader(body))
	require.NoError(p.t, err)
	r.Header.Set("Authorization", "Bearer "+p.key)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	require.NoError(p.t, err)
	defer answer.Body.Close()
	var got struct{ ID string }
	text, err := io.ReadAll(answer.Body)
	require.NoError(p.t, err)
	require.Equal(p.t, http.StatusCreated, answer.StatusCode, "%s", text)
	require.NoError(p.t, json.Unmarshal(text, &got))
	return got.ID
}

// book publishes a new stay and returns the position of the event.
func (p *program) book(id, property, guest string) string {
	p.t.Helper()
	return p.publish(map[string]any{"type": "booking:new", "property": property, "payload": map[string]any{
		"id": id, "type": "property", "title": "Three nights", "customerName": guest, "amount": 14400, "currency": "INR", "country": "IN",
		"checkIn": "2027-01-12", "checkOut": "2027-01-15", "guests": 2, "source": "website",
	}})
}

// confirm publishes that a booking is confirmed.
func (p *program) confirm(id string) string {
	p.t.Helper()
	return p.publish(map[string]any{"type": "booking_update", "data": map[string]any{"bookingId": id, "status": "confirmed"}})
}

// lockedBuffer gathers the server's log for a test that fails.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) tail() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.buf.String()
	return s[max(0, len(s)-4000):]
}

// proxy stands between the browser and the server, so that a test can cut the
// line.
type proxy struct {
	t        *testing.T
	target   string
	listener net.Listener
	mu       sync.Mutex
	open     map[net.Conn]bool
	down     bool
	silent   bool
}

func newProxy(t *testing.T, target string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{t: t, target: target, listener: l, open: map[net.Conn]bool{}}
	t.Cleanup(func() { l.Close(); p.cut() })
	go p.accept()
	return p
}

func (p *proxy) accept() {
	for {
		in, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.join(in)
	}
}

func (p *proxy) join(in net.Conn) {
	defer in.Close()
	p.mu.Lock()
	if p.down {
		p.mu.Unlock()
		return
	}
	out, err := net.Dial("tcp", p.target)
	if err != nil {
		p.mu.Unlock()
		return
	}
	p.open[in], p.open[out] = true, true
	p.mu.Unlock()
	go func() { io.Copy(out, p.through(in)); out.Close() }()
	io.Copy(in, p.through(out))
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, in)
	delete(p.open, out)
	out.Close()
}

// cut breaks every connection and lets no new one through.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = true
	for c := range p.open {
		c.Close()
	}
}

// mend lets connections through again.
func (p *proxy) mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = false
}

// hush lets connections stand and swallows what goes over them, as a router does
// that forgot them.
func (p *proxy) hush(silent bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.silent = silent
}

// through returns what is read from a connection while the line is not silent.
func (p *proxy) through(from net.Conn) io.Reader { return &muffled{from, p} }

type muffled struct {
	net.Conn
	line *proxy
}

func (m *muffled) Read(b []byte) (int, error) {
	for {
		n, err := m.Conn.Read(b)
		m.line.mu.Lock()
		silent := m.line.silent
		m.line.mu.Unlock()
		if err != nil || !silent {
			return n, err
		}
	}
}
