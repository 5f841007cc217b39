package conform

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/coincart/coincart/payments/opay"
)

// longGoods fills more than one block of a key of 2048 bits, with characters of three bytes that cross its end.
func longGoods() (string, error) {
	goods := make([]opay.Goods, 4)
	for i := range goods {
		goods[i] = opay.Goods{Name: "商品 <1>", Desc: strings.Repeat("测试", 20)}
	}
	return opay.EncodeGoods(goods) //nolint:wrapcheck // it cannot fail
}

// newOrder makes an order.
func (r *run) newOrder(ctx context.Context, amount opay.Amount) (*order, error) {
	goods, err := longGoods()
	if err != nil {
		return nil, err
	}
	o := &order{id: r.newID(), amount: amount}
	r.count()
	o.created, err = r.client.CreateOrder(ctx, opay.CreateOrderRequest{
		AppOrderID: o.id, Payer: opay.Payer{UserID: r.Payer}, Amount: amount, Coin: r.Coin, ReturnPage: r.ReturnURL, NotifyPage: r.NotifyURL, Goods: goods,
	})
	if r.Listener != nil {
		o.early = len(r.Listener.of(o.id))
	}
	o.number = o.created.OrderNum
	r.made(o.id, o.number)
	return o, err //nolint:wrapcheck // the check's name is context enough
}

// fields returns those of an order that package opay would not send, changed by others.
func (r *run) fields(id string, change ...opay.Field) []opay.Field {
	all := []opay.Field{
		{Name: "appOrderId", Value: id},
		{Name: "userId", Value: r.Payer},
		{Name: "orderAmount", Value: string(r.Amount)},
		{Name: "payCoinSymbol", Value: r.Coin},
		{Name: "returnPage", Value: r.ReturnURL},
		{Name: "notifyPage", Value: r.NotifyURL},
	}
	for _, c := range change {
		found := false
		for i := range all {
			if all[i].Name == c.Name {
				all[i].Value, found = c.Value, true
			}
		}
		if !found {
			all = append(all, c)
		}
	}
	return all
}

func (r *run) createPath() string { return r.found.WithDefaults().Paths.CreateOrder }

func (r *run) create(ctx context.Context) (string, error) {
	o, err := r.newOrder(ctx, r.Amount)
	r.first = o
	return "", err
}

func (r *run) createRepeat(ctx context.Context) (string, error) {
	return r.refused(ctx, r.createPath(), message{fields: r.fields(r.first.id)}, opay.CodeOrderExists)
}

func (r *run) createParallel(ctx context.Context) (string, error) {
	id := r.newID()
	m := message{fields: r.fields(id)}
	var group sync.WaitGroup
	var replies [2]reply
	var errs [2]error
	for i := range replies {
		group.Go(func() { replies[i], errs[i] = r.ask(ctx, r.createPath(), m) })
	}
	group.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return "", err
	}
	accepted := 0
	for _, got := range replies {
		if got.code == opay.CodeOK {
			accepted++
		} else if got.code != opay.CodeOrderExists {
			return "", fmt.Errorf("refused with %s (%s)", got.code, got.code.Text())
		}
	}
	if accepted != 1 {
		return "", fmt.Errorf("%d of 2 were accepted", accepted)
	}
	return "", nil
}

func (r *run) createCoin(ctx context.Context) (string, error) {
	m := message{fields: r.fields(r.newID(), opay.Field{Name: "payCoinSymbol", Value: "NOSUCHCOIN"})}
	return r.refused(ctx, r.createPath(), m, opay.CodeCurrencyUnsupported)
}

func (r *run) createZero(ctx context.Context) (string, error) {
	m := message{fields: r.fields(r.newID(), opay.Field{Name: "orderAmount", Value: "0"})}
	return r.refused(ctx, r.createPath(), m, opay.CodeIllegalAmount)
}

func (r *run) createExponent(ctx context.Context) (string, error) {
	m := message{fields: r.fields(r.newID(), opay.Field{Name: "orderAmount", Value: "1e-2"})}
	return r.refused(ctx, r.createPath(), m, opay.CodeIllegalAmount)
}

