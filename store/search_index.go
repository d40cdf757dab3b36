package store

import (
	"context"
	"slices"
	"strconv"
	"time"

	"baithaka/internal/inn"
)

// indexStep is how many events one transaction adds to the index at the most,
// so that no publisher waits long behind it.
const indexStep = 256

// termsStep is after how many different terms a step ends: the text of an alert is
// its sender's, and may hold hundreds.
const termsStep = 5000

// tailMost is how many events that are not in the index yet a search looks
// through by itself; more are indexed first. indexAtOnce is how many that may be:
// further behind, after an upgrade or a large import, who asks is told to wait.
const (
	tailMost    = 256
	indexAtOnce = 64 * indexStep
)

// busySteps is how many steps one call of Index makes while publishers wait.
const busySteps = 8

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
		if err != nil || searched >= head || step > busySteps && s.Queue() > 0 {
			return err
		}
		if err := s.indexSome(ctx); err != nil {
			return err
		}
	}
}

// caughtUp makes sure that the index is not far behind the head and returns the
// position it reaches: who asks by filter must not miss what the same page without
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
		err = s.indexSome(ctx)
		if code := inn.CodeOf(err); code == inn.NoSpace || code == inn.Unavailable {
			return searched, nil // what was indexed can still be searched
		}
		if err != nil {
			return 0, err
		}
	}
}

func (s *Store) searched(ctx context.Context) (position int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'searched'`).Scan(&position)
	return position, err
}

// addition is what one step adds to the index. It is made beside the writer, of
// a log that may change meanwhile, and says of which.
type addition struct {
	after, until int64 // the positions it is about
	events       int   // how many there were
	rewritten    int64 // how often an event had been rewritten
	entries      []entry
	met          map[string]int // how many of the entries hold each term
}

// indexSome adds the next events to the index: read and taken apart while others
// write, so that the writer does no more than write it down.
func (s *Store) indexSome(ctx context.Context) error {
	a, err := s.nextAddition(ctx)
	if err != nil {
		return err
	}
	return s.writeLong(ctx, func(t *tx) error { return t.index(a) })
}

func (s *Store) nextAddition(ctx context.Context) (a addition, err error) {
	// Before the events: what is rewritten in between must show.
	err = s.read.QueryRowContext(ctx, indexState).Scan(&a.after, &a.rewritten)
	if err != nil {
		return a, err
	}
	_, a.until, err = s.Bounds(ctx)
	if err != nil {
		return a, err
	}
	rows, err := s.read.QueryContext(ctx, `SELECT `+eventColumns+` FROM events WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3`, a.after, a.until, indexStep)
	events, err := scanAll(rows, err, scanEvent)
	if err != nil {
		return a, err
	}
	if a.events = len(events); a.events == indexStep {
		a.until = events[indexStep-1].ID
	}
	a.met = map[string]int{}
	for i := range events {
		if len(a.met) >= termsStep {
			a.events, a.until = i, events[i-1].ID
			break
		}
		if indexed(&events[i]) {
			a.entries = append(a.entries, entryOf(&events[i], a.met))
		}
	}
	return a, nil
}

const indexState = `
	SELECT (SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'searched'),
	       (SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'rewritten')`

// index writes down what was prepared, unless the index or the events have
// changed since; then the next step prepares it anew. It is no change that
// anybody could want to see, so that no event tells of it.
func (t *tx) index(a addition) error {
	var searched, rewritten, events int64
	if _, err := t.row(indexState, nil, &searched, &rewritten); err != nil {
		return err
	}
	if _, err := t.row(`SELECT count(*) FROM events WHERE id > $1 AND id <= $2`, []any{a.after, a.until}, &events); err != nil {
		return err
	}
	if searched != a.after || rewritten != a.rewritten || events != int64(a.events) {
		return nil
	}
	for i := range a.entries {
		if err := t.enter(&a.entries[i]); err != nil {
			return err
		}
	}
	// Where no event is indexed there is a step all the same.
	for position := a.after - a.after%stepPositions + stepPositions; position <= a.until; position += stepPositions {
		if slices.ContainsFunc(a.entries, func(one entry) bool { return one.id == position }) {
			continue
		}
		if err := t.exec(`{search add}`, position, "", "", "", "", "", "", "", stepTerm); err != nil {
			return err
		}
	}
	if err := t.meet(a.met, a.until); err != nil {
		return err
	}
	return t.exec(`UPDATE meta SET value = $1 WHERE name = 'searched'`, strconv.FormatInt(a.until, 10))
}

// enter adds one entry to the index.
func (t *tx) enter(one *entry) error {
	return t.exec(`{search add}`,
		one.id, one.words, one.starts, one.topics, one.types, one.actor, one.property, one.days, one.step)
}

// meet writes down the terms that were met, the last of them at a position.
func (t *tx) meet(met map[string]int, last int64) error {
	for w, times := range met {
		err := t.exec(`
			INSERT INTO event_words (word, times, last, refolded) VALUES ($1, $2, $3, 1)
			ON CONFLICT (word) DO UPDATE SET times = event_words.times + excluded.times,
				last = `+greater("event_words.last", "excluded.last"), w, times, last)
		if err != nil {
			return err
		}
	}
	return nil
}

// reindex brings the index up to date with an event that was rewritten, if it is
// in there yet, and returns the words and beginnings of words that have left its
// entry. was is what it was found by before.
func (t *tx) reindex(e *inn.Event, was string) (gone []string, err error) {
	var searched, rewritten int64
	if _, err := t.row(indexState, nil, &searched, &rewritten); err != nil {
		return nil, err
	}
	if e.ID > searched {
		// It may just be taken apart as it was.
		return nil, t.exec(`UPDATE meta SET value = $1 WHERE name = 'rewritten'`, strconv.FormatInt(rewritten+1, 10))
	}
	if err := t.exec(`{search remove}`, e.ID); err != nil {
		return nil, err
	}
	met := map[string]int{}
	if indexed(e) {
		one := entryOf(e, met)
		if err := t.enter(&one); err != nil {
			return nil, err
		}
	}
	before := wordsIn(was)
	for _, start := range startsOf(distinct(before)) {
		before = append(before, start+"*")
	}
	came := map[string]int{}
	now := wordsIn(words(e))
	for _, start := range startsOf(distinct(now)) {
		now = append(now, start+"*")
	}
	for _, w := range now {
		if !slices.Contains(before, w) {
			came[w] = 1
		}
	}
	for _, w := range distinct(before) {
		if met[w] == 0 {
			gone = append(gone, w)
		}
	}
	return gone, t.meet(came, e.ID)
}

// forgetWords removes the words that are in no event any more, in small steps.
func (s *Store) forgetWords(ctx context.Context, trimmed int64) error {
	return byKey("", itself, func(after string) ([]string, error) {
		rows, err := s.read.QueryContext(ctx, `SELECT word FROM event_words WHERE word > $1 AND last <= $2 ORDER BY word LIMIT $3`, after, trimmed, forgetStep)
		return scanAll(rows, err, scanWord)
	}, func(gone []string) error {
		return s.write(ctx, func(t *tx) error {
			for _, w := range gone {
				if err := t.exec(`DELETE FROM event_words WHERE word = $1 AND last <= $2`, w, trimmed); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

func scanWord(row interface{ Scan(...any) error }) (word string, err error) {
	return word, row.Scan(&word)
}
