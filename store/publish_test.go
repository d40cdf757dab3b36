package store

import (
	"crypto/sha256"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

func TestEveryKindOfChange(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria := person(t, s, "maria", inn.Manager, "lake")
	head := s.head(t)
	upkeep := inn.Publication{Type: inn.PropertyMaintenance, Property: &inn.PropertyChange{Slug: "lake", Status: "maintenance", Title: "Pipes", Detail: "until noon"}}
	figures := inn.Publication{Type: inn.MetricsUpdate, Report: &inn.Report{Property: "lake", Payload: json.RawMessage(`{"occupancy":7,"reported":"key:other"}`)}}
	login := inn.Publication{Type: inn.UserLogin, Report: &inn.Report{Payload: json.RawMessage(`{"name":"Tom"}`)}, At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Priority: inn.High}
	events := publish(t, s, website, sold("BK-1", "lake"), alarm("lake", "boiler", "Boiler off"), upkeep, figures, login)
	logged := since(t, s, head)
	require.Len(t, logged, 5)
	for i, e := range events {
		assert.Equal(t, *e, logged[i])
	}

	alerts, err := s.OpenAlerts(ctx, maria, "lake", 10)
	require.NoError(t, err)
	require.Len(t, alerts, 1)
	snap := snapshot[inn.Alert](t, events[1])
	snap.Event = events[1].ID
	assert.Equal(t, snap, alerts[0])
	assert.Equal(t, []any{inn.High, inn.Raised, "Lake House"}, []any{snap.Priority, snap.Status, snap.PropertyName})

	p, err := s.Property(ctx, maria, "lake")
	require.NoError(t, err)
	assert.Equal(t, p, snapshot[inn.Property](t, events[2]))
	assert.Equal(t, "maintenance", p.Status)
	assert.Nil(t, publish(t, s, website, upkeep)[0], "the same again changes nothing")

	assert.JSONEq(t, `{"occupancy":7,"reported":"key:website"}`, string(events[3].Data), "who reported it is not for the reporter to say")
	assert.Equal(t, inn.PropertyTopic("lake"), events[3].Topic)
	assert.Equal(t, []any{inn.House, inn.High, login.At, ""}, []any{events[4].Topic, events[4].Priority, events[4].At, events[4].Property})
	last, err := s.LastMetrics(ctx, "property:lake")
	require.NoError(t, err)
	assert.Nil(t, last, "what is reported is never mixed into computed figures")

	cards, err := s.Notifications(ctx, maria, NotificationFilter{Limit: 10})
	require.NoError(t, err)
	assert.Len(t, cards, 3, "reports make no card")
	for _, bad := range []string{`null`, `[]`, `7`, ``} {
		leavesNothing(t, s, inn.Invalid, bad, func() error {
			_, err := tryPublish(s, website, inn.Publication{Type: inn.UserAction, Report: &inn.Report{Payload: json.RawMessage(bad)}})
			return err
		})
	}
}

func TestABatchIsAllOrNothing(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	dear := sold("BK-3", "lake")
	dear.Booking.Amount = inn.Given("-5")
	e := leavesNothing(t, s, inn.Invalid, "batch", func() error {
		_, err := tryPublish(s, website, sold("BK-1", "lake"), sold("BK-2", "lake"), sold("BK-1", "lake"), dear)
		return err
	})
	assert.Equal(t, []string{"amount"}, pointers(e))
	assert.Equal(t, 4, e.Item)
	e = leavesNothing(t, s, inn.Conflict, "batch", func() error {
		_, err := tryPublish(s, website, sold("BK-1", "lake"), step("BK-1", inn.BookingCheckedOut))
		return err
	})
	assert.Equal(t, 2, e.Item, "it says which of them it is about")

	head := s.head(t)
	events := publish(t, s, website, sold("BK-1", "lake"), sold("BK-1", "lake"), step("BK-1", inn.BookingConfirmed))
	assert.Equal(t, head+1, events[0].ID)
	assert.Nil(t, events[1], "later ones see what earlier ones did")
	assert.Equal(t, head+2, events[2].ID)
}

func TestAnIdempotencyKeyStoresOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	try := func(by inn.Viewer, key, body string) (id int64, replayed bool, err error) {
		events, replayed, err := s.Publish(ctx, by, Idempotency{key, sha256.Sum256([]byte(body))}, inn.Batch{Publications: []inn.Publication{sold(body, "lake")}})
		if err == nil {
			id = events[0].ID
		}
		return id, replayed, err
	}
	first, replayed, err := try(website, "k", "BK-1")
	require.NoError(t, err)
	assert.False(t, replayed)
	before := contents(t, s)
	for range 2 {
		again, replayed, err := try(website, "k", "BK-1")
		require.NoError(t, err)
		assert.True(t, replayed)
		assert.Equal(t, first, again)
		assert.Equal(t, before, contents(t, s))
	}
	leavesNothing(t, s, inn.Conflict, "other body", func() error { _, _, err := try(website, "k", "BK-2"); return err })
	_, replayed, err = try(lakeKey, "k", "BK-3")
	require.NoError(t, err)
	assert.False(t, replayed, "another publisher's keys are their own")

	// Only success is remembered, in the transaction of its publish.
	leavesNothing(t, s, inn.NotFound, "refused", func() error {
		_, _, err := s.Publish(ctx, website, Idempotency{Key: "no"}, inn.Batch{Publications: []inn.Publication{sold("BK-9", "atlantis")}})
		return err
	})
	_, replayed, err = try(website, "no", "BK-9")
	require.NoError(t, err)
	assert.False(t, replayed)

	age := func(d time.Duration) {
		require.NoError(t, s.write(ctx, func(x *tx) error {
			return x.exec(`UPDATE idempotency SET at = $1 WHERE key = 'k'`, ms(x.now.Add(-d)))
		}))
	}
	age(idempotencyKept - time.Hour)
	_, replayed, err = try(website, "k", "BK-1")
	require.NoError(t, err)
	assert.True(t, replayed)
	age(idempotencyKept + time.Second)
	_, replayed, err = try(website, "k", "BK-4")
	require.NoError(t, err)
	assert.False(t, replayed, "after a day the key is free again")
}

func TestTheSameKeyAtOnceStoresOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	head := s.head(t)
	var all sync.WaitGroup
	answers := make([]int64, 12)
	for i := range answers {
		all.Go(func() {
			events, _, err := s.Publish(ctx, website, Idempotency{Key: "k"}, inn.Batch{Publications: []inn.Publication{{Type: inn.UserAction, Report: &inn.Report{Payload: json.RawMessage(`{}`)}}}})
			if err != nil {
				t.Error(err)
				return
			}
			answers[i] = events[0].ID
		})
	}
	all.Wait()
	assert.Equal(t, head+1, s.head(t))
	for _, answer := range answers {
		assert.Equal(t, answers[0], answer)
	}
}

func TestAddressingSomebodyWhoIsNotThere(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria, gone := person(t, s, "maria", inn.Manager, "lake"), person(t, s, "gone", inn.Staff, "lake")
	require.NoError(t, s.DisableMember(ctx, operator, gone.UserID, true))
	p := sold("BK-1", "lake")
	p.Emails = []string{"MARIA@demo.test", "nobody@demo.test", "gone@demo.test"}
	p.Rooms = []string{"property:lake", "property:atlantis", "user:99", "role:ROOT", "key:1", "", "*", "house"}
	e := leavesNothing(t, s, inn.Invalid, "addressing", func() error { _, err := tryPublish(s, website, p); return err })
	assert.Equal(t, []string{"affectedUsers/1", "affectedUsers/2", "rooms/1", "rooms/2", "rooms/3", "rooms/4", "rooms/5", "rooms/6", "rooms/7"}, pointers(e))

	p.Emails, p.Rooms, p.Role = []string{"maria@DEMO.test"}, []string{"system", "os_dashboard", "property:hill", "property:desk", "role:STAFF", string(maria.Own())}, inn.Owner
	got := publish(t, s, website, p)[0]
	assert.Equal(t, []inn.Topic{maria.Own(), "role:PROPERTY_OWNER", inn.System, inn.House, "property:hill", inn.Desk, "role:STAFF", maria.Own()}, got.To)
	assert.Equal(t, got.To, since(t, s, got.ID-1)[0].To, "the log keeps whom it was addressed to")

	narrow := sold("BK-2", "lake")
	for _, room := range []string{"system", "os_dashboard", "property:hill", "property:desk"} {
		narrow.Rooms = []string{"property:lake", room}
		e := leavesNothing(t, s, inn.Invalid, room, func() error { _, err := tryPublish(s, lakeKey, narrow); return err })
		assert.Equal(t, []string{"rooms/1"}, pointers(e), "a limited key addresses no room beyond its properties")
	}
}

