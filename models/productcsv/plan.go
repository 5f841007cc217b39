package productcsv

import (
	"maps"
	"slices"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/text"
)

// Shop is what a file is compared with.
type Shop struct {
	Products   map[string]*models.Product // by id, with variants, pictures, tags and categories: at least those that the file names
	BySKU      map[string]string          // product ids
	BySlug     map[string]string          // product ids
	Categories []models.Category
	Fetched    map[string]string      // addresses of pictures that were fetched before, and what they are called here
	HasPicture func(name string) bool // uploaded and static pictures
	NewID      func() string
	KeepStock  bool // the stock of variants that are there already stays as it is
}

// Match finds the product of the shop that a record is about: by its slug where the file names one, else by a SKU.
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

// Plan is what an import would do.
type Plan struct {
	Items      []Item            // what is new or changes, in the order of the lines
	Categories []models.Category // that have to be made, parents first
	New        int
	Changed    int
	Unchanged  int
	Problems   []Problem
	Faults     int
}

// Item is a product that is new or changes.
type Item struct {
	Line    int
	Label   string
	Product models.Product      // as it will be
	Was     *models.Product     // nil: it is new
	Fields  []string            // what changes, in the order of names
	Stock   []models.StockLevel // of variants that are there already
	Fetch   []Picture           // all pictures that the file names, where some have to be fetched first
}

// Pending reports that only pictures have to be fetched.
func (i *Item) Pending() bool { return len(i.Fields) == 0 && len(i.Fetch) > 0 }

// MakePlan compares a file with the shop. It does not change the shop's products.
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
	p.plan.Problems = p.faults.sorted()
	for _, problem := range p.plan.Problems {
		if problem.Level == LevelError {
			p.plan.Faults++
		}
	}
	return p.plan
}

type planner struct {
	shop   *Shop
	plan   *Plan
	faults *faults
	tree   *tree
	seen   map[string]int  // the line of a product of the shop
	slugs  map[string]bool // of new products
	price  string          // the column of prices; "": it was missed already
}

// priced sees that the file has prices for what is new: without them it would be sold for nothing. The column is missed once.
func (p *planner) priced(v *Variant) {
	if !v.Has.Has(FieldPrice) && p.price != "" {
		p.fault(1, "", p.price, LevelError, CodePriceColumn)
		p.price = ""
	}
}

func (p *planner) fault(line int, sku, column string, level Level, code Code, pairs ...string) {
	r := &reading{row: rowAt(line), faults: p.faults, sku: sku}
	r.fault(column, level, code, pairs...)
}

func (p *planner) record(r *Record) {
	id := p.shop.Match(r)
	if !p.owned(r, id) {
		return
	}
	if id == "" {
		p.create(r)
		return
	}
	if first, twice := p.seen[id]; twice {
		p.fault(r.Line, r.Label, "", LevelError, CodeProductTwice, "line", itoa(first))
		return
	}
	p.seen[id] = r.Line
	p.change(r, p.shop.Products[id])
}

// owned sees that every SKU is free, or belongs to the product.
func (p *planner) owned(r *Record, id string) bool {
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
	if !p.good(r, &product) {
		return
	}
	p.plan.New++
	p.plan.Items = append(p.plan.Items, Item{Line: r.Line, Label: r.Label, Product: product, Fields: []string{"new"}, Fetch: m.fetch})
}

// good tells what the shop would not take of a product.
func (p *planner) good(r *Record, product *models.Product) bool {
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

// Uncategorised is the category of products that a WooCommerce file puts into none, as that shop calls it.
const Uncategorised = "Uncategorized"

// slug finds a free address for a new product.
func (p *planner) slug(r *Record) string {
	if r.Slug != "" {
		p.slugs[r.Slug] = true
		return r.Slug
	}
	base := text.Slug(r.Title)
	if base == "" && len(r.Variants) > 0 {
		base = text.Slug(r.Variants[0].SKU)
	}
	if base == "" {
		base = "product"
	}
	return free(base, func(slug string) bool { return p.slugs[slug] || p.shop.BySlug[slug] != "" }, p.slugs)
}

// free is the base, or the base with the first number that makes it one's own.
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
		put(m, "slug", &product.Slug, r.Slug)
	}
	m.product()
	m.variants()
	m.pictures()
	switch {
	case len(m.fields) > 0 && !p.good(r, &product):
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
		Line: r.Line, Label: r.Label, Product: product, Was: was, Fields: slices.Sorted(maps.Keys(m.fields)), Stock: m.stock, Fetch: m.fetch,
	})
}

// clone copies a product as deep as a plan changes it.
func clone(p *models.Product) models.Product {
	c := *p
	c.CategoryIDs, c.Tags, c.OptionNames = slices.Clone(p.CategoryIDs), slices.Clone(p.Tags), slices.Clone(p.OptionNames)
	c.Variants, c.Pictures = slices.Clone(p.Variants), slices.Clone(p.Pictures)
	return c
}
