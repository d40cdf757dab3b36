package views

import "baithaka/internal/inn"

// propertyKind says what a property is and how much of it there is: "4 rooms",
// "Tour, 20 seats".
func propertyKind(p inn.Property) string {
	switch {
	case p.Units == 0:
		return categoryName(p.Category)
	case p.Category == inn.Car:
		return plural(p.Units, "car")
	case p.Category == inn.Transfer:
		return "Transfer, " + plural(p.Units, "vehicle")
	case p.Category == inn.Tour:
		return "Tour, " + plural(p.Units, "seat")
	}
	return plural(p.Units, "room")
}

func propertySubtitle(p inn.Property) string {
	if p.Slug == inn.Desk {
		return joined(" · ", "The house’s own place", p.Zone)
	}
	return joined(" · ", propertyKind(p), p.Country, p.Zone)
}

// propertyChanges reads what a property:changed event changed.
func propertyChanges(e *inn.Event) (changes []change) {
	var told inn.ChangedProperty
	if err := e.Into(&told); err != nil {
		return nil
	}
	for _, c := range told.Changed {
		changes = append(changes, change{Label: propertyLabel(c.Field), From: c.From, To: c.To})
	}
	return changes
}
