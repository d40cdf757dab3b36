package store

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"baithaka/db"
	"baithaka/internal/inn"
)

const (
	// maintainEvery is the period of Maintain.
	maintainEvery = time.Second
	// checkpointAbove is the size of the write-ahead log from which it is checkpointed
	// in a quiet moment, checkpointAtOnce the one from which it is in any.
	checkpointAbove, checkpointAtOnce = 1 << 20, 8 << 20
	// checkpointRetry is the pause after a checkpoint that a reader kept from ending.
	checkpointRetry = 10 * time.Second
)

// Maintain looks after the database while a server runs on it, and returns when ctx
// ends. It keeps the write-ahead log small, notes beside the file how far the log and
// the audit have come, writes the audit's head to the program's log, and after a
// write that the disk refused tries whether it takes one again.
func (s *Store) Maintain(ctx context.Context) {
	ticker := time.NewTicker(maintainEvery)
	defer ticker.Stop()
	t := maintainer{store: s}
	defer func() { t.mark(context.WithoutCancel(ctx)) }()
	for {
		t.mark(ctx)
		t.checkpoint(ctx, time.Now())
		if s.refused() {
			s.probe(ctx)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// maintainer is what Maintain remembers from one round to the next.
type maintainer struct {
	store  *Store
	marked watermarks
	before int64     // the head of the log, the last time
	again  time.Time // when a checkpoint is tried again
}

// mark notes how far log and audit have come.
func (t *maintainer) mark(ctx context.Context) {
	now, err := t.store.look(ctx)
	if err != nil {
		return // the next look tells
	}
	if now.audit != t.marked.audit {
		// Outside of this machine's reach it shows whether the audit was cut.
		t.store.log.Info("audit", "head", now.audit.String())
	}
	t.marked = now
}

// checkpoint empties the write-ahead log into the file when it has grown and nobody
// writes, or when it has grown large because readers overlap.
func (t *maintainer) checkpoint(ctx context.Context, now time.Time) {
	quiet := t.marked.log.ID == t.before && t.store.Queue() == 0
	t.before = t.marked.log.ID
	if _, wal := t.store.Size(); wal < checkpointAbove || wal < checkpointAtOnce && !quiet || now.Before(t.again) {
		return
	}
	if done, err := t.store.db.Checkpoint(ctx); err != nil || !done {
		t.again = now.Add(checkpointRetry)
	}
}

// trouble is what the disk said when it refused a write, until it takes one.
type trouble struct {
	mu     sync.Mutex
	err    error
	told   time.Time // when the program's log was told last
	damage error     // found by Survey; stays
}

// tellEvery is how often the program's log is told of trouble that goes on.
const tellEvery = time.Minute

// Trouble returns why nothing can be stored just now; nil when, as far as is
// known, it can.
func (s *Store) Trouble() error {
	s.trouble.mu.Lock()
	defer s.trouble.mu.Unlock()
	if s.trouble.damage != nil {
		return s.trouble.damage
	}
	return s.trouble.err
}

// Survey reads the whole file beside everything else, when it was too large to
// be read before the start. Damage is told, and there is no getting over it.
func (s *Store) Survey(ctx context.Context) {
	problems, err := db.Survey(ctx, s.db.Path)
	if len(problems) > 0 {
		err = db.Damaged(s.db.Path, errors.New(problems[0]))
		s.trouble.mu.Lock()
		s.trouble.damage = &inn.Error{Code: inn.Unavailable, Text: "The database is damaged; it has to be restored from a backup.", Cause: err}
		s.trouble.mu.Unlock()
	}
	if err != nil && ctx.Err() == nil {
		s.log.Error("store: the database was read from end to end", "error", err)
	}
}

// noted remembers a write that the machine refused.
func (s *Store) noted(err error) error {
	if err != errClosed && isRefusal(err) {
		s.inTrouble(err, time.Now())
	}
	return err
}

// isRefusal reports whether a write failed by the machine's doing: a disk that is
// full or takes no writes, or another program that holds the database.
func isRefusal(err error) bool {
	code := inn.CodeOf(err)
	return code == inn.NoSpace || code == inn.Unavailable
}

// refused reports whether the last write that failed was the machine's doing,
// and none is known to have worked since.
func (s *Store) refused() bool {
	s.trouble.mu.Lock()
	defer s.trouble.mu.Unlock()
	return s.trouble.err != nil
}

// inTrouble notes that writes are refused, which is told once when it begins and
// then now and again: who publishes tries all the time, and so does probe.
func (s *Store) inTrouble(err error, now time.Time) {
	s.trouble.mu.Lock()
	defer s.trouble.mu.Unlock()
	if s.trouble.err == nil || now.Sub(s.trouble.told) >= tellEvery {
		s.trouble.told = now
		s.log.Error("store: writes are refused; nothing is stored until they are not", "error", err)
	}
	s.trouble.err = err
}

// outOfTrouble notes that the disk takes writes again.
func (s *Store) outOfTrouble() {
	s.trouble.mu.Lock()
	defer s.trouble.mu.Unlock()
	if s.trouble.err != nil {
		s.log.Info("store: the disk takes writes again")
	}
	s.trouble.err = nil
}

// probeSize is how much a disk must take before it is trusted again: as much as
// a few publishes.
const probeSize = 64 << 10

// probe tries whether the disk takes writes again. Who publishes tries anyway;
// this is for the word that goes out to those who ask first.
func (s *Store) probe(ctx context.Context) {
	err := s.write(ctx, func(t *tx) error {
		return t.exec(`INSERT INTO meta (name, value) VALUES ('probe', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, strings.Repeat("0", probeSize))
	})
	if err == nil {
		err = s.write(ctx, func(t *tx) error { return t.exec(`DELETE FROM meta WHERE name = 'probe'`) })
	}
	if err == nil {
		s.outOfTrouble()
	}
}
