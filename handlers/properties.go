package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/figures"
	"baithaka/internal/inn"
	"baithaka/store"
	"baithaka/views"
)

// showProperties is "/properties": a page of them, by name, and the form that adds
// one.
func (s *Site) showProperties(c echo.Context) error {
	v := viewer(c)
	if c.QueryParam("add") == "true" && v.May(inn.PropertyManage, "") {
		return s.propertyForm(c, http.StatusOK, views.PropertyForm{Form: url.Values{"units": {"1"}}})
	}
	p, err := s.page(c, "Properties", "/properties")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	after := c.QueryParam("after")
	l := views.PropertiesList{
		Words: inn.CleanText(c.QueryParam("q"), false), Further: after != "", Closed: c.QueryParam("closed") == "true",
		MayAdd: v.May(inn.PropertyManage, ""),
	}
	f := store.PropertyFilter{Words: l.Words, After: after, Limit: fewProperties, Open: !l.Closed, Closed: l.Closed}
	properties, more, err := s.store.Properties(ctx, v, f)
	if err != nil {
		return err
	}
	l.Search = more || l.Words != "" || l.Further
	if l.Lines, err = s.propertyLines(ctx, v, properties); err != nil {
		return err
	}
	if !l.Closed {
		closed, _, err := s.store.Properties(ctx, v, store.PropertyFilter{Closed: true, Limit: 1})
		if err != nil {
			return err
		}
		l.Others = len(closed) > 0
	}
	if v.May(inn.PropertyView, inn.Desk) && !l.Closed && !l.Further && l.Words == "" {
		if l.Desk, err = s.deskLine(ctx, v); err != nil {
			return err
		}
	}
	if more {
		next := url.Values{"after": {properties[len(properties)-1].Slug}}
		if l.Words != "" {
			next.Set("q", l.Words)
		}
		if l.Closed {
			next.Set("closed", "true")
		}
		l.Next = next.Encode()
	}
	return s.render(c, http.StatusOK, views.PropertiesPage(p, l))
}

