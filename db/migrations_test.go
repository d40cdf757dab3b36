package db

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A migration beside the engines' folders is built into nothing, and never applied.
func TestEveryMigrationBelongsToAnEngine(t *testing.T) {
	stray, err := filepath.Glob("migrations/*.sql")
	require.NoError(t, err)
	assert.Empty(t, stray, "a migration stands in the folder of its engine")
	ours, err := filepath.Glob("migrations/sqlite/*.sql")
	require.NoError(t, err)
	embedded, err := migrations.ReadDir("migrations/sqlite")
	require.NoError(t, err)
	assert.Len(t, embedded, len(ours))
}
