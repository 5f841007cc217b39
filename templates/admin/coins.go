package admin

import "net/url"

func (v CoinView) title() string {
	p := v.Page.Printer
	if v.New {
		return p.T("admin.coin.new")
	}
	return p.T("admin.coin.title", "Symbol", v.Row.Symbol, "Name", v.Row.Name)
}

func (v CoinView) action() string {
	if v.New {
		return "/admin/coins"
	}
	return v.Row.path()
}

// spanPath is the page with another span of time in its chart.
func (v CoinView) spanPath(span string) string {
	if span == "" {
		return v.Row.path()
	}
	return v.Row.path() + "?" + url.Values{"span": {span}}.Encode()
}

func (v SourceView) title() string {
	p := v.Page.Printer
	if v.New {
		return p.T("admin.source.new")
	}
	return p.T("admin.source.title", "Name", v.Shown)
}

func (v SourceView) action() string {
	if v.New {
		return "/admin/price-sources"
	}
	return "/admin/price-sources/" + v.ID
}
