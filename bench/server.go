package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"syscall"
	"time"
)

// server is the built program on a house.
type server struct {
	cmd   *exec.Cmd
	house *house
	url   string
	took  time.Duration // from the start of the process to ready
	said  bytes.Buffer  // on standard error
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// start starts the program on loopback, on a free port, without limits on
// streams, and waits until it is ready.
func (h *house) start() (*server, error) {
	s := &server{house: h, cmd: exec.Command(h.binary, "serve", "--listen", "127.0.0.1:0", "--data", h.dir,
		"--streams-per-person", "0", "--streams-per-key", "0", "--streams-per-address", "0")}
	if h.floor != "" {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		s.cmd = exec.Command(self, "floor", h.floor)
	}
	s.cmd.Stderr = &s.said
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if s.url = address.FindString(line); err != nil || s.url == "" {
		return nil, errors.Join(fmt.Errorf("the server does not start: %s%s", line, &s.said), err, s.stop())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	res, err := http.Get(s.url + "/readyz")
	if err != nil {
		return nil, errors.Join(err, s.stop())
	}
	res.Body.Close()
	s.took = time.Since(began)
	if res.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("the server is not ready: %s", res.Status), s.stop())
	}
	return s, nil
}

func (s *server) usage() usage {
	u, err := usageOf(s.cmd.Process.Pid)
	if err != nil {
		panic(err) // the server died: no figure of this run is worth anything
	}
	return u
}

// stop ends the process it started, and no other.
func (s *server) stop() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	overdue := time.AfterFunc(10*time.Second, func() { _ = s.cmd.Process.Kill() })
	defer overdue.Stop()
	if err := s.cmd.Wait(); err != nil {
		return fmt.Errorf("the server ended badly: %w: %s", err, &s.said)
	}
	return nil
}

// signIn returns the session cookie of a person of the house.
func (s *server) signIn(email string) (cookie string, err error) {
	once := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := once.PostForm(s.url+"/login", url.Values{"email": {email}, "password": {password}})
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusSeeOther || len(res.Cookies()) == 0 {
		return "", fmt.Errorf("%s cannot sign in: %s", email, res.Status)
	}
	return res.Cookies()[0].Name + "=" + res.Cookies()[0].Value, nil
}

// cookies signs everybody in.
func (s *server) cookies() (all []string, err error) {
	for _, email := range s.house.people {
		cookie, err := s.signIn(email)
		if err != nil {
			return nil, err
		}
		all = append(all, cookie)
	}
	return all, nil
}

// asks returns the head of a request with the house's key, without its last line
// end; a body's length is for whoever sends it.
func (s *server) asks(method, path string, headers ...string) string {
	head := method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n"
	for _, h := range headers {
		head += h + "\r\n"
	}
	return head
}

func (s *server) authorised() string { return "Authorization: Bearer " + s.house.key }
