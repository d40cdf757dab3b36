package auth

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/inn"
	"baithaka/store"
)

func newStore(t *testing.T) *store.Store {
	t.Helper()
	database, err := db.Open(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { database.Close() })
	s, err := store.New(context.WithoutCancel(t.Context()), database, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func TestTheNextTokenTakesTheOldOneAndTheRenewal(t *testing.T) {
	assert.NotEqual(t, NextToken("a", "x"), NextToken("a", "y"))
	assert.NotEqual(t, NextToken("a", "x"), NextToken("b", "x"))
}

func TestWhatWasSeenIsWrittenOnce(t *testing.T) {
	a := New(newStore(t), slog.New(slog.DiscardHandler))
	for _, seen := range []map[int64]time.Time{a.seen.people, a.seen.keys, a.seen.sessions} {
		a.seen.mark(seen, 7)
	}
	require.NoError(t, a.Flush(t.Context(), time.Now()))
	assert.Empty(t, a.seen.people)
	assert.Empty(t, a.seen.keys)
	assert.Empty(t, a.seen.sessions)
}

// The budgets by themselves, with the time in hand.
func TestThrottleBudgets(t *testing.T) {
	at := time.Date(2026, 12, 12, 10, 0, 0, 0, time.UTC)
	allowed := func(throttle *throttle, n int, who func(int) Attempt) (let int) {
		for i := range n {
			if _, err := throttle.try(who(i), at); err == nil {
				let++
			} else {
				assert.Equal(t, inn.TooMany, inn.CodeOf(err))
			}
		}
		return let
	}
	one := newThrottle()
	accounts := func(i int) Attempt { return Attempt{Account: fmt.Sprintf("%d@house.test", i), Address: "203.0.113.7"} }
	assert.Equal(t, triesPerAddress, allowed(one, 1000, accounts), "a thousand accounts from one address")
	assert.Equal(t, 1, allowed(one, 1, func(int) Attempt {
		return Attempt{Account: "x@house.test", Address: "203.0.113.7", Known: store.KnownDevice{Device: "phone"}}
	}), "behind which a known device goes on")
	at = at.Add(throttleWindow)
	assert.Equal(t, triesPerAddress, allowed(one, 1000, accounts), "a quarter of an hour later")
	at = at.Add(throttleWindow)
	one.forget(at)
	assert.Empty(t, one.failures, "nothing is kept longer")

	assert.Equal(t, triesPerAccount, allowed(newThrottle(), 1000, func(i int) Attempt {
		return Attempt{Account: "staff@house.test", Address: fmt.Sprintf("2001:db8:%x::1", i)}
	}), "a thousand networks at one account")
	assert.Equal(t, triesPerAddress, allowed(newThrottle(), 1000, func(i int) Attempt {
		return Attempt{Account: fmt.Sprintf("%d@house.test", i), Address: fmt.Sprintf("2001:db8::%x", i)}
	}), "one network of IPv6 is one address")
	long := newThrottle()
	assert.Equal(t, triesPerAccount, allowed(long, 100, func(i int) Attempt {
		return Attempt{Account: fmt.Sprintf("%0300d", 0) + strconv.Itoa(i), Address: strconv.Itoa(i)}
	}), "what is longer than any address counts as one")
}

// A flood of guesses does not become a flood in the audit.
func TestTheAuditOfFailuresIsBounded(t *testing.T) {
	s := newStore(t)
	a := New(s, slog.New(slog.DiscardHandler))
	for i := range 10_000 {
		a.failed.note(0, fmt.Sprintf("2001:db8::%x", i))
	}
	require.NoError(t, a.Flush(t.Context(), time.Now()))
	acts, err := s.Audit(t.Context(), store.AuditFilter{Action: inn.SignInFailed, Limit: 1000})
	require.NoError(t, err)
	assert.Len(t, acts, mostFailures+1)
	assert.Contains(t, fmt.Sprint(acts), strconv.Itoa(10_000-mostFailures)+" times")
}
