package store_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
)

// shelfSize is the number of products that the shop is measured with.
const shelfSize = 10_000

// shelf makes up products with words that are as unevenly common as those of a language: the same seed, the same products.
type shelf struct {
	random *rand.Rand
	words  []string
}

func newShelf() *shelf {
	g := &shelf{random: rand.New(rand.NewPCG(1, 2))}
	syllables := strings.Fields("ba ce di fo gu la me ni po ru sa te vi wo xu ka le mi no pu ra si to ve")
	for len(g.words) < 4000 {
		var word strings.Builder
		for range 2 + g.random.IntN(3) {
			word.WriteString(syllables[g.random.IntN(len(syllables))])
		}
		g.words = append(g.words, word.String())
	}
	return g
}

// word is one of the shop's words, the first ones far more often than the last.
func (g *shelf) word() string {
	return g.words[int(math.Pow(g.random.Float64(), 2.5)*float64(len(g.words)))]
}

func (g *shelf) sentence(words int) string {
	list := make([]string, words)
	for i := range list {
		list[i] = g.word()
	}
	return strings.Join(list, " ")
}

func (g *shelf) chinese(runes int) string {
	list := make([]rune, runes)
	for i := range list {
		list[i] = rune(0x4e00 + int(math.Pow(g.random.Float64(), 2)*900))
	}
	return string(list)
}

func (g *shelf) product(n int, categories []models.Category) models.Product {
	title := g.sentence(3) + " product"
	p := models.Product{
		Slug: fmt.Sprintf("%s-%d", text.Slug(title), n), Title: title, Summary: g.sentence(10), Description: g.sentence(40),
		CategoryIDs: []string{categories[n%len(categories)].ID}, Position: n + 1, Tags: []string{g.words[n%50]},
		Texts:    models.Texts{"zh-Hans": {"title": g.chinese(6), "summary": g.chinese(16)}},
		Variants: []models.Variant{{SKU: fmt.Sprintf("SKU-%05d", n), Price: models.AmountFromInt(int64(5 + n%200)), OnHand: n % 30, Options: nil}},
		Pictures: []models.Picture{{Source: "thing.svg", Alt: title}},
	}
	return p
}

func (g *shelf) products(tb testing.TB, s *store.Store) []models.Product {
	tb.Helper()
	for i := range 20 {
		require.NoError(tb, s.SaveCategory(tb.Context(), models.Category{Slug: fmt.Sprintf("category-%d", i), Name: g.sentence(2)}))
	}
	categories, err := s.Categories(tb.Context())
	require.NoError(tb, err)
	list := make([]models.Product, shelfSize)
	for i := range list {
		list[i] = g.product(i, categories)
	}
	return list
}

// queries are what shoppers type: one to three words of a title, a beginning, a SKU, a pair of ideographs, and what nothing has.
func (g *shelf) queries(list []models.Product) []string {
	var queries []string
	for range 400 {
		p := list[g.random.IntN(len(list))]
		words := strings.Fields(p.Title)
		chinese := []rune(p.Texts["zh-Hans"]["title"])
		queries = append(queries,
			words[0], words[0]+" "+words[1], words[2]+" "+words[1]+" "+words[0], words[0][:min(len(words[0]), 4)], p.Variants[0].SKU,
			string(chinese[:2]), string(chinese[1:5]), "product "+words[1], "nothinghasthis "+words[0], "pro",
		)
	}
	return queries
}

// BenchmarkSearch fills a shop with 10,000 products, saves them all again unchanged, and searches.
func BenchmarkSearch(b *testing.B) {
	benchEach(b, func(b *testing.B, s *store.Store) {
		b.Helper()
		ctx := b.Context()
		g := newShelf()
		list := g.products(b, s)
		began := time.Now()
		outcomes, err := s.SaveProducts(ctx, list)
		require.NoError(b, err)
		require.Len(b, outcomes, shelfSize)
		b.Logf("%d products with their words: %.1f s", shelfSize, time.Since(began).Seconds())
		saveAgain(b, s)
		queries := g.queries(list)
		for _, sort := range []models.CardSort{models.SortPosition, models.SortPriceAsc} {
			b.Run("by "+string(sort), func(b *testing.B) {
				var took []time.Duration
				for b.Loop() {
					query := queries[len(took)%len(queries)]
					counted, count := modelstest.CountQueries(ctx)
					began := time.Now()
					_, _, err := s.Cards(counted, models.CardFilter{Search: query, Sort: sort, Limit: 24})
					took = append(took, time.Since(began))
					require.NoError(b, err)
					require.LessOrEqual(b, count.N(), 3)
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
				b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
			})
		}
	})
}

// saveAgain stores all products as they are, as a second import of the same file does.
func saveAgain(b *testing.B, s *store.Store) {
	b.Helper()
	began := time.Now()
	page := models.ProductPage{}
	var stored []models.Product
	for first := true; first || page.Next != ""; first = false {
		var err error
		page, err = s.Products(b.Context(), models.ProductFilter{After: page.Next, Limit: models.MaxPageRows})
		require.NoError(b, err)
		for _, row := range page.Rows {
			p, err := s.ProductByID(b.Context(), row.ID)
			require.NoError(b, err)
			stored = append(stored, p)
		}
	}
	require.Len(b, stored, shelfSize)
	b.Logf("read them all: %.1f s", time.Since(began).Seconds())
	began = time.Now()
	outcomes, err := s.SaveProducts(b.Context(), stored)
	require.NoError(b, err)
	require.NotContains(b, outcomes, store.OutcomeChanged)
	b.Logf("saved again unchanged: %.1f s", time.Since(began).Seconds())
}
