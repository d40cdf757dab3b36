package handlers

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A card that an event addressed to others has moved counts as what it is now for
// everybody whose card it is.
func TestABadgeHearsOfWhatIsAddressedToOthers(t *testing.T) {
	s := newSite(t)
	key := s.key("events:write")
	key.publish(`{"type":"alert:raised","priority":"critical","property":"lake-house","payload":{"key":"boiler","title":"Boiler off"}}`)
	page := s.stream("/live", s.as("manager"), "").live()
	assert.Contains(t, page.pushed(`id="unread"`), `id="unread" class="count critical">1<`)
	key.publish(`{"type":"alert:resolved","property":"lake-house","payload":{"key":"boiler"},"affectedUsers":["staff@house.test"]}`)
	assert.Contains(t, page.pushed(`id="unread"`), `id="unread" class="count">1<`)
}
