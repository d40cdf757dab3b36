package handlers

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// extra adds one more person and returns their id.
func (s *site) extra(name string, role inn.Role, properties ...string) string {
	s.t.Helper()
	m, err := s.store.AddMember(s.t.Context(), inn.Viewer{Name: "test"}, inn.Member{
		Email: name + "@house.test", Name: "The " + name, Role: role, Properties: properties,
	}, password)
	require.NoError(s.t, err)
	return strconv.FormatInt(m.ID, 10)
}

var linkURL = regexp.MustCompile(`data-copied>(http[^"<]*)(/invite/[0-9a-f]{40})</textarea>`)

// linkOf returns the path of the one-time link that a page shows.
func linkOf(t *testing.T, r answer) string {
	t.Helper()
	require.Equal(t, 200, r.Status, r.Body)
	found := linkURL.FindStringSubmatch(r.Body)
	require.Len(t, found, 3, r.Body)
	return found[2]
}

// From the invitation to the first page: a link for the administrator to pass
// on, a password of one's own, signed in; with and without scripts.
func TestInvitation(t *testing.T) {
	s := newSite(t)
	admin := s.as("admin")
	for _, c := range []struct {
		name    string
		headers []string
	}{{"plain", nil}, {"htmx", []string{"HX-Request", "true"}}} {
		email := c.name + "@house.test"
		form := url.Values{"name": {"Zoë " + c.name}, "email": {email}, "role": {"STAFF"}, "property": {"lake-house", "desk"}}
		r := admin.do("POST", "/team", form.Encode(), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, c.headers...)...)
		path := linkOf(t, r)
		assert.Equal(t, c.headers != nil, strings.HasPrefix(strings.TrimSpace(r.Body), "<hx-partial"), c.name)
		assert.Equal(t, c.headers != nil, r.Header.Get("HX-Trigger") == peopleChanged, c.name)
		assert.Contains(t, r.Body, s.url+"/invite/")
		assert.NotContains(t, admin.get("/team").Body, path, "shown once")
		assert.Contains(t, admin.get("/team").Body, "Invited")
		assert.NotContains(t, s.logged.String(), strings.TrimPrefix(path, "/invite/"), "and not logged")

		guest := s.nobody()
		for range 2 { // opening it changes nothing
			page := guest.get(path)
			require.Equal(t, 200, page.Status)
			assert.Contains(t, page.Body, email)
		}
		short := guest.form(path, "name", "Zoë <b>", "password", "short")
		assert.Equal(t, 422, short.Status)
		assert.Contains(t, short.Body, `value="Zoë &lt;b&gt;"`, "what was typed is kept")
		assert.Contains(t, short.Body, `id="password-wrong"`, "the field is named")
		assert.NotContains(t, short.Body, "short\"", "the password is not")
		in := guest.form(path, "name", "Zoë "+c.name, "password", "a password of mine")
		require.Equal(t, 303, in.Status, in.Body)
		assert.Equal(t, "/", in.Header.Get("Location"))
		assert.Equal(t, 200, guest.get("/properties/lake-house").Status)
		assert.Equal(t, 404, s.nobody().get(path).Status, "it works once")
		assert.Equal(t, 404, s.nobody().form(path, "name", "X", "password", "another password").Status)
		assert.NotContains(t, admin.get("/team").Body, "Invited")
	}
}

// A link for a forgotten password ends what was signed in with the old one, at
// the moment it is used and not before.
func TestForgottenPassword(t *testing.T) {
	s := newSite(t)
	staff := s.as("staff")
	page := s.stream("/live", staff, "").live()
	path := linkOf(t, s.as("admin").form("/team/5/link"))
	assert.Equal(t, 200, staff.get("/").Status)
	guest := s.nobody()
	require.Equal(t, 303, guest.form(path, "name", "Somebody Else", "password", "the next password").Status)
	assert.Equal(t, "bye", page.ends().Event)
	assert.Equal(t, 303, staff.get("/").Status, "signed out")
	m, err := s.store.Member(t.Context(), 5)
	require.NoError(t, err)
	assert.Equal(t, "The staff", m.Name, "only an invitation asks for the name")
	assert.Equal(t, 303, s.nobody().form("/login", "email", "staff@house.test", "password", "the next password").Status)
	assert.Equal(t, 401, s.nobody().form("/login", "email", "staff@house.test", "password", password).Status)
}