// What a limited key may not touch looks like what is not there.
func TestALimitedKeyTouchesNothingElse(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	publish(t, s, website, sold("BK-lake", "lake"), sold("BK-hill", "hill"), sold("BK-desk", inn.Desk))
	away := step("BK-lake", inn.BookingModified)
	away.Booking.Property = inn.Given("hill")
	unsaid := sold("BK-new", "lake")
	unsaid.Booking.Property = inn.Field[string]{}
	upkeep := inn.Publication{Type: inn.PropertyStatus, Property: &inn.PropertyChange{Slug: "hill", Status: "x"}}
	report := inn.Publication{Type: inn.MetricsUpdate, Report: &inn.Report{Property: "hill", Payload: json.RawMessage(`{}`)}}
	whole := inn.Publication{Type: inn.MetricsUpdate, Report: &inn.Report{Payload: json.RawMessage(`{}`)}}
	for what, c := range map[string]struct {
		p    inn.Publication
		code inn.Code
	}{
		"foreign booking":      {step("BK-hill", inn.BookingConfirmed), inn.NotFound},
		"the desk's booking":   {step("BK-desk", inn.BookingConfirmed), inn.NotFound},
		"new at a foreign one": {sold("BK-new", "hill"), inn.NotFound},
		"new at the desk":      {sold("BK-new", inn.Desk), inn.NotFound},
		"new, property unsaid": {unsaid, inn.Invalid},
		"moved to another":     {away, inn.NotFound},
		"foreign alert":        {alarm("hill", "boiler", "x"), inn.NotFound},
		"system alert":         {alarm("", "net", "x"), inn.Invalid},
		"foreign property":     {upkeep, inn.NotFound},
		"foreign report":       {report, inn.NotFound},
		"report for the house": {whole, inn.Invalid},
	} {
		leavesNothing(t, s, c.code, what, func() error { _, err := tryPublish(s, lakeKey, c.p); return err })
	}
	for _, p := range []func(string) inn.Publication{
		func(slug string) inn.Publication { return sold("BK-x", slug) },
		func(slug string) inn.Publication { return alarm(slug, "k", "t") },
		func(slug string) inn.Publication {
			return inn.Publication{Type: inn.PropertyStatus, Property: &inn.PropertyChange{Slug: slug, Status: "x"}}
		},
	} {
		_, foreign := tryPublish(s, lakeKey, p("hill"))
		_, absent := tryPublish(s, lakeKey, p("atlantis"))
		assert.Equal(t, absent, foreign, "the two answers are the same")
	}
	require.NotNil(t, publish(t, s, lakeKey, step("BK-lake", inn.BookingConfirmed))[0])
}

func TestStaffCheckInAndNothingMore(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	staff, owner := person(t, s, "staff", inn.Staff, "lake"), person(t, s, "owner", inn.Owner, "lake")
	publish(t, s, website, sold("BK-1", "lake"), step("BK-1", inn.BookingConfirmed), sold("BK-2", "hill"), alarm("lake", "boiler", "Boiler"))
	sly := step("BK-1", inn.BookingCheckedIn)
	sly.Booking.Amount = inn.Given("1")
	ack := inn.Publication{Type: inn.AlertAcknowledged, Alert: &inn.AlertChange{Key: "boiler", Property: "lake"}}
	for what, c := range map[string]struct {
		by   inn.Viewer
		p    inn.Publication
		code inn.Code
	}{
		"cancel":            {staff, step("BK-1", inn.BookingCancelled), inn.Forbidden},
		"rename":            {staff, titled("BK-1", "x"), inn.Forbidden},
		"check in, reprice": {staff, sly, inn.Forbidden},
		"foreign":           {staff, step("BK-2", inn.BookingCheckedIn), inn.NotFound},
		"make":              {staff, sold("BK-3", "lake"), inn.Forbidden},
		"owner checks in":   {owner, step("BK-1", inn.BookingCheckedIn), inn.Forbidden},
		"raise":             {staff, alarm("lake", "roof", "Roof"), inn.Forbidden},
	} {
		leavesNothing(t, s, c.code, what, func() error { _, err := tryPublish(s, c.by, c.p); return err })
	}
	assert.Equal(t, inn.BookingCheckedIn, publish(t, s, staff, step("BK-1", inn.BookingCheckedIn))[0].Type)
	assert.Equal(t, string(owner.Own()), publish(t, s, owner, ack)[0].Actor)
}
