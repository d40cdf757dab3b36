package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"baithaka/inn"
)

// marks are how far the log and the audit had come, noted outside the database
// in a file beside it: the log's with every commit, before anybody is told of it,
// the audit's once a second. A database that does not go on from its marks is
// another one than that whose positions were handed out: the disk lied about a
// sync, or somebody put an older file in its place, or one that went on elsewhere.
type marks struct {
	log     inn.Position
	opening string // the newest opening in the database then; "" before the first
	audit   link
}

func marksFile(database string) string { return strings.TrimSuffix(database, ".db") + ".marks" }

// marksSize is the size of the file, which is written in place: a reader meets
// the old marks or the new ones, and of a mixture the sum is wrong.
const marksSize = 256

func (m marks) bytes() []byte {
	text := fmt.Sprintf("log %s\nopening %s\naudit %s\n", m.log, m.opening, m.audit)
	text += "sum " + sumOf(text) + "\n"
	return []byte(text + strings.Repeat(" ", max(marksSize-len(text)-1, 0)) + "\n")
}

func sumOf(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text)))[:16] }

// marksTries is how often a file is read that somebody may be writing just then.
const marksTries = 3

// readMarks reads the file. found is false when it is not there or cannot be
// read as what it is.
func readMarks(database string) (m marks, found bool) {
	for range marksTries {
		text, err := os.ReadFile(marksFile(database))
		if err != nil {
			return marks{}, false
		}
		if m, found = parseMarks(string(text)); found {
			return m, true
		}
	}
	return marks{}, false
}

func parseMarks(text string) (m marks, ok bool) {
	before, whole := "", true
	for line := range strings.Lines(text) {
		what, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		var err error
		switch what {
		case "log":
			m.log, err = inn.ParsePosition(value)
		case "opening":
			m.opening, whole = value, false // until its sum has come; the marks of an older version have neither
		case "audit":
			m.audit, _ = parseLink(value)
		case "sum":
			whole = value == sumOf(before)
		}
		if err != nil {
			return marks{}, false
		}
		before += line
	}
	return m, whole && m.log.Epoch != ""
}

// write puts the marks into the file. They are not synced: marks that a power cut
// takes back are only less sharp. The file itself is, when it is made: a database
// without one is taken for another.
func (m marks) write(database string) error {
	name := marksFile(database)
	file, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil { // there is none, or one of somebody else's
		return m.renew(name)
	}
	_, err = file.WriteAt(m.bytes(), 0)
	return errors.Join(err, file.Close())
}

// renew makes the file, or puts another in its place.
func (m marks) renew(name string) error {
	if err := os.WriteFile(name+".new", m.bytes(), 0o600); err != nil {
		return err
	}
	if err := errors.Join(synced(name+".new"), os.Rename(name+".new", name)); err != nil {
		return err
	}
	return synced(filepath.Dir(name))
}

// life is what this process knows of the log that it reads and writes: by it
// positions are told apart from those of another.
type life struct {
	marks  atomic.Pointer[marks] // the newest; replaced under mu
	mu     sync.Mutex
	opened bool // the database holds an opening of this process; the writer's own
	mute   bool // that the marks cannot be written has been told

	over  chan struct{} // closed when the database is another one than was opened
	ended error         // why; set before
}

// Epoch gives the epoch of this log.
func (s *Store) Epoch() string { return s.life.marks.Load().log.Epoch }

// Replaced gives a channel that is closed when something else stands in the
// database's place than what was opened. Nothing is stored any more then: it
// would be lost, or written into somebody else's. WhyReplaced says what was found.
func (s *Store) Replaced() <-chan struct{} { return s.life.over }

// WhyReplaced says what was found in the database's place; nil while it is there.
func (s *Store) WhyReplaced() error {
	select {
	case <-s.life.over:
		return s.life.ended
	default:
		return nil
	}
}

// replaced ends this life of the database, once, and gives what writers are
// answered.
func (s *Store) replaced(why error) error {
	s.life.mu.Lock()
	defer s.life.mu.Unlock()
	if s.WhyReplaced() == nil {
		s.life.ended = fmt.Errorf("the database %s was replaced while it was in use: %w. The server stops; the next one goes on with what stands there, and tells every page and program to reload if that is not what they know", s.db.Path, why)
		close(s.life.over)
	}
	return errReplaced
}

var errReplaced = inn.E(inn.Unavailable, "The database was replaced while it was in use, and the server stops. Look up whether this was stored.")

// querier is a transaction, or the readers.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// present reads where a database stands.
const present = `
	SELECT
		(SELECT value FROM meta WHERE name = 'epoch'),
		` + headOfLog + `,
		coalesce((SELECT token FROM openings ORDER BY number DESC LIMIT 1), ''),
		(SELECT value FROM meta WHERE name = 'audit_head')`

// scanPresent scans it; audit is the head of the audit as it is noted, "" before
// there is a chain.
func scanPresent(row *sql.Row) (m marks, audit string, err error) {
	if err = row.Scan(&m.log.Epoch, &m.log.ID, &m.opening, &audit); err != nil {
		return m, "", fmt.Errorf("the database has no epoch: %w", err)
	}
	m.audit, _ = parseLink(audit)
	return m, audit, nil
}

