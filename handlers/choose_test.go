package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// manyHouses is so many that no page may list them.
const manyHouses = 600

// withManyHouses returns a site with properties house-000 and so on beside the two,
// of which the owner has most.
func withManyHouses(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	var slugs []string
	for i := range manyHouses {
		slugs = append(slugs, fmt.Sprintf("house-%03d", i))
	}
	for _, slug := range slugs {
		require.NoError(t, s.store.ListProperty(t.Context(), inn.Viewer{Name: "test"}, inn.Property{
			Slug: slug, Name: "House " + strings.TrimPrefix(slug, "house-"), Category: inn.Stay, Units: 2, Currency: "EUR", Zone: "Europe/Rome", Country: "IT"}))
	}
	m, err := s.store.MemberByEmail(t.Context(), "owner@house.test")
	require.NoError(t, err)
	require.NoError(t, s.store.ChangeMember(t.Context(), inn.Viewer{Name: "test"}, m.ID, inn.Owner, append(slugs[:500:500], "lake-house")))
	return s
}

func (s *site) theirs(who string) []string {
	s.t.Helper()
	m, err := s.store.MemberByEmail(s.t.Context(), who+"@house.test")
	require.NoError(s.t, err)
	return m.Properties
}

// A house of 600 properties: every page answers everybody, and is no larger than
// one of a small house; one with 501 had "too many terms", and a page of settings
// of 15 MB at 5,000.
func TestPagesDoNotGrowWithTheProperties(t *testing.T) {
	s := withManyHouses(t)
	s.as("super").form("/settings", settingsWith()...)
	for _, who := range []string{"super", "admin", "owner", "manager", "user"} {
		for _, path := range []string{"/", "/bookings", "/bookings?status=no_show", "/properties", "/notifications", "/notifications?unread=true", "/history",
			"/history?type=booking:new", "/settings", "/team", "/team/3", "/keys", "/activity", "/activity/audit", "/status"} {
			answer := s.as(who).get(path)
			assert.Contains(t, []int{http.StatusOK, http.StatusForbidden}, answer.Status, "%s %s: %s", who, path, answer.Body)
			assert.Less(t, len(answer.Body), 100_000, "%s %s", who, path)
			assert.Less(t, strings.Count(answer.Body, "house-"), 8*fewProperties, "%s %s", who, path)
		}
	}
	for _, path := range []string{"/api/v1/events", "/api/v1/bookings", "/api/v1/notifications", "/api/v1/metrics"} {
		assert.Equal(t, http.StatusOK, s.as("owner").get(path).Status, path)
	}
}

// Without a script: a part of the name is typed, and the server says which one is
// meant or asks.
func TestAPropertyIsFoundByItsName(t *testing.T) {
	s := withManyHouses(t)
	s.post("booking:new", "BK-1", "house-007")
	s.post("booking:new", "BK-2", "house-101")
	for _, page := range []string{"/bookings", "/history", "/notifications"} {
		admin := s.as("admin")
		for _, asked := range []string{"house-007", "House 007", "house 007", "007"} {
			answer := admin.get(page + "?property=" + url.QueryEscape(asked))
			require.Equal(t, http.StatusOK, answer.Status, answer.Body)
			assert.Contains(t, answer.Body, "BK-1", "%s %s", page, asked)
			assert.NotContains(t, answer.Body, "BK-2", "%s %s", page, asked)
			assert.Contains(t, answer.Body, `value="House 007"`, "%s %s: the field says which one", page, asked)
		}
		answer := admin.get(page + "?property=house&q=")
		assert.Contains(t, answer.Body, "Which one do you mean?", page)
		assert.Contains(t, answer.Body, page+"?property=house-000", page)
		assert.NotContains(t, answer.Body, "BK-1", "%s shows nothing before it is clear", page)
		answer = s.as("owner").get(page + "?property=" + url.QueryEscape("House 555"))
		assert.NotContains(t, answer.Body, "house-555", "%s: another's property is not there", page)
		assert.NotContains(t, answer.Body, "Which one", page)
	}
	assert.Equal(t, http.StatusNotFound, s.as("owner").get("/history?property=house-555").Status)
}

func (s *site) post(as, id, property string) {
	s.t.Helper()
	key := s.key("events:write")
	answer := key.post("/api/v1/events", fmt.Sprintf(`{"type":%q,"property":%q,"payload":{"id":%q,"type":"property","title":"Stay","customerName":"Guest of %s"}}`, as, property, id, id))
	require.Equal(s.t, http.StatusCreated, answer.Status, answer.Body)
}

