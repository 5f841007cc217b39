package modelstest

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// NoLimits lets anybody have any number of unpaid orders, of any size: the limits of a shop are for shoppers, and most tests have one shopper
// who orders again and again.
func NoLimits(tb testing.TB, db *store.Store) {
	tb.Helper()
	SetLimits(tb, db, models.OrderLimits{})
}

// SetLimits stores limits as the shop's settings.
func SetLimits(tb testing.TB, db *store.Store, limits models.OrderLimits) {
	tb.Helper()
	SetSettings(tb, db, models.GroupLimits, map[models.SettingKey]int{
		models.SettingMaxPieces: limits.Pieces, models.SettingOpenPayer: limits.Payer, models.SettingOpenEmail: limits.Email,
		models.SettingOpenNetwork: limits.Network,
	})
}

// SetSettings stores numbers as settings of one group.
func SetSettings(tb testing.TB, db *store.Store, group models.SettingGroup, numbers map[models.SettingKey]int) {
	tb.Helper()
	settings, err := db.LoadSettings(tb.Context())
	require.NoError(tb, err)
	changes := make([]models.SettingChange, 0, len(numbers))
	for key, n := range numbers {
		changes = append(changes, models.SettingChange{Key: key, Value: strconv.Itoa(n)})
	}
	require.NoError(tb, db.WriteSettings(tb.Context(), group, settings.Group(group).Version, "test", changes))
}
