package web_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/payments/sandbox"
)

// live makes BTC's rate come from the sandbox's market call and lets the first answer arrive.
func (s *shop) live() {
	s.t.Helper()
	require.NoError(s.t, s.db.PutCoin(s.t.Context(), models.Coin{
		Symbol: "BTC", Name: "Bitcoin", Precision: 8, Rate: models.MustAmount("97000"), RateSource: models.FixedRate, RateAt: s.clock.Now(),
		Enabled: true, Position: 1, Source: models.ExchangeSource, SourceSymbol: "btcusdt", MaxAge: 120, MaxJump: models.MustAmount("10"),
		Spread: models.MustAmount("0.5"),
	}))
	s.work()
}

// market sets the sandbox's price and lets the shop ask for it.
func (s *shop) market(price string) {
	s.t.Helper()
	require.NoError(s.t, s.platform.SetTicker(sandbox.Ticker{Symbol: "btcusdt", Price: price}))
	s.clock.Advance(30 * time.Second)
	s.work()
}

func TestCheckout_QuoteIsKeptUntilTheEndThatIsShown(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.live()
		b := s.browser()
		b.buy("2")
		end := s.clock.Now().Add(10 * time.Minute)
		rate := english.T("coin.rate_from", "Symbol", "BTC", "Rate", "$97,250.00", "Source", "Exchange ticker")
		b.get("/checkout").is(http.StatusOK).has("0.00024803 BTC", rate, "0.5%", `data-until="600"`, end.UTC().Format("15:04 MST"))
		form := b.form("coin", "BTC")
		s.market("98000")
		p := b.post("/checkout", append(form, "email", "nobody")...).is(http.StatusUnprocessableEntity)
		p.has("0.00024803 BTC").lacks(`class="notices"`) // another field was wrong: the amount stays
		pay := b.post("/checkout", form...).is(http.StatusSeeOther).header.Get("Location")
		assert.Contains(t, pay, "/platform/pay.html?")
		order, err := s.db.OrderByFormToken(t.Context(), form[1])
		require.NoError(t, err)
		a := order.Current()
		assert.Equal(t, "0.00024803", a.Amount.String())
		assert.Equal(t, "97250", a.Rate.String())
		assert.Equal(t, "0.00024803", string(s.platform.Orders()[0].Amount))
		b.get("/orders/"+order.Ref).is(http.StatusOK).has("0.00024803 BTC", rate, "0.5%")
	})
}

func TestCheckout_AfterTheEndTheNewAmountIsShownFirst(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.live()
		b := s.browser()
		b.buy("2")
		form := b.form("coin", "BTC")
		s.market("98000")
		s.clock.Advance(10 * time.Minute)
		s.work()
		p := b.post("/checkout", form...).is(http.StatusConflict).has("0.00024613 BTC", `class="notices"`)
		assert.Equal(t, alice, p.value("payer_uid"), "what was typed stays")
		assert.Equal(t, "BTC", p.chosen("coin"))
		assert.Empty(t, s.platform.Orders())
		b.post("/checkout", append(form, "quotes", p.value("quotes"))...).is(http.StatusSeeOther)
		assert.Len(t, s.platform.Orders(), 1)
	})
}

func TestCheckout_ACoinThatRestsIsSaidAndRefused(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.live()
		s.market("200000")
		b := s.browser()
		b.buy("2")
		p := b.get("/checkout").is(http.StatusOK).has(english.T("coin.paused", "Symbol", "BTC"), "24 USDT").lacks(" BTC</span>", "data-until")
		assert.Equal(t, "USDT", p.chosen("coin"))
		refused := b.post("/checkout", b.form("coin", "BTC")...).is(http.StatusUnprocessableEntity)
		refused.has(english.T("field.problem.paused"))
		assert.Equal(t, alice, refused.value("payer_uid"))
		b.post("/checkout", b.form()...).is(http.StatusSeeOther)
	})
}

func TestOrder_PayingAgainFreezesAQuoteOfItsOwn(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.live()
		b := s.browser()
		_, order := b.place("2")
		at := "/orders/" + order.Ref
		shown := b.get(at).is(http.StatusOK).has("0.00024803 BTC", `data-until="600"`)
		s.market("98000")
		b.post(at+"/pay", "coin", "BTC", "payer_uid", alice).is(http.StatusConflict).has("0.00024613 BTC", `class="notices"`)
		assert.Len(t, s.order(at).Attempts, 1, "nothing was closed for it")
		b.post(at+"/pay", "coin", "BTC", "payer_uid", alice, "quotes", shown.value("quotes")).is(http.StatusSeeOther)
		paid := s.order(at)
		a := paid.Current()
		assert.Equal(t, "0.00024803", a.Amount.String(), "as it was shown")
		assert.False(t, a.QuoteExpiresAt.IsZero())
	})
}

