package inn

import (
	"fmt"
	"strconv"
	"time"
)

// Limit is a number of the house's settings: how many days or minutes
// something lasts.
type Limit string

// The limits; the store keeps them under these names.
const (
	CleanLow    Limit = "cleanup_low_days"     // cards of low priority; 0 keeps them
	CleanOther  Limit = "cleanup_medium_days"  // the other cards, 0 keeps them; an open critical alert's stays
	GotCritical Limit = "ack_critical_minutes" // "Got it", until it rings again
	GotHigh     Limit = "ack_high_minutes"
	KeepLog     Limit = "keep_log_days"      // events of bookings, alerts and properties, and who the guests were
	KeepPeople  Limit = "keep_activity_days" // sign-ins and what people did
	KeepFigures Limit = "keep_figures_hours" // figures at full rate; one an hour for as long as the log
)

// Bounds of a limit, its unit, and what it is when nobody has said otherwise.
type Bounds struct {
	Least, Most, Default int
	Unit                 time.Duration
	UnitName             string
}

const oneDay = 24 * time.Hour

// bounds of every limit. The log is kept a month at least, so that a program
// that was away for its holidays finds its place again.
var bounds = map[Limit]Bounds{
	CleanLow:    {0, 3650, 7, oneDay, "days"},
	CleanOther:  {0, 3650, 90, oneDay, "days"},
	GotCritical: {1, 1440, 30, time.Minute, "minutes"},
	GotHigh:     {1, 10080, 240, time.Minute, "minutes"},
	KeepLog:     {30, 3650, 400, oneDay, "days"},
	KeepPeople:  {7, 3650, 90, oneDay, "days"},
	KeepFigures: {1, 720, 24, time.Hour, "hours"},
}

// Limits lists them in the order they are shown.
var Limits = []Limit{CleanLow, CleanOther, GotCritical, GotHigh, KeepLog, KeepPeople, KeepFigures}

// Bounds returns what the limit may be.
func (l Limit) Bounds() Bounds { return bounds[l] }

// HouseSettings is what SETTINGS_MANAGE may change about the whole house.
type HouseSettings struct {
	Zone     string // IANA name; of the desk, and of people who chose none
	Currency string // ISO 4217; of the desk
	Limits   map[Limit]int
}

// DefaultSettings are those of a house that nobody has set up yet.
func DefaultSettings() HouseSettings {
	h := HouseSettings{Zone: "UTC", Currency: "EUR", Limits: map[Limit]int{}}
	for _, l := range Limits {
		h.Limits[l] = l.Bounds().Default
	}
	return h
}

// Lasts returns a limit as a duration.
func (h HouseSettings) Lasts(l Limit) time.Duration {
	return time.Duration(h.Limits[l]) * l.Bounds().Unit
}

// Validate checks every setting; pointers name them as the form does.
func (h HouseSettings) Validate() error {
	var problems []FieldError
	// The server's own zone and "" are zones to Go, and to nobody else.
	if CheckZone(h.Zone) != nil || h.Zone == "" {
		problems = append(problems, FieldError{"housezone", "must be a time zone such as Asia/Kolkata"})
	}
	if !IsCurrency(h.Currency) {
		problems = append(problems, FieldError{"currency", "must be an ISO 4217 code such as INR"})
	}
	for _, l := range Limits {
		if b := l.Bounds(); h.Limits[l] < b.Least || h.Limits[l] > b.Most {
			problems = append(problems, FieldError{string(l), fmt.Sprintf("must be a whole number from %d to %d", b.Least, b.Most)})
		}
	}
	return InvalidFields(problems)
}

// Changes returns what differs from other settings, in words: the old and the new.
func (h HouseSettings) Changes(next HouseSettings) []Change {
	var changes []Change
	if h.Zone != next.Zone {
		changes = append(changes, Change{"zone", h.Zone, next.Zone})
	}
	if h.Currency != next.Currency {
		changes = append(changes, Change{"currency", h.Currency, next.Currency})
	}
	for _, l := range Limits {
		if h.Limits[l] != next.Limits[l] {
			changes = append(changes, Change{string(l), strconv.Itoa(h.Limits[l]), strconv.Itoa(next.Limits[l])})
		}
	}
	return changes
}
