package store

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/auth/credential"
	"baithaka/internal/inn"
)

// Invariant 7: what changes a person's rights is an event on their own topic,
// so that streams learn of it at an exact place in the order.
func TestRevocationIsAnEvent(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	tom := person(t, s, "tom", inn.Staff, "lake")
	secret, err := s.AddKey(ctx, operator, inn.Key{Name: "shop", Scopes: []inn.Scope{inn.EventsRead}, Properties: []string{"hill", "lake", "lake"}})
	require.NoError(t, err)
	key, err := s.KeyBySecret(ctx, secret)
	require.NoError(t, err)
	assert.Equal(t, []string{"hill", "lake"}, key.Properties)
	require.NoError(t, s.StartSession(ctx, SignIn{Session: Session{Token: "t", UserID: tom.UserID, Data: []byte("x"), Expires: time.Now().Add(time.Hour)}, Proof: proof(tom)}))
	session, err := s.Session(ctx, "t")
	require.NoError(t, err)

	for _, c := range []struct {
		what    string
		verb    func() error
		topic   inn.Topic
		session bool // survives
		check   func(inn.Member)
	}{
		{"role", func() error {
			return s.ChangeMember(ctx, operator, tom.UserID, inn.Manager, []string{"hill", "hill", inn.Desk})
		}, tom.Own(), true, func(m inn.Member) {
			assert.Equal(t, []any{inn.Manager, []string{inn.Desk, "hill"}}, []any{m.Role, m.Properties})
		}},
		{"password", func() error { return s.SetPassword(ctx, operator, tom.UserID, "other password") }, tom.Own(), false, func(inn.Member) {}},
		{"disabled", func() error { return s.DisableMember(ctx, operator, tom.UserID, true) }, tom.Own(), false, func(m inn.Member) {
			assert.True(t, m.Disabled)
			assert.False(t, m.Viewer().Somebody())
		}},
		{"enabled", func() error { return s.DisableMember(ctx, operator, tom.UserID, false) }, tom.Own(), false, func(m inn.Member) { assert.False(t, m.Disabled) }},
		{"key revoked", func() error { return s.RevokeKey(ctx, operator, "shop") }, inn.KeyTopic(key.ID), false, func(inn.Member) {
			k, err := s.Key(ctx, key.ID)
			require.NoError(t, err)
			assert.True(t, k.Revoked)
			assert.False(t, k.Viewer().Somebody())
			_, err = s.KeyBySecret(ctx, secret)
			assert.Equal(t, inn.NotFound, inn.CodeOf(err))
		}},
	} {
		head := s.head(t)
		require.NoError(t, c.verb(), c.what)
		assert.Equal(t, []inn.Topic{c.topic}, topicsOf(since(t, s, head), inn.MemberChanged), c.what)
		m, err := s.MemberByEmail(ctx, "TOM@demo.test")
		require.NoError(t, err)
		c.check(m)
		until, err := s.SessionUntil(ctx, session.ID)
		require.NoError(t, err)
		assert.Equal(t, c.session, !until.IsZero(), c.what)
	}

	const nobody = 4711
	for what, c := range map[string]struct {
		code inn.Code
		verb func() error
	}{
		"change nobody":    {inn.NotFound, func() error { return s.ChangeMember(ctx, operator, nobody, inn.Staff, nil) }},
		"disable nobody":   {inn.NotFound, func() error { return s.DisableMember(ctx, operator, nobody, true) }},
		"password, nobody": {inn.NotFound, func() error { return s.SetPassword(ctx, operator, nobody, "long enough") }},
		"no such role":     {inn.Invalid, func() error { return s.ChangeMember(ctx, operator, tom.UserID, "ROOT", nil) }},
		"no such property": {inn.NotFound, func() error {
			return s.ChangeMember(ctx, operator, tom.UserID, inn.Staff, []string{"lake", "atlantis"})
		}},
		"revoked twice": {inn.NotFound, func() error { return s.RevokeKey(ctx, operator, "shop") }},
		"name taken":    {inn.Conflict, func() error { _, err := s.AddKey(ctx, operator, inn.Key{Name: "shop"}); return err }},
		"name unfit":    {inn.Invalid, func() error { _, err := s.AddKey(ctx, operator, inn.Key{Name: "a b"}); return err }},
		"key, no property": {inn.NotFound, func() error {
			_, err := s.AddKey(ctx, operator, inn.Key{Name: "k", Properties: []string{"atlantis"}})
			return err
		}},
	} {
		leavesNothing(t, s, c.code, what, c.verb)
	}
}

// topicsOf returns where events of a type happened.
func topicsOf(events []inn.Event, et inn.Type) (all []inn.Topic) {
	for _, e := range events {
		if e.Type == et {
			all = append(all, e.Topic)
		}
	}
	return all
}

func TestASecretIsShownOnceAndKeptNowhere(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	secret, err := s.AddKey(ctx, operator, inn.Key{Name: "shop", Scopes: inn.Scopes})
	require.NoError(t, err)
	assert.Regexp(t, `^bk_[0-9a-f]{40}$`, secret)
	assert.NotContains(t, contents(t, s), strings.TrimPrefix(secret, keyPrefix))
	for _, wrong := range []string{"", "bk_", secret[:len(secret)-1], secret + "0", strings.ToUpper(secret), strings.TrimPrefix(secret, "bk_"), "' OR 1=1"} {
		_, err := s.KeyBySecret(ctx, wrong)
		assert.Equal(t, inn.NotFound, inn.CodeOf(err), wrong)
	}
	key, err := s.KeyBySecret(ctx, secret)
	require.NoError(t, err)
	assert.Equal(t, inn.Scopes, key.Scopes)
	require.NoError(t, s.Seen(ctx, nil, map[int64]time.Time{key.ID: time.UnixMilli(5000)}))
	require.NoError(t, s.Seen(ctx, nil, map[int64]time.Time{key.ID: time.UnixMilli(4000)}))
	key, err = s.Key(ctx, key.ID)
	require.NoError(t, err)
	assert.Equal(t, int64(5000), key.LastUsed.UnixMilli(), "never earlier than it was")
}

