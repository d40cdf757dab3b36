package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"baithaka/db"
	"baithaka/internal/inn"
)

// span is the part of the log between two positions, which are not in it.
type span struct{ after, before int64 }

func (s span) empty() bool { return s.before-s.after < 2 }

// beyond is what is left of a span that has been read up to a position.
func (s span) beyond(position int64, oldest bool) span {
	if oldest {
		return span{position, s.before}
	}
	return span{s.after, position}
}

// patience is for how long a page looks for what a search finds, before it shows
// what it has and says that there may be more further back. It counts at the steps
// of the index: a log that has none yet is searched whole.
const patience = 10 * time.Millisecond

// finder finds the positions in the log that match a filter, in their order: those
// the index knows, and those it does not reach yet.
type finder struct {
	store    *Store
	filter   EventFilter
	topics   map[inn.Topic]bool // those the viewer hears; nil for all
	sought   []sought
	match    string    // the query of the index
	loose    bool      // it leaves out words
	trimmed  int64     // the position before which the log has no events
	searched int64     // the position the index reaches
	head     int64     //
	deadline time.Time // when to stop at the next step; the zero time for never
	stopped  bool      // it did
}

// finder is nil when nothing can match.
func (s *Store) finder(ctx context.Context, f EventFilter, topics []inn.Topic, patience time.Duration) (*finder, error) {
	one := &finder{store: s, filter: f, topics: setOf(topics), sought: soughtIn(f.Words)}
	if f.Words != "" && len(one.sought) == 0 || f.narrowsTypes() && len(f.types()) == 0 {
		return nil, nil
	}
	if patience > 0 {
		one.deadline = time.Now().Add(patience)
	}
	var err error
	if one.trimmed, one.head, err = s.Bounds(ctx); err != nil {
		return nil, err
	}
	if one.searched, err = s.caughtUp(ctx, one.head); err != nil {
		return nil, err
	}
	one.match, one.loose, err = s.match(ctx, f, one.sought, topics, one.searched)
	return one, err
}

// positions returns the first positions of a span that match, at most some of them, and
// what is left to look at.
func (f *finder) positions(ctx context.Context, in span, most int) (positions []int64, rest span, err error) {
	in.before = min(in.before, f.head+1)
	switch {
	case f.filter.Oldest && in.after >= f.searched:
		positions, err = f.tail(ctx, in)
		return positions, span{}, err
	case f.filter.Oldest:
		positions, rest, err = f.indexed(ctx, span{in.after, min(in.before, f.searched+1)}, most)
		rest.before = in.before
		return positions, rest, err
	case in.before > f.searched+1:
		positions, err = f.tail(ctx, span{max(in.after, f.searched), in.before})
		return positions, span{in.after, f.searched + 1}, err
	}
	return f.indexed(ctx, in, most)
}

// indexed asks the index.
func (f *finder) indexed(ctx context.Context, in span, most int) (positions []int64, rest span, err error) {
	rows, err := f.store.read.QueryContext(ctx, `{search find `+f.filter.order()+`}`, f.match, in.after, in.before)
	if err != nil {
		return nil, in, err
	}
	defer rows.Close()
	rest = span{}
	if f.filter.Oldest {
		rest.after = in.before - 1
	}
	steps := 0 // whatever is there
	for rows.Next() {
		var position int64
		if err := rows.Scan(&position); err != nil {
			return nil, in, err
		}
		positions = append(positions, position)
		if position%stepPositions == 0 {
			steps++
			f.stopped = !f.deadline.IsZero() && time.Now().After(f.deadline)
		}
		if f.stopped || len(positions)-steps == most {
			rest = in.beyond(position, f.filter.Oldest)
			break
		}
	}
	// The rows are closed before anything else is asked.
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || steps == 0 && !f.loose {
		return positions, rest, err
	}
	positions, err = f.confirmed(ctx, positions)
	return positions, rest, err
}

