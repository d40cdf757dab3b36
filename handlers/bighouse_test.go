package handlers

import (
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/inn"
)

// How large a house the benchmarks of pages are run on. The goals of the README
// are for -events 1000000 with -bookings 10000 and -bookings 100000; -house
// keeps the database, which takes a minute to make, for the next run.
var (
	bigEvents   = flag.Int("events", 50_000, "events in the log of the benchmarks of pages")
	bigBookings = flag.Int("bookings", 5_000, "bookings in the database of the benchmarks of pages")
	bigHouse    = flag.String("house", "", "a directory that keeps that database between runs")
)

// bigProperties is among how many properties the big house divides what happens.
// One in fifty events is at lake-house, the owner's, the manager's and the staff
// member's.
const bigProperties = 50

// openBigHouse returns the directory of a database with a year of a busy house in
// it: the six people of every test, bookings with their events and cards, alerts,
// sign-ins, figures and read marks. The admin has read every other card one by
// one and the others nothing for a while, which is what costs a badge the most.
func openBigHouse(b testing.TB, events, bookings int) (dir string) {
	b.Helper()
	dir = b.TempDir()
	if *bigHouse != "" {
		dir = filepath.Join(*bigHouse, fmt.Sprintf("%d-%d", events, bookings))
		if _, err := os.Stat(filepath.Join(dir, "whole")); err == nil {
			return dir
		}
		require.NoError(b, os.RemoveAll(dir))
		require.NoError(b, os.MkdirAll(dir, 0o700))
	}
	require.NoError(b, os.WriteFile(filepath.Join(dir, "baithaka.db"), template, 0o600))
	database, err := db.Open(b.Context(), dir)
	require.NoError(b, err)
	defer database.Close()
	tx, err := database.Write.BeginTx(context.Background(), nil)
	require.NoError(b, err)
	f := &filler{b: b, tx: tx, random: rand.New(rand.NewPCG(1, 2)), stmts: map[string]*sql.Stmt{}}
	f.fill(events, bookings)
	require.NoError(b, tx.Commit())
	require.NoError(b, os.WriteFile(filepath.Join(dir, "whole"), nil, 0o600))
	return dir
}

// filler writes rows as the store would, without its transactions: a million
// publishes would take too long.
type filler struct {
	b      testing.TB
	tx     *sql.Tx
	random *rand.Rand
	stmts  map[string]*sql.Stmt
	now    time.Time
	last   int64
}

func (f *filler) exec(query string, args ...any) int64 {
	stmt := f.stmts[query]
	if stmt == nil {
		var err error
		stmt, err = f.tx.Prepare(query)
		require.NoError(f.b, err)
		f.stmts[query] = stmt
	}
	result, err := stmt.Exec(args...)
	if err != nil {
		require.NoError(f.b, err)
	}
	id, _ := result.LastInsertId() // this driver gives it always
	return id
}

func (f *filler) event(topic inn.Topic, as inn.Type, priority inn.Priority, subject, property, actor string, data any) {
	snapshot, err := json.Marshal(data)
	require.NoError(f.b, err)
	f.last = f.exec(`INSERT INTO events (at, topic, recipients, type, priority, subject, property, actor, by_name, data) VALUES ($1, $2, '', $3, $4, $5, $6, $7, $7, $8)`,
		f.now.UnixMilli(), topic, as, priority, subject, property, actor, string(snapshot))
}

