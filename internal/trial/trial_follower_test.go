package trial

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"sync/atomic"
	"time"

	"baithaka/internal/oracle"
)

// follower is a client that keeps the id it heard last and comes back with it,
// for as long as the trial lasts.
type follower struct {
	trial    *trial
	record   *oracle.Stream
	ctx      context.Context
	stop     context.CancelFunc
	path     string
	headers  []string
	page     bool                   // fragments, not JSON
	through  func(at string) string // which way the next connection goes; nil for straight
	enough   func() bool            // asked after every message; nil for never
	ended    func()                 // called after every connection; nil for nothing
	last     string
	live     bool
	final    oracle.Message  // the last whole message of the last connection
	how      error           // and how that ended
	delays   []time.Duration // from a publish to its arrival
	position atomic.Int64
	opened   atomic.Int64 // connections that were answered
	resyncs  atomic.Int64
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
	position, name := f.trial.position(m.ID), subject
	if f.page {
		name = inFragment
	}
	switch found := name.FindStringSubmatch(m.Data); {
	case m.Event == "resync":
		f.resyncs.Add(1)
		f.record.Begin(position)
	case m.Event == "hello":
		f.record.Begin(position)
	case m.Event == "bye":
		f.trial.t.Errorf("a stream was told not to come back")
	case m.Event == "live" || m.Event == "beat":
		f.live = true
		f.record.Reached(position)
	case found != nil:
		now := time.Now()
		f.record.Got(oracle.Delivery{Position: position, Name: found[1], At: now, Replayed: !f.live})
		f.trial.mu.Lock()
		f.delays = append(f.delays, now.Sub(f.trial.sent[found[1]]))
		f.trial.mu.Unlock()
	case f.page:
		f.record.Reached(position)
	default:
		f.trial.t.Errorf("not a booking: %s", m)
	}
	f.position.Store(position)
	select {
	case f.trial.moved <- struct{}{}:
	default:
	}
	if f.enough != nil && f.enough() {
		f.stop()
	}
}
