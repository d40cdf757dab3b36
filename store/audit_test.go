package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// Activity is narrowed by person, period and place, and never holds what the
// viewer may not see.
func TestActivityIsWhatTheViewerMaySee(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	root, tom, ann := person(t, s, "root", inn.SuperAdmin), person(t, s, "tom", inn.Staff, "lake"), person(t, s, "ann", inn.User)
	for _, v := range []inn.Viewer{root, tom, ann, tom} {
		require.NoError(t, login(s, v))
	}
	publish(t, s, website, sold("BK-1", "lake"))
	count := func(by inn.Viewer, f AuditFilter) int {
		f.Limit = 100
		all, err := s.Activity(ctx, by, f)
		require.NoError(t, err)
		for i := range all {
			assert.True(t, by.Sees(&all[i]))
			assert.Equal(t, inn.UserActivity, all[i].Kind())
			assert.True(t, i == 0 || all[i].ID < all[i-1].ID, "the newest first")
		}
		return len(all)
	}
	assert.Equal(t, []int{4, 2, 1}, []int{count(root, AuditFilter{}), count(tom, AuditFilter{}), count(ann, AuditFilter{})})
	assert.Equal(t, 2, count(root, AuditFilter{Actor: "user:2"}))
	assert.Zero(t, count(tom, AuditFilter{Actor: "user:1"}))
	assert.Zero(t, count(root, AuditFilter{Since: time.Now().Add(time.Minute)}))
	assert.Zero(t, count(root, AuditFilter{Until: time.Now().Add(-time.Minute)}))
	first, err := s.Activity(ctx, root, AuditFilter{Limit: 1})
	require.NoError(t, err)
	require.Len(t, first, 1)
	assert.Equal(t, 3, count(root, AuditFilter{Before: first[0].ID}))
}
