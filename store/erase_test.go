package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// marker is the guest who is to be forgotten: their name, and part of everything
// else that is known of them.
const marker = "Zq-Marker-17"

func marked(id, property string, category inn.Category) inn.Publication {
	p := sold(id, property)
	p.Booking.Category = inn.Given(category)
	p.Booking.Customer = inn.Given(marker)
	p.Booking.Email = inn.Given("zq-marker-17@example.test")
	p.Booking.Phone = inn.Given("+91 98450 17017")
	p.Booking.Notes = inn.Given("The mother of Zq-Marker-17 comes along.")
	return p
}

// seedMarked puts the guest wherever a guest can stand, and returns the ids of
// their bookings.
func seedMarked(t *testing.T, s *Store, staff inn.Viewer) []string {
	t.Helper()
	ids := []string{"M-1", "M-2", "M-3", "M-4"}
	for i, category := range inn.Categories {
		publish(t, s, website, marked(ids[i], "lake", category))
	}
	renamed := step("M-1", inn.BookingModified)
	renamed.Booking.Customer, renamed.Booking.Notes = inn.Given("Zq-Marker-17 Rao"), inn.Given("Called: zq-marker-17 comes late.")
	moved := step("M-2", inn.BookingModified)
	moved.Booking.Property = inn.Given("hill")
	titleNames := titled("M-3", "Rao party")
	publish(t, s, website, renamed, step("M-1", inn.BookingConfirmed), moved, step("M-2", inn.BookingCancelled), titleNames)
	require.NoError(t, s.Acknowledge(ctx, staff, "booking:M-1"))
	require.NoError(t, s.Unacknowledge(ctx, staff, "booking:M-1"))
	require.NoError(t, s.MarkRead(ctx, staff, []string{"booking:M-3"}, true))
	publish(t, s, website, alarm("lake", "lost", "Zq-Marker-17 lost a key"))
	_, _, err := s.Publish(ctx, website, Idempotency{Key: "once", Body: [32]byte{1}}, inn.Batch{Publications: []inn.Publication{marked("M-4", "lake", inn.Tour), step("M-4", inn.BookingConfirmed)}, Array: true})
	require.NoError(t, err)
	publish(t, s, website, inn.Publication{Type: inn.UserAction, Report: &inn.Report{Payload: []byte(`{"who":"Zq-Marker-17","room":4}`)}},
		inn.Publication{Type: inn.PropertyStatus, Property: &inn.PropertyChange{Slug: "lake", Status: "open", Title: "Waiting for ZQ-MARKER-17"}})
	// Other guests, one of them with a name that begins the same.
	other := sold("OTHER-1", "lake")
	namesake := sold("OTHER-2", "lake")
	namesake.Booking.Customer = inn.Given("Zq-Marker-1799")
	publish(t, s, website, other, namesake)
	require.NoError(t, s.Index(ctx))
	return ids
}

// grep counts a text in the files of the database, whatever its case.
func grep(t *testing.T, s *Store, word string) int {
	t.Helper()
	n := 0
	for _, suffix := range []string{"", "-wal", "-shm"} {
		data, err := os.ReadFile(s.db.Path + suffix)
		require.NoError(t, err)
		n += bytes.Count(bytes.ToLower(data), []byte(strings.ToLower(word)))
	}
	return n
}

