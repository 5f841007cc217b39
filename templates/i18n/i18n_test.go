package i18n

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMatch_ChoiceThenBrowserThenEnglish(t *testing.T) {
	for _, test := range []struct{ name, chosen, header, want string }{
		{"nothing known", "", "", "en"},
		{"chosen wins over the browser", "en", "zh-CN,zh;q=0.9", "en"},
		{"chosen Chinese", "zh-Hans", "en-GB", "zh-Hans"},
		{"a choice that is not offered is ignored", "xx", "zh-CN", "zh-Hans"},
		{"mainland Chinese", "", "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"},
		{"Singapore", "", "zh-SG", "zh-Hans"},
		{"plain zh", "", "zh", "zh-Hans"},
		{"British", "", "en-GB,en;q=0.9", "en"},
		{"weights count", "", "de;q=0.9,en;q=0.3,zh-Hans;q=0.8", "zh-Hans"},
		{"nothing offered", "", "tlh", "en"},
		{"not a header", "", ";;;===", "en"},
		{"absurdly long", "", strings.Repeat("zh-CN,", 100), "en"},
	} {
		t.Run(test.name, func(t *testing.T) {
			assert.Equal(t, test.want, Match(test.chosen, test.header).Lang())
		})
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("", "zh-CN,zh;q=0.9")
	f.Add("zh-Hans", "")
	f.Fuzz(func(t *testing.T, chosen, header string) {
		assert.Contains(t, []string{"en", "zh-Hans"}, Match(chosen, header).Lang())
	})
}

func TestByTag_UnknownIsEnglish(t *testing.T) {
	assert.Equal(t, "zh-Hans", ByTag("zh-Hans").Lang())
	assert.Equal(t, "en", ByTag("en").Lang())
	assert.Equal(t, "en", ByTag("fr").Lang())
	assert.Equal(t, "en", ByTag("").Lang())
}

func TestLanguages_EachHasAPrinter(t *testing.T) {
	for _, l := range Languages() {
		assert.Equal(t, l.Tag, ByTag(l.Tag).Lang())
		assert.NotEmpty(t, l.Name)
	}
}

func TestT_FillsPlaceholders(t *testing.T) {
	assert.Equal(t, "Results for “<b>”", ByTag("en").T("search.title", "Query", "<b>"))
	assert.Equal(t, "“杯”的搜索结果", ByTag("zh-Hans").T("search.title", "Query", "杯"))
	assert.Equal(t, "Results for “{{.Query}}”", ByTag("en").T("search.title", "Query", "{{.Query}}"), "what is filled in is not filled again")
	assert.Equal(t, "no.such.id", ByTag("en").T("no.such.id"))
	assert.Equal(t, "no.such.id", ByTag("en").N("no.such.id", 1))
}

func TestN_ChoosesTheForm(t *testing.T) {
	en, zh := ByTag("en"), ByTag("zh-Hans")
	assert.Equal(t, "0 products", en.N("list.count", 0))
	assert.Equal(t, "1 product", en.N("list.count", 1))
	assert.Equal(t, "2 products", en.N("list.count", 2))
	assert.Equal(t, "1,234 products", en.N("list.count", 1234))
	assert.Equal(t, "共 1 件商品", zh.N("list.count", 1))
	assert.Equal(t, "Mug is in your cart.", en.N("product.added", 1, "Title", "Mug"))
	assert.Equal(t, "3 × Mug are in your cart.", en.N("product.added", 3, "Title", "Mug"))
}

func TestLoad_RefusesABrokenCatalogue(t *testing.T) {
	for name, text := range map[string]string{
		"open placeholder": `{"a.b": "hello {{.Name"}`,
		"other template":   `{"a.b": "hello {{if .X}}"}`,
		"no text":          `{"a.b": ""}`,
		"not JSON":         `{`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(fstest.MapFS{"locales/x.en.json": {Data: []byte(text)}})
			if name == "other template" {
				require.NoError(t, err, "it is text like any other")
				return
			}
			require.Error(t, err)
		})
	}
	_, err := load(fstest.MapFS{"locales/x.en.json": {Data: []byte(`{"a.b": "x"}`)}, "locales/y.en.json": {Data: []byte(`{"a.b": "y"}`)}})
	require.ErrorContains(t, err, "twice")
}

var placeholder = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

// forms are the texts of one message by plural form, read without the package's own code.
type forms map[string]string

func (f forms) placeholders() map[string]bool {
	found := map[string]bool{}
	for _, text := range f {
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			found[m[1]] = true
		}
	}
	return found
}

