package store

import (
	"context"
	"crypto/rand"
	"time"

	"baithaka/internal/inn"
)

const (
	// SessionLife is how long a sign-in lasts at the most.
	SessionLife = 30 * 24 * time.Hour
	// SessionIdle is how long it lasts when nobody uses it. An open page that is
	// only looked at is no use of it.
	SessionIdle = 7 * 24 * time.Hour
	// renewalGrace is how long requests with the token before a renewal still
	// count: those that were on their way when it was made.
	renewalGrace = 30 * time.Second
)

// Session is one sign-in of one browser. Token is the hash of what the cookie
// holds.
type Session struct {
	ID      int64
	Token   string
	UserID  int64 // 0 before sign-in
	Pending int64 // whose code is still to come; 0 for nobody's
	Data    []byte

	Created, Used, Expires time.Time
	Address, Agent         string // where it was begun, and by which User-Agent

	// Renewal is what the next token is made of beside this one; "" for none. It
	// is Due until that is done; Old says that the session was found by the token
	// before, whose holder is to be given the next one again.
	Renewal  string
	Due, Old bool
}

// Until returns when a session ends by itself.
func (one Session) Until() time.Time {
	if idle := one.Used.Add(SessionIdle); idle.Before(one.Expires) {
		return idle
	}
	return one.Expires
}

// living is when a session is good, with $1 the present and $2 the last use that
// is recent enough. Its arguments are those of alive.
const (
	living         = `ended = 0 AND expires > $1 AND last_used > $2`
	sessionColumns = `id, token, person, pending, data, created_at, last_used, expires, address, agent, renewal, renewed_at`
)

func alive(now time.Time) []any { return []any{ms(now), ms(now.Add(-SessionIdle))} }

func scanSession(row interface{ Scan(...any) error }) (Session, error) {
	var one Session
	var created, used, expires, renewed int64
	err := row.Scan(&one.ID, &one.Token, &one.UserID, &one.Pending, &one.Data, &created, &used, &expires,
		&one.Address, &one.Agent, &one.Renewal, &renewed)
	one.Created, one.Used, one.Expires = fromMS(created), fromMS(used), fromMS(expires)
	one.Due = one.Renewal != "" && renewed == 0
	return one, err
}

// Session returns a live session by its hashed token, or by the one it had until a
// moment ago.
func (s *Store) Session(ctx context.Context, token string) (Session, error) {
	now := time.Now()
	rows, err := s.read.QueryContext(Ahead(ctx), `
		SELECT `+sessionColumns+`
		FROM sessions
		WHERE (token = $3 OR previous = $3 AND renewed_at > $4) AND `+living,
		append(alive(now), token, ms(now.Add(-renewalGrace)))...)
	all, err := scanAll(rows, err, scanSession)
	if err == nil && len(all) == 0 {
		err = inn.NoSuch("session")
	}
	if err != nil {
		return Session{}, err
	}
	all[0].Old = all[0].Token != token
	return all[0], nil
}

// Sessions returns the browsers on which a person is signed in, the last used
// first.
func (s *Store) Sessions(ctx context.Context, user int64) ([]Session, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT `+sessionColumns+`
		FROM sessions
		WHERE person = $3 AND `+living+`
		ORDER BY last_used DESC, id DESC`, append(alive(time.Now()), user)...)
	return scanAll(rows, err, scanSession)
}

// SignedIn counts the browsers on which a person is signed in.
func (s *Store) SignedIn(ctx context.Context, user int64) (n int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT count(*) FROM sessions WHERE person = $3 AND `+living,
		append(alive(time.Now()), user)...).Scan(&n)
	return n, err
}

// SessionUntil returns until when a session is good, unless it is used before; the
// zero time when it is not any more.
func (s *Store) SessionUntil(ctx context.Context, id int64) (time.Time, error) {
	rows, err := s.read.QueryContext(Ahead(ctx), `SELECT `+sessionColumns+` FROM sessions WHERE id = $3 AND `+living,
		append(alive(time.Now()), id)...)
	all, err := scanAll(rows, err, scanSession)
	if err != nil || len(all) == 0 {
		return time.Time{}, err
	}
	return all[0].Until(), nil
}

