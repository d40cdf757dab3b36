package handlers

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/inn"
)

// However many pages of a person pass however many events, their badge is counted
// once, and again after a second at the earliest; at once for what they did.
func TestABadgeIsCountedOnceForEverybodysPages(t *testing.T) {
	s := newSite(t)
	var told []int64
	b := newBadges(s.store, s.logger, func(v inn.Viewer) { told = append(told, v.UserID) })
	one, two := s.member("staff").Viewer(), s.member("manager").Viewer()
	now := time.Now()
	take := func(after time.Duration) (ids []int64, wait time.Duration) {
		ready, wait := b.take(now.Add(after))
		for _, v := range ready {
			ids = append(ids, v.UserID)
		}
		return ids, wait
	}
	for event := range int64(100) {
		b.touched(one, event+1, false)
		b.touched(two, event+1, false)
		b.touched(one, event+1, false)
	}
	ready, wait := take(0)
	assert.Equal(t, []int64{one.UserID, two.UserID}, ready)
	assert.Zero(t, wait)
	b.touched(one, 101, false)
	b.touched(one, 102, false)
	ready, wait = take(countEvery / 4)
	assert.Empty(t, ready)
	assert.Equal(t, countEvery*3/4, wait)
	b.touched(two, 103, true)
	ready, _ = take(countEvery / 4)
	assert.Equal(t, []int64{two.UserID}, ready)
	ready, wait = take(countEvery)
	assert.Equal(t, []int64{one.UserID}, ready)
	assert.Zero(t, wait)

	_, err := b.count(t.Context(), one)
	require.NoError(t, err)
	assert.Empty(t, told, "nobody had a number that is another now")
	place := place(t, s.key("events:write").publish(booking("new", "BK-1", "lake-house", "")))
	badge, err := b.count(t.Context(), one)
	require.NoError(t, err)
	assert.Equal(t, 1, badge.Unread)
	assert.Equal(t, []int64{one.UserID}, told)
	b.touched(one, place, true)
	ready, _ = take(time.Hour)
	assert.Empty(t, ready, "it has been counted with that event")
}
