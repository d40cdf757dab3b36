package handlers

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

var wallLink = regexp.MustCompile(`value="[^"]*(/wall/bw_[0-9a-f]{40})"`)

// wallOf has somebody make the link of a wall, and gives it.
func (c *caller) wallOf(property, label string) string {
	c.site.t.Helper()
	r := c.form("/properties/"+property+"/walls", "label", label)
	require.Equal(c.site.t, http.StatusOK, r.Status, r.Body)
	found := wallLink.FindStringSubmatch(r.Body)
	require.NotNil(c.site.t, found, "the link is shown once")
	return found[1]
}

// screen opens a wall's link in a browser that nobody is signed in with.
func (s *site) screen(link string) *caller {
	s.t.Helper()
	c := s.nobody()
	r := c.get(link)
	require.Equal(s.t, http.StatusSeeOther, r.Status, r.Body)
	require.Equal(s.t, "/wall", r.Header.Get("Location"))
	cookie, err := http.ParseSetCookie(r.Header.Get("Set-Cookie"))
	require.NoError(s.t, err)
	require.Equal(s.t, []any{"/", true, http.SameSiteLaxMode}, []any{cookie.Path, cookie.HttpOnly, cookie.SameSite})
	c.cookie = cookie
	return c
}

func TestAWallShowsNamesAndNothingElse(t *testing.T) {
	s := newSite(t)
	key := s.key("events:write")
	private := s.stayFrom(0, "lake-house") + `,"amount":777123,"currency":"INR","customerEmail":"zq-mail@guest.test","customerPhone":"+99-555-0199","notes":"zq-allergic","country":"ZQ","source":"zq-source","externalId":"zq-external"`
	key.publish(booking("confirmed", "ZQ-own", "lake-house", private))
	key.publish(booking("confirmed", "ZQ-foreign", "hill-cottage", s.stayFrom(0, "hill-cottage")))
	key.publish(`{"type":"alert:raised","property":"lake-house","priority":"critical","payload":{"key":"boiler","title":"Boiler off","detail":"zq-detail"}}`)
	link := s.as("manager").wallOf("lake-house", "Reception")
	assert.NotContains(t, s.as("manager").get("/properties/lake-house").Body, strings.TrimPrefix(link, "/wall/"), "shown once")
	assert.Equal(t, 1, s.count(`api_keys WHERE wall = 'lake-house' AND hash = unhex('`+fmt.Sprintf("%x", sha256.Sum256([]byte(strings.TrimPrefix(link, "/wall/"))))+`')`), "kept hashed")

	wall := s.screen(link)
	page := wall.get("/wall")
	require.Equal(t, http.StatusOK, page.Status)
	assert.Equal(t, "no-referrer", page.Header.Get("Referrer-Policy"))
	stream := s.stream("/wall-live", wall, "").live()
	key.publish(booking("confirmed", "ZQ-later", "lake-house", private))
	key.publish(`{"type":"booking:checked_in","payload":{"id":"ZQ-own"}}`)
	key.publish(booking("confirmed", "ZQ-foreign-too", "hill-cottage", s.stayFrom(0, "hill-cottage")))
	key.publish(`{"type":"alert:raised","property":"lake-house","priority":"high","payload":{"key":"wifi","title":"Wi-Fi is down","detail":"zq-detail"}}`)
	pushed := stream.pushed("Wi-Fi is down")

	assert.Contains(t, page.Body, "Guest ZQ-own")
	assert.Contains(t, page.Body, `class="wall-alert critical"`)
	assert.Contains(t, pushed, "Guest ZQ-later")
	assert.Contains(t, pushed, `id="arrivals-ZQ-own" class="due done inside"`)
	for where, text := range map[string]string{"page": page.Body, "stream": pushed} {
		for _, secret := range append(append([]string{"ZQ-foreign", "zq-", "<form", "/bookings/", "ZQ<"}, amounts...), contacts...) {
			assert.NotContains(t, text, secret, where)
		}
	}
}

