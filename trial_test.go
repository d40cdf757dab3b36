package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/inn"
	"baithaka/internal/oracle"
)

// size gives how much of a torment there is: little in every `make test`, the
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
func (tr *trial) publish(name string) (place int64) { return tr.publishWith(name, "") }

// publishWith is publish with notes, for events of some size.
func (tr *trial) publishWith(name, notes string) (place int64) {
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
			place = tr.place(id)
			tr.Acked(oracle.Event{Place: place, Name: name, Topic: "property:lake-house", Type: "booking:new"}, sent, time.Now())
			return place
		case err == nil && status != http.StatusServiceUnavailable:
			tr.t.Errorf("%s was answered %d", name, status)
			return 0
		}
		tr.Tried(name)
		tr.pause()
	}
}

// post sends one publish and gives the position in its answer.
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

// place reads a position of the one epoch there is.
func (tr *trial) place(position string) int64 {
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

// follower is a client that keeps the id it heard last and comes back with it,
// for as long as the trial lasts.
type follower struct {
	trial   *trial
	record  *oracle.Stream
	ctx     context.Context
	stop    context.CancelFunc
	path    string
	headers []string
	page    bool                   // fragments, not JSON
	through func(at string) string // which way the next connection goes; nil for straight
	enough  func() bool            // asked after every message; nil for never
	ended   func()                 // called after every connection; nil for nothing
	last    string
	live    bool
	final   oracle.Message  // the last whole message of the last connection
	how     error           // and how that ended
	delays  []time.Duration // from a publish to its arrival
	place   atomic.Int64
	opened  atomic.Int64 // connections that were answered
	resyncs atomic.Int64
}

// inFragment finds the booking a fragment for a page shows.
var inFragment = regexp.MustCompile(`data-booking="([^"]+)"`)

// follow starts a follower of the JSON stream. change may set it up before it
// goes.
func (tr *trial) follow(change ...func(*follower)) *follower {
	f := &follower{trial: tr, path: "/api/v1/stream?types=booking:new", headers: []string{"Authorization", "Bearer " + tr.key}}
	f.ctx, f.stop = context.WithCancel(tr.ctx)
	for _, set := range change {
		set(f)
	}
	tr.mu.Lock()
	f.record = tr.Stream(fmt.Sprintf("stream-%d", len(tr.followers)), "key")
	tr.followers = append(tr.followers, f)
	tr.mu.Unlock()
	tr.following.Go(f.run)
	return f
}

func (f *follower) run() {
	defer f.stop()
	for {
		at, ok := f.trial.at(f.ctx)
		if !ok {
			return
		}
		if f.through != nil {
			at = f.through(at)
		}
		f.how = f.once(at) // whatever it is, it is tried again
		if f.ended != nil {
			f.ended()
		}
		f.trial.pause()
	}
}

// once opens the stream and reads it until it ends.
func (f *follower) once(at string) error {
	req, err := http.NewRequestWithContext(f.ctx, "GET", at+f.path, nil)
	if err != nil {
		return err
	}
	for i := 0; i+1 < len(f.headers); i += 2 {
		req.Header.Set(f.headers[i], f.headers[i+1])
	}
	if f.last != "" {
		req.Header.Set("Last-Event-ID", f.last)
	}
	res, err := f.trial.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		f.trial.t.Errorf("a stream was answered %d", res.StatusCode)
		return errors.New(res.Status)
	}
	f.opened.Add(1)
	f.live = false
	return oracle.Read(res.Body, f.hear)
}

func (f *follower) hear(m oracle.Message) {
	f.final = m
	if !m.HasID {
		return
	}
	f.last = m.ID
	place, name := f.trial.place(m.ID), subject
	if f.page {
		name = inFragment
	}
	switch found := name.FindStringSubmatch(m.Data); {
	case m.Event == "resync":
		f.resyncs.Add(1)
		f.record.Begin(place)
	case m.Event == "hello":
		f.record.Begin(place)
	case m.Event == "bye":
		f.trial.t.Errorf("a stream was told not to come back")
	case m.Event == "live" || m.Event == "beat":
		f.live = true
		f.record.Reached(place)
	case found != nil:
		now := time.Now()
		f.record.Got(oracle.Delivery{Place: place, Name: found[1], At: now, Replayed: !f.live})
		f.trial.mu.Lock()
		f.delays = append(f.delays, now.Sub(f.trial.sent[found[1]]))
		f.trial.mu.Unlock()
	case f.page:
		f.record.Reached(place)
	default:
		f.trial.t.Errorf("not a booking: %s", m)
	}
	f.place.Store(place)
	select {
	case f.trial.moved <- struct{}{}:
	default:
	}
	if f.enough != nil && f.enough() {
		f.stop()
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

// reach waits until every follower has come to a place.
func (tr *trial) reach(place int64) {
	tr.t.Helper()
	deadline := time.After(time.Duration(size(60, 300)) * time.Second)
	for {
		behind := 0
		for _, f := range tr.followers {
			if f.place.Load() < place {
				behind++
			}
		}
		if behind == 0 {
			return
		}
		select {
		case <-tr.moved:
		case <-deadline:
			require.FailNow(tr.t, "not every stream came to the end", "%d of %d are behind %d", behind, len(tr.followers), place)
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
	for place, name := range tr.log() {
		tr.Logged(place, name)
	}
	verdict := tr.Judge()
	tr.t.Log(verdict)
	assert.True(tr.t, verdict.Clean(), verdict)
	return verdict
}

// log reads the bookings made from the history, oldest first.
func (tr *trial) log() map[int64]string {
	tr.t.Helper()
	all := map[int64]string{}
	for after := tr.epoch + "-0"; after != ""; {
		res := do(tr.t, "GET", tr.server.url+"/api/v1/events?type=booking:new&limit=500&after="+after, "", "Authorization", "Bearer "+tr.key)
		require.Equal(tr.t, http.StatusOK, res.StatusCode)
		var page struct {
			Events []struct{ ID, Subject string }
			Next   *string
		}
		require.NoError(tr.t, json.NewDecoder(res.Body).Decode(&page))
		for _, e := range page.Events {
			all[tr.place(e.ID)] = strings.TrimPrefix(e.Subject, "booking:")
		}
		if after = ""; page.Next != nil {
			after = *page.Next
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
