package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/alexedwards/scs/v2"

	"baithaka/internal/inn"
	"baithaka/store"
)

// What a session holds: the person it belongs to, or, between password and code,
// whose code is still to come and where they wanted to go.
const (
	userValue    = "user"
	pendingValue = "pending"
	nextValue    = "next"
)

// newSessions sets scs up over the store. Its idle timeout is not used: it
// writes on every request, and brings a session that was just ended back to
// life. Nor are its cookies: whether one is Secure differs from request to
// request behind a proxy. scs.New would start a store of its own, which sweeps
// for ever.
func newSessions(s *store.Store) *scs.SessionManager {
	return &scs.SessionManager{Store: sessionStore{s}, Codec: scs.GobCodec{}, Lifetime: store.SessionLife, HashTokenInStore: true}
}

// sessionStore lets scs keep its sessions in our store. Tokens arrive hashed.
type sessionStore struct{ store *store.Store }

// beginsKey is the key under which a context says that the session to be stored
// is a new one, from where it is begun and by what proof; foundKey the one under which it takes
// the session along that was read.
type (
	beginsKey struct{}
	foundKey  struct{}
)

// FindCtx returns a live session's data.
func (a sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	one, err := a.store.Session(ctx, token)
	if inn.CodeOf(err) == inn.NotFound {
		return nil, false, nil
	}
	if whole, asked := ctx.Value(foundKey{}).(*store.Session); asked {
		*whole = one
	}
	return one.Data, err == nil, err
}

// CommitCtx stores a session's data, with whose it is beside it. Only one that
// is being begun is made: any other is there, or has ended and stays so.
func (a sessionStore) CommitCtx(ctx context.Context, token string, data []byte, expires time.Time) error {
	_, values, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		return err
	}
	in, begins := ctx.Value(beginsKey{}).(store.SignIn)
	in.Token, in.Data, in.Expires = token, data, expires
	in.UserID, _ = values[userValue].(int64)
	in.Pending, _ = values[pendingValue].(int64)
	if begins {
		return a.store.StartSession(ctx, in)
	}
	return a.store.SaveSession(ctx, in.Session)
}

// DeleteCtx ends a session.
func (a sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return a.store.EndSession(ctx, token)
}

// Find, Commit and Delete are scs's interface for stores without a context; scs
// prefers the ones above.
func (a sessionStore) Find(token string) ([]byte, bool, error) {
	return a.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (a sessionStore) Commit(token string, data []byte, expires time.Time) error {
	return a.CommitCtx(context.Background(), token, data, expires)
}

// Delete is DeleteCtx without a context.
func (a sessionStore) Delete(token string) error { return a.DeleteCtx(context.Background(), token) }

// HashToken is how scs hashes a cookie's token before it reaches the store.
func HashToken(token string) string {
	hash := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(hash[:])
}

// NextToken makes the token that follows another when a session is renewed. Two
// requests that come with the old one at once make the same, so that neither
// answer can be lost or overtake the other; it takes the old token and the
// renewal, which only the database knows, to make it.
func NextToken(token, renewal string) string {
	mac := hmac.New(sha256.New, []byte(renewal))
	mac.Write([]byte(token))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// NewToken draws a token for a session that goes on under another.
func NewToken() string { return rand.Text() + rand.Text() }

// start stores a new session that holds some values and returns the token for its
// cookie.
func (a *Auth) start(ctx context.Context, in store.SignIn, life time.Duration, values map[string]any) (token string, expires time.Time, err error) {
	if ctx, err = a.Sessions.Load(context.WithValue(ctx, beginsKey{}, in), ""); err != nil {
		return "", expires, err
	}
	for name, value := range values {
		a.Sessions.Put(ctx, name, value)
	}
	a.Sessions.SetDeadline(ctx, time.Now().Add(life))
	return a.Sessions.Commit(ctx)
}

// SignIn starts the session of somebody who has proved who they are, under a new
// token, so that one planted before is worth nothing.
func (a *Auth) SignIn(ctx context.Context, in store.SignIn) (token string, expires time.Time, err error) {
	return a.start(ctx, in, store.SessionLife, map[string]any{userValue: in.Proof.ID})
}

// codeWithin is how long the second step of a sign-in may take.
const codeWithin = 10 * time.Minute

// AwaitCode starts a session that keeps that somebody's password was right, and
// where they want to go. Until their code comes they are nobody.
func (a *Auth) AwaitCode(ctx context.Context, in store.SignIn, next string) (token string, expires time.Time, err error) {
	return a.start(ctx, in, codeWithin, map[string]any{pendingValue: in.Proof.ID, nextValue: next})
}

// Awaited returns whose code is still to come and where they want to go; nobody
// when no password was given, or too long ago.
func (a *Auth) Awaited(ctx context.Context, token string) (m inn.Member, next string, err error) {
	if ctx, err = a.Sessions.Load(ctx, token); err != nil {
		return m, "", err
	}
	id := a.Sessions.GetInt64(ctx, pendingValue)
	if id == 0 {
		return m, "", nil
	}
	if m, err = a.store.Member(ctx, id); inn.CodeOf(err) == inn.NotFound {
		err = nil
	}
	return m, a.Sessions.GetString(ctx, nextValue), err
}

// touchEvery is how exactly it is known when a session was used last: no request
// writes more often.
const touchEvery = 5 * time.Minute

// Session returns the session of a cookie's token and the person behind it, who
// asks by it; nobody when it is unknown, expired or ended. Using it keeps it from
// running idle.
func (a *Auth) Session(ctx context.Context, token string, uses bool) (v inn.Viewer, one store.Session, err error) {
	if ctx, err = a.Sessions.Load(context.WithValue(ctx, foundKey{}, &one), token); err != nil {
		return v, one, err
	}
	id := a.Sessions.GetInt64(ctx, userValue)
	if id == 0 {
		return v, one, nil
	}
	if v, _, err = a.store.Current(ctx, inn.Viewer{UserID: id}); err != nil || !v.Somebody() {
		return v, one, err
	}
	v.Session = one.ID
	a.seen.mark(a.seen.people, id)
	if uses && time.Since(one.Used) >= touchEvery {
		a.seen.mark(a.seen.sessions, one.ID)
	}
	return v, one, nil
}

// Renews reports whether a session is due for another token, since its person's
// rights have changed.
func Renews(one store.Session) bool { return one.Due || one.Old }

// Renew returns the next token of a session that is due for one.
func (a *Auth) Renew(ctx context.Context, one store.Session, token string) (next string, err error) {
	next = NextToken(token, one.Renewal)
	if one.Due {
		err = a.store.RenewSession(ctx, one.ID, one.Token, HashToken(next))
	}
	return next, err
}
