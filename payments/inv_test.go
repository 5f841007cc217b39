package payments_test

import (
	"testing"

	"coincart/models/store"
)

func checkInvariants(t *testing.T, db *store.Store) { t.Helper(); _ = db }
