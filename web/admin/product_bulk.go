package admin

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
	pages "github.com/coincart/coincart/templates/admin"
)

// bulkChange is what can be done to several products at once; nil for anything else.
func bulkChange(do string) func(*models.Product) {
	switch do {
	case "publish":
		return func(p *models.Product) { p.Hidden = false }
	case "hide":
		return func(p *models.Product) { p.Hidden = true }
	case "feature":
		return func(p *models.Product) { p.Featured = true }
	case "unfeature":
		return func(p *models.Product) { p.Featured = false }
	}
	return nil
}

// changeProducts changes all of them or none. Products that went meanwhile are passed over.
func (o *Office) changeProducts(d *desk, ids []string, form url.Values, change func(*models.Product)) error {
	changed := 0
	err := o.site.Store.Audited(d.Context(), d.actor(), "product."+form.Get("do"), "products:"+strconv.Itoa(len(ids)), nil,
		models.Facts{"products": strings.Join(ids, " ")}, func(tx *store.Store) error {
			changed = 0
			for _, id := range ids {
				p, err := tx.ProductByID(d.Context(), id)
				if errors.Is(err, store.ErrNotFound) {
					continue
				}
				if err != nil {
					return err
				}
				was := p
				if change(&p); was.Hidden == p.Hidden && was.Featured == p.Featured {
					continue
				}
				if err := tx.SaveProduct(d.Context(), p); err != nil {
					return err
				}
				changed++
			}
			return nil
		})
	if err != nil {
		return missing(err)
	}
	d.note(pages.NoticeProductsChanged, strconv.Itoa(changed))
	return d.SeeOther(productsNext(form))
}

// moveProduct changes the shopkeeper's order: POST /admin/products/{id}/move with category, before, next.
func (o *Office) moveProduct(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	category, before := form.Get("category"), form.Get("before")
	err = o.site.Store.Audited(d.Context(), d.actor(), "product.move", productSubject(id), nil,
		models.Facts{"category": category, "before": before},
		func(tx *store.Store) error { return tx.MoveProduct(d.Context(), id, category, before) })
	if err != nil {
		return missing(err)
	}
	d.note(pages.NoticeProductMoved, "")
	return d.SeeOther(productsNext(form))
}

// copyOf is a hidden product like another one, with an address and SKUs of its own and without stock.
func copyOf(p models.Product, id, title string) models.Product {
	suffix := strings.ReplaceAll(id, "-", "")[24:]
	p.ID, p.Title, p.Hidden, p.Featured, p.Version = id, shorten(title, models.MaxTitle), true, false, 0
	p.Slug = strings.Trim(shorten(p.Slug, text.MaxSlug-len(suffix)-1), "-") + "-" + suffix
	variants := make([]models.Variant, len(p.Variants))
	for i, v := range p.Variants {
		v.ID, v.OnHand, v.Reserved, v.Sold = "", 0, 0, 0
		v.SKU = shorten(v.SKU, models.MaxSKU-len(suffix)-1) + "-" + suffix
		variants[i] = v
	}
	pictures := make([]models.Picture, len(p.Pictures))
	for i, picture := range p.Pictures {
		picture.ID = ""
		pictures[i] = picture
	}
	p.Variants, p.Pictures = variants, pictures
	return p
}

func shorten(text string, longest int) string {
	runes := []rune(text)
	if len(runes) > longest {
		return string(runes[:longest])
	}
	return text
}
