package admin

func (p Person) path() string { return "/admin/staff/" + p.ID }

// choicesOrNone keeps a <select> a <select> when there is nothing to choose.
func choicesOrNone(list []Choice) []Choice {
	if list == nil {
		return []Choice{}
	}
	return list
}
