package admin_test

import (
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/templates/admin"
)

// coinSheets are the pages of coins, rates and price sources.
func (f fixtures) coinSheets() []sheet {
	viewer := f.coin(admin.CoinJumped)
	viewer.Page.May.Price = false
	wrong := f.coin(admin.CoinGood)
	wrong.New, wrong.HasRates, wrong.Refusal = true, false, admin.RefusalStale
	for i, field := range wrong.Form.Fields() {
		field.Problem = []invalid.Problem{invalid.Symbol, invalid.Percent, invalid.Rate}[i%3]
	}
	quiet := f.coin(admin.CoinMissing)
	quiet.Chart, quiet.History, quiet.Example, quiet.Row.Rate, quiet.Row.Age = admin.RateChart{}, nil, "", "", ""
	refused := f.source()
	refused.Trial.Problem, refused.Trial.Rate, refused.Trial.Cut = string(models.FetchNotJSON), "", true
	sourceWrong := f.source()
	sourceWrong.New, sourceWrong.Trial, sourceWrong.BuiltIn = true, nil, false
	for _, field := range sourceWrong.Form.Fields() {
		field.Problem = invalid.SourceURL
	}
	sheets := []sheet{
		{"coins", admin.Coins(f.coins())},
		{"coins-empty", admin.Coins(admin.CoinsView{Page: f.pricer(), Sources: f.coins().Sources})},
		{"coin-viewer", admin.Coin(viewer)},
		{"coin-wrong", admin.Coin(wrong)},
		{"coin-quiet", admin.Coin(quiet)},
		{"source", admin.PriceSource(f.source())},
		{"source-refused", admin.PriceSource(refused)},
		{"source-wrong", admin.PriceSource(sourceWrong)},
	}
	for _, state := range coinStates() {
		sheets = append(sheets, sheet{"coin-" + string(state), admin.Coin(f.coin(state))})
	}
	return sheets
}

func coinStates() []admin.CoinState {
	return []admin.CoinState{
		admin.CoinOff, admin.CoinFixed, admin.CoinGood, admin.CoinMissing, admin.CoinStale, admin.CoinJumped, admin.CoinDeviates,
	}
}

func (f fixtures) pricer() admin.Page {
	p := f.page(admin.SectionCoins)
	p.May.Price = true
	return p
}

func (f fixtures) coins() admin.CoinsView {
	v := admin.CoinsView{Page: f.pricer(), Sources: []admin.SourceRow{
		{ID: "exchange", Name: "Exchange ticker", URL: "{platform}/sapi/v1/ticker?symbol={symbol}", Enabled: true, Coins: "BTC, ETH"},
		{ID: "p1", Name: "Second opinion", URL: "https://prices.example/v1/{symbol}"},
	}}
	for i, state := range coinStates() {
		row := f.coinRow(state)
		row.Symbol = "C" + strconv.Itoa(i)
		v.Rows = append(v.Rows, row)
	}
	return v
}

func (f fixtures) coinRow(state admin.CoinState) admin.CoinRow {
	row := admin.CoinRow{
		Symbol: "BTC", Name: "Bitcoin", State: state, Rate: f.money("97250.00"), Source: "Exchange ticker", Age: "12 s", At: f.at(0), Checked: f.at(0), Spread: "0.5%",
	}
	if state == admin.CoinFixed {
		row.Source, row.Age = "", ""
	}
	if state == admin.CoinStale {
		row.Answer = string(models.FetchTimeout)
	}
	return row
}

func (f fixtures) coin(state admin.CoinState) admin.CoinView {
	field := func(value string) admin.Field { return admin.Field{Value: value} }
	choices := []admin.Choice{{}, {Value: "exchange", Label: "Exchange ticker", Selected: true}}
	v := admin.CoinView{
		Page: f.pricer(), Row: f.coinRow(state), Example: "0.00103342 BTC", ExampleOf: f.money("100.00"),
		Form: admin.CoinForm{
			Symbol: field("BTC"), Name: field("Bitcoin"), Precision: field("8"), Rounding: field("8"), Spread: field("0.5"), Position: field("1"), Enabled: true,
			Source: field("exchange"), SourceSymbol: field("btcusdt"), MaxAge: field("120"), MaxJump: field("10"), Sources: choices, SecondSources: choices,
			Version: "3", Currency: "USD",
		},
		Spans: []admin.Choice{{Selected: true}, {Value: "week"}, {Value: "month"}}, HasRates: true, Next: "/admin/coins/BTC?after=x",
		Chart: admin.RateChart{
			Line: "M0 300H500V0H1000", Troubles: []admin.Band{{X: "200", Width: "40"}}, Top: f.money("98000.00"), Bottom: f.money("97000.00"), From: f.at(1440),
			To: f.at(0), Words: "BTC",
		},
	}
	if state == admin.CoinJumped {
		v.Pending, v.PendingSeen, v.PendingAt, v.PendingBy = f.money("120000.00"), "120000", f.at(0), "+23.4%"
	}
	results := []string{"taken"}
	for _, p := range modelstest.Constants[models.RateProblem]() {
		results = append(results, string(p))
	}
	for _, p := range modelstest.Constants[models.FetchProblem]() {
		results = append(results, string(p))
	}
	for i, result := range results {
		v.History = append(v.History, admin.RateRow{At: f.at(i), Source: "Exchange ticker", Rate: f.money("97250.00"), Result: result})
	}
	return v
}

func (f fixtures) source() admin.SourceView {
	field := func(value string) admin.Field { return admin.Field{Value: value} }
	return admin.SourceView{
		Page: f.pricer(), ID: "exchange", BuiltIn: true, Shown: f.say("Exchange ticker", "平台行情"),
		Form: admin.SourceForm{
			Name: field("Exchange ticker"), URL: field("{platform}/sapi/v1/ticker?symbol={symbol}"), Path: field("/last"), TimePath: field("/time"),
			Symbol: field("btcusdt"), Enabled: true, Version: "1",
		},
		Trial: &admin.Trial{
			Address: "https://exchange.example/sapi/v1/ticker?symbol=btcusdt", Status: "200", Took: "84 ms", Rate: "97250", At: f.at(0),
			Body: `{"last":"97250"}`,
		},
	}
}
