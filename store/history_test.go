package store

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// found returns the subjects of what a filter finds, the newest first.
func found(t testing.TB, s *Store, by inn.Viewer, f EventFilter) []string {
	t.Helper()
	if f.Limit == 0 {
		f.Limit = 500
	}
	events, err := s.History(ctx, by, f)
	require.NoError(t, err)
	subjects := make([]string, len(events))
	for i, e := range events {
		subjects[i] = e.Subject
	}
	return subjects
}

// Who may search could ask for what they may not read: the index must not know
// it.
func TestSearchKnowsNamesAndNothingElse(t *testing.T) {
	s := newStore(t)
	admin := person(t, s, "admin", inn.Admin)
	p := sold("BK-1001", "lake")
	p.Booking.Customer, p.Booking.Title = inn.Given("Élodie O'Brien-Šimková"), inn.Given("Honeymoon suite")
	p.Booking.Email, p.Booking.Phone, p.Booking.Notes = inn.Given("secret@example.test"), inn.Given("+91 9876543210"), inn.Given("allergic to peanuts")
	publish(t, s, website, p, alarm("hill", "boiler", "Boiler off"),
		inn.Publication{Type: inn.UserAction, Report: &inn.Report{Property: "lake", Payload: []byte(`{"title":"reported words","email":"secret@example.test"}`)}})

	booking, alert := "booking:BK-1001", "alert:hill:boiler"
	for words, want := range map[string][]string{
		"élodie": {booking}, "ELODIE": {booking}, "elo": {booking}, "o'brien": {booking}, "simk": {booking}, "brien elodie": {booking},
		"BK-1001": {booking}, "bk-10": {booking}, "1001": {booking}, "honeymoon": {booking}, "lake house elodie": {booking},
		"boiler": {alert}, "hill boiler": {alert}, "boiler elodie": nil,
		"secret": nil, "example": nil, "secret@example.test": nil, "9876543210": nil, "allergic": nil, "peanuts": nil,
		"14400": nil, "14400.50": nil, "INR": nil, "reported": nil, "late": nil,
		// The other columns of the index cannot be asked through the words.
		"topics:": nil, term(inn.PropertyTopic("lake")): nil, "booking:new": nil, "d" + p.At.Format("2006"): nil,
		`"`: nil, `" OR words:elodie`: nil, "elodie OR boiler": nil, "NOT boiler": nil, "*": nil, "(": nil, "%": nil, "élodie*": {booking},
	} {
		assert.ElementsMatch(t, want, found(t, s, admin, EventFilter{Words: words}), "searching for %q", words)
	}
}

func TestSearchFindsOnlyWhatTheViewerSees(t *testing.T) {
	s := newStore(t)
	publish(t, s, website, sold("BK-lake", "lake"), sold("BK-hill", "hill"))
	for who, want := range map[string]struct {
		by   inn.Viewer
		sees []string
	}{
		"admin":  {person(t, s, "admin", inn.Admin), []string{"booking:BK-hill", "booking:BK-lake"}},
		"staff":  {person(t, s, "staff", inn.Staff, "lake"), []string{"booking:BK-lake"}},
		"both":   {person(t, s, "both", inn.Owner, "lake", "hill"), []string{"booking:BK-hill", "booking:BK-lake"}},
		"user":   {person(t, s, "user", inn.User, "lake"), nil},
		"key":    {lakeKey, []string{"booking:BK-lake"}},
		"nobody": {inn.Viewer{}, nil},
	} {
		assert.ElementsMatch(t, want.sees, found(t, s, want.by, EventFilter{Words: "asha"}), who)
		assert.ElementsMatch(t, want.sees, found(t, s, want.by, EventFilter{Kind: inn.BookingUpdate}), who)
	}
}

