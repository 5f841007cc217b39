package settings_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/settings"
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

func TestSave_OfTwoGroupsOnTwoServersAtOnceAllCount(t *testing.T) {
	twoServers(t, func(t *testing.T, servers [2]*store.Store) {
		const rounds = 15
		fields := [2]models.SettingKey{models.SettingShopName, models.SettingStockLow}
		groups := [2]models.SettingGroup{models.GroupShop, models.GroupOrders}
		var saving errgroup.Group
		for i, s := range servers {
			saving.Go(func() error {
				for n := range rounds {
					change := models.SettingChange{Key: fields[i], Value: strconv.Itoa(100 + n)}
					if err := settings.NewEditor(s).Save(t.Context(), models.Actor{Who: "olga@example.org"}, groups[i], n, []models.SettingChange{change}); err != nil {
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

func TestSave_OfOneGroupOnTwoServersAtOnceOneWins(t *testing.T) {
	twoServers(t, func(t *testing.T, servers [2]*store.Store) {
		for round := range 15 { // the first makes the group's row
			values := [2]string{"left " + strconv.Itoa(round), "right " + strconv.Itoa(round)}
			var outcomes [2]error
			var saving errgroup.Group
			for i, s := range servers {
				saving.Go(func() error {
					outcomes[i] = settings.NewEditor(s).Save(t.Context(), models.Actor{Who: values[i]}, models.GroupShop, round, []models.SettingChange{
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

func TestSave_IsKeptOrLostWithItsEntry(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, editor, by := t.Context(), settings.NewEditor(s), models.Actor{Who: "olga@example.org"}
		require.NoError(t, editor.Save(ctx, by, models.GroupMail, 0, []models.SettingChange{
			{Key: models.SettingMailHost, Value: "mail.example.org"},
			{Key: models.SettingMailFrom, Value: "shop@example.org"},
			{Key: models.SettingMailUser, Value: "shop"},
			{Key: models.SettingMailPassword, Value: "a secret"},
		}))
		legal := []models.SettingChange{{Key: models.LegalKey("terms", "en"), Value: "## Scope"}}
		require.NoError(t, editor.Save(ctx, by, models.GroupLegal, 0, legal))
		require.NoError(t, editor.Save(ctx, by, models.GroupLegal, 1, legal), "nothing changes")
		require.NoError(t, editor.Save(ctx, by, models.GroupLegal, 1, []models.SettingChange{{Key: legal[0].Key, Reset: true}}))
		require.ErrorIs(t, editor.Save(ctx, by, models.GroupLegal, 1, legal), store.ErrConflict)
		modelstest.Product(t, s)
		for key, change := range map[models.SettingGroup]models.SettingChange{
			models.GroupMail:     {Key: models.SettingMailHost, Value: "other.example.org"}, // with the old one's password
			models.GroupCurrency: {Key: models.SettingCurrencyDigits, Value: "0"},           // with a price of 25.5
			models.GroupShop:     {Key: models.SettingMailHost, Value: "other.example.org"}, // of another group
		} {
			var refused *models.SettingError
			now, err := s.LoadSettings(ctx)
			require.NoError(t, err)
			require.ErrorAs(t, editor.Save(ctx, by, key, now.Group(key).Version, []models.SettingChange{change}), &refused)
		}
		list, err := s.Audit(ctx, models.AuditFilter{Limit: models.MaxPageRows})
		require.NoError(t, err)
		var entries []string
		for _, e := range list {
			entries = append(entries, e.Who+" "+e.Action+" "+e.Subject+" "+e.Before+" "+e.After)
		}
		const text = "8 characters, SHA-256 06f13eceae24bd0e"
		assert.Equal(t, []string{
			`olga@example.org settings.change settings:legal {"legal.terms.en":"` + text + `"} {"legal.terms.en":"(not set)"}`,
			`olga@example.org settings.change settings:legal {"legal.terms.en":""} {"legal.terms.en":"` + text + `"}`,
			`olga@example.org settings.change settings:mail {"mail.from":"","mail.host":"","mail.password":"","mail.user":""}` +
				` {"mail.from":"shop@example.org","mail.host":"mail.example.org","mail.password":"(secret)","mail.user":"shop"}`,
		}, entries, "what was refused is not in the log")
	})
}

func TestSave_TheStartOfOrderNumbersCanOnlyBeRaised(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		editor, version := settings.NewEditor(s), 0
		save := func(start string) error {
			err := editor.Save(t.Context(), models.Actor{Who: "olga@example.org"}, models.GroupShop, version,
				[]models.SettingChange{{Key: models.SettingNumberStart, Value: start, Reset: start == ""}})
			if err == nil {
				version++
			}
			return err
		}
		require.NoError(t, save("7"), "there are no orders yet")
		require.NoError(t, save("500"))
		assert.Equal(t, 500, modelstest.Order(t, s).Number)
		for _, low := range []string{"1", "499"} {
			var refused *models.SettingError
			require.ErrorAs(t, save(low), &refused, low)
			assert.Equal(t, models.SettingError{Key: models.SettingNumberStart, Problem: invalid.Raise}, *refused)
		}
		require.NoError(t, save("9000"))
		require.NoError(t, save("8000"), "no order has a number of this range")
		assert.Equal(t, 8000, modelstest.Order(t, s).Number)
		require.Error(t, save(""), "the default is lower")
		assert.Equal(t, 8001, modelstest.Order(t, s).Number)
	})
}
