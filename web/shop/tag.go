package shop

import (
	"net/url"
	"slices"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/text"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// tagSlug returns the last part of a tag's address: a slug, or the tag itself where it has no Latin letters.
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
	i := slices.IndexFunc(tags, func(t models.TagCount) bool { return t.Published > 0 && tagSlug(t.Tag) == v.Param("slug") })
	if i < 0 {
		return visit.ErrNoPage
	}
	tag := tags[i].Tag
	return p.showList(v, models.CardFilter{Tag: tag}, nil, pages.CategoryView{Path: tagPath(tag), Name: v.Printer.T("tag.title", "Tag", tag)})
}
