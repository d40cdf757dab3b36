package trial

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/inn"
	"baithaka/internal/oracle"
)

// size returns how much of a torment there is: little in every `make test`, the
// whole of it in `make soak`.
func size(short, long int) int {
	if soaking {
		return long
	}
	return short
}

// trial is a server that is tormented while publishers publish and streams
// follow, and everything they see, for the oracle. Each booking is published
// once, and its id is the event's name.
type trial struct {
	oracle.History
	t        *testing.T
	ctx      context.Context
	dir, key string
	watcher  string // a key that may read /metrics
	flags    []string
	client   *http.Client
	server   *process
	epoch    string

	mu        sync.Mutex
	url       string
	up        chan struct{}        // closed while the server answers
	sent      map[string]time.Time // when each was published first
	followers []*follower
	moved     chan struct{} // some follower has come further
	following sync.WaitGroup
}

// newTrial makes a house and starts its server, without limits on streams.
func newTrial(t *testing.T, flags ...string) *trial {
	t.Helper()
	tr := &trial{t: t, flags: append([]string{"--streams-per-key", "0", "--streams-per-address", "0", "--streams-per-person", "0"}, flags...),
		up: make(chan struct{}), moved: make(chan struct{}, 1), sent: map[string]time.Time{}}
	tr.dir, _ = newHouse(t)
	tr.key = must(t, tr.dir, "key", "add", "tormentor", "--scope", "events:write,events:read,contacts:read")
	tr.watcher = must(t, tr.dir, "key", "add", "watcher", "--scope", "metrics:read")
	transport := &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}
	tr.client = &http.Client{Transport: transport}
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(size(5, 30))*time.Minute)
	tr.ctx = ctx
	t.Cleanup(func() { cancel(); tr.following.Wait(); transport.CloseIdleConnections() })
	tr.start()
	return tr
}

// start starts the server on the trial's directory and lets everybody know.
func (tr *trial) start() (took time.Duration) {
	tr.t.Helper()
	began := time.Now()
	tr.server = serve(tr.t, tr.dir, tr.flags...)
	res := do(tr.t, "GET", tr.server.url+"/readyz", "")
	require.Equal(tr.t, http.StatusOK, res.StatusCode)
	took = time.Since(began)
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.url = tr.server.url
	close(tr.up)
	return took
}

// down lets nobody call the server until it is started again.
func (tr *trial) down() {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.up = make(chan struct{})
}

