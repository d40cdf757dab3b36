package handlers

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/store"
	"baithaka/views"
)

const (
	// fewProperties is up to how many properties are listed to choose from; among
	// more one looks for them.
	fewProperties = 50
	// foundShown is how many of those that were found are shown.
	foundShown = 20
)

// choice returns the field by which a filter asks for a property, and the slug of
// the one that was asked for: by its slug, or, where there are many, by words of
// its name. None is chosen while it is not clear which of several is meant.
func (s *Site) choice(ctx context.Context, v inn.Viewer, asked string) (c views.PropertyChoice, slug string, err error) {
	few, many, err := s.store.Properties(ctx, v, store.PropertyFilter{Desk: true, Limit: fewProperties})
	if err != nil {
		return c, "", err
	}
	if c.Many = many; !many {
		c.Few = few
	}
	if asked == "" {
		return c, "", nil
	}
	p, err := s.store.Property(ctx, v, asked)
	if err == nil {
		c.Chosen, c.Said = p.Slug, p.Name
		return c, p.Slug, nil
	}
	if inn.CodeOf(err) != inn.NotFound || !many {
		return c, "", err
	}
	asked = inn.CleanText(asked, false)
	found, more, err := s.store.Properties(ctx, v, store.PropertyFilter{Desk: true, Words: asked, Limit: foundShown})
	if err != nil {
		return c, "", err
	}
	called := slices.DeleteFunc(slices.Clone(found), func(p inn.Property) bool { return !strings.EqualFold(p.Name, asked) })
	switch {
	case len(called) == 1:
		found, more = called, false
	case len(found) == 0:
		return c, "", inn.NoSuch("property")
	}
	if len(found) == 1 && !more {
		c.Chosen, c.Said = found[0].Slug, found[0].Name
		return c, c.Chosen, nil
	}
	c.Said, c.Found, c.More = asked, found, more
	return c, "", nil
}

// boxes returns the boxes by which properties are ticked, in a form that is sent to
// a path: all of them where there are few, else those that are ticked and those
// that words find.
func (s *Site) boxes(ctx context.Context, v inn.Viewer, path string, ticked []string, words string) (b views.PropertyBoxes, err error) {
	b.Path, b.Chosen = path, ticked
	if b.Shown, b.Many, err = s.store.Properties(ctx, v, store.PropertyFilter{Desk: true, Limit: fewProperties}); err != nil || !b.Many {
		// What is closed is not offered; who has it keeps it.
		b.Shown = slices.DeleteFunc(b.Shown, func(p inn.Property) bool { return p.Closed() && !slices.Contains(ticked, p.Slug) })
		return b, err
	}
	shown := ticked[:min(len(ticked), fewProperties)]
	b.Hidden = len(ticked) - len(shown)
	if b.Shown, err = s.store.PropertiesNamed(ctx, v, shown); err != nil {
		return b, err
	}
	if b.Words = inn.CleanText(words, false); b.Words == "" {
		return b, nil
	}
	found, more, err := s.store.Properties(ctx, v, store.PropertyFilter{Desk: true, Open: true, Words: b.Words, Limit: foundShown})
	if err != nil {
		return b, err
	}
	b.None, b.More = len(found) == 0, more
	for _, p := range found {
		if slices.ContainsFunc(b.Shown, func(one inn.Property) bool { return one.Slug == p.Slug }) {
			continue
		}
		b.Shown = append(b.Shown, p)
		if slices.Contains(ticked, p.Slug) {
			b.Hidden--
		}
	}
	return b, nil
}

// looks reports whether a form was sent to find properties for its boxes. Without
// words it was not: a browser takes the first button of a form when somebody
// presses Enter.
func looks(form url.Values) bool {
	return form.Get(views.FieldLook) != "" && strings.TrimSpace(form.Get(views.FieldFind)) != ""
}

// tickedNow returns which properties are ticked after a form was filled in: of those
// that had a box what it says, and the others as they were.
func tickedNow(form url.Values, before []string) []string {
	if len(form[views.FieldShown]) == 0 && !form.Has(views.FieldFind) {
		return form[views.FieldTicked] // every property has a box
	}
	now := slices.DeleteFunc(slices.Clone(before), func(slug string) bool { return slices.Contains(form[views.FieldShown], slug) })
	now = append(now, form[views.FieldTicked]...)
	slices.Sort(now)
	return slices.Compact(now)
}

// showFound answers htmx with the boxes of a form after properties were looked for.
func (s *Site) showFound(c echo.Context, path string, f views.Field, b views.PropertyBoxes) (err error) {
	if b, err = s.boxes(c.Request().Context(), viewer(c), path, b.Chosen, b.Words); err != nil {
		return err
	}
	return s.render(c, http.StatusOK, views.PropertyBoxesFound(f, b))
}

// theirNames returns the properties that are named where one reads for which of some
// people or keys a role counts.
func (s *Site) theirNames(c echo.Context, lists ...[]string) ([]inn.Property, error) {
	var named []string
	for _, slugs := range lists {
		if len(slugs) <= views.MostNamed {
			named = append(named, slugs...)
		}
	}
	return s.store.PropertiesNamed(c.Request().Context(), viewer(c), named)
}