func TestOffice_CoinsAreListedMadeAndChanged(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.live()
		c := s.trusted(models.RoleFinance)
		c.get("/admin/coins").is(http.StatusOK).has(
			"BTC", english.T("admin.coin_state.good"), "$97,250.00", "Exchange ticker", english.T("admin.coin_state.fixed"), "{platform}/sapi/v1/ticker")

		form := []string{
			"symbol", "ltc", "name", "Litecoin", "precision", "8", "rounding", "4", "minimum", "0.01", "spread", "1.5%", "position", "7", "enabled", "1",
			"source", "", "rate", "84.5", "version", "0",
		}
		c.post("/admin/coins", form...).redirects("/admin/coins/LTC")
		shown := c.get("/admin/coins/LTC").is(http.StatusOK).has("Litecoin", english.T("admin.coin_state.fixed"), "$84.50", "1.5%")
		assert.Equal(t, "4", shown.value("rounding"))
		ltc, err := s.db.Coin(t.Context(), "LTC")
		require.NoError(t, err)
		assert.Equal(t, 4, ltc.Digits())
		assert.Equal(t, "1.5", ltc.Spread.String())
		assert.Equal(t, 1, ltc.Version)
		c.post("/admin/coins", form...).is(http.StatusUnprocessableEntity).has(english.T("field.problem.taken.coin_symbol"))

		changed := []string{
			"version", "1", "name", "Litecoin", "precision", "8", "rounding", "", "position", "7", "enabled", "1", "source", "exchange",
			"source_symbol", "ltcusdt", "max_age", "60", "max_jump", "20",
		}
		c.post("/admin/coins/LTC", changed...).redirects("/admin/coins/LTC")
		c.post("/admin/coins/LTC", changed...).is(http.StatusConflict) // somebody else's change is not lost
		s.work()
		c.get("/admin/coins/LTC").is(http.StatusOK).has(english.T("admin.coin_state.missing"), english.T("admin.fetch_problem.status"))

		entries, err := s.db.Audit(t.Context(), models.AuditFilter{Action: "coin."})
		require.NoError(t, err)
		require.Len(t, entries, 2)
		assert.Contains(t, entries[0].After, `"source":"exchange"`)
		assert.Empty(t, c.get("/admin/coins/new").is(http.StatusOK).value("rounding"), "it follows the coin's decimals")
		c.get("/admin/coins/XYZ").is(http.StatusNotFound)
		c.get("/admin/coins/xyz").is(http.StatusNotFound)
		c.get("/admin/coins/BTC?span=year").is(http.StatusUnprocessableEntity)
		c.get("/admin/coins/BTC?after=nonsense").is(http.StatusUnprocessableEntity)
	})
}

func TestOffice_CoinFormSaysWhatIsWrong(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.trusted(models.RoleFinance)
		good := map[string]string{
			"symbol": "LTC", "name": "Litecoin", "precision": "8", "rate": "84.5", "version": "0",
		}
		for name, change := range map[string]struct{ field, value, where string }{
			"symbol":          {"symbol", "L-T-C", "symbol"},
			"no name":         {"name", "", "name"},
			"name turned":     {"name", "Lite\u202ecoin", "name"},
			"signs in a name": {"name", "Lite\x00coin", "name"},
			"digits":          {"precision", "19", "precision"},
			"signed digits":   {"precision", "+8", "precision"},
			"rounding":        {"rounding", "9", "rounding"},
			"rate":            {"rate", "1e5", "rate"},
			"no rate":         {"rate", "", "rate"},
			"zero rate":       {"rate", "0", "rate"},
			"negative spread": {"spread", "-1", "spread"},
			"huge spread":     {"spread", "101", "spread"},
			"minimum":         {"minimum", "0.000000001", "minimum"},
			"source":          {"source", "nobody", "source"},
			"pair":            {"source", "exchange", "source_symbol"},
		} {
			var fields []string
			for k, v := range good {
				if k == change.field {
					v = change.value
				}
				fields = append(fields, k, v)
			}
			if _, ok := good[change.field]; !ok {
				fields = append(fields, change.field, change.value)
			}
			p := c.post("/admin/coins", fields...).is(http.StatusUnprocessableEntity)
			p.has(`id="` + change.where + `-problem"`)
			_, err := s.db.Coin(t.Context(), "LTC")
			require.Error(t, err, name)
		}
	})
}