// SignIn is a session that is to begin, and what its person has proved.
type SignIn struct {
	Session
	Proof       Proof
	Replaces    string      // hashed token of the session their browser had; it ends
	KnownDevice KnownDevice // from where they sign in, to be known from now on
}

// StartSession stores a new session, under a token that was never there: while
// what was proved is still so, and in the transaction that looks whether it is.
// Of somebody who is in, it notes from where, and that they signed in.
func (s *Store) StartSession(ctx context.Context, in SignIn) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.admits(in); err != nil {
			return err
		}
		if in.Replaces != "" {
			if _, err := t.endEach(`(token = $1 OR previous = $1)`, in.Replaces); err != nil {
				return err
			}
		}
		if err := t.exec(`
			INSERT INTO sessions (token, person, pending, data, created_at, last_used, expires, address, agent)
			VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8)`,
			in.Token, in.UserID, in.Pending, in.Data, ms(t.now), ms(in.Expires), in.Address, in.Agent); err != nil {
			return err
		}
		if in.UserID == 0 {
			return nil
		}
		if err := t.noteKnownDevice(in.UserID, in.KnownDevice); err != nil {
			return err
		}
		return t.noteLogin(in.Proof.Viewer(), inn.UserLogin, in.Address)
	})
}

// admits refuses a session to who has not proved enough for it: a password for
// one that waits for a code, and for one of theirs the code too.
func (t *tx) admits(in SignIn) (err error) {
	stands := in.UserID == 0 && in.Pending == 0
	switch in.Proof.ID {
	case 0:
	case in.UserID:
		stands, err = t.letsIn(in.Proof)
	case in.Pending:
		stands, err = t.passwordStands(in.Proof)
	}
	if err == nil && !stands {
		err = errProofGone
	}
	return err
}

// SaveSession stores a session's data again. It never makes one: what has ended,
// or was never there, cannot be brought to life by a request that was in flight
// when it ended.
func (s *Store) SaveSession(ctx context.Context, one Session) error {
	return s.write(ctx, func(t *tx) error {
		return t.exec(`UPDATE sessions SET person = $2, pending = $3, data = $4, expires = $5 WHERE token = $1 AND ended = 0`,
			one.Token, one.UserID, one.Pending, one.Data, ms(one.Expires))
	})
}

// UseSessions notes when sessions were used. Those that have ended meanwhile
// stay so. It is not an event.
func (s *Store) UseSessions(ctx context.Context, used map[int64]time.Time) error {
	return s.noteTimes(ctx, used, func(t *tx, id int64, at time.Time) error {
		return t.exec(`
			UPDATE sessions SET last_used = $2
			WHERE id = $1 AND ended = 0 AND expires > $2 AND last_used > $3 AND last_used < $2`,
			id, ms(at), ms(at.Add(-SessionIdle)))
	})
}

// RenewSession gives a session whose renewal is due its next token; old and next
// are hashed. When another request has done it, nothing is left to do.
func (s *Store) RenewSession(ctx context.Context, id int64, old, next string) error {
	return s.write(ctx, func(t *tx) error {
		return t.exec(`
			UPDATE sessions SET token = $3, previous = $2, renewed_at = $4
			WHERE id = $1 AND token = $2 AND renewal <> '' AND renewed_at = 0 AND ended = 0`, id, old, next, ms(t.now))
	})
}

// renewSessions makes the renewal of a person's sessions due: a token that
// leaked while it was worth less is worth nothing more once its owner has opened
// the next page.
func (t *tx) renewSessions(user int64) error {
	return t.exec(`UPDATE sessions SET renewal = $2, renewed_at = 0, previous = '' WHERE person = $1 AND ended = 0`, user, rand.Text())
}

// sessionEnded is the snapshot of a session:ended event.
type sessionEnded struct {
	Session int64 `json:"session"`
}

