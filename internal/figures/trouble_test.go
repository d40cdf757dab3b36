package figures

import (
	"context"
	"database/sql"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// The ways in which the database fails the worker, and what mends them.
const (
	notesFail = `CREATE TRIGGER fails BEFORE INSERT ON events WHEN NEW.type = 'metrics:update' BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`
	notesWork = `DROP TRIGGER fails`
	readsFail = `ALTER TABLE properties RENAME COLUMN units TO rooms`
	readsWork = `ALTER TABLE properties RENAME COLUMN rooms TO units`
)

// said counts the errors that the program's log is told of.
type said struct {
	slog.Handler
	times atomic.Int64
}

func (s *said) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }

func (s *said) Handle(context.Context, slog.Record) error {
	s.times.Add(1)
	return nil
}

// sql changes the database as another program might.
func (x *site) sql(query string) {
	x.t.Helper()
	other, err := sql.Open("sqlite", x.db.Path)
	require.NoError(x.t, err)
	_, err = other.ExecContext(x.t.Context(), query)
	require.NoError(x.t, err)
	require.NoError(x.t, other.Close())
}

// trouble lets some minutes pass in which what the worker tries fails, and it is
// said once a minute.
func (x *site) trouble() {
	x.t.Helper()
	before := x.said.times.Load()
	time.Sleep(5 * tellEvery)
	assert.InDelta(x.t, 5, x.said.times.Load()-before, 1)
}

func TestAChangeThatWasRefusedIsNotedLater(t *testing.T) {
	inBubble(t, func(x *site) {
		x.start()
		head := x.log.Head()
		x.sql(notesFail)
		x.publish("BK-1", "lake", 100)
		x.settle()
		x.trouble()
		m, _ := x.figures(Property("lake"))
		assert.Equal(t, 1, m.TotalCustomers, "the pages have it all the same")
		require.Empty(t, x.notes(head))
		x.sql(notesWork)
		x.settle()
		assert.Len(t, x.notes(head), 2, "portfolio and lake")
	})
}

func TestWhatCouldNotBeReadIsComputedLater(t *testing.T) {
	inBubble(t, func(x *site) {
		x.start()
		_, before := x.figures(Property("lake"))
		x.sql(readsFail)
		x.board.ledger.hear([]*inn.Event{{Type: inn.PropertyStatus}}) // as after an event of a property
		x.publish("BK-1", "lake", 100)
		x.settle()
		x.trouble()
		_, version := x.figures(Property("lake"))
		require.Equal(t, before, version)
		x.sql(readsWork)
		x.settle()
		m, _ := x.figures(Property("lake"))
		assert.Equal(t, 1, m.TotalCustomers)
	})
}

// The log has figures also when the database could not be read at the start, and
// nobody looks.
func TestAStartThatFailsIsMadeUpFor(t *testing.T) {
	inBubble(t, func(x *site) {
		x.sql(readsFail)
		x.start()
		x.trouble()
		assert.Empty(t, x.notes(0))
		x.sql(readsWork)
		x.settle()
		assert.Len(t, x.notes(0), 4, "portfolio, desk, hill, lake")
	})
}
