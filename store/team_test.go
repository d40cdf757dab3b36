package store

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// acts returns the whole audit, the oldest first.
func acts(t testing.TB, s *Store) []inn.Act {
	t.Helper()
	all, err := s.Audit(ctx, AuditFilter{Limit: 1000})
	require.NoError(t, err)
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all
}

// signedIn gives a person a session.
func signedIn(t testing.TB, s *Store, v inn.Viewer, token string) {
	t.Helper()
	require.NoError(t, s.StartSession(ctx, SignIn{Session: Session{Token: token, UserID: v.UserID, Data: []byte("x"), Expires: time.Now().Add(time.Hour)}, Proof: proof(v)}))
}

func from(v inn.Viewer, address string) inn.Viewer { v.Address = address; return v }

// Every administrative verb leaves one line in the audit and, when a person did
// it, one event on their own topic, in the transaction of what it did.
func TestEveryAdministrativeActIsKept(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	root, tom := person(t, s, "root", inn.SuperAdmin), person(t, s, "tom", inn.Staff, "lake")
	by := from(root, "192.0.2.7")
	signedIn(t, s, tom, "t")
	var chainLink Link
	for _, c := range []struct {
		action  inn.AuditAction
		by      inn.Viewer
		subject string
		detail  string
		says    string
		events  []inn.Type
		verb    func() error
	}{
		{inn.MemberInvited, by, "user:3", "PROPERTY_OWNER, + hill", "invited Meera", []inn.Type{inn.MemberChanged, inn.UserAction}, func() (err error) {
			chainLink, err = s.Invite(ctx, by, inn.Member{Email: "meera@demo.test", Name: " Meera\n", Role: inn.Owner, Properties: []string{"hill"}})
			return err
		}},
		{inn.LinkMade, by, "user:3", "invitation", "made a new link for Meera", []inn.Type{inn.UserAction}, func() (err error) {
			chainLink, err = s.MakeLink(ctx, by, 3)
			return err
		}},
		{inn.MemberJoined, inn.Viewer{UserID: 3, Name: "Meera Iyer", Address: "192.0.2.8"}, "user:3", "", "accepted the invitation",
			[]inn.Type{inn.MemberChanged, inn.UserAction}, func() error {
				_, err := s.UseLink(ctx, "192.0.2.8", chainLink.Token, "Meera Iyer", "long enough")
				return err
			}},
		{inn.MemberAltered, by, "user:2", "STAFF → PROPERTY_MANAGER, + desk, − lake", "changed what tom may do", []inn.Type{inn.MemberChanged, inn.UserAction},
			func() error { return s.ChangeMember(ctx, by, tom.UserID, inn.Manager, []string{inn.Desk}) }},
		{inn.SessionsEnded, by, "user:2", "", "signed tom out everywhere", []inn.Type{inn.MemberChanged, inn.UserAction},
			func() error { return s.SignOutEverywhere(ctx, by, tom.UserID) }},
		{inn.LinkMade, by, "user:2", "forgotten password", "made a new link for tom", []inn.Type{inn.UserAction},
			func() (err error) { chainLink, err = s.MakeLink(ctx, by, tom.UserID); return err }},
		{inn.PasswordChanged, from(tom, "192.0.2.9"), "user:2", "", "set a new password", []inn.Type{inn.MemberChanged, inn.UserAction}, func() error {
			_, err := s.UseLink(ctx, "192.0.2.9", chainLink.Token, "ignored", "long enough")
			return err
		}},
		{inn.MemberDisabled, by, "user:2", "", "disabled tom", []inn.Type{inn.MemberChanged, inn.UserAction}, func() error { return s.DisableMember(ctx, by, tom.UserID, true) }},
		{inn.MemberEnabled, operator, "user:2", "", "enabled tom", []inn.Type{inn.MemberChanged}, func() error { return s.DisableMember(ctx, operator, tom.UserID, false) }},
		{inn.PasswordChanged, operator, "user:2", "", "gave tom a new password", []inn.Type{inn.MemberChanged},
			func() error { return s.SetPassword(ctx, operator, tom.UserID, "long enough") }},
		{inn.KeyAdded, by, "key:shop", "events:write, events:read for hill, lake", "made the API key shop", []inn.Type{inn.MemberChanged, inn.UserAction}, func() error {
			_, err := s.AddKey(ctx, by, inn.Key{Name: "shop", Scopes: []inn.Scope{inn.EventsWrite, inn.EventsRead}, Properties: []string{"lake", "hill", "lake"}})
			return err
		}},
		{inn.KeyRevoked, by, "key:shop", "", "revoked the API key shop", []inn.Type{inn.MemberChanged, inn.UserAction},
			func() error { return s.RevokeKey(ctx, by, "shop") }},
		{inn.HouseListed, operator, "property:river", "", "listed River House", []inn.Type{inn.PropertyListed}, func() error { return s.ListProperty(ctx, operator, house("river")) }},
		{inn.HouseAltered, operator, "property:river", "units 4 → 3", "changed River House", []inn.Type{inn.PropertyChanged}, func() error {
			_, _, err := s.ChangeProperty(ctx, operator, "river", inn.PropertyEdit{Units: inn.Given(3)})
			return err
		}},
		{inn.SettingsChanged, operator, "house", "zone Asia/Kolkata → Europe/Rome, currency INR → EUR", "changed the settings of the house", []inn.Type{inn.HouseChanged},
			func() error { return s.SetDesk(ctx, operator, "Europe/Rome", "EUR") }},
		{inn.MemberAdded, operator, "user:4", "USER", "added Ann", []inn.Type{inn.MemberChanged}, func() error {
			_, err := s.AddMember(ctx, operator, inn.Member{Email: "ann@demo.test", Name: "Ann", Role: inn.User}, "long enough")
			return err
		}},
	} {
		head, kept := s.head(t), len(acts(t, s))
		require.NoError(t, c.verb(), c.action)
		all := acts(t, s)
		require.Len(t, all, kept+1, "%s", c.action)
		act := all[kept]
		actor := c.by.Name
		if c.by.UserID != 0 {
			actor = c.by.Actor()
		}
		assert.Equal(t, []any{c.action, actor, c.by.Name, c.subject, c.detail, c.by.Address, c.says},
			[]any{act.Action, act.Actor, act.By, act.Subject, act.Detail, act.Address, act.Says()})
		assert.WithinDuration(t, time.Now(), act.At, time.Minute)
		var types []inn.Type
		for _, e := range since(t, s, head) {
			types = append(types, e.Type)
			if e.Type == inn.UserAction {
				assert.Equal(t, c.by.Own(), e.Topic, c.action)
				assert.Equal(t, c.says, snapshot[map[string]string](t, &e)["action"])
				assert.NotContains(t, string(e.Data), c.by.Address, "where from is for the audit")
			}
		}
		assert.Equal(t, c.events, types, c.action)
	}
	signed, err := s.SignedIn(ctx, tom.UserID)
	require.NoError(t, err)
	assert.Zero(t, signed)
	for _, statement := range []string{`UPDATE audit SET by_name = 'x'`, `DELETE FROM audit`} {
		err := s.write(ctx, func(t *tx) error { return t.exec(statement) })
		assert.ErrorContains(t, err, "append-only")
	}
}

