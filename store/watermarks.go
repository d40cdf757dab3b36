package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"baithaka/db"
	"baithaka/internal/inn"
)

// watermarks are how far the log and the audit had come, noted outside the database
// in a file beside it: the log's with every commit, before anybody is told of it,
// the audit's once a second. A database that does not go on from its watermarks is
// another one than that whose positions were handed out: the disk lied about a
// sync, or somebody put an older file in its place, or one that went on elsewhere.
type watermarks struct {
	log     inn.Position
	opening string // the newest opening in the database then; "" before the first
	audit   chainLink
}

func watermarksFile(database string) string { return strings.TrimSuffix(database, ".db") + ".marks" }

// watermarksSize is the size of the file, which is written in place: a reader meets
// the old watermarks or the new ones, and of a mixture the sum is wrong.
const watermarksSize = 256

func (m watermarks) bytes() []byte {
	text := fmt.Sprintf("log %s\nopening %s\naudit %s\n", m.log, m.opening, m.audit)
	text += "sum " + sumOf(text) + "\n"
	return []byte(text + strings.Repeat(" ", max(watermarksSize-len(text)-1, 0)) + "\n")
}

func sumOf(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text)))[:16] }

// watermarksTries is how often a file is read that somebody may be writing just then.
const watermarksTries = 3

// readWatermarks reads the file. found is false when it is not there or cannot be
// read as what it is.
func readWatermarks(database string) (m watermarks, found bool) {
	for range watermarksTries {
		text, err := os.ReadFile(watermarksFile(database))
		if err != nil {
			return watermarks{}, false
		}
		if m, found = parseWatermarks(string(text)); found {
			return m, true
		}
	}
	return watermarks{}, false
}

func parseWatermarks(text string) (m watermarks, ok bool) {
	before, whole := "", true
	for line := range strings.Lines(text) {
		what, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		var err error
		switch what {
		case "log":
			m.log, err = inn.ParsePosition(value)
		case "opening":
			m.opening, whole = value, false // until its sum has come; the watermarks of an older version have neither
		case "audit":
			m.audit, _ = parseChainLink(value)
		case "sum":
			whole = value == sumOf(before)
		}
		if err != nil {
			return watermarks{}, false
		}
		before += line
	}
	return m, whole && m.log.Epoch != ""
}

// write puts the watermarks into the file. They are not synced: watermarks that a power cut
// takes back are only less sharp. The file itself is, when it is made: a database
// without one is taken for another.
func (m watermarks) write(database string) error {
	name := watermarksFile(database)
	file, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil { // there is none, or one of somebody else's
		return m.renew(name)
	}
	_, err = file.WriteAt(m.bytes(), 0)
	return errors.Join(err, file.Close())
}

// renew makes the file, or puts another in its place.
func (m watermarks) renew(name string) error {
	if err := os.WriteFile(name+".new", m.bytes(), 0o600); err != nil {
		return err
	}
	if err := errors.Join(synced(name+".new"), os.Rename(name+".new", name)); err != nil {
		return err
	}
	return synced(filepath.Dir(name))
}

// scanner is a row.
type scanner interface{ Scan(...any) error }

// rowQuerier asks somebody for a row: a transaction, the readers, or a file that is
// only looked at.
type rowQuerier func(ctx context.Context, query string, args ...any) scanner

// rowQuerierOf asks a file of SQLite's.
func rowQuerierOf(pool *sql.DB) rowQuerier {
	return func(ctx context.Context, query string, args ...any) scanner {
		return pool.QueryRowContext(ctx, db.SQLite{}.SQL(query), args...)
	}
}

// present reads where a database stands.
const present = `
	SELECT
		(SELECT value FROM meta WHERE name = 'epoch'),
		{head events},
		coalesce((SELECT token FROM openings ORDER BY number DESC LIMIT 1), ''),
		(SELECT value FROM meta WHERE name = 'audit_head')`

// scanPresent scans it; audit is the head of the audit as it is noted, "" before
// there is a chain.
func scanPresent(row scanner) (m watermarks, audit string, err error) {
	if err = row.Scan(&m.log.Epoch, &m.log.ID, &m.opening, &audit); err != nil {
		return m, "", fmt.Errorf("the database has no epoch: %w", err)
	}
	m.audit, _ = parseChainLink(audit)
	return m, audit, nil
}

// goesOn reports whether a database that stands at now is the one that the watermarks
// were made of, perhaps further on: it holds the opening that they name, and the
// log of that opening, which ends where the next one begins, is as long as it was.
func (m watermarks) goesOn(ctx context.Context, ask rowQuerier, now watermarks) (bool, error) {
	if m.log.ID > now.log.ID || m.opening == "" && m.log.Epoch != now.log.Epoch {
		return false, nil
	}
	if m.opening == now.opening {
		return true, nil
	}
	var number int64 // 0 stands for what was before the first opening
	if m.opening != "" {
		err := ask(ctx, `SELECT number FROM openings WHERE token = $1`, m.opening).Scan(&number)
		if errors.Is(err, sql.ErrNoRows) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	var began int64
	err := ask(ctx, `SELECT head FROM openings WHERE number > $1 ORDER BY number LIMIT 1`, number).Scan(&began)
	if errors.Is(err, sql.ErrNoRows) {
		return true, nil
	}
	return began >= m.log.ID, err
}