// confirmed leaves out the positions that only may match: the steps, and all of them
// when the query of the index is loose. Of what is older than the log the index
// alone tells.
func (f *finder) confirmed(ctx context.Context, positions []int64) ([]int64, error) {
	var doubtful []int64
	for _, position := range positions {
		if f.loose || position%stepPositions == 0 {
			doubtful = append(doubtful, position)
		}
	}
	matching, err := f.matching(ctx, `e.id IN (SELECT value FROM {numbers $1})`, db.List(doubtful))
	return slices.DeleteFunc(positions, func(position int64) bool {
		return position > f.trimmed && (f.loose || position%stepPositions == 0) && !slices.Contains(matching, position)
	}), err
}

// tail returns the positions of a span that match, by the events themselves.
func (f *finder) tail(ctx context.Context, in span) ([]int64, error) {
	if in.empty() {
		return nil, nil
	}
	return f.matching(ctx, `e.id > $1 AND e.id < $2`, in.after, in.before)
}

// matching looks at some events one by one, for where the index does not know.
func (f *finder) matching(ctx context.Context, where string, args ...any) (positions []int64, err error) {
	rows, err := f.store.read.QueryContext(ctx, `SELECT `+columnsOfE+` FROM events e WHERE `+where+` ORDER BY e.id `+f.filter.order(), args...)
	all, err := scanAll(rows, err, scanEvent)
	for i := range all {
		if f.fits(&all[i]) && f.says(&all[i]) {
			positions = append(positions, all[i].ID)
		}
	}
	return positions, err
}

func setOf(topics []inn.Topic) map[inn.Topic]bool {
	if topics == nil {
		return nil
	}
	set := make(map[inn.Topic]bool, len(topics))
	for _, t := range topics {
		set[t] = true
	}
	return set
}

// fits compares an event with a filter, but for the words.
func (f *finder) fits(e *inn.Event) bool {
	of := &f.filter
	switch {
	case !indexed(e),
		of.Type != "" && e.Type != of.Type,
		of.Kind != "" && e.Kind() != of.Kind && !(of.Kind == inn.BookingUpdate && e.Type == inn.NotificationReleased),
		of.Feed && e.Type == inn.MetricsUpdate,
		of.Actor != "" && e.Actor != of.Actor,
		of.Property != "" && e.Property != of.Property,
		!of.From.IsZero() && e.At.Before(of.From),
		!of.Until.IsZero() && !e.At.Before(of.Until):
		return false
	}
	return f.topics == nil || slices.ContainsFunc(e.Topics(), func(t inn.Topic) bool { return f.topics[t] })
}

// says reports whether an event holds the words that are sought.
func (f *finder) says(e *inn.Event) bool {
	if len(f.sought) == 0 {
		return true
	}
	has := wordsIn(words(e))
	return !slices.ContainsFunc(f.sought, func(s sought) bool { return !s.in(has) })
}

// walk is what is read at the positions that a search finds, which are f.position.
type walk[T any] struct {
	columns string
	joins   string // {then} …, each by a key
	where   string // AND …
	args    []any  // from $3 on
	scan    func(interface{ Scan(...any) error }) (T, error)
}

// walkArgs is how many arguments of a walk's query are the search's own.
const walkArgs = 2

// at reads what there is at some positions.
func (w walk[T]) at(ctx context.Context, f *finder, positions []int64, limit int) ([]T, error) {
	if len(positions) == 0 {
		return nil, nil
	}
	// The positions are in their order, and what is crossed with them stays in it.
	rows, err := f.store.read.QueryContext(ctx, `SELECT `+w.columns+` FROM {positions $1} f `+w.joins+`
		WHERE 1 = 1 `+w.where+` {in turn f} LIMIT $2`, append([]any{db.List(positions), limit}, w.args...)...)
	return scanAll(rows, err, w.scan)
}

// all reads until a limit is full or patience has run out. left is what was not
// looked at then.
func (w walk[T]) all(ctx context.Context, f *finder, in span, limit int) (found []T, left span, err error) {
	for !in.empty() {
		// Several events tell of one booking or card, of which the last counts.
		var positions []int64
		if positions, in, err = f.positions(ctx, in, 8*limit); err != nil {
			return nil, span{}, err
		}
		some, err := w.at(ctx, f, positions, limit-len(found))
		if err != nil {
			return nil, span{}, err
		}
		if found = append(found, some...); len(found) == limit {
			return found, span{}, nil
		}
		if f.stopped && !in.empty() {
			return found, in, nil
		}
	}
	return found, span{}, nil
}
