package admin

// The decisions that pages treat in a way of their own, as models.Decision names them.
const (
	decideAccept       = "accept"
	decideAcceptAmount = "accept_amount"
	decideRefund       = "refund"
	decideDrop         = "drop"
	decideNoted        = "noted"
	decideAsk          = "ask"
)

// path returns the address of a decision's form. Sending money back needs a fresh code, and asking needs less than deciding.
func (d DecisionForm) path(review string) string {
	action := "decide"
	if d.Decision == decideRefund || d.Decision == decideAsk {
		action = d.Decision
	}
	return "/admin/reviews/" + review + "/" + action
}

// dangerous reports whether the decision cannot be taken back.
func (d DecisionForm) dangerous() bool { return d.Decision == decideRefund || d.Decision == decideDrop }

func (d DecisionForm) class() string {
	switch {
	case d.dangerous():
		return "confirm--danger"
	case d.Decision == decideAccept || d.Decision == decideAcceptAmount:
		return "confirm--main"
	}
	return ""
}

func (d DecisionForm) glyph() string {
	switch d.Decision {
	case decideAccept, decideAcceptAmount, decideNoted:
		return "check"
	case decideRefund:
		return "return"
	case decideDrop:
		return "stop"
	case decideAsk:
		return "turn"
	}
	return "clock"
}
