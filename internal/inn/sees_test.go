package inn

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// viewers are one of everybody: the six roles with lake-house and, below the
// admins, nothing else; a key for everything, and one limited to lake-house.
func viewers() map[string]Viewer {
	all := map[string]Viewer{
		"key":     {KeyID: 1, Name: "all", Scopes: Scopes},
		"limited": {KeyID: 2, Name: "one", Scopes: Scopes, Properties: []string{"lake-house"}},
		"blind":   {KeyID: 3, Name: "in", Scopes: []Scope{EventsWrite}},
		"nobody":  {},
	}
	for i, r := range Roles {
		all[string(r)] = Viewer{UserID: int64(i + 1), Role: r, Properties: []string{"lake-house"}}
	}
	return all
}

const (
	super, admin, owner, manager, staff, user = "SUPER_ADMIN", "ADMIN", "PROPERTY_OWNER", "PROPERTY_MANAGER", "STAFF", "USER"
	userID                                    = 6 // of USER in viewers
)

func at(topic Topic, property string, t Type, to ...Topic) *Event {
	return &Event{ID: 1, Topic: topic, Property: property, Type: t, To: to}
}

func TestViewerSeesWhatThePolicyGives(t *testing.T) {
	lake, hill := PropertyTopic("lake-house"), PropertyTopic("hill-cottage")
	house := []string{super, admin, "key"}
	atLake := append(slices.Clone(house), owner, manager, staff, "limited")
	people := []string{super, admin, owner, manager, staff, user}
	for name, c := range map[string]struct {
		event *Event
		seen  []string
	}{
		"booking of theirs":            {at(lake, "lake-house", BookingNew), atLake},
		"booking of another":           {at(hill, "hill-cottage", BookingNew), house},
		"booking of the desk":          {at(Desk, Desk, BookingNew), house},
		"booking that left":            {at(lake, "lake-house", BookingMoved), atLake},
		"alert of theirs":              {at(lake, "lake-house", AlertRaised), atLake},
		"alert of another":             {at(hill, "hill-cottage", AlertRaised), house},
		"alert of the system":          {at(System, "", AlertRaised), append(slices.Clone(people), "key")},
		"property status":              {at(lake, "lake-house", PropertyStatus), atLake},
		"figures of theirs":            {at(lake, "lake-house", MetricsUpdate), atLake},
		"figures of the house":         {at(House, "", MetricsUpdate), house},
		"one's own sign-in":            {at(UserTopic(userID), "", UserLogin), []string{super, admin, user}},
		"rights of one changed":        {at(UserTopic(userID), "", MemberChanged), []string{user}},
		"a booking in somebody's hand": {at(lake, "lake-house", NotificationAcknowledged), atLake},
		"a booking that rings again":   {at(hill, "hill-cottage", NotificationReleased, UserTopic(userID)), house},
		"cards cleaned up":             {at(System, "", NotificationsCleaned), append(slices.Clone(people), "key")},
		"marks of one":                 {at(UserTopic(userID), "", NotificationRead), []string{user}},
		"session of one":               {at(UserTopic(userID), "", SessionEnded), []string{user}},
		"rights of a key":              {at(KeyTopic(2), "", MemberChanged), []string{"limited"}},
		"activity in the house":        {at(House, "", UserAction), []string{super, admin}},
		"activity at a property":       {at(lake, "lake-house", UserAction), []string{super, admin}},
		"type that nobody knows":       {at(lake, "lake-house", "guest:vanished"), []string{super, admin}},
		"booking addressed to USER":    {at(lake, "lake-house", BookingNew, UserTopic(userID)), atLake},
		"booking addressed elsewhere":  {at(lake, "lake-house", BookingNew, hill, System, RoleTopic(User)), atLake},
		"alert addressed to USER":      {at(hill, "hill-cottage", AlertRaised, UserTopic(userID)), append(slices.Clone(house), user)},
		"alert addressed to a role":    {at(hill, "hill-cottage", AlertRaised, RoleTopic(Staff)), append(slices.Clone(house), staff)},
		"alert addressed to lake":      {at(hill, "hill-cottage", AlertRaised, lake), atLake},
		"alert addressed to all":       {at(hill, "hill-cottage", AlertRaised, System), append(slices.Clone(people), "key")},
		"alert addressed to house":     {at(lake, "lake-house", AlertRaised, House), atLake},
		"activity addressed to USER":   {at(House, "", UserAction, UserTopic(userID)), []string{super, admin, user}},
		"figures addressed to role":    {at(House, "", MetricsUpdate, RoleTopic(Owner)), append(slices.Clone(house), owner)},
	} {
		for who, v := range viewers() {
			assert.Equal(t, slices.Contains(c.seen, who), v.Sees(c.event), "%s: %s", name, who)
		}
	}
}

