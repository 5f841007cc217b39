package merchant

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

func (t *course) createLost(ctx context.Context) error {
	p, err := t.buyWhile(ctx, sandbox.Fault{Kind: sandbox.FaultAnswerLost, Call: "createThirdOrder", Times: 1})
	if err != nil {
		return err
	}
	if err := t.pay(p); err != nil {
		return err
	}
	return t.ends(ctx, p, t.Patience, paidOnce)
}

func (t *course) lost(ctx context.Context) error {
	p, err := t.paySilently(ctx)
	if err != nil {
		return err
	}
	return t.ends(ctx, p, t.Patience, paidOnce)
}

func (t *course) giveUp(ctx context.Context, p *purchase) error {
	var err error
	failed := t.with(nil, func() {
		err = t.more(ctx, http.MethodDelete, "/orders/"+url.PathEscape(p.id), "give an order up (DELETE /orders/{id})")
	})
	return cmp.Or(err, failed)
}

func (t *course) late(ctx context.Context) error {
	p, err := t.buy(ctx)
	if err != nil {
		return err
	}
	if err := t.giveUp(ctx, p); err != nil {
		return err
	}
	if err := t.ends(ctx, p, t.Prompt, said{Closed, 0}); err != nil {
		return err
	}
	if err := t.pay(p); err != nil {
		return err
	}
	return t.ends(ctx, p, t.Prompt, inReview)
}

func (t *course) givenUp(ctx context.Context) error {
	p, err := t.paySilently(ctx)
	if err != nil {
		return err
	}
	if err := t.giveUp(ctx, p); err != nil {
		return err
	}
	return t.ends(ctx, p, t.Patience, paidOnce, inReview)
}

func (t *course) closed(ctx context.Context) error {
	p, err := t.buy(ctx)
	if err != nil {
		return err
	}
	if _ = t.with(nil, func() { err = t.box.Close(p.order.OrderNum) }); err != nil {
		return fmt.Errorf("close: %w", err)
	}
	if err := t.delivered(ctx, p); err != nil {
		return err
	}
	gone, err := t.until(ctx, 2*t.Settle, func() (bool, error) { now, err := t.look(ctx, p); return now.State == Closed, err })
	if err != nil {
		return err
	}
	if err := t.pay(p); err != nil {
		return err
	}
	if gone {
		return t.ends(ctx, p, t.Prompt, inReview)
	}
	return t.ends(ctx, p, t.Prompt, inReview, paidOnce)
}

func (t *course) twice(ctx context.Context) error {
	p, err := t.buy(ctx)
	if err != nil {
		return err
	}
	second := *p
	if _ = t.with(nil, func() { err = t.again(ctx, &second) }); err != nil {
		return err
	}
	if err := t.pay(&second); err != nil {
		return err
	}
	if err := t.ends(ctx, p, t.Prompt, paidOnce); err != nil {
		return err
	}
	if err := t.pay(p); err != nil {
		return err
	}
	if err := t.delivered(ctx, p); err != nil {
		return err
	}
	return t.ends(ctx, p, t.Prompt, paidOnce, caseToo)
}

// again starts a second payment of a purchase.
func (t *course) again(ctx context.Context, p *purchase) error {
	before := len(t.box.Orders())
	if err := t.more(ctx, http.MethodPost, "/orders/"+url.PathEscape(p.id)+"/again", "pay an order again (POST /orders/{id}/again)"); err != nil {
		return err
	}
	found, err := t.until(ctx, t.Prompt, func() (ok bool, err error) { p.order, ok = t.newest(before); return ok, nil })
	if err == nil && !found {
		err = skip("the merchant started no second payment")
	}
	return err
}

// off returns what pays another amount.
func off(kind sandbox.FaultKind) doing {
	return func(t *course, ctx context.Context) error {
		p, err := t.buy(ctx)
		if err != nil {
			return err
		}
		if err := t.pay(p, sandbox.Fault{Kind: kind, Way: sandbox.OffHalf}); err != nil {
			return err
		}
		return t.ends(ctx, p, t.Prompt, inReview)
	}
}

func (t *course) callbackAmount(ctx context.Context) error {
	p, err := t.paySilently(ctx, sandbox.Fault{Kind: sandbox.FaultUnderpaid})
	if err != nil {
		return err
	}
	if err := t.tellAll(ctx, p, opay.StatusPaid); err != nil { // with the amount that was asked for
		return err
	}
	return t.ends(ctx, p, t.Prompt, inReview)
}

