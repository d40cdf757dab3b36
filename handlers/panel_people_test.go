package handlers

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// streamOf returns where the stream of a page connects.
func streamOf(t *testing.T, page answer) string {
	t.Helper()
	require.Equal(t, http.StatusOK, page.Status)
	found := regexp.MustCompile(`hx-sse:connect="([^"]*)"`).FindStringSubmatch(page.Body)
	require.NotNil(t, found)
	return html.UnescapeString(found[1])
}

// saying reads a page's stream up to a message that holds a text.
func (r *reader) saying(text string) string {
	r.t.Helper()
	for {
		if m := r.next(soon); m.Event == "" && strings.Contains(m.Data, text) {
			return m.Data
		}
	}
}

// rowOf cuts the element with an id out of a page or message.
func rowOf(t *testing.T, text, tag, id string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, "<"+tag+` `)
	for ; found; _, rest, found = strings.Cut(rest, "<"+tag+` `) {
		head, _, _ := strings.Cut(rest, ">")
		if strings.Contains(head, `id="`+id+`"`) {
			row, _, _ := strings.Cut(rest, "</"+tag+">")
			return row
		}
	}
	require.Fail(t, "there is no such element", id)
	return ""
}

func TestTheAuditIsLive(t *testing.T) {
	s := newSite(t)
	super := s.as("super")
	page := s.stream(streamOf(t, super.get("/activity/audit")), super, "").live()
	narrow := s.stream(streamOf(t, super.get("/activity/audit?deed=key:revoked")), super, "").live()

	require.NoError(t, s.store.ListProperty(t.Context(), inn.Viewer{Name: "command line"}, inn.Property{
		Slug: "barn", Name: "Barn", Category: inn.Stay, Units: 1, Currency: "EUR", Zone: "Europe/Rome", Country: "IT"}))
	message := page.saying(`data-deed="property:listed"`)
	assert.Contains(t, message, "command line")
	assert.Contains(t, message, `[data-list~=&#34;audit&#34;]`)
	id := regexp.MustCompile(`id="(act-\d+)"`).FindStringSubmatch(message)
	require.NotNil(t, id)
	assert.Equal(t, rowOf(t, super.get("/activity/audit").Body, "li", id[1]), rowOf(t, message, "li", id[1]), "the page and its live update are one component")

	require.Equal(t, http.StatusSeeOther, super.form("/settings/house", houseWith()...).Status)
	page.saying(`data-deed="settings:changed"`)
	key := s.key("events:read", "lake-house")
	message = page.saying(`data-deed="key:added"`)
	assert.Contains(t, message, "read the stream, the history and bookings, without money and contacts, for Lake House", "in people's words")
	assert.Contains(t, super.get("/activity/audit.csv?deed=key:added").Body, "events:read for lake-house", "and in the program's for programs")
	require.Equal(t, http.StatusSeeOther, super.form("/keys/"+key.name+"/revoke").Status)
	message = narrow.saying(`data-deed="key:revoked"`)
	assert.NotContains(t, message, "Barn", "what the filter leaves out stays out")
	assert.Equal(t, 1, strings.Count(message, "<li"))
}

func TestPanelsAreOnlyForWhoMaySeeThem(t *testing.T) {
	s := newSite(t)
	for scope, may := range map[string]string{"audit?": "super", "audit?after=0": "super", "team": "super admin", "status": "super admin"} {
		for _, who := range []string{"super", "admin", "owner", "manager", "staff", "user"} {
			panel := s.panel(s.member(who).Viewer(), scope)
			assert.Equal(t, slices.Contains(strings.Fields(may), who), panel != nil, "%s as %s", scope, who)
		}
	}
}

func TestWhoIsOnLineIsLiveOnTheTeamPage(t *testing.T) {
	s := newSite(t)
	admin := s.as("admin")
	staff := fmt.Sprintf("seen-%d", s.member("staff").ID)
	list := admin.get("/team")
	assert.NotContains(t, rowOf(t, list.Body, "span", staff), "Here now")
	page := s.stream(streamOf(t, list), admin, "").live()
	person := s.stream(streamOf(t, admin.get(fmt.Sprintf("/team/%d", s.member("staff").ID))), admin, "").live()

	came := s.stream("/live", s.as("staff"), "").live()
	for _, r := range []*reader{page, person} {
		message := r.saying(`id="` + staff + `"><span class="here"`)
		assert.Equal(t, strings.TrimSpace(rowOf(t, admin.get("/team").Body, "span", staff)), strings.TrimSpace(rowOf(t, message, "span", staff)))
	}
	came.close()
	for {
		message := page.saying(`id="` + staff + `"`)
		if !strings.Contains(message, `id="`+staff+`"><span class="here"`) {
			break // gone
		}
	}
}
