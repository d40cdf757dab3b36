package views

import (
	"net/url"

	"baithaka/internal/inn"
)

// HouseForm is the form of the house's settings, as it was left, also where that
// cannot be stored.
type HouseForm struct {
	Form    url.Values
	Problem *inn.Error
	Saved   bool
}

func (h HouseForm) form() Form {
	f := Form{ID: "house-form", Problem: h.Problem, Labels: []Label{{FieldHouseZone, "Time zone of the house and its desk"}, {FieldCurrency, "Currency of the desk"}}}
	for _, group := range limitGroups {
		for _, limit := range group.limits {
			f.Labels = append(f.Labels, Label{string(limit), limitNames[limit]})
		}
	}
	return f
}

// The names of the fields of the house beside its limits, whose fields have
// their names.
const (
	FieldHouseZone = "housezone" // "zone" is the person's own
	FieldCurrency  = "currency"
)

// limitGroups are the limits of the house as they are shown, with what each is
// for.
var limitGroups = []struct {
	title, note string
	limits      []inn.Limit
}{
	{"Cards", "Old cards are cleaned up by themselves; an open critical alert stays until it is solved. 0 keeps them.", []inn.Limit{inn.CleanLow, inn.CleanOther}},
	{"“Got it”", "Who takes something in hand and does nothing is asked again.", []inn.Limit{inn.GotCritical, inn.GotHigh}},
	{"What is kept", "What is older leaves the log. Guests whose stay is that long ago become anonymous; what was sold stays.", []inn.Limit{inn.KeepLog, inn.KeepPeople, inn.KeepFigures}},
}

var limitNames = map[inn.Limit]string{
	inn.CleanLow:    "Of low priority, days",
	inn.CleanOther:  "All others, days",
	inn.GotCritical: "Critical, minutes",
	inn.GotHigh:     "High, minutes",
	inn.KeepLog:     "Bookings, alerts, properties, days",
	inn.KeepPeople:  "Sign-ins and what people did, days",
	inn.KeepFigures: "Every change of the figures, hours; then one an hour",
}
