package pricing_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/pricing"
	"github.com/coincart/coincart/models/store"
)

// clerk is the actor of the changes.
var clerk = models.Actor{Who: "clerk@example.com"}

// actions returns the actions and subjects in the audit log, newest first.
func actions(t *testing.T, s *store.Store) []string {
	t.Helper()
	list, err := s.Audit(t.Context(), models.AuditFilter{Limit: models.MaxPageRows})
	require.NoError(t, err)
	var names []string
	for _, e := range list {
		names = append(names, e.Action+" "+e.Subject)
	}
	return names
}

func TestSaveCoupon_IsKeptOrLostWithItsEntry(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		editor := pricing.NewEditor(s)
		c := models.Coupon{Code: "SPRING-10", Kind: models.CouponPercent, Value: models.MustAmount("10"), Enabled: true}
		id, err := editor.SaveCoupon(t.Context(), clerk, models.Coupon{}, c)
		require.NoError(t, err)
		stored, err := s.Coupon(t.Context(), id)
		require.NoError(t, err)

		_, err = editor.SaveCoupon(t.Context(), clerk, models.Coupon{}, c)
		require.ErrorIs(t, err, store.ErrDuplicate)
		require.ErrorIs(t, editor.SwitchCoupon(t.Context(), clerk, stored, stored.Version+1, false), store.ErrConflict)
		require.NoError(t, editor.SwitchCoupon(t.Context(), clerk, stored, stored.Version, false))
		require.ErrorIs(t, editor.SwitchCoupon(t.Context(), clerk, stored, stored.Version, true), store.ErrConflict)
		assert.Equal(t, []string{"coupon.switch coupon:SPRING-10", "coupon.create coupon:SPRING-10"}, actions(t, s))
		stored, err = s.Coupon(t.Context(), id)
		require.NoError(t, err)
		assert.False(t, stored.Enabled)
	})
}

func TestSaveZone_IsKeptOrLostWithItsEntry(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		editor := pricing.NewEditor(s)
		zone := models.Zone{
			Name: "Germany", Places: []models.Place{{Country: "DE"}}, TaxMode: models.TaxNone,
			Methods: []models.DeliveryMethod{{
				Title: "Parcel", Kind: models.DeliveryFlat, Enabled: true, Steps: models.Steps{{Price: models.MustAmount("5")}},
			}},
		}
		id, err := editor.SaveZone(t.Context(), clerk, models.Zone{}, zone)
		require.NoError(t, err)
		stored, err := s.Zone(t.Context(), id)
		require.NoError(t, err)
		_, err = editor.SaveZone(t.Context(), clerk, models.Zone{}, zone)
		taken := &store.PlaceTakenError{}
		require.ErrorAs(t, err, &taken)
		require.ErrorIs(t, editor.DeleteZone(t.Context(), clerk, stored, stored.Version+1), store.ErrConflict)
		require.NoError(t, editor.DeleteZone(t.Context(), clerk, stored, stored.Version))
		assert.Equal(t, []string{"zone.delete zone:Germany", "zone.create zone:Germany"}, actions(t, s))
	})
}