// A wall's cookie opens the wall and nothing else, and nobody's session opens it.
func TestAWallIsOnlyAWall(t *testing.T) {
	s := newSite(t)
	wall := s.screen(s.as("admin").wallOf("lake-house", "Kitchen"))
	token := wall.cookie.Value
	for _, path := range []string{"/", "/bookings", "/properties/lake-house", "/history", "/live"} {
		r := s.nobody().get(path, "Cookie", "baithaka="+token+"; baithaka-wall="+token)
		assert.NotContains(t, r.Body, "Lake House", path)
		assert.Contains(t, []int{200, 303}, r.Status, path)
		if r.Status == 200 {
			assert.Contains(t, r.Body, "event: bye", path)
		}
	}
	for _, secret := range []string{token, "bw_x"} {
		assert.Equal(t, 401, (&caller{site: s, secret: secret}).get("/api/v1/bookings").Status, "it is no key")
	}
	assert.Equal(t, 404, s.as("admin").get("/wall").Status, "a session opens no wall")
	assert.Equal(t, 404, s.nobody().get("/wall/bw_"+strings.Repeat("0", 40)).Status)
	assert.NotContains(t, s.as("admin").get("/keys").Body, "wall-")

	// Nobody in particular looks at it.
	stream := s.stream("/wall-live", wall, "").live()
	statistics := s.as("admin").get("/api/realtime/trigger").json(t)
	assert.Empty(t, statistics["connectedUsers"])
	assert.NotContains(t, s.as("manager").get("/").Body, "Kitchen")
	stream.close()
}

func TestWhoMayHangWalls(t *testing.T) {
	s := newSite(t)
	for who, status := range map[string]int{"super": 200, "admin": 200, "manager": 200, "owner": 403, "staff": 403, "user": 403} {
		assert.Equal(t, status, s.as(who).form("/properties/lake-house/walls", "label", "Reception").Status, who)
		assert.Equal(t, status == 200, strings.Contains(s.as(who).get("/properties/lake-house").Body, "Screens on the wall"), who)
	}
	assert.Equal(t, 404, s.as("manager").form("/properties/hill-cottage/walls", "label", "Reception").Status)
	assert.Equal(t, 404, s.as("admin").form("/properties/nowhere/walls", "label", "Reception").Status)
	assert.Equal(t, 422, s.as("manager").form("/properties/lake-house/walls", "label", " ").Status)
	s.as("admin").wallOf("hill-cottage", "Barn")
	foreign := s.walls("hill-cottage")[0].ID
	assert.Equal(t, 404, s.as("manager").form(fmt.Sprintf("/walls/%d/revoke", foreign)).Status, "of another's wall nothing is said")
}

func (s *site) walls(property string) []inn.Key {
	s.t.Helper()
	walls, err := s.store.Walls(s.t.Context(), property)
	require.NoError(s.t, err)
	return walls
}

// A wall ends at its place in the order: when it is ended, and when who made it may
// not make it any more. Nothing committed afterwards is sent.
func TestAWallEnds(t *testing.T) {
	s := newSite(t)
	key := s.key("events:write")
	operator := inn.Viewer{Name: "test"}
	manager := s.member("manager").ID
	for why, end := range map[string]func(){
		"ended": func() {
			id := s.walls("lake-house")[0].ID
			require.Equal(t, http.StatusSeeOther, s.as("manager").form(fmt.Sprintf("/walls/%d/revoke", id)).Status)
		},
		"another role": func() {
			require.NoError(t, s.store.ChangeMember(t.Context(), operator, manager, inn.Staff, []string{"lake-house"}))
		},
		"another property": func() {
			require.NoError(t, s.store.ChangeMember(t.Context(), operator, manager, inn.Manager, []string{"hill-cottage"}))
		},
		"disabled": func() { require.NoError(t, s.store.DisableMember(t.Context(), operator, manager, true)) },
	} {
		require.NoError(t, s.store.ChangeMember(t.Context(), operator, manager, inn.Manager, []string{"lake-house"}))
		for _, other := range s.walls("lake-house") {
			_, err := s.store.RevokeWall(t.Context(), s.member("admin").Viewer(), other.ID)
			require.NoError(t, err)
		}
		link := s.signIn("manager").wallOf("lake-house", why)
		wall := s.screen(link)
		stream := s.stream("/wall-live", wall, "").live()
		end()
		key.publish(booking("confirmed", "BK-"+strings.ReplaceAll(why, " ", "-"), "lake-house", s.stayFrom(0, "lake-house")))
		assert.Equal(t, "bye", stream.ends().Event, why)
		assert.Equal(t, 404, wall.get("/wall").Status, why)
		assert.Equal(t, 404, s.nobody().get(link).Status, why)
		if why == "disabled" {
			require.NoError(t, s.store.DisableMember(t.Context(), operator, manager, false))
		}
	}
}
