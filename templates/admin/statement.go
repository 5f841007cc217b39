package admin

import "net/url"

// foundPath is the day's page with the differences of one state.
func (v StatementView) foundPath(c Choice) string {
	path := "/admin/statements/" + url.PathEscape(v.Day)
	if c.Value == "" {
		return path + "?found=#found-title"
	}
	return path + "?" + url.Values{"found": {c.Value}}.Encode() + "#found-title"
}

// blank reports that the exchange has nothing on the day.
func (v StatementView) blank() bool { return v.Statement.State == "complete" && v.Statement.Lines == 0 }

func (d DiscrepancyRow) path(action string) string {
	return "/admin/discrepancies/" + d.ID + "/" + action
}
