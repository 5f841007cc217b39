package customers_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/settings"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/paymentstest"
)

func TestHousekeeping_ForgetsAsTheSettingsSay(t *testing.T) {
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		ctx := t.Context()
		err := settings.NewEditor(s.Store).Save(ctx, models.Actor{Who: "owner", RemoteAddr: "192.0.2.1"}, models.GroupRetention, 0,
			[]models.SettingChange{{Key: models.SettingKeepNetwork, Value: "3"}})
		require.NoError(t, err)
		address := func() string {
			list, err := s.Store.Audit(ctx, models.AuditFilter{})
			require.NoError(t, err)
			return list[len(list)-1].RemoteAddr
		}
		for _, step := range []struct {
			pass time.Duration
			want string
		}{{0, "192.0.2.1"}, {71 * time.Hour, "192.0.2.1"}, {2 * time.Hour, ""}} {
			s.Clock.Advance(step.pass)
			_, err := s.Jobs.RunOnce(ctx)
			require.NoError(t, err)
			assert.Equal(t, step.want, address(), step.pass)
		}
	})
}

func TestHousekeeping_KeepsEverythingForItsWholeTimeAndNoLonger(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		ctx := t.Context()
		s.AddZone()
		done, err := s.Place(ctx, s.CartFormTo(1, ""))
		require.NoError(t, err)
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(s.Order(done.Ref)).OrderNum))
		s.Deliver()
		waiting, err := s.Place(ctx, s.CartFormTo(1, ""))
		require.NoError(t, err)
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(s.Order(waiting.Ref)).OrderNum))
		s.Deliver()
		require.NoError(t, s.ShipAll(s.Order(done.Ref).ID, ""))
		begin := s.Clock.Now()
		kept := func() [3]int {
			return [3]int{
				modelstest.Count(t, s.DSN, "SELECT COUNT(*) FROM order_addresses"),
				modelstest.Count(t, s.DSN, "SELECT COUNT(*) FROM inbox WHERE data <> '' AND sign <> ''"),
				modelstest.Count(t, s.DSN, "SELECT COUNT(*) FROM audit_entries WHERE remote_addr <> ''"),
			}
		}
		look := func(at time.Duration) {
			s.Clock.Advance(begin.Add(at).Sub(s.Clock.Now()))
			_, err := s.Jobs.RunOnce(ctx)
			require.NoError(t, err)
		}
		const day = 24 * time.Hour
		for _, step := range []struct {
			at   time.Duration
			want [3]int
		}{
			{30 * day, [3]int{2, 2, 1}},
			{30*day + 10*time.Minute, [3]int{2, 2, 0}},
			{90 * day, [3]int{2, 2, 0}},
			{90*day + 10*time.Minute, [3]int{2, 0, 0}},
			{180 * day, [3]int{2, 0, 0}},
			{180*day + 10*time.Minute, [3]int{1, 0, 0}},
			{400 * day, [3]int{1, 0, 0}},
		} {
			look(step.at)
			assert.Equal(t, step.want, kept(), step.at)
		}
		assert.NotNil(t, s.Order(waiting.Ref).Address, "it was never handed over")
		assert.Equal(t, models.FulfilmentSent, s.Order(done.Ref).Fulfilment)

		// The period starts when the order is completed, however old it is.
		require.NoError(t, s.ShipAll(s.Order(waiting.Ref).ID, ""))
		look(579 * day)
		assert.Equal(t, 1, kept()[0])
		look(581 * day)
		assert.Equal(t, [3]int{0, 0, 0}, kept())
	})
}

func TestHousekeeping_NamesEveryoneAnewAfterAChangeOfTheKey(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		ctx := t.Context()
		coupon := s.AddCoupon(func(c *models.Coupon) { c.MaxPerShopper = 2 })
		for range 2 {
			_, err := s.Place(ctx, s.CartFormTo(1, "TEN"))
			require.NoError(t, err)
		}
		other := modelstest.Open(t, s.DSN, modelstest.WithClock(s.Clock), func(o *store.Options) { o.SealKey = []byte("another key of exactly 32 bytes!") })
		config := s.Config
		config.Store = other
		service, err := assembly.New(config)
		require.NoError(t, err)
		customer, err := other.CustomerID("ada@example.org")
		require.NoError(t, err)
		listed := func() int {
			page, err := other.CustomerOrders(ctx, customer, "")
			require.NoError(t, err)
			return len(page.Rows)
		}
		assert.Zero(t, listed())
		_, err = service.Jobs.RunOnce(ctx)
		require.NoError(t, err)
		assert.Equal(t, 2, listed())
		uses, err := other.CouponUsesBy(ctx, coupon.ID, "ada@example.org")
		require.NoError(t, err)
		assert.Equal(t, 2, uses)
		assert.Equal(t, 1, modelstest.Count(t, s.DSN, "SELECT COUNT(*) FROM coupon_shoppers WHERE uses = 2"))
		n, err := other.FillShoppers(ctx, 10)
		require.NoError(t, err)
		assert.Zero(t, n, "all are named")
	})
}
