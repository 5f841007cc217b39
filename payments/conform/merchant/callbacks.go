package merchant

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

func (t *course) paid(ctx context.Context) error {
	p, err := t.buy(ctx)
	if err != nil {
		return err
	}
	if err := t.payAndEnd(ctx, p); err != nil {
		return err
	}
	if err := t.delivered(ctx, p); err != nil {
		return err
	}
	return t.acknowledged(p)
}

// forged returns what sends forged callbacks.
func forged(ways ...string) doing {
	return func(t *course, ctx context.Context) error {
		p, err := t.buy(ctx)
		if err != nil {
			return err
		}
		for _, way := range ways {
			if err := t.box.Notify(p.order.OrderNum, sandbox.Notice{OrderStatus: string(opay.StatusPaid), Forge: way}); err != nil {
				return fmt.Errorf("forge: %w", err)
			}
		}
		if err := t.delivered(ctx, p); err != nil {
			return err
		}
		if err := t.ends(ctx, p, 0, stillOpen); err != nil {
			return err
		}
		return t.payAndEnd(ctx, p)
	}
}

func (t *course) replayed(ctx context.Context) error {
	p, err := t.paySilently(ctx)
	if err != nil {
		return err
	}
	body, err := t.sender.seal(t.sender.appID, t.truth(p, opay.StatusPaid), false)
	if err != nil {
		return err
	}
	bodies := make([][]byte, copies)
	for i := range bodies {
		bodies[i] = body
	}
	t.flood(ctx, p, bodies)
	return t.ends(ctx, p, t.Prompt, paidOnce)
}

func (t *course) resealed(ctx context.Context) error {
	p, err := t.paySilently(ctx)
	if err != nil {
		return err
	}
	bodies := make([][]byte, copies)
	for i := range bodies {
		told := t.truth(p, opay.StatusPaid)
		if t.sender.secret != nil { // what is not encrypted differs by its text only
			told.amount = padded(told.amount, i%8)
		}
		if bodies[i], err = t.sender.seal(t.sender.appID, told, false); err != nil {
			return err
		}
	}
	t.flood(ctx, p, bodies)
	return t.ends(ctx, p, t.Prompt, paidOnce)
}

// padded writes n zeros behind an amount.
func padded(amount string, n int) string {
	if n > 0 && !strings.Contains(amount, ".") {
		amount += "."
	}
	return amount + strings.Repeat("0", n)
}

func (t *course) shuffled(ctx context.Context) error {
	p, err := t.paySilently(ctx)
	if err != nil {
		return err
	}
	if err := t.tellAll(ctx, p, opay.StatusPaid, opay.StatusPending); err != nil {
		return err
	}
	return t.ends(ctx, p, t.Prompt, paidOnce)
}

func (t *course) contradicted(ctx context.Context) error {
	p, err := t.buy(ctx)
	if err != nil {
		return err
	}
	if err := t.tellAll(ctx, p, opay.StatusClosed, opay.StatusFailed); err != nil {
		return err
	}
	return t.payAndEnd(ctx, p, inReview)
}

func (t *course) back(ctx context.Context) error {
	p, err := t.buy(ctx)
	if err != nil {
		return err
	}
	if err := t.payAndEnd(ctx, p); err != nil {
		return err
	}
	if err := t.box.SetFaults(sandbox.Faults{{Kind: sandbox.FaultStale}}); err != nil {
		return fmt.Errorf("set faults: %w", err)
	}
	if err := t.tellAll(ctx, p, opay.StatusFailed, opay.StatusClosed, opay.StatusPaid); err != nil {
		return err
	}
	if err := t.ends(ctx, p, 0, paidOnce, caseToo); err != nil {
		return err
	}
	if err := t.box.SetFaults(nil); err != nil {
		return fmt.Errorf("end faults: %w", err)
	}
	if err := t.tellAll(ctx, p, opay.StatusPaid); err != nil {
		return err
	}
	return t.ends(ctx, p, t.Prompt, paidOnce, caseToo)
}

func (t *course) earlyPending(ctx context.Context) error {
	p, err := t.buyWhile(ctx, sandbox.Fault{Kind: sandbox.FaultCallbackEarly})
	if err != nil {
		return err
	}
	return t.payAndEnd(ctx, p)
}

func (t *course) earlyPaid(ctx context.Context) error {
	p, err := t.buyWhile(ctx, sandbox.Fault{Kind: sandbox.FaultCallbackEarlyPaid})
	if err != nil {
		return err
	}
	return t.ends(ctx, p, t.Patience, paidOnce)
}

func (t *course) ackSlow(ctx context.Context) error {
	p, err := t.paySilently(ctx)
	if err != nil {
		return err
	}
	t.gate.shut()
	if err := t.box.SetFaults(sandbox.Faults{{Kind: sandbox.FaultSlow, Call: "orderDetail"}}); err != nil {
		return fmt.Errorf("set faults: %w", err)
	}
	for range 4 {
		if err := t.tellHurriedly(ctx, p); err != nil {
			return err
		}
	}
	if _, err := t.until(ctx, t.Settle, func() (bool, error) { return t.gate.count() > 0, nil }); err != nil {
		return err
	}
	if err := t.box.SetFaults(nil); err != nil {
		return fmt.Errorf("end faults: %w", err)
	}
	t.gate.open()
	if err := t.ends(ctx, p, t.Prompt, paidOnce, stillOpen); err != nil {
		return err
	}
	if err := t.tellAll(ctx, p, opay.StatusPaid); err != nil {
		return err
	}
	return t.ends(ctx, p, t.Prompt, paidOnce)
}

// tellHurriedly tells that the order is paid, and hangs up when the merchant asks about it or after Settle.
func (t *course) tellHurriedly(ctx context.Context, p *purchase) error {
	asked := t.gate.count()
	hurried, hangUp := context.WithCancel(ctx)
	answered := make(chan error, 1)
	go func() { answered <- t.tellAll(hurried, p, opay.StatusPaid) }()
	_, err := t.until(ctx, t.Settle, func() (bool, error) { return len(answered) > 0 || t.gate.count() > asked, nil })
	hangUp()
	return cmp.Or(<-answered, err)
}

func (t *course) ackRefused(ctx context.Context) error {
	p, err := t.buy(ctx)
	if err != nil {
		return err
	}
	t.wire.lose(3)
	if err := t.pay(p); err != nil {
		return err
	}
	if err := t.delivered(ctx, p); err != nil {
		return err
	}
	return t.ends(ctx, p, t.Prompt, paidOnce)
}

func (t *course) base64(ctx context.Context) error {
	if t.sender.secret != nil {
		return skip("with md5 signing there is no base64")
	}
	p, err := t.paySilently(ctx)
	if err != nil {
		return err
	}
	body, err := t.sender.seal(t.sender.appID, t.truth(p, opay.StatusPaid), true)
	if err != nil {
		return err
	}
	if !t.sender.post(ctx, p.order.NotifyPage, body) {
		return &fault{NotAcknowledged, "the callback in ordinary base64"}
	}
	return t.ends(ctx, p, t.Prompt, paidOnce)
}
