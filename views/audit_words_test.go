package views

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"baithaka/internal/inn"
)

func TestActsAreToldInPeoplesWords(t *testing.T) {
	properties := []inn.Property{{Slug: inn.Desk, Name: "Desk"}, {Slug: "lake", Name: "Lake House"}, {Slug: "hill", Name: "Hill Cottage"}}
	for _, c := range []struct {
		action    inn.AuditAction
		kept, say string
	}{
		{inn.MemberAdded, "PROPERTY_MANAGER, + desk, + lake", "Manager, with Desk, Lake House"},
		{inn.MemberAltered, "STAFF → PROPERTY_MANAGER, + hill, − lake", "from Staff to Manager, with Hill Cottage, no longer Lake House"},
		{inn.MemberAltered, "− lake", "no longer Lake House"},
		{inn.MemberInvited, "USER", "Member"},
		{inn.MemberAdded, "", ""},
		{inn.MemberAdded, "something else", "something else"},
		{inn.KeyAdded, "events:write, money:read for lake, gone", "may publish bookings, alerts and changes; see amounts and revenue, for Lake House, gone"},
		{inn.KeyAdded, "metrics:read for every property", "may read the program's own figures (Prometheus), for every property"},
		{inn.KeyAdded, "", ""},
		{inn.SettingsChanged, "zone UTC → Asia/Kolkata, cleanup_low_days 7 → 14", "time zone: UTC → Asia/Kolkata; Cards, of low priority, days: 7 → 14"},
		{inn.SettingsChanged, "odd a → b", "odd a → b"},
		{inn.LinkMade, "STAFF", "STAFF"},
	} {
		assert.Equal(t, c.say, detail(inn.Act{Action: c.action, Detail: c.kept}, properties), c.kept)
	}
}

func TestEveryActionHasAWord(t *testing.T) {
	for _, action := range inn.AuditActions {
		assert.NotEqual(t, string(action), actionWord(action))
	}
}
