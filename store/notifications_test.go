package store

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

func cards(t testing.TB, s *Store, v inn.Viewer) []inn.Notification {
	t.Helper()
	all, err := s.Notifications(ctx, v, NotificationFilter{Limit: 1000})
	require.NoError(t, err)
	return all
}

func unread(t testing.TB, s *Store, v inn.Viewer) int {
	t.Helper()
	b, err := s.Badge(ctx, v)
	require.NoError(t, err)
	return b.Unread
}

func TestReadMarksAreAPersonsOwn(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria, tom := person(t, s, "maria", inn.Manager, "lake"), person(t, s, "tom", inn.Staff, "lake")
	publish(t, s, website, sold("BK-1", "lake"), sold("BK-2", "lake"))
	assert.Equal(t, []int{2, 2}, []int{unread(t, s, maria), unread(t, s, tom)})
	head, card := s.head(t), cards(t, s, maria)[1]
	require.Equal(t, "booking:BK-1", card.Subject)

	require.NoError(t, s.MarkRead(ctx, maria, []string{card.Subject}, true))
	events := since(t, s, head)
	require.Len(t, events, 1)
	assert.Equal(t, []any{inn.NotificationRead, maria.Own()}, []any{events[0].Type, events[0].Topic})
	card.Read = true
	assert.Equal(t, Marks{IDs: []string{"booking:BK-1"}, Read: true, Card: &card}, snapshot[Marks](t, &events[0]), "the card as she sees it now")
	assert.Equal(t, []int{1, 2}, []int{unread(t, s, maria), unread(t, s, tom)})
	only, err := s.Notifications(ctx, maria, NotificationFilter{Unread: true, Limit: 10})
	require.NoError(t, err)
	require.Len(t, only, 1)
	assert.Equal(t, "booking:BK-2", only[0].Subject)

	publish(t, s, website, step("BK-1", inn.BookingConfirmed))
	assert.Equal(t, 2, unread(t, s, maria), "something new makes it unread")
	require.NoError(t, s.MarkAllRead(ctx, maria))
	assert.Equal(t, []int{0, 2}, []int{unread(t, s, maria), unread(t, s, tom)})
	require.NoError(t, s.MarkRead(ctx, maria, []string{card.Subject}, false))
	assert.Equal(t, 1, unread(t, s, maria), "marked unread again")
	require.NoError(t, s.MarkAllRead(ctx, maria))
	assert.Zero(t, unread(t, s, maria), "read all clears the marks")

	publish(t, s, maria, titled("BK-1", "Mine"))
	assert.Equal(t, []int{0, 2}, []int{unread(t, s, maria), unread(t, s, tom)}, "what a person did themselves is read for them")
}

func TestACardOneDoesNotSeeIsNotThere(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria, tom := person(t, s, "maria", inn.Manager, "lake"), person(t, s, "tom", inn.Staff, "hill")
	publish(t, s, website, sold("BK-1", "lake"))
	subject := cards(t, s, maria)[0].Subject
	hillKey := inn.Viewer{KeyID: 7, Name: "hill", Scopes: []inn.Scope{inn.EventsRead, inn.NotificationsWrite}, Properties: []string{"hill"}}
	addKeys(t, s, hillKey)
	for who, v := range map[string]inn.Viewer{"tom": tom, "a key for another house": hillKey, "nobody": {}} {
		assert.Empty(t, cards(t, s, v), who)
		assert.Zero(t, unread(t, s, v), who)
		read, got := inn.NotFound, inn.NotFound
		switch {
		case v.KeyID != 0:
			read = inn.Forbidden // keys have no read marks, whatever they see
		case v.UserID == 0:
			read, got = inn.Unauthenticated, inn.Unauthenticated
		}
		leavesNothing(t, s, read, who, func() error { return s.MarkRead(ctx, v, []string{subject}, true) })
		leavesNothing(t, s, got, who, func() error { return s.Acknowledge(ctx, v, subject) })
	}
	assert.Len(t, cards(t, s, lakeKey), 1, "a key sees the cards of its properties")
	leavesNothing(t, s, inn.NotFound, "unknown", func() error { return s.MarkRead(ctx, maria, []string{"booking:BK-9"}, true) })
}

// A booking addressed to somebody is one for them; the others keep the card as
// it was for them.
func TestAddressingNarrowsWhoIsNotifiedOfABooking(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria, tom := person(t, s, "maria", inn.Manager, "lake"), person(t, s, "tom", inn.Staff, "lake")
	hill, user := person(t, s, "hill", inn.Staff, "hill"), person(t, s, "user", inn.User)
	p := sold("BK-1", "lake")
	p.Emails, p.Role = []string{"maria@demo.test", "user@demo.test", "hill@demo.test"}, ""
	e := publish(t, s, website, p)[0]
	assert.Equal(t, []int{1, 0, 0, 0}, []int{unread(t, s, maria), unread(t, s, tom), unread(t, s, hill), unread(t, s, user)}, "no reader is added")
	assert.Empty(t, cards(t, s, tom), "a card made by addressing alone is seen by those addressed")
	assert.Equal(t, e.ID, cards(t, s, maria)[0].Event)

	publish(t, s, website, step("BK-1", inn.BookingConfirmed))
	require.NoError(t, s.MarkAllRead(ctx, tom))
	again := step("BK-1", inn.BookingCancelled)
	again.Role = inn.Manager
	publish(t, s, website, again)
	assert.Equal(t, []int{1, 0}, []int{unread(t, s, maria), unread(t, s, tom)})
	require.Len(t, cards(t, s, tom), 1)
	assert.Less(t, cards(t, s, tom)[0].Event, cards(t, s, maria)[0].Event, "for Tom the latest is the one before")
}

