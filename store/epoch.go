package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"baithaka/internal/inn"
)

// epochState is what this process knows of the log that it reads and writes; it tells
// the log's positions from those of another.
type epochState struct {
	watermarks atomic.Pointer[watermarks] // the newest; replaced under mu
	mu         sync.Mutex
	opened     bool // the database holds an opening of this process; the writer's own
	mute       bool // that the watermarks cannot be written has been told

	over  chan struct{} // closed when the database is another one than was opened
	ended error         // why; set before
}

// Epoch returns the epoch of this log.
func (s *Store) Epoch() string { return s.epochState.watermarks.Load().log.Epoch }

// Replaced returns a channel that is closed when something else stands in the
// database's place than what was opened. Nothing is stored any more then: it
// would be lost, or written into somebody else's. WhyReplaced says what was found.
func (s *Store) Replaced() <-chan struct{} { return s.epochState.over }

// WhyReplaced says what was found in the database's place; nil while it is there.
func (s *Store) WhyReplaced() error {
	select {
	case <-s.epochState.over:
		return s.epochState.ended
	default:
		return nil
	}
}

// replaced ends the use of the database, once, and returns what writers are
// answered.
func (s *Store) replaced(why error) error {
	s.epochState.mu.Lock()
	defer s.epochState.mu.Unlock()
	if s.WhyReplaced() == nil {
		s.epochState.ended = fmt.Errorf("the database %s was replaced while it was in use: %w. The server stops; the next one goes on with what stands there, and tells every page and program to reload if that is not what they know", s.db.Path, why)
		close(s.epochState.over)
	}
	return errReplaced
}

var errReplaced = inn.E(inn.Unavailable, "The database was replaced while it was in use, and the server stops. Look up whether this was stored.")

// recover brings a database that was just opened into order: the acts of an older
// version are put into the audit's chain, and a log that does not go on from its
// watermarks begins a new epoch. Positions that were handed out once will be handed out
// again then, to other events; with the epoch every position is lost, and every
// stream is told.
func (s *Store) recover(ctx context.Context) error {
	var was, now watermarks
	var found bool
	var audit string
	var err error
	// Twice if need be: somebody may be making them just now. The watermarks first: the
	// database may be further on than they are, not behind them.
	for tries := 0; !found && tries < 2; tries++ {
		was, found = readWatermarks(s.db.Path)
		if now, audit, err = scanPresent(s.ask(ctx, present)); err != nil {
			return err
		}
	}
	goesOn := now.log.ID == 0 // nothing was handed out yet
	if found {
		if goesOn, err = was.goesOn(ctx, s.ask, now); err != nil {
			return err
		}
	}
	s.epochState.watermarks.Store(&now)
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
		var epoch string
		if _, err := t.row(`SELECT value FROM meta WHERE name = 'epoch'`, nil, &epoch); err != nil || epoch != now.log.Epoch {
			return err // another program has begun one since
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

// NewEpoch begins a new epoch of the log where it stands: every position that
// was handed out is lost, and every stream is told. It is for who has put back
// the database together with what stands beside it, which nobody can see.
func (s *Store) NewEpoch(ctx context.Context, by inn.Viewer) (epoch string, err error) {
	err = s.act(ctx, by, inn.SettingsManage, func(t *tx, by inn.Viewer) error {
		if epoch, err = t.newEpoch(); err != nil {
			return err
		}
		return t.audit(by, inn.Act{Action: inn.EpochBegun, Subject: "house", Detail: epoch})
	})
	return epoch, err
}

// newEpoch draws the name of a new epoch.
func (t *tx) newEpoch() (epoch string, err error) {
	random := make([]byte, 3)
	rand.Read(random) // never fails
	t.epoch = hex.EncodeToString(random)
	return t.epoch, t.exec(`UPDATE meta SET value = $1 WHERE name = 'epoch'`, t.epoch)
}

// openingsKept is how many openings a database remembers.
const openingsKept = 1000

// ask asks the readers.
func (s *Store) ask(ctx context.Context, query string, args ...any) scanner {
	return s.read.QueryRowContext(ctx, query, args...)
}

// verify looks, in a transaction that is about to write, whether the database is
// still the one that was opened, and notes this process in it once.
func (s *Store) verify(t *tx) (was, now watermarks, err error) {
	if s.WhyReplaced() != nil {
		return was, now, errReplaced
	}
	was = *s.epochState.watermarks.Load()
	if now, err = s.compare(t.ctx, t.ask, was, t.ask(t.ctx, present)); err != nil || s.epochState.opened {
		return was, now, err
	}
	token := make([]byte, 8)
	rand.Read(token) // never fails
	now.opening = hex.EncodeToString(token)
	if err := t.exec(`
		INSERT INTO openings (number, token, head, at)
		SELECT coalesce(max(number), 0) + 1, $1, CAST($2 AS BIGINT), CAST($3 AS BIGINT) FROM openings`,
		now.opening, now.log.ID, ms(time.Now())); err != nil {
		return was, now, err
	}
	return was, now, t.exec(`DELETE FROM openings WHERE number <= (SELECT max(number) FROM openings) - $1`, openingsKept)
}

// look does the same beside the writer, and notes what others have committed.
func (s *Store) look(ctx context.Context) (now watermarks, err error) {
	was := *s.epochState.watermarks.Load() // before reading: what is read is not older
	if now, err = s.compare(ctx, s.ask, was, s.ask(ctx, present)); err != nil {
		return now, err
	}
	s.note(was, now)
	return now, nil
}

// compare holds where the database stands against what this process knew: it may
// have gone on, and another program may have begun a new epoch in it, but if it is
// another one its use is over.
func (s *Store) compare(ctx context.Context, ask rowQuerier, was watermarks, row scanner) (now watermarks, err error) {
	if now, _, err = scanPresent(row); err != nil {
		return now, err
	}
	goesOn, err := was.goesOn(ctx, ask, now)
	if err == nil && !goesOn {
		err = s.replaced(fmt.Errorf("its log had reached %s, and now it ends at %s or went another way", was.log, now.log))
	}
	return now, err
}

// note remembers how far the log has come, and writes it beside the database,
// unless somebody was quicker to note what is newer than was.
func (s *Store) note(was, now watermarks) {
	s.epochState.mu.Lock()
	defer s.epochState.mu.Unlock()
	if known := s.epochState.watermarks.Load(); *known != was && known.log.ID >= now.log.ID || s.WhyReplaced() != nil {
		return
	}
	s.epochState.watermarks.Store(&now)
	err := now.write(s.db.Path)
	if err != nil && !s.epochState.mute && s.Trouble() == nil {
		s.log.Warn("store: how far the log has come could not be noted beside the database", "error", err)
	}
	s.epochState.mute = err != nil
}
