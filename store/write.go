package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"baithaka/db"
	"baithaka/internal/inn"
)

// A transaction, and so its sync, is shared by whoever waits when it begins and
// whoever comes while it is worked on: up to so many, and until it has taken so
// long. A sync is short against that, and who came first must not wait for all.
const (
	maxGroup  = 128
	groupTime = 2 * time.Millisecond
)

// job is one caller's part of a group.
type job struct {
	ctx  context.Context
	do   func(*tx) error
	done chan error // holds one
}

// tx is the write transaction as one caller sees it: its statements, and one
// now for all of them.
type tx struct {
	ctx         context.Context
	door        *db.Writer
	rightsCache *rightsCache
	names       map[string]string // of the properties the transaction has come by
	now         time.Time
	head        int64  // the newest event of the log
	last        int64  // the newest event it appended; 0 for none
	epoch       string // that it began; "" for none

	emails map[string]int64 // whose those are that were looked up; 0 for nobody's
	all    []inn.Viewer     // everybody, where it was asked
	left   int              // how many more people are looked at here whether an event is addressed to them
}

// write runs do inside the next transaction and returns when that is committed
// and synced, or when it failed and left nothing. Callers who wait together are
// committed together, without a timer: whoever is alone does not wait.
func (s *Store) write(ctx context.Context, do func(*tx) error) error {
	return s.enqueue(ctx, s.jobs, do)
}

// writeLong is write for what takes its time: a large batch, or work that nobody
// waits for. Between two of them whoever writes a little has their turn, so that
// nobody waits for more than one of them however many there are.
func (s *Store) writeLong(ctx context.Context, do func(*tx) error) error {
	return s.enqueue(ctx, s.long, do)
}

func (s *Store) enqueue(ctx context.Context, line chan *job, do func(*tx) error) error {
	j := &job{ctx: ctx, do: do, done: make(chan error, 1)}
	select {
	case line <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closed:
		return errClosed
	}
	select {
	case err := <-j.done:
		return s.noted(err)
	case <-s.closed:
		// The writer answers everyone it has taken; this one may have come too late.
		select {
		case err := <-j.done:
			return err
		default:
			return errClosed
		}
	}
}

var errClosed = &inn.Error{Code: inn.Unavailable, Text: "The server is stopping; nothing was stored. Try again in a moment.", RetryAfter: 2 * time.Second}

// runWriter is the only goroutine that writes.
func (s *Store) runWriter(ctx context.Context) {
	defer close(s.closed)
	defer s.door.Close()
	rightsCache := newRightsCache()
	first, second := s.jobs, s.long // whose turn it is
	for {
		var j *job
		select {
		case j = <-first:
		default:
			select {
			case <-ctx.Done():
				return
			case j = <-first:
			case j = <-second:
				first, second = second, first
			}
		}
		s.commit(&tx{ctx: context.Background(), door: s.door, rightsCache: rightsCache}, j)
		first, second = second, first
	}
}

// group is the callers of one transaction, and what each is answered.
type group struct {
	jobs    []*job
	answers []error
	last    int64      // the newest event that was appended; 0 for none
	was     watermarks // what was known of the database before
	now     watermarks // and where it stands afterwards
}

// commit runs a caller, and who joins it, in one transaction. A caller that fails
// or panics is rolled back to its savepoint and takes nobody with it; a COMMIT
// that fails answers all of them. Answers go out after it, and the notifier before
// them.
// Its context is nobody's: the work must not end half-way because one of the
// callers went away.
func (s *Store) commit(whole *tx, first *job) {
	g := &group{jobs: []*job{first}, answers: []error{nil}}
	whole.names = map[string]string{}
	err := s.transact(whole, g)
	if err == nil {
		if moved := s.db.Moved(); moved != nil {
			err = s.replaced(moved) // it was committed into a file that nobody finds any more
		}
	}
	if err != nil {
		whole.rightsCache.forget()
		whole.door.Rollback(whole.ctx)
		if err = mapError(err); !isRefusal(err) {
			// Of a refusal noted tells, and not every time.
			s.log.Error("store: a commit failed; nothing of it was stored", "callers", len(g.jobs), "error", err)
		}
		for i := range g.answers {
			if g.answers[i] == nil {
				g.answers[i] = err
			}
		}
		g.last = 0
	}
	if g.now != g.was && err == nil {
		s.epochState.opened = true
		s.note(g.was, g.now) // before anybody is told of a place
	}
	if g.last != 0 {
		s.commits.note(g.last, time.Now())
	}
	if g.last != 0 || g.now.log.Epoch != g.was.log.Epoch {
		s.notifier.notify()
	}
	for i, j := range g.jobs {
		j.done <- g.answers[i]
	}
}

