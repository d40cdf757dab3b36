package handlers

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/views"
)

// showSettings is "/settings": how the person wants to be told.
func (s *Site) showSettings(c echo.Context) error {
	p, err := s.page(c, "Settings", "/settings")
	if err != nil {
		return err
	}
	member, err := s.store.Member(c.Request().Context(), p.Viewer.UserID)
	if err != nil {
		return err
	}
	form := settingsForm(p.Preferences, member.Zone)
	return s.renderSettings(c, p, views.Settings{Form: form, Saved: c.QueryParam("saved") == "1"}, http.StatusOK)
}

func (s *Site) renderSettings(c echo.Context, p views.Page, shown views.Settings, status int) (err error) {
	shown.Own = p.Preferences
	problem := shown.Account.Problem
	if shown.Account, err = s.account(c); err != nil {
		return err
	}
	shown.Account.Problem = problem
	shown.Properties, err = s.boxes(c.Request().Context(), p.Viewer, "/settings", shown.Form[views.FieldOwn], shown.Properties.Words)
	if err != nil {
		return err
	}
	if shown.House == nil {
		if shown.House, err = s.houseForm(c); err != nil {
			return err
		}
	}
	return s.render(c, status, views.SettingsPage(p, shown))
}

// saveSettings stores the form. What cannot be stored is said beside its field,
// and everything typed stays.
func (s *Site) saveSettings(c echo.Context) error {
	ctx, v := c.Request().Context(), viewer(c)
	form, err := c.FormParams()
	if err != nil {
		return inn.E(inn.Malformed, "That is not the form of the settings.")
	}
	before, err := s.store.Preferences(ctx, v.UserID)
	if err != nil {
		return err
	}
	properties, err := s.store.PropertiesNamed(ctx, v, form[views.FieldOwn])
	if err != nil {
		return err
	}
	chosen, problems := readSettings(form, properties, before)
	if looks(form) {
		return s.findOwn(c, form, chosen)
	}
	zone := strings.TrimSpace(form.Get(views.FieldZone))
	if err := inn.CheckZone(zone); err != nil {
		problems = append(problems, asError(err).Fields...)
	}
	if err = inn.InvalidFields(problems); err == nil {
		err = s.store.Prefer(ctx, v, chosen, zone)
	}
	problem, err := refused(err)
	switch {
	case problem != nil:
		return s.refuseSettings(c, form, problem)
	case err != nil:
		return err
	}
	s.streams.PreferencesChanged(v.UserID)
	c.Response().Header().Set("HX-Trigger", "settings-saved")
	return done(c, "/settings?saved=1")
}

// refuseSettings shows the form again, as it was sent, with what is wrong.
func (s *Site) refuseSettings(c echo.Context, form url.Values, problem *inn.Error) (err error) {
	shown, status := views.Settings{Form: form, Problem: problem}, answerTo(c, problem)
	if isHTMX(c) {
		if shown.Properties, err = s.boxes(c.Request().Context(), viewer(c), "/settings", form[views.FieldOwn], ""); err != nil {
			return err
		}
		return s.render(c, status, views.SettingsFormAgain(shown))
	}
	p, err := s.page(c, "Settings", "/settings")
	if err != nil {
		return err
	}
	p.Path = "/settings" // it was posted to; what is fetched again is the page
	return s.renderSettings(c, p, shown, status)
}

// mute keeps everything quiet for an hour, or ends that. There is no mute
// without an end.
func (s *Site) mute(c echo.Context) error {
	v, until := viewer(c), time.Time{}
	switch c.FormValue("mute") {
	case "hour":
		until = time.Now().Add(inn.MuteFor)
	case "off":
	default:
		return inn.InvalidFields([]inn.FieldError{{Field: "mute", Detail: "must be hour or off"}})
	}
	if err := s.store.Mute(c.Request().Context(), v, until); err != nil {
		return err
	}
	s.streams.PreferencesChanged(v.UserID)
	return done(c, "/settings")
}

