package views

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

const epoch = "k7f2"

var (
	seesAll    = inn.Visibility{Money: true, Contacts: true, Notified: true, MayAcknowledge: true, Zone: "Asia/Kolkata", Today: "2026-11-21"}
	seesNoCash = inn.Visibility{Notified: true, Zone: "Asia/Kolkata", Today: "2026-11-21"}
)

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var html bytes.Buffer
	require.NoError(t, c.Render(t.Context(), &html))
	return html.String()
}

// version is the part of a static address that changes with every edit.
var version = regexp.MustCompile(`\?v=[0-9a-f]{10}`)

// golden compares with testdata/name.html, one element a line so that a
// difference can be read.
func golden(t *testing.T, name, html string) {
	t.Helper()
	html = version.ReplaceAllString(html, "")
	html = regexp.MustCompile(`>\s*<`).ReplaceAllString(html, ">\n<") + "\n"
	path := filepath.Join("testdata", name+".html")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(html), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run go test ./views -update")
	assert.Equal(t, string(want), html)
}

func booking() inn.Booking {
	return inn.Booking{
		ID: "BK-1001", Property: "lake-house", PropertyName: "Lake House", Category: inn.Stay, Title: "Lake House, 3 nights",
		Customer: "Meera Iyer", Price: inn.Money{Minor: 1440000, Currency: "INR"}, Priced: true, Status: inn.Confirmed,
		Country: "IN", CheckIn: "2026-12-12", CheckOut: "2026-12-15", Units: 1, Guests: 2, Source: "website",
		Email: "meera@example.com", Phone: "+91 98 7654 3210", Notes: "Arrives late.",
		BookedAt: noon, Last: inn.BookingConfirmed, ChangedAt: noon, By: "Website", Event: 4812,
		Changed: []inn.Change{{Field: "status", From: "new", To: "confirmed"}},
	}
}

// moved is the booking with other dates, guests and amount.
func moved() inn.Booking {
	b := booking()
	b.Last, b.Event = inn.BookingModified, 4813
	b.CheckIn, b.CheckOut, b.Price.Minor, b.Guests = "2026-12-13", "2026-12-16", 1560000, 3
	b.Changed = []inn.Change{
		{Field: "checkIn", From: "2026-12-12", To: "2026-12-13"},
		{Field: "checkOut", From: "2026-12-15", To: "2026-12-16"},
		{Field: "guests", From: "2", To: "3"},
		{Field: "amount", From: "14400", To: "15600"},
	}
	return b
}

func alert() inn.Alert {
	return inn.Alert{
		Key: "boiler", Property: "lake-house", PropertyName: "Lake House", Title: "Boiler off", Detail: "No hot water.",
		Priority: inn.Critical, Status: inn.Raised, RaisedAt: noon, Event: 4814,
	}
}

func property() inn.Property {
	return inn.Property{
		Slug: "lake-house", Name: "Lake House", Category: inn.Stay, Units: 4, Currency: "INR", Zone: "Asia/Kolkata",
		Country: "IN", Status: "maintenance", Title: "Roof", Detail: "until Friday",
	}
}

func eventOf(t *testing.T, id int64, typ inn.Type, subject string, data any) *inn.Event {
	t.Helper()
	snapshot, err := json.Marshal(data)
	require.NoError(t, err)
	return &inn.Event{
		ID: id, At: noon, Topic: inn.PropertyTopic("lake-house"), Type: typ, Priority: typ.Priority(), Subject: subject,
		Property: "lake-house", Actor: "key:website", By: "Website", Data: snapshot,
	}
}

func bookingEvent(t *testing.T, b inn.Booking) *inn.Event {
	return eventOf(t, b.Event, b.Last, b.Subject(), b)
}

func metrics() inn.Metrics {
	up, down, occupancy := 12.3, -4.0, 72.4
	return inn.Metrics{
		Scope: "portfolio", Window: "30d", WindowLen: 30, Timestamp: noon, Main: "INR",
		Currencies: map[string]inn.CurrencyFigures{
			"INR": {
				TotalRevenue: inn.Money{Minor: 148230000, Currency: "INR"}, TodayRevenue: inn.Money{Minor: -8640000, Currency: "INR"},
				RevenueChange: &up, ADR: &inn.Money{Minor: 482000, Currency: "INR"}, RevPAR: &inn.Money{Minor: 347000, Currency: "INR"},
				Coverage: inn.Coverage{Priced: 62, Nights: 80},
			},
			"EUR": {TotalRevenue: inn.Money{Minor: 2148000, Currency: "EUR"}},
		},
		ActiveBookings: 38, BookingsChange: &down, TotalCustomers: 1204, Occupancy: &occupancy,
		Tonight: inn.Rooms{Sold: 18, Available: 25}, NewToday: 3,
		Trend: inn.Trend{Revenue: []float64{1, 3, 2}, Bookings: []float64{3, 2, 1}},
	}
}

func notification() inn.Notification {
	return inn.Notification{
		Kind: inn.AlertUpdate, PropertyName: "Lake House", Type: inn.AlertRaised, Priority: inn.Critical, Property: "lake-house",
		Subject: "alert:lake-house:boiler", Title: "Boiler off", Body: "No hot water.", Event: 4814, Updated: noon,
	}
}

func pageFor(role inn.Role) Page {
	return Page{
		Title: "Dashboard", Path: "/", Section: "/", Position: "k7f2-4812", Epoch: epoch, Scope: "portfolio",
		Viewer: inn.Viewer{UserID: 3, Name: "Asha Rao", Role: role, Properties: []string{"lake-house"}, Zone: "Asia/Kolkata"},
		Badge:  inn.Badge{Unread: 7, Critical: 1}, Now: noon, Zone: inn.Location("Asia/Kolkata"),
		Today: func(string) inn.Date { return "2026-11-21" },
	}
}

func dashboard(t *testing.T) Dashboard {
	t.Helper()
	return Dashboard{
		Metrics: metrics(), Bookings: []inn.Booking{moved()}, Feed: []inn.Event{*bookingEvent(t, moved())},
		Alerts: []inn.Alert{alert()}, Properties: 1,
	}
}
