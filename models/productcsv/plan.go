package productcsv

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/text"
)

// Shop is what a file is compared with.
type Shop struct {
	Products   map[string]*models.Product // by id, with variants, pictures, tags and categories; must include those that the file names
	BySKU      map[string]string          // product ids
	BySlug     map[string]string          // product ids
	Categories []models.Category
	Fetched    map[string]string      // addresses of pictures that were fetched before, and the shop's names of them
	HasPicture func(name string) bool // reports whether an uploaded or static picture exists
	NewID      func() string
	KeepStock  bool // do not change the stock of existing variants
}

// Match returns the id of the product that a record is about, found by slug if the file has one and by SKU otherwise.
func (s *Shop) Match(r *Record) (id string) {
	if id := s.BySlug[r.Slug]; id != "" && r.Slug != "" {
		return id
	}
	for _, v := range r.Variants {
		if id := s.BySKU[v.SKU]; id != "" {
			return id
		}
	}
	return ""
}

// Plan is the set of changes that an import would make.
type Plan struct {
	Items      []Item            // new or changed products, in order of their lines
	Categories []models.Category // to create, parents first
	New        int
	Changed    int
	Unchanged  int
	Problems   []Problem
	Faults     int
}

// Item is a product that is new or changed.
type Item struct {
	Line    int
	Label   string
	Was     *models.Product     // before it; nil: the product is new
	Product models.Product      // after the import
	Fields  []string            // changed fields, sorted
	Stock   []models.StockLevel // of existing variants
	Fetch   []Picture           // all pictures that the file names, if some must be fetched first
}

// Pending reports whether the item has no changes but pictures to fetch.
func (i *Item) Pending() bool { return len(i.Fields) == 0 && len(i.Fetch) > 0 }

// MakePlan compares a file with the shop. It does not modify the shop's products.
func MakePlan(file *File, shop *Shop) *Plan {
	p := &planner{shop: shop, plan: &Plan{}, faults: &faults{}, seen: map[string]int{}, slugs: map[string]bool{}, price: wooPriceName}
	if file.Dialect == DialectCoincart {
		p.price = ownPrice
	}
	p.tree = newTree(shop.Categories, shop.NewID)
	for i := range file.Records {
		p.record(&file.Records[i])
	}
	p.plan.Categories = p.tree.made
	p.plan.Problems, p.plan.Faults = p.faults.sorted()
	return p.plan
}

type planner struct {
	shop   *Shop
	plan   *Plan
	faults *faults
	tree   *tree
	seen   map[string]int  // line of each matched product
	slugs  map[string]bool // of new products
	price  string          // column of prices; "": its absence was reported
}

// checkPrice reports whether the file has no prices for a new variant, which would be sold for nothing. It does so once for each file.
func (p *planner) checkPrice(v *Variant) {
	if !v.Has.Has(FieldPrice) && p.price != "" {
		p.fault(1, "", p.price, LevelError, CodePriceColumn)
		p.price = ""
	}
}

func (p *planner) fault(line int, sku, column string, level Level, code Code, pairs ...string) {
	p.faults.add(Problem{Line: line, Column: column, Level: level, Code: code, SKU: sku}, pairs...)
}

func (p *planner) record(r *Record) {
	id := p.shop.Match(r)
	if !p.checkSKUs(r, id) {
		return
	}
	if id == "" {
		p.create(r)
		return
	}
	if first, repeated := p.seen[id]; repeated {
		p.fault(r.Line, r.Label, "", LevelError, CodeProductTwice, "line", itoa(first))
		return
	}
	p.seen[id] = r.Line
	p.change(r, p.shop.Products[id])
}

// checkSKUs reports whether every SKU is free or belongs to the product.
func (p *planner) checkSKUs(r *Record, id string) bool {
	good := true
	for _, v := range r.Variants {
		owner := p.shop.BySKU[v.SKU]
		if owner == "" || owner == id {
			continue
		}
		good = false
		code, other := CodeSKUElsewhere, ""
		if r.Slug == "" {
			code = CodeProductSplit
		}
		if product := p.shop.Products[owner]; product != nil {
			other = product.Title
		}
		p.fault(v.Line, v.SKU, "SKU", LevelError, code, "value", v.SKU, "product", other)
	}
	return good
}

