package figures

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/inn"
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
				said, err := x.board.Measure(x.t.Context(), scope, kept.Timestamp, Window)
				require.NoError(t, err)
				require.True(t, kept.Same(said), "round %d, %s:\n%+v\n%+v", round, scope.Name, kept, said)
			}
		}
		assert.Len(t, x.board.ledger.at, 30)
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
