package admin

import (
	"slices"

	"github.com/coincart/coincart/models"
)

// path returns the address of a decision's form. Sending money back needs a fresh code, and asking needs less than deciding.
func (d DecisionForm) path(review string) string {
	action := "decide"
	switch models.Decision(d.Decision) {
	case models.DecideRefund, models.DecideAsk:
		action = d.Decision
	case models.DecideAccept, models.DecideAcceptAmount, models.DecideDrop, models.DecideNoted, models.DecideWait:
	}
	return "/admin/reviews/" + review + "/" + action
}

// dangerous reports whether the decision cannot be taken back.
func (d DecisionForm) dangerous() bool {
	return slices.Contains([]models.Decision{models.DecideRefund, models.DecideDrop}, models.Decision(d.Decision))
}

func (d DecisionForm) class() string {
	switch {
	case d.dangerous():
		return "confirm--danger"
	case models.Decision(d.Decision) == models.DecideAccept, models.Decision(d.Decision) == models.DecideAcceptAmount:
		return "confirm--main"
	}
	return ""
}

func (d DecisionForm) glyph() string {
	switch models.Decision(d.Decision) {
	case models.DecideAccept, models.DecideAcceptAmount, models.DecideNoted:
		return "check"
	case models.DecideRefund:
		return "return"
	case models.DecideDrop:
		return "stop"
	case models.DecideAsk:
		return "turn"
	case models.DecideWait:
	}
	return "clock"
}