func TestAnErasedGuestIsNowhere(t *testing.T) {
	s := openStore(t, t.TempDir(), "lake", "hill")
	staff, admin := person(t, s, "staff", inn.Staff, "lake"), person(t, s, "admin", inn.Admin)
	ids := seedMarked(t, s, staff)
	require.Positive(t, grep(t, s, "marker-17@"), "the seed is in the file")
	before := since(t, s, 0)

	require.NoError(t, s.EraseGuest(ctx, admin, ids))

	require.NoError(t, s.write(ctx, func(x *tx) error { return x.exec(`DELETE FROM bookings WHERE id = 'OTHER-2'`) })) // its name begins the same
	rows := strings.ToLower(contents(t, s))
	for _, line := range strings.Split(rows, "\n") {
		if strings.Contains(strings.ReplaceAll(line, "zq-marker-1799", ""), "marker-17") {
			t.Errorf("the guest is still in a row: %.300s", line)
		}
	}

	after := since(t, s, 0)
	require.GreaterOrEqual(t, len(after), len(before))
	for i, was := range before {
		now := after[i]
		assert.Equal(t, was.ID, now.ID, "places in the log stay")
		was.Data, now.Data = nil, nil
		assert.Equal(t, was, now, "and so does everything but what was said")
		assert.True(t, json.Valid(after[i].Data))
	}
	told := after[len(before):]
	require.Len(t, told, len(ids)+3, "one event for each booking, one for the end, two for who did it")
	assert.Equal(t, inn.UserAction, told[0].Type, "who began it")
	for i, id := range ids {
		assert.Equal(t, inn.BookingErased, told[i+1].Type)
		assert.Equal(t, "booking:"+id, told[i+1].Subject)
	}
	assert.Equal(t, inn.GuestErased, told[len(ids)+1].Type)

	b, err := s.Booking(ctx, admin, "M-1")
	require.NoError(t, err)
	assert.Equal(t, inn.ErasedGuest, b.Customer)
	assert.Empty(t, b.Email+b.Phone+b.Notes)
	assert.Equal(t, "Three nights", b.Title, "what was sold stays")
	assert.True(t, b.Priced)
	b, err = s.Booking(ctx, admin, "M-3")
	require.NoError(t, err)
	assert.Equal(t, "Transfer", b.Title, "a title that names the guest does not")
	other, err := s.Booking(ctx, admin, "OTHER-1")
	require.NoError(t, err)
	assert.Equal(t, "Asha Rao", other.Customer)
	assert.NotEmpty(t, other.Email)

	found, err := s.History(ctx, admin, EventFilter{Words: "marker", Limit: 100})
	require.NoError(t, err)
	for _, e := range found {
		assert.Equal(t, "booking:OTHER-2", e.Subject, "the search finds only the namesake")
	}
	chain := follow(t, s)
	assert.True(t, chain.Stands(), chain.Why)
	for _, action := range []inn.AuditAction{inn.GuestForgetting, inn.GuestForgotten} {
		acts, err := s.Audit(ctx, AuditFilter{Action: action, Limit: 9})
		require.NoError(t, err)
		require.Len(t, acts, 1, "the audit has its beginning and its end")
		assert.Contains(t, acts[0].Detail, "M-1, M-2")
		assert.Equal(t, "admin", acts[0].By)
	}
}

// Not in freed space, nor in a search index, nor in the write-ahead log.
func TestAnErasedGuestIsNotBetweenTheRows(t *testing.T) {
	s := openStore(t, t.TempDir(), "lake", "hill")
	staff, admin := person(t, s, "staff", inn.Staff, "lake"), person(t, s, "admin", inn.Admin)
	ids := seedMarked(t, s, staff)
	for i := range 400 { // enough that pages are split and index segments merged
		p := marked(fmt.Sprintf("MANY-%d", i%40), "lake", inn.Stay)
		p.Booking.Notes = inn.Given(fmt.Sprintf("Zq-Marker-17 wrote %d times", i))
		publish(t, s, website, p)
		if i%50 == 0 {
			require.NoError(t, s.Index(ctx))
		}
	}
	require.NoError(t, s.Index(ctx))
	for i := range 40 {
		ids = append(ids, fmt.Sprintf("MANY-%d", i))
	}
	ids = append(ids, "OTHER-2") // the name of this one holds the marker
	require.NoError(t, s.EraseGuest(ctx, admin, ids))
	for _, word := range []string{marker, "marker", "98450", "17017"} {
		assert.Zero(t, grep(t, s, word), "%s is in the files", word)
	}
	assert.Positive(t, grep(t, s, "Asha Rao"), "another guest is")
	file := filepath.Join(t.TempDir(), "backup.db")
	_, err := Backup(ctx, filepath.Dir(s.db.Path), file)
	require.NoError(t, err)
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.NotContains(t, strings.ToLower(string(data)), "marker", "a backup made after")
}

func TestWhatIsSaidOfAnErasedGuestIsNotStored(t *testing.T) {
	s := newStore(t)
	admin := person(t, s, "admin", inn.Admin)
	publish(t, s, website, marked("M-1", "lake", inn.Stay))
	require.NoError(t, s.EraseGuest(ctx, admin, []string{"M-1"}))

	assert.Nil(t, publish(t, s, website, marked("M-1", "lake", inn.Stay))[0], "the whole booking again changes nothing")
	again := marked("M-1", "lake", inn.Stay)
	again.Type, again.Booking.CheckOut = inn.BookingConfirmed, inn.Given(inn.Date("2026-12-19"))
	e := publish(t, s, website, again)[0]
	require.NotNil(t, e, "the booking itself goes on")
	assert.NotContains(t, string(e.Data), "Marker")
	assert.NotContains(t, string(e.Data), "example.test")
	b, err := s.Booking(ctx, admin, "M-1")
	require.NoError(t, err)
	assert.Equal(t, inn.Confirmed, b.Status)
	assert.Equal(t, inn.Date("2026-12-19"), b.CheckOut)
	assert.True(t, b.Erased())

	head := s.head(t)
	require.NoError(t, s.EraseGuest(ctx, admin, []string{"M-1"}))
	for _, e := range since(t, s, head) {
		assert.NotEqual(t, inn.BookingErased, e.Type, "who is erased already is not erased again")
	}
}

