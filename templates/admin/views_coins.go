package admin

import (
	"net/url"

	"github.com/coincart/coincart/templates"
)

// The problems of the coins' and price sources' forms.
const (
	RefusalRateMoved Refusal = "rate_moved" // the rate that waits is another one by now
)

// The notices of coins and price sources.
const (
	NoticeCoinSaved    NoticeKind = "coin_saved"
	NoticeRateAccepted NoticeKind = "rate_accepted"
	NoticeSourceSaved  NoticeKind = "source_saved"
)

// CoinsView lists the coins and the price sources.
type CoinsView struct {
	Page    Page
	Rows    []CoinRow
	Sources []SourceRow
}

// CoinState is the state of a coin in a word: "admin.coin_state." + CoinState.
type CoinState string

// The states.
const (
	CoinOff      CoinState = "off"   // nobody can choose it
	CoinFixed    CoinState = "fixed" // by hand
	CoinGood     CoinState = "good"
	CoinMissing  CoinState = "missing"
	CoinStale    CoinState = "stale"
	CoinJumped   CoinState = "jumped"
	CoinDeviates CoinState = "deviates"
)

// CoinRow is one coin with its present state.
type CoinRow struct {
	Symbol  string
	Name    string
	State   CoinState
	Rate    string // of one coin in the shop's currency; "": none yet
	Source  string // its name; "": the rate is fixed
	Age     string // of a live rate, such as "12 s"
	At      templates.Moment
	Checked templates.Moment // when the sources were last asked
	Answer  string           // "admin.fetch_problem." + Answer: why the last answer was not used; "": it was
	Spread  string           // such as 0.5%; "": none
}

func (r CoinRow) path() string { return "/admin/coins/" + r.Symbol }

// SourceRow is one price source.
type SourceRow struct {
	ID      string
	Name    string
	URL     string
	Enabled bool
	Coins   string // their symbols
}

func (r SourceRow) path() string { return "/admin/price-sources/" + r.ID }

// CoinView is one coin: its state, the form (POST /admin/coins or /admin/coins/{symbol}), its history. Accepting a jump is POST
// /admin/coins/{symbol}/accept with seen.
type CoinView struct {
	Page    Page
	New     bool
	Row     CoinRow // as stored
	Form    CoinForm
	Refusal Refusal // of the whole

	Pending     string // the rate that waits for a person; "": none
	PendingSeen string // the same for the form
	PendingAt   templates.Moment
	PendingBy   string // its difference, such as +23.4%
	Example     string // what an order of 100 costs now; "": nothing
	ExampleOf   string // that order's total

	Span     string   // "", week, month: "admin.span." + Span
	Spans    []Choice // of the chart
	Chart    RateChart
	History  []RateRow
	Next     string
	First    string
	HasRates bool
}

// CoinForm is the form of a coin as typed.
type CoinForm struct {
	Symbol, Name, Precision, Rounding, Minimum, Position, Spread Field
	Enabled                                                      bool
	Rate                                                         Field // fixed by hand
	Source, SourceSymbol, MaxAge, MaxJump                        Field
	SecondSource, SecondSymbol, MaxDeviation                     Field
	Sources, SecondSources                                       []Choice
	Version                                                      string
	Currency                                                     string // what rates are in
}

// Fields returns all fields that can have a problem.
func (f *CoinForm) Fields() []*Field {
	return []*Field{
		&f.Symbol, &f.Name, &f.Precision, &f.Rounding, &f.Minimum, &f.Position, &f.Spread, &f.Rate, &f.Source, &f.SourceSymbol, &f.MaxAge,
		&f.MaxJump, &f.SecondSource, &f.SecondSymbol, &f.MaxDeviation,
	}
}

// RateRow is one entry of the history.
type RateRow struct {
	At     templates.Moment
	Source string
	Rate   string // "": the answer had none
	Result string // "admin.rate_result." + Result: taken, a problem of the rate, or one of the answer
}

// RateChart is a line over time, drawn 1000 units wide and 300 high.
type RateChart struct {
	Line     string // path of the rates that were taken, as steps
	Troubles []Band // times without a rate that could be sold at
	Top      string // the scale's ends
	Bottom   string
	From, To templates.Moment
	Words    string // what the drawing shows, for those who do not see it
}

// Band is a time span of the drawing.
type Band struct{ X, Width string }

// SourceView is one price source: POST /admin/price-sources or /admin/price-sources/{id} with the form's fields; with try, nothing is
// stored and the answer is shown.
type SourceView struct {
	Page    Page
	New     bool
	ID      string
	BuiltIn bool
	Shown   string // the name in the reader's language
	Form    SourceForm
	Coins   []CoinRow // that use it
	Refusal Refusal
	Trial   *Trial // what was answered when it was tried
}

// SourceForm is a price source as typed.
type SourceForm struct {
	Name, URL, Path, TimePath Field
	Symbol                    Field // to try it with
	Enabled                   bool
	Version                   string
}

// Fields returns all fields that can have a problem.
func (f *SourceForm) Fields() []*Field {
	return []*Field{&f.Name, &f.URL, &f.Path, &f.TimePath, &f.Symbol}
}

// Trial is the answer of a price source that was tried.
type Trial struct {
	Address string
	Status  string // such as 200; "": no answer
	Took    string
	Rate    string
	At      templates.Moment
	Problem string // "admin.fetch_problem." + Problem; "": it can be used
	Body    string // the beginning of the answer
	Cut     bool
}

func (v CoinView) title() string {
	p := v.Page.Printer
	return either(v.New, p.T("admin.coin.new"), p.T("admin.coin.title", "Symbol", v.Row.Symbol, "Name", v.Row.Name))
}

func (v CoinView) action() string { return either(v.New, "/admin/coins", v.Row.path()) }

// spanPath returns the address of the page with another span of time in its chart.
func (v CoinView) spanPath(span string) string {
	if span == "" {
		return v.Row.path()
	}
	return v.Row.path() + "?" + url.Values{"span": {span}}.Encode()
}

func (v SourceView) title() string {
	p := v.Page.Printer
	return either(v.New, p.T("admin.source.new"), p.T("admin.source.title", "Name", v.Shown))
}

func (v SourceView) action() string {
	return either(v.New, "/admin/price-sources", "/admin/price-sources/"+v.ID)
}
