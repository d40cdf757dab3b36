package handlers

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/figures"
	"baithaka/internal/live"
	"baithaka/internal/oracle"
	"baithaka/store"
)

// line is a network that stays inside the test, so that its time can be made.
type line struct {
	conns  chan net.Conn
	closed chan struct{}
	end    sync.Once
}

func (l *line) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *line) Close() error   { l.end.Do(func() { close(l.closed) }); return nil }
func (l *line) Addr() net.Addr { return &net.IPAddr{} }

func (l *line) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	l.conns <- there
	return here, nil
}

// inTime runs a test against a site whose days pass at once. Nothing is done by
// the clock there but what the test does.
func inTime(t *testing.T, do func(*testing.T, *site)) { inTimeOver(t, template, do) }

// inTimeOver does the same over a database of the test's own; nil is a new one.
func inTimeOver(t *testing.T, file []byte, do func(*testing.T, *site)) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		if file != nil {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "baithaka.db"), file, 0o600))
		}
		ctx := context.WithoutCancel(t.Context())
		database, err := db.Open(ctx, dir)
		require.NoError(t, err)
		database.Read.SetMaxOpenConns(1) // whoever holds rows while asking again waits for ever
		logger := slog.New(slog.DiscardHandler)
		s, err := store.New(ctx, database, logger)
		require.NoError(t, err)
		log, err := live.New(ctx, s, logger)
		require.NoError(t, err)
		l := &line{conns: make(chan net.Conn), closed: make(chan struct{})}
		transport := &http.Transport{DialContext: l.dial}
		one := &site{
			Site: New(s, log, figures.New(s, log, logger), logger, Config{}), t: t, db: database, logged: &logged{}, callers: map[string]*caller{},
			url:    "http://127.0.0.1",
			client: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		}
		work, stop := context.WithCancel(ctx)
		server := &http.Server{Handler: one.Handler()}
		var working sync.WaitGroup
		working.Go(func() { log.Run(work) })
		working.Go(func() { _ = server.Serve(l) })
		do(t, one)
		stop()
		transport.CloseIdleConnections()
		_ = server.Close()
		working.Wait()
		s.Close()
		require.NoError(t, database.Close())
	})
}

// heard opens a stream and returns what it has said so far.
func (s *site) heard(who *caller, path string) func() []message {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil)
	require.NoError(s.t, err)
	r.AddCookie(&http.Cookie{Name: cookieName, Value: who.cookie.Value})
	res, err := s.client.Do(r)
	require.NoError(s.t, err)
	require.Equal(s.t, 200, res.StatusCode)
	s.t.Cleanup(func() { res.Body.Close() })
	var mu sync.Mutex
	var all []message
	go func() {
		_ = oracle.Read(res.Body, func(m message) {
			mu.Lock()
			defer mu.Unlock()
			all = append(all, m)
		})
	}()
	return func() []message {
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		return all
	}
}

func last(all []message) string {
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1].Event
}

// N-6: an open page, and what it does by itself, does not keep a session from
// running idle; the page is told when it has.
func TestAnOpenPageKeepsNobodySignedIn(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		staff := s.with(s.quick("staff"))
		page, program := s.heard(staff, "/live"), s.heard(staff, "/api/v1/stream")
		for range 6 {
			time.Sleep(24 * time.Hour)
			s.streams.Beat()
			again := s.heard(staff, "/live") // a tab that comes back
			assert.NotEqual(t, "bye", last(again()))
			s.flush()
		}
		assert.NotEqual(t, "bye", last(page()))
		time.Sleep(24*time.Hour - time.Second)
		s.streams.Beat()
		assert.NotEqual(t, "bye", last(page()))
		time.Sleep(time.Second)
		s.streams.Beat()
		assert.Equal(t, "bye", last(page()))
		assert.Equal(t, "bye", last(program()))
		s.signedOut(staff.cookie.Value, "a week without use")
		assert.Equal(t, "bye", last(s.heard(staff, "/live")()))
	})
}

// N-6: use extends the idle limit, not the absolute one, which cuts open streams
// too; nothing that is committed later reaches them.
func TestThirtyDaysAreTheMost(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		began := time.Now()
		staff := s.with(s.quick("staff"))
		page, program := s.heard(staff, "/live"), s.heard(staff, "/api/v1/stream")
		for time.Since(began) < store.SessionLife-5*24*time.Hour {
			time.Sleep(5 * 24 * time.Hour)
			require.Equal(t, 200, staff.get("/").Status)
			s.flush()
			s.streams.Beat()
			require.NotEqual(t, "bye", last(page()))
		}
		time.Sleep(5*24*time.Hour - time.Second)
		assert.Equal(t, 200, staff.get("/").Status)
		s.flush()
		assert.NotEqual(t, "bye", last(page()))
		time.Sleep(time.Second)
		s.key("events:write").publish(booking("new", "BK-late", "lake-house", ""))
		for _, stream := range []func() []message{page, program} {
			assert.Equal(t, "bye", last(stream()))
			assert.NotContains(t, join(stream()), "BK-late")
		}
		s.signedOut(staff.cookie.Value, "thirty days")
	})
}

// When a session was used is written now and then, not with every request.
func TestUseIsNotedNowAndThen(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		staff := s.with(s.quick("staff"))
		used := func() time.Time {
			s.flush()
			all, err := s.store.Sessions(t.Context(), s.member("staff").ID)
			require.NoError(t, err)
			require.Len(t, all, 1)
			return all[0].Used
		}
		first := used()
		for range 4 {
			time.Sleep(time.Minute)
			require.Equal(t, 200, staff.get("/").Status)
		}
		assert.Equal(t, first, used())
		time.Sleep(time.Minute)
		require.Equal(t, 200, staff.get("/").Status)
		assert.Equal(t, 5*time.Minute, used().Sub(first))
	})
}
