package store

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// The broom runs while publishers wait: each of its steps finds what it removes
// by an index, and never reads the log.
func TestTheBroomReadsNoTableFromEndToEnd(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for query, index := range map[string]string{
		forgetSessions:     "sessions_expires",
		forgetKnownDevices: "places_seen",
		forgetIdempotency:  "idempotency_at",
		forgetAlerts:       "alerts_resolved",
		forgetPassing:      "events_passing",
		forgetFigures:      "events_figures",
		nextFigures:        "events_figures",
		forgetRecipients:   "event_recipients_event",
		forgetRecipientsOf: "event_recipients_event",
		forgetEvents:       "INTEGER PRIMARY KEY",
		nextEvents:         "INTEGER PRIMARY KEY",
	} {
		args := make([]any, 0, 3)
		for n := 1; strings.Contains(query, fmt.Sprint("$", n)); n++ {
			args = append(args, 1)
		}
		rows, err := s.db.Read.Query(`EXPLAIN QUERY PLAN `+query, args...)
		plan, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (detail string, err error) {
			var id, parent, unused int
			return detail, row.Scan(&id, &parent, &unused, &detail)
		})
		require.NoError(t, err)
		whole := strings.Join(plan, "\n")
		assert.Contains(t, whole, index, query)
		assert.NotRegexp(t, `SCAN (events|event_recipients|alerts|sessions|places|idempotency|e|next)\b`, whole, query)
		assert.NotContains(t, whole, "TEMP B-TREE", query)
	}
}

// Figures are thinned once: what was left is not looked at again, and what comes
// later is thinned in its turn.
func TestFiguresAreThinnedInTheirTurn(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	begin := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	add := func(from, upto int) {
		require.NoError(t, s.write(ctx, func(x *tx) error {
			for minute := from; minute < upto; minute += 5 {
				for _, subject := range []string{"metrics:portfolio", "metrics:lake"} {
					if err := x.append(&inn.Event{Topic: inn.System, Type: inn.MetricsUpdate, Subject: subject, At: begin, Stored: begin.Add(time.Duration(minute) * time.Minute)}, struct{}{}); err != nil {
						return err
					}
				}
			}
			return nil
		}))
	}
	left := func() (all []string) {
		for _, e := range since(t, s, 0) {
			if e.Subject == "metrics:lake" {
				all = append(all, e.Stored.Format("15:04"))
			}
		}
		return all
	}
	add(0, 180)
	require.NoError(t, s.thinFigures(ctx, begin.Add(2*time.Hour)))
	assert.Equal(t, []string{"00:55", "01:55", "02:05", "02:10"}, left()[:4], "what is younger than that stays; so does the last of an hour")
	add(180, 240)
	require.NoError(t, s.thinFigures(ctx, begin.Add(24*time.Hour)))
	assert.Equal(t, []string{"00:55", "01:55", "02:55", "03:55"}, left())
	before := contents(t, s)
	require.NoError(t, s.thinFigures(ctx, begin.Add(24*time.Hour)))
	assert.Equal(t, before, contents(t, s))
	many := 3 * forgetStep
	require.NoError(t, s.write(ctx, func(x *tx) error {
		for n := range many {
			if err := x.append(&inn.Event{Topic: inn.System, Type: inn.MetricsUpdate, Subject: fmt.Sprint("metrics:", n%7), Stored: begin.Add(30*time.Hour + time.Duration(n)*time.Second)}, struct{}{}); err != nil {
				return err
			}
		}
		return nil
	}))
	require.NoError(t, s.thinFigures(ctx, begin.Add(48*time.Hour)))
	assert.Less(t, len(since(t, s, 0)), 30, "in as many steps as it takes")
}

// What is removed by its type takes along whom it was addressed to, and leaves
// that of its neighbours.
func TestRemovedEventsAreAddressedToNobody(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	long := time.Now().AddDate(0, 0, -200)
	var kept int64
	require.NoError(t, s.write(ctx, func(x *tx) error {
		for n := range forgetStep + 20 {
			e := &inn.Event{Topic: inn.System, Type: inn.UserAction, Subject: "user:1", Stored: long}
			if n%10 == 0 {
				e.To = []inn.Topic{inn.UserTopic(1), inn.UserTopic(2)}
			}
			if err := x.append(e, struct{}{}); err != nil {
				return err
			}
		}
		e := &inn.Event{Topic: inn.System, Type: inn.AlertRaised, Subject: "alert:x", Stored: long, To: []inn.Topic{inn.UserTopic(1)}}
		err := x.append(e, struct{}{})
		kept = e.ID
		return err
	}))
	require.NoError(t, s.Forget(ctx, time.Now()))
	var rows, event int64
	require.NoError(t, s.db.Read.QueryRow(`SELECT count(*), max(event) FROM event_recipients`).Scan(&rows, &event))
	assert.Equal(t, []int64{1, kept}, []int64{rows, event})
}

// stopping is a context that ends in the middle of the first step it is asked of.
type stopping struct {
	context.Context
	cancel context.CancelFunc
}

func (s stopping) Err() error {
	defer s.cancel()
	return s.Context.Err()
}

// A server that stops does not wait until a long log is short: the step under way
// is done, and the others the next time.
func TestAStopEndsTheBroomAfterAStep(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	before := s.head(t)
	require.NoError(t, s.write(ctx, func(x *tx) error {
		for range 3 * forgetStep {
			if err := x.append(&inn.Event{Topic: inn.System, Type: inn.AlertRaised, Subject: "alert:x", To: []inn.Topic{inn.UserTopic(1)}}, struct{}{}); err != nil {
				return err
			}
		}
		return nil
	}))
	require.NoError(t, s.Trim(ctx, before))
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	assert.ErrorIs(t, s.Trim(stopping{within, cancel}, s.head(t)), context.Canceled)
	trimmed, head, err := s.Bounds(ctx)
	require.NoError(t, err)
	assert.Equal(t, before+forgetStep, trimmed)
	assert.Len(t, since(t, s, 0), 2*forgetStep)
	var first, rows int64
	require.NoError(t, s.db.Read.QueryRow(`SELECT min(event), count(*) FROM event_recipients`).Scan(&first, &rows))
	assert.Equal(t, []int64{trimmed + 1, 2 * forgetStep}, []int64{first, rows}, "whom they were addressed to went with them")
	require.NoError(t, s.Trim(ctx, head))
	assert.Empty(t, since(t, s, 0))
}
