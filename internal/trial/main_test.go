package trial

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"baithaka/internal/command"
	"baithaka/internal/oracle"
)

// soon is a deadline for what must come; nothing is measured with it.
const soon = 30 * time.Second

// binary builds the program once for all tests.
var binary = sync.OnceValues(func() (string, error) {
	path := filepath.Join(os.TempDir(), fmt.Sprintf("baithaka-test-%d", os.Getpid()))
	out, err := exec.Command("go", "build", "-o", path, "baithaka").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	status := m.Run()
	_ = os.Remove(filepath.Join(os.TempDir(), fmt.Sprintf("baithaka-test-%d", os.Getpid())))
	os.Exit(status)
}

// process is the built program under way.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	url  string
	out  *bufio.Reader
	err  *said
	done chan struct{} // closed when it has ended
}

// said is what a process has written so far.
type said struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.String()
}

var address = regexp.MustCompile(`http://[^\s]+`)

// start runs the program and waits until it says where it listens.
func start(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	path, err := binary()
	require.NoError(t, err)
	return startAs(t, env, path, args...)
}

// startAs runs another program that becomes ours: it sets the scene first.
func startAs(t *testing.T, env []string, path string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(path, args...), err: &said{}, done: make(chan struct{})}
	p.cmd.Dir = t.TempDir()
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stderr = p.err
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	p.out = bufio.NewReader(out)
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		p.wait()
		if t.Failed() {
			t.Log("it said: " + p.err.String())
		}
	})
	line, err := p.out.ReadString('\n')
	require.NoError(t, err, "it does not start: %s", p.err)
	p.url = address.FindString(line)
	require.NotEmpty(t, p.url, line)
	return p
}

func serve(t *testing.T, dir string, flags ...string) *process {
	t.Helper()
	return start(t, nil, append([]string{"serve", "--listen", "127.0.0.1:0", "--data", dir}, flags...)...)
}

// wait returns the exit status, -1 for a process that was killed.
func (p *process) wait() int {
	select {
	case <-p.done:
	default:
		_, _ = io.Copy(io.Discard, p.out)
		_ = p.cmd.Wait()
		close(p.done)
	}
	return p.cmd.ProcessState.ExitCode()
}

// command runs a command inside the test, as main does, and returns its status
// and what it wrote.
func runCommand(t *testing.T, dir string, args ...string) (status int, out, errOut string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if dir != "" {
		args = append(args, "--data", dir)
	}
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	status = command.Run(ctx, args, strings.NewReader(passwords+"\n"), &stdout, &stderr)
	return status, stdout.String(), stderr.String()
}

const passwords = "a-long-enough-one"

// must runs a command that has to work and returns what it printed.
func must(t *testing.T, dir string, args ...string) string {
	t.Helper()
	status, out, errOut := runCommand(t, dir, args...)
	require.Zero(t, status, "%v: %s", args, errOut)
	return strings.TrimSpace(out)
}

// house makes a data directory with two properties and a key that may write and
// read, and returns the key.
func newHouse(t *testing.T) (dir, key string) {
	t.Helper()
	dir = t.TempDir()
	must(t, dir, "property", "add", "lake-house", "--name", "Lake House", "--units", "4", "--currency", "INR", "--timezone", "Asia/Kolkata", "--country", "IN")
	must(t, dir, "property", "add", "hill-cottage", "--name", "Hill Cottage", "--units", "2", "--currency", "EUR", "--timezone", "Europe/Rome", "--country", "IT")
	return dir, must(t, dir, "key", "add", "website", "--scope", "events:write,events:read")
}

var client = &http.Client{
	Transport:     &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// do sends a request; headers come in pairs.
func do(t *testing.T, method, address, body string, headers ...string) *http.Response {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := client.Do(req)
	require.NoError(t, err)
	t.Cleanup(func() { res.Body.Close() })
	return res
}

func text(t *testing.T, res *http.Response) string {
	t.Helper()
	all, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return string(all)
}

// book posts a booking and returns its position.
func book(t *testing.T, at, key, id, property string) (position string) {
	t.Helper()
	body := fmt.Sprintf(`{"type":"booking:new","property":%q,"payload":{"id":%q,"type":"property","title":"T","customerName":"C"}}`, property, id)
	res := do(t, "POST", at+"/api/v1/events", body, "Authorization", "Bearer "+key, "Content-Type", "application/json")
	answer := text(t, res)
	require.Equal(t, http.StatusCreated, res.StatusCode, answer)
	var stored struct{ ID string }
	require.NoError(t, json.Unmarshal([]byte(answer), &stored))
	return stored.ID
}

// signIn returns the session cookie of a person.
func signIn(t *testing.T, at, email, password string) string {
	t.Helper()
	form := url.Values{"email": {email}, "password": {password}}
	res := do(t, "POST", at+"/login", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, http.StatusSeeOther, res.StatusCode, text(t, res))
	require.NotEmpty(t, res.Cookies())
	return res.Cookies()[0].Name + "=" + res.Cookies()[0].Value
}

// message is one message of a stream.
type message struct{ id, event, data, retry string }

// stream is an open stream, read in the background.
type stream struct {
	t        *testing.T
	messages chan message // closed at its end
	failed   error        // io.EOF when it ended in order
	last     string
}

func listen(t *testing.T, address string, headers ...string) *stream {
	t.Helper()
	res := do(t, "GET", address, "", headers...)
	require.Equal(t, http.StatusOK, res.StatusCode)
	s := &stream{t: t, messages: make(chan message, 1<<14)}
	go func() {
		defer close(s.messages)
		s.failed = oracle.Read(res.Body, func(m oracle.Message) { s.messages <- message{m.ID, m.Event, m.Data, m.Retry} })
	}()
	return s
}

func (s *stream) next() message {
	s.t.Helper()
	select {
	case m, open := <-s.messages:
		if !open {
			require.FailNow(s.t, "the stream ended", "%v", s.failed)
		}
		if m.id != "" {
			s.last = m.id
		}
		return m
	case <-time.After(soon):
		require.FailNow(s.t, "no message came")
	}
	return message{}
}

func (s *stream) until(event string) message {
	s.t.Helper()
	for {
		if m := s.next(); m.event == event {
			return m
		}
	}
}

var subject = regexp.MustCompile(`"subject":"booking:([^"]+)"`)

// bookings returns the ids of the next n booking events of a JSON stream.
func (s *stream) bookings(n int) (ids []string) {
	s.t.Helper()
	for len(ids) < n {
		m := s.next()
		require.NotContains(s.t, []string{"bye", "resync"}, m.event)
		if found := subject.FindStringSubmatch(m.data); found != nil {
			ids = append(ids, found[1])
		}
	}
	return ids
}

// end reads to the end and returns the last message.
func (s *stream) end() (last message) {
	s.t.Helper()
	for {
		select {
		case m, open := <-s.messages:
			if !open {
				return last
			}
			last = m
		case <-time.After(soon):
			require.FailNow(s.t, "the stream did not end")
		}
	}
}
