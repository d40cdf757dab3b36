package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"baithaka/internal/inn"
)

// Preferences returns how a person wants to be told; the defaults for who has
// chosen nothing. What was stored by an earlier release keeps the defaults where
// it says nothing.
func (s *Store) Preferences(ctx context.Context, user int64) (inn.Preferences, error) {
	var chosen string
	err := s.read.QueryRowContext(ctx, chosenByUser, user).Scan(&chosen)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err != nil {
		return inn.Preferences{}, err
	}
	return readPreferences(chosen)
}

const chosenByUser = `SELECT chosen FROM preferences WHERE person = $1`

func readPreferences(chosen string) (inn.Preferences, error) {
	p := inn.DefaultPreferences()
	if chosen == "" {
		return p, nil
	}
	err := json.Unmarshal([]byte(chosen), &p)
	return p, err
}

// Prefer stores how a person wants to be told, and the zone their times are
// shown in, "" for the house's. Until when they are muted is Mute's alone, and
// stays. Preferences are nobody else's business and make no event; another zone
// changes every page of theirs, and that is one.
func (s *Store) Prefer(ctx context.Context, by inn.Viewer, p inn.Preferences, zone string) error {
	if err := inn.CheckZone(zone); err != nil {
		return err
	}
	return s.act(ctx, by, inn.Own, func(t *tx, by inn.Viewer) error {
		stored, err := t.preferences(by.UserID)
		if err != nil {
			return err
		}
		p.MutedUntil = stored.MutedUntil
		if err := t.prefer(by.UserID, p); err != nil {
			return err
		}
		var before string
		found, err := t.row(`SELECT timezone FROM users WHERE id = $1`, []any{by.UserID}, &before)
		if err != nil || !found || before == zone {
			return err
		}
		if err := t.exec(`UPDATE users SET timezone = $2 WHERE id = $1`, by.UserID, zone); err != nil {
			return err
		}
		return t.memberChanged(by, by.Own())
	})
}

// Mute keeps everything quiet for a person until an instant; the zero instant
// ends it.
func (s *Store) Mute(ctx context.Context, by inn.Viewer, until time.Time) error {
	return s.act(ctx, by, inn.Own, func(t *tx, by inn.Viewer) error {
		p, err := t.preferences(by.UserID)
		if err != nil {
			return err
		}
		p.MutedUntil = until
		return t.prefer(by.UserID, p)
	})
}

func (t *tx) preferences(user int64) (inn.Preferences, error) {
	var chosen string
	if _, err := t.row(chosenByUser, []any{user}, &chosen); err != nil {
		return inn.Preferences{}, err
	}
	return readPreferences(chosen)
}

func (t *tx) prefer(user int64, p inn.Preferences) error {
	if err := p.Validate(t.now); err != nil {
		return err
	}
	chosen, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return t.exec(`
		INSERT INTO preferences (person, chosen, changed)
		VALUES ($1, $2, $3)
		ON CONFLICT (person) DO UPDATE SET chosen = excluded.chosen, changed = excluded.changed`,
		user, string(chosen), ms(t.now))
}
