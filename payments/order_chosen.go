package payments

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
)

// MaxChosen is the maximum number of orders of one bulk action.
const MaxChosen = 1000

type chosenParams struct {
	Orders []string     `json:"orders"` // order ids
	By     models.Actor `json:"by"`
}

// StartCancel starts a task that cancels orders. The same form token gives the same task. Errors: jobs.ErrTask.
func (o *OrderAdmin) StartCancel(ctx context.Context, orderIDs []string, token string, by models.Actor) (models.Task, error) {
	return o.startChosen(ctx, models.TaskCancel, orderIDs, token, by)
}

// StartFulfil starts a task that marks orders as handed over, without tracking numbers. The same form token gives the same task. Errors:
// jobs.ErrTask.
func (o *OrderAdmin) StartFulfil(ctx context.Context, orderIDs []string, token string, by models.Actor) (models.Task, error) {
	return o.startChosen(ctx, models.TaskFulfil, orderIDs, token, by)
}

func (o *OrderAdmin) startChosen(ctx context.Context, kind models.TaskKind, orderIDs []string, token string, by models.Actor) (models.Task, error) {
	if len(orderIDs) == 0 || len(orderIDs) > MaxChosen {
		return models.Task{}, fmt.Errorf("%w: want 1 to %d orders", jobs.ErrTask, MaxChosen)
	}
	return o.jobs.Start(ctx, jobs.Request{Kind: kind, Total: len(orderIDs), Token: token, Params: chosenParams{orderIDs, by}}, by)
}

// cancelOrders cancels the orders of a task.
func (o *OrderAdmin) cancelOrders(ctx context.Context, r *jobs.Run) error {
	return o.eachChosen(ctx, r, func(id string, by models.Actor) (string, error) {
		outcome, err := o.CancelByStaff(ctx, id, by)
		if errors.Is(err, store.ErrNotFound) {
			return string(OutcomeGone), nil
		}
		return string(outcome), err
	})
}

// The results of orders that a task marks as handed over.
const (
	ResultFulfilled      = "fulfilled"
	ResultNotFulfillable = "not_fulfillable" // not paid, or handed over already
)

// fulfilOrders marks the orders of a task as handed over.
func (o *OrderAdmin) fulfilOrders(ctx context.Context, r *jobs.Run) error {
	return o.eachChosen(ctx, r, func(id string, by models.Actor) (string, error) {
		// A task that is taken up again sends nothing twice.
		token := uuid.NewSHA1(uuid.NameSpaceURL, []byte("ship:"+r.Task.ID+":"+id)).String()
		_, err := o.Ship(ctx, ShipInput{OrderID: id, FormToken: token}, by)
		if errors.Is(err, ErrNotFulfillable) || errors.Is(err, store.ErrNotFound) {
			return ResultNotFulfillable, nil
		}
		return ResultFulfilled, err
	})
}

// eachChosen calls do for the orders of a task one by one, beginning after those whose results are stored, and stores what it returns.
func (o *OrderAdmin) eachChosen(ctx context.Context, r *jobs.Run, do func(orderID string, by models.Actor) (outcome string, err error)) error {
	var p chosenParams
	if err := r.Params(&p); err != nil {
		return err
	}
	t := r.Task
	for i := t.Done; i < len(p.Orders); i++ {
		outcome, err := do(p.Orders[i], p.By)
		if err != nil {
			return fmt.Errorf("%s order %d: %w", t.Kind, i+1, err)
		}
		row := models.TaskRow{TaskID: t.ID, Position: i + 1, OrderID: p.Orders[i], Outcome: outcome}
		if order, err := o.store.Order(ctx, p.Orders[i]); err == nil {
			row.Subject = order.NumberText
		}
		if err := o.store.AddTaskRows(ctx, t.Lease, []models.TaskRow{row}); err != nil && !errors.Is(err, store.ErrDuplicate) {
			return fmt.Errorf("store result: %w", err)
		}
		if err := r.Progress(ctx, i+1, len(p.Orders)); err != nil {
			return err
		}
	}
	return nil
}
