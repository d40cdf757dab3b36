package store

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"baithaka/inn"
)

// indexStep is how many events one transaction adds to the index at the most,
// so that no publisher waits long behind it.
const indexStep = 512

// tailMost is how many events that are not in the index yet a search looks
// through by itself; more are indexed first. indexAtOnce is how many that may be:
// further behind, after an upgrade or a large import, who asks is told to wait.
const (
	tailMost    = 256
	indexAtOnce = 32 * indexStep
)

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

// caughtUp makes sure that the index is not far behind the head and gives the
// place it reaches: who asks by filter must not miss what the same page without
// one shows.
func (s *Store) caughtUp(ctx context.Context, head int64) (searched int64, err error) {
	for added := 0; ; added += indexStep {
		searched, err = s.searched(ctx)
		if err != nil || head-searched <= tailMost {
			return searched, err
		}
		if added == 0 && head-searched > indexAtOnce {
			return 0, &inn.Error{Code: inn.Unavailable, Text: "The log is just being indexed; searching and filtering it works again in a moment.", RetryAfter: 10 * time.Second}
		}
		err = s.write(ctx, (*tx).index)
		if code := inn.CodeOf(err); code == inn.NoSpace || code == inn.Unavailable {
			return searched, nil // what was indexed can still be searched
		}
		if err != nil {
			return 0, err
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
	if len(events) == indexStep {
		head = events[indexStep-1].ID
	}
	met := map[string]int{}
	for i := range events {
		if err := t.indexEvent(&events[i], met); err != nil {
			return err
		}
	}
	// Where no event is indexed there is a step all the same.
	for place := searched - searched%stepPlaces + stepPlaces; place <= head; place += stepPlaces {
		if slices.ContainsFunc(events, func(e inn.Event) bool { return e.ID == place && indexed(&e) }) {
			continue
		}
		if err := t.exec(`INSERT INTO event_search (rowid, step) VALUES ($1, $2)`, place, stepTerm); err != nil {
			return err
		}
	}
	if err := t.meet(met, head); err != nil {
		return err
	}
	return t.exec(`UPDATE meta SET value = $1 WHERE name = 'searched'`, strconv.FormatInt(head, 10))
}

// indexed reports whether an event is in the index at all.
func indexed(e *inn.Event) bool { return !e.Type.Internal() || e.Type == inn.NotificationReleased }

// indexEvent adds an event to the index and counts the terms it holds.
func (t *tx) indexEvent(e *inn.Event, met map[string]int) error {
	if !indexed(e) {
		return nil
	}
	column := func(terms ...string) string {
		for _, one := range terms {
			met[one]++
		}
		return strings.Join(terms, " ")
	}
	found := distinct(wordsIn(words(e)))
	starts := startsOf(found)
	for _, s := range starts {
		met[s+"*"]++
	}
	types := []string{term(e.Type), term(e.Kind())}
	if e.Type == inn.NotificationReleased {
		types = []string{term(inn.BookingUpdate)} // a booking's card is found by it, and nothing else
	}
	step := ""
	if e.ID%stepPlaces == 0 {
		step = stepTerm
	}
	return t.exec(`INSERT INTO event_search (rowid, words, starts, topics, type, actor, property, days, step) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		e.ID, column(found...), strings.Join(starts, " "), column(terms(e.Topics())...), column(types...), column(term(e.Actor)), column(term(e.Property)),
		column(daysOf(e.At)...), step)
}

// stepPlaces is how many places lie between two at which a search may stop.
const (
	stepPlaces = 1 << 14
	stepTerm   = "s"
)

// meet writes down the terms that were met, the last of them at a place.
func (t *tx) meet(met map[string]int, last int64) error {
	for w, times := range met {
		err := t.exec(`
			INSERT INTO event_words (word, times, last) VALUES ($1, $2, $3)
			ON CONFLICT DO UPDATE SET times = times + excluded.times, last = max(last, excluded.last)`, w, times, last)
		if err != nil {
			return err
		}
	}
	return nil
}

// reindex brings the index up to date with an event that was rewritten, if it is
// in there yet, and forgets the words that only it held. was is what it was found
// by before.
func (t *tx) reindex(e *inn.Event, was string) error {
	var searched int64
	if _, err := t.row(`SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'searched'`, nil, &searched); err != nil || e.ID > searched {
		return err
	}
	if err := t.exec(`DELETE FROM event_search WHERE rowid = $1`, e.ID); err != nil {
		return err
	}
	met := map[string]int{}
	if err := t.indexEvent(e, met); err != nil {
		return err
	}
	for _, w := range distinct(wordsIn(was)) {
		if met[w] > 0 {
			continue
		}
		err := t.exec(`DELETE FROM event_words WHERE word = $1
			AND NOT EXISTS (SELECT 1 FROM event_search WHERE event_search MATCH $2)`, w, `words : `+quoted(w))
		if err != nil {
			return err
		}
	}
	return t.meet(met, e.ID)
}

// forgetWords removes the words that are in no event any more, in small steps.
func (s *Store) forgetWords(ctx context.Context, trimmed int64) error {
	for after := ""; ; {
		rows, err := s.read.QueryContext(ctx, `SELECT word FROM event_words WHERE word > $1 AND last <= $2 ORDER BY word LIMIT $3`, after, trimmed, forgetStep)
		gone, err := scanAll(rows, err, scanWord)
		if err != nil || len(gone) == 0 {
			return err
		}
		err = s.write(ctx, func(t *tx) error {
			for _, w := range gone {
				if err := t.exec(`DELETE FROM event_words WHERE word = $1 AND last <= $2`, w, trimmed); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		after = gone[len(gone)-1]
	}
}

func scanWord(row interface{ Scan(...any) error }) (word string, err error) {
	return word, row.Scan(&word)
}

// words is what an event is found by, and with it the booking or the card whose
// latest it is: never contacts, money or notes. What programs report in a form of
// their own is not searched at all.
func words(e *inn.Event) string {
	var said []string
	switch e.Kind() {
	case inn.BookingUpdate:
		var b struct{ ID, CustomerName, Title, PropertyName string } // the whole booking takes much longer
		if e.Into(&b) != nil || b.ID == "" {
			return strings.TrimPrefix(e.Subject, "booking:")
		}
		said = []string{b.ID, b.CustomerName, b.Title, b.PropertyName}
	case inn.AlertUpdate:
		var a inn.Alert
		if e.Into(&a) == nil {
			said = []string{a.Title, a.Detail, a.House}
		}
	case inn.PropertyUpdate:
		var p inn.Property
		if e.Into(&p) == nil {
			said = []string{p.Name, p.Title, p.Status}
		}
	}
	if e.Type == inn.NotificationReleased {
		var n inn.Notification
		if e.Into(&n) == nil {
			said = []string{strings.TrimPrefix(n.Subject, "booking:"), n.Title, n.Body, n.House}
		}
	}
	return strings.Join(said, "\n")
}

// term makes one word of a value, for the columns that are compared whole.
func term[T ~string](value T) string { return hex.EncodeToString([]byte("=" + string(value))) }

// The years that have a term of their own; what was reported for an earlier or a
// later time counts as theirs.
const firstYear, lastYear = 2015, 2060

// daysOf gives the terms of a time: its day, ten days, month and year.
func daysOf(at time.Time) []string {
	at = at.UTC()
	return []string{day(at), tenDays(at), month(at), year(at)}
}

func day(at time.Time) string     { return at.Format("d20060102") }
func tenDays(at time.Time) string { return at.Format("t200601") + strconv.Itoa(tenth(at)) }
func month(at time.Time) string   { return at.Format("m200601") }
func year(at time.Time) string {
	return "y" + strconv.Itoa(min(max(at.Year(), firstYear), lastYear))
}

// tenth is which ten days of its month a time is in: the third may be eleven, or
// eight.
func tenth(at time.Time) int { return min((at.Day()-1)/10, 2) }
