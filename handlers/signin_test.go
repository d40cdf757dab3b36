package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Where a sign-in must not lead.
var hostileNext = []string{
	"//evil.test", "///evil.test", "////evil.test/a", "/\\evil.test", "\\\\evil.test", "\\/evil.test", "/\t/evil.test", "/\n/evil.test", "/\r/evil.test", "\t//evil.test",
	"https://evil.test", "http:evil.test", "https:evil.test", "https:/evil.test", "HTTPS://evil.test", "ftp://evil.test", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x",
	"vbscript:x", "evil.test", "evil.test/path", "@evil.test", "user@evil.test", "/@evil.test//", "//user:pass@evil.test", "/%2f/evil.test", "/%2fevil.test", "%2f%2fevil.test",
	"/%5cevil.test", "/%5Cevil.test", "/%09/evil.test", "/%0a/evil.test", "/%0d%0aLocation:x", "/\r\nSet-Cookie: a=b", "/a\x00b", "/a b", "/<script>", "/\"onload",
	"/'", "/a#b", "/a;b", "/a|b", "/a^b", "/a`b", "/{a}", "/é", "/\u2028", "/\u202eevil",
	"/%", "/%zz", "/%2", "", " /", "/ ", ".", "..", "?next=/", "#", "/a//b", "/a/%2f%2fb", "/?next=//evil.test", "/?u=https://evil.test", "/%u002fevil.test",
}

func TestSafeNext(t *testing.T) {
	for _, next := range hostileNext {
		assert.Equal(t, "/", safeNext(next), "%q", next)
	}
	for _, next := range []string{"/", "/bookings", "/bookings?status=new&property=lake-house", "/bookings/BK-1001", "/bookings/A:B.c_d", "/bookings?q=a%20b", "/properties/lake-house", "/notifications?unread=true"} {
		want := next
		if strings.Contains(next, "%20") {
			want = "/" // a blank after decoding: on the safe side
		}
		assert.Equal(t, want, safeNext(next))
	}
	t.Logf("%d hostile values", len(hostileNext))
}

func TestSignInLeadsOn(t *testing.T) {
	s := newSite(t)
	r := s.nobody().get("/bookings?status=new")
	assert.Equal(t, "/login?next="+url.QueryEscape("/bookings?status=new"), r.Header.Get("Location"))
	form := s.nobody().get(r.Header.Get("Location"))
	assert.Contains(t, form.Body, `value="/bookings?status=new"`)
	c := s.nobody()
	r = c.form("/login", "email", "Owner@House.TEST ", "password", password, "next", "/bookings?status=new")
	assert.Equal(t, 303, r.Status)
	assert.Equal(t, "/bookings?status=new", r.Header.Get("Location"))
	assert.Equal(t, 200, c.get("/bookings?status=new").Status)
	r = s.nobody().form("/login", "email", "owner@house.test", "password", password, "next", "//evil.test")
	assert.Equal(t, "/", r.Header.Get("Location"))
	assert.Equal(t, "/", c.get("/login?next=//evil.test").Header.Get("Location"), "who is signed in goes on at once")
}

func TestSessionCookie(t *testing.T) {
	s := newSite(t)
	c := s.nobody()
	planted := &http.Cookie{Name: "baithaka", Value: "planted-by-somebody"}
	c.cookie = planted
	r := c.form("/login", "email", "staff@house.test", "password", password)
	require.Equal(t, 303, r.Status)
	raw := r.Header.Get("Set-Cookie")
	assert.Contains(t, raw, "HttpOnly")
	assert.Contains(t, raw, "SameSite=Lax")
	assert.Contains(t, raw, "Path=/")
	assert.NotContains(t, raw, "Secure", "over plain HTTP it would not come back")
	assert.NotContains(t, raw, "Domain")
	first := c.cookie.Value
	assert.NotEqual(t, "planted-by-somebody", first)
	assert.Equal(t, 303, (&caller{site: s, cookie: planted}).get("/").Status)

	require.Equal(t, 303, c.form("/login", "email", "staff@house.test", "password", password).Status)
	assert.NotEqual(t, first, c.cookie.Value, "another sign-in is another token")
	assert.Equal(t, 303, (&caller{site: s, cookie: &http.Cookie{Name: "baithaka", Value: first}}).get("/").Status, "and the old one is dead")
	assert.Zero(t, s.count(`sessions WHERE token = '`+c.cookie.Value+`'`), "tokens are stored hashed")

	r = c.form("/logout")
	assert.Equal(t, "/login", r.Header.Get("Location"))
	assert.Contains(t, r.Header.Get("Set-Cookie"), "baithaka=;")

	public, err := url.Parse("https://desk.house.test")
	require.NoError(t, err)
	named := newSite(t, Config{PublicURL: public})
	r = named.nobody().do("POST", "/login", "email=staff@house.test&password="+password, "Content-Type", "application/x-www-form-urlencoded",
		"Host", "desk.house.test", "Origin", "https://desk.house.test")
	require.Equal(t, 303, r.Status)
	raw = r.Header.Get("Set-Cookie")
	assert.True(t, strings.HasPrefix(raw, "__Host-baithaka="), raw)
	for _, flag := range []string{"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} {
		assert.Contains(t, raw, flag)
	}
	assert.NotContains(t, raw, "Domain")
}

// Known, unknown and disabled are answered alike, and so is a wrong password.
func TestSignInTellsNothing(t *testing.T) {
	s := newSite(t)
	require.NoError(t, s.store.DisableMember(t.Context(), operator, s.member("user").ID, true))
	alike := func(email, pass string) string {
		r := s.nobody().form("/login", "email", email, "password", pass)
		assert.Equal(t, 401, r.Status)
		assert.NotContains(t, r.Body, pass)
		assert.Empty(t, r.Header.Get("Set-Cookie"))
		return strings.ReplaceAll(r.Body, email, "")
	}
	known := alike("staff@house.test", "wrong-password")
	assert.Equal(t, known, alike("nobody@house.test", "wrong-password"))
	assert.Equal(t, known, alike("user@house.test", password))
	assert.Equal(t, known, alike("staff@house.test", password+"x"))
	assert.Equal(t, known, alike(strings.Repeat("a", 5000)+"@house.test", "wrong-password"))
	assert.Contains(t, known, "do not go together")
}

// Fifty tries at once are no more tries than fifty in a row.
func TestThrottleCountsTriesUnderWay(t *testing.T) {
	s := newSite(t)
	var mu sync.Mutex
	got := map[int]int{}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			r, err := s.nobody().try("POST", "/login", "email=staff@house.test&password=wrong-password", "Content-Type", "application/x-www-form-urlencoded")
			assert.NoError(t, err)
			mu.Lock()
			defer mu.Unlock()
			got[r.Status]++
		})
	}
	all.Wait()
	assert.Equal(t, map[int]int{401: guessesPerAccount, 429: 50 - guessesPerAccount}, got)
}
