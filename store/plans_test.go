package store

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// pages asks for everything that pages and lists show, in every way they can be
// narrowed.
func pages(ctx context.Context, t *testing.T, s *Store, by inn.Viewer) {
	yes, no := true, false
	week := time.Now().AddDate(0, 0, -7)
	for _, before := range []int64{0, 5} {
		for _, f := range []EventFilter{
			{}, {Feed: true}, {Subject: "booking:BK-1"}, {Property: "lake", Feed: true}, {Property: "lake"}, {Kind: inn.AlertUpdate}, {Type: inn.BookingNew},
			{Actor: "key:website", Feed: true}, {From: week, Feed: true}, {Until: week}, {Words: "asha"}, {Words: "as rao bk-1", Kind: inn.BookingUpdate, Property: "lake"},
		} {
			f.Before, f.Limit = before, 31
			for _, f.Oldest = range []bool{false, true} {
				_, err := s.History(ctx, by, f)
				require.NoError(t, err)
			}
		}
		for _, f := range []NotificationFilter{
			{}, {Unread: true}, {Read: true}, {Kind: inn.BookingUpdate}, {Priority: inn.Critical}, {Priority: inn.High}, {Property: "lake"}, {From: week}, {Until: week},
			{Urgent: &yes}, {Urgent: &no}, {Search: "asha"}, {Search: "asha", Unread: true, Property: "lake"}, {Search: "asha", Read: true, Priority: inn.High},
		} {
			f.Before, f.Limit = before, 31
			_, err := s.Notifications(ctx, by, f)
			require.NoError(t, err, "%s %+v", by.Name, f)
		}
		for _, f := range []BookingFilter{{}, {Property: "lake"}, {Status: inn.NoShow}, {Property: "lake", Status: inn.New}, {Search: "asha"}, {Search: "asha", Property: "lake", Status: inn.New}} {
			f.Before, f.Limit = before, 31
			_, err := s.Bookings(ctx, by, f)
			require.NoError(t, err)
		}
		for _, f := range []BookingFilter{
			{}, {Property: "lake"}, {Status: inn.NoShow}, {Standing: true}, {Active: true}, {Category: inn.Car}, {Source: "airbnb", Property: "lake", Category: inn.Stay},
			{Search: "asha", Source: "airbnb", Active: true},
		} {
			f.Limit, f.Today, f.Zone = 31, "2026-12-10", time.UTC
			for _, f.By = range []Dates{Arriving, Leaving, Here, Made} {
				for _, f.Sorted = range []bool{true, false} {
					for _, f.From = range []inn.Date{"", "2026-12-12"} {
						f.To, f.Before, f.After = f.From, before, 0
						if before > 0 && f.Sorted {
							f.After = dayPlace("2026-12-12") + before
						}
						_, err := s.Bookings(ctx, by, f)
						require.NoError(t, err, "%s %+v", by.Name, f)
					}
				}
			}
		}
		_, err := s.Activity(ctx, by, AuditFilter{Before: before, Actor: "user:1", Limit: 31})
		require.NoError(t, err)
	}
	_, err := s.Badge(ctx, by)
	require.NoError(t, err)
	_, err = s.OpenAlerts(ctx, by, "", 20)
	require.NoError(t, err)
	_, err = s.OpenAlerts(ctx, by, "lake", 20)
	require.NoError(t, err)
	_, _, err = s.Events(ctx, 0, 1<<40, 100, by.Topics())
	require.NoError(t, err)
	_, err = s.Sources(ctx, by)
	require.NoError(t, err)
	_, err = s.BookingsBeside(ctx, by, inn.Booking{ID: "BK-1", Property: "lake", CheckIn: "2026-12-12", CheckOut: "2026-12-15"}, 12)
	require.NoError(t, err)
	_, err = s.Booking(ctx, by, "BK-1")
	if inn.CodeOf(err) != inn.NotFound {
		require.NoError(t, err)
	}
}

// plan returns how SQLite answers a query, a line per step, indented under what it
// is part of.
func plan(t *testing.T, s *Store, query string) []string {
	t.Helper()
	query = s.db.SQL(query)
	var args []any
	for _, placeholder := range regexp.MustCompile(`\$(\d+)`).FindAllStringSubmatch(query, -1) {
		n, err := strconv.Atoi(placeholder[1])
		require.NoError(t, err)
		for len(args) < n {
			args = append(args, 1)
		}
	}
	rows, err := s.db.Read.Query("EXPLAIN QUERY PLAN "+query, args...)
	depth := map[int]int{}
	steps, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (step string, err error) {
		var id, parent, unused int
		err = row.Scan(&id, &parent, &unused, &step)
		depth[id] = depth[parent] + 1
		return strings.Repeat("  ", depth[parent]) + step, err
	})
	require.NoError(t, err, query)
	return steps
}

// walked is a step that reads a table that grows without end from one end to the
// other, whatever index it does so by. sorted is one that gathers and sorts, few
// what may be: the newest of some keys or branches, properties, what is not in the search index yet,
// alerts that are open, and cards that are critical.
var (
	walked = regexp.MustCompile(`SCAN (e|events|b|bookings|n|notifications|s|notification_states|r|event_recipients|a|alerts)\b`)
	sorted = regexp.MustCompile(`^ *USE TEMP B-TREE FOR (ORDER|GROUP|DISTINCT)`)
	few    = regexp.MustCompile(`^ *SCAN (newest|own|addressed|of\d|found|walk|json_each|a USING INDEX alerts_open|n USING COVERING INDEX notifications_critical)`)
)

// Every page must cost what it shows, and not what there is: no query of any page
// for any viewer may walk a table that grows, or gather and sort what it finds
// before it takes the newest.
func TestPagesReadByIndex(t *testing.T) {
	s := newStore(t)
	publish(t, s, website, sold("BK-1", "lake"), sold("BK-2", "hill"), critical(alarm("lake", "boiler", "Boiler off")))
	require.NoError(t, s.Index(ctx))
	publish(t, s, website, sold("BK-3", "lake"))
	for _, by := range []inn.Viewer{
		person(t, s, "super", inn.SuperAdmin), person(t, s, "owner", inn.Owner, "lake"), person(t, s, "staff", inn.Staff, "lake", "hill", inn.Desk),
		person(t, s, "user", inn.User), website, lakeKey,
	} {
		pages(ctx, t, s, by)
	}
	asked := 0
	for _, query := range s.read.Texts() {
		steps := plan(t, s, query)
		whole := query + "\n\n" + strings.Join(steps, "\n")
		asked++
		outermost := map[int]string{} // of the loops at each depth
		for _, step := range steps {
			depth := len(step) - len(strings.TrimLeft(step, " "))
			for d := range outermost {
				if d > depth {
					delete(outermost, d)
				}
			}
			if loop := strings.HasPrefix(step[depth:], "SCAN") || strings.HasPrefix(step[depth:], "SEARCH"); loop && outermost[depth] == "" {
				outermost[depth] = step
			}
			if !few.MatchString(step) {
				assert.NotRegexp(t, walked, step, whole)
			}
			if sorted.MatchString(step) {
				assert.Regexp(t, few, outermost[depth], whole)
			}
		}
	}
	assert.Greater(t, asked, 60, "the queries were not found")
}
