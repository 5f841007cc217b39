package conform

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/coincart/coincart/payments/opay"
)

// cancelPath asks both paths about an order that does not exist.
func (r *run) cancelPath(ctx context.Context) (string, error) {
	if r.Profile.Paths.Cancel != "" {
		return r.Profile.Paths.Cancel, nil
	}
	var offered []string
	for _, path := range []string{opay.PathCancel, opay.PathCancelLong} {
		got, err := r.ask(ctx, path, message{fields: []opay.Field{{Name: "orderNum", Value: unknownOrder}}})
		if err == nil || got.status != http.StatusNotFound {
			offered = append(offered, path)
		}
	}
	switch len(offered) {
	case 0:
		return "", skip("it is at neither of the two known paths")
	case 1:
		r.found.Paths.Cancel = offered[0]
		return offered[0], r.renew()
	}
	return "both", nil
}

func (r *run) cancel(ctx context.Context) (string, error) {
	r.count()
	r.cancelled = r.Now()
	return "", r.client.Cancel(ctx, r.first.number) //nolint:wrapcheck // the check's name is context enough
}

func (r *run) cancelSeen(ctx context.Context) (string, error) {
	r.count()
	detail, err := r.client.Order(ctx, r.first.number, "")
	if err != nil {
		return "", skip("orderDetail does not answer")
	}
	if detail.Status != opay.StatusClosed {
		return "", fmt.Errorf("the status is %s", detail.Status)
	}
	return "", nil
}

func (r *run) cancelAgain(ctx context.Context) (string, error) { return r.stays(ctx, r.first.number) }

// stays expects that an order cannot be cancelled.
func (r *run) stays(ctx context.Context, number string) (string, error) {
	r.count()
	err := r.client.Cancel(ctx, number)
	code, refused := opay.CodeOf(err)
	switch {
	case err == nil:
		return "", errors.New("it was accepted")
	case refused && code != opay.CodeOrderStatusException:
		return "", fmt.Errorf("refused with %s (%s)", code, code.Text())
	case !refused:
		return "", err //nolint:wrapcheck // the check's name is context enough
	}
	return "", nil
}

// pay makes an order, lets Config.Spend pay it, and waits for the status.
func (r *run) pay(ctx context.Context) (string, error) {
	if r.Spend == nil {
		return "", skip("nothing is spent")
	}
	o, err := r.newOrder(ctx, r.SpendAmount)
	if err != nil {
		return "", err
	}
	r.paid = o
	page, err := r.client.PayURL(opay.PayPage{OrderNum: o.number, Payer: opay.Payer{UserID: r.Payer}, PayLink: o.created.PayLink})
	if err != nil {
		return "", fmt.Errorf("the pay page: %w", err)
	}
	if err := r.Spend(ctx, o.number, page); err != nil {
		return "", skip("it was not paid: " + err.Error())
	}
	status := opay.Status("")
	paid, err := r.until(ctx, payWait, func() bool {
		detail, err := r.client.Order(ctx, o.number, "")
		status = detail.Status
		return err == nil && status == opay.StatusPaid
	})
	if err == nil && !paid {
		err = fmt.Errorf("the status is %s", status)
	}
	return "", err
}

func (r *run) paidAmount(ctx context.Context) (string, error) {
	detail, err := r.client.Order(ctx, r.paid.number, "")
	if err != nil {
		return "", err //nolint:wrapcheck // the check's name is context enough
	}
	asked := r.paid.amount
	r.paid.amount = detail.Amount // what the statement must tell, too
	if !detail.Amount.Equal(asked) {
		return "", fmt.Errorf("%s was asked, and %s was paid", asked, detail.Amount)
	}
	if detail.Coin != r.Coin {
		return "", fmt.Errorf("%s was asked, and %s was paid", r.Coin, detail.Coin)
	}
	return "", nil
}

func (r *run) paidCancel(ctx context.Context) (string, error) { return r.stays(ctx, r.paid.number) }
