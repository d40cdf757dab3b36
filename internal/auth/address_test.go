package auth

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNeighbourhood(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "::ffff:c000:207": "192.0.2.7",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "2001:DB8:1:2::1": "2001:db8:1:2::/64", "2001:db8:1:3::1": "2001:db8:1:3::/64",
		"fe80::1%eth0": "fe80::/64", "::1": "::/64", "": "", "not an address": "not an address",
	} {
		assert.Equal(t, want, Neighbourhood(address), address)
	}
}
