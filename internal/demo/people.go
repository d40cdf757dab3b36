package demo

import (
	"context"
	"fmt"

	"baithaka/internal/inn"
	"baithaka/store"
)

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

// People returns the six people of the demonstration, one for each role, the most
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

// reader sees the whole house, and writes nothing: no row stands behind its id.
var reader = inn.Viewer{KeyID: -1, Name: Simulator, Scopes: []inn.Scope{inn.EventsRead}}

// programs are those that publish in the history.
var programs = []string{website, channelManager, partnerPortal, frontOffice, sensors}

// install makes the keys of the programs and returns each by its name. Nobody is
// told their secrets, so nobody else can act as them.
func install(ctx context.Context, s *store.Store, names ...string) (map[string]inn.Viewer, error) {
	for _, name := range names {
		if _, err := s.AddKey(ctx, builder, inn.Key{Name: name, Scopes: []inn.Scope{inn.EventsWrite, inn.EventsRead}}); err != nil {
			return nil, fmt.Errorf("the key %s: %w", name, err)
		}
	}
	keys, err := s.Keys(ctx)
	made := map[string]inn.Viewer{}
	for _, k := range keys {
		made[k.Name] = k.Viewer()
	}
	return made, err
}
