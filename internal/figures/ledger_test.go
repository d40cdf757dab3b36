package figures

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
	"baithaka/store"
)

// What the worker keeps in memory says the same as what the database says,
// whatever happened to the bookings, and wherever they went.
func TestTheLedgerSaysWhatTheStoreSays(t *testing.T) {
	inBubble(t, func(x *site) {
		x.start()
		r := rand.New(rand.NewPCG(7, 26))
		houses := []string{"lake", "hill", inn.Desk}
		for round := range 40 {
			for range r.IntN(12) {
				x.happens(r, fmt.Sprint("BK-", r.IntN(30)), houses[r.IntN(len(houses))])
			}
			x.settle()
			for _, scope := range []Scope{Portfolio, Property("lake"), Property("hill"), Property(inn.Desk)} {
				kept, _ := x.figures(scope)
				said := x.measured(scope, kept.Timestamp, Window)
				require.True(t, kept.Same(said), "round %d, %s:\n%+v\n%+v", round, scope.Name, kept, said)
				for _, days := range []int{1, 7, Window, 90, inn.MaxWindow} {
					asked, err := x.board.Measure(x.t.Context(), scope, days)
					require.NoError(t, err)
					said := x.measured(scope, asked.Timestamp, days)
					require.True(t, asked.Same(said), "round %d, %s over %d days:\n%+v\n%+v", round, scope.Name, days, asked, said)
				}
			}
		}
		kept := 0
		for _, sales := range x.board.ledger.sales {
			kept += len(sales)
		}
		assert.Equal(t, 30, kept, "each booking stands where it is and nowhere else")
	})
}

// More changes than are worth reading one by one, an import, lose nothing.
func TestAnImportIsReadAsAWhole(t *testing.T) {
	inBubble(t, func(x *site) {
		x.start()
		for n := range 2*mostChanged + 1 {
			x.publish(fmt.Sprint("BK-", n), "lake", 10)
		}
		x.settle()
		m, _ := x.figures(Portfolio)
		assert.Equal(t, 2*mostChanged+1, m.TotalCustomers)
	})
}

// measured computes figures from what the store has.
func (x *site) measured(scope Scope, now time.Time, days int) inn.Metrics {
	x.t.Helper()
	properties, err := x.store.EveryProperty(x.t.Context())
	require.NoError(x.t, err)
	sales, err := x.store.Sales(x.t.Context(), now, days)
	require.NoError(x.t, err)
	return inn.Measure(scope.Name, scope.of(properties), nil, sales, now, days)
}

// Who asks by the API has what they have just published in the answer, though the
// worker has not heard of it, and who asks for the same meanwhile costs nothing.
func TestFiguresThatAreAskedForAreOfNow(t *testing.T) {
	inBubble(t, func(x *site) {
		x.start()
		x.stop() // the worker hears nothing more
		x.stop = func() {}
		for n := range 5 {
			x.publish(fmt.Sprint("BK-", n), "lake", 10)
			for _, days := range []int{7, Window, 60} {
				m, err := x.board.Measure(x.t.Context(), Portfolio, days)
				require.NoError(t, err)
				assert.Equal(t, n+1, m.TotalCustomers, "over %d days", days)
			}
		}
		first, err := x.board.Measure(x.t.Context(), Portfolio, 60)
		require.NoError(t, err)
		time.Sleep(time.Second)
		again, err := x.board.Measure(x.t.Context(), Portfolio, 60)
		require.NoError(t, err)
		assert.Equal(t, first.Timestamp, again.Timestamp, "the same answer for everybody")
		time.Sleep(2 * sameFor)
		again, err = x.board.Measure(x.t.Context(), Portfolio, 60)
		require.NoError(t, err)
		assert.Greater(t, again.Timestamp, first.Timestamp, "but not for long")
	})
}

// However many ask for figures at once, they are computed for one at a time, and
// who would have to wait too long is told to come again.
func TestWhoAsksForFiguresTakesTurns(t *testing.T) {
	inBubble(t, func(x *site) {
		x.start()
		done, err := x.board.asked.enter(x.t.Context())
		require.NoError(t, err)
		_, err = x.board.Measure(x.t.Context(), Portfolio, 7)
		var e *inn.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, inn.Unavailable, e.Code)
		assert.Positive(t, e.RetryAfter)
		done()
		_, err = x.board.Measure(x.t.Context(), Portfolio, 7)
		assert.NoError(t, err)
	})
}

// happens does something to a booking; what is impossible is refused and changes
// nothing.
func (x *site) happens(r *rand.Rand, id, house string) {
	types := []inn.Type{inn.BookingNew, inn.BookingNew, inn.BookingConfirmed, inn.BookingCancelled, inn.BookingModified, inn.BookingReinstated}
	c := &inn.BookingChange{
		ID: id, Property: inn.Given(house), Category: inn.Given(inn.Stay), Title: inn.Given("Stay"), Customer: inn.Given(fmt.Sprint("guest ", r.IntN(9))),
		Amount: inn.Given(fmt.Sprint(r.IntN(900))), Currency: inn.Given([]string{"EUR", "INR"}[r.IntN(2)]),
	}
	_, _, _ = x.store.Publish(x.t.Context(), website, store.Idempotency{}, inn.Batch{Publications: []inn.Publication{{Type: types[r.IntN(len(types))], Booking: c}}})
}

// The worker reads rows as they are now, which may be further than the events it
// has heard: a booking that has moved on stands nowhere twice.
func TestAMoveThatIsNotHeardYetCountsOnce(t *testing.T) {
	inBubble(t, func(x *site) {
		x.publish("BK-1", "lake", 100)
		x.start()
		x.stop()
		l := x.board.ledger
		c := &inn.BookingChange{ID: "BK-1", Property: inn.Given("hill")}
		_, _, err := x.store.Publish(x.t.Context(), website, store.Idempotency{}, inn.Batch{Publications: []inn.Publication{{Type: inn.BookingModified, Booking: c}}})
		require.NoError(t, err)
		for _, heard := range []string{"lake", "hill", "hill", "lake"} {
			l.touched("BK-1", heard)
			m, err := l.measure(x.t.Context(), Portfolio, Window)
			require.NoError(t, err)
			assert.Equal(t, 100.0, m.Currencies["EUR"].TotalRevenue.Major(), "after hearing of %s", heard)
			assert.Empty(t, l.sales["lake"])
		}
	})
}

// Pages that ask first and the worker use one ledger at once.
func TestPagesAndTheWorkerShareTheLedger(t *testing.T) {
	inBubble(t, func(x *site) {
		x.publish("BK-0", "lake", 100)
		x.start()
		var asking sync.WaitGroup
		for n := range 4 {
			asking.Go(func() {
				for i := range 5 {
					set := Scope{"properties", []string{"hill", "lake", fmt.Sprint("none-", n, i)}}
					m, _, err := x.board.Figures(x.t.Context(), set)
					if assert.NoError(t, err) {
						assert.Positive(t, m.TotalCustomers)
					}
					time.Sleep(pace)
				}
			})
		}
		for n := range 10 {
			x.publish(fmt.Sprint("BK-", n), "hill", 100)
			time.Sleep(pace / 2)
		}
		asking.Wait()
		x.settle()
		m, _ := x.figures(Portfolio)
		assert.Equal(t, 10, m.TotalCustomers)
	})
}
