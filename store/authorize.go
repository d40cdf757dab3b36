package store

import (
	"context"
	"regexp"
	"strings"

	"baithaka/internal/inn"
)

// act is write on behalf of a viewer. A right is checked where it counts: in the
// transaction, after everything that was committed before it. by is the viewer as the
// request was let in, perhaps a while ago; do gets the viewer as of now.
func (s *Store) act(ctx context.Context, by inn.Viewer, a inn.Action, do func(t *tx, by inn.Viewer) error) error {
	return s.write(ctx, asOfNow(by, a, do))
}

// asOfNow wraps do: it gets the viewer as of its transaction, and is not called when
// they have lost the right.
func asOfNow(by inn.Viewer, a inn.Action, do func(t *tx, by inn.Viewer) error) func(*tx) error {
	return func(t *tx) error {
		now, err := t.authorize(by, a)
		if err != nil {
			return err
		}
		return do(t, now)
	}
}

// authorize returns the viewer as of this transaction, if they have the action for
// any property; for which one is for the verb to check. The refusal is the one of a
// new request. What acts without being a person or a key, the command line, may do
// anything.
func (t *tx) authorize(by inn.Viewer, a inn.Action) (inn.Viewer, error) {
	if operates(by) {
		return by, nil
	}
	now, err := t.present(by)
	if err != nil {
		return by, err
	}
	return now, now.Must(a)
}

// operates reports whether a viewer is the house's own: the command line, or a
// job of the program. Nobody at all is not.
func operates(by inn.Viewer) bool { return !by.Somebody() && by.Name != "" }

// present reads a viewer anew. It returns the zero Viewer when the key is revoked, the
// person is gone or disabled, or their session has ended.
func (t *tx) present(by inn.Viewer) (now inn.Viewer, err error) {
	lives, err := t.sessionLives(by.Session)
	if err != nil || !lives {
		return inn.Viewer{}, err
	}
	who := principal{by.UserID, by.KeyID}
	now, known := t.rightsCache.of[who]
	if !known {
		if now, err = t.powers(who); err != nil {
			return inn.Viewer{}, err
		}
		t.rightsCache.note(who, now)
	}
	if now.Somebody() {
		now.Session, now.Address = by.Session, by.Address
		if now.Zone == "" {
			now.Zone = by.Zone
		}
	}
	return now, nil
}

// principal is a person or a key.
type principal struct{ user, key int64 }

// powers reads what a person or a key may do.
func (t *tx) powers(who principal) (inn.Viewer, error) {
	if who.key == 0 {
		m, err := t.member(who.user)
		return m.Viewer(), ignoreNotFound(err)
	}
	rows, err := t.rows(`SELECT `+keyColumns+` FROM `+keyTables+` WHERE k.id = $1`, who.key)
	found, err := scanAll(rows, err, scanKey)
	if err != nil || len(found) == 0 {
		return inn.Viewer{}, err
	}
	return found[0].Viewer(), nil
}

// rightsCache keeps what people and keys may do from one write to the next: who
// publishes writes often, and to read a key with its owner and properties takes a
// twentieth of a publish. It belongs to the writer, and is emptied when a statement
// changes one of the tables it was read from, when a write is rolled back, and when
// another process has committed.
type rightsCache struct {
	of      map[principal]inn.Viewer
	version int64           // of the file, as far as others wrote it
	writes  map[string]bool // whether a statement changes what somebody may do
}

// mostCachedRights is how many people and keys are kept.
const mostCachedRights = 1000

func newRightsCache() *rightsCache {
	return &rightsCache{of: map[principal]inn.Viewer{}, writes: map[string]bool{}}
}

func (s *rightsCache) forget() { clear(s.of) }

func (s *rightsCache) note(who principal, may inn.Viewer) {
	if len(s.of) >= mostCachedRights {
		s.forget()
	}
	s.of[who] = may
}

// written is called for each statement before it runs.
func (s *rightsCache) written(query string) {
	changes, known := s.writes[query]
	if !known {
		changes = changesRights(query)
		s.writes[query] = changes
	}
	if changes {
		s.forget()
	}
}

// look is called when a transaction has begun, from where on nobody else can commit.
func (s *rightsCache) look(t *tx) error {
	var version int64
	if _, err := t.row(`{changed}`, nil, &version); err != nil {
		return err
	}
	if version != s.version {
		s.forget()
		s.version = version
	}
	return nil
}

// rightsTables are those that powers reads; any statement that names one and is no
// query may change it.
var rightsTables = regexp.MustCompile(`\b(users|user_properties|api_keys|api_key_properties|invites)\b`)

func changesRights(query string) bool {
	return !strings.HasPrefix(strings.TrimSpace(query), "SELECT") && rightsTables.MatchString(query)
}

// sessionLives reports whether a session has neither ended nor run out; 0 is none
// and lives.
func (t *tx) sessionLives(id int64) (lives bool, err error) {
	if id == 0 {
		return true, nil
	}
	_, err = t.row(`SELECT EXISTS (SELECT 1 FROM sessions WHERE id = $3 AND `+living+`)`, append(alive(t.now), id), &lives)
	return lives, err
}