func TestALinkIsUsedOnceHoweverManyTry(t *testing.T) {
	s := newSite(t)
	path := linkOf(t, s.as("super").form("/team/5/link"))
	var all sync.WaitGroup
	var mu sync.Mutex
	statuses := map[int]int{}
	for range 6 {
		all.Go(func() {
			r, err := s.nobody().try("POST", path, "password=the+next+password", "Content-Type", "application/x-www-form-urlencoded", "Origin", s.url)
			assert.NoError(t, err)
			mu.Lock()
			defer mu.Unlock()
			statuses[r.Status]++
		})
	}
	all.Wait()
	assert.Equal(t, map[int]int{303: 1, 404: 5}, statuses)
}

// What an ADMIN may not change they see without the means to, and a request
// made by hand is refused.
func TestAdminsDoNotTouchAdmins(t *testing.T) {
	s := newSite(t)
	admin := s.as("admin")
	for id, theirs := range map[string]bool{"1": false, "2": false, "3": true, "6": true} {
		page := admin.get("/team/" + id)
		require.Equal(t, 200, page.Status)
		assert.Equal(t, theirs, strings.Contains(page.Body, `data-action="disable"`), id)
		assert.Equal(t, theirs, strings.Contains(page.Body, `name="role"`), id)
		if theirs {
			assert.NotContains(t, page.Body, `value="ADMIN"`, "no more than they may give")
			continue
		}
		for _, path := range []string{"", "/link", "/signout", "/disable", "/enable"} {
			if id == "2" && path == "/signout" {
				continue // everybody may do that to themselves
			}
			assert.Equal(t, 403, admin.form("/team/"+id+path, "role", "USER").Status, path)
		}
	}
	assert.Equal(t, 403, admin.form("/team/5", "role", "ADMIN").Status)
	assert.Equal(t, 403, admin.form("/team", "name", "A", "email", "a@house.test", "role", "ADMIN").Status)
	for _, path := range []string{"/team/999", "/team/none", "/team/-1"} {
		assert.Equal(t, 404, admin.get(path).Status, path)
		assert.Equal(t, 404, admin.form(path+"/disable").Status, path)
	}
	r := s.as("super").form("/team/1/disable")
	assert.Equal(t, 409, r.Status)
	assert.Contains(t, r.Body, "last SUPER_ADMIN")
	assert.Equal(t, 409, s.as("super").form("/team/1", "role", "ADMIN").Status)
}

// A change acts on who it is about, and the form keeps what was typed when it is
// refused.
func TestChangingAPerson(t *testing.T) {
	s := newSite(t)
	super, staff := s.as("super"), s.as("staff")
	assert.Equal(t, 404, staff.get("/properties/hill-cottage").Status)
	form := url.Values{"role": {"PROPERTY_MANAGER"}, "property": {"hill-cottage"}}
	r := super.do("POST", "/team/5", form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "HX-Request", "true")
	assert.Equal(t, 204, r.Status)
	assert.Equal(t, peopleChanged, r.Header.Get("HX-Trigger"))
	assert.Equal(t, 200, staff.get("/properties/hill-cottage").Status)
	assert.Equal(t, 404, staff.get("/properties/lake-house").Status)

	r = super.form("/team", "name", "", "email", "not an address", "role", "STAFF", "property", "hill-cottage")
	assert.Equal(t, 422, r.Status)
	for _, want := range []string{`id="name-wrong"`, `id="email-wrong"`, `value="not an address"`, `value="hill-cottage" checked`, `aria-describedby="email-wrong"`} {
		assert.Contains(t, r.Body, want)
	}
	r = super.form("/team", "name", "Second", "email", "STAFF@house.test", "role", "STAFF", "property", "hill-cottage")
	assert.Equal(t, 409, r.Status)
	assert.Contains(t, r.Body, `id="email-wrong"`)
	assert.Equal(t, 404, super.form("/team", "name", "Second", "email", "second@house.test", "role", "STAFF", "property", "nowhere").Status)
	r = super.do("POST", "/team", "name=&email=x&role=KING", "Content-Type", "application/x-www-form-urlencoded", "HX-Request", "true")
	assert.Equal(t, 422, r.Status)
	assert.Contains(t, r.Body, `<hx-partial hx-target="[id=&#34;person-form&#34;]"`)
	assert.Contains(t, r.Body, `value="x"`)
	assert.NotContains(t, r.Body, "<html")

	other := s.signIn("staff")
	require.Equal(t, 303, super.form("/team/5/signout").Status)
	assert.Equal(t, []int{303, 303}, []int{staff.get("/").Status, other.get("/").Status})
	require.Equal(t, 303, super.form("/team/5/disable").Status)
	assert.Equal(t, 401, s.nobody().form("/login", "email", "staff@house.test", "password", password).Status)
	require.Equal(t, 303, super.form("/team/5/enable").Status)
	s.signIn("staff")
}

