package handlers

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
	"baithaka/store"
)

// guessesPerAccount is after how many wrong ones an account waits.
const guessesPerAccount = 10

// behindProxy is a site that believes what the tests say about where they come
// from.
func behindProxy(t *testing.T) *site {
	return newSite(t, Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
}

// guess tries to sign in from an address, with a device's cookie or "".
func (s *site) guess(email, pass, from, device string) answer {
	s.t.Helper()
	headers := []string{"Content-Type", "application/x-www-form-urlencoded", "Origin", s.url, "X-Forwarded-For", from}
	if device != "" {
		headers = append(headers, "Cookie", deviceCookie+"="+device)
	}
	return s.nobody().do("POST", "/login", url.Values{"email": {email}, "password": {pass}}.Encode(), headers...)
}

// device returns the cookie by which a browser is known that has signed in.
func device(t *testing.T, r answer) string {
	t.Helper()
	for _, c := range (&http.Response{Header: r.Header}).Cookies() {
		if c.Name == deviceCookie {
			assert.True(t, c.HttpOnly)
			assert.Equal(t, "/login", c.Path)
			return c.Value
		}
	}
	require.FailNow(t, "no cookie for the device")
	return ""
}

// N-1: a thousand guesses at one account, from a thousand addresses, are ten;
// and its owner gets in from where they were, by device or by address.
func TestAThousandGuesses(t *testing.T) {
	s := behindProxy(t)
	const home = "198.51.100.4"
	in := s.guess("staff@house.test", password, home, "")
	require.Equal(t, 303, in.Status)
	phone := device(t, in)

	evaluated := 0
	for i := range 1000 {
		r := s.guess([]string{"staff@house.test", "STAFF@House.test ", "staff@HOUSE.test"}[i%3], "wrong-password", fmt.Sprintf("203.0.%d.%d", i/250, i%250), "")
		switch r.Status {
		case 401:
			evaluated++
		case 429:
			seconds, err := strconv.Atoi(r.Header.Get("Retry-After"))
			require.NoError(t, err)
			assert.Positive(t, seconds)
			assert.LessOrEqual(t, seconds, 15*60)
		default:
			require.Fail(t, "neither wrong nor too many", r.Status)
		}
	}
	assert.Equal(t, guessesPerAccount, evaluated)
	t.Logf("1000 guesses, %d evaluated", evaluated)

	assert.Equal(t, 429, s.guess("staff@house.test", password, "203.0.113.200", "").Status, "a stranger with the right password waits, too")
	assert.Equal(t, 429, s.guess("staff@house.test", password, "203.0.113.200", "made-up").Status, "and a made-up device is a stranger's")
	assert.Equal(t, 303, s.guess("staff@house.test", password, "203.0.113.201", phone).Status, "their device, from anywhere")
	assert.Equal(t, 303, s.guess("staff@house.test", password, home, "").Status, "their address, with any browser")
	assert.Equal(t, 429, s.guess("staff@house.test", "wrong-password", "203.0.113.202", "").Status, "which helps nobody else")
	assert.Equal(t, 303, s.guess("owner@house.test", password, "203.0.113.202", "").Status, "other accounts are not concerned")
}

// What a known place may do is bounded like everything else, and counts for
// strangers: it is no second set of guesses.
func TestTriesOfKnownDevicesAreBounded(t *testing.T) {
	s := behindProxy(t)
	const home = "198.51.100.4"
	phone := device(t, s.guess("staff@house.test", password, home, ""))
	for i := range guessesPerAccount {
		assert.Equal(t, 401, s.guess("staff@house.test", "wrong-password", home, "").Status, i)
	}
	assert.Equal(t, 429, s.guess("staff@house.test", password, home, "").Status)
	assert.Equal(t, 429, s.guess("staff@house.test", password, "203.0.113.9", "").Status)
	for i := range guessesPerAccount {
		assert.Equal(t, 401, s.guess("staff@house.test", "wrong-password", home, phone).Status, i)
	}
	assert.Equal(t, 429, s.guess("staff@house.test", password, home, phone).Status)
	for range guessesPerAccount + 2 {
		assert.Equal(t, 303, s.guess("owner@house.test", password, "203.0.113.9", "").Status, "what works is not counted")
	}
}

// Nobody's account is throttled like somebody's: 429 says nothing.
func TestAnUnknownAccountIsThrottledAlike(t *testing.T) {
	s := behindProxy(t)
	for i := range guessesPerAccount {
		assert.Equal(t, 401, s.guess("ghost@house.test", "wrong-password", fmt.Sprintf("203.0.113.%d", i), "").Status)
	}
	known := s.guess("ghost@house.test", "wrong-password", "203.0.113.99", "")
	assert.Equal(t, 429, known.Status)
	assert.Contains(t, known.Body, "Too many tries. Wait 15 minutes")
}

// Without a trusted proxy a forwarding header is worth nothing.
func TestForgedForwardingIsIgnored(t *testing.T) {
	s := newSite(t)
	for i := range guessesPerAccount + 1 {
		r := s.nobody().do("POST", "/login", "email=staff@house.test&password=wrong", "Content-Type", "application/x-www-form-urlencoded",
			"X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i), "X-Real-Ip", fmt.Sprintf("203.0.113.%d", i), "Forwarded", fmt.Sprintf("for=203.0.113.%d", i))
		assert.Equal(t, map[bool]int{false: 401, true: 429}[i == guessesPerAccount], r.Status, "try %d", i)
	}
}

// Every try is in the log at once and in the audit soon after, with who it was
// meant for and from where, never with what was typed.
func TestEveryTryIsKept(t *testing.T) {
	s := behindProxy(t)
	for range guessesPerAccount + 5 {
		s.guess("staff@house.test", "hunter2-typed-here", "203.0.113.7", "")
	}
	for i := range 3 {
		s.guess("my-password-in-the-wrong-field", "hunter2-typed-here", fmt.Sprintf("203.0.113.%d", 20+i), "")
	}
	s.flush()
	s.flush()
	acts, err := s.store.Audit(t.Context(), store.AuditFilter{Action: inn.SignInFailed, Limit: 10})
	require.NoError(t, err)
	require.Len(t, acts, 4)
	said := map[string]string{}
	for _, act := range acts {
		said[act.Address] = act.Says() + " " + act.Detail
	}
	assert.Equal(t, map[string]string{
		"203.0.113.7":  "failed to sign in as The staff 10 times",
		"203.0.113.20": "failed to sign in as nobody we know once",
		"203.0.113.21": "failed to sign in as nobody we know once",
		"203.0.113.22": "failed to sign in as nobody we know once",
	}, said)
	logged := s.logged.String()
	assert.Contains(t, logged, "a sign-in failed")
	assert.Contains(t, logged, "a sign-in was not tried")
	for _, secret := range []string{"hunter2", "wrong-field", "staff@house.test"} {
		assert.NotContains(t, logged, secret)
	}
}
