package payments_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/store"
)

// checkInvariants runs the SQL of reliability.md §4: no row may come back.
func checkInvariants(t *testing.T, db *store.Store) {
	t.Helper()
	violations, err := db.Invariants(t.Context())
	require.NoError(t, err)
	assert.Empty(t, violations)
}
