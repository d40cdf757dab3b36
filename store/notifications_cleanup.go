package store

import (
	"context"
	"iter"
	"time"

	"baithaka/internal/inn"
)

// The conditions of what is cleaned up, with $1 the time before which low
// priority goes and $2 that of the rest. A critical alert stays until it is
// resolved.
const pastKeeping = `
	(n.priority = 'low' AND n.updated <= $1 OR n.priority <> 'low' AND n.updated <= $2)
	AND NOT (n.priority = 'critical' AND n.kind = 'alert_update' AND n.type <> 'alert:resolved')`

// Clean removes the cards that have been there long enough, in small steps, and
// the read marks that no longer say anything. The events and what they tell of
// stay: those have a retention of their own.
func (s *Store) Clean(ctx context.Context, now time.Time) error {
	h, err := s.HouseSettings(ctx)
	if err != nil {
		return err
	}
	low, medium := pastCards(h, inn.CleanLow, now), pastCards(h, inn.CleanOther, now)
	for {
		// Looked for beside the writer, since that reads every card.
		rows, err := s.read.QueryContext(ctx, `
			SELECT n.id, (SELECT count(*) FROM notification_states s WHERE s.notification = n.id)
			FROM notifications n WHERE `+pastKeeping+` LIMIT $3`, low, medium, forgetStep)
		old, err := scanAll(rows, err, scanOld)
		if err != nil || len(old) == 0 {
			return s.forgetMarks(ctx, now, err)
		}
		for step := range partsOf(old) {
			if err := s.writeLong(ctx, func(t *tx) error { return t.clean(step, low, medium) }); err != nil {
				return err
			}
		}
		if len(old) < forgetStep {
			return s.forgetMarks(ctx, now, nil)
		}
	}
}

// oldCard is a card that is to go, and how many people's states go along.
type oldCard struct{ id, states int64 }

func scanOld(row interface{ Scan(...any) error }) (c oldCard, err error) {
	return c, row.Scan(&c.id, &c.states)
}

// partsOf divides cards so that the states of each part, which go along, are no
// more than one step removes, or those of one card.
func partsOf(old []oldCard) iter.Seq[[]int64] {
	return func(yield func([]int64) bool) {
		var part []int64
		var states int64
		for _, c := range old {
			if len(part) > 0 && states+c.states > forgetStep {
				if !yield(part) {
					return
				}
				part, states = nil, 0
			}
			part, states = append(part, c.id), states+c.states
		}
		if len(part) > 0 {
			yield(part)
		}
	}
}

// clean removes cards, unless they have moved since, and tells everybody whose
// badge may have counted them.
func (t *tx) clean(ids []int64, low, medium int64) error {
	var removed int64
	for _, id := range ids {
		result, err := t.execResult(`DELETE FROM notifications AS n WHERE n.id = $3 AND `+pastKeeping, low, medium, id)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return err
		}
		removed += n
	}
	if removed == 0 {
		return nil
	}
	return t.append(&inn.Event{Topic: inn.System, Type: inn.NotificationsCleaned, Subject: "notifications", Actor: inn.Viewer{}.Actor()},
		map[string]int64{"removed": removed})
}

// pastCards returns the time before which cards are past a limit; 0 keeps them for
// ever.
func pastCards(h inn.HouseSettings, limit inn.Limit, now time.Time) int64 {
	if h.Limits[limit] == 0 {
		return -1
	}
	return ms(now.Add(-h.Lasts(limit)))
}

// forgetMarks removes the read marks that the person's floor or the card itself
// has overtaken, but for a floor that can be taken back still.
func (s *Store) forgetMarks(ctx context.Context, now time.Time, err error) error {
	for err == nil {
		var removed int64
		err = s.writeLong(ctx, func(t *tx) error {
			result, err := t.execResult(`
				DELETE FROM notification_states WHERE (person, notification) IN (
					SELECT s.person, s.notification FROM notification_states s JOIN users u ON u.id = s.person
					WHERE s.event = 0 AND s.unread = 0 AND (s.read_event <= u.read_floor OR s.covers = 0)
						AND NOT EXISTS (SELECT 1 FROM read_undos d WHERE d.person = s.person AND d.at > $2)
					LIMIT $1)`, forgetStep, ms(now.Add(-UndoFor)))
			if err != nil {
				return err
			}
			removed, err = result.RowsAffected()
			return err
		})
		if removed < forgetStep {
			return err
		}
	}
	return err
}
