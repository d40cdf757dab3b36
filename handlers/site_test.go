package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/figures"
	"baithaka/internal/inn"
	"baithaka/internal/jobs"
	"baithaka/internal/live"
	"baithaka/store"
)

// password is everybody's; hashing it six times per test would cost more than
// the tests, so that one database is made and every site works on a copy.
const password = "a-long-enough-one"

var template []byte

// roles are the people of every site: a name, their role, what is theirs.
var roles = []struct {
	who  string
	role inn.Role
	has  []string
}{
	{"super", inn.SuperAdmin, nil},
	{"admin", inn.Admin, nil},
	{"owner", inn.Owner, []string{"lake-house"}},
	{"manager", inn.Manager, []string{"lake-house"}},
	{"staff", inn.Staff, []string{"lake-house"}},
	{"user", inn.User, nil},
}

func TestMain(m *testing.M) {
	if err := makeTemplate(); err != nil {
		fmt.Fprintln(os.Stderr, "the template database cannot be made:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func makeTemplate() error {
	dir, err := os.MkdirTemp("", "baithaka-handlers-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	database, err := db.Open(ctx, dir)
	if err != nil {
		return err
	}
	s, err := store.New(ctx, database, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	house := inn.Viewer{Name: "test"}
	for _, p := range []inn.Property{
		{Slug: "lake-house", Name: "Lake House", Category: inn.Stay, Units: 4, Currency: "INR", Zone: "Asia/Kolkata", Country: "IN"},
		{Slug: "hill-cottage", Name: "Hill Cottage", Category: inn.Stay, Units: 2, Currency: "EUR", Zone: "Europe/Rome", Country: "IT"},
	} {
		if err := s.ListProperty(ctx, house, p); err != nil {
			return err
		}
	}
	for _, r := range roles {
		m := inn.Member{Email: r.who + "@house.test", Name: "The " + r.who, Role: r.role, Properties: r.has}
		if _, err := s.AddMember(ctx, house, m, password); err != nil {
			return err
		}
	}
	s.Close()
	if err := database.Close(); err != nil {
		return err
	}
	template, err = os.ReadFile(db.File(dir))
	return err
}

// site is a whole server over a database of its own.
type site struct {
	*Site
	t       *testing.T
	db      *db.DB
	url     string
	client  *http.Client
	stop    context.CancelFunc // of what is done beside requests
	logged  *logged
	mu      sync.Mutex
	callers map[string]*caller
}

// logged is what the site logged.
type logged struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func newSite(t *testing.T, configs ...Config) *site {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "baithaka.db"), template, 0o600))
	database, err := db.Open(t.Context(), dir)
	require.NoError(t, err)
	database.Read.SetMaxOpenConns(1) // whoever holds rows while asking again waits for ever
	return siteOver(t, database, configs...)
}

// flush writes down what auth has gathered.
func (s *site) flush() { require.NoError(s.t, s.auth.Flush(s.t.Context(), time.Now())) }

// siteOver is a server over a database that is open, with as many readers as it
// has.
func siteOver(t *testing.T, database *db.DB, configs ...Config) *site {
	t.Helper()
	out := &logged{}
	logger := slog.New(slog.NewJSONHandler(out, nil))
	s, err := store.New(context.WithoutCancel(t.Context()), database, logger)
	require.NoError(t, err)
	log, err := live.New(t.Context(), s, logger)
	require.NoError(t, err)
	board := figures.New(s, log, logger)
	var config Config
	if len(configs) > 0 {
		config = configs[0]
	}
	one := &site{Site: New(s, log, board, logger, config), t: t, db: database, logged: out, callers: map[string]*caller{}}

	work, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var working sync.WaitGroup
	one.stop = stop
	working.Go(func() { s.Watch(work) })
	working.Go(func() { log.Run(store.Ahead(work)) })
	working.Go(func() { board.Run(work) })
	working.Go(func() { one.Streams().Run(work) })
	working.Go(func() { jobs.Run(work, logger, func() bool { return true }, jobs.Table(s, one.Jobs()...)) })
	server := httptest.NewServer(watched(t, one.Handler()))
	one.url = server.URL
	transport := &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}
	one.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(func() {
		stop()
		working.Wait()
		transport.CloseIdleConnections()
		server.CloseClientConnections()
		server.Close()
		s.Close()
		require.NoError(t, database.Close())
	})
	return one
}

