package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/health"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/payments/doctor"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web"
)

func TestSettings_BothServersFollowWithinASecond(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		owner := s.staffed(models.RoleOwner)
		owner.stepUp()
		first := s.web
		second, err := web.New(s.config)
		require.NoError(t, err)
		b := s.browser()
		on := func(server *web.Server) page {
			s.use(server.Handler())
			return b.get("/")
		}
		on(first).has("Osier").lacks("Lantern")
		on(second).has("Osier").lacks("Lantern")

		s.use(first.Handler())
		owner.post("/admin/settings/shop", "version", "0", "shop.name", "Lantern & Sons", "shop.slogan.en", "Light for all", "shop.languages", "en",
			"shop.contact_email", "hello@shop.example").redirects("/admin/settings/shop")
		s.clock.Advance(time.Second)
		for _, server := range []*web.Server{first, second} {
			on(server).has("Lantern &amp; Sons").has("Light for all").has("mailto:hello@shop.example").lacks("简体中文")
		}
		s.use(first.Handler())
		owner.get("/admin/settings/shop").is(http.StatusOK).has(owner.person.Email)
	})
}

func TestSettings_ALostUpdateIsToldAndProblemsStandAtTheirFields(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		owner := s.staffed(models.RoleOwner)
		owner.stepUp()
		owner.post("/admin/settings/orders", "version", "0", "orders.ttl", "45", "quote.ttl", "10", "stock.low", "5", "alerts.daily_hour", "7", "orders.shipment_undo", "60").redirects("/admin/settings/orders")
		owner.post("/admin/settings/orders", "version", "0", "orders.ttl", "60", "quote.ttl", "10", "stock.low", "5", "alerts.daily_hour", "7", "orders.shipment_undo", "60").is(http.StatusConflict).has(`value="60"`)
		owner.post("/admin/settings/orders", "version", "1", "orders.ttl", "1", "quote.ttl", "x", "stock.low", "5", "alerts.daily_hour", "7", "orders.shipment_undo", "60").
			is(http.StatusUnprocessableEntity).has(`id="orders.ttl-problem"`).has(`id="quote.ttl-problem"`)
		settings, err := s.db.LoadSettings(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 45*time.Minute, settings.OrderTTL())
		assert.Equal(t, models.FromDefault, settings.Source(models.SettingQuoteTTL), "what stays as it is is not set")

		s.staffed(models.RoleViewer).get("/admin/settings/orders").is(http.StatusOK).has("disabled")
	})
}

func TestSettings_TheMailPasswordIsSealedAndNeverShown(t *testing.T) {
	const hidden = "hunter2-hunter2"
	var sent []mail.Message
	each(t, func(t *testing.T, s *shop) {
		owner := s.staffed(models.RoleOwner)
		owner.stepUp()
		form := []string{"mail.host", "mail.shop.example", "mail.port", "587", "mail.tls", "starttls", "mail.user", "shop", "mail.from", "shop@shop.example"}
		owner.post("/admin/settings/mail", append([]string{"version", "0", "mail.password", hidden}, form...)...).redirects("/admin/settings/mail")
		owner.get("/admin/settings/mail").is(http.StatusOK).lacks(hidden).has("mail.shop.example")
		owner.get("/admin/audit").is(http.StatusOK).has("settings.change").lacks(hidden)
		stored, err := s.db.Settings(t.Context())
		require.NoError(t, err)
		assert.Empty(t, stored["mail.password"], "sealed, not in the clear")
		settings, err := s.db.LoadSettings(t.Context())
		require.NoError(t, err)
		assert.Equal(t, hidden, settings.Mail().Password.Reveal())

		form[1] = "evil.example"
		owner.post("/admin/settings/mail", append([]string{"version", "1"}, form...)...).
			is(http.StatusUnprocessableEntity).has(`id="mail.password-problem"`)
		owner.post("/admin/settings/mail/test").is(http.StatusOK).has("535 no such user")
		assert.NotEmpty(t, sent)
		assert.Equal(t, owner.person.Email, sent[len(sent)-1].To)
	}, func(c *web.Config) {
		c.TryMail = func(_ context.Context, m mail.Message) mail.Trial {
			sent = append(sent, m)
			return mail.Trial{Outcome: mail.TrialLogin, Server: "mail.shop.example:587", Answer: "535 no such user"}
		}
	})
}

