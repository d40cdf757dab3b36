package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// begin gives a person a session and reads it back.
func begin(t testing.TB, s *Store, v inn.Viewer, token string) Session {
	t.Helper()
	signedIn(t, s, v, token)
	one, err := s.Session(ctx, token)
	require.NoError(t, err)
	return one
}

// dead says that no session answers to a token.
func dead(t testing.TB, s *Store, token, why string) {
	t.Helper()
	_, err := s.Session(ctx, token)
	assert.Equal(t, inn.NotFound, inn.CodeOf(err), why)
}

// age moves when a session was begun, used and renewed into the past.
func age(t testing.TB, s *Store, id int64, by time.Duration) {
	t.Helper()
	require.NoError(t, s.write(ctx, func(t *tx) error {
		return t.exec(`
			UPDATE sessions SET created_at = created_at - $2, last_used = last_used - $2, expires = expires - $2,
				renewed_at = CASE WHEN renewed_at > $2 THEN renewed_at - $2 ELSE 0 END
			WHERE id = $1`, id, by.Milliseconds())
	}))
}

// N-5: a request that was in flight when the session ended must not bring it
// back, and none makes a session that was never begun.
func TestAnEndedSessionStaysEnded(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	tom := person(t, s, "tom", inn.Staff)
	got := begin(t, s, tom, "hash")
	head := s.head(t)
	require.NoError(t, s.EndSession(ctx, "hash"))
	events := since(t, s, head)
	require.Len(t, events, 1)
	assert.Equal(t, []any{inn.SessionEnded, tom.Own()}, []any{events[0].Type, events[0].Topic})
	assert.Equal(t, got.ID, snapshot[sessionEnded](t, &events[0]).Session)

	late := got
	late.Expires, late.Data = time.Now().Add(time.Hour), []byte("data")
	require.NoError(t, s.SaveSession(ctx, late))
	require.NoError(t, s.UseSessions(ctx, map[int64]time.Time{got.ID: time.Now()}))
	require.NoError(t, s.RenewSession(ctx, got.ID, "hash", "next"))
	require.NoError(t, s.SaveSession(ctx, Session{Token: "never begun", UserID: tom.UserID, Data: []byte("data"), Expires: late.Expires}))
	require.NoError(t, s.EndSession(ctx, "hash"))
	require.NoError(t, s.EndSession(ctx, "unknown"))
	for _, token := range []string{"hash", "next", "never begun"} {
		dead(t, s, token, token)
	}
	until, err := s.SessionUntil(ctx, got.ID)
	require.NoError(t, err)
	assert.Zero(t, until)
	assert.Equal(t, head+1, s.head(t), "it ends once")
	assert.NotContains(t, contents(t, s), "data]", "nothing of it is kept")

	require.NoError(t, s.StartSession(ctx, SignIn{Session: Session{Token: "before", Data: []byte("x"), Expires: late.Expires}}))
	require.NoError(t, s.EndSession(ctx, "before"))
	assert.Equal(t, head+1, s.head(t), "one without a person ends without an event")
}

// N-6: whichever limit comes first, and using a session moves the idle one only.
func TestASessionEndsByItself(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	tom := person(t, s, "tom", inn.Staff)
	start := func(token string, life time.Duration) Session {
		require.NoError(t, s.StartSession(ctx, SignIn{Session: Session{Token: token, UserID: tom.UserID, Data: []byte("x"), Expires: time.Now().Add(life)}, Proof: proof(tom)}))
		one, err := s.Session(ctx, token)
		require.NoError(t, err)
		return one
	}
	short, long := start("short", time.Hour), start("long", SessionLife)
	assert.Equal(t, short.Expires, short.Until())
	assert.Equal(t, long.Used.Add(SessionIdle), long.Until())

	age(t, s, short.ID, time.Hour)
	age(t, s, long.ID, SessionIdle-time.Minute)
	dead(t, s, "short", "its time is over")
	require.NoError(t, s.UseSessions(ctx, map[int64]time.Time{long.ID: time.Now(), short.ID: time.Now()}))
	dead(t, s, "short", "and no use of it changes that")
	age(t, s, long.ID, SessionIdle-time.Minute)
	all, err := s.Sessions(ctx, tom.UserID)
	require.NoError(t, err)
	assert.Len(t, all, 1, "it was used in between")
	age(t, s, long.ID, time.Minute+time.Second)
	dead(t, s, "long", "nobody used it for a week")
	require.NoError(t, s.UseSessions(ctx, map[int64]time.Time{long.ID: time.Now()}))
	dead(t, s, "long", "what has run idle stays so")
	n, err := s.SignedIn(ctx, tom.UserID)
	require.NoError(t, err)
	assert.Zero(t, n)

	again := start("again", SessionLife)
	for range 5 {
		require.NoError(t, s.UseSessions(ctx, map[int64]time.Time{again.ID: time.Now()}))
		age(t, s, again.ID, SessionIdle-time.Hour)
	}
	dead(t, s, "again", "thirty days are the most, however it is used")
}

