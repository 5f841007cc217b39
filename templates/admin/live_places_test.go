package admin_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/static"
	"github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/browsertest"
	"github.com/coincart/coincart/templates/i18n"
)

func TestLive_PlacesAreFoundByWhatIsTyped(t *testing.T) {
	browsertest.Need(t)
	f := fixtures{i18n.ByTag("en")}
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	mux.HandleFunc("GET /admin/delivery/new", func(w http.ResponseWriter, r *http.Request) {
		browsertest.Show(w, r, admin.Zone(f.zone()))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	tab := browsertest.Open(t, 3*time.Minute, browsertest.Still())
	said := browsertest.Listen(tab)

	// seen lists the places that are in view.
	seen := func(want string) chromedp.Action[chromedp.Void] {
		return browsertest.Until(`[...document.querySelectorAll(".finder label")].filter((label) => label.checkVisibility()).map((label) => label.textContent.trim()).join(", ") === "` + want + `"`)
	}
	typed := func(text string) chromedp.Action[chromedp.Void] {
		return browsertest.Run(`{ const field = document.querySelector("[data-find]"); field.focus(); field.value = "` + text + `"; field.dispatchEvent(new Event("input", { bubbles: true })); }`)
	}
	counted := func(words string) chromedp.Action[chromedp.Void] {
		return browsertest.Until(`document.querySelector("[data-finder] [data-count]").textContent.trim() === ` + strconv.Quote(words))
	}
	none := func(words string) chromedp.Action[chromedp.Void] {
		return browsertest.Until(`document.querySelector("[data-none]").textContent === ` + strconv.Quote(words))
	}
	// A real Enter is one event, from which the browser makes the character unless a script prevents it.
	enter := chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, input.DispatchKeyEvent, input.DispatchKeyEventParams{
			Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", Text: "\r", WindowsVirtualKeyCode: 13,
		})
		return err
	})
	type steps []chromedp.Action[chromedp.Void]
	const all = "Afghanistan, Albania, Algeria, American Samoa, Andorra, Angola, Anguilla, Antigua & Barbuda, Argentina"
	for _, step := range []struct {
		name    string
		actions steps
	}{
		{"countries are open, regions fold away", steps{
			browsertest.Discard(chromedp.Navigate(server.URL + "/admin/delivery/new")), seen(all), counted(english.T("admin.zone.add.hint")),
		}},
		{"a part of a name finds it, without accents and capitals", steps{typed("ÁRG "), seen("Argentina"), none("")}},
		{"the words of a heading find nothing", steps{typed("countr"), seen(""), none(english.T("admin.zone.add.none"))}},
		{"what is ticked stays in view and is counted", steps{
			typed("arg"), browsertest.Discard(chromedp.Click(chromedp.CSS(`[name=add][value=AR]`))), counted(strings.Replace(english.T("admin.zone.add.one"), "#", "1", 1)),
			typed("wales"), seen("Argentina, New South Wales"),
			browsertest.Discard(chromedp.Click(chromedp.CSS(`[name=add][value="AU-NSW"]`))), counted(strings.Replace(english.T("admin.zone.add.many"), "#", "2", 1)),
		}},
		{"the name of a country finds its regions", steps{typed("austra"), seen("Argentina, New South Wales, Victoria")}},
		{"nothing found is said, and Enter saves nothing", steps{
			typed("atlantis"), seen("Argentina, New South Wales"), none(english.T("admin.zone.add.none")),
			browsertest.Run(`window.same = true`), enter, typed(""), none(""), seen(all + ", New South Wales, Victoria"), browsertest.Until(`window.same`),
		}},
	} {
		for i, action := range step.actions {
			require.NoError(t, chromedp.Do(tab, action), "%s: %d", step.name, i)
		}
	}
	assert.Empty(t, said.Take(), "console")
}
