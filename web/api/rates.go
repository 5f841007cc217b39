package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/wire"
	"github.com/coincart/coincart/payments"
)

// Rates are what an amount costs in each coin at the moment.
type Rates struct {
	Object   string `json:"object" enum:"rates"`
	Amount   string `json:"amount" doc:"Decimal text, in currency."`
	Currency string `json:"currency" example:"USD"`
	Coins    []Rate `json:"coins" doc:"The coins that the shop accepts. Those that cannot pay so little are left out."`
}

// Rate is the price in one coin.
type Rate struct {
	Coin       string `json:"coin" example:"USDT"`
	Available  bool   `json:"available" doc:"false: there is no rate at which the shop sells at the moment."`
	Amount     string `json:"amount,omitempty" doc:"Decimal text of coin."`
	Rate       string `json:"rate,omitempty" doc:"Decimal text: the price of one coin in currency."`
	RateSource string `json:"rate_source,omitempty"`
	ValidUntil string `json:"valid_until,omitempty" format:"date-time" doc:"Left out: the rate does not change by itself. The payer's page shows rates of its own."`
	Problem    string `json:"problem,omitempty" enum:"missing,stale,jumped,deviates" doc:"Why it is not available."`
}

type (
	ratesInput struct {
		Amount   string `query:"amount" required:"true" maxLength:"40" format:"decimal" example:"32.24" doc:"Decimal text, in the shop's currency."`
		Currency string `query:"currency" maxLength:"32" doc:"The shop's currency, which it is if this is left out."`
	}
	ratesOutput struct{ Body Rates }
)

// rateHandlers handles the requests of these routes.
type rateHandlers struct{ *API }

func (a *API) rateRoutes() {
	h := rateHandlers{a}
	add(a, Route{
		Method: http.MethodGet, Path: "/rates", Name: "getRates", Group: "Rates", Summary: "What an amount costs in each coin", Rule: Rule{Scope: models.ScopeRatesRead},
		Fails: []Code{CodeInvalidAmount, CodeRateNotAvailable}, Text: "For a preview of prices. Nothing is promised: the payer's page fixes the rate.",
	}, h.rates)
}

func (a rateHandlers) rates(ctx context.Context, _ *Call, in *ratesInput) (*ratesOutput, error) {
	settings, err := a.store.LoadSettings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	currency := settings.Currency()
	if in.Currency != "" && in.Currency != currency.Code {
		return nil, faults([]Fault{fault(CodeInvalidCurrency, "currency")})
	}
	amount, err := models.ParseAmount(in.Amount)
	if err != nil || !amount.IsPositive() || amount.Digits() > currency.Digits {
		return nil, faults([]Fault{fault(CodeInvalidAmount, "amount")})
	}
	coins, err := a.store.Coins(ctx)
	if err != nil {
		return nil, fmt.Errorf("load coins: %w", err)
	}
	offers, err := a.services.Payments.Quotes(payments.QuoteRequest{Subject: "rates", Coins: coins, Total: amount})
	if err != nil {
		return nil, fmt.Errorf("quote: %w", err)
	}
	out := &ratesOutput{Rates{Object: "rates", Amount: amount.Fixed(currency.Digits), Currency: currency.Code, Coins: []Rate{}}}
	usable := len(offers.List) == 0 // too little for every coin: an empty list says so
	for _, offer := range offers.List {
		out.Body.Coins = append(out.Body.Coins, rateOf(offer))
		usable = usable || offer.Problem == models.RateGood
	}
	if !usable {
		return nil, problem(CodeRateNotAvailable)
	}
	return out, nil
}

func rateOf(o payments.Offer) Rate {
	if o.Problem != models.RateGood {
		return Rate{Coin: o.Coin.Symbol, Problem: string(o.Problem)}
	}
	return Rate{
		Coin: o.Coin.Symbol, Available: true, Amount: o.Quote.Amount.String(), Rate: o.Quote.Rate.String(), RateSource: o.Quote.Source,
		ValidUntil: wire.Time(o.Quote.ExpiresAt),
	}
}
