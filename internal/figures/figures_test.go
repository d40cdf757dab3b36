package figures

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/inn"
	"baithaka/internal/live"
	"baithaka/store"
)

// site is a store with its log and a board, inside a bubble whose clock is the
// test's own: waiting costs nothing.
type site struct {
	t     *testing.T
	db    *db.DB
	store *store.Store
	log   *live.Log
	board *Board
	said  *said
	stop  func() // ends the worker

	mu    sync.Mutex
	moved []string // the scopes whose figures changed, in their order
}

// changes returns which scopes' figures have changed from here on.
func (x *site) changes() func() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	from := len(x.moved)
	return func() []string {
		x.mu.Lock()
		defer x.mu.Unlock()
		return slices.Clone(x.moved[from:])
	}
}

// website is the key that publishes, the first of every database.
var (
	builder = inn.Viewer{Name: "test"}
	website = inn.Viewer{KeyID: 1, Name: "website", Scopes: []inn.Scope{inn.EventsWrite}}
)

func inBubble(t *testing.T, do func(*site)) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		database, err := db.Open(ctx, dir)
		require.NoError(t, err)
		database.Read.SetMaxOpenConns(1) // whoever holds rows while asking again waits for ever
		quiet := slog.New(slog.DiscardHandler)
		s, err := store.New(ctx, database, quiet)
		require.NoError(t, err)
		for _, slug := range []string{"lake", "hill"} {
			require.NoError(t, s.ListProperty(ctx, builder, inn.Property{Slug: slug, Name: slug, Category: inn.Stay, Units: 2, Currency: "EUR", Zone: "UTC", Country: "IT"}))
		}
		_, err = s.AddKey(ctx, builder, inn.Key{Name: website.Name, Scopes: website.Scopes})
		require.NoError(t, err)
		log, err := live.New(ctx, s, quiet)
		require.NoError(t, err)
		done := make(chan struct{})
		go func() { log.Run(ctx); close(done) }()
		x := &site{t: t, db: database, store: s, log: log, stop: func() {}}
		do(x)
		x.stop()
		cancel()
		<-done
		s.Close()
		require.NoError(t, database.Close())
	})
}

// start runs a new board's worker until it has nothing left to do.
func (x *site) start() {
	x.said = &said{Handler: slog.DiscardHandler}
	x.board = New(x.store, x.log, slog.New(x.said))
	x.board.OnChange(func(scope Scope) {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.moved = append(x.moved, scope.Name)
	})
	ctx, cancel := context.WithCancel(x.t.Context())
	done := make(chan struct{})
	go func() { x.board.Run(ctx); close(done) }()
	x.stop = func() { cancel(); <-done }
	x.settle()
}

// settle lets the worker finish: its pace, and the least time between notes.
func (x *site) settle() { time.Sleep(2 * noteEvery) }

func (x *site) publish(id, property string, minor int) {
	x.t.Helper()
	c := &inn.BookingChange{ID: id, Property: inn.Given(property), Category: inn.Given(inn.Stay), Title: inn.Given("Stay"), Customer: inn.Given(id),
		Amount: inn.Given(fmt.Sprint(minor)), Currency: inn.Given("EUR")}
	_, _, err := x.store.Publish(x.t.Context(), website, store.Idempotency{}, inn.Batch{Publications: []inn.Publication{{Type: inn.BookingNew, Booking: c}}})
	require.NoError(x.t, err)
}

func (x *site) figures(scope Scope) (inn.Metrics, uint64) {
	x.t.Helper()
	m, version, err := x.board.Figures(x.t.Context(), scope)
	require.NoError(x.t, err)
	return m, version
}

// notes returns the metrics:update events after a place.
func (x *site) notes(after int64) (all []inn.Event) {
	x.t.Helper()
	events, more, err := x.store.Events(x.t.Context(), after, x.log.Head(), 1000, []inn.Topic{inn.Everything})
	require.NoError(x.t, err)
	require.False(x.t, more)
	for _, e := range events {
		if e.Type == inn.MetricsUpdate {
			all = append(all, e)
		}
	}
	return all
}