func TestPropertiesComeInPages(t *testing.T) {
	s := withManyHouses(t)
	seen := map[string]bool{}
	pages := 0
	for path := "/properties"; path != ""; pages++ {
		answer := s.as("owner").get(path)
		require.Equal(t, http.StatusOK, answer.Status)
		for _, part := range strings.Split(answer.Body, `data-property="`)[1:] {
			slug, _, _ := strings.Cut(part, `"`)
			assert.False(t, seen[slug], "%s twice", slug)
			seen[slug] = true
		}
		_, rest, more := strings.Cut(answer.Body, `rel="next" href="`)
		if path = ""; more {
			path, _, _ = strings.Cut(rest, `"`)
		}
	}
	assert.Len(t, seen, 501)
	assert.Equal(t, 11, pages)
	answer := s.as("owner").get("/properties?q=lake")
	assert.Equal(t, 1, strings.Count(answer.Body, "data-property="))
}

// The boxes of a form that has not all of them: what was found can be ticked, what
// is ticked and shown can be taken away, and what is not shown stays.
func TestBoxesChangeWhatTheyShow(t *testing.T) {
	s := withManyHouses(t)
	admin := s.as("admin")
	before := s.theirs("owner")
	require.Len(t, before, 501)
	page := admin.get("/team/3").Body
	assert.Contains(t, page, "451 more are ticked and not shown")

	// The button that finds stores nothing, and keeps what was ticked.
	filled := url.Values{"role": {"PROPERTY_OWNER"}, "find": {"599"}, "look": {"1"}, "shown": {"house-000", "house-001"}, "property": {"house-001"}}
	found := admin.filled("/team/3", filled)
	require.Equal(t, http.StatusOK, found.Status)
	assert.Contains(t, found.Body, `value="house-599"`)
	assert.Equal(t, before, s.theirs("owner"))

	// htmx gets the boxes alone.
	partial := admin.filled("/team/3", filled, "HX-Request", "true")
	require.Equal(t, http.StatusOK, partial.Status)
	assert.Contains(t, partial.Body, `value="house-599"`)
	assert.NotContains(t, partial.Body, "<main")
	assert.Equal(t, before, s.theirs("owner"))

	// Enter in another field is the first button of the form, with nothing to find.
	saved := admin.filled("/team/3", url.Values{"role": {"PROPERTY_OWNER"}, "find": {""}, "look": {"1"},
		"shown": {"house-000", "house-001", "house-599"}, "property": {"house-001", "house-599"}})
	require.Equal(t, http.StatusSeeOther, saved.Status, saved.Body)
	now := s.theirs("owner")
	assert.Len(t, now, 501)
	assert.NotContains(t, now, "house-000")
	assert.Contains(t, now, "house-599")
	assert.Contains(t, now, "house-499", "what had no box stays")

	invited := admin.form("/team", "name", "Ann", "email", "ann@house.test", "role", "STAFF", "find", "", "shown", "house-005", "property", "house-005")
	require.Equal(t, http.StatusOK, invited.Status, invited.Body)
	assert.Equal(t, []string{"house-005"}, s.theirs("ann"))
}

// filled sends a form in which fields stand more than once.
func (c *caller) filled(path string, form url.Values, headers ...string) answer {
	c.site.t.Helper()
	return c.do(http.MethodPost, path, form.Encode(), append([]string{"Content-Type", "application/x-www-form-urlencoded", "Origin", c.site.url}, headers...)...)
}

func TestASettingAtOnePropertyIsFoundAndKept(t *testing.T) {
	s := withManyHouses(t)
	owner := s.as("owner")
	found := owner.form("/settings", settingsWith("find", "House 123", "look", "1", "seconds", "33")...)
	require.Equal(t, http.StatusOK, found.Status)
	assert.Contains(t, found.Body, `name="own" value="house-123"`)
	assert.Contains(t, found.Body, `value="33"`, "what was typed stays")
	own := func(slugs ...string) {
		t.Helper()
		m, err := s.store.MemberByEmail(t.Context(), "owner@house.test")
		require.NoError(t, err)
		p, err := s.store.Preferences(t.Context(), m.ID)
		require.NoError(t, err)
		var have []string
		for slug := range p.Properties {
			have = append(have, slug)
		}
		assert.ElementsMatch(t, slugs, have)
	}
	own()
	save := func(changes ...string) {
		t.Helper()
		answer := owner.form("/settings", settingsWith(changes...)...)
		require.Equal(t, http.StatusSeeOther, answer.Status, answer.Body)
	}
	save("find", "", "shown", "house-123", "own", "house-123")
	own("house-123")
	save("find", "", "shown", "house-200", "own", "house-200")
	own("house-123", "house-200")
	save("find", "", "shown", "house-123")
	own("house-200")
	save("find", "", "shown", "house-555", "own", "house-555")
	own("house-200") // that is not theirs
}
