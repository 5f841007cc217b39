package i18n

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// term is a thing that has one word: what else it was called must not come back.
type term struct {
	word  string         // what to write
	drop  *regexp.Regexp // what not to write
	areas []string       // beginnings of the message ids where it holds; none: everywhere
	keep  []string       // message ids that mean something else
}

// englishTerms is the English glossary.
func englishTerms() []term {
	office := []string{"admin.", "settings.", "doctor.", "import."}
	return []term{
		{word: "lock, encrypt", drop: regexp.MustCompile(`(?i)\b(un)?seal(s|ed|ing)?\b`)},
		{word: "exchange", drop: regexp.MustCompile(`(?i)\bplatforms?\b`)},
		{word: "customer", drop: regexp.MustCompile(`(?i)\bshoppers?\b`)},
		{word: "email", drop: regexp.MustCompile(`(?i)\be-mail`)},
		{word: "correct, fix", drop: regexp.MustCompile(`(?i)\bmend(s|ed|ing)?\b`)},
		{word: "again, automatically, anyone who", drop: regexp.MustCompile(`(?i)\banew\b|\bby (itself|themselves)\b|\bwho(so)?ever\b`)},
		{word: "record, apply, save", drop: regexp.MustCompile(`(?i)\b(un|re)?book(s|ed|ing)?\b`)},
		{word: "shop records, stock history", drop: regexp.MustCompile(`(?i)\bledgers?\b`)},
		{word: "item, unit", drop: regexp.MustCompile(`(?i)\bpieces?\b|\bgoods\b`)},
		{word: "image", drop: regexp.MustCompile(`(?i)\bpictures?\b`)},
		{word: "ship", drop: regexp.MustCompile(`(?i)\bhand(ed|s)? over\b|\bleft our hands\b`)},
		{word: "select", drop: regexp.MustCompile(`(?i)\bchosen\b`)},
		{word: "status", drop: regexp.MustCompile(`(?i)\bstates?\b`), keep: []string{
			"address.field.region", "address.field.region.choose", "field.problem.missing.region", "field.problem.unknown.region",
		}},
		{word: "characters", drop: regexp.MustCompile(`(?i)(\d|most|special|other|no) signs\b`)},
		{word: "the shop, the merchant", drop: regexp.MustCompile(`(?i)\b(we|our|ours|us)\b`), areas: office},
		{word: "someone, anyone", drop: regexp.MustCompile(`(?i)\b(some|every)body\b`)},
		{word: "product, item", drop: regexp.MustCompile(`(?i)\barticles?\b`)},
		{word: "variant", drop: regexp.MustCompile(`(?i)\bvariations?\b`)},
		{word: "postal code", drop: regexp.MustCompile(`(?i)\b(post|zip) ?codes?\b`)},
		{word: "cancelled, catalogue", drop: regexp.MustCompile(`(?i)\bcanceled\b|\bcatalog\b|\bcolor\b`), keep: []string{"import.problem.visibility"}},
		{word: "no success", drop: regexp.MustCompile(`(?i)\bsuccessfully\b`)},
	}
}

// chineseTerms is the Chinese glossary.
func chineseTerms() []term {
	return []term{
		{word: "沙箱", drop: regexp.MustCompile(`沙盒`)},
		{word: "商户、本店", drop: regexp.MustCompile(`我方`)},
		{word: "该顾客、该员工", drop: regexp.MustCompile(`此人`)},
		{word: "账单", drop: regexp.MustCompile(`对账单`)},
		{word: "回调", drop: regexp.MustCompile(`回调通知`)},
		{word: "订单号", drop: regexp.MustCompile(`订单编号`)},
		{word: "平台订单号", drop: regexp.MustCompile(`交易平台订单号`)},
		{word: "交易平台", drop: regexp.MustCompile(`交易所`)},
		{word: "店铺、本店", drop: regexp.MustCompile(`商店|小店|店内`)},
		{word: "员工", drop: regexp.MustCompile(`店铺人员`)},
		{word: "在库、可售", drop: regexp.MustCompile(`货架`)},
		{word: "波动过大", drop: regexp.MustCompile(`跳变`)},
		{word: "身份验证器", drop: regexp.MustCompile(`(^|[^份])验证器`)},
		{word: "待核实", drop: regexp.MustCompile(`待人工处理`), keep: []string{"admin.reservations.by_staff"}},
		{word: "子分类", drop: regexp.MustCompile(`下级分类`)},
		{word: "个规格", drop: regexp.MustCompile(`种规格`)},
		{word: "已停售", drop: regexp.MustCompile(`(^|[^已为])停售[。，]`), keep: []string{"admin.count.text"}},
		{word: "超时未付款", drop: regexp.MustCompile(`订单已?(过期|失效)`)},
		{word: "您", drop: regexp.MustCompile(`你`)},
		{word: "…", drop: regexp.MustCompile(`……`)},
		{word: "no success", drop: regexp.MustCompile(`成功地`)},
		{word: "a verb", drop: regexp.MustCompile(`进行(查询|处理|退款|对账|付款)`)},
	}
}