func TestABookingMovesTheFiguresItTouches(t *testing.T) {
	inBubble(t, func(x *site) {
		x.start()
		assert.Len(t, x.notes(0), 4, "the log has figures from the beginning: portfolio, desk, hill, lake")
		_, portfolio := x.figures(Portfolio)
		_, hill := x.figures(Property("hill"))
		head := x.log.Head()
		changed := x.changes()
		x.publish("BK-1", "lake", 100)
		x.settle()
		assert.ElementsMatch(t, []string{"portfolio", "property:lake"}, changed())
		m, version := x.figures(Portfolio)
		assert.Greater(t, version, portfolio)
		assert.Equal(t, inn.Money{Minor: 10000, Currency: "EUR"}, m.Currencies["EUR"].TotalRevenue)
		m, _ = x.figures(Property("lake"))
		assert.Equal(t, 1, m.TotalCustomers)
		_, version = x.figures(Property("hill"))
		assert.Equal(t, hill, version, "the other house has not changed")

		noted := map[string]inn.Topic{}
		for _, e := range x.notes(head) {
			noted[e.Subject] = e.Topic
			assert.Contains(t, string(e.Data), `"totalRevenue":100`)
			assert.Equal(t, "house", e.Actor)
		}
		assert.Equal(t, map[string]inn.Topic{"metrics:portfolio": inn.House, "metrics:property:lake": "property:lake"}, noted)
	})
}

func TestWhatChangesNoFigureIsNotNoted(t *testing.T) {
	inBubble(t, func(x *site) {
		x.publish("BK-1", "lake", 100)
		x.start()
		head := x.log.Head()
		changed := x.changes()
		c := &inn.BookingChange{ID: "BK-1", Notes: inn.Given("late")}
		_, _, err := x.store.Publish(x.t.Context(), website, store.Idempotency{}, inn.Batch{Publications: []inn.Publication{{Type: inn.BookingModified, Booking: c}}})
		require.NoError(t, err)
		x.settle()
		assert.Empty(t, changed())
		assert.Empty(t, x.notes(head))
	})
}

func TestARestartNotesOnlyWhatChangedMeanwhile(t *testing.T) {
	inBubble(t, func(x *site) {
		x.publish("BK-1", "lake", 100)
		x.start()
		x.stop()
		head := x.log.Head()
		x.start()
		assert.Empty(t, x.notes(head), "computing again is no change")
		x.stop()
		head = x.log.Head()
		x.publish("BK-2", "hill", 50)
		x.start()
		assert.Len(t, x.notes(head), 2, "portfolio and hill changed while nobody looked")
	})
}

func TestNotesKeepTheirDistance(t *testing.T) {
	inBubble(t, func(x *site) {
		x.start()
		head := x.log.Head()
		for i := range 20 {
			x.publish(fmt.Sprint("BK-", i), "lake", 10)
			time.Sleep(500 * time.Millisecond)
		}
		x.settle()
		last := map[string]time.Time{}
		notes := x.notes(head)
		for _, e := range notes {
			if before, ok := last[e.Subject]; ok {
				assert.GreaterOrEqual(t, e.At.Sub(before), noteEvery, e.Subject)
			}
			last[e.Subject] = e.At
		}
		assert.Contains(t, string(notes[len(notes)-1].Data), `"totalRevenue":200`, "the last one is not lost")
		assert.LessOrEqual(t, len(notes), 8)
	})
}

// A day ends for every house, also for one where nothing happens while something
// always happens elsewhere.
func TestADayEndsWhileThereIsMuchToDo(t *testing.T) {
	inBubble(t, func(x *site) {
		x.start()
		x.publish("BK-1", "hill", 100)
		x.settle()
		m, version := x.figures(Property("hill"))
		require.Equal(t, 1, m.NewToday)
		midnight := time.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
		time.Sleep(time.Until(midnight.Add(-100 * time.Millisecond)))
		x.publish("BK-2", "lake", 100) // the worker rests after it, and over midnight
		time.Sleep(time.Minute)
		m, after := x.figures(Property("hill"))
		assert.Zero(t, m.NewToday)
		assert.Greater(t, after, version)
	})
}

// What nobody has computed yet must not be shown as zero.
func TestFiguresAreNeverEmptyBecauseNobodyLookedYet(t *testing.T) {
	inBubble(t, func(x *site) {
		x.publish("BK-1", "lake", 100)
		x.board = New(x.store, x.log, slog.New(slog.DiscardHandler))
		require.NoError(t, x.board.start(x.t.Context())) // the worker has begun and computed nothing
		m, version := x.figures(Portfolio)
		assert.Equal(t, []any{"portfolio", 1}, []any{m.Scope, m.TotalCustomers})
		assert.Positive(t, version)
		before := x.log.Head()
		require.NoError(t, x.board.work(x.t.Context()))
		synctest.Wait()
		assert.Len(t, x.notes(before), 4, "also what a page asked for first is noted")
	})
}

