package store_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// twoServers runs a scenario on two stores over one database, of each kind.
func twoServers(t *testing.T, scenario func(t *testing.T, servers [2]*store.Store)) {
	t.Helper()
	for name, fresh := range map[string]func(testing.TB) string{"sqlite": modelstest.SQLiteDSN, "mariadb": modelstest.MariaDBDSN} {
		t.Run(name, func(t *testing.T) {
			dsn := fresh(t)
			scenario(t, [2]*store.Store{modelstest.Open(t, dsn), modelstest.Open(t, dsn)})
		})
	}
}

func TestSaveSettings_OfTwoGroupsOnTwoServersAtOnceAllCount(t *testing.T) {
	twoServers(t, func(t *testing.T, servers [2]*store.Store) {
		const rounds = 15
		fields := [2]models.SettingKey{models.SettingShopName, models.SettingStockLow}
		groups := [2]models.SettingGroup{models.GroupShop, models.GroupOrders}
		var saving errgroup.Group
		for i, s := range servers {
			saving.Go(func() error {
				for n := range rounds {
					change := models.SettingChange{Key: fields[i], Value: strconv.Itoa(100 + n)}
					if err := s.SaveSettings(t.Context(), models.Actor{Who: "olga@example.org"}, groups[i], n, []models.SettingChange{change}); err != nil {
						return err
					}
				}
				return nil
			})
		}
		require.NoError(t, saving.Wait())
		for _, s := range servers {
			got, err := s.LoadSettings(t.Context())
			require.NoError(t, err)
			for i, group := range groups {
				assert.Equal(t, rounds, got.Group(group).Version, group)
				assert.Equal(t, strconv.Itoa(100+rounds-1), got.Text(fields[i]))
			}
		}
		entries, broken, err := servers[0].VerifyAudit(t.Context())
		require.NoError(t, err)
		assert.Nil(t, broken)
		assert.EqualValues(t, 2*rounds, entries)
	})
}

func TestSaveSettings_OfOneGroupOnTwoServersAtOnceOneWins(t *testing.T) {
	twoServers(t, func(t *testing.T, servers [2]*store.Store) {
		for round := range 15 { // the first makes the group's row
			values := [2]string{"left " + strconv.Itoa(round), "right " + strconv.Itoa(round)}
			var outcomes [2]error
			var saving errgroup.Group
			for i, s := range servers {
				saving.Go(func() error {
					outcomes[i] = s.SaveSettings(t.Context(), models.Actor{Who: values[i]}, models.GroupShop, round, []models.SettingChange{
						{Key: models.SettingShopName, Value: values[i]}, {Key: models.SloganKey("en"), Value: values[i]},
					})
					return nil
				})
			}
			require.NoError(t, saving.Wait())
			winner := 0
			if outcomes[0] != nil {
				winner = 1
			}
			require.NoError(t, outcomes[winner])
			require.ErrorIs(t, outcomes[1-winner], store.ErrConflict, "the other is told")
			got, err := servers[1-winner].LoadSettings(t.Context())
			require.NoError(t, err)
			assert.Equal(t, [2]string{values[winner], values[winner]}, [2]string{got.ShopName(), got.Slogan("en")}, "all of one form, nothing of the other")
			assert.Equal(t, round+1, got.Group(models.GroupShop).Version)
			assert.Equal(t, values[winner], got.Group(models.GroupShop).Who)
		}
		entries, broken, err := servers[0].VerifyAudit(t.Context())
		require.NoError(t, err)
		assert.Nil(t, broken)
		assert.EqualValues(t, 15, entries, "what was refused is not in the audit log")
	})
}
