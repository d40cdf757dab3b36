package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"baithaka/internal/inn"
)

const (
	// wallPrefix marks the link of a wall, so that one that leaked can be told from a key.
	wallPrefix = "bw_"
	// mostWalls is how many links of one property work at once.
	mostWalls = 20
)

// errWallGone is the one answer for a wall that has ended, or never was.
var errWallGone = inn.E(inn.NotFound, "This wall's link does not work any more. Whoever runs the property makes a new one on the property's page.")

// MakeWall makes the link of a screen on a wall at one property and gives its
// secret, the only time anybody sees it: 160 random bits, of which only a hash is
// kept. It is bounded by who makes it, and ends with their right to.
func (s *Store) MakeWall(ctx context.Context, by inn.Viewer, property, label string) (secret string, err error) {
	label = inn.CleanText(label, false)
	if label == "" || len([]rune(label)) > inn.MaxName {
		return "", inn.InvalidFields([]inn.FieldError{{Field: "label", Detail: "must be 1 to 200 characters: where it hangs, for example Reception"}})
	}
	random := make([]byte, 20)
	rand.Read(random) // never fails
	secret = wallPrefix + hex.EncodeToString(random)
	hash := sha256.Sum256([]byte(secret))
	err = s.act(ctx, by, inn.WallManage, func(t *tx, by inn.Viewer) error {
		if err := t.mayHang(by, property); err != nil {
			return err
		}
		var walls int
		if _, err := t.row(`SELECT count(*) FROM api_keys WHERE wall = $1 AND revoked = 0`, []any{property}, &walls); err != nil {
			return err
		}
		if walls >= mostWalls {
			return inn.E(inn.Conflict, "There are %d links for walls of this property already; end one first.", mostWalls)
		}
		var id int64
		_, err := t.row(`INSERT INTO api_keys (name, hash, scopes, created_at, owner, wall, label) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
			[]any{"wall-" + hex.EncodeToString(hash[:6]), hash[:], string(inn.WallView), ms(t.now), by.UserID, property, label}, &id)
		if err != nil {
			return err
		}
		if err := t.exec(`INSERT INTO api_key_properties (api_key, property) VALUES ($1, $2)`, id, property); err != nil {
			return err
		}
		if err := t.memberChanged(by, inn.KeyTopic(id)); err != nil {
			return err
		}
		return t.audit(by, inn.Act{Action: inn.WallMade, Subject: "property:" + property, Name: label, Detail: property})
	})
	return secret, err
}

// mayHang refuses who may not make or end walls at a property; one they may not see
// is not there.
func (t *tx) mayHang(by inn.Viewer, property string) error {
	if _, err := t.property(property); err != nil || !by.May(inn.PropertyView, property) || property == inn.Desk {
		if err == nil || inn.CodeOf(err) == inn.NotFound {
			return inn.NoSuch("property")
		}
		return err
	}
	if by.UserID == 0 || !by.May(inn.WallManage, property) {
		return inn.E(inn.Forbidden, "You may not make walls there.")
	}
	return nil
}

// Walls lists the links that work at a property, the oldest first.
func (s *Store) Walls(ctx context.Context, property string) ([]inn.Key, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+keyColumns+` FROM `+keyTables+` WHERE k.wall = $1 AND k.wall <> '' AND k.revoked = 0 ORDER BY k.id`, property)
	return scanAll(rows, err, scanKey)
}

// WallBySecret gives the wall with that secret, while somebody may have it there.
func (s *Store) WallBySecret(ctx context.Context, secret string) (inn.Key, error) {
	if !strings.HasPrefix(secret, wallPrefix) {
		return inn.Key{}, errWallGone
	}
	hash := sha256.Sum256([]byte(secret))
	key, err := s.key(ctx, `k.hash = $1 AND k.revoked = 0 AND k.wall <> ''`, hash[:])
	if inn.CodeOf(err) == inn.NotFound || err == nil && !key.Viewer().Somebody() {
		err = errWallGone
	}
	return key, err
}

// RevokeWall ends a link for good; its screen ends at this place in the order.
func (s *Store) RevokeWall(ctx context.Context, by inn.Viewer, id int64) (property string, err error) {
	err = s.act(ctx, by, inn.WallManage, func(t *tx, by inn.Viewer) error {
		var label string
		found, err := t.row(`SELECT wall, label FROM api_keys WHERE id = $1 AND wall <> '' AND revoked = 0`, []any{id}, &property, &label)
		if err != nil {
			return err
		}
		if !found || !by.May(inn.PropertyView, property) {
			return inn.NoSuch("wall")
		}
		if err := t.mayHang(by, property); err != nil {
			return err
		}
		if err := t.exec(`UPDATE api_keys SET revoked = 1 WHERE id = $1`, id); err != nil {
			return err
		}
		if err := t.memberChanged(by, inn.KeyTopic(id)); err != nil {
			return err
		}
		return t.audit(by, inn.Act{Action: inn.WallRevoked, Subject: "property:" + property, Name: label, Detail: property})
	})
	return property, err
}