func TestFiltersOfHistory(t *testing.T) {
	s := newStore(t)
	admin := person(t, s, "admin", inn.Admin)
	rome := inn.Location("Europe/Rome")
	at := func(p inn.Publication, when time.Time) inn.Publication {
		p.At, p.Booking.At = when, when
		return p
	}
	// Midnight in Rome is still the day before in UTC.
	publish(t, s, website,
		at(sold("BK-1", "lake"), time.Date(2024, 2, 28, 23, 59, 59, 0, rome)),
		at(sold("BK-2", "lake"), time.Date(2024, 2, 29, 0, 0, 0, 0, rome)),
		at(sold("BK-3", "hill"), time.Date(2024, 2, 29, 23, 59, 59, 0, rome)),
		at(sold("BK-4", "hill"), time.Date(2024, 3, 1, 0, 0, 0, 0, rome)),
		at(sold("BK-5", "hill"), time.Date(2025, 1, 1, 12, 0, 0, 0, rome)))
	publish(t, s, lakeKey, alarm("lake", "boiler", "Boiler off"))
	publish(t, s, website, step("BK-1", inn.BookingConfirmed))
	date := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, rome) }
	for name, one := range map[string]struct {
		f    EventFilter
		want string
	}{
		"a day":             {EventFilter{From: date(2024, 2, 29), Until: date(2024, 3, 1)}, "BK-3 BK-2"},
		"a month":           {EventFilter{From: date(2024, 2, 1), Until: date(2024, 3, 1)}, "BK-3 BK-2 BK-1"},
		"a year and a bit":  {EventFilter{From: date(2024, 2, 29), Until: date(2025, 1, 2)}, "BK-5 BK-4 BK-3 BK-2"},
		"up to a day":       {EventFilter{Until: date(2024, 3, 1)}, "BK-3 BK-2 BK-1"},
		"from a day on":     {EventFilter{From: date(2024, 3, 1), Type: inn.BookingNew}, "BK-5 BK-4"},
		"an empty period":   {EventFilter{From: date(2023, 1, 1), Until: date(2023, 2, 1)}, ""},
		"the wrong way":     {EventFilter{From: date(2024, 3, 1), Until: date(2024, 2, 1)}, ""},
		"a type":            {EventFilter{Type: inn.BookingConfirmed}, "BK-1"},
		"a kind":            {EventFilter{Kind: inn.AlertUpdate}, "lake:boiler"},
		"kind against type": {EventFilter{Kind: inn.AlertUpdate, Type: inn.BookingNew}, ""},
		"an actor":          {EventFilter{Actor: "key:lake-pms"}, "lake:boiler"},
		"actor and type":    {EventFilter{Actor: "key:website", Type: inn.BookingConfirmed}, "BK-1"},
		"another actor":     {EventFilter{Actor: "key:webs"}, ""},
		"property and type": {EventFilter{Property: "hill", Type: inn.BookingNew}, "BK-5 BK-4 BK-3"},
		"property and feed": {EventFilter{Property: "hill", Feed: true, Until: date(2025, 1, 1)}, "BK-4 BK-3"},
		"all of it":         {EventFilter{Property: "hill", Kind: inn.BookingUpdate, Actor: "key:website", Words: "asha", From: date(2024, 3, 1), Until: date(2024, 3, 2)}, "BK-4"},
	} {
		var got []string
		for _, subject := range found(t, s, admin, one.f) {
			_, id, _ := strings.Cut(subject, ":")
			got = append(got, id)
		}
		assert.Equal(t, one.want, strings.Join(got, " "), name)
		one.f.Oldest = true
		assert.Len(t, found(t, s, admin, one.f), len(got), "%s, the oldest first", name)
	}
}

// However a list is read, and while others write, every page follows the one
// before without a gap and without a repetition.
func TestPagesOfHistoryHoldEverythingOnce(t *testing.T) {
	s := newStore(t)
	viewers := map[string]inn.Viewer{"admin": person(t, s, "admin", inn.Admin), "staff": person(t, s, "staff", inn.Staff, "lake")}
	for n := range 60 {
		publish(t, s, website, sold(fmt.Sprint("BK-", n), []string{"lake", "hill"}[n%2]), alarm("lake", fmt.Sprint("a", n), "Boiler off"))
	}
	head := s.head(t)
	var writing sync.WaitGroup
	defer writing.Wait()
	writing.Go(func() {
		for n := range 200 {
			_, err := tryPublish(s, website, sold(fmt.Sprint("LATER-", n), "lake"))
			assert.NoError(t, err)
		}
	})
	for who, by := range viewers {
		for name, f := range map[string]EventFilter{
			"plain": {}, "feed": {Feed: true}, "kind": {Kind: inn.BookingUpdate}, "words": {Words: "asha"}, "property": {Property: "lake", Feed: true},
		} {
			f.Limit, f.Before = 500, head+1
			whole, err := s.History(ctx, by, f)
			require.NoError(t, err)
			for _, size := range []int{1, 7, 50} {
				var paged []int64
				f.Limit, f.Before = size, head+1
				for {
					page, err := s.History(ctx, by, f)
					require.NoError(t, err)
					for _, e := range page {
						paged = append(paged, e.ID)
					}
					if len(page) < size {
						break
					}
					f.Before = page[size-1].ID
				}
				assert.Equal(t, positionsOf(whole), paged, "%s, %s, pages of %d", who, name, size)
			}
		}
	}
}

