package store

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

func ids(events []inn.Event) (all []int64) {
	for _, e := range events {
		all = append(all, e.ID)
	}
	return all
}

func TestEventsAreThoseOnTheTopics(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	addressed := sold("BK-3", "hill")
	addressed.Rooms = []string{"property:lake", "role:STAFF"}
	e := publish(t, s, website, sold("BK-1", "lake"), sold("BK-2", "hill"), addressed, sold("BK-4", inn.Desk))
	base := e[0].ID
	for _, c := range []struct {
		topics []inn.Topic
		want   []int64
	}{
		{[]inn.Topic{inn.Everything}, []int64{base, base + 1, base + 2, base + 3}},
		{[]inn.Topic{"property:lake"}, []int64{base, base + 2}},
		{[]inn.Topic{"role:STAFF", "user:7"}, []int64{base + 2}},
		{[]inn.Topic{"property:lake", "property:hill", "role:STAFF"}, []int64{base, base + 1, base + 2}},
		{[]inn.Topic{inn.Desk}, []int64{base + 3}},
		{[]inn.Topic{"property:%"}, nil},
		{nil, nil},
	} {
		got, more, err := s.Events(ctx, base-1, base+3, 10, c.topics)
		require.NoError(t, err)
		assert.False(t, more)
		assert.Equal(t, c.want, ids(got), "%v", c.topics)
	}
	got, _, err := s.Events(ctx, base, base+2, 10, []inn.Topic{inn.Everything})
	require.NoError(t, err)
	assert.Equal(t, []int64{base + 1, base + 2}, ids(got), "after one place, up to another")
	got, more, err := s.Events(ctx, base-1, base+3, 2, []inn.Topic{"property:lake", "property:hill", "role:STAFF"})
	require.NoError(t, err)
	assert.True(t, more)
	assert.Equal(t, []int64{base, base + 1}, ids(got), "the oldest first")
}

// A read of large events ends early, and says so; from its end one reads on.
func TestAReadOfTheLogIsBoundedInBytes(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	base := s.head(t)
	const each, many = 250 << 10, 30
	require.NoError(t, s.write(ctx, func(x *tx) error {
		for range many {
			if err := x.append(&inn.Event{Topic: "user:1", Type: inn.UserAction, Subject: "user:1"}, strings.Repeat("x", each)); err != nil {
				return err
			}
		}
		return nil
	}))
	for _, topics := range [][]inn.Topic{{inn.Everything}, {"user:1", "user:2"}} {
		read := 0
		for after, more := base, true; more; {
			var got []inn.Event
			var err error
			got, more, err = s.Events(ctx, after, base+many, 256, topics)
			require.NoError(t, err)
			assert.LessOrEqual(t, len(got)*each, readMost+each)
			for _, e := range got {
				assert.Equal(t, after+1, e.ID)
				after = e.ID
			}
			read += len(got)
		}
		assert.Equal(t, many, read)
	}
}

