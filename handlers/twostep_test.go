package handlers

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// app is somebody's authenticator: it knows the secret as the page showed it.
type app struct{ secret []byte }

var shownSecret = regexp.MustCompile(`<code class="secret" data-copied>([A-Z2-7 ]+)</code>`)

// scan takes the secret off the page of the set-up.
func scan(t *testing.T, r answer) app {
	t.Helper()
	found := shownSecret.FindStringSubmatch(r.Body)
	require.Len(t, found, 2, r.Body)
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(found[1], " ", ""))
	require.NoError(t, err)
	require.Len(t, secret, 20)
	return app{secret}
}

// code is what the app shows some half minutes from now.
func (a app) code(off int64) string {
	mac := hmac.New(sha1.New, a.secret)
	_ = binary.Write(mac, binary.BigEndian, time.Now().Unix()/30+off) // a hash takes everything
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1_000_000)
}

var shownCode = regexp.MustCompile(`<li><code>([a-z2-7-]{19})</code></li>`)

// enrol turns two-step sign-in on for the browser's person and returns their app
// and recovery codes.
func enrol(t *testing.T, c *caller) (app, []string) {
	t.Helper()
	require.Equal(t, 303, c.form("/settings/twostep", "present", password).Status)
	phone := scan(t, c.get("/settings/twostep"))
	r := c.form("/settings/twostep/confirm", "code", phone.code(0))
	require.Equal(t, 200, r.Status, r.Body)
	var recovery []string
	for _, found := range shownCode.FindAllStringSubmatch(r.Body, -1) {
		recovery = append(recovery, found[1])
	}
	require.Len(t, recovery, 10)
	assert.NotContains(t, r.Body, " hx-", "nothing fetches that page again")
	return phone, recovery
}

// From turning it on to signing in with it, by app and by recovery code.
func TestTwoStepSignIn(t *testing.T) {
	s := newSite(t)
	staff := s.signIn("staff")
	assert.Contains(t, staff.get("/settings").Body, "/settings/twostep")
	wrong := staff.form("/settings/twostep", "present", "not-my-password")
	assert.Equal(t, 422, wrong.Status)
	assert.NotRegexp(t, shownSecret, staff.get("/settings/twostep").Body)

	require.Equal(t, 303, staff.form("/settings/twostep", "present", password).Status)
	page := staff.get("/settings/twostep")
	assert.Contains(t, page.Body, `<svg class="qr"`)
	assert.NotRegexp(t, shownSecret, s.with(s.quick("staff")).get("/settings/twostep").Body, "another browser of theirs is not shown the secret")
	bad := staff.form("/settings/twostep/confirm", "code", scan(t, page).code(9))
	assert.Equal(t, 422, bad.Status)
	assert.Equal(t, scan(t, page), scan(t, bad), "it is shown again")
	phone, recovery := enrol(t, staff)
	on := staff.get("/settings/twostep").Body
	assert.NotRegexp(t, shownSecret, on)
	assert.NotContains(t, on, recovery[0])
	assert.Contains(t, on, "10 recovery codes")

	in := s.nobody()
	first := in.form("/login", "email", "staff@house.test", "password", password, "next", "/bookings")
	assert.Equal(t, "/login/code", first.Header.Get("Location"))
	waiting := in.cookie.Value
	assert.Equal(t, 401, in.get("/api/v1/events").Status, "a password alone lets nobody in")
	assert.Equal(t, 303, in.get("/").Status)
	assert.Equal(t, "bye", s.stream("/live", in, "").ends().Event)
	assert.Equal(t, 200, in.get("/login/code").Status)
	for _, code := range []string{"", "000000", phone.code(-1), phone.code(9)} {
		r := in.form("/login/code", "code", code)
		assert.Equal(t, 401, r.Status)
		assert.NotContains(t, r.Body, `value="`+code+`"`)
	}
	code := phone.code(1)
	r := in.form("/login/code", "code", code[:3]+" "+code[3:])
	require.Equal(t, 303, r.Status, r.Body)
	assert.Equal(t, "/bookings", r.Header.Get("Location"))
	assert.Equal(t, 200, in.get("/bookings").Status)
	assert.NotEqual(t, waiting, in.cookie.Value)
	s.signedOut(waiting, "that was before")
	assert.Equal(t, "/login", s.with(waiting).form("/login/code", "code", recovery[1]).Header.Get("Location"))

	again := s.nobody()
	require.Equal(t, "/login/code", again.form("/login", "email", "staff@house.test", "password", password).Header.Get("Location"))
	assert.Equal(t, 401, again.form("/login/code", "code", code).Status, "a code that somebody looked on")
	require.Equal(t, 303, again.form("/login/code", "code", strings.ToUpper(recovery[0])).Status)
	assert.Equal(t, 200, again.get("/").Status)
	assert.Contains(t, again.get("/settings/twostep").Body, "9 recovery codes")
	logged := s.logged.String()
	for _, secret := range append(recovery, code, password) {
		assert.NotContains(t, logged, secret)
	}
}

