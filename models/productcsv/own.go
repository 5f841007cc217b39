package productcsv

import (
	"slices"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/text"
)

type ownReader struct {
	scan   *scanner
	faults *faults
	opts   Options
	file   *File
	at     map[string]int // column of each name, including those of translations
	texts  map[Text]int   // column of each translation
	has    Field
	order  []*ownProduct
	bySlug map[string]*ownProduct
	skus   map[string]int // line of each SKU
}

// ownProduct is a product whose rows are being read.
type ownProduct struct {
	record  Record
	broken  bool
	options map[string]int // line of each combination of option values
}

func readOwn(s *scanner, file *File, o Options) error {
	w := &ownReader{
		scan: s, faults: s.faults, opts: o, file: file, at: map[string]int{}, texts: map[Text]int{},
		bySlug: map[string]*ownProduct{}, skus: map[string]int{},
	}
	if !w.header() {
		return nil
	}
	if err := s.each(o.Progress, w.read); err != nil {
		return err
	}
	for _, p := range w.order {
		if !p.broken {
			file.Records = append(file.Records, p.record)
		}
	}
	return nil
}

func (w *ownReader) header() bool {
	for i := range w.scan.columns {
		c := &w.scan.columns[i]
		spec := readOwnColumn(c.Header)
		if spec == nil {
			continue
		}
		c.Used = true
		first, repeated := w.at[spec.name]
		w.at[spec.name] = i
		w.has |= spec.field
		if spec.text != (Text{}) {
			w.texts[spec.text] = i
		}
		if repeated {
			w.faults.add(Problem{Line: 1, Column: c.Header, Level: LevelError, Code: CodeHeaderTwice}, "first", itoa(first+1), "second", itoa(i+1))
		}
	}
	if !w.knows(ownSKU) {
		w.faults.add(Problem{Line: 1, Column: ownSKU, Level: LevelError, Code: CodeColumnMissing})
		return false
	}
	return true
}

func (w *ownReader) knows(name string) bool {
	_, ok := w.at[name]
	return ok
}

// cell returns the cell of a column as it was written; its text is empty if the file has no such column.
func (w *ownReader) cell(r *reading, name string) cell {
	c := cell{column: name}
	if i, ok := w.at[name]; ok {
		c.text = unguard(r.cells[i])
	}
	return c
}

// word returns the cell of a column without surrounding white space.
func (w *ownReader) word(r *reading, name string) cell { return w.cell(r, name).trimmed() }

// list returns the values in a column.
func (w *ownReader) list(r *reading, name string) []string { return ownList(w.cell(r, name).text, ',') }

// read parses a row. The product's columns are read on its first row, the variant's on every row.
func (w *ownReader) read(next row) {
	r := &reading{row: next, faults: w.faults, opts: w.opts}
	r.sku = w.cell(r, ownSKU).text
	slug := w.word(r, ownKey).text
	if !text.IsSlug(slug) {
		r.bad(ownKey, CodeSlug, "value", slug)
		return
	}
	p, known := w.bySlug[slug]
	if !known {
		p = &ownProduct{options: map[string]int{}, record: Record{Line: next.line, Slug: slug, Label: slug, Has: w.has | FieldSlug}}
		for t := range w.texts {
			p.record.Texts = append(p.record.Texts, t)
		}
		w.bySlug[slug] = p
		w.order = append(w.order, p)
		w.product(r, &p.record)
	}
	if r.sku != "" {
		w.variant(r, p)
	} else if known {
		r.bad(ownSKU, CodeMissing)
	}
	p.broken = p.broken || r.errors > 0 || r.faulty
}

func (w *ownReader) product(r *reading, p *Record) {
	if p.Title = r.text(w.cell(r, ownTitle), maxName); p.Title == "" && w.knows(ownTitle) && r.errors == 0 {
		r.bad(ownTitle, CodeMissing)
	}
	p.Summary = r.text(w.cell(r, ownSummary), models.MaxSummary)
	p.Description = w.cell(r, ownDescription).text
	p.Featured = r.boolean(w.word(r, ownFeatured))
	p.Hidden = r.boolean(w.word(r, ownHidden))
	p.Position = r.whole(w.word(r, ownPosition), true)
	p.Categories = w.categories(r)
	for _, tag := range w.list(r, ownTags) {
		if tag = r.text(cell{ownTags, tag}, models.MaxTag); tag != "" && !slices.Contains(p.Tags, tag) {
			p.Tags = append(p.Tags, tag)
		}
	}
	for _, name := range w.list(r, ownOptions) {
		p.OptionNames = append(p.OptionNames, r.text(cell{ownOptions, name}, maxName))
	}
	p.Words = w.words(r, ownerProduct)
	w.pictures(r, p)
}

