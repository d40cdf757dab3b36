package views

import (
	"strings"

	"baithaka/internal/inn"
)

// roleName says in plain words what a person is in the house.
func roleName(r inn.Role) string {
	switch r {
	case inn.SuperAdmin:
		return "Administrator of the house"
	case inn.Admin:
		return "Administrator"
	case inn.Owner:
		return "Owner"
	case inn.Manager:
		return "Manager"
	case inn.Staff:
		return "Staff"
	}
	return "Member"
}

// sentence writes a word so that it can begin a sentence.
func sentence(word string) string {
	runes := []rune(word)
	if len(runes) == 0 {
		return ""
	}
	return strings.ToUpper(string(runes[:1])) + string(runes[1:])
}

// statusWord writes the status of a property in the middle of a sentence.
func statusWord(status string) string {
	if status == "" {
		return "open"
	}
	return strings.ReplaceAll(status, "_", " ")
}

// nothingYet stands where a search has found nothing so far and may go on.
const nothingYet = "Nothing among the newest. There may be more further back."

// further labels the way to the next page: a search that was not over goes on
// there.
func further(partly bool, otherwise string) string {
	if partly {
		return "Search further back"
	}
	return otherwise
}

// sourceNames are the sources that programs write in their own way.
var sourceNames = map[string]string{
	"website": "Website", "web": "Website", "direct": "Direct", "phone": "Phone", "email": "E-mail", "e-mail": "E-mail", "walk-in": "Walk-in",
	"walkin": "Walk-in", "partner": "Partner", "airbnb": "Airbnb", "vrbo": "Vrbo", "expedia": "Expedia", "booking": "Booking.com", "booking.com": "Booking.com",
}

// sourceName writes where a booking came from as people call it; what is not known
// stays as it was sent.
func sourceName(source string) string {
	if name, known := sourceNames[strings.ToLower(source)]; known {
		return name
	}
	return source
}
