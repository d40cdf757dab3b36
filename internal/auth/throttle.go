package auth

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"baithaka/internal/inn"
	"baithaka/store"
)

// throttle counts failed sign-ins, wrong passwords and wrong codes together, in
// four kinds of budget:
//
//   - an account has one for all strangers, wherever they come from: a thousand
//     guesses from a thousand addresses are no more than from one;
//   - an account has one more for each address from which its person signed in
//     before, and one for each device on which they did. Guesses from elsewhere
//     do not use these up, so that they lock nobody out of where they were;
//   - an address has one for all accounts together.
//
// An account is what was typed: one that is nobody's is counted alike.
type throttle struct {
	mu       sync.Mutex
	failures map[string][]time.Time
}

const (
	throttleWindow  = 15 * time.Minute
	triesPerAccount = 10 // also of each known place
	triesPerAddress = 100
)

func newThrottle() *throttle { return &throttle{failures: map[string][]time.Time{}} }

// Attempt is somebody who says who they are.
type Attempt struct {
	Account string            // e-mail, as it was typed
	User    int64             // whose that is; 0 for nobody's
	Address string            // where they come from
	Known   store.KnownDevice // of these, those from which that account signed in before
}

// Attempt returns what an e-mail claims: whose it is, and whether they signed in
// before on the device, given by its hashed cookie, or from the address.
func (a *Auth) Attempt(ctx context.Context, email, device, address string) (Attempt, error) {
	user, known, err := a.store.Known(ctx, email, store.KnownDevice{Device: device, Address: Neighbourhood(address)})
	return Attempt{Account: email, User: user, Address: address, Known: known}, err
}

// Again returns the attempt of somebody who is signed in and asked once more: no
// guess from elsewhere keeps them from it.
func Again(v inn.Viewer) Attempt {
	device := "session " + strconv.FormatInt(v.Session, 10)
	return Attempt{Account: v.Email, User: v.UserID, Address: v.Address, Known: store.KnownDevice{Device: device}}
}

// longestAccount is more than any e-mail address there can be.
const longestAccount = 255

// keys returns the budget that decides, and all that a failure counts in.
func (a Attempt) keys() (decides string, all []string) {
	account := strings.ToLower(strings.TrimSpace(a.Account))
	account = "account " + account[:min(len(account), longestAccount)]
	address := "address " + Neighbourhood(a.Address)
	decides = account
	switch {
	case a.Known.Device != "":
		decides = account + " device " + a.Known.Device
	case a.Known.Address != "":
		decides = account + " address " + a.Known.Address
	}
	all = []string{account, address}
	if decides != account {
		all = append(all, decides)
	}
	return decides, all
}

// try refuses a try when there were too many failures lately, and else counts
// it as one until it is forgiven: of many tries at once no more are let through
// than of as many in a row.
func (t *throttle) try(a Attempt, now time.Time) (forgive func(), err error) {
	decides, all := a.keys()
	t.mu.Lock()
	defer t.mu.Unlock()
	wait := t.wait(decides, triesPerAccount, now)
	if a.Known.Device == "" {
		// A device has proved itself; others behind the same address have not.
		wait = max(wait, t.wait(all[1], triesPerAddress, now))
	}
	if wait > 0 {
		text := fmt.Sprintf("Too many tries. Wait %d minutes, then try again.", int(throttleWindow.Minutes()))
		return nil, &inn.Error{Code: inn.TooMany, Text: text, RetryAfter: wait}
	}
	for _, key := range all {
		t.failures[key] = append(recent(t.failures[key], now), now)
	}
	return func() { t.forgive(all, now) }, nil
}

// wait returns for how long a key has no tries left.
func (t *throttle) wait(key string, tries int, now time.Time) time.Duration {
	times := recent(t.failures[key], now)
	if len(times) < tries {
		return 0
	}
	return times[len(times)-tries].Add(throttleWindow).Sub(now)
}

// forgive takes back a try that was no failure.
func (t *throttle) forgive(keys []string, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, key := range keys {
		if i := slices.IndexFunc(t.failures[key], at.Equal); i >= 0 {
			t.failures[key] = slices.Delete(slices.Clone(t.failures[key]), i, i+1)
		}
	}
}

// forget drops what is too old to matter.
func (t *throttle) forget(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for key, times := range t.failures {
		if len(recent(times, now)) == 0 {
			delete(t.failures, key)
		}
	}
}

func recent(times []time.Time, now time.Time) []time.Time {
	for len(times) > 0 && now.Sub(times[0]) >= throttleWindow {
		times = times[1:]
	}
	return times
}
