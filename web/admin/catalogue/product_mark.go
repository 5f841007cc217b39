package catalogue

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/pictures"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

func isUpload(source string) bool {
	_, ok := pictures.HashOf(source)
	return ok
}

// markProblems sets the problems of the fields. The first one of a field is kept.
func (k formContext) markProblems(f *pages.ProductForm, list []models.ProductProblem) {
	fields := map[string]*invalid.Problem{
		"title": &f.Title.Problem, "slug": &f.Slug.Problem, "summary": &f.Summary.Problem, "description": &f.Description.Problem,
		"tags": &f.Tags.Problem, "category": &f.CategoryProblem, "options": &f.OptionProblem, "pictures": &f.PictureProblem,
		"variants": &f.VariantProblem,
	}
	for _, p := range list {
		switch {
		case p.Variant >= 0:
			markVariant(&f.Variants[p.Variant], p.Field, p.Problem)
		case p.Field == "slug" && f.Slug.Value == "" && f.Title.Value == "": // it is made from the title
		default:
			fields[p.Field].Keep(p.Problem)
		}
	}
}

func markVariant(v *pages.VariantForm, field string, problem invalid.Problem) {
	fields := map[string]*pages.Field{
		"sku": &v.SKU, "price": &v.Price, "sale_price": &v.SalePrice, "sale_until": &v.SaleUntil, "weight": &v.Weight,
		"low_stock": &v.LowStock, "title": &v.Title,
	}
	for i := range v.Plain {
		fields[v.Plain[i].Name] = &v.Plain[i].Field
	}
	if at, ok := fields[field]; ok {
		at.Problem.Keep(problem)
		return
	}
	if field == "options" && problem == invalid.Options {
		for i := range v.Options {
			if v.Options[i].Value == "" {
				v.Options[i].Problem = invalid.Missing
				problem = ""
			}
		}
	}
	v.Problem.Keep(problem)
}

// markTexts checks what models does not: the translations and the variants' own titles.
func (k formContext) markTexts(f *pages.ProductForm) {
	for i := range f.Texts {
		t := &f.Texts[i]
		admin.LimitText(&t.Title, models.MaxTitle)
		admin.LimitText(&t.Summary, models.MaxSummary)
		admin.LimitText(&t.Description, models.MaxDescription)
	}
	for i := range f.Variants {
		v := &f.Variants[i]
		admin.LimitText(&v.Title, models.MaxTitle)
		if len(f.Options) == 0 && len(f.Variants) > 1 && v.Title.Value == "" && !v.Retired {
			v.Title.Problem.Keep(invalid.Missing)
		}
	}
}

// hasProblem reports whether something in the form must be corrected.
func hasProblem(f pages.ProductForm) bool {
	all := f.CategoryProblem + f.OptionProblem + f.VariantProblem + f.PictureProblem
	for _, field := range []pages.Field{f.Title, f.Slug, f.Summary, f.Description, f.Tags} {
		all += field.Problem
	}
	for _, t := range f.Texts {
		all += t.Title.Problem + t.Summary.Problem + t.Description.Problem
	}
	for _, o := range f.Options {
		all += o.Name.Problem + o.Values.Problem
	}
	for _, v := range f.Variants {
		if v.Bad() {
			return true
		}
	}
	for _, p := range f.Pictures {
		all += p.Alt.Problem
	}
	return all != ""
}
