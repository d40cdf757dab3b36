package trial

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/command"
)

// What was answered 2xx survives kill -9, and a stream resumes where it was:
// every event in order, once, and the new ones after them.
func TestPostKillResume(t *testing.T) {
	dir, key := newHouse(t)
	auth := []string{"Authorization", "Bearer " + key}
	var want []string
	post := func(p *process, n int) {
		for range n {
			want = append(want, fmt.Sprintf("BK-%03d", len(want)))
			book(t, p.url, key, want[len(want)-1], "lake-house")
		}
	}
	p := serve(t, dir)
	s := listen(t, p.url+"/api/v1/stream", auth...)
	s.until("live")
	post(p, 20)
	got := s.bookings(7)
	last := s.last
	for round := range 3 {
		require.NoError(t, p.cmd.Process.Kill())
		assert.Equal(t, -1, p.wait())
		p = serve(t, dir)
		post(p, 5)
		s = listen(t, p.url+"/api/v1/stream", append(auth, "Last-Event-ID", last)...)
		hello := s.next()
		assert.Equal(t, "hello", hello.event)
		assert.Contains(t, hello.data, `"recovered":true`, "round %d", round)
		got = append(got, s.bookings(len(want)-len(got)-2)...) // two are left for the next life
		last = s.last
	}
	s = listen(t, p.url+"/api/v1/stream", append(auth, "Last-Event-ID", last)...)
	got = append(got, s.bookings(2)...)
	post(p, 1)
	got = append(got, s.bookings(1)...)
	assert.Equal(t, want, got)
}

// A revocation from the command line reaches the streams of the running server,
// and holds for everything committed after it.
func TestCommandsBesideServer(t *testing.T) {
	dir, key := newHouse(t)
	for _, who := range []string{"one", "two", "three"} {
		must(t, dir, "user", "add", who+"@house.test", "--name", who, "--role", "PROPERTY_MANAGER", "--property", "lake-house,hill-cottage")
	}
	spare := must(t, dir, "key", "add", "spare", "--scope", "events:read")
	p := serve(t, dir)
	open := map[string]*stream{"key": listen(t, p.url+"/api/v1/stream", "Authorization", "Bearer "+key), "spare": listen(t, p.url+"/api/v1/stream", "Authorization", "Bearer "+spare)}
	for _, who := range []string{"one", "two", "three"} {
		open[who] = listen(t, p.url+"/api/v1/stream", "Cookie", signIn(t, p.url, who+"@house.test", passwords))
	}
	for _, s := range open {
		s.until("live")
	}
	must(t, dir, "user", "disable", "one@house.test")
	must(t, dir, "user", "set", "two@house.test", "--property", "hill-cottage")
	must(t, dir, "key", "revoke", "spare")
	book(t, p.url, key, "BK-lake", "lake-house")
	book(t, p.url, key, "BK-hill", "hill-cottage")

	for _, who := range []string{"one", "spare"} {
		for {
			m := open[who].next()
			require.NotContains(t, m.data, "BK-")
			if m.event == "bye" {
				break
			}
		}
	}
	assert.Equal(t, []string{"BK-hill"}, open["two"].bookings(1))
	assert.Equal(t, []string{"BK-lake", "BK-hill"}, open["three"].bookings(2))
	assert.Equal(t, []string{"BK-lake", "BK-hill"}, open["key"].bookings(2))

	must(t, dir, "user", "passwd", "three@house.test")
	open["three"].until("bye")
	must(t, dir, "user", "enable", "one@house.test")
	signIn(t, p.url, "one@house.test", passwords)
	assert.Contains(t, must(t, dir, "user", "list"), "one@house.test")
	assert.Contains(t, must(t, dir, "key", "list"), "revoked")
}

func TestOneServerPerDirectory(t *testing.T) {
	dir, _ := newHouse(t)
	serve(t, dir)
	for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"demo", "--listen", "127.0.0.1:0"}} {
		status, _, errOut := runCommand(t, dir, args...)
		assert.Equal(t, 1, status)
		oneLine(t, errOut)
	}
	must(t, dir, "property", "list")
}