// History is filtered by the policy, event by event: what it gives a viewer is
// what a stream from the beginning would have given them.
func TestHistoryIsWhatTheViewerSees(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	people := []inn.Viewer{person(t, s, "super", inn.SuperAdmin), person(t, s, "admin", inn.Admin), person(t, s, "staff", inn.Staff, "lake"), person(t, s, "user", inn.User)}
	addressed := alarm("hill", "roof", "Roof")
	addressed.Emails = []string{"user@demo.test"}
	publish(t, s, website, sold("BK-1", "lake"), sold("BK-2", "hill"), alarm("", "net", "Net"), addressed, step("BK-1", inn.BookingConfirmed))
	require.NoError(t, login(s, people[2]))
	require.NoError(t, s.MarkAllRead(ctx, people[0]))
	require.NoError(t, s.NoteMetrics(ctx, inn.Metrics{Scope: "property:lake"}, "lake"))
	all := since(t, s, 0)
	for _, v := range append(people, lakeKey, inn.Viewer{}) {
		var want []int64
		for i := range all {
			if v.Sees(&all[i]) && !all[i].Type.Internal() {
				want = append(want, all[i].ID)
			}
		}
		got, err := s.History(ctx, v, EventFilter{Oldest: true, Limit: 100})
		require.NoError(t, err)
		assert.Equal(t, want, ids(got), v.Name)
		got, err = s.History(ctx, v, EventFilter{Limit: 1})
		require.NoError(t, err)
		if len(want) > 0 {
			assert.Equal(t, want[len(want)-1:], ids(got), "%s: the newest first", v.Name)
		}
	}
	super := people[0]
	for what, c := range map[string]struct {
		f    EventFilter
		want []string
	}{
		"type":     {EventFilter{Type: inn.BookingNew}, []string{"booking:BK-2", "booking:BK-1"}},
		"kind":     {EventFilter{Kind: inn.AlertUpdate}, []string{"alert:hill:roof", "alert::net"}},
		"property": {EventFilter{Property: "hill", Kind: inn.BookingUpdate}, []string{"booking:BK-2"}},
		"subject":  {EventFilter{Subject: "booking:BK-1"}, []string{"booking:BK-1", "booking:BK-1"}},
		"metrics":  {EventFilter{Kind: inn.MetricUpdate}, []string{"metrics:property:lake"}},
		"feed":     {EventFilter{Kind: inn.MetricUpdate, Feed: true}, nil},
		"limit":    {EventFilter{Kind: inn.BookingUpdate, Limit: 2}, []string{"booking:BK-1", "booking:BK-2"}},
	} {
		if c.f.Limit == 0 {
			c.f.Limit = 100
		}
		got, err := s.History(ctx, super, c.f)
		require.NoError(t, err, what)
		assert.Equal(t, c.want, subjects(got), what)
	}
	got, err := s.History(ctx, super, EventFilter{Oldest: true, After: all[1].ID, Before: all[4].ID, Limit: 100})
	require.NoError(t, err)
	assert.NotContains(t, ids(got), all[1].ID)
	assert.NotContains(t, ids(got), all[4].ID)
}

// One query reads historyStep events; History reads on until it has enough that
// the viewer may see.
func TestHistoryReadsOnBehindWhatIsHidden(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	owner := person(t, s, "owner", inn.Owner, "lake")
	first := publish(t, s, website, sold("BK-1", "lake"))[0]
	require.NoError(t, s.write(ctx, func(x *tx) error {
		for range historyStep + 10 { // on a topic of theirs, and not for them to see
			if err := x.append(&inn.Event{Topic: inn.PropertyTopic("lake"), Property: "lake", Type: inn.UserAction}, struct{}{}); err != nil {
				return err
			}
		}
		return nil
	}))
	got, err := s.History(ctx, owner, EventFilter{Type: inn.BookingNew, Limit: 5})
	require.NoError(t, err)
	assert.Equal(t, []int64{first.ID}, ids(got))
	got, err = s.History(ctx, owner, EventFilter{Limit: 1})
	require.NoError(t, err)
	assert.Equal(t, []int64{first.ID}, ids(got))
}

// Invariant 6, the store's part: the bounds say what is lost.
func TestTrimMovesTheBounds(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	publish(t, s, website, sold("BK-1", "lake"), sold("BK-2", "lake"), step("BK-1", inn.BookingConfirmed))
	trimmed, head, err := s.Bounds(ctx)
	require.NoError(t, err)
	assert.Zero(t, trimmed)
	require.NoError(t, s.Trim(ctx, head-1))
	trimmed, after, err := s.Bounds(ctx)
	require.NoError(t, err)
	assert.Equal(t, []int64{head - 1, head}, []int64{trimmed, after})
	assert.Equal(t, []int64{head}, ids(since(t, s, 0)))
	require.NoError(t, s.Trim(ctx, 1))
	trimmed, _, err = s.Bounds(ctx)
	require.NoError(t, err)
	assert.Equal(t, head-1, trimmed, "what is lost stays lost")
	require.NoError(t, s.Trim(ctx, head))
	trimmed, after, err = s.Bounds(ctx)
	require.NoError(t, err)
	assert.Equal(t, []int64{head, head}, []int64{trimmed, after}, "an empty log keeps its head")
	_, err = s.Booking(ctx, everybody, "BK-1")
	require.NoError(t, err, "rows stay")
}

