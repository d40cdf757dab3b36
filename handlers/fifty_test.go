package handlers

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// Every way to lose a right reaches fifty open streams at once: they end or
// narrow, nothing that is committed afterwards comes to them, and nobody else
// notices. That it takes no second is asserted where nothing else runs (make
// soak); here it is printed.
func TestRevocationReachesFiftyStreams(t *testing.T) {
	const streams = 50
	ctx := t.Context()
	change := func(role inn.Role, properties ...string) func(*site) {
		return func(s *site) {
			require.NoError(t, s.store.ChangeMember(ctx, operator, s.member("manager").ID, role, properties))
		}
	}
	for name, row := range map[string]struct {
		revoke func(*site)
		ends   bool // else the streams go on without the property
		key    bool
	}{
		"logout": {revoke: func(s *site) { require.Equal(t, 303, s.as("manager").form("/logout").Status) }, ends: true},
		"disable": {revoke: func(s *site) {
			require.NoError(t, s.store.DisableMember(ctx, operator, s.member("manager").ID, true))
		}, ends: true},
		"signed out by an administrator": {revoke: func(s *site) {
			require.NoError(t, s.store.SignOutEverywhere(ctx, operator, s.member("manager").ID))
		}, ends: true},
		"password changed": {revoke: func(s *site) {
			require.NoError(t, s.store.SetPassword(ctx, operator, s.member("manager").ID, "another-long-one"))
		}, ends: true},
		"role changed":     {revoke: change(inn.User)},
		"property removed": {revoke: change(inn.Manager, "hill-cottage")},
		"key revoked": {revoke: func(s *site) {
			require.NoError(t, s.store.RevokeKey(ctx, operator, s.callers["key"].name))
		}, ends: true, key: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			writer := s.key("events:write")
			affected := s.as("manager")
			if row.key {
				affected = s.key("events:read")
				s.callers["key"] = affected
			}
			var theirs []*reader
			for i := range streams {
				path := "/api/v1/stream"
				if i%2 == 0 && !row.key {
					path = "/live"
				}
				theirs = append(theirs, s.stream(path, affected, "").live())
			}
			var others []*reader
			for _, who := range []string{"admin", "owner", "staff"} {
				others = append(others, s.stream("/api/v1/stream", s.as(who), "").live())
			}
			others = append(others, s.stream("/api/v1/stream", s.key("events:read"), "").live())
			bystander := s.stream("/live", s.as("staff"), "").live()

			began := time.Now()
			row.revoke(s)
			writer.publish(booking("new", "BK-late", "lake-house", ""))
			last := s.head()
			for _, r := range theirs {
				if row.ends {
					saysBye(t, r)
					continue
				}
				for _, m := range r.gather(last) {
					assert.NotContains(t, m.Data, "BK-late")
				}
			}
			took := time.Since(began)
			if soaking {
				assert.Less(t, took, time.Second)
			}
			for _, r := range others {
				assert.Equal(t, []string{"BK-late"}, skipUsers(r))
			}
			for _, m := range strings.Split(bystander.pushed("BK-late"), "\n") {
				assert.NotContains(t, m, "resync")
			}
			t.Logf("%d streams after %s", len(theirs), took.Round(time.Millisecond))
		})
	}
}