// N-3: when rights change a session goes on under a new token; the old one is
// dead after the requests that were under way.
func TestAChangeOfRightsRenewsTheToken(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	tom, eva := person(t, s, "tom", inn.Staff), person(t, s, "eva", inn.Staff)
	begin(t, s, tom, "old")
	begin(t, s, eva, "hers")
	require.NoError(t, s.ChangeMember(ctx, operator, tom.UserID, inn.Manager, []string{"lake"}))
	one, err := s.Session(ctx, "old")
	require.NoError(t, err)
	assert.True(t, one.Due)
	assert.NotEmpty(t, one.Renewal)
	other, err := s.Session(ctx, "hers")
	require.NoError(t, err)
	assert.False(t, other.Due, "others are not concerned")

	require.NoError(t, s.RenewSession(ctx, one.ID, "old", "next"))
	require.NoError(t, s.RenewSession(ctx, one.ID, "old", "other"), "another request, too late")
	dead(t, s, "other", "there is one next token")
	renewed, err := s.Session(ctx, "next")
	require.NoError(t, err)
	assert.Equal(t, []any{one.ID, false, false}, []any{renewed.ID, renewed.Due, renewed.Old})
	before, err := s.Session(ctx, "old")
	require.NoError(t, err, "a request that was under way")
	assert.True(t, before.Old)
	assert.Equal(t, one.Renewal, before.Renewal)
	age(t, s, one.ID, renewalGrace)
	dead(t, s, "old", "the moment has passed")
	_, err = s.Session(ctx, "next")
	require.NoError(t, err)

	require.NoError(t, s.ChangeMember(ctx, operator, tom.UserID, inn.Manager, []string{"lake"}))
	same, err := s.Session(ctx, "next")
	require.NoError(t, err)
	assert.False(t, same.Due, "nothing changed")
}

// One's own sessions are one's own to end, each with the event that ends its
// streams.
func TestSessionsAreEndedOneByOne(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	tom, eva := person(t, s, "tom", inn.Staff), person(t, s, "eva", inn.Admin)
	here, there, third := begin(t, s, tom, "here"), begin(t, s, tom, "there"), begin(t, s, tom, "third")
	hers := begin(t, s, eva, "hers")
	leavesNothing(t, s, inn.NotFound, "somebody else's", func() error { return s.EndOwnSession(ctx, tom, hers.ID) })
	leavesNothing(t, s, inn.NotFound, "an administrator's reach ends here", func() error { return s.EndOwnSession(ctx, eva, here.ID) })
	leavesNothing(t, s, inn.NotFound, "nobody's", func() error { return s.EndOwnSession(ctx, tom, 4711) })

	ended := func(head int64) (ids []int64) {
		for _, e := range since(t, s, head) {
			if e.Type == inn.SessionEnded {
				assert.Equal(t, tom.Own(), e.Topic)
				ids = append(ids, snapshot[sessionEnded](t, &e).Session)
			}
		}
		return ids
	}
	head := s.head(t)
	require.NoError(t, s.EndOwnSession(ctx, tom, there.ID))
	assert.Equal(t, []int64{there.ID}, ended(head))
	leavesNothing(t, s, inn.NotFound, "ended already", func() error { return s.EndOwnSession(ctx, tom, there.ID) })

	require.NoError(t, s.StartSession(ctx, SignIn{Session: Session{Token: "waiting", Pending: tom.UserID, Data: []byte("x"), Expires: time.Now().Add(time.Hour)}, Proof: proof(tom)}))
	head = s.head(t)
	require.NoError(t, s.EndOtherSessions(ctx, tom, here.ID))
	assert.Equal(t, []int64{third.ID}, ended(head))
	dead(t, s, "waiting", "a sign-in half done")
	acts, err := s.Audit(ctx, AuditFilter{Limit: 1})
	require.NoError(t, err)
	assert.Equal(t, inn.SessionsEnded, acts[0].Action)
	head = s.head(t)
	require.NoError(t, s.EndOtherSessions(ctx, tom, here.ID))
	assert.Equal(t, head, s.head(t), "there was none left")
	_, err = s.Session(ctx, "here")
	require.NoError(t, err)
	_, err = s.Session(ctx, "hers")
	require.NoError(t, err)
}

