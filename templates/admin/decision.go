package admin

// path returns the address of a decision's form. Sending money back needs a fresh code, and asking needs less than deciding.
func (d DecisionForm) path(review string) string {
	action := "decide"
	switch d.Decision {
	case "refund", "ask":
		action = d.Decision
	}
	return "/admin/reviews/" + review + "/" + action
}

// dangerous reports whether the decision cannot be taken back.
func (d DecisionForm) dangerous() bool { return d.Decision == "refund" || d.Decision == "drop" }

func (d DecisionForm) class() string {
	switch d.Decision {
	case "refund", "drop":
		return "confirm--danger"
	case "accept", "accept_amount":
		return "confirm--main"
	}
	return ""
}

func (d DecisionForm) glyph() string {
	switch d.Decision {
	case "accept", "accept_amount", "noted":
		return "check"
	case "refund":
		return "return"
	case "drop":
		return "stop"
	case "ask":
		return "turn"
	}
	return "clock"
}
