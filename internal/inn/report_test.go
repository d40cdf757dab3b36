package inn

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestAReportGivesNothingAway: what others say of people is free in form, and
// still shows no amount and no contact to who may not see any.
func TestAReportGivesNothingAway(t *testing.T) {
	e := &Event{Type: UserAction, Data: json.RawMessage(`{"action":"refunded","amount":777,"currency":"INR","customerEmail":"a@b.c","reported":"key:till"}`)}
	assert.JSONEq(t, `{"action":"refunded","reported":"key:till"}`, string(Redact(e, Visibility{}).Data))
	assert.JSONEq(t, `{"action":"refunded","amount":777,"currency":"INR","reported":"key:till"}`, string(Redact(e, Visibility{Money: true}).Data))
	assert.Equal(t, e, Redact(e, Visibility{Money: true, Contacts: true}))
}
