package store

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// crowd adds people of a role, with the number behind each name.
func crowd(t testing.TB, s *Store, n int, role inn.Role) {
	t.Helper()
	require.NoError(t, s.write(ctx, func(x *tx) error {
		return x.exec(`
			WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
			INSERT INTO users (email, name, role, password, created_at) SELECT 'c' || i || '@crowd.test', 'c' || i, $2, 'none', 0 FROM n`, n, role)
	}))
}

func (s *Store) count(t testing.TB, from string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, s.read.QueryRowContext(ctx, `SELECT count(*) FROM `+from, args...).Scan(&n))
	return n
}

func toStaff(p inn.Publication) inn.Publication {
	p.Role = inn.Staff
	return p
}

// A batch of 500 alerts that are addressed to 2,000 people kept everybody else
// waiting for a quarter of a minute. Now who publishes writes down none of them.
func TestManyAreAddressedBehindThePublish(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	crowd(t, s, 2*addressAtOnce, inn.Staff)
	tom := person(t, s, "tom", inn.Staff, "lake")
	maria := person(t, s, "maria", inn.Manager, "lake")
	var batch []inn.Publication
	for i := range addressEvents + 2 {
		batch = append(batch, toStaff(alarm("", fmt.Sprint("key-", i), "Fire drill")))
	}
	batch[3].Emails = []string{"maria@demo.test"}
	publish(t, s, website, batch...)
	assert.Equal(t, 1, s.count(t, "notification_states"), "only who was named")
	assert.Equal(t, []int{0, 1}, []int{unread(t, s, tom), unread(t, s, maria)})
	assert.Equal(t, len(batch), s.count(t, "addressings"))

	// One step writes down no more than its part.
	require.NoError(t, s.write(ctx, (*tx).addressSome))
	assert.LessOrEqual(t, s.count(t, "notification_states"), addressPeople*addressEvents+1)
	head := s.head(t)
	require.NoError(t, s.Address(ctx))
	assert.Equal(t, 0, s.count(t, "addressings"))
	assert.Equal(t, len(batch)*(2*addressAtOnce+1)+1, s.count(t, "notification_states"))
	assert.Equal(t, []int{len(batch), 1}, []int{unread(t, s, tom), unread(t, s, maria)})
	told := since(t, s, head)
	require.NotEmpty(t, told, "pages count again")
	for _, e := range told {
		assert.Equal(t, inn.NotificationsCleaned, e.Type)
		assert.True(t, e.Type.ChangesBadge() && e.Type.Internal())
	}
	head = s.head(t)
	require.NoError(t, s.Address(ctx))
	assert.Equal(t, head, s.head(t), "nothing is told when there was nothing to do")
}

func TestAFewAreAddressedAtOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	tom := person(t, s, "tom", inn.Staff, "lake")
	publish(t, s, website, toStaff(alarm("lake", "boiler", "Boiler off")))
	assert.Equal(t, []int{1, 0}, []int{unread(t, s, tom), s.count(t, "addressings")})
	// What one publish looks through has a limit, whatever the batch is made of.
	var batch []inn.Publication
	for i := range addressAtOnce + 3 {
		batch = append(batch, toStaff(alarm("lake", fmt.Sprint("key-", i), "Boiler off")))
	}
	publish(t, s, website, batch...)
	assert.Equal(t, []int{addressAtOnce + 1, 3}, []int{unread(t, s, tom), s.count(t, "addressings")})
	require.NoError(t, s.Address(ctx))
	assert.Equal(t, len(batch)+1, unread(t, s, tom))
}

// An addressing that was interrupted is finished after the next start, and by the
// rights of then.
func TestAnInterruptedAddressingIsFinished(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openStore(t, dir, "lake")
	crowd(t, s, addressAtOnce, inn.Staff)
	tom, ann := person(t, s, "tom", inn.Staff, "lake"), person(t, s, "ann", inn.Staff, "lake")
	publish(t, s, website, toStaff(alarm("", "drill", "Fire drill")), toStaff(alarm("", "gas", "Gas leak")))
	require.NoError(t, s.write(ctx, (*tx).addressSome))
	require.NoError(t, s.ChangeMember(ctx, operator, ann.UserID, inn.Owner, []string{"lake"}))

	again := openStoreKeeping(t, dir)
	require.NoError(t, again.Address(ctx))
	assert.Equal(t, 2, unread(t, again, tom))
	m, err := again.Member(ctx, ann.UserID)
	require.NoError(t, err)
	assert.Empty(t, cards(t, again, m.Viewer()), "it was addressed to those who are STAFF")
}

// What is published in between takes the card from whoever may not see what it
// says now, also from those whom the earlier event has yet to come to.
func TestALateAddressingDoesNotBringALaterText(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	crowd(t, s, addressAtOnce, inn.Staff)
	hill := person(t, s, "hill", inn.Staff, "hill")
	publish(t, s, website, toStaff(alarm("lake", "boiler", "Boiler off")))
	publish(t, s, website, alarm("lake", "boiler", "Boiler off in Asha Rao's room"))
	require.NoError(t, s.Address(ctx))
	assert.Empty(t, cards(t, s, hill))
	assert.Zero(t, unread(t, s, hill))
	publish(t, s, website, toStaff(alarm("lake", "boiler", "Boiler still off")))
	require.NoError(t, s.Address(ctx))
	assert.Len(t, cards(t, s, hill), 1)

	// What becomes of a card that is nobody else's is told to those it is for, also
	// while it is on its way to them.
	publish(t, s, website, toStaff(alarm("lake", "gas", "Gas leak")))
	head := s.head(t)
	require.NoError(t, s.Acknowledge(ctx, person(t, s, "lake", inn.Staff, "lake"), "alert:lake:gas"))
	for _, e := range since(t, s, head) {
		if e.Type == inn.AlertAcknowledged {
			assert.Equal(t, []inn.Topic{inn.RoleTopic(inn.Staff)}, e.To)
		}
	}
}

