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

	"baithaka/inn"
	"baithaka/internal/oracle"
)

// torment is what TestNothingLeaks does to the house: how much is published, and
// how often somebody's rights change while their streams are open, and how many
// programs listen for each.
type torment struct{ events, batch, changes, each int }

// listeners are a person or a key under test: what they may hear is noted with
// the oracle each time it changes.
type listeners struct {
	t       *testing.T
	s       *site
	history *oracle.History
	name    string
	who     *caller
	member  inn.Member // of a person
	key     inn.Key    // of a program
	gone    bool
	streams []*listening
}

// listening is one stream over all its connections.
type listening struct {
	*listeners
	page bool
	told *oracle.Stream
	open *reader
	at   string // the last id it was given
	mu   sync.Mutex
	done chan struct{} // closed when the connection has ended
}

// mayHear is the table of CONTRACT in the test's own words: it must not be the
// program's policy, which is what is tested.
func mayHear(role inn.Role, properties []string, e oracle.Event) bool {
	switch role {
	case inn.SuperAdmin, inn.Admin:
		return true
	case inn.Owner, inn.Manager, inn.Staff:
		return e.Type != "user:action" && slices.Contains(properties, e.Topic)
	}
	return false
}

// noted tells the oracle what these may hear of what is committed after a place.
func (l *listeners) noted(after int64) {
	m, k, gone := l.member, l.key, l.gone
	for _, page := range []bool{false, true} {
		l.history.Rights(viewerName(l.name, page), after, time.Now(), func(e oracle.Event) bool {
			switch {
			case gone, page && e.Type == "metrics:update": // changes nothing on pages
				return false
			case l.who.secret != "":
				return e.Type != "user:action" && (len(k.Properties) == 0 || slices.Contains(k.Properties, e.Topic))
			}
			return mayHear(m.Role, m.Properties, e)
		})
	}
}

func viewerName(name string, page bool) string {
	if page {
		return name + " on a page"
	}
	return name
}

// connect opens the stream anew, from where it was, and reads it until it ends.
func (l *listening) connect() {
	path := "/api/v1/stream"
	if l.page {
		path = "/live"
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.s.stream(path, l.who, l.at)
	l.open, l.done = r, make(chan struct{})
	done := l.done
	go func() {
		defer close(done)
		live := false
		for m := range r.messages {
			l.heard(m, &live)
		}
	}()
}

func (l *listening) heard(m message, live *bool) {
	if !m.HasID {
		return // state
	}
	_, number, _ := strings.Cut(m.ID, "-")
	var id int64
	_, _ = fmt.Sscan(number, &id)
	l.mu.Lock()
	l.at = m.ID
	l.mu.Unlock()
	switch {
	case m.Event == "hello" || m.Event == "resync":
		l.told.Begin(id)
	case m.Event == "live" || m.Event == "beat" || m.Event == "bye":
		*live = *live || m.Event == "live"
		l.told.Reached(id)
	case m.Event == "":
		if strings.Contains(m.Data, "ZQ-") { // others, such as read marks, are none of the test's
			l.told.Got(oracle.Delivery{Place: id, At: time.Now(), Replayed: !*live})
		}
	default:
		var e struct{ Payload map[string]any }
		_ = json.Unmarshal([]byte(m.Data), &e)
		for _, field := range []string{"customerName", "title", "scope", "name"} {
			if name, _ := e.Payload[field].(string); strings.HasPrefix(name, "ZQ-") {
				l.told.Got(oracle.Delivery{Place: id, Name: name, At: time.Now(), Replayed: !*live})
				return
			}
		}
	}
}

// close ends the connection as a network does.
func (l *listening) close() {
	l.mu.Lock()
	open, done := l.open, l.done
	l.mu.Unlock()
	open.close()
	<-done
}

func (l *listening) position() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at
}

// reach waits until the stream has come to a place, or has ended.
func (l *listening) reach(id int64) {
	for deadline := time.Now().Add(2 * soon); ; {
		if at := l.position(); at != "" && place(l.t, at) >= id {
			return
		}
		l.mu.Lock()
		done := l.done
		l.mu.Unlock()
		select {
		case <-done:
			return
		case <-time.After(5 * time.Millisecond):
			l.s.beats.ring()
			l.s.state.ring()
		}
		require.True(l.t, time.Now().Before(deadline), "%s did not come to %d", l.name, id)
	}
}

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
		e.Place = place(t, answer.IDs[i])
		h.Acked(e, sent, answered)
		last = e.Place
	}
	return last
}

// change does one thing to somebody's rights and gives the place of it in the
// log; 0 when it changed nothing.
func (l *listeners) change() (at int64) {
	l.t.Helper()
	ctx, before := l.t.Context(), place(l.t, l.s.head())
	topic := inn.UserTopic(l.member.ID)
	switch {
	case l.who.secret != "":
		if l.gone {
			return 0
		}
		topic = inn.KeyTopic(l.key.ID)
		require.NoError(l.t, l.s.store.RevokeKey(ctx, operator, l.who.name))
		l.gone = true
	case l.gone || rand.IntN(8) == 0:
		require.NoError(l.t, l.s.store.DisableMember(ctx, operator, l.member.ID, !l.gone))
		l.gone = !l.gone
	case rand.IntN(2) == 0:
		l.member.Role = inn.Roles[rand.IntN(len(inn.Roles))]
		require.NoError(l.t, l.s.store.ChangeMember(ctx, operator, l.member.ID, l.member.Role, l.member.Properties))
	default:
		l.member.Properties = nil
		for _, house := range leakHouses {
			if rand.IntN(2) == 0 {
				l.member.Properties = append(l.member.Properties, house)
			}
		}
		require.NoError(l.t, l.s.store.ChangeMember(ctx, operator, l.member.ID, l.member.Role, l.member.Properties))
	}
	require.NoError(l.t, l.s.db.Read.QueryRow(`SELECT coalesce(max(id), 0) FROM events WHERE id > $1 AND type = 'member:changed' AND topic = $2`, before, topic).Scan(&at))
	if at > 0 {
		l.noted(at)
	}
	return at
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
		l.noted(place(t, s.head()))
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
	last := place(t, s.head())
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

// signInAgain gives a person who was barred and is let in again a new session.
func (l *listeners) signInAgain() error {
	if l.who.secret != "" || l.who.get("/api/v1/stream?rooms=none").Status != http.StatusUnauthorized {
		return nil
	}
	l.who = l.s.signIn(l.member.Email[:strings.Index(l.member.Email, "@")])
	return nil
}
