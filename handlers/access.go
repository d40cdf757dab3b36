package handlers

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"

	"baithaka/inn"
	"baithaka/store"
)

// sessionLife is how long a sign-in lasts at the most.
const sessionLife = 30 * 24 * time.Hour

// userValue is the one value a session holds: the person's id.
const userValue = "user"

// newSessions sets scs up over the store. There is no idle timeout on scs's
// part: it would write on every request, and bring a session that was just
// ended back to life.
func newSessions(s *store.Store, config Config) *scs.SessionManager {
	m := scs.New()
	m.Store = sessionStore{s}
	m.HashTokenInStore = true
	m.Lifetime = sessionLife
	m.Cookie.Name = "baithaka"
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.HttpOnly = true
	m.Cookie.Secure = config.secure()
	if config.secure() {
		m.Cookie.Name = "__Host-baithaka"
	}
	return m
}

// sessionStore lets scs keep its sessions in our store. Tokens arrive hashed.
type sessionStore struct{ store *store.Store }

// FindCtx gives a live session's data.
func (a sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	one, err := a.store.Session(ctx, token)
	if inn.CodeOf(err) == inn.NotFound {
		return nil, false, nil
	}
	return one.Data, err == nil, err
}

// CommitCtx stores a session's data, with whose it is beside it.
func (a sessionStore) CommitCtx(ctx context.Context, token string, data []byte, expires time.Time) error {
	_, values, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		return err
	}
	user, _ := values[userValue].(int64)
	return a.store.SaveSession(ctx, store.Session{Token: token, UserID: user, Data: data}, expires)
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

// hashToken is how scs hashes a cookie's token before it reaches the store.
func hashToken(token string) string {
	hash := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(hash[:])
}

// identify finds out who asks: an API key's bearer, else the person whose
// session cookie came along. A wrong key is refused even where nobody is
// needed, so that a typing error does not pass for being signed out.
func (s *Site) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if auth := r.Header.Get(echo.HeaderAuthorization); auth != "" && forPrograms(r) {
			v, err := s.bearer(r.Context(), auth)
			if err != nil {
				return err
			}
			c.Set(viewerKey, v)
			return next(c)
		}
		if cookie, err := r.Cookie(s.sessions.Cookie.Name); err == nil && !strings.HasPrefix(r.URL.Path, "/static/") {
			v, session, err := s.session(r.Context(), cookie.Value)
			if err != nil {
				return err
			}
			v.Address = c.RealIP()
			c.Set(viewerKey, v)
			c.Set(sessionKey, session)
		}
		return next(c)
	}
}

// bearer gives the viewer of an Authorization header.
func (s *Site) bearer(ctx context.Context, header string) (inn.Viewer, error) {
	scheme, secret, _ := strings.Cut(header, " ")
	unknown := inn.E(inn.Unauthenticated, "That is no API key of this installation. Send it as: Authorization: Bearer bk_…")
	if !strings.EqualFold(scheme, "Bearer") {
		return inn.Viewer{}, unknown
	}
	key, err := s.store.KeyBySecret(ctx, strings.TrimSpace(secret))
	if inn.CodeOf(err) == inn.NotFound {
		return inn.Viewer{}, unknown
	}
	if err != nil {
		return inn.Viewer{}, err
	}
	v := key.Viewer()
	if !v.Somebody() {
		return v, unknown // it sleeps while its owner is disabled
	}
	s.seen.key(key.ID)
	return v, nil
}

// session gives the person behind a session cookie and the session's id; nobody
// when it is unknown, expired or ended.
func (s *Site) session(ctx context.Context, token string) (inn.Viewer, int64, error) {
	ctx, err := s.sessions.Load(ctx, token)
	if err != nil {
		return inn.Viewer{}, 0, err
	}
	id := s.sessions.GetInt64(ctx, userValue)
	if id == 0 {
		return inn.Viewer{}, 0, nil
	}
	one, err := s.store.Session(ctx, hashToken(token))
	if err != nil {
		return inn.Viewer{}, 0, ignoreNotFound(err)
	}
	v, err := s.person(ctx, id)
	if v.Somebody() {
		s.seen.person(id)
	}
	return v, one.ID, err
}

// person gives what a person may do as of now; nobody when they are gone or
// disabled.
func (s *Site) person(ctx context.Context, id int64) (inn.Viewer, error) {
	m, err := s.store.Member(ctx, id)
	if err != nil {
		return inn.Viewer{}, ignoreNotFound(err)
	}
	v := m.Viewer()
	if v.Somebody() && v.Zone == "" {
		v.Zone, err = s.store.HouseZone(ctx)
	}
	return v, err
}

func ignoreNotFound(err error) error {
	if inn.CodeOf(err) == inn.NotFound {
		return nil
	}
	return err
}

// may lets a request pass that has the action somewhere; for which property is
// for the handler to ask.
func (s *Site) may(a inn.Action) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			v := viewer(c)
			switch {
			case a == inn.Open, v.MayAnywhere(a):
				return next(c)
			case !v.Somebody():
				return inn.E(inn.Unauthenticated, "Please sign in, or send an API key.")
			case v.KeyID != 0:
				return inn.E(inn.Forbidden, "This key has no scope for that (%s).", a)
			}
			return inn.E(inn.Forbidden, "You may not do that here. Ask an administrator if you should.")
		}
	}
}

// lastSeen gathers who was here and which keys were used, and writes it once a
// minute, so that reading a page never waits for the disk.
type lastSeen struct {
	store        *store.Store
	logger       *slog.Logger
	mu           sync.Mutex
	people, keys map[int64]time.Time
}

func newLastSeen(s *store.Store, logger *slog.Logger) *lastSeen {
	return &lastSeen{store: s, logger: logger, people: map[int64]time.Time{}, keys: map[int64]time.Time{}}
}

func (l *lastSeen) person(id int64) { l.mark(l.people, id) }
func (l *lastSeen) key(id int64)    { l.mark(l.keys, id) }

func (l *lastSeen) mark(in map[int64]time.Time, id int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	in[id] = time.Now()
}

func (l *lastSeen) flush() {
	l.mu.Lock()
	people, keys := l.people, l.keys
	l.people, l.keys = map[int64]time.Time{}, map[int64]time.Time{}
	l.mu.Unlock()
	if len(people)+len(keys) == 0 {
		return
	}
	if err := l.store.Seen(context.Background(), people, keys); err != nil {
		l.logger.Warn("who was last seen when could not be noted", "error", err)
	}
}
