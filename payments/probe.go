package payments

import (
	"context"
	"errors"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/opay"
)

// Probe queries an order that cannot exist, to test whether the platform accepts the shop's calls. nil means that address, AppKey, keys and
// clock are right. Errors are the gateway's: *opay.Error with the platform's code, opay.ErrUnreachable, opay.ErrUnknownOutcome.
func (q *Inquiry) Probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, q.timeout)
	defer cancel()
	_, err := q.gateway.OrderByRef(ctx, models.NewRef())
	if code, _ := opay.CodeOf(err); code == opay.CodeOrderNotFound || errors.Is(err, opay.ErrNotOffered) {
		return nil
	}
	return err
}

// logProbe logs the result of Probe for the operator when the workers start.
func (q *Inquiry) logProbe(ctx context.Context) {
	err := q.Probe(ctx)
	code, refused := opay.CodeOf(err)
	switch {
	case err == nil || ctx.Err() != nil:
	case refused:
		q.log.ErrorContext(ctx, "the platform refuses our calls: check the AppKey, the keys registered for it, and the clock",
			"code", string(code), "meaning", code.Text())
	default:
		q.log.WarnContext(ctx, "the platform does not answer as it should; the shop stays open and goes on asking", "error", err)
	}
}
