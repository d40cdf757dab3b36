package store

import (
	"context"
	"time"

	"baithaka/internal/inn"
)

// Due does what is due by the clock, each thing in a transaction of its own with
// its event. It is called every few seconds, and costs a look at an index when
// there is nothing to do.
func (s *Store) Due(ctx context.Context, now time.Time) error {
	type matter struct{ what, subject string }
	rows, err := s.read.QueryContext(ctx, `SELECT what, subject FROM due WHERE at <= $1 ORDER BY at LIMIT 100`, ms(now))
	matters, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (m matter, err error) {
		return m, row.Scan(&m.what, &m.subject)
	})
	if err != nil {
		return err
	}
	for _, m := range matters {
		err := s.write(ctx, func(t *tx) error {
			// It may have been put off since it was read.
			result, err := t.execResult(`DELETE FROM due WHERE what = $1 AND subject = $2 AND at <= $3`, m.what, m.subject, ms(now))
			if err != nil {
				return err
			}
			if n, err := result.RowsAffected(); err != nil || n == 0 {
				return err
			}
			return t.due(m.what, m.subject)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// due does one thing whose time has come, if it is still to be done.
func (t *tx) due(what, subject string) error {
	switch what {
	case "hold":
		target, found, err := t.acknowledgeable(subject)
		if err != nil || !found {
			return err
		}
		return t.release(inn.Viewer{}, target)
	}
	return nil
}