// caller is somebody who asks: a browser with its cookie, a program with its
// key, or nobody.
type caller struct {
	site   *site
	name   string
	cookie *http.Cookie
	secret string
}

func (s *site) nobody() *caller { return &caller{site: s, name: "nobody"} }

// as returns the browser of one of the six, signed in through the form.
func (s *site) as(who string) *caller {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.callers[who]; c != nil {
		return c
	}
	c := s.signIn(who)
	s.callers[who] = c
	return c
}

// signIn returns another browser of theirs.
func (s *site) signIn(who string) *caller {
	s.t.Helper()
	c := &caller{site: s, name: who}
	r := c.form("/login", "email", who+"@house.test", "password", password)
	require.Equal(s.t, http.StatusSeeOther, r.Status, "%s cannot sign in: %s", who, r.Body)
	require.NotNil(s.t, c.cookie)
	return c
}

// key returns a program with a new API key.
func (s *site) key(scopes string, properties ...string) *caller {
	s.t.Helper()
	list, err := inn.ParseScopes(strings.Split(scopes, ","))
	require.NoError(s.t, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	name := fmt.Sprintf("key-%d", len(s.callers))
	secret, err := s.store.AddKey(s.t.Context(), inn.Viewer{Name: "test"}, inn.Key{Name: name, Scopes: list, Properties: properties})
	require.NoError(s.t, err)
	c := &caller{site: s, name: name, secret: secret}
	s.callers[name] = c
	return c
}

// answer is a response read to its end.
type answer struct {
	Status int
	Header http.Header
	Body   string
}

func (a answer) json(t *testing.T) map[string]any {
	t.Helper()
	var m map[string]any
	require.NoError(t, json.Unmarshal([]byte(a.Body), &m), a.Body)
	return m
}

// do sends a request as this caller. Headers come in pairs; one with an empty
// value is taken away.
func (c *caller) do(method, path, body string, headers ...string) answer {
	c.site.t.Helper()
	r, err := c.try(method, path, body, headers...)
	require.NoError(c.site.t, err, "%s %s", method, path)
	return r
}

func (c *caller) try(method, path, body string, headers ...string) (answer, error) {
	req, err := c.request(method, path, body, headers...)
	if err != nil {
		return answer{}, err
	}
	res, err := c.site.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	for _, cookie := range res.Cookies() {
		if strings.HasSuffix(cookie.Name, cookieName) {
			c.cookie = cookie
		}
	}
	all, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, string(all)}, err
}

func (c *caller) request(method, path, body string, headers ...string) (*http.Request, error) {
	ctx, cancel := context.WithTimeout(c.site.t.Context(), 2*time.Minute)
	c.site.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, method, c.site.url+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if c.cookie != nil && c.cookie.Value != "" {
		req.AddCookie(&http.Cookie{Name: c.cookie.Name, Value: c.cookie.Value})
		req.Header.Set("Origin", c.site.url)
	}
	if c.secret != "" {
		req.Header.Set("Authorization", "Bearer "+c.secret)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		switch {
		case headers[i] == "Host":
			req.Host = headers[i+1]
		case headers[i+1] == "":
			req.Header.Del(headers[i])
		default:
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	return req, nil
}

func (c *caller) get(path string, headers ...string) answer {
	c.site.t.Helper()
	return c.do(http.MethodGet, path, "", headers...)
}

// post sends JSON.
func (c *caller) post(path, body string, headers ...string) answer {
	c.site.t.Helper()
	return c.do(http.MethodPost, path, body, append([]string{"Content-Type", "application/json"}, headers...)...)
}
