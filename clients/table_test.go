package clients

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// row is what became of a library: the table's columns.
type row struct{ full, kill, drain, bye string }

// What a cell may say.
const (
	comesBack = "comes back"
	resumes   = "resumes"
	misses    = "comes back, misses" // it does not say where it was
	givesUp   = "gives up"
	stops     = "stops"
	asksOn    = "asks on" // is answered 401, time and again
)

// follow is one run of a library.
type follow struct {
	t       *testing.T
	cancel  context.CancelFunc
	heard   chan heard
	stopped chan struct{}
}

func (l library) follow(t *testing.T, p *program) *follow {
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	f := &follow{t: t, cancel: cancel, heard: make(chan heard, 1<<12), stopped: make(chan struct{})}
	go func() {
		defer close(f.stopped)
		l.open(ctx, "http://"+p.address+"/api/v1/stream?types=booking:new", p.key, func(h heard) { f.heard <- h })
	}()
	t.Cleanup(cancel)
	return f
}

// until waits for one that is so; ended says that it ended for good before.
func (f *follow) until(within time.Duration, so func(heard) bool) (found, ended bool) {
	deadline := time.After(within)
	for {
		select {
		case h := <-f.heard:
			if h.Ended != "" {
				f.t.Logf("it ended: %s", h.Ended)
				return false, true
			}
			if so(h) {
				return true, false
			}
		case <-deadline:
			return false, false
		}
	}
}

func about(id string) func(heard) bool {
	return func(h heard) bool { return h.Event == "booking:new" && strings.Contains(h.Data, `"booking:`+id+`"`) }
}

func anything(heard) bool { return true }

// try runs a library through all that happens.
func (l library) try(t *testing.T) (r row) {
	p := serve(t)
	letGo := p.occupy()
	f := l.follow(t, p)
	require.Eventually(t, func() bool { return p.answered(429) > 0 }, soon, 20*time.Millisecond, "it asks")
	letGo()
	switch found, ended := f.until(soon, anything); {
	case found:
		r.full = comesBack
	case ended:
		r.full = givesUp
	default:
		require.Fail(t, "after 429 it neither came back nor ended")
	}
	again := func() {
		f.cancel()
		f = l.follow(t, p)
	}
	ready := func() {
		t.Helper()
		id := p.publish()
		found, ended := f.until(soon, about(id))
		require.True(t, found, "it hears nothing any more (ended: %t)", ended)
	}
	over := func(by syscall.Signal) string {
		t.Helper()
		ready()
		p.restart(by)
		missed := p.publish() // mostly before it is there again
		switch found, ended := f.until(soon, about(missed)); {
		case found:
			return resumes
		case ended:
			again()
			return stops
		}
		later := p.publish()
		found, ended := f.until(soon, about(later))
		require.True(t, found, "it neither came back nor ended (ended: %t)", ended)
		return misses
	}
	if r.full == givesUp {
		// Who was refused once may still be counted for a moment.
		require.Eventually(t, func() bool {
			again()
			found, _ := f.until(2*time.Second, anything)
			return found
		}, soon, time.Second)
	}
	r.kill = over(syscall.SIGKILL)
	r.drain = over(syscall.SIGTERM)
	ready()
	before := p.answered(401)
	p.run("key", "revoke", "library")
	ended := make(chan bool, 1)
	go func() {
		_, over := f.until(soon, func(heard) bool { return false })
		ended <- over
	}()
	asked := time.NewTicker(100 * time.Millisecond)
	defer asked.Stop()
	for r.bye == "" {
		select {
		case over := <-ended:
			require.True(t, over, "after bye it neither ended nor asked on")
			r.bye = stops
		case <-asked.C:
			if p.answered(401)-before >= 3 {
				r.bye = asksOn
			}
		}
	}
	f.cancel()
	return r
}

// table prints what was found, as docs/clients.md has it.
var table struct {
	sync.Mutex
	lines []string
}

func note(l library, r row) {
	table.Lock()
	defer table.Unlock()
	settings := l.settings
	if settings == "" {
		settings = "none"
	}
	table.lines = append(table.lines, fmt.Sprintf("| %s %s | %s | %s | %s | %s | %s |", l.name, l.version, settings, r.kill, r.drain, r.full, r.bye))
}

// expected is what is known of the libraries as they come; with the settings
// that the table names every one of them does everything right.
var expected = map[string]row{
	"github.com/launchdarkly/eventsource": {givesUp, resumes, resumes, asksOn},
	"github.com/r3labs/sse/v2":            {comesBack, resumes, resumes, stops},
	"github.com/tmaxmax/go-sse":           {givesUp, resumes, resumes, stops},
	"@microsoft/fetch-event-source":       {comesBack, resumes, resumes, stops},
	"event-source-polyfill":               {givesUp, resumes, resumes, stops},
	"eventsource":                         {givesUp, resumes, resumes, stops},
	"eventsource-client":                  {comesBack, resumes, resumes, asksOn},
	"launchdarkly-eventsource":            {givesUp, resumes, resumes, stops},
	"reconnecting-eventsource":            {comesBack, resumes, resumes, asksOn},
	"undici":                              {givesUp, resumes, resumes, stops},
}

func run(t *testing.T, libraries []library) {
	limit := make(chan struct{}, 3)
	t.Run("libraries", func(t *testing.T) {
		for _, l := range libraries {
			name := l.name + " as it comes"
			if l.settings != "" {
				name = l.name + " with settings"
			}
			t.Run(strings.ReplaceAll(name, "/", "."), func(t *testing.T) {
				t.Parallel()
				limit <- struct{}{}
				defer func() { <-limit }()
				got := l.try(t)
				note(l, got)
				want := row{comesBack, resumes, resumes, stops}
				if l.settings == "" {
					want = expected[l.name]
				}
				assert.Equal(t, want, got)
			})
		}
	})
}

func TestGoLibraries(t *testing.T) {
	run(t, goLibraries)
	printed(t)
}

// printed prints the lines so far, and asks that docs/clients.md has them.
func printed(t *testing.T) {
	t.Helper()
	table.Lock()
	defer table.Unlock()
	slices.Sort(table.lines)
	fmt.Println("| Library | Settings beside the key | kill -9 | Stop and start | 429 | Key revoked |\n|---|---|---|---|---|---|")
	text, err := os.ReadFile("../docs/clients.md")
	require.NoError(t, err)
	for _, line := range slices.Compact(table.lines) {
		fmt.Println(line)
		assert.Contains(t, string(text), line, "docs/clients.md says otherwise")
	}
}
