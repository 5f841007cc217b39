package admin

import "github.com/coincart/coincart/templates/i18n"

// thingColumns puts the column of the variant in front where the rows are about several.
func thingColumns(things bool, rest ...column) []column {
	if things {
		return append([]column{col("admin.stock.col.thing")}, rest...)
	}
	return rest
}

func (t StockThing) path() string { return "/admin/stock/" + t.ID }

func (r CountRow) path() string { return "/admin/stock/counts/" + r.ID }

func (r CountRow) open() bool { return r.State == "open" }

// stockRefusal puts a refusal of the stock's forms into words, with what is left.
func (v StockItemView) stockRefusal(p *i18n.Printer) string {
	return refusalWords(p, v.Refusal, "Left", v.Left)
}

// countWords says how far a sheet is.
func (r CountRow) countWords(p *i18n.Printer) string {
	text := p.T("admin.count.progress", "Counted", count(p, r.Counted), "Lines", count(p, r.Lines))
	if r.Different > 0 {
		text += " · " + p.N("admin.count.different", r.Different)
	}
	return text
}
