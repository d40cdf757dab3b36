package views

import (
	"fmt"
	"strconv"
	"strings"

	"baithaka/internal/inn"
)

// mainFigures returns the figures in the currency that is shown large; false
// without money, or when there is no property to have a currency.
func mainFigures(m inn.Metrics) (inn.CurrencyFigures, bool) {
	f, ok := m.Currencies[m.Main]
	return f, ok
}

// otherRevenue writes the revenue in the currencies beside the main one, which
// are never added to it: "€ 21,480, £ 10,159".
func otherRevenue(m inn.Metrics) string {
	var amounts []string
	for _, currency := range m.Others() {
		amounts = append(amounts, money(m.Currencies[currency].TotalRevenue))
	}
	return strings.Join(amounts, ", ")
}

// tonight writes how many rooms are sold, and how many more are given away: "18 of
// 25 rooms tonight, 1 complimentary".
func tonight(r inn.Rooms) string {
	said := count(r.Sold) + " of " + plural(r.Available, "room") + " tonight"
	if r.Complimentary > 0 {
		said += ", " + count(r.Complimentary) + " complimentary"
	}
	return said
}

// before and ago name the window that a figure is compared with.
func before(m inn.Metrics) string { return plural(m.WindowLen, "day") + " before" }
func ago(m inn.Metrics) string    { return plural(m.WindowLen, "day") + " ago" }

// What each figure is, for its title.
const (
	formulaToday  = "Value of the bookings made today, less those cancelled today."
	formulaActive = "Bookings that are confirmed and not finished, now; guests who stay beyond their day of leaving among them."
)

func formulaTotal(m inn.Metrics) string {
	return fmt.Sprintf("Value of the bookings made in the last %s that still stand.", plural(m.WindowLen, "day"))
}

func formulaGuests(m inn.Metrics) string {
	return fmt.Sprintf("Different guests who booked in the last %s.", plural(m.WindowLen, "day"))
}

func formulaOccupancy(m inn.Metrics) string {
	return fmt.Sprintf("Room nights sold of those there were, in the last %s. Complimentary ones take a room and are not sold.", plural(m.WindowLen, "day"))
}

func formulaADR(f inn.CurrencyFigures) string {
	return "Average daily rate: room revenue divided by rooms sold, over " + coverage(f) + "."
}

func formulaRevPAR(f inn.CurrencyFigures) string {
	return "Revenue per available room: room revenue divided by all room nights there were, over " + coverage(f) + "."
}

func coverage(f inn.CurrencyFigures) string {
	return fmt.Sprintf("%s of %s with a known price", count(f.Coverage.Priced), plural(f.Coverage.Nights, "night"))
}

// spans are the numbers of days that one can choose between.
var spans = []int{7, 30, 90, 365}

func spanName(days int) string {
	if days == 365 {
		return "a year"
	}
	return plural(days, "day")
}

// figuresOver is the id of a scope's figures. Those of the usual span are kept
// current by the stream; others are those of when the page was opened.
func figuresOver(m inn.Metrics) string {
	if m.WindowLen == inn.UsualWindow || m.WindowLen == 0 {
		return figuresID(m.Scope)
	}
	return figuresID(m.Scope) + "-" + strconv.Itoa(m.WindowLen)
}

// started reports whether anything has been booked that figures could be of.
func started(m inn.Metrics) bool {
	if m.ActiveBookings > 0 || m.TotalCustomers > 0 || m.Tonight.Sold > 0 || m.BookingsChange != nil || m.CustomersChange != nil {
		return true
	}
	return m.Occupancy != nil && *m.Occupancy > 0
}

// missing says what figures wait for: the first booking, dates, rooms.
func missing(m inn.Metrics) (said []string) {
	if !started(m) {
		said = append(said, "Figures begin with the first booking")
	}
	if m.Undated == 1 {
		said = append(said, "1 stay has no dates: occupancy does not know it")
	} else if m.Undated > 1 {
		said = append(said, count(m.Undated)+" stays have no dates: occupancy does not know them")
	}
	if m.Occupancy == nil {
		said = append(said, "Occupancy needs a property with its number of rooms")
	}
	return said
}

func occupied(m inn.Metrics) string {
	if m.Occupancy == nil {
		return "—"
	}
	return percent(*m.Occupancy) + narrow + "%"
}

func average(m *inn.Money) string {
	if m == nil {
		return "—"
	}
	return money(whole(*m))
}
