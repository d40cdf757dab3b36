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
	return joined(" · ", propertyKind(p), p.Country, p.Zone)
}
