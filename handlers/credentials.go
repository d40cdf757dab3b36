package handlers

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/store"
)

// attempt says who somebody claims to be, and whether they did so before from
// where they are.
func (s *Site) attempt(c echo.Context, email string) (attempt, error) {
	address := neighbourhood(c.RealIP())
	user, known, err := s.store.Known(c.Request().Context(), email, store.Places{Device: deviceOf(c.Request()), Address: address})
	return attempt{account: email, user: user, address: address, known: known}, err
}

// ownAttempt is that of somebody who is signed in and asked once more: no guess
// from elsewhere keeps them from it.
func (s *Site) ownAttempt(c echo.Context) attempt {
	return attempt{
		account: viewer(c).Email, user: viewer(c).UserID, address: neighbourhood(c.RealIP()),
		known: store.Places{Device: "session " + strconv.FormatInt(viewer(c).Session, 10)},
	}
}

// checkCredentials lets somebody try to checkCredentials that they are who they claim to be, within
// what the throttle allows. check answers Unauthenticated for a wrong proof;
// then, and when the throttle refuses, the failure is noted.
func (s *Site) checkCredentials(c echo.Context, who attempt, check func(context.Context) (store.Proof, error)) (store.Proof, error) {
	forgive, err := s.signIns.try(who, time.Now())
	if err != nil {
		s.failed.refused(c.RealIP())
		return store.Proof{}, err
	}
	ctx := c.Request().Context()
	proof, err := check(ctx)
	if inn.CodeOf(err) != inn.Unauthenticated {
		forgive()
		return proof, err
	}
	s.failed.note(who.user, c.RealIP())
	return proof, err
}

// failedSignIns gathers sign-ins that failed. Each is a line in the log at once,
// without what was typed, and they reach the audit once a minute: written there
// and then, an account that exists would be answered later than one that does
// not, and whoever guesses could make the audit grow as fast as they like.
type failedSignIns struct {
	store  *store.Store
	logger *slog.Logger
	mu     sync.Mutex
	times  map[store.FailedSignIns]int
}

// mostFailures is how many people and addresses are told apart in a minute.
const mostFailures = 200

func newFailedSignIns(s *store.Store, logger *slog.Logger) *failedSignIns {
	return &failedSignIns{store: s, logger: logger, times: map[store.FailedSignIns]int{}}
}

func (f *failedSignIns) note(user int64, address string) {
	who := ""
	if user != 0 {
		who = string(inn.UserTopic(user))
	}
	f.logger.Warn("a sign-in failed", "user", who, "address", address)
	f.mu.Lock()
	defer f.mu.Unlock()
	one := store.FailedSignIns{User: user, Address: address}
	if _, there := f.times[one]; !there && len(f.times) >= mostFailures {
		one.Address = ""
	}
	f.times[one]++
}

func (f *failedSignIns) refused(address string) {
	f.logger.Warn("a sign-in was not tried: too many failed", "address", address)
}

func (f *failedSignIns) flush() {
	f.mu.Lock()
	times := f.times
	f.times = map[store.FailedSignIns]int{}
	f.mu.Unlock()
	if len(times) == 0 {
		return
	}
	if err := f.store.NoteFailedSignIns(context.Background(), times); err != nil {
		f.logger.Error("failed sign-ins could not be kept in the audit", "error", err)
	}
}
