package models_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
)

// The machines are written out a second time, as a person reads them in design.md §3, and compared over every pair.
func TestOrderState_EveryPair(t *testing.T) {
	t.Parallel()
	allowed := map[string]bool{}
	for _, move := range []string{
		"awaiting>paid", "awaiting>expired", "awaiting>cancelled", "awaiting>review",
		"expired>review", "cancelled>review", "review>paid", "review>cancelled",
	} {
		allowed[move] = true
	}
	states := models.OrderStates()
	assert.Len(t, states, 5)
	for _, from := range states {
		for _, to := range states {
			move := string(from) + ">" + string(to)
			assert.Equal(t, allowed[move], from.CanMove(to), move)
		}
	}
	assert.False(t, models.OrderState("").CanMove(models.OrderPaid), "no state of ours")
	assert.False(t, models.OrderAwaiting.CanMove("shipped"), "no state of ours")
}

func TestAttemptState_EveryPair(t *testing.T) {
	t.Parallel()
	allowed := map[string]bool{}
	for _, move := range []string{
		"created>submitting", "created>failed", "created>paid",
		"submitting>open", "submitting>unknown", "submitting>failed", "submitting>closed", "submitting>paid",
		"open>unknown", "open>failed", "open>closed", "open>paid",
		"unknown>open", "unknown>failed", "unknown>closed", "unknown>paid",
		"failed>paid", "closed>paid",
	} {
		allowed[move] = true
	}
	states := modelstest.Constants[models.AttemptState]()
	assert.Len(t, states, 7)
	for _, from := range states {
		for _, to := range states {
			move := string(from) + ">" + string(to)
			assert.Equal(t, allowed[move], from.CanMove(to), move)
		}
	}
}

func TestAttemptState_PaidAbsorbsAndIsReachedFromEverywhere(t *testing.T) {
	t.Parallel()
	for _, s := range modelstest.Constants[models.AttemptState]() {
		assert.False(t, models.AttemptPaid.CanMove(s), "paid is never left, not for %s", s)
		assert.Equal(t, s != models.AttemptPaid, s.CanMove(models.AttemptPaid), "late money from %s", s)
	}
}

func TestAttemptState_LiveMeansItMayStillBePaidByItself(t *testing.T) {
	t.Parallel()
	live := []models.AttemptState{models.AttemptCreated, models.AttemptSubmitting, models.AttemptOpen, models.AttemptUnknown}
	for _, s := range modelstest.Constants[models.AttemptState]() {
		assert.Equal(t, slices.Contains(live, s), s.Live(), string(s))
	}
	assert.False(t, models.AttemptState("").Live())
}

func TestOrder_CurrentAttempt(t *testing.T) {
	t.Parallel()
	o := models.Order{}
	assert.Nil(t, o.Current())
	o.Attempts = []models.Attempt{{ID: "first"}, {ID: "second"}}
	assert.Equal(t, "second", o.Current().ID, "the newest")
	o.PaidAttemptID = "first"
	assert.Equal(t, "first", o.Current().ID, "the one that paid")
}