// settingsForm writes preferences into the fields of the form.
func settingsForm(p inn.Preferences, zone string) url.Values {
	f := url.Values{}
	f.Set(views.FieldZone, zone)
	f.Set(views.FieldMinimum, string(p.Minimum))
	f.Set(views.FieldSeconds, strconv.Itoa(p.Seconds))
	f.Set(views.FieldVolume, strconv.Itoa(p.Volume))
	f.Set(views.FieldDecimal, string(p.Decimal))
	if p.Through {
		f.Set(views.FieldThrough, "on")
	}
	for _, tone := range inn.Tones {
		if !slices.Contains(p.Silent, tone) {
			f.Add(views.FieldTone, string(tone))
		}
	}
	setNights(f, p.Quiet)
	tell := func(property string, told inn.Told) {
		for _, kind := range inn.Kinds {
			f[views.FieldKind(property, kind)] = told[kind].Names()
		}
	}
	tell("", p.Everywhere)
	for _, slug := range slices.Sorted(maps.Keys(p.Properties)) {
		f.Add(views.FieldOwn, slug)
		tell(slug, p.Properties[slug])
	}
	return f
}

// findOwn shows the form again, as it was sent, with properties that were looked
// for; htmx gets their tables alone.
func (s *Site) findOwn(c echo.Context, form url.Values, chosen inn.Preferences) (err error) {
	for slug, told := range chosen.Properties { // some of which had no table
		for _, kind := range inn.Kinds {
			form[views.FieldKind(slug, kind)] = told[kind].Names()
		}
	}
	form[views.FieldOwn] = slices.Sorted(maps.Keys(chosen.Properties))
	shown := views.Settings{Form: form, Properties: views.PropertyBoxes{Words: form.Get(views.FieldFind)}}
	if isHTMX(c) {
		shown.Properties, err = s.boxes(c.Request().Context(), viewer(c), "/settings", form[views.FieldOwn], shown.Properties.Words)
		if err != nil {
			return err
		}
		return s.render(c, http.StatusOK, views.OwnTablesFound(shown))
	}
	p, err := s.page(c, "Settings", "/settings")
	if err != nil {
		return err
	}
	p.Path = "/settings"
	return s.renderSettings(c, p, shown, http.StatusOK)
}

// readSettings reads the form back. A choice for a property that is not theirs
// is passed over; one that has no table in the form stays as it was.
func readSettings(f url.Values, properties []inn.Property, before inn.Preferences) (p inn.Preferences, problems []inn.FieldError) {
	number := func(name string) int {
		n, err := strconv.Atoi(strings.TrimSpace(f.Get(name)))
		if err != nil {
			return -1 // refused by Validate, with the range
		}
		return n
	}
	p.Minimum = inn.Priority(f.Get(views.FieldMinimum))
	p.Seconds, p.Volume = number(views.FieldSeconds), number(views.FieldVolume)
	p.Through = f.Get(views.FieldThrough) != ""
	p.Decimal = inn.Decimal(f.Get(views.FieldDecimal))
	for _, tone := range inn.Tones {
		if !slices.Contains(f[views.FieldTone], string(tone)) {
			p.Silent = append(p.Silent, tone)
		}
	}
	p.Quiet, problems = readNights(f)
	p.Everywhere = readTold(f, "")
	p.Properties = map[string]inn.Told{}
	if f.Has(views.FieldFind) {
		maps.Copy(p.Properties, before.Properties)
		for _, slug := range f[views.FieldShown] {
			delete(p.Properties, slug)
		}
	}
	for _, property := range properties {
		if slices.Contains(f[views.FieldOwn], property.Slug) {
			p.Properties[property.Slug] = readTold(f, property.Slug)
		}
	}
	if err := p.Validate(time.Now()); err != nil {
		problems = append(problems, asError(err).Fields...)
	}
	return p, problems
}

func readTold(f url.Values, property string) inn.Told {
	told := inn.Told{}
	for _, kind := range inn.Kinds {
		ticked := f[views.FieldKind(property, kind)]
		told[kind] = inn.Channels{
			Screen: slices.Contains(ticked, "screen"), Sound: slices.Contains(ticked, "sound"), Desktop: slices.Contains(ticked, "desktop"),
		}
	}
	return told
}