// transact does the work of a group and takes in who comes meanwhile. An error
// says that nothing of it stands.
func (s *Store) transact(whole *tx, g *group) error {
	if err := whole.door.Begin(whole.ctx); err != nil {
		return err
	}
	if err := whole.rightsCache.look(whole); err != nil {
		return err
	}
	var err error
	if g.was, g.now, err = s.verify(whole); err != nil {
		return err
	}
	began := time.Now()
	for i := 0; i < len(g.jobs); i++ {
		if g.answers[i] = g.jobs[i].ctx.Err(); g.answers[i] == nil {
			t := *whole
			t.now, t.left, t.head = time.Now().UTC().Truncate(time.Millisecond), addressAtOnce, g.now.log.ID
			var stands bool
			if stands, g.answers[i] = s.savepoint(&t, g.jobs[i].do); !stands {
				return g.answers[i]
			}
			if g.answers[i] == nil {
				g.last = max(g.last, t.last)
				g.now.log.ID = max(g.now.log.ID, t.last)
				g.now.log.Epoch = cmp.Or(t.epoch, g.now.log.Epoch)
			}
		}
		if len(g.jobs) < maxGroup && time.Since(began) < s.groupTime {
			select {
			case j := <-s.jobs:
				g.jobs, g.answers = append(g.jobs, j), append(g.answers, nil)
			default:
			}
		}
	}
	return whole.door.Commit(whole.ctx)
}

// savepoint runs one caller's part so that it is all there or not at all. whole
// is false when the transaction is gone: with a full disk or a failing one SQLite
// rolls back all of it by itself, and a savepoint after that would open, and
// commit, a transaction of its own.
func (s *Store) savepoint(t *tx, do func(*tx) error) (whole bool, err error) {
	if err := t.door.Savepoint(t.ctx); err != nil {
		return false, mapError(err)
	}
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("store: a write panicked", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("a write panicked: %v", p)
		}
		var endErr error
		if err != nil {
			endErr = t.door.Undo(t.ctx)
			clear(t.names)
			t.rightsCache.forget()
		}
		if endErr == nil {
			endErr = t.door.Release(t.ctx)
		}
		if whole = endErr == nil; !whole && err == nil {
			err = endErr
		}
		err = mapError(err)
	}()
	return true, do(t)
}

func (t *tx) exec(query string, args ...any) error {
	_, err := t.execResult(query, args...)
	return err
}

func (t *tx) execResult(query string, args ...any) (sql.Result, error) {
	t.rightsCache.written(query)
	return t.door.ExecContext(t.ctx, query, args...)
}

// row reads one row into dest; found is false when there is none.
func (t *tx) row(query string, args []any, dest ...any) (found bool, err error) {
	rows, err := t.rows(query, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return false, rows.Err()
	}
	if err := rows.Scan(dest...); err != nil {
		return false, err
	}
	return true, rows.Close()
}

// ask is row for who asks through a rowQuerier.
func (t *tx) ask(ctx context.Context, query string, args ...any) scanner {
	return t.door.QueryRowContext(ctx, query, args...)
}

func (t *tx) rows(query string, args ...any) (*sql.Rows, error) {
	t.rightsCache.written(query)
	return t.door.QueryContext(t.ctx, query, args...)
}

// isUnique reports whether an error says that a row with that key is there already.
func (t *tx) isUnique(err error) bool { return t.door.Unique(err) }

// append writes what happened to the log and fills in the event's id. It is
// called inside the transaction of the rows it tells of, and nowhere else.
func (t *tx) append(e *inn.Event, data any) error {
	var err error
	if own, ok := data.(json.Marshaler); ok {
		e.Data, err = own.MarshalJSON() // json.Marshal would read all of it once more
	} else {
		e.Data, err = json.Marshal(data)
	}
	if err != nil {
		return fmt.Errorf("the snapshot of %s: %w", e.Subject, err)
	}
	if e.At.IsZero() {
		e.At = t.now
	}
	if e.Stored.IsZero() {
		e.Stored = t.now
	}
	if e.Priority == "" {
		e.Priority = e.Type.Priority()
	}
	// Nobody else appends meanwhile, and a place that is rolled back is given again.
	e.ID = t.head + 1
	if err := t.exec(`
		INSERT INTO events (id, at, topic, recipients, type, priority, subject, property, actor, by_name, data, stored)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		e.ID, ms(e.At), e.Topic, joinTopics(e.To), e.Type, e.Priority, e.Subject, e.Property, e.Actor, e.By, string(e.Data), ms(e.Stored)); err != nil {
		return err
	}
	for _, topic := range e.To {
		if err := t.exec(`INSERT INTO event_recipients (topic, event) VALUES ($1, $2) ON CONFLICT (topic, event) DO NOTHING`, topic, e.ID); err != nil {
			return err
		}
	}
	t.head, t.last = e.ID, e.ID
	return nil
}

func joinTopics(topics []inn.Topic) string {
	parts := make([]string, len(topics))
	for i, t := range topics {
		parts[i] = string(t)
	}
	return strings.Join(parts, " ")
}

func splitTopics(s string) []inn.Topic {
	var topics []inn.Topic
	for part := range strings.FieldsSeq(s) {
		topics = append(topics, inn.Topic(part))
	}
	return topics
}
