package handlers

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/labstack/echo/v4"
)

// addressOf returns the address a request came from. What a forwarding header
// says is believed only from a trusted proxy, and only its last hop that is not
// one.
func (s *Site) addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values(echo.HeaderXForwardedFor), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.trusted(host); i-- {
		addr, err := hop(hops[i])
		if err != nil {
			break
		}
		host = addr.Unmap().String()
	}
	return host
}

// hop reads one entry of X-Forwarded-For: an address, to which some proxies add
// the port it came from.
func hop(text string) (netip.Addr, error) {
	text = strings.TrimSpace(text)
	if both, err := netip.ParseAddrPort(text); err == nil {
		return both.Addr(), nil
	}
	return netip.ParseAddr(strings.Trim(text, "[]"))
}

func (s *Site) trusted(host string) bool {
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range s.config.TrustedProxies {
		if p.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}

// overTLS reports whether the browser came over TLS: to here, to the address the
// house is known by, or to a trusted proxy that says so. Cookies are Secure then,
// and browsers are told to keep to it.
func (s *Site) overTLS(r *http.Request) bool {
	if s.config.secure() || r.TLS != nil {
		return true
	}
	peer, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || !s.trusted(peer) {
		return false
	}
	// The last proxy's word: what stands before it may be the client's own.
	said := r.Header.Values(echo.HeaderXForwardedProto)
	if len(said) == 0 {
		return false
	}
	last := said[len(said)-1]
	return strings.EqualFold(strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:]), "https")
}
