package conform

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

const (
	unknownOrder = "999999999999999"
	timeOff      = 10 * time.Minute
)

// probe is a question about an order that does not exist.
func (r *run) probe(extra ...opay.Field) message {
	return message{fields: append([]opay.Field{{Name: "appKey", Value: r.AppID}, {Name: "orderNum", Value: unknownOrder}}, extra...)}
}

func (r *run) orderPath() string { return r.found.WithDefaults().Paths.Order }

// answers finds out the unit of the time, too: without the right one nothing else is answered.
func (r *run) answers(ctx context.Context) (string, error) {
	units := []opay.TimeUnit{opay.TimeMilliseconds, opay.TimeSeconds}
	if r.Secret != nil {
		units = []opay.TimeUnit{opay.TimeNone, opay.TimeSeconds, opay.TimeMilliseconds}
	}
	if r.Profile.Time != "" {
		units = []opay.TimeUnit{r.Profile.Time}
	}
	for _, unit := range units {
		m := r.probe()
		m.unit = unit
		got, err := r.ask(ctx, r.orderPath(), m)
		if err != nil {
			return "", err
		}
		if got.code != opay.CodeIllegalTime {
			r.found.Time = unit
			return "", r.renew()
		}
	}
	return "", errors.New("the time is refused in every unit: is this machine's clock right?")
}

// renew makes a client of what was found out.
func (r *run) renew() error {
	client, err := r.newClient()
	if err != nil {
		return fmt.Errorf("use what was found out: %w", err)
	}
	r.client = client
	return nil
}

func (r *run) answersSoon(ctx context.Context) (string, error) {
	began := r.Now()
	if _, err := r.ask(ctx, r.orderPath(), r.probe()); err != nil {
		return "", err
	}
	if took := r.Now().Sub(began); took > slowAfter {
		return "", fmt.Errorf("it took %s", took.Round(100*time.Millisecond))
	}
	return "", nil
}

func (r *run) orderUnknown(ctx context.Context) (string, error) {
	return r.refused(ctx, r.orderPath(), r.probe(), opay.CodeOrderNotFound)
}

func (r *run) signatureForged(ctx context.Context) (string, error) {
	m := r.probe()
	m.forged = true
	return r.refused(ctx, r.orderPath(), m, opay.CodeSignatureError)
}

func (r *run) timeOld(ctx context.Context) (string, error) {
	if r.found.WithDefaults().Time == opay.TimeNone {
		return "", skip("requests have no time")
	}
	for _, shift := range []time.Duration{-timeOff, timeOff} {
		m := r.probe()
		m.shift = shift
		if detail, err := r.refused(ctx, r.orderPath(), m, opay.CodeIllegalTime); err != nil {
			return detail, fmt.Errorf("by %s: %w", shift, err)
		}
	}
	return "", nil
}

func (r *run) timeUnit(context.Context) (string, error) { return string(r.found.Time), nil }

func (r *run) base64Both(ctx context.Context) (string, error) {
	if r.Keys == nil {
		return "", skip("md5 signing has no base64")
	}
	m := r.probe()
	m.padded = true
	return r.refused(ctx, r.orderPath(), m, opay.CodeOrderNotFound)
}

func (r *run) nonce(ctx context.Context) (string, error) {
	got, err := r.ask(ctx, r.orderPath(), r.probe(opay.Field{Name: "nonce", Value: "N5KD2WQXT7RJZCPM4VHALB3YEU"}))
	if err != nil {
		return "", err
	}
	if got.code == opay.CodeOrderNotFound {
		if r.Keys != nil {
			r.found.Nonce = opay.NonceSend
		}
		return "tolerated", nil
	}
	r.found.Nonce = opay.NonceOmit
	return fmt.Sprintf("refused with %s (%s)", got.code, got.code.Text()), r.renew()
}

func (r *run) codeForm(ctx context.Context) (string, error) {
	texts, numbers := 0, 0
	for range 4 {
		got, err := r.ask(ctx, r.orderPath(), r.probe())
		switch {
		case err != nil:
			return "", err
		case got.codeIsNum:
			numbers++
		default:
			texts++
		}
	}
	return fmt.Sprintf("%d texts, %d numbers", texts, numbers), nil
}

// payPage looks for the pay page of the first order where platforms have it.
func (r *run) payPage(ctx context.Context) (string, error) {
	usual, err := r.client.PayURL(opay.PayPage{OrderNum: r.first.number, Payer: opay.Payer{UserID: r.Payer}})
	if err != nil {
		return "", fmt.Errorf("the pay page: %w", err)
	}
	_, query, _ := strings.Cut(usual, "?")
	paths := []string{r.found.WithDefaults().Paths.Pay}
	if r.Profile.Paths.Pay == "" {
		paths = append(paths, "/pay.html")
	}
	for _, path := range paths {
		r.count()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(r.BaseURL, "/")+path+"?"+query, nil)
		if err != nil {
			return "", fmt.Errorf("make the request: %w", err)
		}
		response, err := r.HTTPClient.Do(req)
		if err != nil {
			return "", skip("no answer")
		}
		_ = response.Body.Close() // only the status matters
		if response.StatusCode != http.StatusNotFound {
			if path != opay.PathPay {
				r.found.Paths.Pay = path
			}
			return path, r.renew()
		}
	}
	return "", skip("it is at none of " + strings.Join(paths, ", "))
}

func (r *run) tokenUnknown(ctx context.Context) (string, error) {
	m := message{fields: []opay.Field{{Name: "code", Value: "nobody-made-this-code"}}}
	return r.refused(ctx, r.found.WithDefaults().Paths.Exchange, m, opay.CodeParameterError, opay.CodeCodeUsed, opay.CodeTokenInvalid, opay.CodeOpenIDInvalid)
}

func (r *run) refundZero(ctx context.Context) (string, error) {
	m := message{fields: []opay.Field{
		{Name: "appOrderId", Value: r.newID()}, {Name: "userId", Value: r.Payer}, {Name: "orderAmount", Value: "0"}, {Name: "payCoinSymbol", Value: r.Coin},
	}}
	return r.refused(ctx, r.found.WithDefaults().Paths.Refund, m, opay.CodeIllegalAmount)
}