func TestOffice_AJumpIsAcceptedByAPerson(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.live()
		s.market("120000")
		viewer := s.staffed(models.RoleViewer)
		viewer.get("/admin/coins/BTC").is(http.StatusOK).has(english.T("admin.coin_state.jumped"), "$120,000.00", "+23.4%").lacks("/accept")
		viewer.get("/admin/inbox").is(http.StatusOK).has(english.T("admin.remark.rate_jumped", "Coin", "BTC", "From", "97250", "To", "120000"))
		c := s.trusted(models.RoleFinance)
		page := c.get("/admin/coins/BTC").is(http.StatusOK)
		c.post("/admin/coins/BTC/accept", "seen", "100000").is(http.StatusUnprocessableEntity).has(english.T("admin.refusal.rate_moved"))
		c.post("/admin/coins/BTC/accept", "seen", page.value("seen")).redirects("/admin/coins/BTC")
		c.get("/admin/coins/BTC").is(http.StatusOK).has(english.T("admin.coin_state.good"), "$120,000.00", english.T("admin.notice.rate_accepted"))
		c.get("/admin/inbox").is(http.StatusOK).lacks(english.Piece("admin.remark.rate_jumped", "Coin", "From", "To"))
		c.post("/admin/coins/BTC/accept", "seen", "much").is(http.StatusBadRequest)
	})
}

func TestOffice_PriceSourcesAreTriedAndChanged(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.live()
		c := s.trusted(models.RoleFinance)
		at := "/admin/price-sources/exchange"
		c.get(at).is(http.StatusOK).has("Exchange ticker", "btcusdt")
		form := func(change ...string) []string {
			return append([]string{
				"version", "0", "name", "Ticker", "url", "{platform}/sapi/v1/ticker?symbol={symbol}", "path", "/last", "time_path", "/time", "enabled", "1",
				"try_symbol", "btcusdt",
			}, change...)
		}
		c.post(at, form("try", "1")...).is(http.StatusOK).has(
			english.T("admin.trial.good", "Rate", "97250"), s.exchange+"/sapi/v1/ticker?symbol=btcusdt", "&#34;last&#34;:&#34;97250&#34;")
		require.NoError(t, s.platform.SetTicker(sandbox.Ticker{Symbol: "btcusdt", Price: "97250", Fault: sandbox.TickerHTML}))
		c.post(at, form("try", "1")...).is(http.StatusOK).has(english.T("admin.fetch_problem.not_json"), "&lt;title&gt;Maintenance").lacks("<title>Maintenance")
		require.NoError(t, s.platform.SetTicker(sandbox.Ticker{Symbol: "btcusdt", Price: "97250"}))

		c.post(at, form()...).redirects(at)
		stored, err := s.db.PriceSource(t.Context(), models.ExchangeSource)
		require.NoError(t, err)
		assert.Equal(t, "Ticker", stored.Name)
		assert.Equal(t, 1, stored.Version)
		c.post(at, form()...).is(http.StatusConflict)

		for name, wrong := range map[string][2]string{
			"an address inside": {"url", "http://10.0.0.1/{symbol}"}, "metadata": {"url", "http://169.254.169.254/latest/{symbol}"},
			"a file": {"url", "file:///etc/passwd?{symbol}"}, "no symbol": {"url", "https://prices.example/btc"},
			"the database": {"url", "http://127.0.0.1:3306/{symbol}"}, "no pointer": {"path", "last"}, "no name": {"name", ""},
		} {
			fields := []string{"version", "1", "name", "Ticker", "url", "https://prices.example/{symbol}", "path", "/last", "enabled", "1", "try_symbol", "x1", "try", "1"}
			for i := 0; i < len(fields); i += 2 {
				if fields[i] == wrong[0] {
					fields[i+1] = wrong[1]
				}
			}
			c.post(at, fields...).is(http.StatusUnprocessableEntity).has(`id="` + wrong[0] + `-problem"`)
			assert.NotEmpty(t, name)
		}
		created := c.post("/admin/price-sources", "version", "0", "name", "Second", "url", s.exchange+"/sapi/v1/ticker?symbol={symbol}", "path", "/last", "enabled", "1").
			is(http.StatusSeeOther).header.Get("Location")
		c.get(created).is(http.StatusOK).has("Second")
		c.get("/admin/coins").is(http.StatusOK).has("Second", english.T("admin.source.unused"))
		c.get("/admin/price-sources/" + models.NewID()).is(http.StatusNotFound)
		c.get("/admin/price-sources/other").is(http.StatusNotFound)
		entries, err := s.db.Audit(t.Context(), models.AuditFilter{Action: "source."})
		require.NoError(t, err)
		assert.Len(t, entries, 2)
	})
}

func TestCheckout_AShopOfManyCoinsSells(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	for n := range 200 {
		modelstest.Coin(t, s.db, func(c *models.Coin) { c.Symbol, c.Position = fmt.Sprintf("COIN%d", n), n+10 })
	}
	b := s.browser()
	b.buy("2")
	b.post("/checkout", b.form("coin", "USDT")...).is(http.StatusSeeOther)
	assert.Len(t, s.platform.Orders(), 1)
}
