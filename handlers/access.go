package handlers

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/store"
)

// touchEvery is how exactly it is known when a session was used last: no request
// writes more often.
const touchEvery = 5 * time.Minute

// identify finds out who asks: a ticket's or an API key's bearer, else the person whose
// session cookie came along. A wrong key is refused even where nobody is
// needed, so that a typing error does not pass for being signed out.
func (s *Site) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if ticket, found := ticketOf(r); found {
			v, err := s.byTicket(c, ticket)
			if err != nil {
				return err
			}
			c.Set(viewerKey, v)
			return next(c)
		}
		if auth := r.Header.Get(echo.HeaderAuthorization); auth != "" && forPrograms(r) {
			v, err := s.bearer(r)
			if err != nil {
				return err
			}
			c.Set(viewerKey, v)
			return next(c)
		}
		if token := s.cookie(r); token != "" && !strings.HasPrefix(r.URL.Path, "/static/") {
			v, err := s.session(c, token)
			if err != nil {
				return err
			}
			v.Address = c.RealIP()
			c.Set(viewerKey, v)
		}
		return next(c)
	}
}

// bearer gives the viewer of an Authorization header: a key as a bearer's token or,
// for programs that know nothing else, as the password of HTTP Basic, whoever the
// user is said to be.
func (s *Site) bearer(r *http.Request) (inn.Viewer, error) {
	scheme, secret, _ := strings.Cut(r.Header.Get(echo.HeaderAuthorization), " ")
	unknown := inn.E(inn.Unauthenticated, "That is no API key of this installation. Send it as: Authorization: Bearer bk_…")
	if _, password, basic := r.BasicAuth(); basic {
		secret = password
	} else if !strings.EqualFold(scheme, "Bearer") {
		return inn.Viewer{}, unknown
	}
	key, err := s.store.KeyBySecret(r.Context(), strings.TrimSpace(secret))
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

// session gives the person behind a session cookie, who asks by it; nobody
// when it is unknown, expired or ended. Using it keeps it from running idle,
// unless it is only a stream that is opened: pages do that by themselves.
func (s *Site) session(c echo.Context, token string) (inn.Viewer, error) {
	var one store.Session
	ctx, err := s.sessions.Load(context.WithValue(c.Request().Context(), foundKey{}, &one), token)
	if err != nil {
		return inn.Viewer{}, err
	}
	id := s.sessions.GetInt64(ctx, userValue)
	if id == 0 {
		return inn.Viewer{}, nil
	}
	v, _, err := s.store.Current(ctx, inn.Viewer{UserID: id})
	if err != nil || !v.Somebody() {
		return v, err
	}
	v.Session = one.ID
	s.seen.person(id)
	if !streamPath(c.Request().URL.Path) && time.Since(one.Used) >= touchEvery {
		s.seen.session(one.ID)
	}
	return v, s.renew(c, one, token)
}

// renew gives the browser the next token of a session whose person's rights have
// changed, with the next page it opens. Other requests wait for that: their
// answers may be lost or come late, and the token would be with them.
func (s *Site) renew(c echo.Context, one store.Session, token string) error {
	r := c.Request()
	if !one.Due && !one.Old || r.Method != http.MethodGet || isHTMX(c) || forPrograms(r) || streamPath(r.URL.Path) {
		return nil
	}
	next := nextToken(token, one.Renewal)
	if one.Due {
		if err := s.store.RenewSession(r.Context(), one.ID, one.Token, hashToken(next)); err != nil {
			return err
		}
	}
	s.setCookie(c, next, one.Expires)
	return nil
}

// still refuses to go on with what takes long when its viewer may not see what
// they might when it began.
func (s *Site) still(ctx context.Context, v inn.Viewer) error {
	now, _, err := s.store.Current(ctx, v)
	if err == nil && !now.SameRights(v) {
		err = inn.E(inn.Forbidden, "What you may see has changed meanwhile. Ask again.")
	}
	return err
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
			if err := viewer(c).Must(a); err != nil {
				return err
			}
			return next(c)
		}
	}
}

// lastSeen gathers who was here, and which keys and sessions were used, and
// writes it once a minute, so that reading a page never waits for the disk.
type lastSeen struct {
	store                  *store.Store
	logger                 *slog.Logger
	mu                     sync.Mutex
	people, keys, sessions map[int64]time.Time
}

func newLastSeen(s *store.Store, logger *slog.Logger) *lastSeen {
	return &lastSeen{store: s, logger: logger, people: map[int64]time.Time{}, keys: map[int64]time.Time{}, sessions: map[int64]time.Time{}}
}

func (l *lastSeen) person(id int64)  { l.mark(l.people, id) }
func (l *lastSeen) key(id int64)     { l.mark(l.keys, id) }
func (l *lastSeen) session(id int64) { l.mark(l.sessions, id) }

func (l *lastSeen) mark(in map[int64]time.Time, id int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	in[id] = time.Now()
}

func (l *lastSeen) flush() {
	l.mu.Lock()
	people, keys, sessions := maps.Clone(l.people), maps.Clone(l.keys), maps.Clone(l.sessions)
	clear(l.people)
	clear(l.keys)
	clear(l.sessions)
	l.mu.Unlock()
	if len(people)+len(keys)+len(sessions) == 0 {
		return
	}
	err := l.store.Seen(context.Background(), people, keys)
	if len(sessions) > 0 {
		err = errors.Join(err, l.store.UseSessions(context.Background(), sessions))
	}
	if err != nil {
		l.logger.Warn("who was last seen when could not be noted", "error", err)
	}
}
