package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

func TestTheExportHoldsTheGuestAndNobodyElse(t *testing.T) {
	s := newStore(t)
	staff, admin := person(t, s, "staff", inn.Staff, "lake"), person(t, s, "admin", inn.Admin)
	ids := seedMarked(t, s, staff)
	records, err := s.GuestRecords(ctx, admin, ids)
	require.NoError(t, err)
	kinds := map[string]int{}
	all, err := json.Marshal(records)
	require.NoError(t, err)
	for _, one := range records {
		kinds[one.Kind]++
	}
	assert.Equal(t, len(ids), kinds["booking"])
	assert.Positive(t, kinds["notification"])
	assert.Equal(t, 1, kinds["alert"])
	assert.Equal(t, 1, kinds["property"])
	assert.Positive(t, kinds["event"])
	for _, said := range []string{marker, "zq-marker-17@example.test", "+91 98450 17017", "The mother of", "Zq-Marker-17 Rao", "14400.50", "lost a key", `room`} {
		assert.Contains(t, string(all), said)
	}
	for _, said := range []string{"Asha", "asha@", "OTHER", "1799"} {
		assert.NotContains(t, string(all), said)
	}
	require.NoError(t, s.EraseGuest(ctx, admin, ids))
	records, err = s.GuestRecords(ctx, admin, ids)
	require.NoError(t, err)
	all, err = json.Marshal(records)
	require.NoError(t, err)
	assert.NotContains(t, strings.ToLower(string(all)), "marker")
}

func TestWhoIsFoundAndWhoIsTheSame(t *testing.T) {
	s := newStore(t)
	admin := person(t, s, "admin", inn.Admin)
	same := marked("M-2", "hill", inn.Car)
	same.Booking.Customer = inn.Given("ZQ-marker-17")
	same.Booking.Phone = inn.Given("+919845017017")
	namesake := marked("M-3", "hill", inn.Stay)
	namesake.Booking.Email, namesake.Booking.Phone = inn.Given("somebody@else.test"), inn.Given("")
	agent := marked("M-4", "hill", inn.Stay)
	agent.Booking.Customer = inn.Given("Another Guest")
	publish(t, s, website, marked("M-1", "lake", inn.Stay), same, namesake, agent, sold("OTHER-1", "lake"))

	for words, want := range map[string][]string{
		"zq-marker":                 {"M-1", "M-2", "M-3"},
		"ZQ-MARKER-17@EXAMPLE.TEST": {"M-1", "M-2", "M-4"},
		"098450 17017":              {"M-1", "M-2", "M-4"},
		"m-4":                       {"M-4"},
		"Rao asha":                  {"OTHER-1"},
		"nobody":                    nil,
		" ":                         nil,
	} {
		found, err := s.FindGuests(ctx, admin, words, 100)
		require.NoError(t, err)
		var ids []string
		for _, b := range found {
			ids = append(ids, b.ID)
		}
		assert.ElementsMatch(t, want, ids, words)
	}
	b, others, err := s.SameGuest(ctx, admin, "M-1")
	require.NoError(t, err)
	assert.Equal(t, "M-1", b.ID)
	got := map[string]string{}
	for _, o := range others {
		got[o.Booking.ID] = fmt.Sprint(o.By, " ", o.Sure)
	}
	assert.Equal(t, map[string]string{"M-2": "name true", "M-3": "name false", "M-4": "e-mail false"}, got)
	_, _, err = s.SameGuest(ctx, admin, "none")
	assert.Equal(t, inn.NotFound, inn.CodeOf(err))
}

// Nothing holds rows while it asks again: one connection is enough for all that
// looks for a guest and forgets them.
func TestOneReaderIsEnoughToFindAndForgetAGuest(t *testing.T) {
	s := newStore(t)
	admin, staff := person(t, s, "admin", inn.Admin), person(t, s, "staff", inn.Staff, "lake")
	ids := seedMarked(t, s, staff)
	for i := range 60 {
		publish(t, s, website, sold(fmt.Sprint("A-", i), "lake"))
	}
	s.db.Read.SetMaxOpenConns(1)
	found, err := s.FindGuests(ctx, admin, "asha", 51)
	require.NoError(t, err)
	assert.Len(t, found, 51)
	_, others, err := s.SameGuest(ctx, admin, "A-0")
	require.NoError(t, err)
	assert.Len(t, others, 61, "one of them by the address alone")
	summary, err := s.GuestSummary(ctx, admin, ids)
	require.NoError(t, err)
	records, err := s.GuestRecords(ctx, admin, ids)
	require.NoError(t, err)
	assert.Equal(t, summary.Bookings+summary.Events+summary.Notifications+summary.Alerts+summary.Properties, len(records)-inTheLogAlone(records), "but for what the log alone says of alerts and properties")
	require.NoError(t, s.EraseGuest(ctx, admin, ids))
	require.NoError(t, s.Refold(ctx))
}

// inTheLogAlone counts the events about alerts, properties and people.
func inTheLogAlone(records []inn.GuestRecord) (n int) {
	for _, one := range records {
		if one.Kind == "event" && (strings.HasPrefix(one.About, "alert:") || strings.HasPrefix(one.About, "property:") || strings.HasPrefix(one.About, "user:")) {
			n++
		}
	}
	return n
}
