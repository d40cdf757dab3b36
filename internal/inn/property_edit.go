package inn

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// The two states a property is put into by hand. A program may report any other.
const (
	PropertyOpen   = "open"
	PropertyClosed = "closed"
)

// Closed reports whether nothing is sold at the property any more.
func (p Property) Closed() bool { return p.Status == PropertyClosed }

// Sellable returns how many units of the property can be sold tonight.
func (p Property) Sellable() int {
	if p.Closed() {
		return 0
	}
	return p.Units
}

// PropertyEdit is what somebody who may manage a property wants it to be; what is
// not given stays.
type PropertyEdit struct {
	Name                            Field[string]
	Units                           Field[int]
	Currency, Zone, Country, Status Field[string]
	Seen                            string // Fingerprint of the property that its person saw; "" for whatever it is now
}

// Edit returns the property as the edit wants it. Codes are taken in any case.
func (p Property) Edit(e PropertyEdit) Property {
	e.Name.into(&p.Name)
	e.Units.into(&p.Units)
	e.Currency.into(&p.Currency)
	e.Zone.into(&p.Zone)
	e.Country.into(&p.Country)
	e.Status.into(&p.Status)
	return p.Tidy()
}

// Tidy returns the property as it is stored: its texts cleaned, its codes in
// capitals.
func (p Property) Tidy() Property {
	p.Name, p.Status = CleanText(p.Name, false), cmp.Or(CleanText(p.Status, false), PropertyOpen)
	p.Currency, p.Country = strings.ToUpper(strings.TrimSpace(p.Currency)), strings.ToUpper(strings.TrimSpace(p.Country))
	p.Zone = strings.TrimSpace(p.Zone)
	return p
}

// Fingerprint tells two states of a property's settings apart, so that a change is
// not stored over one that its person has not seen.
func (p Property) Fingerprint() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{p.Name, strconv.Itoa(p.Units), p.Currency, p.Zone, p.Country, p.Status}, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// Changes returns what differs between two states of a property's settings, under
// the names that the command line and the forms have for them.
func (p Property) Changes(next Property) (changes []Change) {
	differs := func(field, from, to string) {
		if !sameText(from, to) {
			changes = append(changes, Change{field, from, to})
		}
	}
	differs("name", p.Name, next.Name)
	differs("units", strconv.Itoa(p.Units), strconv.Itoa(next.Units))
	differs("currency", p.Currency, next.Currency)
	differs("timezone", p.Zone, next.Zone)
	differs("country", p.Country, next.Country)
	differs("status", p.Status, next.Status)
	return changes
}

// ChangedProperty is the snapshot of a property:changed event: the property as it
// is now, and what differs.
type ChangedProperty struct {
	Property
	Changed []Change `json:"changed,omitempty"`
}

// Says puts the changes into a few words: "Units 4 → 6, Status open → closed".
func (c ChangedProperty) Says() string {
	words := make([]string, len(c.Changed))
	for i, one := range c.Changed {
		words[i] = one.Field + " " + one.From + " → " + one.To
	}
	return strings.Join(words, ", ")
}

// unit names what a property has a number of.
func (p Property) unit(n int) string {
	noun := map[Category]string{Stay: "room", Car: "car", Transfer: "vehicle", Tour: "seat"}[p.Category]
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
