package store

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// A person's key shrinks with its owner, at once and at every place where keys
// are read; an installation key does not.
func TestAKeyNeverMayMoreThanItsOwner(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	root, admin := person(t, s, "root", inn.SuperAdmin), person(t, s, "admin", inn.Admin)
	secret, err := s.AddKey(ctx, admin, inn.Key{Name: "shop", Scopes: inn.Scopes})
	require.NoError(t, err)
	limited, err := s.AddKey(ctx, admin, inn.Key{Name: "lake-site", Scopes: inn.Scopes, Properties: []string{"lake"}})
	require.NoError(t, err)
	installation, err := s.AddKey(ctx, operator, inn.Key{Name: "house", Scopes: inn.Scopes})
	require.NoError(t, err)
	as := func(secret string) inn.Viewer {
		t.Helper()
		k, err := s.KeyBySecret(ctx, secret)
		require.NoError(t, err)
		return k.Viewer()
	}
	v := as(secret)
	assert.Equal(t, "key:shop", v.Actor())
	assert.True(t, v.May(inn.FinancialView, "") && v.May(inn.BookingManage, "hill"))
	assert.False(t, as(limited).May(inn.BookingView, "hill"))

	// The owner becomes a member of staff at the hill.
	head := s.head(t)
	require.NoError(t, s.ChangeMember(ctx, root, admin.UserID, inn.Staff, []string{"hill"}))
	var told []inn.Topic
	for _, e := range since(t, s, head) {
		if e.Type == inn.MemberChanged {
			told = append(told, e.Topic)
		}
	}
	assert.Equal(t, []inn.Topic{admin.Own(), inn.KeyTopic(3), inn.KeyTopic(4)}, told, "their keys' streams look again too")
	v = as(secret)
	for action, where := range map[inn.Action][2]bool{ // at the hill, at the lake
		inn.BookingView:    {true, false},
		inn.BookingCheckIn: {true, false},
		inn.ContactView:    {true, false},
		inn.FinancialView:  {false, false},
		inn.BookingManage:  {false, false},
		inn.MetricsView:    {false, false},
	} {
		assert.Equal(t, where, [2]bool{v.May(action, "hill"), v.May(action, "lake")}, action)
		assert.False(t, v.May(action, ""), action)
	}
	assert.NotContains(t, v.Topics(), inn.Everything)
	assert.Contains(t, v.Topics(), inn.PropertyTopic("hill"))
	assert.False(t, as(limited).Somebody(), "none of its properties is its owner's")
	assert.True(t, as(installation).May(inn.FinancialView, "lake"))

	require.NoError(t, s.ChangeMember(ctx, root, admin.UserID, inn.Admin, nil))
	assert.True(t, as(secret).May(inn.FinancialView, "lake"), "it grows back")
	require.NoError(t, s.DisableMember(ctx, root, admin.UserID, true))
	assert.False(t, as(secret).Somebody())
	require.NoError(t, s.DisableMember(ctx, root, admin.UserID, false))
	assert.True(t, as(secret).Somebody())
}

func TestNobodyMakesAKeyThatMayMore(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, role := range inn.Roles {
		by := person(t, s, "by-"+string(role), role, "lake")
		key := inn.Key{Name: "of-" + string(role), Scopes: []inn.Scope{inn.EventsRead}, Properties: []string{"lake"}}
		add := func() error { _, err := s.AddKey(ctx, by, key); return err }
		if by.May(inn.KeyManage, "") {
			require.NoError(t, add(), role)
			continue
		}
		leavesNothing(t, s, inn.Forbidden, string(role), add)
		for _, scope := range inn.Scopes {
			assert.False(t, by.MayGive(scope, "lake"), "%s gives %s", role, scope)
		}
	}
	leavesNothing(t, s, inn.Forbidden, "a key makes a key", func() error {
		_, err := s.AddKey(ctx, website, inn.Key{Name: "k", Scopes: []inn.Scope{inn.EventsRead}})
		return err
	})
}
