package store

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/inn"
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
			require.NoError(t, err)
		}
		for _, f := range []BookingFilter{{}, {Property: "lake"}, {Status: inn.NoShow}, {Property: "lake", Status: inn.New}, {Search: "asha"}, {Search: "asha", Property: "lake", Status: inn.New}} {
			f.Before, f.Limit = before, 31
			_, err := s.Bookings(ctx, by, f)
			require.NoError(t, err)
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
	_, err = s.Events(ctx, 0, 1<<40, 100, by.Topics())
	require.NoError(t, err)
	_, err = s.Booking(ctx, by, "BK-1")
	if inn.CodeOf(err) != inn.NotFound {
		require.NoError(t, err)
	}
}

// plan gives how SQLite answers a query, a line per step, indented under what it
// is part of.
func plan(t *testing.T, s *Store, query string) []string {
	t.Helper()
	args := make([]any, strings.Count(query, "$")) // as many as there can be; the excess is not looked at
	for i := range args {
		args[i] = 1
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
// other, whatever index it does so by; sorted one that gathers and sorts.
var (
	walked = regexp.MustCompile(`SCAN (e|events|b|bookings|n|notifications|s|notification_states|r|event_recipients)\b`)
	sorted = regexp.MustCompile(`^ *USE TEMP B-TREE FOR (ORDER|GROUP|DISTINCT)`)
)

// Every page must cost what it shows, and not what there is: no query of any page
// for any viewer may walk a table that grows, or gather and sort what it finds
// before it takes the newest. What is sorted are branches of a few rows each.
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
	s.read.stmts.Range(func(key, _ any) bool {
		query := key.(string)
		steps := plan(t, s, query)
		whole := query + "\n\n" + strings.Join(steps, "\n")
		asked++
		for _, step := range steps {
			assert.NotRegexp(t, walked, step, whole)
		}
		if strings.Contains(query, "UNION") {
			fmt.Println(whole)
		}
		if !strings.Contains(query, "UNION") && !strings.Contains(query, "json_each") {
			for _, step := range steps {
				assert.NotRegexp(t, sorted, step, whole)
			}
		}
		return true
	})
	assert.Greater(t, asked, 100, "the queries were not found")
	fmt.Println(asked)
}