func TestSettings_TheCurrencyIsLockedOnceThereAreOrders(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		owner := s.staffed(models.RoleOwner)
		owner.stepUp()
		owner.post("/admin/settings/currency", "version", "0", "shop.currency", "EUR", "shop.currency_digits", "2").is(http.StatusUnprocessableEntity)
		owner.post("/admin/settings/currency", "version", "0", "shop.currency", "eur", "shop.currency_digits", "2", "confirm", "1").redirects("/admin/settings/currency")
		s.clock.Advance(time.Second)
		s.browser().get("/").has("€")
		s.anyOrder(t)
		owner.get("/admin/settings/currency").is(http.StatusOK).has(english.T("settings.currency.locked"))
		owner.post("/admin/settings/currency", "version", "1", "shop.currency", "USD", "shop.currency_digits", "2", "confirm", "1").
			is(http.StatusUnprocessableEntity)
	})
}

func (s *shop) anyOrder(t *testing.T) {
	t.Helper()
	now := s.clock.Now()
	order := models.Order{
		ID: models.NewID(), Ref: models.NewRef(), State: models.OrderAwaiting, Email: "a@b.example", Lang: "en", Currency: "EUR", Digits: 2,
		FormToken: models.NewRef(), CreatedAt: now, UpdatedAt: now, ExpiresAt: now.Add(time.Hour), DueAt: now.Add(time.Hour),
	}
	require.NoError(t, s.db.InsertOrder(t.Context(), &order))
}

func TestLegal_PagesAreShownInTheirLanguageAndLinked(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.get("/pages/terms").is(http.StatusNotFound)
		owner := s.staffed(models.RoleOwner)
		owner.stepUp()
		owner.post("/admin/settings/legal", "version", "0", "page", "terms", "preview", "1", "legal.terms.en", "# Terms\n\n*soon*").
			is(http.StatusOK).has("<em>soon</em>")
		b.get("/pages/terms").is(http.StatusNotFound)
		owner.post("/admin/settings/legal", "version", "0", "page", "terms", "legal.terms.en", "Hello *there* <script>alert(1)</script>",
			"legal.terms.zh-Hans", "您好").redirects("/admin/settings/legal?page=terms")
		s.clock.Advance(time.Second)
		b.get("/pages/terms").is(http.StatusOK).has("<em>there</em>").lacks("<script>alert")
		b.get("/").has(`href="/pages/terms"`).lacks(`href="/pages/privacy"`)
		b.get("/pages/privacy").is(http.StatusNotFound)
		b.get("/pages/nonsense").is(http.StatusNotFound)
	})
}

func TestHealth_ShowsFindingsInWords(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	s.staffed(models.RoleViewer).get("/admin/health").is(http.StatusOK).has(english.T("doctor.check.database")).lacks("doctor.says")
}

func TestFindingWords_EveryCodeHasThem(t *testing.T) {
	for _, lang := range models.ShopLanguages() {
		p := i18n.ByTag(lang)
		for _, code := range findingCodes(t) {
			w := doctor.TextOf(health.Finding{Check: doctor.CheckKeys, Status: health.Bad, Code: code, Values: []string{"Words", "x"}}, p)
			assert.False(t, strings.HasPrefix(w.Says, "doctor."), "%s %s", lang, code)
			assert.False(t, strings.HasPrefix(w.Check, "doctor."), "%s %s", lang, code)
		}
		for _, check := range allChecks() {
			assert.NotEqual(t, "doctor.check."+string(check), p.T("doctor.check."+string(check)))
		}
		for _, outcome := range modelstest.Constants[mail.Outcome]() {
			assert.NotEqual(t, "settings.trial."+string(outcome), p.T("settings.trial."+string(outcome)))
		}
	}
	tags := make([]string, 0, 2)
	for _, l := range i18n.Languages() {
		tags = append(tags, l.Tag)
	}
	assert.Equal(t, tags, models.ShopLanguages())
}
