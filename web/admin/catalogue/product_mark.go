package catalogue

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/pictures"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

func isUpload(source string) bool {
	_, ok := pictures.HashOf(source)
	return ok
}

// problemOf puts a problem of the models into the form's words.
func problemOf(code models.ProblemCode) pages.Problem {
	switch code {
	case models.ProblemRequired:
		return pages.ProblemMissing
	case models.ProblemTooLong:
		return pages.ProblemTooLong
	case models.ProblemSlug:
		return pages.ProblemSlug
	case models.ProblemNegative:
		return pages.ProblemNegative
	case models.ProblemNotLess:
		return pages.ProblemNotLess
	case models.ProblemDates:
		return pages.ProblemSaleDates
	case models.ProblemOptions:
		return pages.ProblemOptions
	case models.ProblemDuplicate:
		return pages.ProblemTwice
	case models.ProblemSigns:
		return pages.ProblemText
	case models.ProblemTooLarge:
		return pages.ProblemRange
	}
	return pages.ProblemFields
}

// mark writes the problems beside their fields. The first one of a field stays.
func (k formContext) mark(f *pages.ProductForm, list []models.ProductProblem) {
	for _, p := range list {
		problem := problemOf(p.Code)
		if p.Variant >= 0 {
			markVariant(&f.Variants[p.Variant], p.Field, problem)
			continue
		}
		switch p.Field {
		case "title":
			admin.KeepFirst(&f.Title.Problem, problem)
		case "slug":
			if f.Slug.Value != "" || f.Title.Value != "" { // it is made from the title
				admin.KeepFirst(&f.Slug.Problem, problem)
			}
		case "summary":
			admin.KeepFirst(&f.Summary.Problem, problem)
		case "description":
			admin.KeepFirst(&f.Description.Problem, problem)
		case "tags":
			admin.KeepFirst(&f.Tags.Problem, problem)
		case "category":
			admin.KeepFirst(&f.CategoryProblem, problem)
		case "options":
			admin.KeepFirst(&f.OptionProblem, problem)
		case "pictures":
			if p.Code != models.ProblemSigns {
				problem = pages.ProblemPictures
			}
			admin.KeepFirst(&f.PictureProblem, problem)
		case "variants":
			admin.KeepFirst(&f.VariantProblem, pages.ProblemVariants)
		}
	}
}

func markVariant(v *pages.VariantForm, field string, problem pages.Problem) {
	fields := map[string]*pages.Field{
		"sku": &v.SKU, "price": &v.Price, "sale_price": &v.SalePrice, "sale_until": &v.SaleUntil, "weight": &v.Weight,
		"low_stock": &v.LowStock, "barcode": &v.Barcode, "title": &v.Title,
	}
	if at, ok := fields[field]; ok {
		admin.KeepFirst(&at.Problem, problem)
		return
	}
	if field == "options" && problem == pages.ProblemOptions {
		for i := range v.Options {
			if v.Options[i].Value == "" {
				v.Options[i].Problem = pages.ProblemMissing
				problem = ""
			}
		}
	}
	if problem != "" {
		admin.KeepFirst(&v.Problem, problem)
	}
}

// markTexts checks what the models leave to the columns: the translations and the variants' own titles.
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
			admin.KeepFirst(&v.Title.Problem, pages.ProblemMissing)
		}
	}
}

// hasProblem reports that something in the form must be mended.
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
