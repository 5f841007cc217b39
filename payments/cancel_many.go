package payments

import (
	"context"
	"errors"
	"fmt"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
)

// MaxCancelled is the maximum number of orders of one bulk cancellation.
const MaxCancelled = 1000

type cancelParams struct {
	Orders []string     `json:"orders"` // order ids
	By     models.Actor `json:"by"`
}

// StartCancel starts a task that cancels orders. The same form token gives the same task. Errors: jobs.ErrTask.
func (o *OrderAdmin) StartCancel(ctx context.Context, orderIDs []string, token string, by models.Actor) (models.Task, error) {
	if len(orderIDs) == 0 || len(orderIDs) > MaxCancelled {
		return models.Task{}, fmt.Errorf("%w: want 1 to %d orders", jobs.ErrTask, MaxCancelled)
	}
	return o.jobs.Start(ctx, jobs.Request{Kind: models.TaskCancel, Total: len(orderIDs), Token: token, Params: cancelParams{orderIDs, by}}, by)
}

// cancelOrders cancels the orders of a task one by one, beginning after those whose results are stored.
func (o *OrderAdmin) cancelOrders(ctx context.Context, r *jobs.Run) error {
	var p cancelParams
	if err := r.Params(&p); err != nil {
		return err
	}
	t := r.Task
	for i := t.Done; i < len(p.Orders); i++ {
		row := models.TaskRow{TaskID: t.ID, Position: i + 1, OrderID: p.Orders[i]}
		outcome, err := o.CancelByStaff(ctx, p.Orders[i], p.By)
		row.Outcome = string(outcome)
		if errors.Is(err, store.ErrNotFound) {
			row.Outcome, err = string(OutcomeGone), nil
		}
		if err != nil {
			return fmt.Errorf("cancel order %d: %w", i+1, err)
		}
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