// Who may touch whom: the whole table, in every verb that changes a person.
func TestNobodyTouchesWhomTheyMayNotGrant(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	person(t, s, "spare", inn.SuperAdmin) // so that nobody is the last
	for _, actor := range inn.Roles {
		by := person(t, s, "by-"+string(actor), actor, "lake")
		for _, role := range inn.Roles {
			name := string(actor) + "-" + string(role)
			target := person(t, s, name, role)
			verbs := map[string]func() error{
				"change":   func() error { return s.ChangeMember(ctx, by, target.UserID, role, []string{"hill"}) },
				"disable":  func() error { return s.DisableMember(ctx, by, target.UserID, true) },
				"enable":   func() error { return s.DisableMember(ctx, by, target.UserID, false) },
				"password": func() error { return s.SetPassword(ctx, by, target.UserID, "long enough") },
				"sign out": func() error { return s.SignOutEverywhere(ctx, by, target.UserID) },
				"link":     func() error { _, err := s.MakeLink(ctx, by, target.UserID); return err },
				"invite": func() error {
					_, err := s.Invite(ctx, by, inn.Member{Email: "new-" + name + "@demo.test", Name: "New", Role: role})
					return err
				},
			}
			if !actor.MayGrant(role) {
				leavesNothing(t, s, inn.Forbidden, name, func() (last error) {
					for what, verb := range verbs {
						last = verb()
						require.Equal(t, inn.Forbidden, inn.CodeOf(last), "%s of a %s by a %s", what, role, actor)
					}
					return last
				})
				continue
			}
			for what, verb := range verbs {
				if err := verb(); inn.CodeOf(err) != inn.Conflict { // a link for who is disabled just now
					assert.NoError(t, err, "%s of a %s by a %s", what, role, actor)
				}
			}
		}
	}
	admin, staff := person(t, s, "admin", inn.Admin), person(t, s, "staff", inn.Staff)
	for _, role := range []inn.Role{inn.SuperAdmin, inn.Admin} {
		leavesNothing(t, s, inn.Forbidden, "an admin makes admins", func() error { return s.ChangeMember(ctx, admin, staff.UserID, role, nil) })
		leavesNothing(t, s, inn.Forbidden, "an admin raises themselves", func() error { return s.ChangeMember(ctx, admin, admin.UserID, role, nil) })
	}
	leavesNothing(t, s, inn.Unauthenticated, "nobody", func() error { return s.DisableMember(ctx, inn.Viewer{}, staff.UserID, true) })
	leavesNothing(t, s, inn.Forbidden, "a key", func() error { return s.DisableMember(ctx, website, staff.UserID, true) })
	require.NoError(t, s.SetPassword(ctx, staff, staff.UserID, "long enough"), "one's own")
	require.NoError(t, s.SignOutEverywhere(ctx, staff, staff.UserID), "one's own")
}