func messages(t *testing.T, tag string) map[string]forms {
	t.Helper()
	all := map[string]forms{}
	names, err := fs.Glob(locales, "locales/*."+tag+".json")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range names {
		text, err := fs.ReadFile(locales, name)
		require.NoError(t, err)
		var entries map[string]any
		require.NoError(t, json.Unmarshal(text, &entries))
		for id, entry := range entries {
			switch entry := entry.(type) {
			case string:
				all[id] = forms{"other": entry}
			case map[string]any:
				all[id] = forms{}
				for form, text := range entry {
					s, ok := text.(string)
					require.True(t, ok, id)
					all[id][form] = s
				}
			default:
				t.Fatalf("%s: %q is neither text nor forms", name, id)
			}
		}
	}
	return all
}

func TestCatalogue_LanguagesHaveTheSameMessages(t *testing.T) {
	english := messages(t, "en")
	for _, l := range Languages()[1:] {
		other := messages(t, l.Tag)
		for id, m := range english {
			if assert.Contains(t, other, id, l.Tag) {
				assert.Equal(t, m.placeholders(), other[id].placeholders(), "%s: placeholders of %s", l.Tag, id)
			}
		}
		for id := range other {
			assert.Contains(t, english, id, "only in %s", l.Tag)
		}
	}
}

func TestCatalogue_TextsAreClean(t *testing.T) {
	halfWidth := regexp.MustCompile(`\p{Han}[,;:!?]|[,;:!?]\p{Han}`)
	for _, l := range Languages() {
		for id, m := range messages(t, l.Tag) {
			for form, text := range m {
				assert.Contains(t, []string{"one", "other"}, form, id)
				assert.Equal(t, strings.TrimSpace(text), text, id)
				assert.NotRegexp(t, halfWidth, text, id)
				assert.NotContains(t, text, "'", "%s: a typewriter's apostrophe", id)
			}
		}
	}
}

// used finds the message ids that the module's sources name: by T, by N, and as any quoted text. A quoted text that ends with a point is
// the beginning of ids that are built from a value, such as "admin.role." + role; that each value has its words is tested where the
// values are.
func used(t *testing.T) (plain, counted, quoted map[string]bool) {
	t.Helper()
	plain, counted, quoted = map[string]bool{}, map[string]bool{}, map[string]bool{}
	call := regexp.MustCompile(`\.([TN])\("([a-z_]+(?:\.[a-z_0-9]+)+)"`)
	text := regexp.MustCompile(`"([a-z_]+(?:\.[a-z_0-9]+)+\.?)"`)
	root := filepath.Join("..", "..")
	require.FileExists(t, filepath.Join(root, "go.mod"))
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if hidden := strings.HasPrefix(d.Name(), ".") && name != root; d.IsDir() && (hidden || d.Name() == "data") {
			return filepath.SkipDir
		}
		source := strings.HasSuffix(name, ".templ") || strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")
		if d.IsDir() || !source {
			return nil
		}
		body, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, m := range call.FindAllStringSubmatch(string(body), -1) {
			if m[1] == "T" {
				plain[m[2]] = true
			} else {
				counted[m[2]] = true
			}
		}
		for _, m := range text.FindAllStringSubmatch(string(body), -1) {
			quoted[m[1]] = true
		}
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, len(plain), 100, "the search itself must work")
	return plain, counted, quoted
}

func TestCatalogue_EveryIDIsUsedAndExists(t *testing.T) {
	english := messages(t, "en")
	plain, counted, quoted := used(t)
	for id := range plain {
		if assert.NotNil(t, english[id], "%s: used by T", id) {
			assert.NotContains(t, english[id], "one", "%s has plural forms and wants N", id)
		}
	}
	for id := range counted {
		if assert.NotNil(t, english[id], "%s: used by N", id) {
			assert.Contains(t, english[id], "one", "%s has no plural forms and wants T", id)
		}
	}
	for id := range english {
		known := quoted[id]
		for at := 0; !known && at < len(id); at++ {
			known = id[at] == '.' && quoted[id[:at+1]]
		}
		assert.True(t, known, "%s: nobody uses it", id)
	}
}

func BenchmarkT(b *testing.B) {
	p := ByTag("en")
	for b.Loop() {
		_ = p.T("nav.skip")
	}
}

func BenchmarkN(b *testing.B) {
	p := ByTag("en")
	for b.Loop() {
		_ = p.N("stock.left", 3)
	}
}

func BenchmarkMatch(b *testing.B) {
	for b.Loop() {
		_ = Match("", "zh-CN,zh;q=0.9,en;q=0.8")
	}
}