func (p *planner) create(r *Record) {
	product := models.Product{ID: p.shop.NewID(), Slug: p.slug(r)}
	m := &merger{planner: p, record: r, to: &product}
	m.product()
	if product.CategoryID == "" {
		m.categories([]Category{{Path: Path{Uncategorised}}})
	}
	m.variants()
	m.pictures()
	if !p.checkProduct(r, &product) {
		return
	}
	p.plan.New++
	p.plan.Items = append(p.plan.Items, Item{Line: r.Line, Label: r.Label, Product: product, Fields: []string{"new"}, Fetch: m.fetch})
}

// checkProduct reports a product that the shop would not accept.
func (p *planner) checkProduct(r *Record, product *models.Product) bool {
	problems := product.Problems()
	for _, problem := range problems {
		line, sku := r.Line, r.Label
		if problem.Variant >= 0 {
			sku = product.Variants[problem.Variant].SKU
			if at := slices.IndexFunc(r.Variants, func(v Variant) bool { return v.SKU == sku }); at >= 0 {
				line = r.Variants[at].Line
			}
		}
		p.fault(line, sku, "", LevelError, CodeRefused, "field", problem.Field, "why", string(problem.Problem))
	}
	return len(problems) == 0
}

// Uncategorised is the name of WooCommerce's category for products without one.
const Uncategorised = "Uncategorized"

// slug returns a free slug for a new product.
func (p *planner) slug(r *Record) string {
	if r.Slug != "" {
		p.slugs[r.Slug] = true
		return r.Slug
	}
	base := text.Slug(r.Title)
	if base == "" && len(r.Variants) > 0 {
		base = text.Slug(r.Variants[0].SKU)
	}
	base = cmp.Or(base, text.AnySlug(r.Title), "product")
	return free(base, func(slug string) bool { return p.slugs[slug] || p.shop.BySlug[slug] != "" }, p.slugs)
}

// free returns base, or base with the first number that makes it free.
func free(base string, taken func(string) bool, note map[string]bool) string {
	slug := base
	for n := 2; taken(slug); n++ {
		end := "-" + itoa(n)
		slug = strings.TrimRight(base[:min(len(base), text.MaxSlug-len(end))], "-") + end
	}
	note[slug] = true
	return slug
}

func (p *planner) change(r *Record, was *models.Product) {
	product := clone(was)
	m := &merger{planner: p, record: r, to: &product, was: was, fields: map[string]bool{}}
	if !m.sameOptions() {
		return
	}
	if r.Slug != "" && r.Slug != was.Slug {
		if p.slugs[r.Slug] {
			p.fault(r.Line, r.Label, ownKey, LevelError, CodeSlugTaken, "value", r.Slug)
			return
		}
		p.slugs[r.Slug] = true
		put(m, 0, "slug", &product.Slug, r.Slug, equal)
	}
	m.product()
	m.variants()
	m.pictures()
	switch {
	case len(m.fields) > 0 && !p.checkProduct(r, &product):
		return
	case len(m.fields) > 0:
		p.plan.Changed++
	default:
		p.plan.Unchanged++
	}
	if len(m.fields) == 0 && len(m.fetch) == 0 {
		return
	}
	p.plan.Items = append(p.plan.Items, Item{
		Line: r.Line, Label: r.Label, Was: was, Product: product, Fields: slices.Sorted(maps.Keys(m.fields)), Stock: m.stock, Fetch: m.fetch,
	})
}

// clone copies a product, including everything that a plan changes.
func clone(p *models.Product) models.Product {
	c := *p
	c.CategoryIDs, c.Tags, c.OptionNames = slices.Clone(p.CategoryIDs), slices.Clone(p.Tags), slices.Clone(p.OptionNames)
	c.Variants, c.Pictures = slices.Clone(p.Variants), slices.Clone(p.Pictures)
	return c
}
