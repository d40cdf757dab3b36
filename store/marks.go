package store

import (
	"context"
	"fmt"
	"os"
	"strings"

	"baithaka/inn"
)

// marks are how far the log and the audit had come, noted outside the database:
// a file beside it that the server writes once a second when they moved. Who
// finds the database behind them knows that its end is lost: the disk lied about
// a sync, somebody put an older file in its place, or cut off the audit.
type marks struct {
	log   inn.Position
	audit link
}

func marksFile(database string) string { return strings.TrimSuffix(database, ".db") + ".marks" }

// readMarks reads the file; one that is not there or cannot be read says
// nothing, like the zero marks.
func readMarks(database string) (m marks) {
	text, err := os.ReadFile(marksFile(database))
	if err != nil {
		return marks{}
	}
	for line := range strings.Lines(string(text)) {
		what, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch what {
		case "log":
			m.log, _ = inn.ParsePosition(value)
		case "audit":
			m.audit, _ = parseLink(value)
		}
	}
	return m
}

// write replaces the file. It is not synced: a mark that a power cut takes back
// is only less sharp.
func (m marks) write(database string) error {
	file := marksFile(database)
	if err := os.WriteFile(file+".new", []byte("log "+m.log.String()+"\naudit "+m.audit.String()+"\n"), 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// regain brings a database that was just opened into order and gives its epoch:
// the acts of an older version are put into the audit's chain, and a log that
// ends before the place it had reached begins a new epoch. Places that were
// handed out once will be handed out again then, to other events; with the epoch
// every position is lost, and every stream is told.
func (s *Store) regain(ctx context.Context) (epoch string, err error) {
	var audit string
	var head int64
	if err := s.read.QueryRowContext(ctx, `
		SELECT (SELECT value FROM meta WHERE name = 'epoch'), (SELECT value FROM meta WHERE name = 'audit_head'), `+headOfLog).
		Scan(&epoch, &audit, &head); err != nil {
		return "", fmt.Errorf("the database has no epoch: %w", err)
	}
	mark := readMarks(s.db.Path).log
	cut := mark.Epoch == epoch && mark.ID > head
	if audit != "" && !cut {
		return epoch, nil
	}
	err = s.write(ctx, func(t *tx) error {
		if err := t.chainOld(); err != nil || !cut {
			return err
		}
		s.log.Error("store: the end of the log is lost; every stream is told to reload", "reached", mark.ID, "ends", head)
		epoch, err = t.newEpoch()
		return err
	})
	return epoch, err
}

// newEpoch draws the name of another life of the database.
func (t *tx) newEpoch() (epoch string, err error) {
	_, err = t.row(`UPDATE meta SET value = lower(hex(randomblob(3))) WHERE name = 'epoch' RETURNING value`, nil, &epoch)
	return epoch, err
}
