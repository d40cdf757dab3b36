package store

import (
	"context"
	"slices"
	"time"

	"baithaka/internal/inn"
)

// clashFinder is the job that looks for what is sold twice, and how far it has come.
type clashFinder struct {
	*Store
	began  bool
	looked int64     // at everything in the log up to here
	swept  time.Time // when every property was looked at last
	rests  time.Time // until then: it takes a tenth of the time at the most
}

const (
	// clashStep is how many events are looked at in one go.
	clashStep = 2000
	// sweepEvery is how often every property is looked at: a day ends, a guest who
	// was to leave has not.
	sweepEvery = 15 * time.Minute
	// clashYears is how far ahead of today anything is looked at.
	clashYears = 10
)

// clashTypes are the events after which something may be sold twice, or not any
// more.
var clashTypes = slices.DeleteFunc(slices.Clone(inn.Types), func(t inn.Type) bool {
	switch t {
	case inn.BlockMade, inn.BlockChanged, inn.BlockRemoved, inn.PropertyChanged:
		return false
	}
	return t.Kind() != inn.BookingUpdate
})

// theHouse is who acts when the house itself finds something.
var theHouse = inn.Viewer{Name: "Baithaka"}

// ClashFinder returns the job that raises an alert for each double booking and
// resolves those that are over. It looks at the properties of which the log tells
// something new, and now and then at all of them, the first time too.
func (s *Store) ClashFinder() func(ctx context.Context, now time.Time) error {
	f := &clashFinder{Store: s}
	return func(ctx context.Context, now time.Time) error {
		began := time.Now()
		if began.Before(f.rests) {
			return nil
		}
		defer func() { f.rests = began.Add(10 * time.Since(began)) }()
		return f.find(Patient(ctx), now)
	}
}

func (s *clashFinder) find(ctx context.Context, now time.Time) error {
	_, head, err := s.Bounds(ctx)
	if err != nil {
		return err
	}
	if !s.began || now.Sub(s.swept) >= sweepEvery {
		if err := s.sweep(ctx, now); err != nil {
			return err
		}
		if !s.began {
			s.looked = head // what came meanwhile is looked at once more
		}
		s.began, s.swept = true, now
	}
	for s.looked < head {
		until := min(head, s.looked+clashStep)
		kinds, args := in([]any{s.looked, until, inn.Desk}, clashTypes)
		rows, err := s.read.QueryContext(ctx, `
			SELECT DISTINCT property FROM events
			WHERE id > $1 AND id <= $2 AND property NOT IN ('', $3) AND type IN (`+kinds+`)`, args...)
		slugs, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (slug string, err error) { return slug, row.Scan(&slug) })
		if err != nil {
			return err
		}
		for _, slug := range slugs {
			if err := s.findClashesAt(ctx, slug, now); err != nil {
				return err
			}
		}
		s.looked = until
	}
	return nil
}

// sweepClashes looks at every property.
func (s *clashFinder) sweep(ctx context.Context, now time.Time) error {
	properties, err := s.EveryProperty(ctx)
	if err != nil {
		return err
	}
	for _, p := range properties {
		if p.Slug == inn.Desk {
			continue
		}
		if err := s.findClashesAt(ctx, p.Slug, now); err != nil {
			return err
		}
	}
	return nil
}

// findClashesAt compares what is sold twice at a property with what it is told of,
// and writes where that differs. What changes between the reading and the writing
// is in the log, and looked at next.
func (s *Store) findClashesAt(ctx context.Context, slug string, now time.Time) error {
	rows, err := s.read.QueryContext(ctx, `SELECT `+propertyColumns+` FROM properties WHERE slug = $1`, slug)
	listed, err := scanAll(rows, err, scanProperty)
	if err != nil || len(listed) == 0 {
		return err
	}
	p := listed[0]
	today := inn.DateOf(now, p.Location())
	until := today.Add(clashYears * 366)
	stays, err := s.stays(ctx, "1 = 1", []any{slug, today, until, mostStays})
	if err != nil {
		return err
	}
	blocks, err := s.blocks(ctx, "1 = 1", []any{slug, today, until, mostBlocks})
	if err != nil {
		return err
	}
	units, err := s.EveryUnit(ctx, slug)
	if err != nil {
		return err
	}
	open, err := s.openClashes(ctx, slug)
	if err != nil {
		return err
	}
	found := map[string]bool{}
	var publications []inn.Publication
	for _, c := range inn.Clashes(p, units, stays, blocks, today) {
		key := c.Key()
		found[key] = true
		told := inn.AlertChange{
			Key: key, Property: slug, Title: inn.Given(cut(c.Title(), inn.MaxName)), Detail: inn.Given(cut(c.Detail(), inn.MaxDetail)), Clash: c.SoldTwice(),
		}
		if is, known := open[key]; known {
			if next, changed, err := is.Apply(inn.AlertRaised, told, true, "", now); err != nil || !changed || next.Title == is.Title && next.Detail == is.Detail {
				continue
			}
		}
		publications = append(publications, inn.Publication{Type: inn.AlertRaised, Priority: inn.Critical, Alert: &told})
	}
	for key := range open {
		if !found[key] {
			publications = append(publications, inn.Publication{Type: inn.AlertResolved, Alert: &inn.AlertChange{Key: key, Property: slug, Reason: "It is not sold twice any more."}})
		}
	}
	if len(publications) == 0 {
		return nil
	}
	return s.write(ctx, func(t *tx) error {
		for _, one := range publications {
			if _, err := t.changeAlert(theHouse, one, nil); err != nil {
				return err
			}
		}
		return nil
	})
}

// cut shortens a text to what its field may hold.
func cut(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return text
}

// openClashes returns the alerts about double bookings of a property that are not
// resolved, by key.
func (s *Store) openClashes(ctx context.Context, slug string) (map[string]inn.Alert, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+alertColumns+alertsFrom+`
		WHERE a.property = $1 AND a.key >= $2 AND a.key < $3 AND a.status <> 'resolved'`, slug, inn.ClashKey, inn.ClashKey[:len(inn.ClashKey)-1]+";")
	all, err := scanAll(rows, err, scanAlert)
	open := make(map[string]inn.Alert, len(all))
	for _, a := range all {
		open[a.Key] = a
	}
	return open, err
}
