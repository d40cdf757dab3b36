package handlers

import (
	"encoding/csv"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// Everybody sees what they did; what others did only who may. It arrives by
// itself.
func TestActivity(t *testing.T) {
	s := newSite(t)
	super, admin, staff := s.as("super"), s.as("admin"), s.as("staff")
	page, theirs := s.stream("/live", admin, "").live(), s.stream("/live", staff, "").live()
	require.Equal(t, 303, super.form("/team/6/disable").Status)
	pushed := page.pushed("disabled The user")
	assert.Contains(t, pushed, `[data-list~=&#34;activity&#34;], [data-list~=&#34;activity-user:1&#34;]`)
	last := s.key("events:write").publish(booking("new", "BK-1", "lake-house", ""))
	assert.NotContains(t, theirs.upTo(last), "disabled The user")

	assert.Contains(t, admin.get("/activity").Body, "disabled The user")
	assert.Contains(t, super.get("/activity").Body, "disabled The user")
	assert.Contains(t, admin.get("/team/1").Body, "disabled The user")
	assert.NotContains(t, staff.get("/activity").Body, "disabled The user")
	own := staff.get("/activity").Body
	assert.Contains(t, own, "The staff")
	assert.NotContains(t, own, "The super")
	assert.NotContains(t, own, `name="person"`)
	assert.Contains(t, admin.get("/activity?person=1").Body, "disabled The user")
	assert.NotContains(t, admin.get("/activity?person=5").Body, "disabled The user")
	assert.Equal(t, 200, staff.get("/activity?person=5").Status)
	for _, path := range []string{"/activity?person=1", "/activity?person=999", "/activity?person=x"} {
		assert.Equal(t, 404, staff.get(path).Status, path)
	}
	assert.Equal(t, 404, admin.get("/activity?person=999").Status)
	today := string(inn.DateOf(time.Now(), inn.Location("Asia/Kolkata")))
	tomorrow := string(inn.Date(today).Add(1))
	assert.Contains(t, admin.get("/activity?from="+today+"&to="+today).Body, "disabled The user", "the last day is part of it")
	assert.NotContains(t, admin.get("/activity?from="+tomorrow).Body, "disabled The user")
	assert.Equal(t, 422, admin.get("/activity?from=yesterday").Status)
	assert.Equal(t, 400, admin.get("/activity?before=x").Status)
}

func TestActivityIsPagedByPosition(t *testing.T) {
	s := newSite(t)
	staff := s.as("staff")
	for range 2*listShown + 3 {
		s.quick("staff")
	}
	seen, path := map[string]bool{}, "/activity"
	for path != "" {
		r := staff.get(path)
		for _, found := range regexp.MustCompile(`data-event="([^"]*)"`).FindAllStringSubmatch(r.Body, -1) {
			assert.False(t, seen[found[1]], "twice")
			seen[found[1]] = true
		}
		next := regexp.MustCompile(`href="(/activity\?[^"]*before=[^"]*)">Older`).FindStringSubmatch(r.Body)
		assert.Equal(t, path == "/activity", strings.Contains(r.Body, `data-list="activity"`), "only the first page grows")
		if path = ""; next != nil {
			path = strings.ReplaceAll(next[1], "&amp;", "&")
		}
	}
	assert.Len(t, seen, 2*listShown+4, "with the sign-in")
}

// The audit is for AUDIT_VIEW; its download cannot run anything in the program
// that opens it.
func TestAudit(t *testing.T) {
	s := newSite(t)
	super := s.as("super")
	for i, name := range []string{"=cmd|' /C calc'!A0", "+1", "-1", "@sum", "Ann, \"the\" cook"} {
		form := url.Values{"name": {name}, "email": {strconv.Itoa(i) + "@house.test"}, "role": {"USER"}}
		require.Equal(t, 200, super.do("POST", "/team", form.Encode(), "Content-Type", "application/x-www-form-urlencoded").Status, name)
	}
	page := super.get("/activity/audit").Body
	assert.Contains(t, page, "invited")
	assert.Contains(t, page, "from 127.0.0.1")
	assert.Equal(t, 5, strings.Count(super.get("/activity/audit?deed=member:invited").Body, `data-act="`))
	assert.Equal(t, 5, strings.Count(super.get("/activity/audit?actor=user:1").Body, `data-act="`))
	assert.Zero(t, strings.Count(super.get("/activity/audit?to=2001-01-01").Body, `data-act="`))
	assert.Equal(t, 400, super.get("/activity/audit?before=x").Status)
	assert.Equal(t, 422, super.get("/activity/audit?from=x").Status)

	r := super.get("/activity/audit.csv?deed=member:invited")
	assert.Equal(t, "text/csv; charset=utf-8; header=present", r.Header.Get("Content-Type"))
	assert.Contains(t, r.Header.Get("Content-Disposition"), "attachment")
	body, found := strings.CutPrefix(r.Body, "\ufeff")
	assert.True(t, found, "spreadsheets are told that it is UTF-8")
	assert.Equal(t, strings.Count(body, "\n"), strings.Count(body, "\r\n"))
	lines, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	require.NoError(t, err)
	require.Len(t, lines, 6)
	var names []string
	for _, line := range lines[1:] {
		assert.Equal(t, []string{"user:1", "The super", "member:invited", "127.0.0.1"}, []string{line[3], line[4], line[5], line[9]})
		names = append(names, line[7])
	}
	assert.Equal(t, []string{"Ann, \"the\" cook", "'@sum", "'-1", "'+1", "'=cmd|' /C calc'!A0"}, names)
	// A download longer than one reading of it, and pages of it, lose nothing.
	for range downloadStep + 7 {
		require.NoError(t, s.store.SignOutEverywhere(t.Context(), inn.Viewer{Name: "command line"}, 6))
	}
	lines, err = csv.NewReader(strings.NewReader(super.get("/activity/audit.csv?deed=sessions:ended").Body)).ReadAll()
	require.NoError(t, err)
	assert.Len(t, lines, 1+downloadStep+7)
	older := regexp.MustCompile(`href="(/activity/audit\?[^"]*before=[^"]*)"`).FindStringSubmatch(super.get("/activity/audit?deed=sessions:ended").Body)
	require.Len(t, older, 2)
	assert.Equal(t, listShown, strings.Count(super.get(strings.ReplaceAll(older[1], "&amp;", "&")).Body, `data-act="`))
}
