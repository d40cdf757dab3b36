package demo

import "baithaka/inn"

// The people who act in the history.
const (
	admin   = "Asha Rao"
	manager = "Nikhil Kapoor"
)

// The programs that publish, by the names of their keys.
const (
	website        = "website"
	channelManager = "channel-manager" // Booking.com and Airbnb
	partnerPortal  = "partner-portal"
	frontOffice    = "front-office" // the program at the reception desks
	sensors        = "sensors"
)

// Simulator is the name of the key that the simulator publishes with.
const Simulator = "simulator"

// People gives the six people of the demonstration, one for each role, the most
// powerful first. The owner, the manager and the staff member have the Lake
// House; none of the three has the Hill Cottage.
func People() []inn.Member {
	return []inn.Member{
		{Email: "super@demo.test", Name: "Leela Menon", Role: inn.SuperAdmin},
		{Email: "admin@demo.test", Name: admin, Role: inn.Admin},
		{Email: "owner@demo.test", Name: "Vikram Shah", Role: inn.Owner, Properties: []string{"lake-house", "spice-garden"}},
		{Email: "manager@demo.test", Name: manager, Role: inn.Manager, Properties: []string{inn.Desk, "lake-house"}},
		{Email: "staff@demo.test", Name: "Meera Pillai", Role: inn.Staff, Properties: []string{inn.Desk, "lake-house"}},
		{Email: "user@demo.test", Name: "Tomás Ferreira", Role: inn.User},
	}
}

// viewer gives the author of a deed: a member by that name, else the program of
// that name.
func viewer(members []inn.Member, name string) inn.Viewer {
	for _, m := range members {
		if m.Name == name {
			return m.Viewer()
		}
	}
	return program(name)
}

// program is a publisher that acts as key:name. No row stands behind its id, so
// no secret opens it.
func program(name string) inn.Viewer {
	return inn.Viewer{KeyID: -1, Name: name, Scopes: []inn.Scope{inn.EventsWrite, inn.EventsRead}}
}
