package inn

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Metrics are the figures of a scope: the portfolio, one property, or the exact
// set of properties that somebody has. Amounts stand under their currency and
// two currencies are never added. A figure that has no meaning (no rooms, no
// priced nights, nothing before to compare with) is nil, never 0.
type Metrics struct {
	Scope           string                     `json:"scope"`                // "portfolio", "property:lake-house", "properties"
	Window          string                     `json:"window"`               // "30d": the last thirty days, today among them
	Currencies      map[string]CurrencyFigures `json:"currencies,omitempty"` // absent without FINANCIAL_VIEW
	ActiveBookings  int                        `json:"activeBookings"`       // confirmed, not finished, now
	BookingsChange  *float64                   `json:"bookingsChange"`       // percent, against one window ago
	TotalCustomers  int                        `json:"totalCustomers"`       // distinct guests who booked in the window
	CustomersChange *float64                   `json:"customersChange"`      // percent, against the window before
	Occupancy       *float64                   `json:"occupancy"`            // percent of room nights sold in the window
	Timestamp       time.Time                  `json:"timestamp"`

	Main      string `json:"-"` // the currency that most of the window's bookings are in
	Tonight   Rooms  `json:"-"` // room nights of today
	NewToday  int    `json:"-"` // bookings made today
	Trend     Trend  `json:"-"` // a value per day of the window, the oldest first
	WindowLen int    `json:"-"` // days
	Undated   int    `json:"-"` // stays booked in the window that have no day of arrival: no occupancy knows them
}

// CurrencyFigures are the money figures in one currency.
type CurrencyFigures struct {
	TotalRevenue  Money    `json:"totalRevenue"`  // Σ value of bookings made in the window that stand
	TodayRevenue  Money    `json:"todayRevenue"`  // Σ value of bookings made today − value cancelled today
	RevenueChange *float64 `json:"revenueChange"` // percent, total revenue against the window before
	ADR           *Money   `json:"adr"`           // room revenue / rooms sold, over nights with a known price
	RevPAR        *Money   `json:"revpar"`        // room revenue / rooms available, of properties in this currency
	Coverage      Coverage `json:"coverage"`      // how many of the nights sold have a known price
}

// Coverage says on how many of the nights a money figure rests.
type Coverage struct {
	Priced int `json:"priced"`
	Nights int `json:"nights"`
}

// Rooms counts room nights. Those that cost nothing are not among the sold; how
// many they are is told to who may see money.
type Rooms struct{ Sold, Complimentary, Available int }

// Trend holds the series behind the sparklines.
// Bookings are the active ones, at this time of each day.
type Trend struct{ Revenue, Bookings, Customers, Occupancy []float64 }

// MarshalJSON writes the amount as a number in major units.
func (m Money) MarshalJSON() ([]byte, error) { return []byte(m.String()), nil }

// UsualWindow is over how many days figures are given where none are asked for.
const UsualWindow = 30

// MaxWindow is over how many days figures are given at the most.
const MaxWindow = 366

// ParseWindow reads "7d" to "366d"; "" is 30 days.
func ParseWindow(s string) (days int, err error) {
	if s == "" {
		return UsualWindow, nil
	}
	days, err = strconv.Atoi(strings.TrimSuffix(s, "d"))
	if err != nil || !strings.HasSuffix(s, "d") || days < 1 || days > MaxWindow {
		return 0, InvalidQuery([]FieldError{{"window", "must be 1d to 366d, for example 30d"}})
	}
	return days, nil
}

// Others returns the currencies of the scope besides the main one that have any
// money in them, by code.
func (m Metrics) Others() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(m.Currencies)), func(c string) bool {
		return c == m.Main || m.Currencies[c].TotalRevenue.Minor == 0 && m.Currencies[c].TodayRevenue.Minor == 0
	})
}

// Same reports whether two results show the same, whenever they were computed.
func (m Metrics) Same(other Metrics) bool {
	m.Timestamp = other.Timestamp
	return reflect.DeepEqual(m, other)
}
