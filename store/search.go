package store

import (
	"context"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"baithaka/inn"
)

// indexStep is how many events one transaction adds to the index at the most,
// so that no publisher waits long behind it.
const indexStep = 512

// indexAtOnce is how many events a reader adds to the index before reading;
// further behind, after an upgrade or a large import, they are asked to wait.
const indexAtOnce = 32 * indexStep

// Index brings the search index up to the head the log has now. While
// publishers are waiting it adds no more than a few steps and leaves the rest
// for the next call.
func (s *Store) Index(ctx context.Context) error {
	_, head, err := s.Bounds(ctx)
	if err != nil {
		return err
	}
	for step := 1; ; step++ {
		searched, err := s.searched(ctx)
		if err != nil || searched >= head || step > 4 && s.Queue() > 0 {
			return err
		}
		if err := s.write(ctx, (*tx).index); err != nil {
			return err
		}
	}
}

// caughtUp makes sure that the index reaches the head: who asks by filter must
// not miss what the same page without one shows.
func (s *Store) caughtUp(ctx context.Context) error {
	_, head, err := s.Bounds(ctx)
	if err != nil {
		return err
	}
	for added := 0; ; added += indexStep {
		searched, err := s.searched(ctx)
		if err != nil || searched >= head {
			return err
		}
		if added == 0 && head-searched > indexAtOnce {
			return &inn.Error{Code: inn.Unavailable, Text: "The log is just being indexed; searching and filtering it works again in a moment.", RetryAfter: 10 * time.Second}
		}
		err = s.write(ctx, (*tx).index)
		if code := inn.CodeOf(err); code == inn.NoSpace || code == inn.Unavailable {
			return nil // what was indexed can still be searched
		}
		if err != nil {
			return err
		}
	}
}

func (s *Store) searched(ctx context.Context) (place int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'searched'`).Scan(&place)
	return place, err
}

// index adds the next events to the search index. It is no change that anybody
// could want to see, so that no event tells of it.
func (t *tx) index() error {
	var searched, head int64
	if _, err := t.row(`SELECT CAST(value AS INTEGER), `+headOfLog+` FROM meta WHERE name = 'searched'`, nil, &searched, &head); err != nil {
		return err
	}
	rows, err := t.rows(`SELECT `+eventColumns+` FROM events WHERE id > $1 ORDER BY id LIMIT $2`, searched, indexStep)
	events, err := scanAll(rows, err, scanEvent)
	if err != nil {
		return err
	}
	if err := t.indexCards(events); err != nil {
		return err
	}
	for i := range events {
		e := &events[i]
		if e.Type.Internal() {
			continue
		}
		var topics strings.Builder
		for _, topic := range e.Topics() {
			topics.WriteString(term(topic) + " ")
		}
		if err := t.exec(`INSERT INTO event_search (rowid, words, topics, type, actor, property, days) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			e.ID, words(e), topics.String(), term(e.Type), term(e.Actor), term(e.Property), day(e.At)+" "+month(e.At)+" "+year(e.At)); err != nil {
			return err
		}
	}
	if len(events) == indexStep {
		head = events[indexStep-1].ID
	}
	return t.exec(`UPDATE meta SET value = $1 WHERE name = 'searched'`, strconv.FormatInt(head, 10))
}

// words is what an event is found by: never contacts, money or notes. What
// programs report in a form of their own is not searched at all.
func words(e *inn.Event) string {
	var said []string
	switch e.Kind() {
	case inn.BookingUpdate:
		b, err := e.Booking()
		if err != nil || b.ID == "" {
			return strings.TrimPrefix(e.Subject, "booking:")
		}
		said = []string{b.ID, b.Customer, b.Title, b.House}
	case inn.AlertUpdate:
		var a inn.Alert
		if e.Into(&a) == nil {
			said = []string{a.Title, a.House}
		}
	case inn.PropertyUpdate:
		var p inn.Property
		if e.Into(&p) == nil {
			said = []string{p.Name}
		}
	}
	return strings.Join(said, "\n")
}

// term makes one word of a value, for the columns that are compared whole.
func term[T ~string](value T) string { return hex.EncodeToString([]byte("=" + string(value))) }

// The years that have a term of their own; what was reported for an earlier or a
// later time counts as theirs.
const firstYear, lastYear = 2015, 2060

func day(at time.Time) string   { return at.UTC().Format("d20060102") }
func month(at time.Time) string { return at.UTC().Format("m200601") }
func year(at time.Time) string {
	return "y" + strconv.Itoa(min(max(at.UTC().Year(), firstYear), lastYear))
}

// match writes a filter and the topics a viewer hears as a query of the index;
// ok is false when nothing can match.
func (f EventFilter) match(topics []inn.Topic) (query string, ok bool) {
	var all []string
	one := func(column string, terms ...string) {
		all = append(all, column+" : ("+strings.Join(terms, " OR ")+")")
	}
	if f.Words != "" {
		said := wordsOf(f.Words)
		if len(said) == 0 {
			return "", false
		}
		all = append(all, "words : ("+strings.Join(said, " AND ")+")")
	}
	if types := f.types(); f.narrowsTypes() {
		if len(types) == 0 {
			return "", false
		}
		one("type", terms(types)...)
	}
	if f.Actor != "" {
		one("actor", term(f.Actor))
	}
	if f.Property != "" {
		one("property", term(f.Property))
	}
	if days := daysBetween(f.From, f.Until); days != nil {
		one("days", days...)
	}
	if topics != nil {
		one("topics", terms(topics)...)
	}
	return strings.Join(all, " AND "), true
}

func terms[T ~string](values []T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = term(v)
	}
	return list
}

// mostWords is how many words of a search are looked at.
const mostWords = 8

// wordsOf writes what somebody typed as terms of a query: every word must be
// found, as the beginning of one when it has two letters or more. Each is
// quoted, so that nothing typed is read as syntax.
func wordsOf(typed string) []string {
	var list []string
	for word := range strings.FieldsSeq(inn.CleanText(typed, false)) {
		if strings.IndexFunc(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) < 0 {
			continue
		}
		quoted := `"` + strings.ReplaceAll(word, `"`, `""`) + `"`
		if utf8.RuneCountInString(word) > 1 {
			quoted += " *"
		}
		if list = append(list, quoted); len(list) == mostWords {
			break
		}
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