// propertyLines gives properties their few figures.
func (s *Site) propertyLines(ctx context.Context, v inn.Viewer, properties []inn.Property) (lines []views.PropertyLine, err error) {
	lines = make([]views.PropertyLine, len(properties))
	for i, property := range properties {
		lines[i].Property = property
		if lines[i].Metrics, err = s.figuresOf(ctx, v, figures.Property(property.Slug)); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

func (s *Site) deskLine(ctx context.Context, v inn.Viewer) (*views.PropertyLine, error) {
	desk, err := s.store.Property(ctx, v, inn.Desk)
	if err != nil {
		return nil, err
	}
	lines, err := s.propertyLines(ctx, v, []inn.Property{desk})
	if err != nil {
		return nil, err
	}
	return &lines[0], nil
}

// propertyForm shows the form of a property as it was left.
func (s *Site) propertyForm(c echo.Context, status int, f views.PropertyForm) error {
	p, err := s.page(c, "Property", "/properties")
	if err != nil {
		return err
	}
	p.Path = "" // somebody is typing in it
	return s.render(c, status, views.PropertyFormPage(p, f))
}

// addProperty adds a property to the house.
func (s *Site) addProperty(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	if !viewer(c).May(inn.PropertyManage, "") {
		return inn.E(inn.Forbidden, "You may change your properties, and not add one. Ask an administrator.")
	}
	property := inn.Property{
		Slug: strings.TrimSpace(form.Get(views.FieldSlug)), Category: inn.Category(form.Get(views.FieldCategory)),
	}.Edit(propertyEdit(form))
	err = s.store.ListProperty(c.Request().Context(), viewer(c), property)
	if e := asError(err); err != nil && (e.Code == inn.Invalid || e.Code == inn.Conflict) {
		return s.propertyForm(c, statuses[e.Code], views.PropertyForm{Form: form, Problem: e})
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/properties/"+property.Slug)
}

// editProperty is the form that changes a property, or closes it.
func (s *Site) editProperty(c echo.Context) error {
	property, err := s.managed(c)
	if err != nil {
		return err
	}
	return s.propertyForm(c, http.StatusOK, views.PropertyForm{Property: property, Form: propertyValues(property)})
}

// managed gives the property of an address, to who may change it.
func (s *Site) managed(c echo.Context) (inn.Property, error) {
	property, err := s.store.Property(c.Request().Context(), viewer(c), c.Param("slug"))
	switch {
	case err != nil:
		return property, err
	case property.Slug == inn.Desk:
		return property, inn.NoSuch("property")
	case !viewer(c).May(inn.PropertyManage, property.Slug):
		return property, inn.E(inn.Forbidden, "You may not change this property.")
	}
	return property, nil
}

// changeProperty says first what a change means, and stores it when it is sent
// again from there.
func (s *Site) changeProperty(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	was, err := s.managed(c)
	if err != nil {
		return err
	}
	edit := propertyEdit(form)
	next := was.Edit(edit)
	again := func(e *inn.Error) error {
		values, status := propertyValues(was), http.StatusOK
		for _, field := range views.PropertyFields {
			if form.Has(field) {
				values[field] = form[field]
			}
		}
		if e != nil {
			status = statuses[e.Code]
		}
		return s.propertyForm(c, status, views.PropertyForm{Property: was, Form: values, Problem: e})
	}
	if err := next.Validate(); err != nil {
		return again(asError(err))
	}
	switch form.Get(views.FieldStep) {
	case views.StepEdit:
		return again(nil)
	case views.StepSave:
		edit.Seen = form.Get(views.FieldSeen)
		_, _, err := s.store.ChangeProperty(c.Request().Context(), viewer(c), was.Slug, edit)
		if e := asError(err); err != nil && (e.Code == inn.Invalid || e.Code == inn.Conflict) {
			return again(e)
		}
		if err != nil {
			return err
		}
		return c.Redirect(http.StatusSeeOther, "/properties/"+was.Slug)
	}
	return s.reviewProperty(c, was, next, form)
}

// reviewProperty says what a change means.
func (s *Site) reviewProperty(c echo.Context, was, next inn.Property, form url.Values) error {
	changes := was.Changes(next)
	if len(changes) == 0 {
		return c.Redirect(http.StatusSeeOther, "/properties/"+was.Slug)
	}
	p, err := s.page(c, "Property", "/properties")
	if err != nil {
		return err
	}
	p.Path = ""
	now := time.Now()
	stake, err := s.store.Stake(c.Request().Context(), p.Viewer, was, inn.DateOf(now, next.Location()))
	if err != nil {
		return err
	}
	return s.render(c, http.StatusOK, views.PropertyReviewPage(p, views.PropertyReview{
		Property: was, Form: form, Changes: changes, Means: was.Meaning(next, stake, now),
	}))
}

// propertyValues writes a property into the fields of its form.
func propertyValues(p inn.Property) url.Values {
	return url.Values{
		"name": {p.Name}, "units": {strconv.Itoa(p.Units)}, "currency": {p.Currency}, "timezone": {p.Zone}, "country": {p.Country},
	}
}

// propertyEdit reads them back. A field that is not in the form stays; what is no
// number is out of every bound.
func propertyEdit(form url.Values) (e inn.PropertyEdit) {
	text := func(name string) inn.Field[string] {
		return inn.Field[string]{Given: form.Has(name), Value: form.Get(name)}
	}
	e = inn.PropertyEdit{
		Name: text("name"), Currency: text("currency"), Zone: text("timezone"), Country: text("country"), Status: text("status"),
	}
	if form.Has("units") {
		n, err := strconv.Atoi(strings.TrimSpace(form.Get("units")))
		if err != nil {
			n = -1
		}
		e.Units = inn.Given(n)
	}
	return e
}