// categories parses the columns of slugs and paths, whose entries correspond.
func (w *ownReader) categories(r *reading) []Category {
	slugs, paths := ownList(w.word(r, ownCategorySlugs).text, ','), w.list(r, ownCategories)
	list := make([]Category, max(len(slugs), len(paths)))
	for i := range list {
		if i < len(slugs) {
			list[i].Slug = strings.TrimSpace(slugs[i])
		}
		if i >= len(paths) {
			continue
		}
		// ownList has removed the escapes of commas; those of > are still there.
		for _, name := range ownList(paths[i], '>') {
			list[i].Path = append(list[i].Path, strings.TrimSpace(name))
		}
		r.validPath(ownCategories, list[i].Path)
	}
	return list
}

func (w *ownReader) pictures(r *reading, p *Record) {
	alts := w.list(r, ownAlts)
	sources := ownList(w.word(r, ownPictures).text, ',')
	if len(alts) > len(sources) {
		r.bad(ownAlts, CodeAlts, "count", itoa(len(alts)), "want", itoa(len(sources)))
	}
	if len(sources) > MaxPictures {
		r.bad(ownPictures, CodePictureCount, "most", itoa(MaxPictures))
		return
	}
	for i, source := range sources {
		source, ok := r.picture(ownPictures, source)
		if !ok {
			continue
		}
		picture := Picture{Source: source, Texts: models.Texts{}}
		if i < len(alts) {
			picture.Alt = r.text(cell{ownAlts, alts[i]}, maxAlt)
		}
		for t, at := range w.texts {
			words := ownList(unguard(r.cells[at]), ',')
			if t.Owner == ownerPicture && i < len(words) {
				picture.Texts.Set(t.Lang, t.Field, words[i])
			}
		}
		p.Pictures = append(p.Pictures, picture)
	}
}

const maxAlt = 500

// words parses the translations of a product or a variant.
func (w *ownReader) words(r *reading, owner string) models.Texts {
	texts := models.Texts{}
	for t, at := range w.texts {
		if t.Owner == owner {
			texts.Set(t.Lang, t.Field, unguard(r.cells[at]))
		}
	}
	return texts
}

func (w *ownReader) variant(r *reading, p *ownProduct) {
	v := Variant{Line: r.line, Has: w.has}
	v.SKU = r.text(cell{ownSKU, r.sku}, models.MaxSKU)
	if first, repeated := w.skus[v.SKU]; repeated && v.SKU != "" {
		r.bad(ownSKU, CodeSKUTwice, "value", v.SKU, "line", itoa(first))
	} else {
		w.skus[v.SKU] = r.line
	}
	v.Title = r.text(w.cell(r, ownVariantTitle), maxName)
	w.options(r, p, &v)
	before := r.errors
	price := w.word(r, ownPrice)
	v.Price = r.price(price)
	if w.knows(ownPrice) && r.errors == before && price.text == "" {
		r.bad(ownPrice, CodeMissing)
	}
	v.SalePrice = r.price(w.word(r, ownSalePrice))
	if r.errors == before && w.knows(ownPrice) && v.SalePrice.IsPositive() && v.SalePrice.Cmp(v.Price) >= 0 {
		r.bad(ownSalePrice, CodeSaleAbove, "value", v.SalePrice.String(), "want", v.Price.String())
	}
	v.SaleFrom = r.instant(w.word(r, ownSaleFrom))
	v.SaleUntil = r.instant(w.word(r, ownSaleUntil))
	r.checkSale(ownSaleUntil, v)
	v.Untracked = w.knows(ownCounted) && !r.boolean(w.word(r, ownCounted))
	v.Stock = r.whole(w.word(r, ownStock), false)
	for _, c := range ownColumns {
		if c.plain != nil {
			c.plain.read(r, w.cell(r, c.name), &v.Variant)
		}
	}
	if source := w.word(r, ownVariantPicture).text; source != "" {
		v.Picture, _ = r.picture(ownVariantPicture, source)
	}
	v.Words = w.words(r, ownerVariant)
	p.record.Variants = append(p.record.Variants, v)
}

// options parses a variant's values of the product's options.
func (w *ownReader) options(r *reading, p *ownProduct, v *Variant) {
	for _, value := range w.list(r, ownVariantOptions) {
		v.Options = append(v.Options, r.text(cell{ownVariantOptions, value}, maxName))
	}
	if !w.knows(ownOptions) || !w.knows(ownVariantOptions) {
		return
	}
	if names := len(p.record.OptionNames); len(v.Options) != names {
		r.bad(ownVariantOptions, CodeOptionCount, "count", itoa(len(v.Options)), "want", itoa(names))
		return
	}
	if len(v.Options) == 0 {
		return
	}
	key := strings.ToLower(strings.Join(v.Options, "\x00"))
	if first, repeated := p.options[key]; repeated {
		r.bad(ownVariantOptions, CodeOptionsTwice, "value", strings.Join(v.Options, " / "), "line", itoa(first))
		return
	}
	p.options[key] = r.line
}