// An unaddressed event costs the same however many were addressed before.
func TestWhatHappensNextTouchesNobodysRow(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	crowd(t, s, 50, inn.Staff)
	publish(t, s, website, toStaff(alarm("lake", "boiler", "Boiler off")))
	require.Equal(t, 50, s.count(t, "notification_states WHERE event > 0"))
	var before, after int64
	require.NoError(t, s.write(ctx, func(x *tx) error {
		if _, err := x.row(`{search work}`, nil, &before); err != nil {
			return err
		}
		if _, err := x.publish(website, alarm("lake", "boiler", "Boiler on fire")); err != nil {
			return err
		}
		_, err := x.row(`{search work}`, nil, &after)
		return err
	}))
	assert.Less(t, after-before, int64(10))
}

func TestABatchAddressesALimitedNumber(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var batch []inn.Publication
	for i := range mostAddressed/50 + 1 {
		p := alarm("lake", fmt.Sprint("key-", i), "Boiler off")
		for j := range 50 {
			p.Emails = append(p.Emails, fmt.Sprintf("c%d@crowd.test", j+1))
		}
		batch = append(batch, p)
	}
	leavesNothing(t, s, inn.Invalid, "too many", func() error { _, err := tryPublish(s, website, batch...); return err })
	crowd(t, s, 50, inn.Staff)
	publish(t, s, website, batch[1:]...)
	assert.Equal(t, (len(batch)-1)*50, s.count(t, "notification_states"))
}

// Marks and rights of any number are written by the set.
func TestReadAllGoesInSteps(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	maria := person(t, s, "maria", inn.Manager, "lake")
	const many = 2*clearStep + 7
	var batch []inn.Publication
	for i := range many {
		batch = append(batch, sold(fmt.Sprint("BK-", i), "lake"))
	}
	publish(t, s, website, batch...)
	unreadAgain := func() {
		require.NoError(t, s.write(ctx, func(x *tx) error {
			return x.exec(`INSERT INTO notification_states (person, notification, read_event, unread, kind, topic, covers)
				SELECT $1, id, event, 1, kind, topic, event FROM notifications WHERE 1 = 1
				ON CONFLICT (person, notification) DO UPDATE SET unread = 1`, maria.UserID)
		}))
	}
	for what, read := range map[string]func(context.Context, inn.Viewer) error{
		"all": s.MarkAllRead, "a kind": func(ctx context.Context, by inn.Viewer) error { return s.MarkKindRead(ctx, by, inn.BookingUpdate) },
	} {
		unreadAgain()
		require.Equal(t, many, unread(t, s, maria), what)
		head := s.head(t)
		require.NoError(t, read(ctx, maria), what)
		assert.Zero(t, unread(t, s, maria), what)
		assert.Len(t, since(t, s, head), 1, "%s is told once", what)
	}
}

func TestCardsThatManyHaveGoInSteps(t *testing.T) {
	old := []oldCard{{1, 0}, {2, forgetStep - 1}, {3, 2}, {4, 3 * forgetStep}, {5, 0}, {6, 0}}
	var parts [][]int64
	for part := range partsOf(old) {
		parts = append(parts, part)
	}
	assert.Equal(t, [][]int64{{1, 2}, {3}, {4}, {5, 6}}, parts)
}

// An alert's text is its sender's: a step of the index ends where it would hold
// too many different words.
func TestAStepOfTheIndexHoldsSoManyWords(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var batch []inn.Publication
	for i := range 60 {
		p, text := alarm("lake", fmt.Sprint("key-", i), "Boiler off"), ""
		for j := range 180 {
			text += fmt.Sprintf("w%dx%d ", i, j)
		}
		p.Alert.Detail = inn.Given(text)
		batch = append(batch, p)
	}
	publish(t, s, website, batch...)
	a, err := s.nextAddition(ctx)
	require.NoError(t, err)
	assert.Less(t, a.events, 60)
	assert.Less(t, len(a.met), 2*termsStep)
	require.NoError(t, s.Index(ctx))
	found, err := s.History(ctx, website, EventFilter{Words: "w59x179", Limit: 10})
	require.NoError(t, err)
	assert.Len(t, found, 1)
	found, err = s.History(ctx, website, EventFilter{Words: "boiler", Limit: 100})
	require.NoError(t, err)
	assert.Len(t, found, 60, "nothing is left out between two steps")
}

func TestAnActNamesSoManyProperties(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	slugs := manyProperties(t, s, mostNamed+30)
	tom := person(t, s, "tom", inn.Staff, "lake")
	require.NoError(t, s.ChangeMember(ctx, operator, tom.UserID, inn.Staff, slugs))
	acts, err := s.Audit(ctx, AuditFilter{Action: inn.MemberAltered, Limit: 1})
	require.NoError(t, err)
	require.Len(t, acts, 1)
	assert.Equal(t, "+ 80 properties, − lake", acts[0].Detail)
	leavesNothing(t, s, inn.NotFound, "one of them is none", func() error {
		return s.ChangeMember(ctx, operator, tom.UserID, inn.Staff, append(slugs, "nowhere"))
	})
}