func (f *filler) fill(events, bookings int) {
	slugs := []string{"lake-house", "hill-cottage"}
	for n := len(slugs); n < bigProperties; n++ {
		slugs = append(slugs, fmt.Sprintf("house-%02d", n))
		f.exec(`INSERT INTO properties (slug, name, category, units, currency, timezone, country) VALUES ($1, $2, 'property', 12, 'INR', 'Asia/Kolkata', 'IN')`,
			slugs[n], fmt.Sprintf("House %02d", n))
	}
	const span = 390 * 24 * time.Hour
	began := time.Now().UTC().Truncate(time.Millisecond).Add(-span)
	all := make([]inn.Booking, bookings)
	touched := 0
	for n := range events {
		f.now = began.Add(span / time.Duration(events) * time.Duration(n))
		slug := slugs[f.random.IntN(len(slugs))]
		switch roll := f.random.IntN(100); {
		case roll < 10:
			f.event(inn.House, inn.MetricsUpdate, inn.Low, "metrics:portfolio", "", "house", map[string]any{"scope": "portfolio", "activeBookings": n})
		case roll < 15:
			a := inn.Alert{Key: fmt.Sprint("key-", f.random.IntN(40)), Property: slug, PropertyName: slug, Title: "Boiler off", Detail: "No hot water", Priority: inn.High, Status: inn.Raised, RaisedAt: f.now}
			if roll == 14 {
				a.Priority = inn.Critical
			}
			as := inn.AlertRaised
			if f.random.IntN(50) > 0 {
				as, a.Status, a.ResolvedAt = inn.AlertResolved, inn.Resolved, &f.now
			}
			f.alert(a, as)
		case roll < 18:
			user := inn.UserTopic(int64(1 + f.random.IntN(len(roles))))
			f.event(user, []inn.Type{inn.UserLogin, inn.UserLogout, inn.UserAction}[f.random.IntN(3)], inn.Low, string(user), "", string(user), map[string]string{})
		case roll < 22:
			user := inn.UserTopic(int64(1 + f.random.IntN(len(roles))))
			f.event(user, inn.NotificationRead, inn.Low, string(user), "", string(user), map[string]bool{"all": true})
		default:
			// The bookings come one after the other; what happens, happens to recent ones.
			newest := int(int64(n) * int64(bookings) / int64(events))
			at := max(0, newest-f.random.IntN(1+bookings/20))
			if touched <= newest {
				at, touched = touched, touched+1
			}
			f.booking(&all[at], at, slug)
		}
	}
	for n := range all {
		f.keep(&all[n])
	}
	f.marks()
}

var firstNames = strings.Fields("Asha Nikhil Maria Tom Élodie Ravi Jun Ana Priya Arjun Kavya Rohan Ines Luca Mei Omar Sofia Noah Leila Hugo Anil Zara Ivan Nora Emil Dara Kiran Tara Vikram Lena Paulo Greta Samir Yuki Petra Aldo Rosa Finn Amara Idris")

var lastNames = strings.Fields("Rao Shah Bruni Brown Martin Sato Costa Iyer Menon Kapoor Rossi Weber Dubois Novak Haddad Silva Okafor Lind Moreau Petrov Gupta Nair Das Bose Reddy Singh Khan Ferrari Conti Greco Bianchi Ricci Marino Klein Wolf Bauer Lang Vogel Roth Keller")

// booking takes a booking a step further, or makes it. One in 5,000 is of a guest
// with a name that nobody else has.
func (f *filler) booking(b *inn.Booking, n int, slug string) {
	as := []inn.Type{inn.BookingConfirmed, inn.BookingModified, inn.BookingModified, inn.BookingCheckedIn, inn.BookingCancelled}[f.random.IntN(5)]
	if b.ID == "" {
		as = inn.BookingNew
		arrives := inn.DateOf(f.now.AddDate(0, 0, f.random.IntN(90)), time.UTC)
		house := "House " + strings.TrimPrefix(slug, "house-")
		*b = inn.Booking{
			ID: fmt.Sprint("BK-", 1000+n), Property: slug, PropertyName: house, Category: inn.Stay, Title: house + ", 3 nights", Status: inn.New,
			Customer: firstNames[f.random.IntN(len(firstNames))] + " " + lastNames[f.random.IntN(len(lastNames))],
			Price:    inn.Money{Minor: int64(500_000 + f.random.IntN(2_000_000)), Currency: "INR"}, Priced: true, Country: "IN",
			CheckIn: arrives, CheckOut: arrives.Add(3), Units: 1, Guests: 2, Source: "website", BookedAt: f.now,
			Email: "guest@example.test", Phone: "+91 98765 43210", Notes: "arrives late",
		}
		if n%5000 == 17 {
			b.Customer = fmt.Sprint("Zyxwabelle Quillon", n)
		}
	}
	b.Status = map[inn.Type]inn.Status{
		inn.BookingNew: inn.New, inn.BookingConfirmed: inn.Confirmed, inn.BookingModified: inn.Confirmed, inn.BookingCheckedIn: inn.CheckedIn, inn.BookingCancelled: inn.Cancelled,
	}[as]
	b.Last, b.ChangedAt, b.By = as, f.now, "website"
	b.Changed = []inn.Change{{Field: "status", From: "new", To: string(b.Status)}}
	f.event(inn.PropertyTopic(b.Property), as, as.Priority(), b.Subject(), b.Property, "key:website", b)
	b.Event = f.last
}

