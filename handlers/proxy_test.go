package handlers

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The cookie is Secure, and the browser told to keep to TLS, where TLS is: here,
// at the public address, or at a proxy that is trusted and says so.
func TestSecureWhereTLSIs(t *testing.T) {
	https, err := url.Parse("https://desk.house.test")
	require.NoError(t, err)
	trusted := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	for what, c := range map[string]struct {
		config  Config
		headers []string
		secure  bool
	}{
		"plain":                      {Config{}, nil, false},
		"public https":               {Config{PublicURL: https}, []string{"Host", "desk.house.test", "Origin", "https://desk.house.test"}, true},
		"a trusted proxy says so":    {Config{TrustedProxies: trusted}, []string{"X-Forwarded-Proto", "https"}, true},
		"a trusted proxy says http":  {Config{TrustedProxies: trusted}, []string{"X-Forwarded-Proto", "http"}, false},
		"a trusted proxy is silent":  {Config{TrustedProxies: trusted}, nil, false},
		"the client says so before":  {Config{TrustedProxies: trusted}, []string{"X-Forwarded-Proto", "https, http"}, false},
		"anybody says so":            {Config{}, []string{"X-Forwarded-Proto", "https", "Forwarded", "proto=https"}, false},
		"somebody not trusted, too":  {Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}, []string{"X-Forwarded-Proto", "https"}, false},
		"https in capitals and room": {Config{TrustedProxies: trusted}, []string{"X-Forwarded-Proto", " HTTPS "}, true},
	} {
		s := newSite(t, c.config)
		caller := s.nobody()
		r := caller.do("POST", "/login", "email=staff@house.test&password="+password, append([]string{"Content-Type", "application/x-www-form-urlencoded"}, c.headers...)...)
		require.Equal(t, 303, r.Status, what)
		assert.Equal(t, c.secure, r.Header.Get("Strict-Transport-Security") != "", what)
		for _, raw := range r.Header.Values("Set-Cookie") {
			assert.Equal(t, c.secure, strings.Contains(raw, "Secure"), what)
			assert.Contains(t, raw, "HttpOnly", what)
			assert.Contains(t, raw, "SameSite=Lax", what)
			assert.NotContains(t, raw, "Domain", what)
		}
		assert.Equal(t, map[bool]string{true: "__Host-baithaka", false: "baithaka"}[c.secure], caller.cookie.Name, what)
		assert.Equal(t, 200, caller.get("/", c.headers...).Status, what)
		if c.secure {
			assert.Equal(t, 303, s.with(caller.cookie.Value).get("/", c.headers...).Status, "%s: a cookie without the prefix is not looked at", what)
		}
	}
}

// Where a request comes from, behind proxies that write a port or none.
func TestAddressBehindProxies(t *testing.T) {
	s := &Site{config: Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:f::/48")}}}
	for _, c := range []struct{ peer, forwarded, want string }{
		{"203.0.113.7:5000", "198.51.100.1", "203.0.113.7"},
		{"10.0.0.1:5000", "", "10.0.0.1"},
		{"10.0.0.1:5000", "198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:5000", "198.51.100.1:41234", "198.51.100.1"},
		{"10.0.0.1:5000", "[2001:db8::7]:41234", "2001:db8::7"},
		{"10.0.0.1:5000", "2001:db8::7", "2001:db8::7"},
		{"10.0.0.1:5000", "[2001:db8::7]", "2001:db8::7"},
		{"10.0.0.1:5000", "::ffff:198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:5000", "192.0.2.66, 198.51.100.1:1, 10.0.0.2:80", "198.51.100.1"},
		{"10.0.0.1:5000", "198.51.100.1, nonsense", "10.0.0.1"},
		{"[2001:db8:f::1]:5000", "198.51.100.1", "198.51.100.1"},
	} {
		r := &http.Request{RemoteAddr: c.peer, Header: http.Header{}}
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		assert.Equal(t, c.want, s.addressOf(r), "%s %s", c.peer, c.forwarded)
	}
}