func (m term) holdsFor(id string) bool {
	if slices.Contains(m.keep, id) {
		return false
	}
	return len(m.areas) == 0 || slices.ContainsFunc(m.areas, func(area string) bool { return strings.HasPrefix(id, area) })
}

// broken lists the terms that a text breaks. Names of settings, commands, files and values in braces are no words of ours.
func broken(terms []term, id, text string) (list []string) {
	text = nameOfCode.ReplaceAllString(text, " ")
	for _, m := range terms {
		if m.holdsFor(id) {
			if found := m.drop.FindString(text); found != "" {
				list = append(list, strconv.Quote(found)+" is called “"+m.word+"”")
			}
		}
	}
	return list
}

// nameOfCode finds what is named as the code names it: a placeholder, a variable of the environment, an address, a name of two words.
var nameOfCode = regexp.MustCompile("\\{+[.\\w]+\\}+|\\b[A-Z]+(_[A-Z]+)+\\b|Open Platform|\\*the platform\\*|`[^`]*`|\\b\\w+[_./]\\w[\\w./-]*|(^|\\s)--?[a-z][\\w-]*|\\b[A-Z]\\w*[A-Z]\\w*\\b")

func TestGlossary_FindsWhatItForbids(t *testing.T) {
	for _, text := range []string{
		"The day is sealed.", "Ask the platform.", "Your e-mail address", "Please mend the marked lines", "Whoever has it", "Book it", "12 pieces",
		"A picture", "The state of the order", "Our number", "Choose the chosen",
	} {
		assert.NotEmpty(t, broken(englishTerms(), "admin.test", text), text)
	}
	for _, text := range []string{"沙盒", "我方单号", "请使用验证器", "你的订单", "请稍候……", "订单编号"} {
		assert.NotEmpty(t, broken(chineseTerms(), "admin.test", text), text)
	}
	assert.Empty(t, broken(englishTerms(), "admin.test", "Set COINCART_PLATFORM_URL, then run coincart sealed.go; the Open Platform knows {{.State}}"))
	assert.Empty(t, broken(englishTerms(), "order.test", "We have received your payment"), "the shop speaks to its customers")
	assert.Empty(t, broken(chineseTerms(), "admin.test", "身份验证器"))
}

func TestGlossary_OneWordForOneThing(t *testing.T) {
	for tag, terms := range map[string][]term{"en": englishTerms(), "zh-Hans": chineseTerms()} {
		for id, m := range messages(t, tag) {
			for _, text := range m {
				for _, problem := range broken(terms, id, text) {
					t.Errorf("%s %s: %s: %s", tag, id, problem, text)
				}
			}
		}
	}
}

// TestGlossary_OfTheCommandLine reads what the command says, its help in struct tags included.
func TestGlossary_OfTheCommandLine(t *testing.T) {
	checked := 0
	for name, file := range goFiles(t, func(name string) bool {
		return strings.HasPrefix(name, "cmd/coincart/") && strings.Count(name, "/") == 2 && !strings.HasSuffix(name, "_test.go")
	}) {
		for _, l := range literals(file) {
			text := l.text
			if strings.Contains(text, `help:"`) {
				text = reflect.StructTag(text).Get("help")
			}
			if !sentence.MatchString(text) {
				continue
			}
			checked++
			for _, problem := range broken(ofProse(), text, text) {
				t.Errorf("%s:%d: %s: %s", name, l.line, problem, text)
			}
		}
	}
	assert.Greater(t, checked, 200, "the search itself must work")
}

// ofProse is the glossary for texts that also speak of the program itself: a database has a state.
func ofProse() []term {
	terms := slices.DeleteFunc(englishTerms(), func(m term) bool { return m.word == "status" })
	for i := range terms {
		terms[i].keep = append(terms[i].keep, "coincart seal v1") // a key is derived from it
	}
	return terms
}

// sentence finds a text of several words.
var sentence = regexp.MustCompile(`[A-Za-z]{2,}[,:;]? [a-z]{2,}[,:;]? [a-z]`)

func TestGlossary_OfTheReadme(t *testing.T) {
	body, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	require.NoError(t, err)
	code := false
	for i, line := range strings.Split(string(body), "\n") {
		if strings.HasPrefix(line, "```") {
			code = !code
			continue
		}
		if !code {
			for _, problem := range broken(ofProse(), "README", line) {
				t.Errorf("README.md:%d: %s: %s", i+1, problem, line)
			}
		}
	}
}

// TestTemplates_HaveNoWordsOfTheirOwn reads what the templates write between their expressions: all that a person reads must be in a
// catalogue.
func TestTemplates_HaveNoWordsOfTheirOwn(t *testing.T) {
	files := goFiles(t, func(name string) bool { return strings.HasSuffix(name, "_templ.go") })
	require.Greater(t, len(files), 30, "the search itself must work")
	for name, file := range files {
		for _, text := range wordsOf(t, written(file)) {
			t.Errorf("%s: %q is in no catalogue", name, text)
		}
	}
}

