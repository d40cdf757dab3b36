package store

import (
	"cmp"
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"baithaka/internal/inn"
)

// operand is a part of a query of the index, and about how many events have it.
type operand struct {
	query string
	times int64
	word  bool
}

// To look at an event takes as long as to walk by some fifty positions of a term, and
// to look for words in it three times that.
const (
	lookCost = 50
	readCost = 150
)

// match writes a filter and the topics a viewer hears, nil for all, as a query of
// the index, the rarest first. A step is in each operand, so that what walks the
// query comes by every step. What nearly all events have is left out where it
// would cost more to walk than to look at the events that have the rarest: whoever
// reads them compares that again, but for words, of which loose tells.
func (s *Store) match(ctx context.Context, f EventFilter, said []sought, topics []inn.Topic, searched int64) (match string, loose bool, err error) {
	all, err := s.operands(ctx, f, said, topics)
	if err != nil {
		return "", false, err
	}
	slices.SortStableFunc(all, func(a, b operand) int { return cmp.Compare(a.times, b.times) })
	var queries []string
	for i, one := range all {
		cost := lookCost * (1 - float64(one.times)/float64(max(searched, 1)))
		if one.word {
			cost = readCost
		}
		if i > 0 && float64(one.times) > cost*float64(all[0].times) {
			loose = loose || one.word
			continue
		}
		queries = append(queries, s.db.AnyOf(one.query, s.db.Term("step", stepTerm)))
	}
	match = s.db.AllOf(queries...)
	if f.Feed && f.Actor != "" { // the house itself does little but figures
		match = s.db.Except(match, s.db.AnyOf(s.db.Term("type", term(inn.MetricsUpdate))))
	}
	return match, loose, nil
}

// mostTopicTerms is for how many topics a search asks the index for them. Who hears
// more has the events looked at, which whoever reads them does anyway.
const mostTopicTerms = 30

func (s *Store) operands(ctx context.Context, f EventFilter, said []sought, topics []inn.Topic) (all []operand, err error) {
	one := func(column string, terms ...string) {
		var times int64
		if err == nil {
			times, err = s.times(ctx, terms)
		}
		all = append(all, operand{query: s.anyTerm(column, terms), times: times})
	}
	if f.Actor != "" {
		one("actor", term(f.Actor))
	}
	if f.Property != "" {
		one("property", term(f.Property))
	}
	switch {
	case f.Type != "":
		one("type", term(f.Type))
	case f.Kind != "":
		one("type", term(f.Kind))
	}
	if days := daysBetween(f.From, f.Until); days != nil {
		one("days", days...)
	}
	if topics != nil && len(topics) <= mostTopicTerms {
		one("topics", terms(topics)...)
	}
	for _, word := range said {
		if err == nil {
			var o operand
			o, err = s.operandOf(ctx, word)
			all = append(all, o)
		}
	}
	return all, err
}

// mostEndings is how many words with the same beginning a search looks for one
// by one.
const mostEndings = 100

// operandOf writes a sought word as a query: as one word, or by its parts.
func (s *Store) operandOf(ctx context.Context, one sought) (o operand, err error) {
	var parts []string
	for i, part := range one.parts {
		p, err := s.operandOfPart(ctx, part)
		if err != nil {
			return o, err
		}
		parts = append(parts, p.query)
		if i == 0 || p.times < o.times {
			o.times = p.times
		}
	}
	o.query, o.word = s.db.AllOf(parts...), true
	if one.joined == "" {
		return o, nil
	}
	whole, err := s.operandOfPart(ctx, soughtPart{word: one.joined})
	o.query, o.times = s.db.AnyOf(whole.query, o.query), o.times+whole.times
	return o, err
}

func (s *Store) operandOfPart(ctx context.Context, one soughtPart) (o operand, err error) {
	if !one.whole && utf8.RuneCountInString(one.word) <= startLong {
		o.query = s.db.Term("starts", one.word)
		o.times, err = s.times(ctx, []string{one.word + "*"})
		return o, err
	}
	words, times, err := s.endings(ctx, one)
	o.query, o.times = s.anyTerm("words", words), times
	if len(words) > mostEndings { // numbers, none of which is frequent
		o.query = s.db.Beginning("words", one.word)
	}
	return o, err
}

// times returns how often some terms were met.
func (s *Store) times(ctx context.Context, terms []string) (n int64, err error) {
	list, args := in(nil, terms)
	err = s.read.QueryRowContext(ctx, `SELECT coalesce(sum(times), 0) FROM event_words WHERE word IN (`+list+`)`, args...).Scan(&n)
	return n, err
}

// endings returns the words there are that a sought one may be, and how
// often they were met.
func (s *Store) endings(ctx context.Context, one soughtPart) (words []string, times int64, err error) {
	beyond := one.word + "\U0010ffff"
	if one.whole {
		beyond = one.word + " "
	}
	rows, err := s.read.QueryContext(ctx, `SELECT word, times FROM event_words WHERE word >= $1 AND word < $2 ORDER BY word LIMIT $3`, one.word, beyond, mostEndings+1)
	words, err = scanAll(rows, err, func(row interface{ Scan(...any) error }) (word string, err error) {
		var n int64
		err = row.Scan(&word, &n)
		times += n
		return word, err
	})
	if len(words) == 0 {
		words = []string{one.word} // of a booking older than the log, if of any
	}
	return words, times, err
}

// anyTerm writes a query for any of some terms of a column.
func (s *Store) anyTerm(column string, terms []string) string {
	queries := make([]string, len(terms))
	for i, one := range terms {
		queries[i] = s.db.Term(column, one)
	}
	return s.db.AnyOf(queries...)
}

func terms[T ~string](values []T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = term(v)
	}
	return list
}

// daysBetween returns the terms of the days that hold a period: whole years,
// months and tens of days by theirs. The first and the last may hold more than the
// period; its ends are compared with the events themselves. It is nil for a
// period open at both ends.
func daysBetween(from, until time.Time) []string {
	if from.IsZero() && until.IsZero() {
		return nil
	}
	at, last := time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(lastYear, 12, 31, 0, 0, 0, 0, time.UTC)
	if from.After(at) {
		from = from.UTC()
		at = time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, time.UTC)
	}
	if !until.IsZero() && until.Before(last) {
		last = until.Add(-1).UTC()
	}
	list := []string{"none"}
	for !at.After(last) {
		switch next := tenth(at.AddDate(0, 0, -1)) != tenth(at); {
		case at.YearDay() == 1 && !at.AddDate(1, 0, -1).After(last):
			list = append(list, year(at))
			at = at.AddDate(1, 0, 0)
		case at.Day() == 1 && !at.AddDate(0, 1, -1).After(last):
			list = append(list, month(at))
			at = at.AddDate(0, 1, 0)
		case next && tenth(at) < 2 && !at.AddDate(0, 0, 9).After(last):
			list = append(list, tenDays(at))
			at = at.AddDate(0, 0, 10)
		case next && tenth(at) == 2 && !at.AddDate(0, 1, -at.Day()).After(last):
			list = append(list, tenDays(at))
			at = at.AddDate(0, 1, 1-at.Day())
		default:
			list = append(list, day(at))
			at = at.AddDate(0, 0, 1)
		}
	}
	return list
}
