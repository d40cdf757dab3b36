package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"baithaka/inn"
)

// keyPrefix marks an API key, so that one that leaked can be found by a scanner.
const keyPrefix = "bk_"

const keyColumns = `
	k.id, k.name, k.scopes, k.created_at, k.last_used, k.revoked,
	coalesce((SELECT group_concat(property, ' ' ORDER BY property) FROM api_key_properties WHERE api_key = k.id), '')`

func scanKey(row interface{ Scan(...any) error }) (inn.Key, error) {
	var k inn.Key
	var created, used int64
	var scopes, properties string
	err := row.Scan(&k.ID, &k.Name, &scopes, &created, &used, &k.Revoked, &properties)
	for part := range strings.FieldsSeq(scopes) {
		k.Scopes = append(k.Scopes, inn.Scope(part))
	}
	k.Created, k.LastUsed, k.Properties = fromMS(created), fromMS(used), strings.Fields(properties)
	return k, err
}

// AddKey makes an API key and gives its secret, the only time anybody sees it:
// 160 random bits, of which only a hash is kept.
func (s *Store) AddKey(ctx context.Context, by inn.Viewer, k inn.Key) (secret string, err error) {
	if !inn.IsIdentifier(k.Name) {
		return "", inn.InvalidFields([]inn.FieldError{{Pointer: "/name", Detail: "must be 1 to 64 of A-Z a-z 0-9 . _ : -"}})
	}
	random := make([]byte, 20)
	rand.Read(random) // never fails
	secret = keyPrefix + hex.EncodeToString(random)
	hash := sha256.Sum256([]byte(secret))
	scopes := make([]string, len(k.Scopes))
	for i, scope := range k.Scopes {
		scopes[i] = string(scope)
	}
	err = s.write(ctx, func(t *tx) error {
		result, err := t.execResult(`INSERT INTO api_keys (name, hash, scopes, created_at) VALUES ($1, $2, $3, $4)`,
			k.Name, hash[:], strings.Join(scopes, " "), ms(t.now))
		if isUnique(err) {
			return inn.E(inn.Conflict, "There is a key named %s already; revoked names are not used again.", k.Name)
		}
		if err != nil {
			return err
		}
		id, err := result.LastInsertId()
		if err != nil {
			return err
		}
		for _, slug := range k.Properties {
			if _, err := t.property(slug); err != nil {
				return inn.E(inn.NotFound, "No such property: %s.", slug)
			}
			if err := t.exec(`INSERT INTO api_key_properties (api_key, property) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, slug); err != nil {
				return err
			}
		}
		return t.memberChanged(by, inn.KeyTopic(id))
	})
	return secret, err
}

// Keys lists every API key, by name.
func (s *Store) Keys(ctx context.Context) ([]inn.Key, error) {
	rows, err := s.db.Read.QueryContext(ctx, `SELECT `+keyColumns+` FROM api_keys k ORDER BY k.name`)
	return scanAll(rows, err, scanKey)
}

// KeyBySecret gives the live key with that secret. The look-up is by the hash
// of 160 random bits, so its time tells nothing that helps guessing.
func (s *Store) KeyBySecret(ctx context.Context, secret string) (inn.Key, error) {
	if !strings.HasPrefix(secret, keyPrefix) {
		return inn.Key{}, inn.NoSuch("key")
	}
	hash := sha256.Sum256([]byte(secret))
	return s.key(ctx, `k.hash = $1 AND k.revoked = 0`, hash[:])
}

// Key gives one key by id.
func (s *Store) Key(ctx context.Context, id int64) (inn.Key, error) {
	return s.key(ctx, `k.id = $1`, id)
}

func (s *Store) key(ctx context.Context, where string, arg any) (inn.Key, error) {
	rows, err := s.db.Read.QueryContext(ctx, `SELECT `+keyColumns+` FROM api_keys k WHERE `+where, arg)
	all, err := scanAll(rows, err, scanKey)
	if err == nil && len(all) == 0 {
		err = inn.NoSuch("key")
	}
	if err != nil {
		return inn.Key{}, err
	}
	return all[0], nil
}

// RevokeKey ends a key for good; its streams end at this place in the order.
func (s *Store) RevokeKey(ctx context.Context, by inn.Viewer, name string) error {
	return s.write(ctx, func(t *tx) error {
		var id int64
		found, err := t.row(`UPDATE api_keys SET revoked = 1 WHERE name = $1 AND revoked = 0 RETURNING id`, []any{name}, &id)
		if err != nil {
			return err
		}
		if !found {
			return inn.E(inn.NotFound, "No such key: %s.", name)
		}
		return t.memberChanged(by, inn.KeyTopic(id))
	})
}
