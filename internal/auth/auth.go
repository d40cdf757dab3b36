// Package auth says who somebody is: the sessions of browsers (scs over the
// store), the throttle in front of every password and code, and what is noted of
// those that were wrong and of who was seen. Passwords and codes themselves are
// package credential's, and what they are compared with stays in the store. It
// imports store and inn, knows no echo, and must never decide a right.
package auth

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"baithaka/internal/inn"
	"baithaka/store"
)

// Auth is the sign-in of one house.
type Auth struct {
	Sessions *scs.SessionManager
	store    *store.Store
	logger   *slog.Logger
	throttle *throttle
	failed   failures
	seen     seen
}

// New returns the sign-in of a house; beside it Flush runs once a minute.
func New(s *store.Store, logger *slog.Logger) *Auth {
	return &Auth{
		Sessions: newSessions(s), store: s, logger: logger, throttle: newThrottle(),
		failed: failures{times: map[store.FailedSignIns]int{}},
		seen:   seen{people: map[int64]time.Time{}, keys: map[int64]time.Time{}, sessions: map[int64]time.Time{}},
	}
}

// Flush writes down what has gathered, and drops what the throttle needs no more.
// It is done once a minute, and once more at the end.
func (a *Auth) Flush(ctx context.Context, now time.Time) error {
	ctx = context.WithoutCancel(ctx) // what is taken out is written
	a.throttle.forget(now)
	if err := a.seen.flush(ctx, a.store); err != nil {
		a.logger.Warn("who was last seen when could not be noted", "error", err)
	}
	if times := a.failed.take(); len(times) > 0 {
		if err := a.store.NoteFailedSignIns(ctx, times); err != nil {
			a.logger.Error("failed sign-ins could not be kept in the audit", "error", err)
		}
	}
	return nil
}

// SawKey notes that an API key was used.
func (a *Auth) SawKey(id int64) { a.seen.mark(a.seen.keys, id) }

// seen gathers who was here, and which keys and sessions were used, so that
// reading a page never waits for the disk.
type seen struct {
	mu                     sync.Mutex
	people, keys, sessions map[int64]time.Time
}

func (l *seen) mark(in map[int64]time.Time, id int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	in[id] = time.Now()
}

func (l *seen) flush(ctx context.Context, s *store.Store) error {
	l.mu.Lock()
	people, keys, sessions := maps.Clone(l.people), maps.Clone(l.keys), maps.Clone(l.sessions)
	clear(l.people)
	clear(l.keys)
	clear(l.sessions)
	l.mu.Unlock()
	return errors.Join(s.Seen(ctx, people, keys), s.UseSessions(ctx, sessions))
}

// failures gathers sign-ins that failed. Each is a line in the log at once,
// without what was typed, and they reach the audit once a minute: written there
// and then, an account that exists would be answered later than one that does
// not, and whoever guesses could make the audit grow as fast as they like.
type failures struct {
	mu    sync.Mutex
	times map[store.FailedSignIns]int
}

// mostFailures is how many people and addresses are told apart in a minute.
const mostFailures = 200

func (f *failures) note(user int64, address string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	one := store.FailedSignIns{User: user, Address: address}
	if _, there := f.times[one]; !there && len(f.times) >= mostFailures {
		one.Address = ""
	}
	f.times[one]++
}

func (f *failures) take() map[store.FailedSignIns]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	times := f.times
	f.times = map[store.FailedSignIns]int{}
	return times
}

// check lets somebody try to prove that they are who they claim to be, within
// what the throttle allows. compare answers Unauthenticated for a wrong proof;
// then, and when the throttle refuses, the failure is noted.
func (a *Auth) check(who Attempt, compare func() (store.Proof, error)) (store.Proof, error) {
	forgive, err := a.throttle.try(who, time.Now())
	if err != nil {
		a.logger.Warn("a sign-in was not tried: too many failed", "address", who.Address)
		return store.Proof{}, err
	}
	proof, err := compare()
	if inn.CodeOf(err) != inn.Unauthenticated {
		forgive()
		return proof, err
	}
	user := ""
	if who.User != 0 {
		user = string(inn.UserTopic(who.User))
	}
	a.logger.Warn("a sign-in failed", "user", user, "address", who.Address)
	a.failed.note(who.User, who.Address)
	return proof, err
}

// CheckPassword returns the proof that somebody knows their password.
func (a *Auth) CheckPassword(ctx context.Context, who Attempt, password string) (store.Proof, error) {
	return a.check(who, func() (store.Proof, error) { return a.store.Authenticate(ctx, who.Account, password) })
}

// CheckCode returns the proof that somebody has their second step's device, or one
// of its recovery codes.
func (a *Auth) CheckCode(ctx context.Context, who Attempt, code string) (store.Proof, error) {
	return a.check(who, func() (store.Proof, error) { return a.store.UseCode(ctx, who.User, who.Address, code) })
}