// The printed link makes the first administrator and signs them in, once.
func TestSetupLink(t *testing.T) {
	dir := t.TempDir()
	p := serve(t, dir)
	_, err := p.out.ReadString('\n')
	require.NoError(t, err)
	line, err := p.out.ReadString('\n')
	require.NoError(t, err)
	link := address.FindString(line)
	require.Contains(t, link, p.url+"/setup?token=")
	token := link[strings.Index(link, "=")+1:]
	page := text(t, do(t, "GET", link, ""))
	assert.Contains(t, page, token)
	assert.Equal(t, 404, do(t, "GET", p.url+"/setup?token=wrong", "").StatusCode)

	post := func(token, password string) *http.Response {
		form := url.Values{"token": {token}, "name": {"The First"}, "email": {"first@house.test"}, "password": {password}}
		return do(t, "POST", p.url+"/setup", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	}
	assert.Equal(t, 404, post("wrong", passwords).StatusCode)
	short := post(token, "short")
	assert.Equal(t, 422, short.StatusCode)
	assert.Contains(t, text(t, short), "must be 8 to 256 characters")
	done := post(token, passwords)
	require.Equal(t, 303, done.StatusCode, text(t, done))
	assert.Equal(t, "/", done.Header.Get("Location"))
	cookie := done.Cookies()[0].Name + "=" + done.Cookies()[0].Value
	home := do(t, "GET", p.url+"/", "", "Cookie", cookie)
	assert.Equal(t, 200, home.StatusCode)
	assert.Contains(t, text(t, home), "The First")

	assert.Equal(t, 404, do(t, "GET", link, "").StatusCode, "the link is dead")
	assert.Equal(t, 404, post(token, passwords).StatusCode)
	assert.Contains(t, must(t, dir, "user", "list"), "SUPER_ADMIN")
}

// Every flag may stand in the environment, and what stands on the line wins.
func TestEnvironment(t *testing.T) {
	dir, key := newHouse(t)
	auth := []string{"Authorization", "Bearer " + key}
	env := []string{"BAITHAKA_LISTEN=127.0.0.1:0", "BAITHAKA_DATA=" + dir, "BAITHAKA_STREAMS_PER_KEY=1"}
	for flags, streams := range map[string]int{"": 1, "--streams-per-key=2": 2} {
		p := start(t, env, append([]string{"serve"}, strings.Fields(flags)...)...)
		for range streams {
			listen(t, p.url+"/api/v1/stream", auth...).until("live")
		}
		res := do(t, "GET", p.url+"/api/v1/stream", "", auth...)
		assert.Equal(t, 429, res.StatusCode)
		assert.NotEmpty(t, res.Header.Get("Retry-After"))
		require.NoError(t, p.cmd.Process.Kill())
		p.wait()
	}
	p := start(t, append(env, "BAITHAKA_PUBLIC_URL=http://desk.house.test", "BAITHAKA_TRUSTED_PROXY=127.0.0.0/8,::1/128"), "serve")
	assert.Equal(t, 421, do(t, "GET", p.url+"/login", "").StatusCode)
}

// An empty variable is one that is not set: "" to listen on would be every address
// there is. On the line it is refused.
func TestAnEmptyVariableIsNotSet(t *testing.T) {
	dir, _ := newHouse(t)
	var env []string
	for _, name := range []string{"LISTEN", "PUBLIC_URL", "TRUSTED_PROXY", "STREAMS_PER_KEY", "STREAMS_PER_PERSON", "STREAMS_PER_ADDRESS"} {
		env = append(env, "BAITHAKA_"+name+"=")
	}
	serve(t, dir) // whoever has the directory has it; the address is what is asked about
	path, err := binary()
	require.NoError(t, err)
	cmd := exec.Command(path, "serve", "--data", dir)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(out), "another server runs", "the variables are read as not set")

	for _, listen := range []string{"", "127.0.0.1", "localhost"} {
		status, out, says := runCommand(t, dir, "serve", "--listen="+listen)
		assert.Equal(t, 1, status, listen)
		assert.Empty(t, out)
		assert.Contains(t, says, "--listen must be like")
		oneLine(t, says)
	}
	p := start(t, append(env, "BAITHAKA_DATA="+t.TempDir()), "serve", "--listen", "127.0.0.1:0")
	assert.Contains(t, p.url, "127.0.0.1:")
}

// run is the whole program without the process: it serves until its context
// ends, and answers 0.
func TestRun(t *testing.T) {
	dir, key := newHouse(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	read, write := io.Pipe()
	status := make(chan int, 1)
	var errOut bytes.Buffer
	go func() {
		status <- command.Run(ctx, []string{"serve", "--listen", "127.0.0.1:0", "--data", dir}, strings.NewReader(""), write, &errOut)
		write.Close()
	}()
	buf := make([]byte, 4096)
	n, err := read.Read(buf)
	require.NoError(t, err)
	go io.Copy(io.Discard, read)
	at := address.FindString(string(buf[:n]))
	s := listen(t, at+"/api/v1/stream", "Authorization", "Bearer "+key)
	s.until("live")
	book(t, at, key, "BK-1", "lake-house")
	assert.Equal(t, []string{"BK-1"}, s.bookings(1))
	cancel()
	assert.Equal(t, "beat", s.end().event)
	select {
	case got := <-status:
		assert.Zero(t, got, errOut.String())
	case <-time.After(soon):
		require.FailNow(t, "it did not stop")
	}
}
