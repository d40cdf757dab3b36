package store

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/inn"
)

// A disk that stays full is told of when that begins, now and again, and when it
// is over; not with every write that is tried.
func TestTroubleIsToldNowAndAgain(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	database, err := db.Open(ctx, t.TempDir())
	require.NoError(t, err)
	s, err := New(ctx, database, slog.New(slog.NewTextHandler(&log, nil)))
	require.NoError(t, err)
	t.Cleanup(func() { s.Close(); assert.NoError(t, database.Close()) })
	full := func(pages string) {
		t.Helper()
		require.NoError(t, s.write(ctx, func(tx *tx) error {
			_, err := tx.row(ofTest+"PRAGMA max_page_count = "+pages, nil, new(int64))
			return err
		}))
	}
	errors := func() int { return strings.Count(log.String(), "level=ERROR") }

	full("1") // SQLite reads it as: no more than there are
	for range 5 {
		s.probe(ctx)
	}
	require.Error(t, s.Trouble())
	assert.Equal(t, inn.NoSpace, inn.CodeOf(s.Trouble()))
	assert.Equal(t, 1, errors(), log.String())
	began := time.Now()
	for n := range 3 * 60 { // once a second for three minutes
		s.inTrouble(s.Trouble(), began.Add(time.Duration(n)*time.Second))
	}
	assert.Equal(t, 3, errors(), "once in the first minute, and once in each after it")

	full(fmt.Sprint(1 << 30))
	s.probe(ctx)
	s.probe(ctx)
	require.NoError(t, s.Trouble())
	assert.Equal(t, 1, strings.Count(log.String(), "takes writes again"))
	s.inTrouble(inn.E(inn.Unavailable, "again"), began)
	assert.Equal(t, 4, errors(), "what begins again is told again")
}
