package handlers

import (
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/auth"
	"baithaka/internal/inn"
	"baithaka/store"
)

// with returns a browser that has some cookie and no more.
func (s *site) with(token string) *caller {
	return &caller{site: s, cookie: &http.Cookie{Name: cookieName, Value: token}}
}

// alter changes rows behind the back of the server, as time would.
func (s *site) alter(query string, args ...any) {
	s.t.Helper()
	var file string
	require.NoError(s.t, s.db.Read.QueryRow(`SELECT file FROM pragma_database_list WHERE name = 'main'`).Scan(&file))
	other, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(5000)")
	require.NoError(s.t, err)
	defer other.Close()
	_, err = other.Exec(query, args...)
	require.NoError(s.t, err)
}

// signedOut says that a cookie lets nobody in any more.
func (s *site) signedOut(token, why string) {
	s.t.Helper()
	assert.Equal(s.t, 401, s.with(token).get("/api/v1/events").Status, why)
}

// N-3: a token planted before signing in is worth nothing after; signing in
// again, a change of rights and a new password each make another.
func TestTokensAreRotated(t *testing.T) {
	s := newSite(t)
	planted := s.with("planted-by-somebody")
	staff := s.with("planted-by-somebody")
	require.Equal(t, 303, staff.form("/login", "email", "staff@house.test", "password", password).Status)
	first := staff.cookie.Value
	assert.NotEqual(t, "planted-by-somebody", first)
	s.signedOut(planted.cookie.Value, "planted")
	require.Equal(t, 303, staff.form("/login", "email", "staff@house.test", "password", password).Status)
	second := staff.cookie.Value
	s.signedOut(first, "signed in again")

	// Their rights change: the next page brings another token, once, whichever
	// of two requests that left together is answered first.
	open := s.stream("/live", staff, "").live()
	require.NoError(t, s.store.ChangeMember(t.Context(), operator, s.member("staff").ID, inn.Manager, []string{"lake-house"}))
	open.until("resync")
	for what, r := range map[string]answer{
		"htmx": s.with(second).get("/bookings", "HX-Request", "true"),
		"api":  s.with(second).get("/api/v1/bookings"),
		"post": s.with(second).form("/settings/mute", "mute", "off"),
	} {
		assert.Less(t, r.Status, 400, what)
		assert.Empty(t, r.Header.Get("Set-Cookie"), what)
	}
	one, two := s.with(second), s.with(second)
	require.Equal(t, 200, one.get("/bookings").Status)
	require.Equal(t, 200, two.get("/").Status)
	assert.NotEqual(t, second, one.cookie.Value)
	assert.Equal(t, one.cookie.Value, two.cookie.Value)
	staff.cookie = one.cookie
	assert.Equal(t, 200, s.with(second).get("/api/v1/events").Status, "what was under way is answered")
	assert.Empty(t, staff.get("/").Header.Get("Set-Cookie"), "it is renewed once")
	s.alter(`UPDATE sessions SET renewed_at = renewed_at - 30000 WHERE renewed_at > 0`)
	s.signedOut(second, "a moment later")
	s.key("events:write").publish(booking("new", "BK-1", "lake-house", ""))
	open.pushed("BK-1")
	assert.Equal(t, 303, staff.form("/logout").Status)
	saysBye(t, open)
}