func (r *run) createGoods(ctx context.Context) (string, error) {
	m := message{fields: r.fields(r.newID(), opay.Field{Name: "goods", Value: "Enamel mug"})}
	return r.refused(ctx, r.createPath(), m, opay.CodeParameterError)
}

func (r *run) createScene(ctx context.Context) (string, error) {
	m := message{fields: r.fields(r.newID(), opay.Field{Name: "orderSceneType", Value: "scene"})}
	return r.refused(ctx, r.createPath(), m, opay.CodeIllegalSceneType)
}

func (r *run) createPrecision(ctx context.Context) (string, error) {
	got, err := r.ask(ctx, r.createPath(), message{fields: r.fields(r.newID(), opay.Field{Name: "orderAmount", Value: "0.00000001"})})
	switch {
	case err != nil:
		return "", err
	case got.code == opay.CodeOK:
		return "accepted", nil
	}
	return fmt.Sprintf("refused with %s (%s)", got.code, got.code.Text()), nil
}

// payLink makes an order with a client that uses the addresses of answers.
func (r *run) payLink(ctx context.Context) (string, error) {
	before := r.found.PayLink
	r.found.PayLink = opay.PayLinkAnswer
	err := r.renew()
	var o *order
	if err == nil {
		o, err = r.newOrder(ctx, r.Amount)
	}
	if err != nil || o.created.PayLink == "" {
		r.found.PayLink = before
		return "none" + suffix(o), errors.Join(err, r.renew())
	}
	return o.created.PayLink, nil
}

func suffix(o *order) string {
	if o == nil || o.created.PayLinkProblem == "" {
		return ""
	}
	return ": " + o.created.PayLinkProblem
}

func (r *run) order(ctx context.Context) (string, error) {
	r.count()
	detail, err := r.client.Order(ctx, r.first.number, "")
	switch {
	case err != nil:
		return "", err //nolint:wrapcheck // the check's name is context enough
	case detail.AppOrderID != r.first.id:
		return "", errors.New("another appOrderId")
	case detail.Status != opay.StatusPending:
		return "", fmt.Errorf("the status is %s", detail.Status)
	case detail.Coin != r.Coin || !detail.Amount.Equal(r.first.amount):
		return "", fmt.Errorf("%s %s was asked, and it tells %s %s", r.first.amount, r.Coin, detail.Amount, detail.Coin)
	}
	return "", nil
}

func (r *run) orderAmountForm(ctx context.Context) (string, error) {
	got, err := r.ask(ctx, r.orderPath(), message{fields: []opay.Field{{Name: "appKey", Value: r.AppID}, {Name: "orderNum", Value: r.first.number}}})
	if err != nil || got.code != opay.CodeOK {
		return "", skip("orderDetail does not answer")
	}
	amount, ok := got.data.Text("orderAmount")
	if !ok {
		return "", skip("there is no orderAmount")
	}
	if strings.ContainsAny(amount, "eE") {
		return "", fmt.Errorf("orderAmount is %s", amount)
	}
	return "", nil
}

func (r *run) orderToken(ctx context.Context) (string, error) {
	fields := []opay.Field{{Name: "appKey", Value: r.AppID}, {Name: "orderNum", Value: r.first.number}, {Name: "token", Value: "0123456789abcdef0123456789abcdef01"}}
	got, err := r.ask(ctx, r.orderPath(), message{fields: fields})
	switch {
	case err != nil:
		return "", skip(err.Error())
	case got.code == opay.CodeOK:
		return "ignored", nil
	}
	return fmt.Sprintf("refused with %s (%s)", got.code, got.code.Text()), nil
}

func (r *run) reference(ctx context.Context) (string, error) {
	r.count()
	found, err := r.client.OrderByRef(ctx, r.first.id)
	switch {
	case errors.Is(err, opay.ErrNotOffered):
		return "", skip("it is not offered")
	case err != nil:
		return "", err //nolint:wrapcheck // the check's name is context enough
	case found.OrderNum != r.first.number:
		return "", errors.New("it tells another order number")
	case found.Complete():
		return "with all of orderDetail", nil
	}
	return "with the order number only", nil
}
