package inn

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asha is a booking in which every field says something.
func asha() Booking {
	at := time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)
	return Booking{
		ID: "BK-1001", Property: "lake-house", PropertyName: "Lake House", Category: Stay, Title: "Lake House, 3 nights",
		Customer: "Asha Rao", Price: Money{1440050, "INR"}, Priced: true, Status: Confirmed, Country: "IN",
		CheckIn: "2026-12-12", CheckOut: "2026-12-15", Units: 2, Guests: 3, Source: "website", ExternalID: "W-7", Version: 4,
		Email: "asha@example.test", Phone: "+91 98 0000 0000", Notes: "late\narrival",
		BookedAt: at, ChangedAt: at.Add(time.Hour),
		Changed: []Change{{"status", "new", "confirmed"}, {"amount", "12000", "14400.50"}, {"currency", "EUR", "INR"},
			{"customerEmail", "", "asha@example.test"}, {"customerPhone", "", "+91 98 0000 0000"}, {"notes", "", "late"}, {"units", "1", "2"}},
	}
}

func event(t *testing.T, et Type, data any) *Event {
	raw, err := json.Marshal(data)
	require.NoError(t, err)
	return &Event{ID: 7, Type: et, Topic: PropertyTopic("lake-house"), Property: "lake-house", Subject: "booking:BK-1001", Data: raw}
}

var money, contacts = []string{"amount", "currency"}, []string{"customerEmail", "customerPhone", "notes"}

// What one may not see is absent: no key in the JSON, and no trace of it among
// what changed.
func TestRedactLeavesOutMoneyAndContacts(t *testing.T) {
	original := event(t, BookingModified, asha())
	before := string(original.Data)
	for _, s := range []Visibility{{}, {Money: true}, {Contacts: true}, {Money: true, Contacts: true}} {
		e := Redact(original, s)
		var keys map[string]json.RawMessage
		require.NoError(t, e.Into(&keys))
		var changed []Change
		require.NoError(t, json.Unmarshal(keys["changed"], &changed))
		named := map[string]bool{}
		for _, c := range changed {
			named[c.Field] = true
		}
		for _, field := range money {
			assert.Equal(t, s.Money, keys[field] != nil, "%s for %+v", field, s)
			assert.Equal(t, s.Money, named[field], "change of %s for %+v", field, s)
		}
		for _, field := range contacts {
			assert.Equal(t, s.Contacts, keys[field] != nil, "%s for %+v", field, s)
			assert.Equal(t, s.Contacts, named[field], "change of %s for %+v", field, s)
		}
		for _, field := range []string{"id", "type", "title", "customerName", "status", "timestamp", "checkIn", "units", "source", "country"} {
			assert.NotNil(t, keys[field], "%s stays for %+v", field, s)
		}
		assert.True(t, named["status"] && named["units"], "the rest of what changed stays for %+v", s)
		if !s.Money {
			assert.NotContains(t, string(e.Data), "14400")
			assert.NotContains(t, string(e.Data), "INR")
		}
		if !s.Contacts {
			assert.NotContains(t, string(e.Data), "asha@")
			assert.NotContains(t, string(e.Data), "+91")
		}
		assert.Equal(t, before, string(original.Data), "the shared event is not touched")
	}
}

func TestRedactABookingOfWhichOnlyHiddenThingsChanged(t *testing.T) {
	b := asha()
	b.Changed = []Change{{"amount", "1", "2"}}
	e := Redact(event(t, BookingModified, b), Visibility{Contacts: true})
	assert.NotContains(t, string(e.Data), "changed", "an empty list would still say that something hidden changed")
	changed := b.Changed
	b.Redact(Visibility{})
	assert.Equal(t, []Change{{"amount", "1", "2"}}, changed, "the caller's list is not touched")
}

func TestRedactTellsAnAmountOfZeroFromAHiddenOne(t *testing.T) {
	b := asha()
	b.Price = Money{0, "INR"}
	assert.Contains(t, string(Redact(event(t, BookingNew, b), Visibility{Money: true}).Data), `"amount":0`)
	assert.NotContains(t, string(Redact(event(t, BookingNew, b), Visibility{Contacts: true}).Data), `amount`)
}

func TestRedactLeavesOtherKindsAlone(t *testing.T) {
	for _, et := range Types {
		if k := et.Kind(); k == BookingUpdate && et != BookingMoved || k == MetricUpdate || k == UserActivity {
			continue
		}
		e := event(t, et, map[string]string{"id": "BK-1"})
		assert.Same(t, e, Redact(e, Visibility{}), et)
	}
}

func TestRedactMetricsKeepsWhatSaysNothingAboutMoney(t *testing.T) {
	occupancy := 50.0
	m := Metrics{Scope: "property:lake-house", Window: "30d", Currencies: map[string]CurrencyFigures{"INR": {TotalRevenue: Money{100, "INR"}}},
		ActiveBookings: 3, TotalCustomers: 2, Occupancy: &occupancy, Main: "INR"}
	e := event(t, MetricsUpdate, m)
	assert.Same(t, e, Redact(e, Visibility{Money: true}))
	var keys map[string]json.RawMessage
	require.NoError(t, Redact(e, Visibility{Contacts: true}).Into(&keys))
	assert.NotContains(t, keys, "currencies")
	assert.Equal(t, "3", string(keys["activeBookings"]))
	assert.Equal(t, "50", string(keys["occupancy"]))

	// A reported figure may be anything: only what is known to be harmless stays.
	reported := event(t, MetricsUpdate, map[string]any{"totalRevenue": 5000, "adr": 3, "occupancy": 7, "reported": "key:pms"})
	assert.JSONEq(t, `{"occupancy":7,"reported":"key:pms"}`, string(Redact(reported, Visibility{}).Data))

	plain := m.Redact(Visibility{})
	assert.Nil(t, plain.Currencies)
	assert.Empty(t, plain.Main)
	assert.Equal(t, m, m.Redact(Visibility{Money: true}))
	text, err := json.Marshal(plain)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "urrenc")
}

// Shown whole, a snapshot that Redact cannot read could hold anything.
func TestRedactHidesASnapshotThatCannotBeRead(t *testing.T) {
	for _, et := range []Type{BookingNew, MetricsUpdate} {
		for _, data := range []string{`{"id":`, `"secret"`, `[1,"asha@example.test"]`, `{"id":"x","amount":"NaN","currency":"INR"}`, ``} {
			e := &Event{ID: 1, Type: et, Data: json.RawMessage(data)}
			got := Redact(e, Visibility{})
			require.True(t, json.Valid(got.Data), "%s %q", et, data)
			assert.NotContains(t, string(got.Data), "secret")
			assert.NotContains(t, string(got.Data), "asha")
			assert.NotContains(t, string(got.Data), "amount")
		}
	}
}
