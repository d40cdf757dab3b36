package inn

import (
	"slices"
	"sync"
	"time"

	"baithaka/internal/zones"
)

// Category is what is sold: seed B's `type` of a booking.
type Category string

// The four categories.
const (
	Stay     Category = "property"
	Car      Category = "car"
	Transfer Category = "transfer"
	Tour     Category = "tour"
)

// Categories lists them in the order they are shown.
var Categories = []Category{Stay, Car, Transfer, Tour}

// Valid reports whether c is one of the four.
func (c Category) Valid() bool { return slices.Contains(Categories, c) }

// Property is a house, fleet or tour that is sold, and the desk.
type Property struct {
	Slug     string   `json:"slug"`
	Name     string   `json:"name"`
	Category Category `json:"category"`
	Units    int      `json:"units"`    // rooms, cars, seats; 0 for the desk
	Currency string   `json:"currency"` // ISO 4217
	Zone     string   `json:"timezone"` // IANA name
	Country  string   `json:"country"`  // ISO 3166-1 alpha-2
	Status   string   `json:"status"`   // "open", or as last reported: "maintenance", "unavailable" …
	Title    string   `json:"title,omitempty"`
	Detail   string   `json:"detail,omitempty"`
}

// Location returns the property's time zone, UTC when it is unknown here.
func (p Property) Location() *time.Location { return Location(p.Zone) }

// Location returns a zone by its IANA name, UTC when it is unknown or empty.
func Location(name string) *time.Location {
	if known, ok := located.Load(name); ok {
		return known.(*time.Location)
	}
	loc, err := zones.Load(name)
	if err != nil {
		return time.UTC
	}
	located.Store(name, loc)
	return loc
}

// located keeps what Location has read, by name: every page and every figure
// asks. There are some six hundred names that are one.
var located sync.Map

// Validate checks a property that is about to be listed.
func (p Property) Validate() error {
	var problems []FieldError
	wrong := func(field, detail string) { problems = append(problems, FieldError{field, detail}) }
	if !IsSlug(p.Slug) || p.Slug == Desk {
		wrong("slug", "must be 1 to 64 of a-z, 0-9 and inner hyphens, and not the reserved word desk")
	}
	if p.Name == "" || len([]rune(p.Name)) > MaxName {
		wrong("name", "must be 1 to 200 characters")
	}
	if !p.Category.Valid() {
		wrong("category", "must be property, car, transfer or tour")
	}
	if p.Units < 1 || p.Units > 10_000 {
		wrong("units", "must be 1 to 10000")
	}
	if !IsCurrency(p.Currency) {
		wrong("currency", "must be an ISO 4217 code such as INR")
	}
	if _, err := zones.Load(p.Zone); err != nil {
		wrong("timezone", "must be an IANA zone such as Asia/Kolkata")
	}
	if len(p.Country) != 2 || p.Country[0] < 'A' || p.Country[0] > 'Z' || p.Country[1] < 'A' || p.Country[1] > 'Z' {
		wrong("country", "must be two capital letters such as IN")
	}
	return InvalidFields(problems)
}

// PropertyChange is what a property event from outside says.
type PropertyChange struct {
	Slug, Status, Title, Detail string
}

// Apply returns the property as the change says it is.
func (p Property) Apply(c PropertyChange) Property {
	if !sameText(p.Status, c.Status) {
		p.Status = c.Status
	}
	if !sameText(p.Title, c.Title) {
		p.Title = c.Title
	}
	if !sameText(p.Detail, c.Detail) {
		p.Detail = c.Detail
	}
	return p
}
