package inn

import (
	"slices"
	"time"
)

// UnitState is how far housekeeping has come with a unit.
type UnitState string

// The states of a unit. A room becomes dirty by itself when its guest checks out.
const (
	UnitClean      UnitState = "clean"
	UnitDirty      UnitState = "dirty"
	UnitInspected  UnitState = "inspected"
	UnitOutOfOrder UnitState = "out_of_order"
)

// UnitStates lists them in the order in which a room is made ready.
var UnitStates = []UnitState{UnitDirty, UnitClean, UnitInspected, UnitOutOfOrder}

// Valid reports whether s is one of the four.
func (s UnitState) Valid() bool { return slices.Contains(UnitStates, s) }

// Takes returns the action it takes to bring a unit from one state to another:
// what is out of order is so, and is no more, by the word of whoever runs the
// property.
func (s UnitState) Takes(from UnitState) Action {
	if s != from && (s == UnitOutOfOrder || from == UnitOutOfOrder) {
		return PropertyManage
	}
	return UnitStateSet
}

// Unit is a room, car or boat of a property that has a name of its own. A
// property with units has as many to sell as it has units.
type Unit struct {
	Property     string    `json:"propertyId"`             // slug
	PropertyName string    `json:"propertyName,omitempty"` // the property's name as shown; read with the row
	Slug         string    `json:"unit"`                   // unique within the property
	Name         string    `json:"name"`                   // as shown: "Room 3", "Garden suite"
	State        UnitState `json:"state"`
	Note         string    `json:"note,omitempty"` // why it is out of order, or what the next person must know
	Position     int       `json:"position"`       // in which order they are shown, from 1
	ChangedAt    time.Time `json:"timestamp"`      // when its state last changed
	By           string    `json:"by,omitempty"`   // who changed it, as shown
}

// Subject names the unit in events.
func (u Unit) Subject() string { return "unit:" + u.Property + ":" + u.Slug }

// MaxUnits is how many units of its own a property may have.
const MaxUnits = 1000

// MaxUnitNote is how long a unit's note may be, in characters.
const MaxUnitNote = 200

// Validate checks a unit that is about to be added or changed.
func (u Unit) Validate() error {
	var problems []FieldError
	wrong := func(field, detail string) { problems = append(problems, FieldError{field, detail}) }
	if !IsSlug(u.Slug) {
		wrong("unit", "must be 1 to 64 of a-z, 0-9 and inner hyphens")
	}
	if u.Name == "" || len([]rune(u.Name)) > MaxName {
		wrong("name", "must be 1 to 200 characters")
	}
	if !u.State.Valid() {
		wrong("state", "must be clean, dirty, inspected or out_of_order")
	}
	if len([]rune(u.Note)) > MaxUnitNote {
		wrong("note", "must be at most 200 characters")
	}
	return InvalidFields(problems)
}

// UnitChange is what an event from outside, a form or a command says of a unit.
type UnitChange struct {
	Property, Slug string
	State          Field[UnitState]
	Note           Field[string]
	Name           Field[string] // no event changes a name
}

// Apply returns the unit as the change says it is, and whether that differs. A
// note is of the state it was written for: it goes when another state comes
// without one.
func (u Unit) Apply(c UnitChange, by string, now time.Time) (next Unit, changed bool) {
	next = u
	if c.State.Given && c.State.Value != u.State {
		next.State, next.Note = c.State.Value, ""
	}
	if c.Note.Given && !sameText(next.Note, c.Note.Value) {
		next.Note = c.Note.Value
	}
	if c.Name.Given && !sameText(next.Name, c.Name.Value) {
		next.Name = c.Name.Value
	}
	if next.State != u.State || next.Note != u.Note {
		next.By, next.ChangedAt = by, now
	}
	return next, next != u
}