// N-3, N-4: a password one chooses oneself ends every other session, and gives
// the one in which it was chosen another token.
func TestChangingOnesPassword(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	m, err := s.AddMember(ctx, operator, inn.Member{Email: "tom@demo.test", Name: "Tom", Role: inn.Staff}, "the first password")
	require.NoError(t, err)
	present, err := s.Authenticate(ctx, m.Email, "the first password")
	require.NoError(t, err)
	tom := m.Viewer()
	begin := func(token string) Session {
		require.NoError(t, s.StartSession(ctx, SignIn{Session: Session{Token: token, UserID: m.ID, Data: []byte("x"), Expires: time.Now().Add(time.Hour)}, Proof: present}))
		one, err := s.Session(ctx, token)
		require.NoError(t, err)
		return one
	}
	here, there := begin("here"), begin("there")
	tom.Session = here.ID
	chainLink, err := s.MakeLink(ctx, operator, tom.UserID)
	require.NoError(t, err)
	leavesNothing(t, s, inn.Invalid, "too common", func() error { return s.ChangePassword(ctx, tom, present, "password1", "next") })

	head := s.head(t)
	require.NoError(t, s.ChangePassword(ctx, tom, present, "the second one", "next"))
	dead(t, s, "here", "the old token")
	dead(t, s, "there", "the other browser")
	now, err := s.Session(ctx, "next")
	require.NoError(t, err)
	assert.Equal(t, here.ID, now.ID, "its streams go on")
	events := since(t, s, head)
	assert.Equal(t, []inn.Type{inn.SessionEnded, inn.UserAction}, typesOf(events))
	assert.Equal(t, there.ID, snapshot[sessionEnded](t, &events[0]).Session)
	_, err = s.Invited(ctx, chainLink.Token)
	assert.Equal(t, inn.NotFound, inn.CodeOf(err), "a link made before is void")
	_, err = s.Authenticate(ctx, "tom@demo.test", "the first password")
	assert.Equal(t, inn.Unauthenticated, inn.CodeOf(err))
	_, err = s.Authenticate(ctx, "tom@demo.test", "the second one")
	require.NoError(t, err)
}

// A place is known to who signed in from it, for a while, and to nobody else.
func TestKnownDevices(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	tom := person(t, s, "tom", inn.Staff)
	person(t, s, "eva", inn.Staff)
	phone := KnownDevice{Device: "phone", Address: "203.0.113.7"}
	require.NoError(t, s.StartSession(ctx, SignIn{
		Session: Session{Token: "t", UserID: tom.UserID, Data: []byte("x"), Expires: time.Now().Add(time.Hour)}, Proof: proof(tom), KnownDevice: phone,
	}))
	for _, c := range []struct {
		email     string
		at, known KnownDevice
	}{
		{"TOM@demo.test", phone, phone},
		{"tom@demo.test", KnownDevice{"laptop", "203.0.113.7"}, KnownDevice{Address: "203.0.113.7"}},
		{"tom@demo.test", KnownDevice{"phone", "203.0.113.8"}, KnownDevice{Device: "phone"}},
		{"tom@demo.test", KnownDevice{"203.0.113.7", "phone"}, KnownDevice{}},
		{"tom@demo.test", KnownDevice{}, KnownDevice{}},
		{"eva@demo.test", phone, KnownDevice{}},
		{"nobody@demo.test", phone, KnownDevice{}},
	} {
		user, known, err := s.Known(ctx, c.email, c.at)
		require.NoError(t, err)
		assert.Equal(t, c.email != "nobody@demo.test", user != 0)
		assert.Equal(t, c.known, known, fmt.Sprint(c))
	}
	require.NoError(t, s.write(ctx, func(t *tx) error { return t.exec(`UPDATE places SET seen = seen - $1`, knownDeviceKept.Milliseconds()) }))
	_, known, err := s.Known(ctx, "tom@demo.test", phone)
	require.NoError(t, err)
	assert.Zero(t, known)
	require.NoError(t, s.Forget(ctx, time.Now()))
	assert.NotContains(t, contents(t, s), "device:phone")
}

func typesOf(events []inn.Event) (types []inn.Type) {
	for _, e := range events {
		types = append(types, e.Type)
	}
	return types
}