func TestTemplates_WordsAreFound(t *testing.T) {
	assert.Equal(t, []string{"Hello you", "An image", "Go"},
		wordsOf(t, `<p class="a b">Hello you</p><img alt="An image" src="/x y"><span>1 × </span><code>GET</code><button value="x" aria-label="Go"></button><script>let a</script>`))
}

// written joins what a template writes; its expressions leave nothing.
func written(file *ast.File) string {
	var b strings.Builder
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 3 {
			return true
		}
		if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "WriteString" {
			if text, ok := call.Args[2].(*ast.BasicLit); ok {
				if plain, err := strconv.Unquote(text.Value); err == nil {
					b.WriteString(plain)
				}
			}
		}
		return true
	})
	return b.String()
}

// wordsOf finds the words that a person reads in HTML: texts, and attributes that are shown or spoken.
func wordsOf(t *testing.T, page string) (list []string) {
	t.Helper()
	seen := []string{"alt", "title", "aria-label", "placeholder", "label"}
	quiet := 0 // within <code>, <script> or <style>
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return list
		}
		tag := z.Token()
		switch inside := tag.Data == "code" || tag.Data == "script" || tag.Data == "style" || tag.Data == "title"; {
		case kind == html.StartTagToken && inside:
			quiet++
		case kind == html.EndTagToken && inside:
			quiet--
		case kind == html.TextToken && quiet == 0 && strings.HasPrefix(strings.TrimSpace(tag.Data), "<"): // within <noscript>
			list = append(list, wordsOf(t, tag.Data)...)
		case kind == html.TextToken && quiet == 0 && hasWord(tag.Data):
			list = append(list, strings.TrimSpace(tag.Data))
		}
		for _, a := range tag.Attr {
			if slices.Contains(seen, a.Key) && hasWord(a.Val) {
				list = append(list, a.Val)
			}
		}
	}
}

// hasWord reports that a text has a letter and then a small one, or a Chinese one. Abbreviations such as CSV are the same everywhere.
func hasWord(text string) bool {
	last := false
	if text = strings.TrimSpace(text); strings.HasPrefix(text, "/") { // an address
		return false
	}
	for _, c := range text {
		if unicode.Is(unicode.Han, c) || last && unicode.IsLower(c) {
			return true
		}
		last = unicode.IsLetter(c)
	}
	return false
}

// TestTests_NameMessagesByID keeps tests from quoting the catalogue: its words can change without them.
func TestTests_NameMessagesByID(t *testing.T) {
	pieces := map[string]string{}
	for _, l := range Languages() {
		for id, m := range messages(t, l.Tag) {
			for _, text := range m {
				for _, piece := range placeholder.Split(text, -1) {
					if piece = strings.Trim(piece, " .:。："); isTelling(piece) {
						pieces[piece] = l.Tag + " " + id
					}
				}
			}
		}
	}
	require.Greater(t, len(pieces), 1000)
	sorted := slices.Sorted(maps.Keys(pieces))
	for name, file := range goFiles(t, func(name string) bool {
		return strings.HasSuffix(name, "_test.go") && !strings.HasPrefix(name, "templates/i18n/")
	}) {
		for _, l := range literals(file) {
			if !isTelling(l.text) {
				continue
			}
			for _, piece := range sorted {
				if strings.Contains(l.text, piece) {
					t.Errorf("%s:%d quotes %s: %q", name, l.line, pieces[piece], piece)
					break
				}
			}
		}
	}
}

// isTelling reports that a text is long enough to come from nowhere but the catalogue.
func isTelling(text string) bool {
	han := 0
	for _, c := range text {
		if unicode.Is(unicode.Han, c) {
			han++
		}
	}
	const chinese, english = 6, 18
	return han >= chinese || len(text) >= english && strings.Count(text, " ") >= 2
}

// literal is a quoted text of a source.
type literal struct {
	text string
	line int
}

func literals(file *ast.File) (list []literal) {
	ast.Inspect(file, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			if text, err := strconv.Unquote(l.Value); err == nil {
				list = append(list, literal{text, sources.Position(l.Pos()).Line})
			}
		}
		return true
	})
	return list
}

// sources holds the positions of all sources that were read.
var sources = token.NewFileSet()

// goFiles parses the module's sources that are wanted, by their names from the module's folder.
func goFiles(t *testing.T, wanted func(name string) bool) map[string]*ast.File {
	t.Helper()
	root := filepath.Join("..", "..")
	files := map[string]*ast.File{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && strings.HasPrefix(d.Name(), ".") || d.Name() == "data" || d.Name() == "node_modules" {
				return filepath.SkipDir
			}
			return nil
		}
		if name = filepath.ToSlash(name); strings.HasSuffix(name, ".go") && wanted(name) {
			files[name], err = parser.ParseFile(sources, path, nil, parser.SkipObjectResolution)
		}
		return err
	})
	require.NoError(t, err)
	return files
}
