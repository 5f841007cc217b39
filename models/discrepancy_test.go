package models_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
)

// Each cell is what staff can do about an open discrepancy of a kind and a type of line: what cannot work is not offered.
func TestDiscrepancy_KindAndAction(t *testing.T) {
	type actions = []models.DiscrepancyAction
	work := actions{models.DiscrepancyAssign, models.DiscrepancyNote, models.DiscrepancyAccept}
	with := func(more models.DiscrepancyAction) actions { return append(slices.Clone(work), more) }
	table := map[models.DiscrepancyKind]struct{ payment, transfer actions }{
		models.AmountDiffers:  {with(models.DiscrepancyRefund), work},
		models.CoinDiffers:    {work, work},
		models.TheirsNotOurs:  {with(models.DiscrepancySettle), work},
		models.OursNotTheirs:  {work, work}, // the exchange lists no such payment: nothing to send back
		models.DuplicateLine:  {with(models.DiscrepancyRefund), work},
		models.WrongDay:       {work, work},
		models.UnreadableLine: {work, work},
		models.ChangedSealed:  {nil, nil}, // its day is locked
	}
	for _, kind := range models.DiscrepancyKinds() {
		row, ok := table[kind]
		assert.True(t, ok, "%s is not in the table", kind)
		for state, want := range map[models.DiscrepancyState][2]actions{
			models.DiscrepancyOpen:     {row.payment, row.transfer},
			models.DiscrepancyAccepted: {{models.DiscrepancyReopen}, {models.DiscrepancyReopen}},
			models.DiscrepancySettled:  {},
		} {
			for i, line := range []models.StatementType{models.StatementPayment, models.StatementTransfer} {
				var got actions
				for _, action := range models.DiscrepancyActions() {
					if (models.Discrepancy{Kind: kind, Type: line, State: state}).Allows(action) {
						got = append(got, action)
					}
				}
				if kind == models.ChangedSealed {
					want[i] = nil
				}
				assert.ElementsMatch(t, want[i], got, "%s %s %s", kind, line, state)
			}
		}
	}
}

func TestResultOf_BalancedMeansNoDifference(t *testing.T) {
	for _, c := range []struct {
		addsUp, differs bool
		open, accepted  int
		want            models.DayResult
	}{
		{true, false, 0, 0, models.DayBalanced},
		{true, true, 0, 0, models.DayExplained},
		{true, false, 0, 2, models.DayExplained},
		{true, true, 4, 2, models.DayExplainedOpen},
		{false, true, 0, 2, models.DayUnbalanced},
		{false, false, 4, 0, models.DayUnbalanced},
	} {
		assert.Equal(t, c.want, models.ResultOf(c.addsUp, c.differs, c.open, c.accepted), "%+v", c)
	}
}
