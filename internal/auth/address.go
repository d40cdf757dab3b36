package auth

import "net/netip"

// Neighbourhood returns what an address counts as where limits are kept per
// address: itself, and for IPv6 its /64, since one customer of one provider has
// all of that. What cannot be read as an address counts as itself.
func Neighbourhood(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if a = a.Unmap().WithZone(""); a.Is4() {
		return a.String()
	}
	return netip.PrefixFrom(a, 64).Masked().String()
}
