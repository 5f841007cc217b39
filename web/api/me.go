package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/coincart/coincart/models/wire"
)

// Me is what a key may do, and for which shop.
type Me struct {
	Object     string   `json:"object" enum:"me"`
	Name       string   `json:"name" doc:"The key's name."`
	Shown      string   `json:"shown" example:"cc_live_7J3DGN5Q" doc:"The beginning of the key."`
	Scopes     []string `json:"scopes" doc:"What the key may do."`
	Origins    []string `json:"origins" doc:"Where the key may send payers: success_url and cancel_url begin with one of these."`
	Networks   []string `json:"networks" doc:"From where the key may be used; empty: from everywhere."`
	Livemode   bool     `json:"livemode" doc:"false: a demonstration; no real money."`
	Version    string   `json:"version" format:"date" doc:"Version of the API that the key speaks unless a request names another."`
	ExpiresAt  string   `json:"expires_at,omitempty" format:"date-time" doc:"When the key ends; left out: it does not end by itself."`
	ShopName   string   `json:"shop_name"`
	ShopURL    string   `json:"shop_url" format:"uri"`
	Currency   string   `json:"currency" example:"USD" doc:"The shop's currency."`
	Digits     int      `json:"currency_digits" doc:"Decimals of the currency."`
	Coins      []string `json:"coins" doc:"Symbols of the coins that the shop accepts."`
	RefundsDay string   `json:"refund_limit" format:"decimal" doc:"What the key may refund within 24 hours, in the shop's currency."`
}

type meOutput struct{ Body Me }

// keyHandlers handles the requests of these routes.
type keyHandlers struct{ *API }

func (a *API) meRoutes() {
	h := keyHandlers{a}
	add(a, Route{
		Method: http.MethodGet, Path: "/me", Name: "getMe", Group: "Key", Summary: "What this key may do, and for which shop", Rule: Rule{AnyKey: true},
		Text: "Call it first: it proves that address and key are right.",
	}, h.me)
}

func (a keyHandlers) me(ctx context.Context, c *Call, _ *struct{}) (*meOutput, error) {
	settings, err := a.store.LoadSettings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	coins, err := a.store.Coins(ctx)
	if err != nil {
		return nil, fmt.Errorf("load coins: %w", err)
	}
	currency := settings.Currency()
	me := Me{
		Object: "me", Name: c.Key.Name, Shown: c.Key.Shown, Scopes: list(c.Key.Scopes), Origins: list(c.Key.Origins), Networks: list(c.Key.Networks),
		Livemode: c.Key.Live, Version: c.Key.Version, ExpiresAt: wire.Time(c.Key.ExpiresAt), ShopName: a.shopName(ctx), ShopURL: a.base.String() + "/",
		Currency: currency.Code, Digits: currency.Digits, Coins: []string{}, RefundsDay: c.Key.RefundLimit.Fixed(currency.Digits),
	}
	for _, coin := range coins {
		if coin.Enabled {
			me.Coins = append(me.Coins, coin.Symbol)
		}
	}
	return &meOutput{me}, nil
}

// list returns a list that is never null.
func list[L ~[]string](l L) []string {
	if l == nil {
		return []string{}
	}
	return l
}