func TestAddressingABookingNarrowsOnlyWhoIsNotified(t *testing.T) {
	lake := PropertyTopic("lake-house")
	for name, c := range map[string]struct {
		event    *Event
		notified []string
	}{
		"to nobody":   {at(lake, "lake-house", BookingNew), []string{super, admin, owner, manager, staff, "key", "limited"}},
		"to a role":   {at(lake, "lake-house", BookingNew, RoleTopic(Staff)), []string{staff}},
		"to a person": {at(lake, "lake-house", BookingNew, UserTopic(4)), []string{manager}},
		"to the room": {at(lake, "lake-house", BookingNew, lake), []string{super, admin, owner, manager, staff, "key", "limited"}},
		"to house":    {at(lake, "lake-house", BookingNew, House), []string{super, admin, "key"}},
		"to two":      {at(lake, "lake-house", BookingNew, House, RoleTopic(Staff)), []string{super, admin, "key", staff}},
		"moved away":  {at(lake, "lake-house", BookingMoved), nil},
		"figures":     {at(lake, "lake-house", MetricsUpdate), nil},
		"sign-in":     {at(UserTopic(2), "", UserLogin), nil},
		"reported":    {at(lake, "lake-house", MetricsUpdate, RoleTopic(Owner)), []string{owner}},
	} {
		for who, v := range viewers() {
			assert.Equal(t, slices.Contains(c.notified, who), v.Sees(c.event) && v.Notified(c.event), "%s: %s", name, who)
		}
	}
}

func TestTopicsAreWhatACursorMustFollow(t *testing.T) {
	v := viewers()
	assert.Equal(t, []Topic{Everything}, v[super].Topics())
	assert.Equal(t, []Topic{Everything}, v["key"].Topics())
	assert.Equal(t, []Topic{System, "user:5", "role:STAFF", "property:lake-house"}, v[staff].Topics())
	assert.Equal(t, []Topic{System, "user:6", "role:USER"}, v[user].Topics(), "a property without the right to see it is not followed")
	assert.Equal(t, []Topic{System, "key:2", "property:lake-house"}, v["limited"].Topics())
	assert.Equal(t, []Topic{System, "key:3"}, v["blind"].Topics())
	desk := Viewer{UserID: 9, Role: Staff, Properties: []string{Desk}}
	assert.Equal(t, []Topic{System, "user:9", "role:STAFF", Desk}, desk.Topics(), "the desk is a topic of its own")
}

// The cursor looks at topics before the policy is asked. An event that a viewer
// may see but whose topics they do not follow would be lost without a word.
func TestWhatAViewerSeesIsOnATopicTheyFollow(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	slugs := []string{"a", "b", "c", Desk}
	some := func(from []string) (picked []string) {
		for _, s := range from {
			if r.IntN(2) == 0 {
				picked = append(picked, s)
			}
		}
		return picked
	}
	topic := func() Topic {
		return []Topic{System, House, PropertyTopic(slugs[r.IntN(4)]), UserTopic(1 + r.Int64N(3)), KeyTopic(1 + r.Int64N(3)), RoleTopic(Roles[r.IntN(6)])}[r.IntN(6)]
	}
	seen := 0
	for range 200_000 {
		v := Viewer{UserID: 1 + r.Int64N(3), Role: Roles[r.IntN(6)], Properties: some(slugs)}
		if r.IntN(3) == 0 {
			v = Viewer{KeyID: 1 + r.Int64N(3), Properties: some(slugs)}
			for _, s := range Scopes {
				if r.IntN(2) == 0 {
					v.Scopes = append(v.Scopes, s)
				}
			}
		}
		e := &Event{Type: Types[r.IntN(len(Types))]}
		// Where things of each kind happen; see the store's verbs.
		switch p := slugs[r.IntN(4)]; {
		case e.Type.Internal(), e.Kind() == UserActivity && r.IntN(2) == 0:
			e.Topic = []Topic{UserTopic(1 + r.Int64N(3)), KeyTopic(1 + r.Int64N(3))}[r.IntN(2)]
		case e.Kind() == AlertUpdate && r.IntN(3) == 0:
			e.Topic = System
		case (e.Kind() == MetricUpdate || e.Kind() == UserActivity) && r.IntN(3) == 0:
			e.Topic = House
		default:
			e.Topic, e.Property = PropertyTopic(p), p
		}
		if !e.Type.Internal() {
			for range r.IntN(3) {
				e.To = append(e.To, topic())
			}
		}
		if !v.Sees(e) {
			continue
		}
		seen++
		follows := v.Topics()
		if !slices.Contains(follows, Everything) && !slices.ContainsFunc(e.Topics(), func(t Topic) bool { return slices.Contains(follows, t) }) {
			t.Fatalf("%+v sees %+v but follows %v", v, e, follows)
		}
	}
	assert.Greater(t, seen, 10_000, "the generator makes events that are seen")
}

