package store

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/inn"
)

var ctx = context.Background()

// The publishers: a key for everything, and one limited to the lake house. They
// are in every database that newStore opens.
var (
	operator = inn.Viewer{Name: "test"}
	website  = inn.Viewer{KeyID: 1, Name: "website", Scopes: []inn.Scope{inn.EventsWrite, inn.EventsRead}}
	lakeKey  = inn.Viewer{KeyID: 2, Name: "lake-pms", Scopes: []inn.Scope{inn.EventsWrite, inn.EventsRead}, Properties: []string{"lake"}}
)

// newStore opens a database of its own with the properties lake and hill.
func newStore(t testing.TB) *Store {
	t.Helper()
	dir := t.TempDir()
	made, err := template()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(db.File(dir), made, 0o600))
	s := openStore(t, dir)
	addKeys(t, s, website, lakeKey)
	return s
}

// addKeys puts installation keys into the database, as they are and without an
// event.
func addKeys(t testing.TB, s *Store, keys ...inn.Viewer) {
	t.Helper()
	require.NoError(t, s.write(ctx, func(t *tx) error {
		for _, k := range keys {
			var scopes []string
			for _, scope := range k.Scopes {
				scopes = append(scopes, string(scope))
			}
			if err := t.exec(`INSERT INTO api_keys (id, name, hash, scopes, created_at) VALUES ($1, $2, $3, $4, 1)`,
				k.KeyID, k.Name, []byte(k.Name), strings.Join(scopes, " ")); err != nil {
				return err
			}
			for _, slug := range k.Properties {
				if err := t.exec(`INSERT INTO api_key_properties (api_key, property) VALUES ($1, $2)`, k.KeyID, slug); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

// template is the file of such a database, made once: migrating takes longer
// than most tests.
var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "baithaka-store-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	database, err := db.Open(ctx, dir)
	if err != nil {
		return nil, err
	}
	s, err := New(ctx, database, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	for _, slug := range []string{"lake", "hill"} {
		if err := s.ListProperty(ctx, operator, house(slug)); err != nil {
			return nil, err
		}
	}
	s.Close()
	if err := database.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(db.File(dir))
})

func openStore(t testing.TB, dir string, slugs ...string) *Store {
	t.Helper()
	s := openStoreKeeping(t, dir)
	for _, slug := range slugs {
		require.NoError(t, s.ListProperty(ctx, operator, house(slug)))
	}
	if len(slugs) > 0 {
		addKeys(t, s, website)
	}
	// The cards of the listing would stand in every list of cards.
	require.NoError(t, s.write(ctx, func(x *tx) error { return x.exec(`DELETE FROM notifications`) }))
	return s
}

// openStoreKeeping opens what is there, and a second time while another store has
// it open.
func openStoreKeeping(t testing.TB, dir string) *Store {
	t.Helper()
	database, err := db.Open(ctx, dir)
	require.NoError(t, err)
	// Whoever holds rows while asking again waits for ever, here and not only under load.
	database.Read.SetMaxOpenConns(1)
	s, err := New(ctx, database, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() {
		s.Close()
		notePrepared(s)
		require.NoError(t, database.Close())
	})
	return s
}

func house(slug string) inn.Property {
	return inn.Property{Slug: slug, Name: strings.ToUpper(slug[:1]) + slug[1:] + " House", Category: inn.Stay, Units: 4, Currency: "INR", Zone: "Asia/Kolkata", Country: "IN"}
}

// person adds somebody without hashing a password, which takes its time.
func person(t testing.TB, s *Store, name string, role inn.Role, properties ...string) inn.Viewer {
	t.Helper()
	m := inn.Member{Email: name + "@demo.test", Name: name, Role: role, Properties: properties}
	require.NoError(t, s.write(ctx, func(t *tx) (err error) { m, err = t.addMember(operator, m, "none"); return err }))
	return m.Viewer()
}

// proof is what a person added that way has proved with their password.
func proof(v inn.Viewer) Proof {
	return Proof{Member: inn.Member{ID: v.UserID, Name: v.Name}, password: "none"}
}

// login appends that somebody signed in, and nothing else.
func login(s *Store, v inn.Viewer) error {
	return s.write(ctx, func(t *tx) error { return t.noteLogin(v, inn.UserLogin, "here") })
}

// publish stores publications in one batch and returns the events; a nil event is
// one that changed nothing.
func publish(t testing.TB, s *Store, by inn.Viewer, all ...inn.Publication) []*inn.Event {
	t.Helper()
	events, err := tryPublish(s, by, all...)
	require.NoError(t, err)
	return events
}

func tryPublish(s *Store, by inn.Viewer, all ...inn.Publication) (events []*inn.Event, err error) {
	events, _, err = s.Publish(ctx, by, Idempotency{}, inn.Batch{Publications: all, Array: len(all) != 1})
	return events, err
}

func sold(id, property string) inn.Publication {
	return inn.Publication{Type: inn.BookingNew, Booking: &inn.BookingChange{ID: id, Property: inn.Given(property), Category: inn.Given(inn.Stay),
		Title: inn.Given("Three nights"), Customer: inn.Given("Asha Rao"), Amount: inn.Given("14400.50"), Currency: inn.Given("INR"),
		CheckIn: inn.Given(inn.Date("2026-12-12")), CheckOut: inn.Given(inn.Date("2026-12-15")),
		Email: inn.Given("asha@example.test"), Notes: inn.Given("late")}}
}

func step(id string, t inn.Type) inn.Publication {
	return inn.Publication{Type: t, Booking: &inn.BookingChange{ID: id}}
}

func titled(id, title string) inn.Publication {
	p := step(id, inn.BookingModified)
	p.Booking.Title = inn.Given(title)
	return p
}

func alarm(property, key, title string) inn.Publication {
	return inn.Publication{Type: inn.AlertRaised, Alert: &inn.AlertChange{Key: key, Property: property, Title: inn.Given(title)}}
}

func (s *Store) head(t testing.TB) int64 {
	t.Helper()
	_, head, err := s.Bounds(ctx)
	require.NoError(t, err)
	return head
}

// since returns everything appended after a place.
func since(t testing.TB, s *Store, after int64) []inn.Event {
	t.Helper()
	return logged(t, s, after, s.head(t))
}

func logged(t testing.TB, s *Store, after, upto int64) (all []inn.Event) {
	t.Helper()
	for {
		events, more, err := s.Events(ctx, after, upto, 1_000_000, []inn.Topic{inn.Everything})
		require.NoError(t, err)
		if all = append(all, events...); !more {
			return all
		}
		after = events[len(events)-1].ID
	}
}

// contents returns every row of every table as text: what a verb that failed must
// leave as it was.
func contents(t testing.TB, s *Store) string {
	t.Helper()
	names, err := s.db.Read.Query(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
	tables, err := scanAll(names, err, func(row interface{ Scan(...any) error }) (name string, err error) { return name, row.Scan(&name) })
	require.NoError(t, err)
	var out strings.Builder
	for _, table := range tables {
		rows, err := s.db.Read.Query(`SELECT * FROM ` + table)
		require.NoError(t, err)
		columns, err := rows.Columns()
		require.NoError(t, err)
		for rows.Next() {
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			require.NoError(t, rows.Scan(into...))
			fmt.Fprintln(&out, table, values)
		}
		require.NoError(t, rows.Err())
		require.NoError(t, rows.Close())
	}
	return out.String()
}

// leavesNothing runs a verb that must fail with a code, and checks that it left
// neither row nor event and rang nobody.
func leavesNothing(t testing.TB, s *Store, code inn.Code, what string, verb func() error) *inn.Error {
	t.Helper()
	before, appended := contents(t, s), s.Appended()
	err := verb()
	require.Error(t, err, what)
	require.Equal(t, code, inn.CodeOf(err), "%s: %v", what, err)
	require.Equal(t, before, contents(t, s), what)
	require.False(t, closed(appended), "%s notified", what)
	e, _ := err.(*inn.Error)
	return e
}

func closed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

func snapshot[T any](t testing.TB, e *inn.Event) (v T) {
	t.Helper()
	require.NoError(t, json.Unmarshal(e.Data, &v))
	return v
}

func pointers(e *inn.Error) (all []string) {
	for _, f := range e.Fields {
		all = append(all, f.Field)
	}
	return all
}

// generous is how long a test waits for what happens at once unless it never
// does.
func generous(t testing.TB) context.Context {
	c, cancel := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	return c
}