// EndSession ends a session and the streams that hang on it.
func (s *Store) EndSession(ctx context.Context, token string) error {
	return s.write(ctx, func(t *tx) error {
		_, err := t.endEach(`(token = $1 OR previous = $1)`, token)
		return err
	})
}

// SignOut ends the session by which a person asks, and notes that they did.
func (s *Store) SignOut(ctx context.Context, by inn.Viewer, token, from string) error {
	return s.write(ctx, func(t *tx) error {
		ended, err := t.endEach(`(token = $1 OR previous = $1)`, token)
		if err != nil || ended == 0 || by.UserID == 0 {
			return err
		}
		return t.noteLogin(by, inn.UserLogout, from)
	})
}

// EndOwnSession ends one of a person's own sessions, on whichever browser.
func (s *Store) EndOwnSession(ctx context.Context, by inn.Viewer, id int64) error {
	return s.act(ctx, by, inn.Own, func(t *tx, by inn.Viewer) error {
		ended, err := t.endEach(`person = $1 AND id = $2`, by.UserID, id)
		if err == nil && ended == 0 {
			err = inn.NoSuch("session")
		}
		return err
	})
}

// EndOtherSessions ends all of a person's own sessions but one.
func (s *Store) EndOtherSessions(ctx context.Context, by inn.Viewer, keep int64) error {
	return s.act(ctx, by, inn.Own, func(t *tx, by inn.Viewer) error {
		m, err := t.theirs(by, by.UserID)
		if err != nil {
			return err
		}
		ended, err := t.endOthers(by.UserID, keep)
		if err != nil || ended == 0 {
			return err
		}
		return t.audit(by, aboutMember(inn.SessionsEnded, m, "all but the one in use"))
	})
}

func (t *tx) endOthers(user, keep int64) (ended int, err error) {
	if err := t.endPending(user); err != nil {
		return 0, err
	}
	return t.endEach(`person = $1 AND id <> $2`, user, keep)
}

// endEach ends the sessions under a condition, each with its event, and counts
// those of somebody.
func (t *tx) endEach(where string, args ...any) (ended int, err error) {
	rows, err := t.rows(`SELECT `+sessionColumns+` FROM sessions WHERE ended = 0 AND `+where+` ORDER BY id`, args...)
	all, err := scanAll(rows, err, scanSession)
	if err != nil {
		return 0, err
	}
	for _, one := range all {
		if err := t.exec(`UPDATE sessions SET ended = $2, data = $3 WHERE id = $1`, one.ID, ms(t.now), []byte{}); err != nil {
			return ended, err
		}
		if one.UserID == 0 {
			continue
		}
		who := inn.UserTopic(one.UserID)
		err := t.append(&inn.Event{Topic: who, Type: inn.SessionEnded, Subject: string(who), Actor: string(who)}, sessionEnded{one.ID})
		if err != nil {
			return ended, err
		}
		ended++
	}
	return ended, nil
}

// endSessions ends every session of a person; the member:changed event that
// follows makes their streams look again.
func (t *tx) endSessions(user int64) error {
	if err := t.endPending(user); err != nil {
		return err
	}
	return t.exec(`UPDATE sessions SET ended = $2, data = $3 WHERE person = $1 AND ended = 0`, user, ms(t.now), []byte{})
}

// endPending ends what waits for a person's code: its password was right then,
// and need not be now.
func (t *tx) endPending(user int64) error {
	return t.exec(`UPDATE sessions SET ended = $2, data = $3 WHERE pending = $1 AND ended = 0`, user, ms(t.now), []byte{})
}

// noteLogin appends that a person signed in or out, heard by themselves and by
// those who may see others' activity.
func (t *tx) noteLogin(by inn.Viewer, as inn.Type, from string) error {
	return t.append(&inn.Event{
		Topic: by.Own(), Type: as, Subject: string(by.Own()), Actor: by.Actor(), By: by.Name,
	}, map[string]string{"name": by.Name, "from": from})
}
