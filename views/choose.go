package views

import (
	"net/url"

	"baithaka/internal/inn"
)

// PropertyChoice is the field of a filter by which one property is chosen: from a
// list where there are few, else by its name. A list of thousands helps nobody,
// and would be most of the page.
type PropertyChoice struct {
	Few    []inn.Property // to choose from
	Many   bool           // there are too many to list
	Chosen string         // the slug of the one that is
	Said   string         // its name, or what was typed
	Found  []inn.Property // which ones what was typed may mean, when that is not clear
	More   bool           // and others
}

// PropertyBoxes are the boxes by which some properties are ticked: all of them
// where there are few, else those that are ticked and those that were found.
type PropertyBoxes struct {
	Shown  []inn.Property
	Chosen []string // the slugs of those that are ticked
	Many   bool
	Words  string // what is sought
	None   bool   // nothing was found
	More   bool   // there is more than was found
	Hidden int    // how many are ticked that have no box here
	Path   string // where the form is sent
}

// The names of the fields of the boxes, which the handler reads and these pages
// write.
const (
	FieldTicked = "property"
	FieldShown  = "shown" // the boxes there are: what has none stays as it is
	FieldFind   = "find"  // words of a property's name
	FieldLook   = "look"  // the button that finds, and stores nothing
)

// pathChosen is the address of a list under a filter with that property.
func pathChosen(path string, query url.Values, property string) string {
	q := url.Values{}
	for name, values := range query {
		if name != "before" {
			q[name] = values
		}
	}
	q.Set("property", property)
	return path + "?" + q.Encode()
}