func TestAuthenticateTellsNobodyWhatWasWrong(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	m, err := s.AddMember(ctx, operator, inn.Member{Email: "tom@demo.test", Name: "Tom", Role: inn.Staff, Properties: []string{"lake"}}, "baithaka-demo")
	require.NoError(t, err)
	_, err = s.AddMember(ctx, operator, inn.Member{Email: "gone@demo.test", Name: "Gone", Role: inn.User}, "baithaka-demo")
	require.NoError(t, err)
	gone, err := s.MemberByEmail(ctx, "gone@demo.test")
	require.NoError(t, err)
	require.NoError(t, s.DisableMember(ctx, operator, gone.ID, true))
	assert.NotContains(t, contents(t, s), "baithaka-demo")

	got, err := s.Authenticate(ctx, "Tom@Demo.Test", "baithaka-demo")
	require.NoError(t, err)
	assert.Equal(t, []any{m.ID, []string{"lake"}}, []any{got.ID, got.Properties})
	var answers []error
	for _, c := range [][2]string{{"tom@demo.test", "wrong password"}, {"nobody@demo.test", "baithaka-demo"}, {"gone@demo.test", "baithaka-demo"}, {"", ""}, {"tom@demo.test", ""}} {
		got, err := s.Authenticate(ctx, c[0], c[1])
		assert.Zero(t, got)
		assert.Equal(t, inn.Unauthenticated, inn.CodeOf(err), c)
		answers = append(answers, err)
	}
	for _, err := range answers {
		assert.Equal(t, answers[0], err)
	}
}

func TestPasswordsAreEightTo256Characters(t *testing.T) {
	t.Parallel()
	for n, ok := range map[int]bool{0: false, 7: false, 8: true, 256: true, 257: false} {
		assert.Equal(t, ok, credential.CheckPassword(strings.Repeat("é", n)) == nil, n)
	}
	s := newStore(t)
	good := inn.Member{Email: "a@demo.test", Name: "A", Role: inn.Staff}
	person(t, s, "taken", inn.User)
	for what, c := range map[string]struct {
		code     inn.Code
		spoil    func(*inn.Member)
		password string
	}{
		"short":       {inn.Invalid, func(*inn.Member) {}, "1234567"},
		"no e-mail":   {inn.Invalid, func(m *inn.Member) { m.Email = "a" }, "long enough"},
		"no name":     {inn.Invalid, func(m *inn.Member) { m.Name = " \n" }, "long enough"},
		"no role":     {inn.Invalid, func(m *inn.Member) { m.Role = "ROOT" }, "long enough"},
		"taken":       {inn.Conflict, func(m *inn.Member) { m.Email = "TAKEN@demo.test" }, "long enough"},
		"no property": {inn.NotFound, func(m *inn.Member) { m.Properties = []string{"atlantis"} }, "long enough"},
	} {
		m := good
		c.spoil(&m)
		leavesNothing(t, s, c.code, what, func() error { _, err := s.AddMember(ctx, operator, m, c.password); return err })
	}
}

func TestTheSetUpLinkWorksOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	void, err := s.SetupToken(ctx)
	require.NoError(t, err)
	token, err := s.SetupToken(ctx)
	require.NoError(t, err)
	assert.NotContains(t, contents(t, s), token)
	for try, want := range map[string]bool{void: false, token: true, "": false} {
		open, err := s.SetupOpen(ctx, try)
		require.NoError(t, err)
		assert.Equal(t, want, open)
	}
	var all sync.WaitGroup
	made := make(chan inn.Member, 8)
	for i := range 4 {
		all.Go(func() {
			chainLink := token
			if i == 0 {
				chainLink = void
			}
			m, err := s.SetUp(ctx, chainLink, inn.Member{Email: string(rune('a'+i)) + "@demo.test", Name: "Root", Role: inn.User}, "long enough")
			if err == nil {
				made <- m.Member
			} else if inn.CodeOf(err) != inn.Forbidden {
				t.Error(err)
			}
		})
	}
	all.Wait()
	require.Len(t, made, 1)
	assert.Equal(t, inn.SuperAdmin, (<-made).Role, "the first is the administrator, whatever was asked for")
	members, err := s.Members(ctx)
	require.NoError(t, err)
	assert.Len(t, members, 1)
	again, err := s.SetupToken(ctx)
	require.NoError(t, err)
	assert.Empty(t, again, "with somebody here there is no link")
}

// A server asks for the link after it has said where it listens. With people in
// the house that waits for no write, so that one that fails stops no start.
func TestAHouseWithPeopleStartsWithoutAWrite(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	person(t, s, "tom", inn.Staff, "lake")
	limit, end := context.WithTimeout(ctx, 5*time.Second)
	held := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		_ = s.write(ctx, func(*tx) error { close(held); <-limit.Done(); return nil })
	})
	<-held
	token, err := s.SetupToken(ctx)
	assert.NoError(t, limit.Err(), "it waited for the write of somebody else")
	end()
	writing.Wait()
	require.NoError(t, err)
	assert.Empty(t, token)
}
