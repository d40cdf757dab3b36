package store

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"baithaka/inn"
)

// match writes a filter and the topics a viewer hears, nil for all, as a query
// of the index.
func (s *Store) match(ctx context.Context, f EventFilter, said []sought, topics []inn.Topic) (string, error) {
	all, err := s.matchWords(ctx, said)
	if err != nil {
		return "", err
	}
	one := func(column string, terms ...string) {
		all = append(all, column+" : ("+strings.Join(terms, " OR ")+")")
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
	case f.Feed && len(said) == 0: // figures have no words
		one("type", fedTerm)
	}
	if days := daysBetween(f.From, f.Until); days != nil {
		one("days", days...)
	}
	if topics != nil {
		one("topics", terms(topics)...)
	}
	return strings.Join(all, " AND "), nil
}

// mostEndings is how many words with the same beginning a search looks for one
// by one.
const mostEndings = 100

// matchWords writes the words that are sought, the rarest first.
func (s *Store) matchWords(ctx context.Context, said []sought) ([]string, error) {
	type operand struct {
		query string
		times int64
	}
	all := make([]operand, len(said))
	for i, one := range said {
		if !one.whole && utf8.RuneCountInString(one.word) <= startLong {
			all[i] = operand{"starts : " + quoted(one.word), math.MaxInt64}
			continue
		}
		words, times, err := s.endings(ctx, one)
		switch {
		case err != nil:
			return nil, err
		case len(words) > mostEndings: // numbers, none of which is frequent
			all[i] = operand{"words : " + quoted(one.word) + " *", math.MaxInt64}
		default:
			all[i] = operand{"words : (" + strings.Join(words, " OR ") + ")", times}
		}
	}
	slices.SortStableFunc(all, func(a, b operand) int { return cmp.Compare(a.times, b.times) })
	queries := make([]string, len(all))
	for i, o := range all {
		queries[i] = o.query
	}
	return queries, nil
}

// endings gives the words there are that a sought one may be, quoted, and how
// often they were met.
func (s *Store) endings(ctx context.Context, one sought) (words []string, times int64, err error) {
	beyond := one.word + "\U0010ffff"
	if one.whole {
		beyond = one.word + " "
	}
	rows, err := s.read.QueryContext(ctx, `SELECT word, times FROM event_words WHERE word >= $1 AND word < $2 ORDER BY word LIMIT $3`, one.word, beyond, mostEndings+1)
	words, err = scanAll(rows, err, func(row interface{ Scan(...any) error }) (word string, err error) {
		var n int64
		err = row.Scan(&word, &n)
		times += n
		return quoted(word), err
	})
	if len(words) == 0 {
		words = []string{quoted(one.word)} // of a booking older than the log, if of any
	}
	return words, times, err
}

// quoted writes a word so that nothing in it is read as syntax.
func quoted(word string) string { return `"` + strings.ReplaceAll(word, `"`, `""`) + `"` }

func terms[T ~string](values []T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = term(v)
	}
	return list
}

// daysBetween gives the terms of the days that hold a period: whole years and
// months by the year and month. The first and the last may hold more than the
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
		switch {
		case at.YearDay() == 1 && !at.AddDate(1, 0, -1).After(last):
			list = append(list, year(at))
			at = at.AddDate(1, 0, 0)
		case at.Day() == 1 && !at.AddDate(0, 1, -1).After(last):
			list = append(list, month(at))
			at = at.AddDate(0, 1, 0)
		default:
			list = append(list, day(at))
			at = at.AddDate(0, 0, 1)
		}
	}
	return list
}