// N-5: an old cookie is dead, a hundred times of a hundred, with a request of
// its session under way while it is signed out: one that reads its body slowly,
// one that stores the session itself, and one that notes its use.
func TestSignedOutStaysSignedOut(t *testing.T) {
	s := newSite(t)
	back := 0
	for i := range 100 {
		token := s.quick("staff")
		staff := s.with(token)
		s.alter(`UPDATE sessions SET last_used = last_used - 600000 WHERE token = $1`, auth.HashToken(token))

		inFlight, err := s.auth.Sessions.Load(t.Context(), token)
		require.NoError(t, err)
		s.auth.Sessions.Put(inFlight, "anything", "changed")
		body, typing := io.Pipe()
		slow, err := staff.request(http.MethodPost, "/settings/mute", "", "Content-Type", "application/x-www-form-urlencoded")
		require.NoError(t, err)
		slow.Body, slow.ContentLength = body, -1
		answered := make(chan int, 1)
		go func() {
			r, err := s.client.Do(slow)
			if err != nil {
				answered <- 0
				return
			}
			r.Body.Close()
			answered <- r.StatusCode
		}()
		_, err = typing.Write([]byte("mute="))
		require.NoError(t, err)
		open := s.stream("/live", staff, "").live()

		require.Equal(t, 303, s.with(token).form("/logout").Status)
		_, err = typing.Write([]byte("off"))
		require.NoError(t, err)
		require.NoError(t, typing.Close())
		assert.NotZero(t, <-answered)
		_, _, _ = s.auth.Sessions.Commit(inFlight)
		s.flush()
		saysBye(t, open)
		if s.with(token).get("/api/v1/events").Status != 401 || s.with(token).get("/").Status != 303 {
			back++
		}
		if i == 0 {
			s.signedOut(token, "the first")
		}
	}
	assert.Zero(t, back, "of a hundred came back")
}

// proofs keeps what everybody of the template database has proved.
var proofs sync.Map // who → store.Proof

// quick returns a session's token for the price of one password in all tests.
func (s *site) quick(who string) string {
	s.t.Helper()
	proof, proved := proofs.Load(who)
	if !proved {
		var err error
		proof, err = s.store.Authenticate(s.t.Context(), who+"@house.test", password)
		require.NoError(s.t, err)
		proofs.Store(who, proof)
	}
	token, _, err := s.auth.SignIn(s.t.Context(), store.SignIn{Proof: proof.(store.Proof), Session: store.Session{Agent: "quick " + who}})
	require.NoError(s.t, err)
	return token
}

var sessionRow = regexp.MustCompile(`data-session="(\d+)"`)

// listed returns the ids of the sessions that a person's settings list.
func listed(t *testing.T, c *caller) (ids []string) {
	t.Helper()
	r := c.get("/settings")
	require.Equal(t, 200, r.Status)
	for _, found := range sessionRow.FindAllStringSubmatch(r.Body, -1) {
		ids = append(ids, found[1])
	}
	return ids
}

// One sees where one is signed in, and ends it there: the browser that was
// signed out hears so at once, and the row goes from the page of the one that
// did it.
func TestOnesSessions(t *testing.T) {
	s := newSite(t)
	const firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:142.0) Gecko/20100101 Firefox/142.0"
	phone, desk, third := s.nobody(), s.nobody(), s.with(s.quick("staff"))
	require.Equal(t, 303, phone.do("POST", "/login", "email=staff@house.test&password="+password, "Content-Type", "application/x-www-form-urlencoded", "User-Agent", firefox).Status)
	require.Equal(t, 303, desk.do("POST", "/login", "email=staff@house.test&password="+password, "Content-Type", "application/x-www-form-urlencoded", "User-Agent", "<b>odd</b>").Status)
	page := desk.get("/settings").Body
	assert.Contains(t, page, "Firefox on Windows")
	assert.Contains(t, page, "127.0.0.1")
	assert.Contains(t, page, "An unknown browser")
	assert.NotContains(t, page, "<b>odd")
	assert.Equal(t, 1, strings.Count(page, ">This one</span>"))
	all := listed(t, desk)
	require.Len(t, all, 3)
	assert.Len(t, listed(t, s.as("owner")), 1, "nobody else's")

	var theirs string
	require.NoError(t, s.db.Read.QueryRow(`SELECT id FROM sessions WHERE token = $1`, auth.HashToken(phone.cookie.Value)).Scan(&theirs))
	watching, ended := s.stream("/live", desk, "").live(), s.stream("/live", phone, "").live()
	assert.Equal(t, 404, s.as("owner").form("/settings/sessions/"+theirs+"/end").Status)
	r := desk.do("POST", "/settings/sessions/"+theirs+"/end", "", "HX-Request", "true")
	assert.Equal(t, 204, r.Status)
	saysBye(t, ended)
	assert.Contains(t, watching.pushed("session-"+theirs), `hx-swap="delete"`)
	s.signedOut(phone.cookie.Value, "ended from elsewhere")
	assert.Equal(t, 404, desk.form("/settings/sessions/"+theirs+"/end").Status)
	require.Len(t, listed(t, desk), 2)

	other := s.stream("/api/v1/stream", third, "").live()
	assert.Equal(t, "/settings", desk.form("/settings/sessions/end").Header.Get("Location"))
	saysBye(t, other)
	assert.Len(t, listed(t, desk), 1)
	s.key("events:write").publish(booking("new", "BK-1", "lake-house", ""))
	watching.pushed("BK-1")
}