func TestARepeatedPublishIsAnsweredWithoutTheGuest(t *testing.T) {
	s := newStore(t)
	admin := person(t, s, "admin", inn.Admin)
	send := func() (string, bool) {
		events, replayed, err := s.Publish(ctx, website, Idempotency{Key: "k", Body: [32]byte{7}}, inn.Batch{Publications: []inn.Publication{marked("M-1", "lake", inn.Stay)}})
		require.NoError(t, err)
		return string(events[0].Data), replayed
	}
	body, _ := send()
	require.Contains(t, body, marker)
	require.NoError(t, s.EraseGuest(ctx, admin, []string{"M-1"}))
	body, replayed := send()
	assert.True(t, replayed)
	assert.NotContains(t, body, marker)
	assert.Contains(t, body, inn.ErasedGuest)
}

func TestOnlyWhoMayErases(t *testing.T) {
	s := newStore(t)
	publish(t, s, website, marked("M-1", "lake", inn.Stay))
	for _, role := range []inn.Role{inn.Manager, inn.Staff, inn.Owner} {
		who := person(t, s, string(role), role, "lake")
		leavesNothing(t, s, inn.Forbidden, string(role), func() error { return s.EraseGuest(ctx, who, []string{"M-1"}) })
	}
	admin := person(t, s, "admin", inn.Admin)
	before := contents(t, s)
	assert.Equal(t, inn.NotFound, inn.CodeOf(s.EraseGuest(ctx, admin, []string{"M-1", "M-none"})), "all or none")
	assert.Equal(t, inn.Invalid, inn.CodeOf(s.EraseGuest(ctx, admin, nil)))
	assert.Equal(t, before, contents(t, s))
}

// An erasure with more events than one step takes.
func TestALongHistoryIsErasedInSteps(t *testing.T) {
	s := newStore(t)
	admin := person(t, s, "admin", inn.Admin)
	var all []inn.Publication
	for i := range eraseStep + 50 {
		p := marked("M-1", "lake", inn.Stay)
		p.Booking.Notes = inn.Given(fmt.Sprintf("%s, note %d", marker, i))
		all = append(all, p)
	}
	publish(t, s, website, all...)
	require.NoError(t, s.EraseGuest(ctx, admin, []string{"M-1"}))
	assert.NotContains(t, strings.ToLower(contents(t, s)), "marker")
}

// Two guests in one sentence, erased at the same time by two people: neither
// erasure brings back whom the other has taken out.
func TestTwoErasuresAtOnceBringNobodyBack(t *testing.T) {
	s := newStore(t)
	admin := person(t, s, "admin", inn.Admin)
	other := sold("OTHER-1", "lake")
	other.Booking.Customer = inn.Given("Qx-Second-18")
	publish(t, s, website, marked("M-1", "lake", inn.Stay), other, alarm("lake", "lost", "Zq-Marker-17 and Qx-Second-18 lost a key"))

	// The writer is held until both have begun.
	held, release := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		assert.NoError(t, s.write(ctx, func(*tx) error { close(held); <-release; return nil }))
	})
	<-held
	for _, id := range []string{"M-1", "OTHER-1"} {
		all.Go(func() { assert.NoError(t, s.EraseGuest(ctx, admin, []string{id})) })
	}
	require.Eventually(t, func() bool { return len(s.jobs) == 2 }, 30*time.Second, time.Millisecond)
	close(release)
	all.Wait()
	events, err := s.History(ctx, admin, EventFilter{Subject: "alert:lake:lost", Limit: 10})
	require.NoError(t, err)
	require.Len(t, events, 1)
	assert.NotContains(t, string(events[0].Data), marker)
	assert.NotContains(t, string(events[0].Data), "Qx-Second-18")
}

// What has been erased is read anew also where not all could be; the audit keeps
// what is whole.
func TestHalfAnErasureIsTold(t *testing.T) {
	s := newStore(t)
	admin := person(t, s, "admin", inn.Admin)
	publish(t, s, website, marked("M-1", "lake", inn.Stay), marked("M-2", "lake", inn.Stay))
	require.NoError(t, s.write(ctx, func(t *tx) error {
		return t.exec(`CREATE TEMP TRIGGER stuck BEFORE UPDATE ON bookings WHEN old.id = 'M-2' BEGIN SELECT raise(ABORT, 'stuck'); END`)
	}))
	head := s.head(t)
	require.ErrorContains(t, s.EraseGuest(ctx, admin, []string{"M-1", "M-2"}), "stuck")
	var types []inn.Type
	for _, e := range since(t, s, head) {
		types = append(types, e.Type)
	}
	assert.Equal(t, []inn.Type{inn.UserAction, inn.BookingErased, inn.GuestErased}, types)
	b, err := s.Booking(ctx, admin, "M-1")
	require.NoError(t, err)
	assert.True(t, b.Erased())
}