func TestForgetKeepsWhatIsYoungEnough(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	require.NoError(t, s.Trim(ctx, s.head(t)))
	now := time.Date(2026, 12, 10, 12, 0, 0, 0, time.UTC)
	ago := func(days int) time.Time { return now.AddDate(0, 0, -days) }
	store := func(e inn.Event) {
		e.Topic = inn.System
		require.NoError(t, s.write(ctx, func(x *tx) error { return x.append(&e, struct{}{}) }))
	}
	add := func(et inn.Type, subject string, at time.Time) {
		store(inn.Event{At: at, Stored: at, Type: et, Subject: subject})
	}
	add(inn.BookingNew, "too old", ago(401))
	add(inn.BookingNew, "old", ago(399))
	store(inn.Event{At: ago(2000), Stored: ago(399), Type: inn.BookingNew, Subject: "imported"}) // by the time it was reported with
	add(inn.BookingNew, "clock", ago(2000))                                                      // by a clock that was wrong: it does not take its elders along
	store(inn.Event{At: ago(2000), Stored: ago(89), Type: inn.UserLogin, Subject: "login of long ago"})
	store(inn.Event{At: ago(2000), Stored: ago(0), Type: inn.MetricsUpdate, Subject: "metrics:reported"})
	store(inn.Event{At: ago(2000), Stored: ago(0), Type: inn.MetricsUpdate, Subject: "metrics:reported"})
	add(inn.UserLogin, "login too old", ago(91))
	add(inn.UserLogin, "login", ago(89))
	add(inn.MemberChanged, "rights", ago(91))
	for i, minutes := range []int{0, 10, 50, 60, 70} {
		add(inn.MetricsUpdate, "metrics:portfolio", ago(2).Truncate(time.Hour).Add(time.Duration(minutes)*time.Minute+time.Duration(i)))
	}
	add(inn.MetricsUpdate, "metrics:lake", ago(2))
	add(inn.MetricsUpdate, "metrics:portfolio", ago(0).Add(-time.Hour))
	add(inn.MetricsUpdate, "metrics:portfolio", ago(0).Add(-time.Hour))
	save := func(token string, expires time.Time) {
		require.NoError(t, s.StartSession(ctx, SignIn{Session: Session{Token: token, Data: []byte("x"), Expires: expires}}))
	}
	save("over", now.Add(-time.Second))
	save("good", now.Add(time.Hour))
	require.NoError(t, s.Forget(ctx, now))
	var left []string
	for _, e := range since(t, s, 0) {
		left = append(left, e.Subject+" "+e.At.Format("15:04"))
	}
	assert.Equal(t, []string{"old 12:00", "imported 12:00", "clock 12:00", "login of long ago 12:00", "metrics:reported 12:00", "metrics:reported 12:00", "login 12:00", "rights 12:00", "metrics:portfolio 12:50", "metrics:portfolio 13:10",
		"metrics:lake 12:00", "metrics:portfolio 11:00", "metrics:portfolio 11:00"}, left)
	trimmed, _, err := s.Bounds(ctx)
	require.NoError(t, err)
	assert.Less(t, trimmed, since(t, s, 0)[0].ID, "no position is lost whose events are there")
	var sessions int
	require.NoError(t, s.db.Read.QueryRow(`SELECT count(*) FROM sessions`).Scan(&sessions))
	assert.Equal(t, 1, sessions)

	require.NoError(t, s.Forget(ctx, now.AddDate(10, 0, 0)))
	trimmed, head, err := s.Bounds(ctx)
	require.NoError(t, err)
	assert.Empty(t, since(t, s, 0))
	assert.Equal(t, head, trimmed, "everything is lost, and said to be")
}
