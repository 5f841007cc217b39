package shop

import (
	"net/http"
	"net/url"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/templates"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// tagSlug is the last part of a tag's address: a slug, or the tag itself where it has no Latin letters.
func tagSlug(tag string) string {
	if slug := text.Slug(tag); slug != "" {
		return slug
	}
	return tag
}

func tagPath(tag string) string { return "/tags/" + url.PathEscape(tagSlug(tag)) }

// Tag shows the products that have a tag: GET /tags/{slug}?sort=&page=.
func (p *CataloguePages) Tag(v *visit.Visit) error {
	tags, err := p.site.Tags(v.Context())
	if err != nil {
		return err
	}
	tag := ""
	for _, t := range tags {
		if t.Published > 0 && tag == "" && tagSlug(t.Tag) == v.Param("slug") {
			tag = t.Tag
		}
	}
	if tag == "" {
		return visit.ErrNoPage
	}
	path := tagPath(tag)
	list, err := p.listed(v, &models.CardFilter{Tag: tag}, path, nil)
	if err != nil {
		return err
	}
	frame, err := v.Page()
	if err != nil {
		return err
	}
	frame.Canonical = v.Absolute(canonical(path, list.page))
	v.Public()
	return v.Show(http.StatusOK, pages.Category(pages.CategoryView{
		Page: frame, Path: path, Name: v.Printer.T("tag.title", "Tag", tag), Picture: templates.Picture{},
		Products: list.cards, Total: list.total, Sort: list.sort, Pager: list.pager,
	}))
}