// Codes are guessed within the same budget as passwords, and the password being
// right does not fill it again.
func TestCodesAreThrottledLikePasswords(t *testing.T) {
	s := newSite(t)
	enrol(t, s.as("staff"))
	in := s.nobody()
	for range 4 {
		assert.Equal(t, 401, s.nobody().form("/login", "email", "staff@house.test", "password", "wrong-password").Status)
	}
	evaluated := 0
	for range 20 {
		if in.form("/login", "email", "staff@house.test", "password", password).Status == 303 && in.form("/login/code", "code", "000000").Status == 401 {
			evaluated++
		}
	}
	assert.Equal(t, guessesPerAccount-4, evaluated)
	assert.Equal(t, 429, in.form("/login", "email", "staff@house.test", "password", password).Status)
}

// A sign-in that waits for its code ends with the password that began it, and by
// itself.
func TestAWaitingSignInEnds(t *testing.T) {
	s := newSite(t)
	phone, _ := enrol(t, s.as("staff"))
	wait := func() *caller {
		c := s.nobody()
		require.Equal(t, "/login/code", c.form("/login", "email", "staff@house.test", "password", password).Header.Get("Location"))
		return c
	}
	gone := func(c *caller, why string) {
		assert.Equal(t, "/login", c.get("/login/code").Header.Get("Location"), why)
		assert.Equal(t, "/login", c.form("/login/code", "code", phone.code(1)).Header.Get("Location"), why)
	}
	late := wait()
	s.alter(`UPDATE sessions SET expires = expires - $1 WHERE pending <> 0`, (10 * time.Minute).Milliseconds())
	gone(late, "ten minutes later")
	disabled := wait()
	require.NoError(t, s.store.DisableMember(t.Context(), operator, s.member("staff").ID, true))
	require.NoError(t, s.store.DisableMember(t.Context(), operator, s.member("staff").ID, false))
	gone(disabled, "disabled meanwhile")
	changed := wait()
	require.NoError(t, s.store.SetPassword(t.Context(), operator, s.member("staff").ID, "another-long-one"))
	gone(changed, "the password is another")
}

// A link for a forgotten password gets nobody round the second step.
func TestAResetLinkAsksForTheCode(t *testing.T) {
	s := newSite(t)
	phone, _ := enrol(t, s.as("staff"))
	link := linkOf(t, s.as("admin").form(fmt.Sprintf("/team/%d/link", s.member("staff").ID)))
	c := s.nobody()
	assert.Equal(t, "/login/code", c.form(link, "password", "three words together").Header.Get("Location"))
	assert.Equal(t, 303, c.get("/").Status)
	require.Equal(t, 303, c.form("/login/code", "code", phone.code(1)).Status)
	assert.Equal(t, 200, c.get("/").Status)
}

// It is turned off with password and code; for somebody else, by who may change
// them.
func TestTurningTwoStepOff(t *testing.T) {
	s := newSite(t)
	staff, admin := s.as("staff"), s.as("admin")
	phone, recovery := enrol(t, staff)
	for _, fields := range [][]string{
		{"present", password, "code", "000000"}, {"present", "not-my-password", "code", phone.code(1)}, {"present", password}, {"code", recovery[0]},
	} {
		assert.Equal(t, 422, staff.form("/settings/twostep/off", fields...).Status, fields)
	}
	renewed := staff.form("/settings/twostep/codes", "code", phone.code(1))
	assert.Regexp(t, shownCode, renewed.Body)
	assert.NotContains(t, renewed.Body, recovery[0])
	assert.Equal(t, 422, staff.form("/settings/twostep/off", "present", password, "code", recovery[1]).Status, "the old ones are void")
	fresh := shownCode.FindStringSubmatch(renewed.Body)[1]
	assert.Equal(t, 303, staff.form("/settings/twostep/off", "present", password, "code", fresh).Status)
	assert.Equal(t, "/", s.nobody().form("/login", "email", "staff@house.test", "password", password).Header.Get("Location"))

	enrol(t, staff)
	page := fmt.Sprintf("/team/%d", s.member("staff").ID)
	assert.Contains(t, admin.get(page).Body, page+"/twostep")
	assert.Equal(t, 403, s.as("manager").form(page+"/twostep").Status)
	assert.Equal(t, 303, admin.form(page+"/twostep").Status)
	assert.NotContains(t, admin.get(page).Body, page+"/twostep")
	assert.Equal(t, "/", s.nobody().form("/login", "email", "staff@house.test", "password", password).Header.Get("Location"))
	enrol(t, admin)
	assert.Equal(t, 403, admin.form(fmt.Sprintf("/team/%d/twostep", s.member("admin").ID)).Status, "nobody gets round their own that way")
}
