package command

import (
	"database/sql"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/inn"
	"baithaka/store"
)

// At a stop after a guest was erased the file is written anew: what SQLite left of
// them where it had moved rows goes.
func TestAStopWritesTheFileAnewAfterAnErasure(t *testing.T) {
	dir := t.TempDir()
	do := func(args ...string) {
		t.Helper()
		out := t.Output()
		require.Zero(t, Run(t.Context(), append(args, "--data", dir), strings.NewReader("a-long-enough-one\n"), io.Discard, out), args)
	}
	do("property", "add", "lake-house", "--name", "Lake House", "--units", "4", "--currency", "INR", "--timezone", "Asia/Kolkata", "--country", "IN")
	do("key", "add", "website", "--scope", "events:write")
	do("user", "add", "root@house.test", "--name", "Root", "--role", "SUPER_ADMIN")
	compacted := func() (when string) {
		raw, err := sql.Open("sqlite", "file:"+db.File(dir))
		require.NoError(t, err)
		defer raw.Close()
		require.NoError(t, raw.QueryRow(`SELECT coalesce((SELECT value FROM meta WHERE name = 'compacted'), '')`).Scan(&when))
		return when
	}
	stopped := func(do func(*house)) string {
		h, err := open(t.Context(), dir, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		do(h)
		h.close()
		return compacted()
	}
	assert.Empty(t, stopped(func(h *house) {
		keys, err := h.store.Keys(t.Context())
		require.NoError(t, err)
		_, _, err = h.store.Publish(t.Context(), keys[0].Viewer(), store.Idempotency{}, inn.Batch{Publications: []inn.Publication{{
			Type:    inn.BookingNew,
			Booking: &inn.BookingChange{ID: "BK-1", Property: inn.Given("lake-house"), Category: inn.Given(inn.Stay), Title: inn.Given("A room"), Customer: inn.Given("Asha Rao")},
		}}})
		require.NoError(t, err)
	}), "nobody was erased")
	first := stopped(func(h *house) {
		require.NoError(t, h.store.EraseGuest(t.Context(), inn.Viewer{UserID: 1, Role: inn.SuperAdmin}, []string{"BK-1"}))
	})
	assert.NotEmpty(t, first)
	assert.Equal(t, first, stopped(func(*house) {}), "once")
	do("check")
}

// An empty variable is one that is not set.
func TestEmptyVariablesAreForgotten(t *testing.T) {
	t.Setenv("BAITHAKA_LISTEN", "")
	forgetEmpty()
	_, set := os.LookupEnv("BAITHAKA_LISTEN")
	assert.False(t, set)
}
