package handlers

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/views"
)

// houseForm returns the settings of the house as a form, for who may change them;
// nil for everybody else.
func (s *Site) houseForm(c echo.Context) (*views.HouseForm, error) {
	if !viewer(c).May(inn.SettingsManage, "") {
		return nil, nil
	}
	h, err := s.store.HouseSettings(c.Request().Context())
	if err != nil {
		return nil, err
	}
	form := url.Values{views.FieldHouseZone: {h.Zone}, views.FieldCurrency: {h.Currency}}
	for _, limit := range inn.Limits {
		form.Set(string(limit), strconv.Itoa(h.Limits[limit]))
	}
	return &views.HouseForm{Form: form, Saved: c.QueryParam("saved") == "house"}, nil
}

// readHouse reads the form back. What is no number is out of every limit's
// bounds.
func readHouse(form url.Values) inn.HouseSettings {
	h := inn.HouseSettings{
		Zone:     strings.TrimSpace(form.Get(views.FieldHouseZone)),
		Currency: strings.ToUpper(strings.TrimSpace(form.Get(views.FieldCurrency))),
		Limits:   map[inn.Limit]int{},
	}
	for _, limit := range inn.Limits {
		n, err := strconv.Atoi(strings.TrimSpace(form.Get(string(limit))))
		if err != nil {
			n = -1
		}
		h.Limits[limit] = n
	}
	return h
}

// saveHouse stores the settings of the house. What cannot be stored is said
// beside its field, and everything typed stays.
func (s *Site) saveHouse(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	err = s.store.ChangeHouse(c.Request().Context(), viewer(c), readHouse(form))
	problem, err := refused(err)
	if problem != nil {
		return s.refuseHouse(c, views.HouseForm{Form: form, Problem: problem})
	}
	if err != nil {
		return err
	}
	c.Response().Header().Set("HX-Trigger", "settings-saved")
	return done(c, "/settings?saved=house#house")
}

// refuseHouse shows the house's form again, as it was sent.
func (s *Site) refuseHouse(c echo.Context, house views.HouseForm) error {
	status := answerTo(c, house.Problem)
	if isHTMX(c) {
		return s.render(c, status, views.HouseFormAgain(house))
	}
	p, err := s.page(c, "Settings", "/settings")
	if err != nil {
		return err
	}
	p.Path = "/settings" // it was posted to; what is fetched again is the page
	member, err := s.store.Member(c.Request().Context(), p.Viewer.UserID)
	if err != nil {
		return err
	}
	return s.renderSettings(c, p, views.Settings{Form: settingsForm(p.Preferences, member.Zone), House: &house}, status)
}