func TestAddressingAddsReadersToAnAlert(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria, user := person(t, s, "maria", inn.Manager, "lake"), person(t, s, "user", inn.User)
	p := alarm("lake", "boiler", "Boiler off")
	p.Emails = []string{"user@demo.test"}
	publish(t, s, website, p)
	require.Len(t, cards(t, s, user), 1)
	assert.Equal(t, "Boiler off", cards(t, s, user)[0].Title)
	assert.Empty(t, cards(t, s, maria), "only those addressed are notified")

	// The next one is not for them: its text is none of theirs, nor is the card.
	publish(t, s, website, alarm("lake", "boiler", "Boiler off in Asha Rao's room"))
	assert.Empty(t, cards(t, s, user))
	assert.Zero(t, unread(t, s, user))
	require.Len(t, cards(t, s, maria), 1)
	p.Alert.Title = inn.Given("Boiler still off")
	publish(t, s, website, p)
	require.Len(t, cards(t, s, user), 1)
	assert.Equal(t, 1, unread(t, s, user))

	everybody := alarm("", "net", "No internet")
	publish(t, s, website, everybody)
	assert.Equal(t, 2, unread(t, s, user), "the system's alerts are everybody's")
}

// Once a property is no longer somebody's, its guests' names are not either,
// however they had come by them.
func TestACardGoesWithTheRight(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	tom := person(t, s, "tom", inn.Staff, "lake")
	p := sold("BK-1", "lake")
	p.Emails = []string{"tom@demo.test"}
	publish(t, s, website, p, sold("BK-2", "lake"))
	require.Len(t, cards(t, s, tom), 2)
	require.NoError(t, s.ChangeMember(ctx, operator, tom.UserID, inn.Staff, []string{"hill"}))
	m, err := s.Member(ctx, tom.UserID)
	require.NoError(t, err)
	assert.Empty(t, cards(t, s, m.Viewer()))
	assert.Zero(t, unread(t, s, m.Viewer()))
}

// What was addressed to everybody at a property, or in a role, was not addressed to
// a person: who is not there any more loses the card, and does not hear what
// becomes of it. Who was named keeps it.
func TestAddressingEndsWithTheRight(t *testing.T) {
	t.Parallel()
	for what, address := range map[string]func(*inn.Publication){
		"a room": func(p *inn.Publication) { p.Rooms = []string{"property:lake"} },
		"a role": func(p *inn.Publication) { p.Role = inn.Staff },
		"a name": func(p *inn.Publication) { p.Emails = []string{"tom@demo.test", "maria@demo.test"} },
	} {
		for _, acknowledged := range []bool{false, true} {
			s := newStore(t)
			tom, maria := person(t, s, "tom", inn.Staff, "lake"), person(t, s, "maria", inn.Staff, "lake")
			p := alarm("lake", "boiler", "Boiler off")
			address(&p)
			publish(t, s, website, p)
			require.Len(t, cards(t, s, tom), 1, what)
			if acknowledged { // whoever had the card hears of that, by name or not
				require.NoError(t, s.Acknowledge(ctx, maria, boiler))
			}
			require.NoError(t, s.ChangeMember(ctx, operator, tom.UserID, inn.Owner, []string{"hill"}))
			m, err := s.Member(ctx, tom.UserID)
			require.NoError(t, err)
			tom = m.Viewer()
			named := what == "a name"
			assert.Equal(t, named, len(cards(t, s, tom)) == 1, "%s, held %t", what, acknowledged)
			badge, err := s.Badge(ctx, tom)
			require.NoError(t, err)
			assert.Equal(t, named, badge.Unread == 1, "%s, held %t", what, acknowledged)

			head := s.head(t)
			if !acknowledged {
				require.NoError(t, s.Acknowledge(ctx, maria, boiler))
			} else {
				require.NoError(t, s.Unacknowledge(ctx, maria, boiler))
			}
			for _, e := range since(t, s, head) {
				assert.Equal(t, named && e.Kind() == inn.AlertUpdate, tom.Sees(&e), "%s of what was addressed to %s", e.Type, what)
			}
			assert.Equal(t, named, len(cards(t, s, tom)) == 1, "%s, held %t", what, acknowledged)
			assert.Len(t, cards(t, s, maria), 1)
		}
	}
}

// The read floor is a place in the log, and the log may have been trimmed.
func TestReadAllHoldsAfterATrim(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria := person(t, s, "maria", inn.Manager, "lake")
	publish(t, s, website, sold("BK-1", "lake"), sold("BK-2", "lake"))
	require.NoError(t, s.MarkAllRead(ctx, maria))
	require.NoError(t, s.Trim(ctx, s.head(t)))
	require.NoError(t, s.MarkAllRead(ctx, maria))
	assert.Zero(t, unread(t, s, maria))
	assert.Zero(t, unread(t, s, person(t, s, "fresh", inn.Manager, "lake")), "history is not news to a new person")
	require.NoError(t, s.Trim(ctx, s.head(t)))
	assert.Zero(t, unread(t, s, person(t, s, "fresher", inn.Manager, "lake")))
}

func TestCardsComeInPages(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria := person(t, s, "maria", inn.Manager, "lake")
	publish(t, s, website, sold("BK-1", "lake"), sold("BK-2", "lake"), sold("BK-3", "lake"), step("BK-1", inn.BookingConfirmed))
	var seen []string
	for before := int64(0); ; {
		page, err := s.Notifications(ctx, maria, NotificationFilter{Limit: 2, Before: before})
		require.NoError(t, err)
		for _, n := range page {
			seen, before = append(seen, n.Subject), n.Event
		}
		if len(page) < 2 {
			break
		}
	}
	assert.Equal(t, []string{"booking:BK-1", "booking:BK-3", "booking:BK-2"}, seen, "the last moved first")
}
