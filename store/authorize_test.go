package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// reading are the methods that take a viewer and write nothing: for them the door
// is near enough.
var reading = map[string]bool{
	"GuestSummary": true, "Colleagues": true, "Current": true, "CountProperties": true, "PropertiesNamed": true,
	"Activity": true, "Badge": true, "Booking": true, "Bookings": true, "BookingsPage": true, "FindGuests": true, "GuestRecords": true, "History": true,
	"HistoryPage": true, "Notification": true, "Notifications": true, "NotificationsPage": true, "OpenAlerts": true, "Properties": true,
	"Property": true, "Stake": true, "Undoable": true, "SameGuest": true, "Sold": true, "Blocks": true, "Stays": true, "Units": true,
	"AtDesk": true, "BookingsBeside": true, "CountStays": true, "Sources": true,
}

// ending is a method that only takes away what its caller came with.
const ending = "SignOut"

// writing returns every other one, as it is called by somebody who was let in.
func writing(s *Store, other int64) map[string]func(by inn.Viewer) error {
	member := inn.Member{Email: "new@demo.test", Name: "New", Role: inn.Staff}
	return map[string]func(by inn.Viewer) error{
		"Publish":      func(by inn.Viewer) error { _, err := tryPublish(s, by, sold("BK-2", "lake")); return err },
		"ListProperty": func(by inn.Viewer) error { return s.ListProperty(ctx, by, house("river")) },
		"ChangeProperty": func(by inn.Viewer) error {
			_, _, err := s.ChangeProperty(ctx, by, "lake", inn.PropertyEdit{Units: inn.Given(9)})
			return err
		},
		"MakeWall":   func(by inn.Viewer) error { _, err := s.MakeWall(ctx, by, "lake", "Hall"); return err },
		"RevokeWall": func(by inn.Viewer) error { _, err := s.RevokeWall(ctx, by, 1); return err },
		"AddUnit":    func(by inn.Viewer) error { _, err := s.AddUnit(ctx, by, "lake", "room-9", "Room 9"); return err },
		"RemoveUnit": func(by inn.Viewer) error { return s.RemoveUnit(ctx, by, "lake", "room-1") },
		"SetUnit": func(by inn.Viewer) error {
			_, err := s.SetUnit(ctx, by, inn.UnitChange{Property: "lake", Slug: "room-1", State: inn.Given(inn.UnitDirty)})
			return err
		},
		"Acknowledge":        func(by inn.Viewer) error { return s.Acknowledge(ctx, by, "booking:BK-1") },
		"TakeOver":           func(by inn.Viewer) error { return s.TakeOver(ctx, by, "booking:BK-1") },
		"Resolve":            func(by inn.Viewer) error { return s.Resolve(ctx, by, "alert:lake:boiler", "") },
		"UndoRead":           func(by inn.Viewer) error { return s.UndoRead(ctx, by, 1) },
		"Unacknowledge":      func(by inn.Viewer) error { return s.Unacknowledge(ctx, by, "booking:BK-1") },
		"MarkRead":           func(by inn.Viewer) error { return s.MarkRead(ctx, by, []string{"booking:BK-1"}, true) },
		"MarkKindRead":       func(by inn.Viewer) error { return s.MarkKindRead(ctx, by, inn.BookingUpdate) },
		"MarkAllRead":        func(by inn.Viewer) error { return s.MarkAllRead(ctx, by) },
		"Prefer":             func(by inn.Viewer) error { return s.Prefer(ctx, by, inn.DefaultPreferences(), "Asia/Kolkata") },
		"Mute":               func(by inn.Viewer) error { return s.Mute(ctx, by, time.Now().Add(time.Hour)) },
		"EndOwnSession":      func(by inn.Viewer) error { return s.EndOwnSession(ctx, by, by.Session) },
		"EndOtherSessions":   func(by inn.Viewer) error { return s.EndOtherSessions(ctx, by, by.Session) },
		"ChangePassword":     func(by inn.Viewer) error { return s.ChangePassword(ctx, by, proof(by), "another long one", "next") },
		"BeginTwoStep":       func(by inn.Viewer) error { return s.BeginTwoStep(ctx, by, proof(by)) },
		"ConfirmTwoStep":     func(by inn.Viewer) error { _, err := s.ConfirmTwoStep(ctx, by, "123456"); return err },
		"RenewRecoveryCodes": func(by inn.Viewer) error { _, err := s.RenewRecoveryCodes(ctx, by, proof(by)); return err },
		"EndTwoStep":         func(by inn.Viewer) error { return s.EndTwoStep(ctx, by, proof(by), proof(by)) },
		"EndTwoStepOf":       func(by inn.Viewer) error { return s.EndTwoStepOf(ctx, by, other) },
		"AddMember":          func(by inn.Viewer) error { _, err := s.AddMember(ctx, by, member, "long enough"); return err },
		"Invite":             func(by inn.Viewer) error { _, err := s.Invite(ctx, by, member); return err },
		"MakeLink":           func(by inn.Viewer) error { _, err := s.MakeLink(ctx, by, other); return err },
		"ChangeMember":       func(by inn.Viewer) error { return s.ChangeMember(ctx, by, other, inn.Manager, nil) },
		"DisableMember":      func(by inn.Viewer) error { return s.DisableMember(ctx, by, other, true) },
		"SetPassword":        func(by inn.Viewer) error { return s.SetPassword(ctx, by, other, "long enough") },
		"SignOutEverywhere":  func(by inn.Viewer) error { return s.SignOutEverywhere(ctx, by, other) },
		"AddKey": func(by inn.Viewer) error {
			_, err := s.AddKey(ctx, by, inn.Key{Name: "new", Scopes: []inn.Scope{inn.EventsRead}})
			return err
		},
		"MakeTicket":  func(by inn.Viewer) error { _, _, err := s.MakeTicket(ctx, by, nil, nil); return err },
		"RevokeKey":   func(by inn.Viewer) error { return s.RevokeKey(ctx, by, "website") },
		"ChangeHouse": func(by inn.Viewer) error { return s.ChangeHouse(ctx, by, inn.DefaultSettings()) },
		"SetDesk":     func(by inn.Viewer) error { return s.SetDesk(ctx, by, "Europe/Rome", "EUR") },
		"NewEpoch": func(by inn.Viewer) error {
			_, err := s.NewEpoch(ctx, by)
			return err
		},
		"EraseAct":   func(by inn.Viewer) error { return s.EraseAct(ctx, by, 1) },
		"EraseGuest": func(by inn.Viewer) error { return s.EraseGuest(ctx, by, []string{"BK-1"}) },
		"BeginErasure": func(by inn.Viewer) error {
			_, err := s.BeginErasure(ctx, by, []string{"BK-1"}, nil)
			return err
		},
	}
}

