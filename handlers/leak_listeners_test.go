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

	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
	"baithaka/internal/oracle"
)

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
			l.told.Got(oracle.Delivery{Position: id, At: time.Now(), Replayed: !*live})
		}
	default:
		var e struct{ Payload map[string]any }
		_ = json.Unmarshal([]byte(m.Data), &e)
		for _, field := range []string{"customerName", "title", "scope", "name"} {
			if name, _ := e.Payload[field].(string); strings.HasPrefix(name, "ZQ-") {
				l.told.Got(oracle.Delivery{Position: id, Name: name, At: time.Now(), Replayed: !*live})
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
		if at := l.position(); at != "" && eventNumber(l.t, at) >= id {
			return
		}
		l.mu.Lock()
		done := l.done
		l.mu.Unlock()
		select {
		case <-done:
			return
		case <-time.After(5 * time.Millisecond):
			l.s.streams.Beat()
		}
		require.True(l.t, time.Now().Before(deadline), "%s did not come to %d", l.name, id)
	}
}

// change does one thing to somebody's rights and returns the place of it in the
// log; 0 when it changed nothing.
func (l *listeners) change() (at int64) {
	l.t.Helper()
	ctx, before := l.t.Context(), eventNumber(l.t, l.s.head())
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

// signInAgain gives a person who was barred and is let in again a new session.
func (l *listeners) signInAgain() error {
	if l.who.secret != "" || l.who.get("/api/v1/stream?rooms=none").Status != http.StatusUnauthorized {
		return nil
	}
	l.who = l.s.signIn(l.member.Email[:strings.Index(l.member.Email, "@")])
	return nil
}