func TestVisibilityIsWhatAFragmentMayDependOn(t *testing.T) {
	v := viewers()
	lake, hill := at("property:lake-house", "lake-house", BookingModified), at("property:hill-cottage", "hill-cottage", BookingModified)
	for who, want := range map[string]Visibility{
		super: {Money: true, Contacts: true, AllProperties: true, Notified: true, MayAcknowledge: true, MayResolve: true}, admin: {Money: true, Contacts: true, AllProperties: true, Notified: true, MayAcknowledge: true, MayResolve: true},
		owner: {Money: true, Notified: true, MayAcknowledge: true}, manager: {Money: true, Contacts: true, Notified: true, MayAcknowledge: true, MayResolve: true},
		staff: {Contacts: true, Notified: true, MayAcknowledge: true},
		user:  {Notified: true}, "key": {Money: true, Contacts: true, AllProperties: true, Notified: true}, "limited": {Money: true, Contacts: true, Notified: true},
		"blind": {Notified: true},
	} {
		assert.Equal(t, want, v[who].VisibilityOf(lake), who)
		all := who == super || who == admin || who == "key"
		assert.Equal(t, Visibility{Money: all, Contacts: all, AllProperties: all, Notified: true, MayAcknowledge: all && who != "key", MayResolve: all && who != "key"}, v[who].VisibilityOf(hill), "%s elsewhere", who)
		for _, of := range []Type{BookingNew, AlertRaised, MetricsUpdate} {
			assert.False(t, v[who].VisibilityOf(at("property:lake-house", "lake-house", of)).AllProperties, "%s: who sees %s alike shares its frame", who, of)
		}
	}
	zoned := Viewer{UserID: 1, Role: Staff, Zone: "Asia/Kolkata"}
	assert.Equal(t, Visibility{Zone: "Asia/Kolkata"}, zoned.Visibility("lake-house"))
	assert.Equal(t, map[Visibility]int{zoned.Visibility("a"): 1}[zoned.Visibility("b")], 1, "a visibility is a key under which frames are shared")
}

func TestActorAndOwnTopicTellPeopleFromKeys(t *testing.T) {
	for _, c := range []struct {
		v     Viewer
		actor string
		own   Topic
	}{
		{Viewer{UserID: 3, Name: "Asha"}, "user:3", "user:3"},
		{Viewer{KeyID: 3, Name: "website"}, "key:website", "key:3"},
		{Viewer{Name: "command line"}, "house", "user:0"},
	} {
		assert.Equal(t, c.actor, c.v.Actor())
		assert.Equal(t, c.own, c.v.Own(), fmt.Sprint(c.v))
	}
}

func TestWhatSomebodyHasIsTheirsAlone(t *testing.T) {
	maria, tom := Viewer{UserID: 1, Name: "Maria", Role: Manager, Properties: []string{"lake"}}, Viewer{UserID: 2, Name: "Tom", Role: Staff, Properties: []string{"lake"}}
	for what, e := range map[string]Event{
		"an alert": {Type: AlertAcknowledged, Data: []byte(`{"key":"boiler","acknowledgedBy":"Maria"}`)},
		"a card":   {Type: NotificationAcknowledged, Data: []byte(`{"subject":"booking:BK-1","acknowledgedBy":"Maria"}`)},
	} {
		e.Topic, e.Property = PropertyTopic("lake"), "lake"
		for _, v := range []Viewer{maria, tom} {
			var cache VisibilityCache
			nobodys := e
			nobodys.Data = []byte(`{"key":"boiler","detail":"acknowledgedBy Maria"}`)
			for _, one := range []*Event{&nobodys, &e, &nobodys} { // the cache forgets whose it was
				sees, s := cache.At(&v, one)
				assert.True(t, sees)
				assert.Equal(t, v.UserID == 1 && one == &e, s.Mine, "%s, %s", what, v.Name)
				assert.Equal(t, s.Mine, v.VisibilityOf(one).Mine)
			}
		}
	}
	mark := &Event{Type: NotificationRead, Topic: maria.Own(), Property: "lake", Data: []byte(`{"ids":["a"],"read":true,"card":{"subject":"a","acknowledgedBy":"Maria"}}`)}
	assert.True(t, maria.VisibilityOf(mark).Mine, "the card in a mark of hers")
}