// A right is looked at where it counts. Whoever was let in and is nobody by the
// time of the commit changes nothing, whichever verb it is.
func TestNoVerbWritesForWhoMayNotAnyMore(t *testing.T) {
	t.Parallel()
	for what, end := range map[string]func(s *Store, by inn.Viewer) error{
		"disabled":         func(s *Store, by inn.Viewer) error { return s.DisableMember(ctx, operator, by.UserID, true) },
		"signed out":       func(s *Store, by inn.Viewer) error { return s.EndSession(ctx, "here") },
		"a new password":   func(s *Store, by inn.Viewer) error { return s.SetPassword(ctx, operator, by.UserID, "long enough") },
		"all signed out":   func(s *Store, by inn.Viewer) error { return s.SignOutEverywhere(ctx, operator, by.UserID) },
		"session run idle": func(s *Store, by inn.Viewer) error { age(t, s, by.Session, SessionIdle); return nil },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			root, other := person(t, s, "root", inn.SuperAdmin), person(t, s, "other", inn.SuperAdmin)
			publish(t, s, website, sold("BK-1", "lake"))
			root.Session = begin(t, s, root, "here").ID
			require.NoError(t, end(s, root))
			for name, verb := range writing(s, other.UserID) {
				leavesNothing(t, s, inn.Unauthenticated, name, func() error { return verb(root) })
			}
		})
	}
	s := newStore(t)
	other := person(t, s, "other", inn.SuperAdmin)
	publish(t, s, website, sold("BK-1", "lake"))
	require.NoError(t, s.RevokeKey(ctx, operator, "website"))
	for _, name := range []string{"Publish", "Acknowledge", "Unacknowledge", "MakeTicket"} {
		leavesNothing(t, s, inn.Unauthenticated, name, func() error { return writing(s, other.UserID)[name](website) })
		leavesNothing(t, s, inn.Unauthenticated, "nobody "+name, func() error { return writing(s, other.UserID)[name](inn.Viewer{}) })
	}
}

