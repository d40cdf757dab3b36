package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
	"baithaka/views"
)

// The form is the preferences: written and read back, nothing is lost.
func TestSettingsFormHoldsEveryPreference(t *testing.T) {
	p := inn.DefaultPreferences()
	p.Minimum, p.Seconds, p.Volume, p.Through = inn.High, 7, 35, false
	p.Silent = []inn.Tone{inn.ToneCancelled, inn.ToneOther}
	p.Decimal = inn.DecimalComma
	p.Everywhere[inn.AlertUpdate] = inn.Channels{Sound: true}
	p.Quiet[time.Saturday] = inn.QuietHours{On: true, From: 23*60 + 45, Until: 9 * 60}
	p.Properties = map[string]inn.Told{"lake-house": {}}
	for _, kind := range inn.Kinds {
		p.Properties["lake-house"][kind] = inn.Channels{Desktop: kind == inn.BookingUpdate}
	}
	house := []inn.Property{{Slug: "lake-house"}, {Slug: "hill-cottage"}}
	got, problems := readSettings(settingsForm(p, ""), house, inn.Preferences{})
	require.Empty(t, problems)
	assert.Equal(t, p, got)

	got, problems = readSettings(settingsForm(p, ""), house[1:], p)
	require.Empty(t, problems)
	assert.Empty(t, got.Properties, "a property that is not theirs is passed over")
}

// settingsWith returns the form of a person's settings with some of it changed.
func settingsWith(changes ...string) []string {
	f := settingsForm(inn.DefaultPreferences(), "")
	for i := 0; i+1 < len(changes); i += 2 {
		f.Set(changes[i], changes[i+1])
	}
	var list []string
	for name, values := range f {
		for _, v := range values {
			list = append(list, name, v)
		}
	}
	return list
}

func TestSettingsAreSavedWithoutScript(t *testing.T) {
	s := newSite(t)
	owner := s.as("owner")
	r := owner.form("/settings", settingsWith(views.FieldSeconds, "25", views.FieldZone, "Europe/Rome", views.FieldOwn, "lake-house")...)
	require.Equal(t, http.StatusSeeOther, r.Status)
	page := owner.get(r.Header.Get("Location"))
	require.Equal(t, http.StatusOK, page.Status)
	assert.Contains(t, page.Body, "Saved.")
	assert.Contains(t, page.Body, `value="25"`)
	assert.Contains(t, page.Body, `value="Europe/Rome"`)
	assert.Regexp(t, `data-clock="\d+ (60|120)[ "]`, page.Body, "their times are shown in it from now on")
	assert.Contains(t, page.Body, "Lake House")
	assert.NotContains(t, page.Body, "Hill Cottage")
	staff := s.as("staff").get("/settings")
	assert.NotContains(t, staff.Body, `value="25"`)
}

func TestSettingsThatCannotBeKeepWhatWasTyped(t *testing.T) {
	s := newSite(t)
	admin := s.as("admin")
	wrong := settingsWith(views.FieldSeconds, "soon", views.FieldZone, "Mars/Olympus", views.FieldNights, views.EachNight, views.FieldFrom(time.Monday), "25:99", views.FieldVolume, "40")
	r := admin.form("/settings", wrong...)
	require.Equal(t, http.StatusUnprocessableEntity, r.Status)
	for _, typed := range []string{`value="soon"`, `value="Mars/Olympus"`, `value="25:99"`, `value="40"`} {
		assert.Contains(t, r.Body, typed)
	}
	assert.Contains(t, r.Body, `id="seconds-wrong"`)
	assert.Contains(t, r.Body, `id="from.1-wrong"`)
	assert.Contains(t, r.Body, `id="zone-wrong"`)
	assert.Contains(t, r.Body, `hx-get="/settings"`)

	body := url.Values{views.FieldSeconds: {"soon"}}.Encode()
	r = admin.do(http.MethodPost, "/settings", body, "Content-Type", "application/x-www-form-urlencoded", "HX-Request", "true")
	require.Equal(t, http.StatusUnprocessableEntity, r.Status)
	assert.Contains(t, r.Body, "<hx-partial")
	assert.Contains(t, r.Body, `id="seconds-wrong"`)
	assert.Contains(t, r.Body, `value="soon"`)
	p, err := s.store.Preferences(t.Context(), 2)
	require.NoError(t, err)
	assert.Equal(t, inn.DefaultPreferences(), p, "nothing was stored")
}

// Preferences are no events; open pages of the person, and only theirs, learn of
// them all the same.
func TestSettingsReachOpenPages(t *testing.T) {
	s := newSite(t)
	admin, staff := s.as("admin"), s.as("staff")
	theirs := s.stream("/live", admin, "").live()
	defer theirs.close()
	others := s.stream("/live", staff, "").live()
	defer others.close()

	r := admin.do(http.MethodPost, "/settings/mute", "mute=hour", "Content-Type", "application/x-www-form-urlencoded", "HX-Request", "true")
	require.Equal(t, http.StatusNoContent, r.Status)
	pushed := theirs.pushed("Muted until")
	assert.Contains(t, pushed, `id="preferences"`)
	s.key("events:write").publish(booking("new", "BK-1", "lake-house", ""))
	assert.NotContains(t, others.pushed("BK-1"), `id="preferences"`)

	require.Equal(t, http.StatusSeeOther, admin.form("/settings/mute", "mute", "off").Status)
	theirs.pushed("Mute for an hour")
	require.Equal(t, http.StatusUnprocessableEntity, admin.form("/settings/mute", "mute", "for ever").Status)
}

func TestPageSaysWhatIsUnreadInItsTitle(t *testing.T) {
	s := newSite(t)
	s.key("events:write").publish(booking("new", "BK-1", "lake-house", ""))
	assert.Contains(t, s.as("admin").get("/").Body, "<title>(1) Dashboard · Baithaka</title>")
	assert.Contains(t, s.as("user").get("/").Body, "<title>Dashboard · Baithaka</title>")
}

// The navigation holds what the person may open, and nothing that answers 403.
func TestNavigationLeadsWhereOneMayGo(t *testing.T) {
	s := newSite(t)
	for who, wanted := range map[string][]string{
		"super": {"/bookings", "/properties", "/notifications", "/history", "/activity", "/team", "/keys", "/status", "/settings"},
		"admin": {"/bookings", "/properties", "/notifications", "/history", "/activity", "/team", "/keys", "/status", "/settings"},
		"staff": {"/bookings", "/properties", "/notifications", "/history", "/activity", "/settings"},
		"user":  {"/notifications", "/activity", "/settings"},
	} {
		page := s.as(who).get("/").Body
		for _, path := range []string{"/bookings", "/properties", "/notifications", "/history", "/activity", "/team", "/keys", "/status", "/settings"} {
			if slices.Contains(wanted, path) {
				assert.Contains(t, page, `href="`+path+`"`, who)
				assert.Equal(t, http.StatusOK, s.as(who).get(path).Status, "%s at %s", who, path)
			} else {
				assert.NotContains(t, page, `<a href="`+path+`"`, who)
			}
		}
	}
}
