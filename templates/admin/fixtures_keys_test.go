package admin_test

import (
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/admin"
)

// keySheets are the pages of the keys with which other programs use the API.
func (f fixtures) keySheets() []sheet {
	made := f.apiKeys()
	made.Secret = "cc_live_" + strings.Repeat("k7qw3zp5", 5)
	wrong := f.apiKeys()
	wrong.Refusal = admin.RefusalFields
	wrong.Form.Name.Problem, wrong.Form.Scope.Problem, wrong.Form.Origins.Problem = invalid.Missing, invalid.Missing, invalid.HTTPS
	wrong.Form.Networks.Problem, wrong.Form.RefundLimit.Problem, wrong.Form.Days.Problem = invalid.Network, invalid.Digits, invalid.Range
	ended := f.apiKey()
	ended.Ended, ended.Row.State, ended.Refusal = true, "ended", admin.RefusalKeyEnded
	refused := f.pairing()
	refused.Refusal, refused.RefundLimit = admin.RefusalFields, admin.Field{Value: "many", Problem: invalid.Number}
	invalidPair := f.pairing()
	invalidPair.Refusal, invalidPair.Invalid = admin.RefusalFields, true
	return []sheet{
		{"api-keys", admin.APIKeys(f.apiKeys())},
		{"api-keys-empty", admin.APIKeys(admin.APIKeysView{Page: f.keyPage(), Form: f.apiKeyForm(), Lifetime: f.apiKeys().Lifetime})},
		{"api-keys-made", admin.APIKeys(made)},
		{"api-keys-problems", admin.APIKeys(wrong)},
		{"api-key", admin.APIKey(f.apiKey())},
		{"api-key-ended", admin.APIKey(ended)},
		{"pair", admin.Pair(f.pairing())},
		{"pair-problem", admin.Pair(refused)},
		{"pair-invalid", admin.Pair(invalidPair)},
	}
}

func (f fixtures) keyPage() admin.Page {
	p := f.page(admin.SectionAPIKeys)
	p.May.Settings = true
	return p
}

func (f fixtures) apiKeys() admin.APIKeysView {
	v := admin.APIKeysView{Page: f.keyPage(), Form: f.apiKeyForm(), Lifetime: []admin.Choice{{Value: "30"}, {Value: "90"}, {Value: "365", Selected: true}, {Value: "0"}}}
	for i, state := range []string{"on", "ending", "over", "ended"} {
		row := f.apiKeyRow()
		row.State, row.Scopes = state, 1+5*i
		v.Keys = append(v.Keys, row)
	}
	v.Keys[0].Name, v.Keys[0].Used, v.Keys[0].UsedFrom = strings.Repeat("Accounts", 12), f.at(1), "2001:db8:1234:5678:9abc:def0:1234:5678"
	v.Keys[3].Used, v.Keys[3].UsedFrom, v.Keys[3].Expires = templates.Moment{}, "", templates.Moment{}
	return v
}

func (f fixtures) apiKeyRow() admin.APIKeyRow {
	return admin.APIKeyRow{
		ID: "k1", Name: "WooCommerce", Shown: "cc_live_k7qw3zp5", State: "on", Scopes: 4, Used: f.at(12), UsedFrom: "192.0.2.7", Created: f.at(90_000),
		CreatedBy: "olga@example.com", Expires: f.at(-400_000),
	}
}

func (f fixtures) apiKeyForm() admin.APIKeyForm {
	form := admin.APIKeyForm{Currency: "USD"}
	for i, scope := range models.Scopes() {
		form.Scopes = append(form.Scopes, admin.Tick{Value: string(scope), On: i < 3})
	}
	return form
}

func (f fixtures) apiKey() admin.APIKeyView {
	form := f.apiKeyForm()
	form.Name.Value, form.Origins.Value = "WooCommerce", "https://shop.example.org\nhttps://www.example.org"
	form.Networks.Value, form.RefundLimit.Value = "192.0.2.0/24", "250.00"
	return admin.APIKeyView{Page: f.keyPage(), Row: f.apiKeyRow(), Form: form, Version: "3"}
}

func (f fixtures) pairing() admin.PairView {
	return admin.PairView{
		Page: f.keyPage(), Application: "WooCommerce at Osier", Origin: "https://shop.example.org", Scopes: []string{"checkouts:read", "checkouts:write", "refunds:write"},
		Currency: "USD", Hidden: []admin.Hidden{{Name: "application", Value: "WooCommerce at Osier"}},
	}
}
