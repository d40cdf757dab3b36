package handlers

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// within is how long a revocation may take to reach an open stream.
const within = 10 * time.Second

var operator = inn.Viewer{Name: "test"}

func (s *site) member(who string) inn.Member {
	s.t.Helper()
	m, err := s.store.MemberByEmail(s.t.Context(), who+"@house.test")
	require.NoError(s.t, err)
	return m
}

// saysBye reads to the end: the last message is bye, and nothing of what was
// committed after the revocation came before it.
func saysBye(t *testing.T, r *reader) {
	t.Helper()
	for {
		m := r.next(within)
		require.NotContains(t, m.Data, "BK-late")
		if m.Event == "bye" {
			break
		}
	}
	assert.Empty(t, r.ends().Data, "nothing comes after bye")
}

// Every way to lose one's rights ends the streams that hang on them, and
// nobody else's.
func TestRevocationEndsStreams(t *testing.T) {
	type scene struct {
		s                  *site
		staff, other, key2 *caller // another browser of staff's, another key
	}
	for name, revoke := range map[string]func(*testing.T, scene){
		"logout": func(t *testing.T, sc scene) { require.Equal(t, 303, sc.s.as("staff").form("/logout").Status) },
		"disabled": func(t *testing.T, sc scene) {
			require.NoError(t, sc.s.store.DisableMember(t.Context(), operator, sc.s.member("staff").ID, true))
		},
		"password": func(t *testing.T, sc scene) {
			require.NoError(t, sc.s.store.SetPassword(t.Context(), operator, sc.s.member("staff").ID, "another-long-one"))
		},
		"key": func(t *testing.T, sc scene) {
			require.NoError(t, sc.s.store.RevokeKey(t.Context(), operator, sc.key2.name))
		},
		"signing in again": func(t *testing.T, sc scene) {
			r := sc.s.as("staff").form("/login", "email", "staff@house.test", "password", password)
			require.Equal(t, 303, r.Status)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			writer := s.key("events:write")
			key := s.key("events:read")
			sc := scene{s: s, staff: s.as("staff"), other: s.signIn("staff"), key2: key}
			session := sc.staff.cookie.Value
			mine := map[string]*reader{"page": s.stream("/live", sc.staff, "").live(), "program": s.stream("/api/v1/stream", sc.staff, "").live()}
			elsewhere := s.stream("/live", sc.other, "").live()
			byKey := s.stream("/api/v1/stream", key, "").live()
			manager, otherKey := s.stream("/live", s.as("manager"), "").live(), s.stream("/api/v1/stream", s.key("events:read"), "").live()

			revoke(t, sc)
			writer.publish(booking("new", "BK-late", "lake-house", ""))

			if name == "key" {
				saysBye(t, byKey)
				assert.Equal(t, 401, key.get("/api/v1/stream").Status)
				mine["page"].pushed("BK-late")
				assert.Equal(t, []string{"BK-late"}, mine["program"].subjects(1))
				elsewhere.pushed("BK-late")
			} else {
				saysBye(t, mine["page"])
				saysBye(t, mine["program"])
				assert.Equal(t, []string{"BK-late"}, byKey.subjects(1))
				gone := &caller{site: s, cookie: &http.Cookie{Name: "baithaka", Value: session}}
				assert.Equal(t, 401, gone.get("/api/v1/stream").Status)
				assert.Equal(t, "bye", s.stream("/live", gone, mine["page"].lastID).ends().Event)
				assert.Equal(t, 303, gone.get("/").Status)
				if name == "logout" || name == "signing in again" {
					elsewhere.pushed("BK-late") // one browser signed out, not the other
				} else {
					saysBye(t, elsewhere)
				}
			}
			for _, m := range strings.Split(manager.pushed("BK-late"), "\n") {
				assert.NotContains(t, m, "resync")
			}
			assert.Equal(t, []string{"BK-late"}, skipUsers(otherKey))
		})
	}
}

// skipUsers returns the next booking; a key hears of sign-ins where it may.
func skipUsers(r *reader) []string {
	for {
		if got := r.subjects(1); !strings.HasPrefix(got[0], "user:") {
			return got
		}
	}
}

// A property that is taken away is gone from the very next event on; the rest
// goes on, in the same stream.
func TestPropertyTakenAway(t *testing.T) {
	s := newSite(t)
	id := s.member("manager").ID
	require.NoError(t, s.store.ChangeMember(t.Context(), operator, id, inn.Manager, []string{"lake-house", "hill-cottage"}))
	manager := s.as("manager")
	writer := s.key("events:write")
	program, page, bystander := s.stream("/api/v1/stream", manager, "").live(), s.stream("/live?scope=property:lake-house", manager, "").live(), s.stream("/live", s.as("staff"), "").live()
	start := s.head()
	writer.publish(booking("new", "BK-before", "lake-house", ""))
	require.NoError(t, s.store.ChangeMember(t.Context(), operator, id, inn.Manager, []string{"hill-cottage"}))
	writer.publish(booking("new", "BK-late", "lake-house", ""))
	writer.publish(booking("new", "BK-hill", "hill-cottage", ""))

	assert.Equal(t, []string{"BK-before", "BK-hill"}, program.subjects(2))
	before, _ := page.until("resync")
	assert.Contains(t, join(before), "BK-before")
	assert.NotContains(t, page.pushed("BK-hill"), "BK-late")
	bystander.pushed("BK-late")
	// Today's rights decide on what is replayed, too.
	assert.Equal(t, []string{"BK-hill"}, s.stream("/api/v1/stream", manager, start).subjects(1))

	require.NoError(t, s.store.ChangeMember(t.Context(), operator, id, inn.Manager, []string{"lake-house"}))
	writer.publish(booking("new", "BK-back", "lake-house", ""))
	writer.publish(booking("new", "BK-hill2", "hill-cottage", ""))
	writer.publish(booking("confirmed", "BK-back", "lake-house", ""))
	assert.Equal(t, []string{"BK-back", "BK-back"}, program.subjects(2))
}

// A demotion takes amounts and contacts out of the stream from the next event on.
func TestRoleChange(t *testing.T) {
	s := newSite(t)
	manager := s.as("manager")
	writer := s.key("events:write")
	program, page := s.stream("/api/v1/stream", manager, "").live(), s.stream("/live", manager, "").live()
	writer.publish(distinctive("new", "BK-1", "lake-house"))
	require.NoError(t, s.store.ChangeMember(t.Context(), operator, s.member("manager").ID, inn.Staff, []string{"lake-house"}))
	writer.publish(distinctive("confirmed", "BK-1", "lake-house"))
	writer.publish(distinctive("new", "BK-2", "lake-house"))
	two := program.events(3)
	assert.InDelta(t, 777123, two[0].Payload["amount"], 0)
	assert.NotContains(t, two[1].Payload, "amount")
	assert.NotContains(t, two[2].Payload, "currency")
	assert.Equal(t, "zq-mail@guest.test", two[2].Payload["customerEmail"])

	before, _ := page.until("resync")
	assert.Contains(t, join(before), "7,77,123")
	after := page.pushed("BK-2")
	for _, amount := range amounts {
		assert.NotContains(t, after, amount)
	}
	require.NoError(t, s.store.ChangeMember(t.Context(), operator, s.member("manager").ID, inn.User, nil))
	writer.publish(distinctive("confirmed", "BK-2", "lake-house"))
	page.until("resync")
	assert.NotContains(t, page.upTo(s.head()), "BK-2")
}

func join(messages []message) string {
	var all strings.Builder
	for _, m := range messages {
		all.WriteString(m.Data + "\n")
	}
	return all.String()
}
