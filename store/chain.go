package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"baithaka/internal/inn"
)

// The audit is a chain. Every act has a salt and the hash of salt and words, its
// payload, and the chain so far hashed with its place and that payload. The
// newest chain, the head, thus stands for every act there ever was: whoever kept
// a head elsewhere can tell whether the audit still leads there.

// chainLink is a place in the chain: the act and the chain up to and with it. The
// zero chainLink is the beginning.
type chainLink struct {
	act   int64
	chain [sha256.Size]byte
}

// String writes a chainLink as it is shown and exported: "17-9f86d0…".
func (l chainLink) String() string { return fmt.Sprintf("%d-%x", l.act, l.chain) }

// parseChainLink reads what String wrote; ok is false for anything else.
func parseChainLink(s string) (l chainLink, ok bool) {
	act, chain, found := strings.Cut(strings.TrimSpace(s), "-")
	n, err := strconv.ParseInt(act, 10, 64)
	sum, hexErr := hex.DecodeString(chain)
	if !found || err != nil || hexErr != nil || n < 0 || len(sum) != sha256.Size {
		return chainLink{}, false
	}
	return chainLink{n, [sha256.Size]byte(sum)}, true
}

// then returns the chainLink of the next act.
func (l chainLink) then(act int64, payload []byte) chainLink {
	h := sha256.New()
	h.Write(l.chain[:])
	var position [8]byte
	binary.BigEndian.PutUint64(position[:], uint64(act))
	h.Write(position[:])
	h.Write(payload)
	return chainLink{act, [sha256.Size]byte(h.Sum(nil))}
}

// payloadOf hashes what an act says. Every text stands behind its length, so
// that no two acts read the same.
func payloadOf(salt []byte, a inn.Act) []byte {
	h := sha256.New()
	h.Write(salt)
	number := func(n int64) {
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], uint64(n))
		h.Write(b[:])
	}
	number(ms(a.At))
	for _, text := range []string{a.Actor, a.By, string(a.Action), a.Subject, a.Name, a.Detail, a.Address} {
		number(int64(len(text)))
		h.Write([]byte(text))
	}
	return h.Sum(nil)
}

// newSalt keeps a hash from being guessed: an act says little that is not known.
func newSalt() []byte {
	salt := make([]byte, 32)
	rand.Read(salt) // never fails
	return salt
}

// auditHead reads the head as the database notes it.
func (t *tx) auditHead() (chainLink, error) {
	var noted string
	if _, err := t.row(`SELECT value FROM meta WHERE name = 'audit_head'`, nil, &noted); err != nil {
		return chainLink{}, err
	}
	head, ok := parseChainLink(noted)
	if !ok {
		return chainLink{}, fmt.Errorf("the head of the audit cannot be read: %q", noted)
	}
	return head, nil
}

func (t *tx) noteAuditHead(head chainLink) error {
	return t.exec(`UPDATE meta SET value = $1 WHERE name = 'audit_head'`, head.String())
}

// keep puts an act at the end of the audit and of its chain.
func (t *tx) keep(a inn.Act) error {
	head, err := t.auditHead()
	if err != nil {
		return err
	}
	// After a cut the next place is still the next: the gap shows.
	if _, err := t.row(`SELECT {head audit} + 1`, nil, &a.ID); err != nil {
		return err
	}
	salt := newSalt()
	payload := payloadOf(salt, a)
	head = head.then(a.ID, payload)
	if err := t.exec(`
		INSERT INTO audit (id, at, actor, by_name, deed, subject, name, detail, address, salt, payload, chain)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		a.ID, ms(a.At), a.Actor, a.By, a.Action, a.Subject, a.Name, a.Detail, a.Address, salt, payload, head.chain[:]); err != nil {
		return err
	}
	return t.noteAuditHead(head)
}

// chainOld puts the acts from before there was a chain into it, once: a chain
// that was there and is missing now is not made up for.
func (t *tx) chainOld() error {
	var noted string
	if _, err := t.row(`SELECT value FROM meta WHERE name = 'audit_head'`, nil, &noted); err != nil || noted != "" {
		return err
	}
	rows, err := t.rows(`SELECT ` + actColumns + ` FROM audit ORDER BY id`)
	acts, err := scanAll(rows, err, scanAct)
	if err != nil {
		return err
	}
	var head chainLink
	for _, a := range acts {
		salt := newSalt()
		payload := payloadOf(salt, a)
		head = head.then(a.ID, payload)
		if err := t.exec(`UPDATE audit SET salt = $2, payload = $3, chain = $4 WHERE id = $1`, a.ID, salt, payload, head.chain[:]); err != nil {
			return err
		}
	}
	return t.noteAuditHead(head)
}

// EraseAct takes back what an act says, for somebody who has to be forgotten.
// Its hashes stay, so that the chain stands, and the audit keeps that it was
// erased and by whom.
func (s *Store) EraseAct(ctx context.Context, by inn.Viewer, id int64) error {
	return s.act(ctx, by, inn.AuditView, func(t *tx, by inn.Viewer) error {
		result, err := t.execResult(`
			UPDATE audit
			SET salt = $2, actor = '', by_name = '', deed = '', subject = '', name = '', detail = '', address = ''
			WHERE id = $1 AND length(salt) > 0`, id, []byte{})
		if err != nil {
			return err
		}
		erased, err := result.RowsAffected()
		if err != nil {
			return err
		}
		if erased == 0 {
			return inn.NoSuch("act")
		}
		return t.audit(by, inn.Act{Action: inn.ActErased, Subject: erasedSubject(id)})
	})
}

func erasedSubject(id int64) string { return "act:" + strconv.FormatInt(id, 10) }