// at waits until a server answers and says where; false when all is over.
func (tr *trial) at(ctx context.Context) (url string, ok bool) {
	tr.mu.Lock()
	up := tr.up
	tr.mu.Unlock()
	select {
	case <-up:
	case <-ctx.Done():
		return "", false
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.url, true
}

// publish sends a booking until it is answered 2xx, always with the same
// idempotency key, and notes what became of it.
func (tr *trial) publish(name string) (position int64) { return tr.publishWith(name, "") }

// publishWith is publish with notes, for events of some size.
func (tr *trial) publishWith(name, notes string) (position int64) {
	body := fmt.Sprintf(`{"type":"booking:new","property":"lake-house","payload":{"id":%q,"type":"property","title":"T","customerName":"C","notes":%q}}`, name, notes)
	tr.mu.Lock()
	tr.sent[name] = time.Now()
	tr.mu.Unlock()
	for {
		at, ok := tr.at(tr.ctx)
		if !ok {
			tr.t.Errorf("%s was never answered", name)
			return 0
		}
		sent := time.Now()
		status, id, err := tr.post(at, body, name)
		switch {
		case err == nil && (status == http.StatusCreated || status == http.StatusOK):
			position = tr.position(id)
			tr.Acked(oracle.Event{Position: position, Name: name, Topic: "property:lake-house", Type: "booking:new"}, sent, time.Now())
			return position
		case err == nil && status != http.StatusServiceUnavailable:
			tr.t.Errorf("%s was answered %d", name, status)
			return 0
		}
		tr.Tried(name)
		tr.pause()
	}
}

// post sends one publish and returns the position in its answer.
func (tr *trial) post(at, body, idempotency string) (status int, id string, err error) {
	req, err := http.NewRequestWithContext(tr.ctx, "POST", at+"/api/v1/events", strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Authorization", "Bearer "+tr.key)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", idempotency)
	res, err := tr.client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	var answer struct{ ID string }
	if res.StatusCode < 300 {
		err = json.NewDecoder(res.Body).Decode(&answer)
	}
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode, answer.ID, err
}

// position reads a position of the one epoch there is.
func (tr *trial) position(position string) int64 {
	p, err := inn.ParsePosition(position)
	assert.NoError(tr.t, err)
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if tr.epoch == "" {
		tr.epoch = p.Epoch
	}
	assert.Equal(tr.t, tr.epoch, p.Epoch)
	return p.ID
}

// pause is what a client does before it tries again.
func (tr *trial) pause() {
	select {
	case <-time.After(5 * time.Millisecond):
	case <-tr.ctx.Done():
	}
}

// metric reads one line of /metrics.
func (tr *trial) metric(name string) float64 {
	tr.t.Helper()
	page := text(tr.t, do(tr.t, "GET", tr.server.url+"/metrics", "", "Authorization", "Bearer "+tr.watcher))
	for line := range strings.Lines(page) {
		if value, found := strings.CutPrefix(line, name+" "); found {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			require.NoError(tr.t, err)
			return n
		}
	}
	require.FailNow(tr.t, "no such metric", name)
	return 0
}

// reach waits until every follower has come to a position.
func (tr *trial) reach(position int64) {
	tr.t.Helper()
	deadline := time.After(time.Duration(size(60, 300)) * time.Second)
	for {
		behind := 0
		for _, f := range tr.followers {
			if f.position.Load() < position {
				behind++
			}
		}
		if behind == 0 {
			return
		}
		select {
		case <-tr.moved:
		case <-deadline:
			require.FailNow(tr.t, "not every stream came to the end", "%d of %d are behind %d", behind, len(tr.followers), position)
		}
	}
}

// judge publishes one event more, waits until every follower has it and ends
// them, reads the log, and lets the oracle speak.
func (tr *trial) judge() *oracle.Verdict {
	tr.t.Helper()
	tr.reach(tr.publish("BK-the-end"))
	for _, f := range tr.followers {
		f.stop()
	}
	tr.following.Wait()
	for position, name := range tr.log() {
		tr.Logged(position, name)
	}
	verdict := tr.Judge()
	tr.t.Log(verdict)
	assert.True(tr.t, verdict.Clean(), verdict)
	return verdict
}

// log reads the bookings made from the history, back to where it was trimmed.
func (tr *trial) log() map[int64]string {
	tr.t.Helper()
	all := map[int64]string{}
	for query, more := "", true; more; {
		res := do(tr.t, "GET", tr.server.url+"/api/v1/events?type=booking:new&limit=500"+query, "", "Authorization", "Bearer "+tr.key)
		require.Equal(tr.t, http.StatusOK, res.StatusCode)
		var page struct {
			Events []struct{ ID, Subject string }
			Next   *string
		}
		require.NoError(tr.t, json.NewDecoder(res.Body).Decode(&page))
		for _, e := range page.Events {
			all[tr.position(e.ID)] = strings.TrimPrefix(e.Subject, "booking:")
		}
		if more = page.Next != nil; more {
			query = "&before=" + *page.Next
		}
	}
	return all
}

// intact checks a copy of the database as it lies there, so that the server
// finds it as it was left.
func (tr *trial) intact() {
	tr.t.Helper()
	copied := tr.t.TempDir()
	for _, suffix := range []string{"", "-wal"} {
		content, err := os.ReadFile(db.File(tr.dir) + suffix)
		require.NoError(tr.t, err)
		require.NoError(tr.t, os.WriteFile(filepath.Join(copied, "copy.db"+suffix), content, 0o600))
	}
	found, err := sql.Open("sqlite", filepath.Join(copied, "copy.db"))
	require.NoError(tr.t, err)
	defer found.Close()
	var says string
	require.NoError(tr.t, found.QueryRow(`PRAGMA integrity_check`).Scan(&says))
	require.Equal(tr.t, "ok", says)
	require.NoError(tr.t, os.RemoveAll(copied))
}
