package handlers

import (
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/auth"
	"baithaka/internal/inn"
)

// A body that comes slowly is a long time between the door and the commit. The
// server asks for it (100 Continue) after it has let its sender in; what they may
// do ends then, and nothing of theirs is stored.
func TestWhoLosesTheirRightWhileTheBodyComesPublishesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		who    func(*site) *caller
		end    func(*site, *caller) error
		status int
	}{
		"nothing happens": {func(s *site) *caller { return s.key("events:write") }, func(*site, *caller) error { return nil }, 201},
		"the key is revoked": {func(s *site) *caller { return s.key("events:write") },
			func(s *site, c *caller) error { return s.store.RevokeKey(s.t.Context(), operator, c.name) }, 401},
		"the person is disabled": {func(s *site) *caller { return s.as("manager") },
			func(s *site, _ *caller) error {
				return s.store.DisableMember(s.t.Context(), operator, s.member("manager").ID, true)
			}, 401},
		"the session ends": {func(s *site) *caller { return s.as("manager") },
			func(s *site, c *caller) error {
				return s.store.EndSession(s.t.Context(), auth.HashToken(c.cookie.Value))
			}, 401},
		"the password changes": {func(s *site) *caller { return s.as("manager") },
			func(s *site, _ *caller) error {
				return s.store.SetPassword(s.t.Context(), operator, s.member("manager").ID, "another-long-one")
			}, 401},
		"the role changes": {func(s *site) *caller { return s.as("manager") },
			func(s *site, _ *caller) error {
				return s.store.ChangeMember(s.t.Context(), operator, s.member("manager").ID, inn.Staff, []string{"lake-house"})
			}, 403},
		"the property goes": {func(s *site) *caller { return s.as("manager") },
			func(s *site, _ *caller) error {
				return s.store.ChangeMember(s.t.Context(), operator, s.member("manager").ID, inn.Manager, []string{"hill-cottage"})
			}, 404},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			who := c.who(s)
			body := booking("new", "BK-slow", "lake-house", "")
			coming, sending := io.Pipe()
			req, err := who.request(http.MethodPost, "/api/v1/events", "", "Content-Type", "application/json", "Expect", "100-continue")
			require.NoError(t, err)
			asked := make(chan struct{})
			req = req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{Got100Continue: func() { close(asked) }}))
			req.Body, req.ContentLength = coming, int64(len(body))
			s.client.Transport.(*http.Transport).ExpectContinueTimeout = 2 * time.Minute // the body waits for the server
			go func() {
				<-asked
				if err := c.end(s, who); err != nil {
					t.Error(err)
				}
				_, err := io.Copy(sending, strings.NewReader(body))
				sending.CloseWithError(err)
			}()
			res, err := s.client.Do(req)
			require.NoError(t, err)
			defer res.Body.Close()
			got, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			assert.Equal(t, c.status, res.StatusCode, string(got))
			stored := s.key("events:read").get("/api/v1/bookings/BK-slow").Status
			assert.Equal(t, map[bool]int{true: 200, false: 404}[c.status == 201], stored)
		})
	}
}

// A file that takes long ends with the right to it, and nobody takes the part for
// the whole.
func TestAFileEndsWithTheRightToIt(t *testing.T) {
	s := newSite(t)
	who := s.as("manager")
	session, err := s.store.Session(t.Context(), auth.HashToken(who.cookie.Value))
	require.NoError(t, err)
	v := s.member("manager").Viewer()
	v.Session = session.ID
	key, err := s.store.KeyBySecret(t.Context(), s.key("events:read").secret)
	require.NoError(t, err)
	require.NoError(t, s.still(t.Context(), v))
	require.NoError(t, s.still(t.Context(), key.Viewer()))
	require.NoError(t, s.store.RevokeKey(t.Context(), operator, key.Name))
	assert.Equal(t, inn.Forbidden, inn.CodeOf(s.still(t.Context(), key.Viewer())))
	for what, change := range map[string]func() error{
		"a property less": func() error {
			return s.store.ChangeMember(t.Context(), operator, v.UserID, inn.Manager, []string{"hill-cottage"})
		},
		"the session": func() error { return s.store.EndSession(t.Context(), auth.HashToken(who.cookie.Value)) },
	} {
		require.NoError(t, change())
		assert.Equal(t, inn.Forbidden, inn.CodeOf(s.still(t.Context(), v)), what)
	}
}