func (t *course) otherCoin(ctx context.Context) error {
	p, err := t.buy(ctx)
	if err != nil {
		return err
	}
	if err := t.pay(p, sandbox.Fault{Kind: sandbox.FaultOtherCoin}); err != nil {
		return err
	}
	if o, _ := t.box.Order(p.order.OrderNum); o.Coin == p.order.Coin {
		return skip("the exchange has no other coin that the amount fits")
	}
	return t.ends(ctx, p, t.Prompt, inReview)
}

func (t *course) unknown(ctx context.Context) error {
	p, err := t.buy(ctx)
	if err != nil {
		return err
	}
	id := rand.Text()
	if err := t.tell(ctx, p, telling{id, strconv.FormatInt(time.Now().UnixMicro(), 10), string(opay.StatusPaid), string(p.order.Amount)}); err != nil {
		return err
	}
	if err := t.ends(ctx, p, 0, stillOpen); err != nil {
		return err
	}
	status, answer, err := t.ask(ctx, http.MethodGet, "/orders/"+id, nil)
	if err != nil {
		return err
	}
	var now said
	if status == http.StatusOK && json.Unmarshal(answer, &now) == nil && (now.Credited > 0 || now.State == Paid) {
		return &fault{CreditedUnpaid, fmt.Sprintf("order %s, which nobody made: credited %s, %s", id, times(now.Credited), now.State)}
	}
	return nil
}

func (t *course) mixedUp(ctx context.Context) error {
	other, err := t.buy(ctx)
	if err != nil {
		return err
	}
	if err := t.payAndEnd(ctx, other); err != nil {
		return err
	}
	p, err := t.buy(ctx)
	if err != nil {
		return err
	}
	told := t.truth(p, opay.StatusPaid)
	told.orderNum = other.order.OrderNum
	if err := t.tell(ctx, p, told); err != nil {
		return err
	}
	if err := t.ends(ctx, p, 0, stillOpen, inReview); err != nil {
		return err
	}
	return t.payAndEnd(ctx, p, inReview)
}

func (t *course) otherApp(ctx context.Context) error {
	p, err := t.buy(ctx)
	if err != nil {
		return err
	}
	body, err := t.sender.seal("another_app", t.truth(p, opay.StatusPaid), false)
	if err != nil {
		return err
	}
	t.sender.post(ctx, p.order.NotifyPage, body)
	if err := t.ends(ctx, p, 0, stillOpen); err != nil {
		return err
	}
	return t.payAndEnd(ctx, p)
}

func (t *course) token(ctx context.Context) error {
	code, err := t.box.Login(t.sender.appID, t.Payer)
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	p, err := t.buyWith(ctx, code)
	if err != nil {
		return err
	}
	if !t.withToken(p) {
		return skip("the order was made without a token")
	}
	if _, err := t.box.ExpireTokens(true); err != nil {
		return fmt.Errorf("end the tokens: %w", err)
	}
	return t.payAndEnd(ctx, p)
}

// withToken reports whether the order was made with the token of a sign-in.
func (t *course) withToken(p *purchase) bool {
	for _, call := range t.box.Traffic(1000) {
		if call.Name == "createThirdOrder" && strings.Contains(call.Request, `"`+p.order.AppOrderID+`"`) {
			return strings.Contains(call.Request, `"token"`)
		}
	}
	return false
}

// written returns what pays an order for each way of writing amounts.
func written(ways ...string) doing {
	return func(t *course, ctx context.Context) error {
		for _, way := range ways {
			faults := sandbox.Faults{{Kind: sandbox.FaultJavaAmount, Way: way}, {Kind: sandbox.FaultCallbackJavaAmount, Way: way}}
			p, err := t.buyWhile(ctx, faults...)
			if err != nil {
				return err
			}
			if err := t.box.SetFaults(faults); err != nil {
				return fmt.Errorf("set faults: %w", err)
			}
			if err := t.box.Pay(p.order.OrderNum); err != nil {
				return fmt.Errorf("pay: %w", err)
			}
			if err := t.ends(ctx, p, t.Prompt, paidOnce); err != nil {
				return err
			}
		}
		return nil
	}
}

func (t *course) hex(ctx context.Context) error {
	p, err := t.buyWhile(ctx, sandbox.Fault{Kind: sandbox.FaultHexOrderNum, Times: 1})
	if err != nil {
		return err
	}
	return t.payAndEnd(ctx, p)
}
