package views

import (
	"strconv"

	"baithaka/internal/inn"
)

// mostDue is how many rows a board shows; of more it says how many there are.
const mostDue = 24

// Desk is who comes, who goes and who stays today.
type Desk struct {
	Stays []inn.Booking // those that stand on a board, redacted
	Ends  string        // when the first of their days ends, in unix milliseconds
}

// board is one list of a desk, as a page shows it.
type board struct {
	Board inn.Board
	Stays []inn.Booking
	More  int // beside those
}

// boards sorts the stays of a desk into its lists, by the day at each property.
func (d Desk) boards(p Page) []board {
	boards := make([]board, len(inn.Boards))
	for i, name := range inn.Boards {
		boards[i].Board = name
		for _, late := range []bool{true, false} {
			for _, b := range d.Stays {
				if at, found := b.AtDesk(p.Visibility(b.Property).Today); !found || at.Board != name || at.Late != late {
					continue
				}
				if len(boards[i].Stays) == mostDue {
					boards[i].More++
					continue
				}
				boards[i].Stays = append(boards[i].Stays, b)
			}
		}
	}
	return boards
}

func boardTitle(b inn.Board) string {
	switch b {
	case inn.Arrivals:
		return "Arrivals"
	case inn.Departures:
		return "Departures"
	}
	return "In house"
}

func boardEmpty(b inn.Board) string {
	switch b {
	case inn.Arrivals:
		return "Nobody arrives today."
	case inn.Departures:
		return "Nobody leaves today."
	}
	return "Nobody stays on tonight."
}

// dueWords say what a row of a board is about: when, and for how long.
func dueWords(b inn.Booking, at inn.Standing, year int) string {
	switch {
	case at.Board == inn.Arrivals && at.Late:
		return "due since " + weekday(b.CheckIn, year)
	case at.Board == inn.Departures && at.Late:
		return "was to leave " + weekday(b.CheckOut, year)
	case at.Board == inn.InHouse && b.CheckOut != "":
		return "until " + weekday(b.CheckOut, year)
	case at.Board == inn.Arrivals:
		return length(b)
	}
	return ""
}

// weekday writes a date near to today: "Sat 12 Dec".
func weekday(d inn.Date, year int) string { return d.Time().Format("Mon ") + day(d, year) }

// dueSort puts those that are late above, and who is done with below.
func dueSort(b inn.Booking, at inn.Standing) string {
	switch {
	case at.Late:
		return urgentKey(3, b.Event)
	case at.Done:
		return urgentKey(1, b.Event)
	}
	return urgentKey(2, b.Event)
}

func guestsOf(b inn.Booking) string {
	if b.Guests == 0 {
		return ""
	}
	return plural(b.Guests, "guest")
}

func andMore(n int) string { return "and " + strconv.Itoa(n) + " more" }
