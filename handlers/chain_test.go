package handlers

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The audit's page says up to where its chain stands, with the head to keep
// elsewhere, or where it is broken.
func TestTheAuditPageSaysWhetherItsChainStands(t *testing.T) {
	sound, broken := newSite(t), newSite(t)
	raw, err := sql.Open("sqlite", "file:"+broken.db.Path+"?_pragma=busy_timeout(5000)")
	require.NoError(t, err)
	defer raw.Close()
	_, err = raw.Exec(`DROP TRIGGER audit_keeps; UPDATE audit SET by_name = 'somebody else' WHERE id = 2`)
	require.NoError(t, err)

	page := sound.as("super").get("/activity/audit").Body
	chain, err := sound.store.Chain(t.Context())
	require.NoError(t, err)
	assert.Contains(t, page, `data-chain="stands"`)
	assert.Contains(t, page, chain.Head)
	page = broken.as("super").get("/activity/audit").Body
	assert.Contains(t, page, `data-chain="broken"`)
	assert.Contains(t, page, "act 2 was changed")
}
