package admin

func (v EnrolView) title() string {
	p := v.Page.Printer
	switch {
	case v.First:
		return p.T("admin.enrol.first.title", "Shop", v.Page.ShopName)
	case v.Reset:
		return p.T("admin.enrol.reset.title")
	}
	return p.T("admin.enrol.title", "Shop", v.Page.ShopName)
}

func (v EnrolView) text() string {
	p := v.Page.Printer
	switch {
	case v.First:
		return p.T("admin.enrol.first.text")
	case v.Reset:
		return p.T("admin.enrol.reset.text")
	}
	return p.T("admin.enrol.text", "Role", word(p, "admin.role.", v.Role))
}

// viewBox returns the code's view box: one unit per module.
func (c QR) viewBox() string { return "0 0 " + number(c.Size) + " " + number(c.Size) }

func (p Person) path() string { return "/admin/staff/" + p.ID }

// choicesOrNone returns a list that is not nil, so that a <select> without options is still rendered as a <select>.
func choicesOrNone(list []Choice) []Choice {
	if list == nil {
		return []Choice{}
	}
	return list
}
