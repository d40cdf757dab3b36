package store

import (
	"context"
	"time"

	"baithaka/inn"
)

// Session is one sign-in of one browser. Token is the hash of what the cookie
// holds.
type Session struct {
	ID     int64
	Token  string
	UserID int64 // 0 before sign-in
	Data   []byte
}

// Session gives a live session by its hashed token.
func (s *Store) Session(ctx context.Context, token string) (Session, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT id, token, user, data FROM sessions WHERE token = $1 AND ended = 0 AND expires > $2`, token, ms(time.Now()))
	all, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (Session, error) {
		var one Session
		return one, row.Scan(&one.ID, &one.Token, &one.UserID, &one.Data)
	})
	if err == nil && len(all) == 0 {
		err = inn.NoSuch("session")
	}
	if err != nil {
		return Session{}, err
	}
	return all[0], nil
}

// SaveSession stores a session's data. A session that has ended stays ended:
// a request that was in flight when it did cannot bring it back.
func (s *Store) SaveSession(ctx context.Context, one Session, expires time.Time) error {
	return s.write(ctx, func(t *tx) error {
		return t.exec(`
			INSERT INTO sessions (token, user, data, expires) VALUES ($1, $2, $3, $4)
			ON CONFLICT (token) DO UPDATE SET user = excluded.user, data = excluded.data, expires = excluded.expires
			WHERE ended = 0`, one.Token, one.UserID, one.Data, ms(expires))
	})
}

// sessionEnded is the snapshot of a session:ended event.
type sessionEnded struct {
	Session int64 `json:"session"`
}

// EndSession ends a session and the streams that hang on it.
func (s *Store) EndSession(ctx context.Context, token string) error {
	return s.write(ctx, func(t *tx) error {
		var id, user int64
		found, err := t.row(`UPDATE sessions SET ended = $2, data = x'' WHERE token = $1 AND ended = 0 RETURNING id, user`,
			[]any{token, ms(t.now)}, &id, &user)
		if err != nil || !found || user == 0 {
			return err
		}
		return t.append(&inn.Event{
			Topic: inn.UserTopic(user), Type: inn.SessionEnded, Subject: string(inn.UserTopic(user)), Actor: string(inn.UserTopic(user)),
		}, sessionEnded{id})
	})
}

// endSessions ends every session of a person; the member:changed event that
// follows makes their streams look again.
func (t *tx) endSessions(user int64) error {
	return t.exec(`UPDATE sessions SET ended = $2, data = x'' WHERE user = $1 AND ended = 0`, user, ms(t.now))
}

// SessionLives reports whether a session is still good.
func (s *Store) SessionLives(ctx context.Context, id int64) (lives bool, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sessions WHERE id = $1 AND ended = 0 AND expires > $2)`,
		id, ms(time.Now())).Scan(&lives)
	return lives, err
}

// SignedIn counts the browsers on which a person is signed in.
func (s *Store) SignedIn(ctx context.Context, user int64) (n int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT count(*) FROM sessions WHERE user = $1 AND ended = 0 AND expires > $2`,
		user, ms(time.Now())).Scan(&n)
	return n, err
}

// NoteLogin appends that a person signed in or out, heard by themselves and by
// those who may see others' activity.
func (s *Store) NoteLogin(ctx context.Context, by inn.Viewer, as inn.Type, from string) error {
	return s.write(ctx, func(t *tx) error {
		return t.append(&inn.Event{
			Topic: by.Own(), To: nil, Type: as, Subject: string(by.Own()), Actor: by.Actor(), By: by.Name,
		}, map[string]string{"name": by.Name, "from": from})
	})
}