// Every method that takes a viewer is either above or only reads.
func TestEveryVerbIsAskedForItsRight(t *testing.T) {
	verbs := writing(nil, 0)
	all := reflect.TypeFor[*Store]()
	for i := range all.NumMethod() {
		m := all.Method(i)
		takes := false
		for p := range m.Type.NumIn() {
			takes = takes || m.Type.In(p) == reflect.TypeFor[inn.Viewer]()
		}
		if _, writes := verbs[m.Name]; takes && m.Name != ending {
			assert.NotEqual(t, reading[m.Name], writes, "%s is one of the two", m.Name)
		}
	}
}

// What somebody may do may have become less since they were let in.
func TestAVerbGoesByTheRightsOfItsPlaceInTheOrder(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria := person(t, s, "maria", inn.Manager, "lake")
	publish(t, s, website, sold("BK-1", "lake"))
	leavesNothing(t, s, inn.NotFound, "never theirs", func() error { _, err := tryPublish(s, maria, sold("BK-3", "hill")); return err })
	require.NoError(t, s.ChangeMember(ctx, operator, maria.UserID, inn.Staff, []string{"lake"}))
	leavesNothing(t, s, inn.Forbidden, "of another role", func() error { _, err := tryPublish(s, maria, sold("BK-2", "lake")); return err })
	require.NoError(t, s.ChangeMember(ctx, operator, maria.UserID, inn.Manager, []string{"hill"}))
	leavesNothing(t, s, inn.NotFound, "of another property", func() error { _, err := tryPublish(s, maria, sold("BK-2", "lake")); return err })
	leavesNothing(t, s, inn.NotFound, "of another property", func() error { return s.Acknowledge(ctx, maria, "booking:BK-1") })
	leavesNothing(t, s, inn.NotFound, "of another property", func() error { return s.MarkRead(ctx, maria, []string{"booking:BK-1"}, true) })
	publish(t, s, maria, sold("BK-3", "hill"))
	require.NoError(t, s.ChangeMember(ctx, operator, maria.UserID, inn.User, nil))
	leavesNothing(t, s, inn.Forbidden, "of none", func() error { _, err := tryPublish(s, maria, sold("BK-2", "lake")); return err })

	// A key with its owner.
	admin := person(t, s, "admin", inn.Admin)
	_, err := s.AddKey(ctx, admin, inn.Key{Name: "shop", Scopes: []inn.Scope{inn.EventsWrite}})
	require.NoError(t, err)
	keys, err := s.Keys(ctx)
	require.NoError(t, err)
	var shop inn.Viewer
	for _, k := range keys {
		if k.Name == "shop" {
			shop = k.Viewer()
		}
	}
	publish(t, s, shop, sold("BK-4", "lake"))
	require.NoError(t, s.ChangeMember(ctx, operator, admin.UserID, inn.Manager, []string{"hill"}))
	leavesNothing(t, s, inn.NotFound, "its owner's no more", func() error { _, err := tryPublish(s, shop, sold("BK-5", "lake")); return err })
	require.NoError(t, s.DisableMember(ctx, operator, admin.UserID, true))
	leavesNothing(t, s, inn.Unauthenticated, "it sleeps", func() error { _, err := tryPublish(s, shop, sold("BK-5", "hill")); return err })
}

// Publishers and whoever revokes their key do not meet: every publish is before
// the revocation in the log, or refused.
func TestNothingOfAKeyIsAfterItsRevocation(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var work sync.WaitGroup
	begun, over := make(chan struct{}, 1), make(chan struct{})
	for p := range 4 {
		work.Go(func() {
			for i := 0; ; i++ {
				late := closed(over)
				_, err := tryPublish(s, website, sold("BK-"+string(rune('a'+p))+time.Duration(i).String(), "lake"))
				if inn.CodeOf(err) == inn.Unauthenticated {
					return
				}
				if err != nil || late {
					t.Errorf("begun after the revocation: %t; %v", late, err)
					return
				}
				select {
				case begun <- struct{}{}:
				default:
				}
			}
		})
	}
	<-begun
	require.NoError(t, s.RevokeKey(ctx, operator, website.Name))
	close(over)
	work.Wait()
	revoked := false
	for _, e := range since(t, s, 0) {
		if e.Type == inn.MemberChanged && e.Topic == website.Own() {
			revoked = true
		}
		assert.False(t, revoked && e.Actor == website.Actor(), "%d is after it", e.ID)
	}
	assert.True(t, revoked)
}

