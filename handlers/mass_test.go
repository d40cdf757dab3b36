package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// What somebody would add to a form to become more than they are.
var massFields = url.Values{
	"role": {"SUPER_ADMIN"}, "Role": {"SUPER_ADMIN"}, "tenant_id": {"1"}, "tenant": {"1"}, "owner_id": {"1"}, "owner": {"1"}, "is_admin": {"true"}, "admin": {"1"},
	"verified": {"true"}, "disabled": {"0"}, "id": {"1"}, "user": {"1"}, "user_id": {"1"}, "properties": {"hill-cottage"}, "property": {"hill-cottage"},
	"scope": {"money:read"}, "scopes": {"money:read"}, "user[role]": {"SUPER_ADMIN"}, "permissions": {"*"}, "revoked": {"0"}, "__proto__": {"x"},
}

// rights returns who may what, as the database has it.
func (s *site) rights() []string {
	return slices.Concat(
		s.column(`SELECT email || ' ' || role || ' ' || disabled FROM users ORDER BY id`),
		s.column(`SELECT person || ' ' || property FROM user_properties ORDER BY 1`),
		s.column(`SELECT name || ' ' || scopes || ' ' || revoked || ' ' || coalesce(owner, 0) FROM api_keys ORDER BY id`),
		s.column(`SELECT api_key || ' ' || property FROM api_key_properties ORDER BY 1`))
}

// Every form of every page, with fields added that its handler does not read,
// leaves everybody's rights as they are; whoever may not change rights cannot do
// it in any other way either.
func TestFieldsNobodyAskedForAreIgnored(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write")
	writer.publish(booking("new", "BK-1", "lake-house", ""))
	before := s.rights()
	posted := 0
	for _, who := range []string{"owner", "manager", "staff", "user"} {
		c, own := s.as(who), fmt.Sprint(s.member(who).ID)
		for _, r := range s.routes() {
			if r.method == http.MethodGet || forPrograms(mustRequest(t, r.method, r.path)) || r.path == "/logout" || r.path == "/login" {
				continue
			}
			path := strings.NewReplacer("/notifications/:id", "/notifications/booking:BK-1", ":id", own, ":name", writer.name, ":token", "none").Replace(r.path)
			got := c.do(r.method, path+"?"+massFields.Encode(), massFields.Encode(), "Content-Type", "application/x-www-form-urlencoded")
			assert.Less(t, got.Status, 500, "%s %s", r.method, path)
			posted++
		}
	}
	assert.Equal(t, before, s.rights())

	// An invitation and a sign-in read what they read, and nothing beside it.
	admin := s.as("admin")
	link, err := s.store.Invite(t.Context(), operator, inn.Member{Email: "new@house.test", Name: "New", Role: inn.User})
	require.NoError(t, err)
	form := url.Values{"name": {"New"}, "password": {"a-long-enough-one"}, "email": {"super@house.test"}}
	for name, values := range massFields {
		form[name] = values
	}
	r := s.nobody().do(http.MethodPost, "/invite/"+link.Token, form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, 303, r.Status, r.Body)
	m := s.member("new")
	assert.Equal(t, inn.User, m.Role)
	assert.Empty(t, m.Properties)
	form = url.Values{"email": {"user@house.test"}, "password": {password}, "role": {"SUPER_ADMIN"}, "user": {"1"}}
	c := s.nobody()
	require.Equal(t, 303, c.do(http.MethodPost, "/login", form.Encode(), "Content-Type", "application/x-www-form-urlencoded").Status)
	assert.Equal(t, 403, c.get("/team").Status)
	assert.Equal(t, 200, admin.get("/team").Status)
	t.Logf("%d forms", posted)
}

// A publish that names who it is from, or more than an event has, is refused at
// the field; nothing of it is believed.
func TestPublishBelievesNothingAboutThePublisher(t *testing.T) {
	s := newSite(t)
	key := s.key("events:write,events:read", "lake-house")
	before := s.stored()
	for _, field := range []string{"role_id", "tenant_id", "owner_id", "is_admin", "verified", "actor", "by", "id", "topic", "to", "at", "epoch", "subject", "kind"} {
		r := key.post("/api/v1/events", top(field, `"user:1"`))
		assert.Equal(t, 422, r.Status, field)
		assert.Contains(t, r.Body, `"/`+field+`"`)
	}
	for _, field := range []string{"by", "event", "changed", "heldBy", "bookedAt", "tenant_id", "owner_id", "is_admin", "verified", "role"} {
		r := key.post("/api/v1/events", with(field, `"x"`))
		assert.Equal(t, 422, r.Status, field)
		assert.Contains(t, r.Body, `"/payload/`+field+`"`)
	}
	assert.Equal(t, before, s.stored())
	r := key.post("/api/v1/events", `{"type":"user:action","property":"lake-house","payload":{"reported":"user:1","actor":"user:1","by":"The admin"}}`)
	require.Equal(t, 201, r.Status, r.Body)
	event, _ := r.json(t)["event"].(map[string]any)
	assert.Equal(t, "key:"+key.name, event["actor"])
	payload, _ := event["payload"].(map[string]any)
	assert.Equal(t, "key:"+key.name, payload["reported"], "who reports it is ours to say")
}

// Nobody returns what they do not have: not a role at or above their own, not a
// scope or a property that is not theirs, and nothing to somebody above them.
func TestNobodyGrantsMoreThanTheyHave(t *testing.T) {
	s := newSite(t)
	super, admin := s.as("super"), s.as("admin")
	before := s.rights()
	for _, who := range []string{"owner", "manager", "staff", "user"} {
		for _, role := range inn.Roles {
			r := s.as(who).form("/team", "name", "X", "email", "x@house.test", "role", string(role))
			assert.Equal(t, 403, r.Status, "%s invites %s", who, role)
			r = s.as(who).form("/team/"+fmt.Sprint(s.member(who).ID), "role", string(role), "property", "hill-cottage")
			assert.Equal(t, 403, r.Status, "%s becomes %s", who, role)
		}
		r := s.as(who).form("/keys", "name", "k", "scope", "events:read")
		assert.Equal(t, 403, r.Status, who)
	}
	for _, role := range []inn.Role{inn.SuperAdmin, inn.Admin} {
		assert.Equal(t, 403, admin.form("/team", "name", "X", "email", "x@house.test", "role", string(role)).Status)
		assert.Equal(t, 403, admin.form("/team/"+fmt.Sprint(s.member("staff").ID), "role", string(role)).Status)
	}
	for _, above := range []string{"super", "admin"} {
		id := fmt.Sprint(s.member(above).ID)
		for _, path := range []string{"/team/" + id, "/team/" + id + "/link", "/team/" + id + "/disable"} {
			assert.Equal(t, 403, admin.form(path, "role", "STAFF").Status, path)
		}
	}
	assert.Equal(t, 403, admin.form("/team/"+fmt.Sprint(s.member("super").ID)+"/signout").Status)
	for _, role := range []string{"", "ROOT", "admin", "SUPER_ADMIN ", "STAFF,ADMIN"} {
		assert.Equal(t, 422, super.form("/team", "name", "X", "email", "x@house.test", "role", role).Status, "%q", role)
	}
	assert.Equal(t, 422, super.form("/keys", "name", "k", "scope", "everything").Status)
	assert.Contains(t, []int{404, 422}, super.form("/keys", "name", "k", "scope", "events:read", "property", "no-house").Status)
	assert.Equal(t, before, s.rights())
}
