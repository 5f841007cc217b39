package admin

import (
	"cmp"
	"net/url"

	"github.com/a-h/templ"

	"github.com/coincart/coincart/templates"
)

// movable reports whether the rows are in a category's own order, which can be changed.
func (v ProductsView) movable() bool { return v.Category != "" && v.Page.May.Catalogue }

// dragAttributes returns the attributes that let the script drag rows; "end" allows a place below the last row too.
func (v ProductsView) dragAttributes() templ.Attributes {
	switch {
	case !v.movable():
		return nil
	case v.Next == "":
		return templ.Attributes{"data-order": "end"}
	}
	return templ.Attributes{"data-order": "more"}
}

// columns returns the columns of the table; the last one moves rows.
func (v ProductsView) columns() []column {
	list := []column{
		boxes(), col("admin.products.col.product"), col("admin.col.state"), num("admin.products.col.price"), num("admin.products.col.stock"),
		col("admin.products.col.changed"),
	}
	if v.movable() {
		list = append(list, hidden("admin.products.col.order_of"))
	}
	return list
}

// placeText returns a product's SKUs and category.
func (r ProductRow) placeText() string {
	if r.SKUs == "" {
		return r.Category
	}
	return r.SKUs + " · " + r.Category
}

func (v CategoryView) title() string {
	p := v.Page.Printer
	if v.New {
		return p.T("admin.category.new")
	}
	for _, t := range v.Texts {
		if t.Lang == p.Lang() && t.Name.Value != "" {
			return t.Name.Value
		}
	}
	return cmp.Or(v.Name.Value, p.T("admin.product.untitled"))
}

func (v CategoryView) action() string {
	return either(v.New, "/admin/categories", "/admin/categories/"+v.ID)
}

func (v CategoryView) thumbnail() string { return templates.Picture{Source: v.Picture}.Thumbnail() }

func (r TagRow) list() string { return "/admin/products?" + url.Values{"tag": {r.Tag}}.Encode() }

// newName returns the value of the field of a tag's new name.
func (v TagsView) newName(tag string) string {
	if v.For == tag {
		return v.Typed
	}
	return tag
}
