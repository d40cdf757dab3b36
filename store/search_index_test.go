package store

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// What is added to the index was read beside the writer: an event that was
// rewritten, or removed, since then must not get in as it was.
func TestTheIndexTakesNothingInThatHasChangedMeanwhile(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]func(t *testing.T, s *Store){
		"rewritten": func(t *testing.T, s *Store) {
			require.NoError(t, s.EraseGuest(ctx, person(t, s, "admin", inn.Admin), []string{"M-1"}))
		},
		"removed": func(t *testing.T, s *Store) {
			require.NoError(t, s.write(ctx, func(x *tx) error { return x.exec(`DELETE FROM events WHERE id = (SELECT max(id) FROM events)`) }))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			publish(t, s, website, marked("M-1", "lake", inn.Stay))
			before, err := s.searched(ctx)
			require.NoError(t, err)
			a, err := s.nextAddition(ctx)
			require.NoError(t, err)
			require.NotEmpty(t, a.entries)
			meanwhile(t, s)
			require.NoError(t, s.write(ctx, func(x *tx) error { return x.index(a) }))
			after, err := s.searched(ctx)
			require.NoError(t, err)
			assert.Equal(t, before, after)

			require.NoError(t, s.Index(ctx))
			var found int
			require.NoError(t, s.read.QueryRowContext(ctx, `/* SQLite */ SELECT count(*) FROM event_search WHERE event_search MATCH 'words : marker'`).Scan(&found))
			assert.Zero(t, found)
		})
	}
}
