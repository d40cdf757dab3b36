package handlers

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/jobs"
)

// stopping is a context that ends in the middle of the first step it is asked of.
type stopping struct {
	context.Context
	cancel context.CancelFunc
}

func (s stopping) Err() error {
	defer s.cancel()
	return s.Context.Err()
}

// A server that stops does not wait until everything old is removed, and says
// nothing of it.
func TestAStopEndsTheRemovalOfWhatIsOld(t *testing.T) {
	s := newSite(t)
	s.key("events:write").publish(booking("new", "BK-1", "lake-house", ""))
	later := time.Now().AddDate(10, 0, 0)
	left := func() (trimmed int64, unread int) {
		trimmed, _, err := s.store.Bounds(t.Context())
		require.NoError(t, err)
		badge, err := s.store.Badge(t.Context(), s.member("manager").Viewer())
		require.NoError(t, err)
		return trimmed, badge.Unread
	}
	remove := func(ctx context.Context) {
		for _, job := range jobs.Table(s.store) {
			if job.Name == "retention" || job.Name == "old notifications" {
				if err := job.Do(ctx, later); err != nil {
					assert.ErrorIs(t, err, context.Canceled)
				}
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	remove(stopping{ctx, cancel})
	trimmed, unread := left()
	assert.Equal(t, []any{int64(0), 1}, []any{trimmed, unread})

	remove(t.Context())
	trimmed, unread = left()
	assert.Positive(t, trimmed)
	assert.Zero(t, unread)
}