func TestASetIsKeptWhileSomebodyLooks(t *testing.T) {
	inBubble(t, func(x *site) {
		x.start()
		set, ok := ScopeOf(inn.Viewer{UserID: 1, Role: inn.Staff, Properties: []string{"lake", "hill"}})
		require.True(t, ok)
		m, first := x.figures(set)
		assert.Equal(t, "properties", m.Scope)
		assert.Positive(t, first)
		head := x.log.Head()
		x.publish("BK-1", "lake", 100)
		x.settle()
		m, second := x.figures(set)
		assert.Equal(t, 1, m.TotalCustomers)
		assert.Greater(t, second, first)
		for _, e := range x.notes(head) {
			assert.NotContains(t, e.Subject, "properties", "a set is somebody's own: it is not noted")
		}
		time.Sleep(forgetAfter + 15*time.Minute)
		assert.NotContains(t, x.kept(), set.Key())
		assert.Contains(t, x.kept(), Portfolio.Key())
		x.publish("BK-2", "lake", 100)
		x.settle()
		m, third := x.figures(set)
		assert.Equal(t, 2, m.TotalCustomers)
		assert.Greater(t, third, second, "what was rendered of the versions before the set was forgotten is of other figures")
	})
}

// kept returns the keys of the scopes in use.
func (x *site) kept() []string {
	x.board.mu.Lock()
	defer x.board.mu.Unlock()
	return slices.Sorted(maps.Keys(x.board.scopes))
}

// Somebody who may see every property may name one that there is not.
func TestWhatIsNoPropertyHasNoFigures(t *testing.T) {
	inBubble(t, func(x *site) {
		x.start()
		head, before := x.log.Head(), x.kept()
		for _, slug := range []string{"", "nowhere", "lake\n"} {
			_, _, err := x.board.Figures(x.t.Context(), Property(slug))
			assert.Equal(t, inn.NotFound, inn.CodeOf(err), "%q", slug)
		}
		x.settle()
		assert.Equal(t, before, x.kept(), "nothing is computed for it")
		assert.Empty(t, x.notes(head))
	})
}

// A property has figures as soon as it is there, also before the worker has heard
// of it.
func TestANewPropertyHasFigures(t *testing.T) {
	inBubble(t, func(x *site) {
		x.start()
		x.stop()
		x.stop = func() {}
		require.NoError(t, x.store.ListProperty(x.t.Context(), builder, inn.Property{Slug: "mill", Name: "mill", Category: inn.Stay, Units: 2, Currency: "EUR", Zone: "UTC", Country: "IT"}))
		_, version := x.figures(Property("mill"))
		assert.Positive(t, version)
	})
}

func TestScopeAndVisibility(t *testing.T) {
	for who, c := range map[string]struct {
		v     inn.Viewer
		scope Scope
		ok    bool
		money bool
	}{
		"admin":       {inn.Viewer{UserID: 1, Role: inn.Admin}, Portfolio, true, true},
		"owner":       {inn.Viewer{UserID: 1, Role: inn.Owner, Properties: []string{"lake", "hill"}}, Scope{"properties", []string{"hill", "lake"}}, true, true},
		"staff":       {inn.Viewer{UserID: 1, Role: inn.Staff, Properties: []string{"lake"}}, Property("lake"), true, false},
		"user":        {inn.Viewer{UserID: 1, Role: inn.User, Properties: []string{"lake"}}, Scope{}, false, false},
		"nobody":      {inn.Viewer{}, Scope{}, false, false},
		"key":         {inn.Viewer{KeyID: 1, Scopes: inn.Scopes}, Portfolio, true, true},
		"limited key": {inn.Viewer{KeyID: 1, Scopes: []inn.Scope{inn.EventsRead}, Properties: []string{"lake"}}, Property("lake"), true, false},
	} {
		scope, ok := ScopeOf(c.v)
		assert.Equal(t, c.ok, ok, who)
		assert.Equal(t, c.scope, scope, who)
		if ok {
			assert.Equal(t, c.money, scope.Visibility(c.v).Money, who)
		}
	}
	owner := inn.Viewer{UserID: 1, Role: inn.Owner, Properties: []string{"lake"}}
	assert.False(t, Scope{"properties", []string{"lake", "hill"}}.Visibility(owner).Money, "money only where it is theirs everywhere")
	assert.False(t, Portfolio.Visibility(owner).Money)
}
