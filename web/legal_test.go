package web_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/settings"
)

// change changes settings of a group as they are now, and waits until they count.
func (s *shop) change(group models.SettingGroup, changes ...models.SettingChange) {
	s.t.Helper()
	now, err := s.db.LoadSettings(s.t.Context())
	require.NoError(s.t, err)
	require.NoError(s.t, settings.NewEditor(s.db).Save(s.t.Context(), models.Actor{Who: "test"}, group, now.Group(group).Version, changes))
	s.clock.Advance(time.Second)
}

func TestLegal_PagesAreWrittenInMarkdownAndLinkedInTheFoot(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.get("/pages/terms").is(http.StatusNotFound)
		b.get("/").lacks("/pages/terms")

		s.change(models.GroupLegal,
			models.SettingChange{Key: models.LegalKey("terms", "en"), Value: "## Scope\n\nThese terms hold for **all** orders.\n\n<script>alert(1)</script>\n\n" +
				"<b onclick=x()>raw</b> [bad](javascript:alert(2)) [good](https://example.org/)"},
			models.SettingChange{Key: models.LegalKey("terms", "zh-Hans"), Value: "## 适用范围\n\n本条款适用于**所有**订单。"},
			models.SettingChange{Key: models.LegalKey("imprint", "zh-Hans"), Value: "柳编有限公司"},
		)
		home := b.get("/").is(http.StatusOK).has(`href="/pages/terms"`, `href="/pages/imprint"`)
		home.lacks("/pages/privacy", "/pages/returns")
		page := b.get("/pages/terms").is(http.StatusOK)
		title := english.T("footer.legal.terms")
		page.has("<h1>"+title+"</h1>", "Scope</h2>", "<strong>all</strong>", `href="https://example.org/"`, "<title>"+title)
		page.lacks("alert(1)</script>", "<b onclick", "javascript:", "适用范围")

		reader := s.browser()
		reader.header.Set("Accept-Language", "zh-CN")
		reader.get("/pages/terms").is(http.StatusOK).has(chinese.T("footer.legal.terms"), "适用范围", "<strong>所有</strong>").lacks("Scope")
		// Where the page is in one language alone, it is shown in that, and says so to machines.
		b.get("/pages/imprint").is(http.StatusOK).has(`lang="zh-Hans"`, "柳编有限公司")
		for _, none := range []string{"/pages/privacy", "/pages/secret", "/pages/legal.terms.en", "/pages"} {
			b.get(none).is(http.StatusNotFound)
		}

		s.change(models.GroupLegal, models.SettingChange{Key: models.LegalKey("terms", "en"), Reset: true})
		b.get("/pages/terms").is(http.StatusOK).has(`lang="zh-Hans"`, "适用范围")
		s.change(models.GroupLegal, models.SettingChange{Key: models.LegalKey("terms", "zh-Hans"), Reset: true})
		b.get("/pages/terms").is(http.StatusNotFound)
		b.get("/").lacks("/pages/terms")
	})
}
