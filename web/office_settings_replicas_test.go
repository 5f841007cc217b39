package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/web"
)

// replica is a second server over the same database, with a pool and caches of its own, and its address.
func (s *shop) replica(dsn string) string {
	s.t.Helper()
	money, config := s.money, s.config
	money.Store = modelstest.Open(s.t, dsn, modelstest.WithClock(s.clock))
	services, err := assembly.New(money)
	require.NoError(s.t, err)
	config.Store, config.Services = money.Store, services
	other, err := web.New(config)
	require.NoError(s.t, err)
	front := httptest.NewServer(other.Handler())
	s.t.Cleanup(front.Close)
	return front.URL
}

func TestSettings_CountWithinASecondOnEveryReplica(t *testing.T) {
	for name, makeDSN := range map[string]func(testing.TB) string{"sqlite": modelstest.SQLiteDSN, "mariadb": modelstest.MariaDBDSN} {
		t.Run(name, func(t *testing.T) {
			dsn := makeDSN(t)
			s := newShop(t, func(tb testing.TB, options ...modelstest.Option) *store.Store {
				tb.Helper()
				return modelstest.Open(tb, dsn, options...)
			})
			other := s.replica(dsn)
			owner, shopper := s.staffed(models.RoleOwner), s.browser()
			owner.stepUp()
			const form = "/admin/settings/shop"
			fields := func() []string {
				version := owner.get(form).is(http.StatusOK).field(form, "version")
				return []string{
					"version", version, "shop.name", "Weidenkorb", "shop.slogan.en", "Woven by hand", "shop.slogan.zh-Hans", "手工编织",
					"shop.contact_email", "ask@weidenkorb.example", "shop.languages", "en,zh-Hans",
				}
			}
			for _, address := range []string{"/", other + "/"} { // each has the old settings in its cache
				shopper.get(address).is(http.StatusOK).has("Osier").lacks("Weidenkorb")
			}
			owner.post(form, fields()...).redirects(form)
			s.clock.Advance(time.Second)
			for _, address := range []string{"/", other + "/"} {
				shopper.get(address).is(http.StatusOK).has("Weidenkorb", "Woven by hand", "ask@weidenkorb.example").lacks("Osier")
			}

			// Who changes what another replica's form was made of is told, and changes nothing.
			stale := fields()
			changed := fields()
			changed[3] = "Korbhaus"
			owner.post(form, changed...).redirects(form)
			stale[3] = "Strohhaus"
			owner.post(other+form, stale...).is(http.StatusConflict).has("Strohhaus")
			got, err := s.db.LoadSettings(t.Context())
			require.NoError(t, err)
			assert.Equal(t, "Korbhaus", got.ShopName())
			assert.Contains(t, s.entry("settings.change").After, "Korbhaus")

			// One language alone is offered: the other replica stops offering the rest.
			one := fields()
			one[3], one[len(one)-1] = "Korbhaus", "zh-Hans"
			owner.post(form, one...).redirects(form)
			s.clock.Advance(time.Second)
			shopper.get(other+"/").is(http.StatusOK).has(`lang="zh-Hans"`, "手工编织").lacks("Woven by hand")
		})
	}
}
