package delivery

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// However many pages of a person pass however many events, their badge is counted
// once, and again after a second at the earliest; at once for what they did.
func TestABadgeIsCountedOnceForEverybodysPages(t *testing.T) {
	s := newHouse(t)
	var told []int64
	head := int64(0)
	b := newBadges(s.store, s.logger, 0, func() int64 { return head }, func(v inn.Viewer) { told = append(told, v.UserID) })
	one, two := b.badge(s.who()), b.badge(inn.Viewer{UserID: 99, Role: inn.Manager, Properties: []string{"lake-house"}})
	assert.Same(t, one, b.badge(s.who()))
	now := time.Now()
	take := func(after time.Duration) (ready []*badge, wait time.Duration) { return b.take(now.Add(after)) }
	for event := range int64(100) {
		b.touched(one, event+1, false)
		b.touched(two, event+1, false)
		b.touched(one, event+1, false)
	}
	ready, wait := take(0)
	assert.Equal(t, []*badge{one, two}, ready)
	assert.Zero(t, wait)
	b.touched(one, 101, false)
	b.touched(one, 102, false)
	ready, wait = take(countEvery / 4)
	assert.Empty(t, ready)
	assert.Equal(t, countEvery*3/4, wait)
	b.touched(two, 103, true)
	ready, _ = take(countEvery / 4)
	assert.Equal(t, []*badge{two}, ready)
	ready, wait = take(countEvery)
	assert.Equal(t, []*badge{one}, ready)
	assert.Zero(t, wait)

	_, err := b.count(t.Context(), one)
	require.NoError(t, err)
	assert.Empty(t, told, "nobody had a number that is another now")
	head = s.publish("lake-house", "heating")
	badge, err := b.count(t.Context(), one)
	require.NoError(t, err)
	assert.Equal(t, 1, badge.Unread)
	assert.Equal(t, []int64{one.viewer.UserID}, told)
	b.touched(one, head, true)
	ready, _ = take(time.Hour)
	assert.Empty(t, ready, "it has been counted with that event")
}

// A number that waits to be counted is not counted by rights that have ended
// meanwhile: it would say how much there is that one may not see.
func TestABadgeIsCountedByTheRightsOfNow(t *testing.T) {
	s := newHouse(t)
	s.publish("lake-house", "heating")
	var late func()
	b := newBadges(s.store, s.logger, 0, func() int64 {
		if late != nil {
			late()
		}
		return 0
	}, func(inn.Viewer) {})
	mine := b.badge(s.who())
	b.touched(mine, 1, false)
	number, err := b.count(t.Context(), mine)
	require.NoError(t, err)
	assert.Equal(t, 1, number.Unread)

	staff := s.staff
	elsewhere := func(slug string) {
		require.NoError(t, s.store.ChangeMember(t.Context(), operator, staff.ID, inn.Staff, []string{slug}))
		b.badge(s.who()) // as a page does that hears of it
	}
	elsewhere("hill-cottage")
	ready, _ := b.take(time.Now())
	require.Equal(t, []*badge{mine}, ready)
	_, _, known := b.latest(mine)
	assert.False(t, known, "what was counted by other rights is no longer said")
	number, err = b.count(t.Context(), mine)
	require.NoError(t, err)
	assert.Zero(t, number.Unread)

	elsewhere("lake-house")
	late = func() { late = nil; elsewhere("hill-cottage") }
	number, err = b.count(t.Context(), mine)
	require.NoError(t, err)
	assert.Zero(t, number.Unread, "they changed while it was counted")
}

// The pages of a person that come while nothing happens are told what was
// counted for the first of them.
func TestABadgeIsCountedOnceForPagesThatCome(t *testing.T) {
	s := newHouse(t)
	s.heard(s.publish("lake-house", "heating"))
	counted := 0
	s.badges.head = func() int64 { counted++; return s.log.Head() }
	comes := func() {
		r := s.stream(s.page())
		assert.Contains(t, r.until(`id="unread"`).Data, `id="unread" class="count">1<`)
		r.close()
	}
	comes()
	once := counted
	comes()
	comes()
	assert.Equal(t, once, counted)
	s.heard(s.publish("hill-cottage", "heating")) // which nobody of theirs heard of
	comes()
	assert.Greater(t, counted, once)
}

// What a page shows is as new as the store, also while the streams have not heard
// of the last step yet.
func TestAPageShowsTheNumberOfNow(t *testing.T) {
	s := newHouse(t)
	s.publish("lake-house", "heating")
	counted := 0
	_, heard, err := s.store.Bounds(t.Context())
	require.NoError(t, err)
	s.badges.head = func() int64 { counted++; return heard }
	shows := func(unread int) {
		t.Helper()
		badge, err := s.Badge(t.Context(), s.who())
		require.NoError(t, err)
		assert.Equal(t, unread, badge.Unread)
	}
	shows(1)
	shows(1)
	assert.Equal(t, 1, counted, "nothing has happened")
	require.NoError(t, s.store.MarkRead(t.Context(), s.who(), []string{"alert:lake-house:heating"}, true))
	shows(0)
	shows(0)
	assert.Equal(t, 3, counted, "of which the streams do not know: it is counted until they do")
}

// A page that was asked for before the rights changed shows its own number, and
// leaves that of the open pages alone.
func TestALatePageTakesNoBadgeBackToOldRights(t *testing.T) {
	s := newHouse(t)
	s.publish("lake-house", "heating")
	before := s.who()
	require.NoError(t, s.store.ChangeMember(t.Context(), operator, before.UserID, inn.Staff, []string{"hill-cottage"}))
	open := s.badges.badge(s.who())

	number, err := s.badges.now(t.Context(), before)
	require.NoError(t, err)
	assert.Equal(t, 1, number.Unread)
	number, err = s.badges.count(t.Context(), open)
	require.NoError(t, err)
	assert.Zero(t, number.Unread)
}

// Every stream that is handed an event asks this.
func BenchmarkBadgeIsTouched(b *testing.B) {
	all := newBadges(nil, nil, 0, func() int64 { return 0 }, nil)
	mine := all.badge(inn.Viewer{UserID: 1})
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			all.touched(mine, 1, false)
		}
	})
}
