package handlers

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/store"
)

// cookieName is the session's cookie. Over TLS it is __Host-baithaka, which no
// other host, path or unencrypted page can set; the plain one is not looked at
// there.
const cookieName = "baithaka"

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

// FindCtx gives a live session's data.
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

// hashToken is how scs hashes a cookie's token before it reaches the store.
func hashToken(token string) string {
	hash := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(hash[:])
}

// nextToken makes the token that follows another when a session is renewed. Two
// requests that come with the old one at once make the same, so that neither
// answer can be lost or overtake the other; it takes the old token and the
// renewal, which only the database knows, to make it.
func nextToken(token, renewal string) string {
	mac := hmac.New(sha256.New, []byte(renewal))
	mac.Write([]byte(token))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// newToken draws a token for a session that goes on under another.
func newToken() string { return rand.Text() + rand.Text() }

// maxAgent is how much is kept of what a browser calls itself.
const maxAgent = 300

// begun gives the context for a session that is begun by this request, in place of
// the one the browser had.
func (s *Site) begun(c echo.Context, in store.SignIn) context.Context {
	agent := strings.ToValidUTF8(c.Request().UserAgent(), "")
	if len(agent) > maxAgent {
		agent = strings.ToValidUTF8(agent[:maxAgent], "")
	}
	in.Address, in.Agent = c.RealIP(), agent
	if old := s.cookie(c.Request()); old != "" {
		in.Replaces = hashToken(old)
	}
	return context.WithValue(c.Request().Context(), beginsKey{}, in)
}

// cookie gives the session token that came with a request, "" without one.
func (s *Site) cookie(r *http.Request) string {
	cookie, err := r.Cookie(s.cookieName(r))
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (s *Site) cookieName(r *http.Request) string {
	if s.overTLS(r) {
		return "__Host-" + cookieName
	}
	return cookieName
}

// setCookie gives the browser a session token; "" takes it away.
func (s *Site) setCookie(c echo.Context, token string, expires time.Time) {
	cookie := &http.Cookie{
		Name: s.cookieName(c.Request()), Value: token, Path: "/",
		Secure: s.overTLS(c.Request()), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	if token == "" {
		cookie.MaxAge = -1
	} else {
		cookie.Expires, cookie.MaxAge = expires, int(time.Until(expires).Seconds())
	}
	c.SetCookie(cookie)
}

// setSession gives the browser another token for the session it has, which lasts
// as long as it would have.
func (s *Site) setSession(c echo.Context, token string) error {
	one, err := s.store.Session(c.Request().Context(), hashToken(token))
	if err == nil {
		s.setCookie(c, token, one.Expires)
	}
	return err
}

// The device's cookie stays when one signs out: it only tells that somebody has
// signed in here before (store.Places), and is sent to the sign-in page alone.
const deviceCookie = "baithaka-device"

// deviceOf gives the device's cookie, hashed as it is kept; "" without one.
func deviceOf(r *http.Request) string {
	cookie, err := r.Cookie(deviceCookie)
	if err != nil || cookie.Value == "" {
		return ""
	}
	return hashToken(cookie.Value)
}

func (s *Site) setDevice(c echo.Context, token string) {
	c.SetCookie(&http.Cookie{
		Name: deviceCookie, Value: token, Path: "/login", MaxAge: int((365 * 24 * time.Hour).Seconds()),
		Secure: s.overTLS(c.Request()), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}
