package views

import (
	"net/url"

	"baithaka/internal/inn"
)

// PropertyForm is the form by which a property is added or changed, as it was left.
type PropertyForm struct {
	Property inn.Property // as it is; none for a new one
	Form     url.Values
	Problem  *inn.Error
}

// PropertyReview is what a change of a property means, before it is stored.
type PropertyReview struct {
	Property inn.Property // as it is
	Form     url.Values   // what was asked for
	Changes  []inn.Change
	Means    []string
}

// The names of the fields of a property, which the handler reads and these pages
// write. The others have the names that the command line has for them.
const (
	FieldSlug     = "slug"
	FieldCategory = "category"
	FieldSeen     = "seen" // the fingerprint of the property that its person saw
	FieldStep     = "step" // "" to see what it means, StepSave or StepEdit
	StepSave      = "save"
	StepEdit      = "edit"
)

// PropertyFields are the settings of a property that its form may change.
var PropertyFields = []string{"name", "units", "currency", "timezone", "country", "status"}

func (f PropertyForm) added() bool { return f.Property.Slug == "" }

// action is where the form is sent.
func (f PropertyForm) action() string {
	if f.added() {
		return pathProperties
	}
	return pathProperty(f.Property.Slug)
}

// form is the form's fields, and what is wrong with them.
func (f PropertyForm) form() Form {
	return Form{ID: "property-form", Labels: propertyLabels, Problem: f.Problem}
}

// propertyLabels are what the fields of a property are called, in their order.
var propertyLabels = []Label{
	{"name", "Name"}, {FieldSlug, "Short name"}, {FieldCategory, "What is sold"}, {"units", "How many"}, {"currency", "Currency"},
	{"timezone", "Time zone"}, {"country", "Country"}, {"status", "State"},
}

// deskExplained says what the desk is, where it is first met.
const deskExplained = "The house’s own place: bookings that belong to no property, such as the cars, transfers and tours it sells itself."

func propertyFormTitle(f PropertyForm) string {
	if f.added() {
		return "Add a property"
	}
	return "Change " + f.Property.Name
}

// propertyLabel is how the form calls a field.
func propertyLabel(field string) string { return Form{Labels: propertyLabels}.label(field) }
