package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/inn"
)

// Activity is narrowed by person, period and place, and never holds what the
// viewer may not see.
func TestActivityIsWhatTheViewerMaySee(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	root, tom, ann := person(t, s, "root", inn.SuperAdmin), person(t, s, "tom", inn.Staff, "lake"), person(t, s, "ann", inn.User)
	for _, v := range []inn.Viewer{root, tom, ann, tom} {
		require.NoError(t, s.NoteLogin(ctx, v, inn.UserLogin, "192.0.2.1"))
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

// Among a million bookings, what people did is found by its own index.
func TestActivityReadsItsIndex(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	rows, err := s.db.Read.Query(`EXPLAIN QUERY PLAN
		SELECT ` + eventColumns + `
		FROM events
		WHERE type IN ('user:login', 'user:logout', 'user:action') AND actor = 'user:3' AND id < 100
		ORDER BY id DESC
		LIMIT 30`)
	plan, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (detail string, err error) {
		var id, parent, unused int
		return detail, row.Scan(&id, &parent, &unused, &detail)
	})
	require.NoError(t, err)
	require.Len(t, plan, 1, "one step, no sorting: %v", plan)
	assert.Contains(t, plan[0], "events_activity")
}
