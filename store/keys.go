package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"baithaka/db"
	"baithaka/internal/inn"
)

// keyPrefix marks an API key, so that one that leaked can be found by a scanner.
const keyPrefix = "bk_"

// keyColumns and keyTables bring along what bounds a key: its properties, and
// its owner as of now.
const (
	keyColumns = `
	k.id, k.name, k.scopes, k.created_at, k.last_used, k.revoked, k.wall, k.label,
	coalesce((SELECT string_agg(property, ' ' ORDER BY property) FROM api_key_properties WHERE api_key = k.id), ''),
	coalesce(o.id, 0), coalesce(o.name, ''), coalesce(o.role, ''), coalesce(o.disabled, 0),
	coalesce((SELECT string_agg(property, ' ' ORDER BY property) FROM user_properties WHERE person = o.id), '')`
	keyTables = `api_keys k LEFT JOIN users o ON o.id = k.owner`
)

func scanKey(row interface{ Scan(...any) error }) (inn.Key, error) {
	var k inn.Key
	var created, used int64
	var scopes, properties, theirs string
	var owner inn.Member
	err := row.Scan(&k.ID, &k.Name, &scopes, &created, &used, &k.Revoked, &k.Wall, &k.Label, &properties,
		&owner.ID, &owner.Name, &owner.Role, &owner.Disabled, &theirs)
	if owner.ID != 0 {
		owner.Properties = strings.Fields(theirs)
		k.Owner = &owner
	}
	for part := range strings.FieldsSeq(scopes) {
		k.Scopes = append(k.Scopes, inn.Scope(part))
	}
	k.Created, k.LastUsed, k.Properties = fromMS(created), fromMS(used), strings.Fields(properties)
	return k, err
}

// AddKey makes an API key and returns its secret, the only time anybody sees it:
// 160 random bits, of which only a hash is kept. A person's key is theirs, and
// never may more than they may; the command line's belongs to nobody.
func (s *Store) AddKey(ctx context.Context, by inn.Viewer, k inn.Key) (secret string, err error) {
	if !inn.IsIdentifier(k.Name) {
		return "", inn.InvalidFields([]inn.FieldError{{Field: "name", Detail: inn.IdentifierIs}})
	}
	k.Properties = slices.Compact(slices.Sorted(slices.Values(k.Properties)))
	random := make([]byte, 20)
	rand.Read(random) // never fails
	secret = keyPrefix + hex.EncodeToString(random)
	hash := sha256.Sum256([]byte(secret))
	scopes := make([]string, len(k.Scopes))
	for i, scope := range k.Scopes {
		scopes[i] = string(scope)
	}
	err = s.act(ctx, by, inn.KeyManage, func(t *tx, by inn.Viewer) error {
		if err := mayGive(by, k); err != nil {
			return err
		}
		var owner any // NULL for the command line
		if by.UserID != 0 {
			owner = by.UserID
		}
		var id int64
		_, err := t.row(`INSERT INTO api_keys (name, hash, scopes, created_at, owner) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
			[]any{k.Name, hash[:], strings.Join(scopes, " "), ms(t.now), owner}, &id)
		if t.isUnique(err) {
			e := inn.E(inn.Conflict, "There is a key named %s already; revoked names are not used again.", k.Name)
			e.Fields = []inn.FieldError{{Field: "name", Detail: "is taken"}}
			return e
		}
		if err != nil {
			return err
		}
		if err := t.propertiesThere(k.Properties); err != nil {
			return err
		}
		if err := t.exec(`INSERT INTO api_key_properties (api_key, property) SELECT CAST($1 AS BIGINT), value FROM {texts $2}`, id, db.List(k.Properties)); err != nil {
			return err
		}
		if err := t.memberChanged(by, inn.KeyTopic(id)); err != nil {
			return err
		}
		detail := strings.Join(scopes, ", ") + " for " + cmp.Or(namedSlugs("", k.Properties), "every property")
		return t.audit(by, inn.Act{Action: inn.KeyAdded, Subject: "key:" + k.Name, Name: k.Name, Detail: detail})
	})
	return secret, err
}

// mayGive refuses a key that could do what whoever makes it may not.
func mayGive(by inn.Viewer, k inn.Key) error {
	if !by.Somebody() {
		return nil
	}
	within := k.Properties
	if len(within) == 0 {
		within = []string{""}
	}
	for _, scope := range k.Scopes {
		for _, property := range within {
			if !by.MayGive(scope, property) {
				return inn.E(inn.Forbidden, "%s is not yours to give. Leave it out, or ask a SUPER_ADMIN for the key.", scope)
			}
		}
	}
	return nil
}

// Keys lists every API key, by name.
func (s *Store) Keys(ctx context.Context) ([]inn.Key, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+keyColumns+` FROM `+keyTables+` WHERE k.wall = '' ORDER BY k.name`)
	return scanAll(rows, err, scanKey)
}

// KeyBySecret returns the live key with that secret. The look-up is by the hash
// of 160 random bits, so its time tells nothing that helps guessing.
func (s *Store) KeyBySecret(ctx context.Context, secret string) (inn.Key, error) {
	if !strings.HasPrefix(secret, keyPrefix) {
		return inn.Key{}, inn.NoSuch("key")
	}
	hash := sha256.Sum256([]byte(secret))
	return s.key(ctx, `k.hash = $1 AND k.revoked = 0`, hash[:])
}

// Key returns one key by id.
func (s *Store) Key(ctx context.Context, id int64) (inn.Key, error) {
	return s.key(ctx, `k.id = $1`, id)
}

func (s *Store) key(ctx context.Context, where string, arg any) (inn.Key, error) {
	rows, err := s.read.QueryContext(Ahead(ctx), `SELECT `+keyColumns+` FROM `+keyTables+` WHERE `+where, arg)
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
	return s.act(ctx, by, inn.KeyManage, func(t *tx, by inn.Viewer) error {
		var id int64
		found, err := t.row(`UPDATE api_keys SET revoked = 1 WHERE name = $1 AND wall = '' AND revoked = 0 RETURNING id`, []any{name}, &id)
		if err != nil {
			return err
		}
		if !found {
			return inn.E(inn.NotFound, "No such key: %s.", name)
		}
		if err := t.voidTickets(id); err != nil {
			return err
		}
		if err := t.memberChanged(by, inn.KeyTopic(id)); err != nil {
			return err
		}
		return t.audit(by, inn.Act{Action: inn.KeyRevoked, Subject: "key:" + name, Name: name})
	})
}
