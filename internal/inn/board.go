package inn

// Board is a list at a reception desk.
type Board string

// The boards of a day, named as in the pages.
const (
	Arrivals   Board = "arrivals"
	Departures Board = "departures"
	InHouse    Board = "in_house" // who is in the house and stays on
)

// Boards lists them in the order of a day.
var Boards = []Board{Arrivals, Departures, InHouse}

// LateArrival is for how many days a guest who did not come is still waited for.
const LateArrival = 2

// Standing is how a stay stands at the desk on a day.
type Standing struct {
	Board Board
	Done  bool // the guest has come, or gone, that day
	Late  bool // the day it was due on is past
}

// AtDesk returns where a stay stands on a day, if it is on any board: each stands on
// one at a time. Who comes is on the arrivals for that day, also when they are in;
// who leaves, on the departures.
func (b Booking) AtDesk(on Date) (s Standing, found bool) {
	if b.Category != Stay || on == "" {
		return Standing{}, false
	}
	switch b.Status {
	case New, Confirmed:
		waited := b.CheckIn != "" && b.CheckIn <= on && b.CheckIn >= on.Add(-LateArrival)
		if gone := b.CheckOut != "" && b.CheckOut <= on; waited && !gone {
			return Standing{Board: Arrivals, Late: b.CheckIn < on}, true
		}
	case CheckedIn:
		switch {
		case b.CheckOut != "" && b.CheckOut <= on:
			return Standing{Board: Departures, Late: b.CheckOut < on}, true
		case b.CheckIn == on:
			return Standing{Board: Arrivals, Done: true}, true
		}
		return Standing{Board: InHouse}, true
	case CheckedOut:
		if b.CheckOut == on {
			return Standing{Board: Departures, Done: true}, true
		}
	}
	return Standing{}, false
}
