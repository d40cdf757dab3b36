package handlers

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
	"baithaka/internal/oracle"
)

// torment is what TestNothingLeaks does to the house: how much is published, and
// how often somebody's rights change while their streams are open, and how many
// programs listen for each.
type torment struct{ events, batch, changes, each int }

var leakHouses = []string{"lake-house", "hill-cottage", "sea-flat"}

// leakBatch publishes n events of four kinds at three properties and notes them.
func leakBatch(t *testing.T, h *oracle.History, writer *caller, from, n int) (last int64) {
	t.Helper()
	var bodies []string
	events := make([]oracle.Event, n)
	for i := range n {
		house := leakHouses[rand.IntN(len(leakHouses))]
		e := oracle.Event{Name: fmt.Sprintf("ZQ-%06d", from+i), Topic: house}
		switch rand.IntN(5) {
		case 0:
			e.Type = "alert:raised"
			bodies = append(bodies, fmt.Sprintf(`{"type":"alert:raised","property":%q,"payload":{"key":%q,"title":%q}}`, house, e.Name, e.Name))
		case 1:
			e.Type = "metrics:update"
			bodies = append(bodies, fmt.Sprintf(`{"type":"metrics:update","property":%q,"payload":{"scope":%q}}`, house, e.Name))
		case 2:
			e.Type = "user:action"
			bodies = append(bodies, fmt.Sprintf(`{"type":"user:action","property":%q,"payload":{"name":%q,"action":%q}}`, house, e.Name, e.Name))
		default:
			e.Type = "booking:new"
			bodies = append(bodies, fmt.Sprintf(`{"type":"booking:new","property":%q,"payload":{"id":%q,"type":"property","title":"T","customerName":%q}}`, house, e.Name, e.Name))
		}
		events[i] = e
	}
	sent := time.Now()
	r := writer.post("/api/v1/events", "["+strings.Join(bodies, ",")+"]")
	answered := time.Now()
	require.Equal(t, http.StatusCreated, r.Status, r.Body)
	var answer struct{ IDs []string }
	require.NoError(t, json.Unmarshal([]byte(r.Body), &answer))
	for i, e := range events {
		e.Position = eventNumber(t, answer.IDs[i])
		h.Acked(e, sent, answered)
		last = e.Position
	}
	return last
}

// Events go out to everybody at three properties while roles, properties and
// keys come and go under open streams: an oracle that knows every
// acknowledgement, every delivery and every change says that nothing was heard
// by whom it was not for, live or replayed, and that nothing else is missing.
func TestNothingLeaks(t *testing.T) {
	size, h := torment{events: 800, batch: 100, changes: 24, each: 1}, &oracle.History{Grace: soon}
	if soaking {
		size, h = torment{events: 20_000, batch: 100, changes: 200, each: 2}, &oracle.History{}
	}
	s := newSite(t)
	require.NoError(t, s.store.ListProperty(t.Context(), operator, inn.Property{Slug: "sea-flat", Name: "Sea Flat", Category: inn.Stay, Units: 2, Currency: "INR", Zone: "Asia/Kolkata", Country: "IN"}))
	writer := s.key("events:write")
	var everybody []*listeners
	add := func(l *listeners, pages bool) {
		l.t, l.s, l.history = t, s, h
		for range size.each {
			l.streams = append(l.streams, &listening{listeners: l, told: h.Stream(l.name, viewerName(l.name, false))})
		}
		if pages {
			l.streams = append(l.streams, &listening{listeners: l, page: true, told: h.Stream(l.name+" (page)", viewerName(l.name, true))})
		}
		l.noted(eventNumber(t, s.head()))
		for _, one := range l.streams {
			one.connect()
		}
		everybody = append(everybody, l)
	}
	for _, r := range roles {
		m := s.member(r.who)
		m.Properties = slices.Clone(m.Properties)
		add(&listeners{name: r.who, who: s.as(r.who), member: m}, true)
	}
	addKey := func(n int) {
		var limit []string
		if n%2 == 1 {
			limit = leakHouses[n%3 : n%3+1]
		}
		c := s.key("events:read", limit...)
		secret, err := s.store.KeyBySecret(t.Context(), c.secret)
		require.NoError(t, err)
		add(&listeners{name: c.name, who: c, key: secret}, false)
	}
	addKey(0)
	addKey(1)

	var published, changed int
	var slowest time.Duration
	perBatch := (size.changes*size.batch + size.events - 1) / size.events
	for published < size.events {
		var publisher sync.WaitGroup
		var last int64
		publisher.Go(func() { last = leakBatch(t, h, writer, published, size.batch) })
		for wanted := changed + perBatch; changed < wanted; { // while that is committed and goes out
			l := everybody[rand.IntN(len(everybody))]
			began := time.Now()
			if at := l.change(); at > 0 {
				changed++
				for _, one := range l.streams {
					one.reach(at)
				}
				slowest = max(slowest, time.Since(began))
				if l.who.secret != "" { // a revoked key is replaced by a new one
					addKey(len(everybody))
				}
			}
		}
		publisher.Wait()
		published += size.batch
		for _, l := range everybody {
			for _, one := range l.streams {
				one.reach(last) // so that nobody is further behind than a batch
				select {
				case <-one.done:
					if !l.gone {
						require.NoError(t, l.signInAgain())
						one.connect()
					}
				default:
					if rand.IntN(6) == 0 { // the line breaks; what follows is replayed
						one.close()
						one.connect()
					}
				}
			}
		}
	}
	last := eventNumber(t, s.head())
	for _, l := range everybody {
		for _, one := range l.streams {
			if !l.gone {
				one.reach(last)
			}
			one.close()
		}
	}
	verdict := h.Judge()
	assert.True(t, verdict.Clean(), verdict.String())
	assert.GreaterOrEqual(t, changed, size.changes)
	t.Logf("%d changes, the slowest in force after %s; %s", changed, slowest.Round(time.Millisecond), verdict)
}