func positionsOf(events []inn.Event) []int64 {
	list := make([]int64, len(events))
	for i, e := range events {
		list[i] = e.ID
	}
	return list
}

func TestIndexFollowsTheLog(t *testing.T) {
	s := newStore(t)
	admin := person(t, s, "admin", inn.Admin)
	for n := range 3 {
		publish(t, s, website, sold(fmt.Sprint("BK-", n), "lake"))
	}
	require.NoError(t, s.Index(ctx))
	searched, err := s.searched(ctx)
	require.NoError(t, err)
	assert.Equal(t, s.head(t), searched)

	appended := s.Appended()
	publish(t, s, website, sold("BK-3", "lake"))
	require.True(t, closed(appended))
	appended = s.Appended()
	assert.Len(t, found(t, s, admin, EventFilter{Words: "asha"}), 4, "what was not indexed yet is indexed by who asks")
	assert.False(t, closed(appended), "indexing is no event")

	first, err := s.History(ctx, admin, EventFilter{Words: "BK-1", Limit: 1})
	require.NoError(t, err)
	require.NoError(t, s.Trim(ctx, first[0].ID))
	assert.Equal(t, []string{"booking:BK-3", "booking:BK-2"}, found(t, s, admin, EventFilter{Words: "asha"}))
	rows := func() (n int) {
		require.NoError(t, s.db.Read.QueryRow(`SELECT count(*) FROM event_search WHERE event_search MATCH 'words : asha'`).Scan(&n))
		return n
	}
	var kept int
	require.NoError(t, s.Index(ctx))
	assert.Equal(t, 4, rows(), "bookings are found by the last that is known of them")
	old, err := s.Bookings(ctx, admin, BookingFilter{Search: "BK-1", Limit: 9})
	require.NoError(t, err)
	require.Len(t, old, 1, "and however old they are")
	loose, err := s.finder(ctx, EventFilter{Words: "BK-1"}, nil, 0)
	require.NoError(t, err)
	loose.loose = true // as it is where "bk" is in nearly every event
	positions, _, err := loose.positions(ctx, span{0, loose.head + 1}, 9)
	require.NoError(t, err)
	assert.Equal(t, []int64{old[0].Event}, positions)
	publish(t, s, website, titled("BK-1", "Tree house"))
	require.NoError(t, s.Index(ctx))
	assert.Equal(t, 4, rows(), "what left the log left the index when the booking moved on")
	publish(t, s, website, alarm("lake", "boiler", "Boiler off"))
	require.NoError(t, s.Index(ctx))
	require.NoError(t, s.Trim(ctx, s.head(t)))
	require.NoError(t, s.db.Read.QueryRow(`SELECT count(*) FROM event_search WHERE event_search MATCH 'words : boiler'`).Scan(&kept))
	assert.Zero(t, kept, "an alert is no booking")
}

func TestDaysBetweenHoldThePeriod(t *testing.T) {
	day := func(s string) time.Time { at, _ := time.Parse(time.DateOnly, s); return at }
	for _, one := range []struct{ from, until, want string }{
		{"2026-01-30", "2026-02-02", "d20260130 d20260131 d20260201"},
		{"2026-01-31", "2026-04-02", "d20260131 m202602 m202603 d20260401"},
		{"2025-12-31", "2027-01-02", "d20251231 y2026 d20270101"},
		{"2026-03-01", "2026-03-01", ""},
	} {
		got := daysBetween(day(one.from), day(one.until))
		assert.Equal(t, one.want, strings.Join(slices.DeleteFunc(got, func(s string) bool { return s == "none" }), " "))
	}
	assert.Nil(t, daysBetween(time.Time{}, time.Time{}))
	assert.Contains(t, daysBetween(time.Time{}, day("2026-02-01")), "y2015", "what was reported for long ago counts as the first year")
}

func TestCommittedKnowsTheNewest(t *testing.T) {
	var c Store
	began := time.Now()
	for n := range 600 {
		c.commits.note(int64(n*10), began.Add(time.Duration(n)))
	}
	assert.Equal(t, began.Add(599), c.Committed(5990))
	assert.Equal(t, began.Add(599), c.Committed(5985), "an event in the middle of a commit")
	assert.Equal(t, began.Add(100), c.Committed(1000))
	assert.True(t, c.Committed(10).IsZero(), "too long ago")
	assert.True(t, c.Committed(6000).IsZero(), "another process did that")
}