// The password was compared before it was changed, the session is to be stored
// afterwards: it never is.
func TestASessionBeginsOnlyWithWhatIsStillSo(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		change func(s *Store, tom inn.Viewer) error
		code   inn.Code
	}{
		"nothing changed":  {func(*Store, inn.Viewer) error { return nil }, ""},
		"another password": {func(s *Store, tom inn.Viewer) error { return s.SetPassword(ctx, operator, tom.UserID, "long enough") }, inn.Unauthenticated},
		"the same password set again": {func(s *Store, tom inn.Viewer) error {
			return s.SetPassword(ctx, operator, tom.UserID, "the first one")
		}, inn.Unauthenticated},
		"disabled": {func(s *Store, tom inn.Viewer) error { return s.DisableMember(ctx, operator, tom.UserID, true) }, inn.Unauthenticated},
		"a second step": {func(s *Store, tom inn.Viewer) error {
			return s.write(ctx, func(t *tx) error {
				return t.exec(`INSERT INTO two_step (person, secret, session, made_at, confirmed_at) VALUES ($1, $2, 0, 1, 1)`, tom.UserID, []byte{1})
			})
		}, inn.Unauthenticated},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			m, err := s.AddMember(ctx, operator, inn.Member{Email: "tom@demo.test", Name: "Tom", Role: inn.Staff}, "the first one")
			require.NoError(t, err)
			proved, err := s.Authenticate(ctx, m.Email, "the first one")
			require.NoError(t, err)
			require.NoError(t, c.change(s, m.Viewer()))
			start := func() error {
				return s.StartSession(ctx, SignIn{Session: Session{Token: "t", UserID: m.ID, Data: []byte("x"), Expires: time.Now().Add(time.Hour)},
					Proof: proved, KnownDevice: KnownDevice{Device: "d"}})
			}
			if c.code == "" {
				head := s.head(t)
				require.NoError(t, start())
				events := since(t, s, head)
				assert.Equal(t, []inn.Type{inn.UserLogin}, typesOf(events), "in its transaction")
				return
			}
			leavesNothing(t, s, c.code, what, start)
		})
	}
}

// Between password and code a session waits. It stands for the password, and a
// code for the second step as it was then.
func TestTheSecondStepBelongsToTheFirst(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		change func(s *Store, tom inn.Viewer) error
		lets   bool
	}{
		"nothing changed":  {func(*Store, inn.Viewer) error { return nil }, true},
		"another password": {func(s *Store, tom inn.Viewer) error { return s.SetPassword(ctx, operator, tom.UserID, "long enough") }, false},
		"disabled":         {func(s *Store, tom inn.Viewer) error { return s.DisableMember(ctx, operator, tom.UserID, true) }, false},
		"sign-in given up": {func(s *Store, tom inn.Viewer) error { return s.EndSession(ctx, "waiting") }, false},
		"set up anew": {func(s *Store, tom inn.Viewer) error {
			return s.write(ctx, func(t *tx) error {
				return t.exec(`UPDATE two_step SET secret = $2 WHERE person = $1`, tom.UserID, []byte{1})
			})
		}, false},
		"turned off": {func(s *Store, tom inn.Viewer) error { return s.EndTwoStepOf(ctx, operator, tom.UserID) }, true},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			tom := person(t, s, "tom", inn.Staff)
			enrolled(t, s, tom)
			start := func(in SignIn) error {
				in.Data, in.Expires = []byte("x"), time.Now().Add(time.Hour)
				return s.StartSession(ctx, in)
			}
			in := func(p Proof) SignIn {
				return SignIn{Session: Session{Token: "in", UserID: tom.UserID}, Proof: p, Replaces: "waiting"}
			}
			leavesNothing(t, s, inn.Unauthenticated, "without a code", func() error { return start(in(proof(tom))) })
			require.NoError(t, start(SignIn{Session: Session{Token: "waiting", Pending: tom.UserID}, Proof: proof(tom)}))
			coded, err := s.UseCode(ctx, tom.UserID, "", code(t, s, tom.UserID, 1))
			require.NoError(t, err)
			leavesNothing(t, s, inn.Unauthenticated, "a code alone", func() error { return start(in(coded)) })
			leavesNothing(t, s, inn.Unauthenticated, "of another sign-in", func() error { return start(in(coded.After("other"))) })
			require.NoError(t, c.change(s, tom))
			if !c.lets {
				leavesNothing(t, s, inn.Unauthenticated, what, func() error { return start(in(coded.After("waiting"))) })
				return
			}
			require.NoError(t, start(in(coded.After("waiting"))))
			dead(t, s, "waiting", "it is used up")
			_, err = s.Session(ctx, "in")
			require.NoError(t, err)
		})
	}
}