// A right that ended while the request was under way has ended.
func TestRightsAreThoseOfThePlaceInTheOrder(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	root, admin, staff := person(t, s, "root", inn.SuperAdmin), person(t, s, "admin", inn.Admin), person(t, s, "staff", inn.Staff)
	require.NoError(t, s.ChangeMember(ctx, root, admin.UserID, inn.Staff, nil))
	leavesNothing(t, s, inn.Forbidden, "demoted", func() error { return s.DisableMember(ctx, admin, staff.UserID, true) })
	leavesNothing(t, s, inn.Forbidden, "demoted", func() error { return s.RevokeKey(ctx, admin, "any") })
	require.NoError(t, s.ChangeMember(ctx, root, admin.UserID, inn.Admin, nil))
	require.NoError(t, s.DisableMember(ctx, root, admin.UserID, true))
	leavesNothing(t, s, inn.Unauthenticated, "disabled", func() error {
		_, err := s.Invite(ctx, admin, inn.Member{Email: "x@demo.test", Name: "X", Role: inn.User})
		return err
	})
}

func TestTheLastAdministratorStays(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	root := person(t, s, "root", inn.SuperAdmin)
	verbs := map[string]func() error{
		"step down": func() error { return s.ChangeMember(ctx, root, root.UserID, inn.Admin, nil) },
		"disable":   func() error { return s.DisableMember(ctx, root, root.UserID, true) },
	}
	for what, verb := range verbs {
		leavesNothing(t, s, inn.Conflict, what, verb)
	}
	// Neither somebody disabled nor somebody who has not come yet is another.
	gone := person(t, s, "gone", inn.SuperAdmin)
	require.NoError(t, s.DisableMember(ctx, root, gone.UserID, true))
	_, err := s.Invite(ctx, root, inn.Member{Email: "new@demo.test", Name: "New", Role: inn.SuperAdmin})
	require.NoError(t, err)
	for what, verb := range verbs {
		leavesNothing(t, s, inn.Conflict, what, verb)
	}
	require.NoError(t, s.ChangeMember(ctx, root, root.UserID, inn.SuperAdmin, []string{"lake"}), "other properties are no other role")

	// Two who leave each other the office at once: one of them keeps it.
	other := person(t, s, "other", inn.SuperAdmin)
	var both sync.WaitGroup
	var errs [2]error
	for i, v := range []inn.Viewer{root, other} {
		both.Go(func() { errs[i] = s.ChangeMember(ctx, v, v.UserID, inn.Staff, nil) })
	}
	both.Wait()
	assert.ElementsMatch(t, []inn.Code{inn.Conflict, inn.Internal}, []inn.Code{inn.CodeOf(errs[0]), inn.CodeOf(errs[1])}, "one worked (no error has no code): %v", errs)
	require.NoError(t, s.DisableMember(ctx, operator, root.UserID, true), "the command line may")
}

func TestChangingNothingSaysNothing(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	root, tom := person(t, s, "root", inn.SuperAdmin), person(t, s, "tom", inn.Staff, "lake")
	head, kept := s.head(t), len(acts(t, s))
	require.NoError(t, s.ChangeMember(ctx, root, tom.UserID, inn.Staff, []string{"lake", "lake"}))
	require.NoError(t, s.DisableMember(ctx, root, tom.UserID, false))
	assert.Equal(t, []int64{head, int64(kept)}, []int64{s.head(t), int64(len(acts(t, s)))})
}

func TestALinkWorksOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	root := person(t, s, "root", inn.SuperAdmin)
	chainLink, err := s.Invite(ctx, root, inn.Member{Email: "meera@demo.test", Name: "Meera", Role: inn.Staff})
	require.NoError(t, err)
	assert.NotContains(t, contents(t, s), chainLink.Token)
	assert.True(t, chainLink.Member.Invited)
	assert.WithinDuration(t, time.Now().Add(7*24*time.Hour), chainLink.Until, time.Minute)
	_, err = s.Authenticate(ctx, "meera@demo.test", "")
	assert.Equal(t, inn.Unauthenticated, inn.CodeOf(err), "who is invited cannot sign in")

	m, err := s.Invited(ctx, chainLink.Token)
	require.NoError(t, err)
	assert.Equal(t, "Meera", m.Name)
	leavesNothing(t, s, inn.Invalid, "short", func() error { _, err := s.UseLink(ctx, "", chainLink.Token, "Meera", "short"); return err })
	leavesNothing(t, s, inn.Invalid, "no name", func() error { _, err := s.UseLink(ctx, "", chainLink.Token, " ", "long enough"); return err })
	leavesNothing(t, s, inn.NotFound, "wrong", func() error { _, err := s.UseLink(ctx, "", chainLink.Token+"0", "Meera", "long enough"); return err })

	var all sync.WaitGroup
	var mu sync.Mutex
	worked := 0
	for range 8 {
		all.Go(func() {
			_, err := s.UseLink(ctx, "", chainLink.Token, "Meera", "long enough")
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				worked++
			} else {
				assert.Equal(t, inn.NotFound, inn.CodeOf(err))
			}
		})
	}
	all.Wait()
	assert.Equal(t, 1, worked)
	_, err = s.Invited(ctx, chainLink.Token)
	assert.Equal(t, errLinkGone, err)
	got, err := s.Authenticate(ctx, "meera@demo.test", "long enough")
	require.NoError(t, err)
	assert.False(t, got.Invited)
}

// A link is void when it is old, when there is a newer one, and when the person
// it is for became somebody else's to let in.
func TestWhatVoidsALink(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	root, admin, tom := person(t, s, "root", inn.SuperAdmin), person(t, s, "admin", inn.Admin), person(t, s, "tom", inn.Staff)
	for what, void := range map[string]func() error{
		"another link": func() error { _, err := s.MakeLink(ctx, admin, tom.UserID); return err },
		"a new role":   func() error { return s.ChangeMember(ctx, root, tom.UserID, inn.Manager, nil) },
		"a password":   func() error { return s.SetPassword(ctx, tom, tom.UserID, "long enough") },
		"its age": func() error {
			return s.write(ctx, func(t *tx) error { return t.exec(`UPDATE invites SET expires = $1`, ms(time.Now().Add(-time.Second))) })
		},
		"disabling": func() error {
			if err := s.DisableMember(ctx, root, tom.UserID, true); err != nil {
				return err
			}
			_, err := s.MakeLink(ctx, root, tom.UserID)
			assert.Equal(t, inn.Conflict, inn.CodeOf(err))
			return s.DisableMember(ctx, root, tom.UserID, false)
		},
	} {
		chainLink, err := s.MakeLink(ctx, admin, tom.UserID)
		require.NoError(t, err, what)
		_, err = s.Invited(ctx, chainLink.Token)
		require.NoError(t, err, what)
		require.NoError(t, void(), what)
		leavesNothing(t, s, inn.NotFound, what, func() error { _, err := s.UseLink(ctx, "", chainLink.Token, "", "long enough"); return err })
		_, err = s.Invited(ctx, chainLink.Token)
		assert.Equal(t, errLinkGone, err, what)
	}
	chainLink, err := s.MakeLink(ctx, admin, tom.UserID)
	require.NoError(t, err)
	require.NoError(t, s.ChangeMember(ctx, root, tom.UserID, inn.Manager, []string{"hill"}))
	_, err = s.Invited(ctx, chainLink.Token)
	require.NoError(t, err, "other properties leave it")
	require.NoError(t, s.write(ctx, func(x *tx) error {
		return x.setMember(`UPDATE users SET password = $2 WHERE id = $1`, tom.UserID, "none")
	}))
	signedIn(t, s, tom, "old")
	_, err = s.UseLink(ctx, "", chainLink.Token, "", "long enough")
	require.NoError(t, err)
	n, err := s.SignedIn(ctx, tom.UserID)
	require.NoError(t, err)
	assert.Zero(t, n, "using it ends what was signed in")
}