// keep writes a booking as it stands in the end, and the card of a recent one.
func (f *filler) keep(b *inn.Booking) {
	if b.ID == "" {
		return
	}
	f.exec(`INSERT INTO bookings (
			id, property, category, title, customer, amount, currency, status, country, check_in, check_out, units, guests, source, external_id, version,
			email, phone, notes, booked_at, confirmed_at, ended_at, last_type, changed_at, changed, by_name, event)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, '', 0, $15, $16, $17, $18, 0, 0, $19, $20, '[]', $21, $22)`,
		b.ID, b.Property, b.Category, b.Title, b.Customer, b.Price.Minor, b.Price.Currency, b.Status, b.Country, b.CheckIn, b.CheckOut, b.Units, b.Guests, b.Source,
		b.Email, b.Phone, b.Notes, b.BookedAt.UnixMilli(), b.Last, b.ChangedAt.UnixMilli(), b.By, b.Event)
	f.card(b.Card(&inn.Event{ID: b.Event, At: b.ChangedAt, Type: b.Last, Priority: b.Last.Priority(), Subject: b.Subject(), Property: b.Property}), inn.PropertyTopic(b.Property))
}

func (f *filler) alert(a inn.Alert, as inn.Type) {
	f.event(a.Topic(), as, a.Priority, a.Subject(), a.Property, "key:website", a)
	resolved := int64(0)
	if a.ResolvedAt != nil {
		resolved = f.now.UnixMilli()
	}
	f.exec(`INSERT OR REPLACE INTO alerts (property, key, title, detail, priority, status, raised_at, handled_by, handled_at, resolved_at, event)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '', 0, $8, $9)`,
		a.Property, a.Key, a.Title, a.Detail, a.Priority, a.Status, a.RaisedAt.UnixMilli(), resolved, f.last)
	f.card(a.Card(&inn.Event{ID: f.last, At: f.now, Type: as, Priority: a.Priority, Subject: a.Subject(), Property: a.Property}), a.Topic())
}

func (f *filler) card(n inn.Notification, topic inn.Topic) {
	f.exec(`INSERT INTO notifications (subject, kind, type, priority, topic, property, title, body, event, updated) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT DO UPDATE SET type = excluded.type, priority = excluded.priority, event = excluded.event, updated = excluded.updated`,
		n.Subject, n.Kind, n.Type, n.Priority, topic, n.Property, n.Title, n.Body, n.Event, n.Updated.UnixMilli())
}

// marks lets the admin read 10,000 cards one by one, and everybody else all but
// what has moved lately.
func (f *filler) marks() {
	f.exec(`UPDATE users SET read_floor = CASE role WHEN 'ADMIN' THEN 0 ELSE $1 END`, f.last-2000)
	f.exec(`INSERT INTO notification_states (person, notification, read_event, kind, topic, covers)
		SELECT u.id, n.id, n.event, n.kind, n.topic, n.event FROM users u, (SELECT id, event, kind, topic FROM notifications WHERE id % 2 = 0 ORDER BY event DESC LIMIT 10000) n WHERE u.role = 'ADMIN'`)
}