// Who would see nothing is not invited by mistake, nor left with nothing.
func TestAPersonWithoutAPropertyIsAskedAbout(t *testing.T) {
	s := newSite(t)
	super := s.as("super")
	for _, role := range inn.Roles {
		asked := role == inn.Owner || role == inn.Manager || role == inn.Staff
		email := strings.ToLower(string(role)) + "@new.test"
		r := super.form("/team", "name", "Zoë", "email", email, "role", string(role))
		assert.Equal(t, asked, r.Status == 422, "%s: %d", role, r.Status)
		assert.Equal(t, asked, strings.Contains(r.Body, `id="property-wrong"`), role)
		assert.Equal(t, !asked, linkURL.MatchString(r.Body), role)
		if asked {
			r = super.form("/team", "name", "Zoë", "email", email, "role", string(role), "bare", "yes")
			assert.Equal(t, 200, r.Status, role)
			assert.True(t, linkURL.MatchString(r.Body), role)
		}
	}
	r := super.form("/team/5", "role", "STAFF")
	assert.Equal(t, 422, r.Status)
	assert.Contains(t, r.Body, `name="bare"`)
	m, err := s.store.Member(t.Context(), 5)
	require.NoError(t, err)
	assert.NotEmpty(t, m.Properties, "nothing was changed")
	require.Equal(t, 303, super.form("/team/5", "role", "STAFF", "bare", "yes").Status)
}

var secretValue = regexp.MustCompile(`data-copied>(bk_[0-9a-f]{40})</textarea>`)

// A key's secret is shown on the answer and nowhere else; it works, within its
// maker's rights, until it is revoked.
func TestMakingAKey(t *testing.T) {
	s := newSite(t)
	admin := s.as("admin")
	r := admin.form("/keys", "name", "web site", "property", "lake-house")
	assert.Equal(t, 422, r.Status)
	assert.Contains(t, r.Body, `value="web site"`)
	assert.Contains(t, r.Body, `id="scope-wrong"`)
	r = admin.form("/keys", "name", "web site", "scope", "events:read")
	assert.Equal(t, 422, r.Status)
	assert.Contains(t, r.Body, `id="name-wrong"`)
	assert.Contains(t, r.Body, `value="events:read" checked`)
	assert.Equal(t, 404, admin.form("/keys", "name", "k", "scope", "events:read", "property", "nowhere").Status)

	r = admin.do("POST", "/keys", "name=website&scope=events:read&scope=events:write", "Content-Type", "application/x-www-form-urlencoded", "HX-Request", "true")
	require.Equal(t, 200, r.Status)
	require.Regexp(t, secretValue, r.Body)
	program := &caller{site: s, secret: secretValue.FindStringSubmatch(r.Body)[1]}
	list := admin.get("/keys").Body
	assert.NotRegexp(t, secretValue, list)
	for _, want := range []string{`data-key="website"`, "The admin", "events:read, events:write", "every property", "never used"} {
		assert.Contains(t, list, want)
	}
	program.publish(booking("new", "BK-1", "hill-cottage", ""))
	stream := s.stream("/api/v1/stream", program, "").live()

	// Its owner loses the house, and the key with them.
	require.Equal(t, 303, s.as("super").form("/team/2", "role", "STAFF", "property", "lake-house").Status)
	assert.Equal(t, 404, program.get("/api/v1/bookings/BK-1").Status)
	assert.Equal(t, 404, program.post("/api/v1/events", booking("confirmed", "BK-1", "hill-cottage", "")).Status)
	s.key("events:write").publish(booking("confirmed", "BK-1", "hill-cottage", ""))
	last := s.key("events:write").publish(booking("new", "BK-2", "lake-house", ""))
	heard := stream.upTo(last)
	assert.Contains(t, heard, "BK-2")
	assert.NotContains(t, heard, "booking:confirmed")
	require.Equal(t, 303, s.as("super").form("/team/2/disable").Status)
	stream.ends()
	assert.Equal(t, 401, program.get("/api/v1/bookings").Status)
	assert.Contains(t, s.as("super").get("/keys").Body, "Asleep")

	require.Equal(t, 303, s.as("super").form("/keys/website/revoke").Status)
	assert.Equal(t, 404, s.as("super").form("/keys/website/revoke").Status)
	assert.Contains(t, s.as("super").get("/keys").Body, "Revoked")
}