// goesOn reports whether a database that stands at now is the one that the marks
// were made of, perhaps further on: it holds the opening that they name, and the
// log of that opening, which ends where the next one begins, is as long as it was.
func (m marks) goesOn(ctx context.Context, q querier, now marks) (bool, error) {
	if m.log.ID > now.log.ID || m.opening == "" && m.log.Epoch != now.log.Epoch {
		return false, nil
	}
	if m.opening == now.opening {
		return true, nil
	}
	var number int64 // 0 stands for what was before the first opening
	if m.opening != "" {
		err := q.QueryRowContext(ctx, `SELECT number FROM openings WHERE token = $1`, m.opening).Scan(&number)
		if errors.Is(err, sql.ErrNoRows) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	var began int64
	err := q.QueryRowContext(ctx, `SELECT head FROM openings WHERE number > $1 ORDER BY number LIMIT 1`, number).Scan(&began)
	if errors.Is(err, sql.ErrNoRows) {
		return true, nil
	}
	return began >= m.log.ID, err
}

// regain brings a database that was just opened into order: the acts of an older
// version are put into the audit's chain, and a log that does not go on from its
// marks begins a new epoch. Places that were handed out once will be handed out
// again then, to other events; with the epoch every position is lost, and every
// stream is told.
func (s *Store) regain(ctx context.Context) error {
	was, found := readMarks(s.db.Path) // first: the database may be further on than its marks, not behind them
	now, audit, err := scanPresent(s.read.QueryRowContext(ctx, present))
	if err != nil {
		return err
	}
	goesOn := now.log.ID == 0 // nothing was handed out yet
	if found {
		if goesOn, err = was.goesOn(ctx, &s.read, now); err != nil {
			return err
		}
	}
	s.life.marks.Store(&now)
	if goesOn && audit != "" {
		if !found {
			s.note(now, now)
		}
		return nil
	}
	return s.write(ctx, func(t *tx) error {
		if err := t.chainOld(); err != nil || goesOn {
			return err
		}
		if found {
			s.log.Error("store: the log is not the one that was here; every stream is told to reload", "reached", was.log.String(), "ends", now.log.String())
		} else {
			s.log.Warn("store: nothing beside the database says how far its log had come; every stream is told to reload", "ends", now.log.String())
		}
		_, err := t.newEpoch()
		return err
	})
}

// NewEpoch begins another life of the log where it stands: every position that
// was handed out is lost, and every stream is told. It is for who has put back
// the database together with what stands beside it, which nobody can see.
func (s *Store) NewEpoch(ctx context.Context, by inn.Viewer) (epoch string, err error) {
	err = s.write(ctx, func(t *tx) error {
		if epoch, err = t.newEpoch(); err != nil {
			return err
		}
		return t.audit(by, inn.Act{Deed: inn.EpochBegun, Subject: "house", Detail: epoch})
	})
	return epoch, err
}

// newEpoch draws the name of another life of the database.
func (t *tx) newEpoch() (epoch string, err error) {
	_, err = t.row(`UPDATE meta SET value = lower(hex(randomblob(3))) WHERE name = 'epoch' RETURNING value`, nil, &epoch)
	t.epoch = epoch
	return epoch, err
}

// openingsKept is how many openings a database remembers.
const openingsKept = 1000

// verify looks, in a transaction that is about to write, whether the database is
// still the one that was opened, and notes this process in it once.
func (s *Store) verify(t *tx) (was, now marks, err error) {
	if s.WhyReplaced() != nil {
		return was, now, errReplaced
	}
	was = *s.life.marks.Load()
	stmt, err := t.stmt(present)
	if err != nil {
		return was, now, err
	}
	if now, err = s.compare(t.ctx, t.conn, was, stmt.QueryRowContext(t.ctx)); err != nil || s.life.opened {
		return was, now, err
	}
	token := make([]byte, 8)
	rand.Read(token) // never fails
	now.opening = hex.EncodeToString(token)
	if err := t.exec(`
		INSERT INTO openings (number, token, head, at)
		SELECT coalesce(max(number), 0) + 1, $1, CAST($2 AS INTEGER), CAST($3 AS INTEGER) FROM openings`,
		now.opening, now.log.ID, ms(time.Now())); err != nil {
		return was, now, err
	}
	return was, now, t.exec(`DELETE FROM openings WHERE number <= (SELECT max(number) FROM openings) - $1`, openingsKept)
}

// look does the same beside the writer, and notes what others have committed.
func (s *Store) look(ctx context.Context) (now marks, err error) {
	was := *s.life.marks.Load() // before reading: what is read is not older
	if now, err = s.compare(ctx, &s.read, was, s.read.QueryRowContext(ctx, present)); err != nil {
		return now, err
	}
	s.note(was, now)
	return now, nil
}

// compare holds where the database stands against what this process knew: it may
// have gone on, and another program may have begun a new epoch in it, but if it is
// another one this life is over.
func (s *Store) compare(ctx context.Context, q querier, was marks, row *sql.Row) (now marks, err error) {
	if now, _, err = scanPresent(row); err != nil {
		return now, err
	}
	goesOn, err := was.goesOn(ctx, q, now)
	if err == nil && !goesOn {
		err = s.replaced(fmt.Errorf("its log had reached %s, and now it ends at %s or went another way", was.log, now.log))
	}
	return now, err
}

// note remembers how far the log has come, and writes it beside the database,
// unless somebody was quicker to note what is newer than was.
func (s *Store) note(was, now marks) {
	s.life.mu.Lock()
	defer s.life.mu.Unlock()
	if known := s.life.marks.Load(); *known != was && known.log.ID >= now.log.ID || s.WhyReplaced() != nil {
		return
	}
	s.life.marks.Store(&now)
	err := now.write(s.db.Path)
	if err != nil && !s.life.mute && s.Trouble() == nil {
		s.log.Warn("store: how far the log has come could not be noted beside the database", "error", err)
	}
	s.life.mute = err != nil
}
