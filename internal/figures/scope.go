package figures

import (
	"slices"
	"strings"

	"baithaka/internal/inn"
)

// Scope is what figures are about: the portfolio, one property, or the exact
// set of properties that some person has. Distinct guests do not add up, so a
// set is computed as one.
type Scope struct {
	Name  string   // "portfolio", "property:lake-house" or "properties"
	Slugs []string // sorted; empty for the portfolio
}

// Portfolio is every property and the desk.
var Portfolio = Scope{Name: "portfolio"}

// Property is the scope of one property.
func Property(slug string) Scope { return Scope{"property:" + slug, []string{slug}} }

// ScopeOf returns the scope that a viewer's own dashboard shows; ok is false for
// one who may see no property.
func ScopeOf(v inn.Viewer) (scope Scope, ok bool) {
	if v.May(inn.DashboardAccess, "") {
		return Portfolio, true
	}
	slugs := slices.Sorted(slices.Values(v.Theirs(inn.PropertyView)))
	switch len(slugs) {
	case 0:
		return Scope{}, false
	case 1:
		return Property(slugs[0]), true
	}
	return Scope{"properties", slugs}, true
}

// Visibility returns what of the figures of a scope a viewer may see: money only when
// they may see it for every property in it.
func (s Scope) Visibility(v inn.Viewer) inn.Visibility {
	if len(s.Slugs) == 0 {
		return v.Visibility("")
	}
	visibility := v.Visibility(s.Slugs[0])
	if len(s.Slugs) > 1 && !v.May(inn.FinancialView, "") {
		theirs := v.Theirs(inn.FinancialView)
		known := make(map[string]bool, len(theirs))
		for _, slug := range theirs {
			known[slug] = true
		}
		for _, slug := range s.Slugs {
			visibility.Money = visibility.Money && known[slug]
		}
	}
	return visibility
}

// Key returns what tells scopes apart.
func (s Scope) Key() string { return s.Name + " " + strings.Join(s.Slugs, " ") }

// among reports whether one of the properties is in the scope.
func (s Scope) among(properties map[string]bool) bool {
	return len(s.Slugs) == 0 || slices.ContainsFunc(s.Slugs, func(slug string) bool { return properties[slug] })
}

// of returns the properties of the scope, out of all of them in the order of their
// slugs.
func (s Scope) of(all []inn.Property) []inn.Property {
	if len(s.Slugs) == 0 {
		return all
	}
	var some []inn.Property
	for _, slug := range s.Slugs {
		i, found := slices.BinarySearchFunc(all, slug, func(p inn.Property, slug string) int { return strings.Compare(p.Slug, slug) })
		if found {
			some = append(some, all[i])
		}
	}
	return some
}