// The password one was asked for once more was right then.
func TestAChangeTakesThePasswordOfNow(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	tom, eva := person(t, s, "tom", inn.Staff), person(t, s, "eva", inn.Staff)
	tom.Session = begin(t, s, tom, "here").ID
	leavesNothing(t, s, inn.Invalid, "somebody else's", func() error { return s.ChangePassword(ctx, tom, proof(eva), "the second one", "next") })
	leavesNothing(t, s, inn.Invalid, "none", func() error { return s.BeginTwoStep(ctx, tom, Proof{}) })
	first := proof(tom)
	require.NoError(t, s.ChangePassword(ctx, tom, first, "the second one", "next"))
	leavesNothing(t, s, inn.Invalid, "twice", func() error { return s.ChangePassword(ctx, tom, first, "the third one", "more") })
	leavesNothing(t, s, inn.Invalid, "twice", func() error { return s.BeginTwoStep(ctx, tom, first) })
}

// The door says who, and the transaction asks once more: so the answers are one.
func TestStandingRefusesAsTheDoorDoes(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	user := person(t, s, "user", inn.User)
	for _, v := range []inn.Viewer{{}, user, lakeKey, website} {
		for _, a := range inn.Actions {
			err := s.write(context.Background(), func(t *tx) error { _, err := t.authorize(v, a); return err })
			assert.Equal(t, v.Must(a), err, "%s %s", v.Name, a)
		}
	}
}

// What a key may is remembered from one write to the next, and never for longer
// than it is so: not when another process ends it, nor when what was read belonged
// to a write that failed.
func TestWhatIsRememberedOfAKeyIsSo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server, command := openStore(t, dir, "lake"), openStore(t, dir)
	publish(t, server, website, sold("BK-1", "lake"))
	require.NoError(t, command.RevokeKey(ctx, operator, website.Name))
	leavesNothing(t, server, inn.Unauthenticated, "ended by another process", func() error { _, err := tryPublish(server, website, sold("BK-2", "lake")); return err })

	maria := person(t, server, "maria", inn.Manager, "lake")
	publish(t, server, maria, sold("BK-2", "lake"))
	failed := errors.New("it fails after all")
	err := server.write(ctx, func(t *tx) error {
		if err := t.setMember(`UPDATE users SET role = $2 WHERE id = $1`, maria.UserID, inn.Admin); err != nil {
			return err
		}
		now, err := t.authorize(maria, inn.Own)
		if err != nil || now.Role != inn.Admin {
			return fmt.Errorf("within it they are what it made them, not %s: %w", now.Role, err)
		}
		return failed
	})
	require.ErrorIs(t, err, failed)
	require.NoError(t, server.write(ctx, func(x *tx) error {
		now, err := x.authorize(maria, inn.Own)
		assert.Equal(t, inn.Manager, now.Role)
		return err
	}))
	for _, change := range []func() error{
		func() error { return server.ChangeMember(ctx, operator, maria.UserID, inn.Staff, []string{"lake"}) },
		func() error { return command.ChangeMember(ctx, operator, maria.UserID, inn.Manager, nil) },
		func() error { return server.DisableMember(ctx, operator, maria.UserID, true) },
	} {
		require.NoError(t, change())
		m, err := server.Member(ctx, maria.UserID)
		require.NoError(t, err)
		want := m.Viewer()
		require.NoError(t, server.write(ctx, func(x *tx) error {
			now, err := x.present(maria)
			assert.True(t, want.SameRights(now), "%+v", now)
			return err
		}))
	}
}

// Which statements make the writer forget: all that write a table from which a
// right is read.
func TestWhichStatementsChangeRights(t *testing.T) {
	for query, changes := range map[string]bool{
		`UPDATE users SET role = $2 WHERE id = $1`: true, "\n\t\tINSERT INTO api_keys (name) VALUES ($1)": true, `DELETE FROM user_properties WHERE person = $1`: true,
		`INSERT INTO api_key_properties (api_key, property) VALUES ($1, $2) ON CONFLICT DO NOTHING`: true, `UPDATE api_keys SET revoked = 1 WHERE name = $1 RETURNING id`: true,
		`SELECT role FROM users`: false, "\n\t\tSELECT role\n\t\tFROM users": false, `INSERT INTO events (at) VALUES ($1)`: false, `SAVEPOINT caller`: false,
		`UPDATE properties SET status = $2 WHERE slug = $1`: false,
	} {
		assert.Equal(t, changes, changesRights(query), query)
	}
}
