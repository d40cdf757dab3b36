package handlers

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// A right that ends takes the room along that hung on it; the other rooms of
// the stream go on.
func TestANarrowedStreamLosesARoomWithItsRight(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write")
	program := s.stream("/api/v1/stream?rooms=financial_updates,system", s.as("manager"), "").live()
	report := func(mark string) string {
		return `{"type":"metrics:update","property":"lake-house","payload":{"activeBookings":1,"scope":"` + mark + `"}}`
	}
	alert := func(key string) string {
		return `{"type":"alert:raised","payload":{"key":"` + key + `","title":"Look"}}`
	}
	upTo := func(mark string) string {
		var all strings.Builder
		for !strings.Contains(all.String(), mark) {
			all.WriteString(program.next(within).Data)
		}
		return all.String()
	}
	writer.publish(report("zq-early"))
	writer.publish(alert("first"))
	assert.Contains(t, upTo("alert::first"), "zq-early")

	require.NoError(t, s.store.ChangeMember(t.Context(), operator, s.member("manager").ID, inn.Staff, []string{"lake-house"}))
	writer.publish(report("zq-late"))
	writer.publish(alert("second"))
	assert.NotContains(t, upTo("alert::second"), "zq-late")
}
