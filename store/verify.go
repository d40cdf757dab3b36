package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"baithaka/db"
	"baithaka/internal/inn"
)

// Chain is what following the audit's chain found.
type Chain struct {
	Acts   int64   // how many stand in it as they were written
	Head   string  // the last of these: "17-9f86d0…"
	Erased []int64 // whose words were taken back
	Bad    int64   // the first act that is not as it was written; 0 when all are
	Why    string  // what is wrong with it: "was changed", "is missing"
}

// Stands reports whether every act is as it was written.
func (c Chain) Stands() bool { return c.Why == "" }

// Chain follows the audit's chain. What it found good once in this process it
// does not look at again: reading all of it, and comparing it with heads kept
// elsewhere, is for Check.
func (s *Store) Chain(ctx context.Context) (Chain, error) {
	s.chain.mu.Lock()
	defer s.chain.mu.Unlock()
	leave, err := s.read.Enter(ctx)
	if err != nil {
		return Chain{}, err
	}
	defer leave()
	if time.Since(s.chain.at) < brokenFor {
		return s.chain.broken, nil
	}
	c, last, err := followChain(ctx, s.db.Read, s.db.Dialect, s.chain.good, nil)
	switch {
	case err != nil:
	case c.Stands():
		s.chain.good = last
	default:
		s.chain.broken, s.chain.at = c, time.Now()
	}
	return c, err
}

// brokenFor is for how long a chain that does not stand is not followed again: all
// behind what was found good would be, for each who asks.
const brokenFor = 10 * time.Second

// chained is how far the chain was found good.
type chained struct {
	mu     sync.Mutex
	good   chainLink
	broken Chain     // what was found last, when it did not stand
	at     time.Time // and when
}

// followChain follows the chain from a chainLink on that is known to be good. Heads
// that were kept elsewhere must lie on it: "17-9f86d0…" or the hash alone.
func followChain(ctx context.Context, pool *sql.DB, dialect db.Dialect, from chainLink, heads []string) (c Chain, last chainLink, err error) {
	// One transaction: the chain and what is noted of it must be of one moment.
	read, err := pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return c, from, err
	}
	defer read.Rollback()
	f := follower{last: from, erasures: map[string]bool{}, unmet: slices.Clone(heads)}
	f.meets()
	rows, err := read.QueryContext(ctx, `SELECT `+actColumns+`, salt, payload, chain FROM audit WHERE id > $1 OR $1 = 0 ORDER BY id`, from.act)
	if err != nil {
		return c, from, err
	}
	defer rows.Close()
	for f.Stands() && rows.Next() {
		if err := f.next(rows); err != nil {
			return c, from, err
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return c, from, err
	}
	var noted string
	var positions int64
	if err := read.QueryRowContext(ctx, dialect.SQL(`SELECT (SELECT value FROM meta WHERE name = 'audit_head'), {head audit}`)).Scan(&noted, &positions); err != nil {
		return c, from, err
	}
	f.end(noted, positions)
	f.Acts, f.Head = f.last.act, f.last.String()
	return f.Chain, f.last, nil
}

// follower goes along the chain.
type follower struct {
	Chain
	last     chainLink
	erasures map[string]bool // subjects of the acts that say that one was erased
	unmet    []string        // heads kept elsewhere that were not come by yet
}

func (f *follower) broken(at int64, why string) { f.Bad, f.Why = at, why }

// next looks at one act.
func (f *follower) next(row interface{ Scan(...any) error }) error {
	var salt, payload, chain []byte
	a, err := scanAct(scanMore{row, []any{&salt, &payload, &chain}})
	if err != nil {
		return err
	}
	expected := f.last.act + 1
	blank := a.Actor+a.By+string(a.Action)+a.Subject+a.Name+a.Detail+a.Address == ""
	switch next := f.last.then(a.ID, payload); {
	case a.ID > expected:
		f.broken(expected, "is missing")
	case a.ID < expected:
		f.broken(a.ID, "was put in")
	case len(salt) == 0 && !blank || len(salt) > 0 && !bytes.Equal(payload, payloadOf(salt, a)):
		f.broken(a.ID, "was changed")
	case !bytes.Equal(chain, next.chain[:]):
		f.broken(a.ID, "does not follow the one before")
	default:
		if len(salt) == 0 {
			f.Erased = append(f.Erased, a.ID)
		}
		if a.Action == inn.ActErased {
			f.erasures[a.Subject] = true
		}
		f.last = next
		f.meets()
	}
	return nil
}

// meets strikes out the heads that the present chainLink is.
func (f *follower) meets() {
	at := f.last.String()
	_, hash, _ := strings.Cut(at, "-")
	f.unmet = slices.DeleteFunc(f.unmet, func(head string) bool {
		head = strings.ToLower(strings.TrimSpace(head))
		return head == at || head == hash && f.last.act > 0 // the beginning has no hash
	})
}

// end looks at what only the whole chain shows: acts that were erased behind
// the audit's back, and a tail that was cut off.
func (f *follower) end(noted string, positions int64) {
	if !f.Stands() {
		return
	}
	for _, id := range f.Erased {
		if !f.erasures[erasedSubject(id)] {
			f.broken(id, "was erased, and no act says so")
			return
		}
	}
	head, ok := parseChainLink(noted)
	for _, kept := range f.unmet {
		if l, ok := parseChainLink(kept); ok && l.act <= f.last.act {
			f.broken(l.act, "is another than the head that was kept elsewhere")
			return
		}
	}
	switch {
	case positions > f.last.act || ok && head.act > f.last.act:
		f.broken(f.last.act+1, "is missing: the end was cut off")
	case len(f.unmet) > 0:
		f.broken(f.last.act+1, "is missing: the head that was kept elsewhere, "+f.unmet[0]+", is not in the chain")
	case !ok || head != f.last:
		f.broken(f.last.act, "is another than the head that is noted")
	}
}

// scanMore scans the columns of a noun and those behind them.
type scanMore struct {
	row  interface{ Scan(...any) error }
	more []any
}

// Scan scans the whole row.
func (s scanMore) Scan(dest ...any) error {
	return s.row.Scan(append(slices.Clone(dest), s.more...)...)
}
