package inn

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Stake is what of a property's bookings a change of it touches.
type Stake struct {
	Coming int            // bookings that stand and are not over
	Priced map[string]int // bookings with an amount, by its currency
	Nights []NightSold    // those from tonight on for which anything is sold, in their order
	People int            // whose it is
}

// NightSold is how many units are sold for one night.
type NightSold struct {
	Night Date
	Sold  int
}

// Meaning says what a change of a property means for what is shown and counted,
// one sentence or two for each thing that changes. It is said before the change is
// stored; nothing of it happens otherwise than it says.
func (p Property) Meaning(next Property, at Stake, now time.Time) (says []string) {
	for _, c := range p.Changes(next) {
		switch c.Field {
		case "name":
			says = append(says, fmt.Sprintf("It is called %s everywhere from now on, in bookings of the past too. What the history has already told keeps the old name.", next.Name))
		case "units":
			says = append(says, p.unitsMean(next, at, now))
		case "currency":
			says = append(says, p.currencyMeans(next, at))
		case "timezone":
			says = append(says, p.zoneMeans(next, now))
		case "country":
			says = append(says, "The country is shown with the property. Bookings keep the countries of their guests.")
		case "status":
			says = append(says, p.statusMeans(next, at, now)...)
		}
	}
	return says
}

func (p Property) unitsMean(next Property, at Stake, now time.Time) string {
	if p.Category != Stay {
		return fmt.Sprintf("It has %s instead of %d. Occupancy counts rooms only, so no figure changes.", next.unit(next.Units), p.Units)
	}
	if p.Closed() && next.Closed() {
		return fmt.Sprintf("It has %s instead of %d when it opens again. While it is closed none of them counts in occupancy.", next.unit(next.Units), p.Units)
	}
	says := fmt.Sprintf("From tonight, %s, occupancy counts %s; the nights before keep %d. Past stays stay as they are.",
		dayWords(now, next.Location()), next.unit(next.Sellable()), p.Sellable())
	var over []NightSold
	for _, night := range at.Nights {
		if night.Sold > next.Sellable() && !next.Closed() {
			over = append(over, night)
		}
	}
	if len(over) > 0 {
		says += fmt.Sprintf(" %s more than that, first %s with %s sold: no booking is cancelled, and those nights show more than 100 %%.",
			counted(len(over), "night is sold for", "nights are sold for"), dateWords(over[0].Night), next.unit(over[0].Sold))
	}
	return says
}

func (p Property) currencyMeans(next Property, at Stake) string {
	var held []string
	for _, code := range slices.Sorted(maps.Keys(at.Priced)) {
		if code != next.Currency {
			held = append(held, counted(at.Priced[code], "booking holds an amount", "bookings hold amounts")+" in "+code)
		}
	}
	if len(held) == 0 {
		return fmt.Sprintf("Its figures are in %s. No booking holds an amount in another currency, so nothing has to be converted.", next.Currency)
	}
	return fmt.Sprintf("Nothing is converted: %s and stay so. Figures show each currency by itself and never add two; RevPAR is worked out in %s alone from now on, past nights included.",
		strings.Join(held, ", "), next.Currency)
}

func (p Property) zoneMeans(next Property, now time.Time) string {
	was, is := now.In(p.Location()), now.In(next.Location())
	says := fmt.Sprintf("Its clock shows %s instead of %s", is.Format("15:04"), was.Format("15:04"))
	if DateOf(was, p.Location()) == DateOf(is, next.Location()) {
		says += fmt.Sprintf(": today is still %s, and ends at another moment.", dayWords(now, next.Location()))
	} else {
		says += fmt.Sprintf(": today is %s and no longer %s, for arrivals, departures and figures.", dayWords(now, next.Location()), dayWords(now, p.Location()))
	}
	return says + " The dates of stays stay as they are; what was booked or cancelled around midnight may count for the day beside."
}

func (p Property) statusMeans(next Property, at Stake, now time.Time) []string {
	tonight := dayWords(now, next.Location())
	switch {
	case next.Closed():
		coming := "No booking is still to come."
		if at.Coming > 0 {
			coming = counted(at.Coming, "booking is still to come and is not cancelled", "bookings are still to come and are not cancelled") +
				": check in, move or cancel each where it stands."
		}
		says := []string{
			coming + " All its bookings can be found and changed as before, and what programs still book there is kept and announced.",
			"It leaves the list of properties for that of the closed ones, and is not offered for people and keys any more. " + p.keepers(at),
		}
		if p.Category == Stay {
			says = append(says, fmt.Sprintf("From tonight, %s, its %s no longer count in occupancy; the nights before keep them.", tonight, p.unit(p.Units)))
		}
		return says
	case p.Closed():
		says := []string{"It is back in the list of properties and is offered for people and keys again."}
		if p.Category == Stay {
			says = append(says, fmt.Sprintf("From tonight, %s, its %s count in occupancy again; the nights while it was closed do not.", tonight, next.unit(next.Units)))
		}
		return says
	}
	return []string{fmt.Sprintf("Everybody who sees it reads “%s” with it. No figure changes: rooms that are out of order for a while stay in occupancy.", next.Status)}
}

func (p Property) keepers(at Stake) string {
	if at.People == 0 {
		return "Administrators go on seeing it."
	}
	return counted(at.People, "person has it, keeps it and goes on seeing it", "people have it, keep it and go on seeing it") + "; nobody loses a right."
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// dayWords writes the day it is in a zone; dateWords a date.
func dayWords(at time.Time, zone *time.Location) string { return dateWords(DateOf(at, zone)) }

func dateWords(d Date) string { return d.Time().Format("Mon 2 Jan 2006") }
