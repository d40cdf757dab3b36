package store

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	"baithaka/inn"
)

// span is the part of the log between two places, which are not in it.
type span struct{ after, before int64 }

func (s span) empty() bool { return s.before-s.after < 2 }

// beyond is what is left of a span that has been read up to a place.
func (s span) beyond(place int64, oldest bool) span {
	if oldest {
		return span{place, s.before}
	}
	return span{s.after, place}
}

// patience is for how long a page looks for what a search finds, before it shows
// what it has and says how far back it looked.
const patience = 10 * time.Millisecond

// mostParts is how many parts of the log are looked at together at the most. The
// first is looked at alone, since mostly the newest is enough.
const mostParts = 4

// finder walks what a search finds, in the order of the log: what the index has
// part by part, what it does not reach yet event by event.
type finder struct {
	store    *Store
	filter   EventFilter
	topics   []inn.Topic // those the viewer hears; nil for all
	sought   []sought
	match    string  // the query of the index
	parts    []int64 // the only parts in which something can be, the oldest first; nil for all
	searched int64   // the place the index reaches
	head     int64
	width    int64 // how many parts are looked at next
}

// finder is nil when nothing can match.
func (s *Store) finder(ctx context.Context, f EventFilter, topics []inn.Topic) (*finder, error) {
	one := &finder{store: s, filter: f, topics: topics, sought: soughtIn(f.Words), width: 1}
	if f.Words != "" && len(one.sought) == 0 || f.narrowsTypes() && len(f.types()) == 0 {
		return nil, nil
	}
	var err error
	if one.searched, one.head, err = s.caughtUp(ctx); err != nil {
		return nil, err
	}
	if !f.From.IsZero() || !f.Until.IsZero() {
		rows, err := s.read.QueryContext(ctx, `SELECT part FROM event_parts WHERE until >= $1 AND since < $2 ORDER BY part`, ms(f.From), until(f.Until))
		if one.parts, err = scanAll(rows, err, scanID); err != nil {
			return nil, err
		}
		one.parts = append([]int64{}, one.parts...) // none, and not all
	}
	one.match, err = s.match(ctx, f, one.sought, topics)
	return one, err
}

// piece is what is looked at at once: some parts of the log that the index has,
// or what it has not.
type piece struct {
	span
	parts []string // terms; nil for what is not indexed
}

// next gives the piece of a span to look at first, and what is left.
func (f *finder) next(in span) (one piece, rest span) {
	in.before = min(in.before, f.head+1)
	oldest := f.filter.Oldest
	switch {
	case oldest && in.after >= f.searched:
		return piece{span: in}, span{}
	case !oldest && in.before > f.searched+1:
		return piece{span: span{max(in.after, f.searched), in.before}}, span{in.after, f.searched + 1}
	}
	first, last := partOf(in.after+1), partOf(min(in.before-1, f.searched))
	if oldest {
		last = min(last, first+f.width-1)
	} else {
		first = max(first, last-f.width+1)
	}
	f.width = min(2*f.width, mostParts)
	one = piece{span{max(in.after, first<<partBits-1), min(in.before, (last+1)<<partBits, f.searched+1)}, []string{}}
	for part := first; part <= last; part++ {
		if _, found := slices.BinarySearch(f.parts, part); found || f.parts == nil {
			one.parts = append(one.parts, partTerm(part))
		}
	}
	if oldest {
		return one, span{one.before - 1, in.before}
	}
	return one, span{in.after, one.after + 1}
}

// tail gives the places in a piece that is not in the index yet, of events that
// match, as JSON.
func (f *finder) tail(ctx context.Context, in span) (places string, err error) {
	matching := []int64{}
	if !in.empty() {
		rows, err := f.store.read.QueryContext(ctx, `SELECT `+eventColumns+` FROM events WHERE id > $1 AND id < $2`, in.after, in.before)
		all, err := scanAll(rows, err, scanEvent)
		if err != nil {
			return "", err
		}
		for i := range all {
			if f.passes(&all[i]) {
				matching = append(matching, all[i].ID)
			}
		}
	}
	list, err := json.Marshal(matching)
	return string(list), err
}

// passes says of one event what the index says of all.
func (f *finder) passes(e *inn.Event) bool {
	of := &f.filter
	switch {
	case !indexed(e),
		of.Type != "" && e.Type != of.Type,
		of.Kind != "" && e.Kind() != of.Kind && !(of.Kind == inn.BookingUpdate && e.Type == inn.NotificationReleased),
		of.Feed && e.Type == inn.MetricsUpdate,
		of.Actor != "" && e.Actor != of.Actor,
		of.Property != "" && e.Property != of.Property,
		f.topics != nil && !slices.ContainsFunc(e.Topics(), func(t inn.Topic) bool { return slices.Contains(f.topics, t) }):
		return false
	}
	if len(f.sought) == 0 {
		return true
	}
	has := wordsIn(words(e))
	return !slices.ContainsFunc(f.sought, func(s sought) bool { return !s.in(has) })
}

// walk is what a search reads at the places it finds, which are f.rowid.
type walk[T any] struct {
	columns string
	joins   string // CROSS JOIN …
	where   string // AND …
	args    []any  // from $5 on
	scan    func(interface{ Scan(...any) error }) (T, error)
	place   func(*T) int64
}

// query gives the text for places of the index, or for those that $4 lists.
func (w walk[T]) query(indexed bool, order string) string {
	from, match := `event_search f `, ` event_search MATCH $4 `
	if !indexed {
		from, match = `(SELECT value AS rowid FROM json_each($4)) f `, ` 1 = 1 `
	}
	return `SELECT ` + w.columns + ` FROM ` + from + w.joins + ` WHERE` + match + `AND f.rowid > $1 AND f.rowid < $2 ` + w.where +
		` ORDER BY f.rowid ` + order + ` LIMIT $3`
}

// step reads at most limit of what is found in a span, and gives what is left of
// it.
func (w walk[T]) step(ctx context.Context, f *finder, in span, limit int) (found []T, rest span, err error) {
	one, rest := f.next(in)
	indexed := one.parts != nil
	match := f.match + " AND part : (" + strings.Join(one.parts, " OR ") + ")"
	switch {
	case indexed && len(one.parts) == 0:
		return nil, rest, nil
	case !indexed:
		if match, err = f.tail(ctx, one.span); err != nil || match == "[]" {
			return nil, rest, err
		}
	}
	args := append([]any{one.after, one.before, limit, match}, w.args...)
	rows, err := f.store.read.QueryContext(ctx, w.query(indexed, f.filter.order()), args...)
	found, err = scanAll(rows, err, w.scan)
	if len(found) == limit {
		rest = in.beyond(w.place(&found[limit-1]), f.filter.Oldest)
	}
	return found, rest, err
}

// all reads until a limit is full or, with some patience, that has run out. left
// is what was not looked at then.
func (w walk[T]) all(ctx context.Context, f *finder, in span, limit int, patience time.Duration) (found []T, left span, err error) {
	began := time.Now()
	for left = in; !left.empty(); {
		var some []T
		if some, left, err = w.step(ctx, f, left, limit-len(found)); err != nil {
			return nil, span{}, err
		}
		if found = append(found, some...); len(found) == limit {
			return found, span{}, nil
		}
		if patience > 0 && time.Since(began) > patience {
			break
		}
	}
	if left.empty() {
		left = span{}
	}
	return found, left, nil
}

// until is an instant as the end of a range: the zero time is none.
func until(t time.Time) int64 {
	if t.IsZero() {
		return math.MaxInt64
	}
	return ms(t)
}
