package shop

import (
	"net/http"
	"net/url"

	"coincart/models"
	"coincart/templates"
	pages "coincart/templates/shop"
	"coincart/web/visit"
)

// tagSlug is the last part of a tag's address: a slug, or the tag itself where it has no Latin letters.
func tagSlug(tag string) string {
	if slug := models.Slugify(tag); slug != "" {
		return slug
	}
	return tag
}

func tagPath(tag string) string { return "/tags/" + url.PathEscape(tagSlug(tag)) }

// Tag shows the products that have a tag: GET /tags/{slug}?sort=&page=.
func (p *Pages) Tag(v *visit.Visit) error {
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
	sort, page, ok := listing(v)
	if !ok {
		return visit.ErrNoPage
	}
	filter := models.CardFilter{Tag: tag, Sort: sort, Limit: perPage, Offset: (page - 1) * perPage}
	cards, total, err := p.site.Store.Cards(v.Context(), filter)
	if err != nil {
		return err
	}
	count := pageCount(total)
	if page > count {
		return visit.ErrNoPage
	}
	currency, err := p.site.Currency(v.Context())
	if err != nil {
		return err
	}
	frame, err := v.Page()
	if err != nil {
		return err
	}
	path := tagPath(tag)
	frame.Canonical = v.Absolute(canonical(path, page))
	v.Public()
	return v.Show(http.StatusOK, pages.Category(pages.CategoryView{
		Page: frame, Path: path, Name: v.Printer.T("tag.title", "Tag", tag), Picture: templates.Picture{},
		Products: cardViews(v.Printer, currency, cards), Total: total, Sort: string(sort),
		Pager: pages.NewPager(path, url.Values{"sort": {string(sort)}}, page, count),
	}))
}
