package inn

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRoomsThatAreNotTheirsLookLikeRoomsThatDoNotExist(t *testing.T) {
	known := func(slug string) bool { return slug == "lake-house" || slug == "hill-cottage" || slug == Desk }
	house := []string{super, admin, "key"}
	for room, may := range map[string][]string{
		"system":                {super, admin, owner, manager, staff, user, "key"},
		"notifications":         {super, admin, owner, manager, staff, user, "key", "limited", "blind"},
		"os_dashboard":          house,
		"financial_updates":     {super, admin, owner, manager, "key", "limited"},
		"property:lake-house":   {super, admin, owner, manager, staff, "key", "limited"},
		"property:hill-cottage": house,
		"property:desk":         house,
		"property:atlantis":     nil,
		"property:":             nil,
		"role:STAFF":            {staff},
		"role:ROOT":             nil,
		"role:":                 nil,
		"user:6":                {user},
		"user:06":               nil,
		"user:":                 nil,
		"user:0":                nil,
		"key:2":                 nil,
		"house":                 nil,
		"*":                     nil,
		"":                      nil,
	} {
		for who, v := range viewers() {
			holds, ok := v.Room(room, known)
			assert.Equal(t, slices.Contains(may, who), ok, "%s: %s", room, who)
			assert.Equal(t, ok && may != nil, holds != nil && ok, "%s: %s", room, who)
		}
	}
}

func TestARoomHoldsItsEvents(t *testing.T) {
	any := func(string) bool { return true }
	lake, hill := at("property:lake-house", "lake-house", BookingNew), at("property:hill-cottage", "hill-cottage", BookingNew)
	system, figures := at(System, "", AlertRaised), at(House, "", MetricsUpdate)
	own, role := at(House, "", UserAction, UserTopic(userID)), at(House, "", UserAction, RoleTopic(User))
	everything := []*Event{lake, hill, system, figures, own, role}
	for _, c := range []struct {
		who, room string
		holds     []*Event
	}{
		{user, "system", []*Event{system}},
		{user, "user:6", []*Event{own}},
		{user, "role:USER", []*Event{role}},
		{user, "notifications", []*Event{lake, hill, system, own, role}}, // of these the policy lets them see the last three
		{super, "os_dashboard", []*Event{lake, hill, figures, own, role}},
		{super, "financial_updates", []*Event{figures}},
		{super, "property:hill-cottage", []*Event{hill}},
		{staff, "property:lake-house", []*Event{lake}},
		{owner, "financial_updates", nil}, // the house's money is not theirs
	} {
		holds, ok := viewers()[c.who].Room(c.room, any)
		if !assert.True(t, ok, "%s: %s", c.who, c.room) {
			continue
		}
		for i, e := range everything {
			assert.Equal(t, slices.Contains(c.holds, e), holds(e), "%s: %s: event %d", c.who, c.room, i)
		}
	}
}

func TestRoomsListsRoomsThatMayBeHeard(t *testing.T) {
	any := func(string) bool { return true }
	for who, v := range viewers() {
		if !v.Somebody() {
			continue
		}
		for _, room := range v.Rooms() {
			_, ok := v.Room(room, any)
			assert.True(t, ok, "%s is counted in %s", who, room)
		}
	}
	assert.Equal(t, []string{"notifications", "system", "user:5", "role:STAFF", "property:lake-house"}, viewers()[staff].Rooms())
}