// A password of one's own, without scripts: the present one is asked, what
// cannot be accepted is said beside its field, and the other browsers are
// signed out.
func TestChangeOnesPassword(t *testing.T) {
	s := newSite(t)
	here, there := s.signIn("staff"), s.with(s.quick("staff"))
	before := here.cookie.Value
	open, ended := s.stream("/live", here, "").live(), s.stream("/live", there, "").live()
	for _, c := range []struct{ present, chosen, said string }{
		{"not-my-password", "three words together", "must be the password you have now"},
		{password, "short", "8 to 256"},
		{password, "password1", "most common"},
		{password, "staff@house.test!", "must be more than your name"},
		{password, "Baithaka99", "must be more than your name"},
	} {
		r := here.form("/settings/password", "present", c.present, "password", c.chosen)
		assert.Equal(t, 422, r.Status, c.said)
		assert.Contains(t, strings.ToLower(r.Body), c.said)
		assert.NotContains(t, r.Body, `value="`+c.chosen+`"`)
		assert.NotContains(t, r.Body, `value="`+c.present+`"`)
		assert.Contains(t, r.Body, `name="seconds"`, "it is the page of the settings")
	}
	r := here.form("/settings/password", "present", password, "password", "three words together")
	require.Equal(t, 303, r.Status, r.Body)
	assert.NotEqual(t, before, here.cookie.Value)
	s.signedOut(before, "the old token")
	saysBye(t, ended)
	assert.Contains(t, here.get(strings.Split(r.Header.Get("Location"), "#")[0]).Body, "Your password is changed")
	s.key("events:write").publish(booking("new", "BK-1", "lake-house", ""))
	open.pushed("BK-1")
	assert.Equal(t, 401, s.nobody().form("/login", "email", "staff@house.test", "password", password).Status)
	assert.Equal(t, 303, s.nobody().form("/login", "email", "staff@house.test", "password", "three words together").Status)

	for range guessesPerAccount - 1 {
		here.form("/settings/password", "present", "not-my-password", "password", "three other words")
	}
	r = here.form("/settings/password", "present", "three words together", "password", "three other words")
	assert.Equal(t, 429, r.Status)
	assert.NotEmpty(t, r.Header.Get("Retry-After"))
	assert.Contains(t, r.Body, "Too many tries. Wait 15 minutes")
}

// A link sets a password that follows the rules, works once, and a new one
// voids the one before; none of the three is told apart.
func TestResetLinks(t *testing.T) {
	s := newSite(t)
	admin, id := s.as("admin"), fmt.Sprint(s.member("staff").ID)
	first := linkOf(t, admin.form("/team/"+id+"/link"))
	second := linkOf(t, admin.form("/team/"+id+"/link"))
	guest := s.nobody()
	assert.Equal(t, 404, guest.form(first, "password", "three words together").Status)
	weak := guest.form(second, "password", "sunshine")
	assert.Equal(t, 422, weak.Status)
	assert.Contains(t, weak.Body, "most common")
	require.Equal(t, 303, guest.form(second, "password", "three words together").Status)
	s.alter(`UPDATE invites SET expires = 1`)
	third := linkOf(t, admin.form("/team/"+id+"/link"))
	s.alter(`UPDATE invites SET expires = 1`)
	var gone []string
	for _, link := range []string{first, second, third, "/invite/" + strings.Repeat("0", 40), "/invite/x"} {
		for _, r := range []answer{s.nobody().get(link), s.nobody().form(link, "password", "three words together")} {
			assert.Equal(t, 404, r.Status)
			gone = append(gone, strip(r.Body))
		}
	}
	for _, body := range gone {
		assert.Equal(t, gone[0], body)
	}
}
