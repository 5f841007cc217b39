package admin

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/rates"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/visit"
)

const (
	coinsPath   = Home + "/coins"
	sourcesPath = Home + "/price-sources"
)

// coinForm is the shape of a coin's symbol, as the platform writes it (platform/api.md §3.1).
var coinForm = regexp.MustCompile(`^[A-Z0-9]{1,16}$`)

// showCoins lists the coins and the price sources: GET /admin/coins.
func (o *Office) showCoins(d *desk) error {
	coins, err := o.site.Store.AllCoins(d.Context())
	if err != nil {
		return err
	}
	sources, err := o.site.Store.PriceSources(d.Context())
	if err != nil {
		return err
	}
	currency, err := o.site.Currency(d.Context())
	if err != nil {
		return err
	}
	view := pages.CoinsView{Page: d.page(pages.SectionCoins), Sources: sourceRows(d.Printer, sources, coins)}
	for _, c := range coins {
		view.Rows = append(view.Rows, coinRow(d.Printer, currency, c, sources, o.site.Clock()))
	}
	return d.Show(statusOf(pages.ProblemNone), pages.Coins(view))
}

// newCoin is the form of a coin that the shop does not have yet: GET /admin/coins/new.
func (o *Office) newCoin(d *desk) error {
	c := models.Coin{
		Precision: 8, Enabled: true, MaxAge: 120, MaxJump: models.AmountFromInt(10), MaxDeviation: models.AmountFromInt(2),
	}
	return o.coinPage(d, c, nil, pages.ProblemNone)
}

// showCoin is one coin: GET /admin/coins/{symbol}?span=&after=.
func (o *Office) showCoin(d *desk) error {
	c, err := o.coin(d)
	if err != nil {
		return err
	}
	return o.coinPage(d, c, nil, pages.ProblemNone)
}

// coin is the one that the address names.
func (o *Office) coin(d *desk) (models.Coin, error) {
	symbol := d.Param("symbol")
	if !coinForm.MatchString(symbol) {
		return models.Coin{}, visit.ErrNoPage
	}
	c, err := o.site.Store.Coin(d.Context(), symbol)
	return c, missing(err)
}

// coinPage shows a coin, with the form as it was typed where there is one. A coin without a symbol is new.
func (o *Office) coinPage(d *desk, c models.Coin, typed *pages.CoinForm, problem pages.Problem) error {
	sources, err := o.site.Store.PriceSources(d.Context())
	if err != nil {
		return err
	}
	currency, err := o.site.Currency(d.Context())
	if err != nil {
		return err
	}
	now := o.site.Clock()
	view := pages.CoinView{New: c.Symbol == "", Row: coinRow(d.Printer, currency, c, sources, now), Problem: problem}
	if typed != nil {
		view.Form = *typed
	} else {
		view.Form = filledCoin(c)
	}
	view.Form.Currency = currency.Code
	view.Form.Sources = sourceChoices(d.Printer, sources, view.Form.Source.Value)
	view.Form.SecondSources = sourceChoices(d.Printer, sources, view.Form.SecondSource.Value)
	if !view.New {
		describeCoin(&view, d.Printer, currency, c, now)
		if problem := o.rateHistory(d, &view, c, sources); problem != nil {
			return problem
		}
	}
	view.Page = d.page(pages.SectionCoins)
	view.Page.Path = coinsPath + "/new"
	if !view.New {
		view.Page.Path = coinsPath + "/" + c.Symbol
	}
	for _, f := range view.Form.Fields() {
		if problem == pages.ProblemNone {
			problem = f.Problem
		}
	}
	if problem == pages.ProblemNone {
		problem = view.Problem
	}
	return d.show(problem, pages.Coin(view))
}

// createCoin stores a new coin: POST /admin/coins.
func (o *Office) createCoin(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	typed, c, ok, err := o.readCoin(d, form, models.Coin{})
	if err != nil {
		return err
	}
	if !ok {
		return o.coinPage(d, models.Coin{}, typed, pages.ProblemNone)
	}
	err = o.rates.SaveCoin(d.Context(), models.Coin{}, c, d.actor())
	if errors.Is(err, store.ErrDuplicate) {
		typed.Symbol.Problem = pages.ProblemSymbolTaken
		return o.coinPage(d, models.Coin{}, typed, pages.ProblemNone)
	}
	if err != nil {
		return err
	}
	return d.done(coinsPath+"/"+c.Symbol, pages.NoticeCoinSaved)
}

// changeCoin stores what was decided about a coin: POST /admin/coins/{symbol} with version.
func (o *Office) changeCoin(d *desk) error {
	was, err := o.coin(d)
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	typed, c, ok, err := o.readCoin(d, form, was)
	if err != nil {
		return err
	}
	if !ok {
		return o.coinPage(d, was, typed, pages.ProblemNone)
	}
	if typed.Version != strconv.Itoa(was.Version) {
		return o.coinPage(d, was, nil, pages.ProblemStale)
	}
	err = o.rates.SaveCoin(d.Context(), was, c, d.actor())
	if errors.Is(err, store.ErrConflict) {
		return o.coinPage(d, was, nil, pages.ProblemStale)
	}
	if err != nil {
		return err
	}
	return d.done(coinsPath+"/"+c.Symbol, pages.NoticeCoinSaved)
}

// acceptRate puts a rate that jumped in force: POST /admin/coins/{symbol}/accept with seen, the rate that was looked at.
func (o *Office) acceptRate(d *desk) error {
	c, err := o.coin(d)
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	seen, err := models.ParseAmount(form.Get("seen"))
	if err != nil {
		return visit.ErrBadForm
	}
	err = o.rates.AcceptRate(d.Context(), c.Symbol, seen, d.actor())
	if errors.Is(err, rates.ErrRateMoved) {
		return o.coinPage(d, c, nil, pages.ProblemRateMoved)
	}
	if err != nil {
		return missing(err)
	}
	return d.done(coinsPath+"/"+c.Symbol, pages.NoticeRateAccepted)
}

// readCoin reads the form on top of the coin as it is stored. ok is false where a field cannot be read.
func (o *Office) readCoin(d *desk, form url.Values, was models.Coin) (*pages.CoinForm, models.Coin, bool, error) {
	sources, err := o.site.Store.PriceSources(d.Context())
	if err != nil {
		return nil, was, false, err
	}
	r := coinReader{values: form, known: func(id string) bool {
		return slices.ContainsFunc(sources, func(s models.PriceSource) bool { return s.ID == id })
	}}
	typed, c := r.read(was, o.site.Clock())
	for _, f := range typed.Fields() {
		if f.Problem != pages.ProblemNone {
			return typed, c, false, nil
		}
	}
	return typed, c, true, nil
}

// sourceRows are the price sources with the coins that use them.
func sourceRows(p *i18n.Printer, sources []models.PriceSource, coins []models.Coin) []pages.SourceRow {
	rows := make([]pages.SourceRow, len(sources))
	for i, s := range sources {
		var symbols []string
		for _, c := range coins {
			if c.Source == s.ID || (c.Live() && c.SecondSource == s.ID) {
				symbols = append(symbols, c.Symbol)
			}
		}
		rows[i] = pages.SourceRow{ID: s.ID, Name: visit.SourceName(p, s.Name), URL: s.URL, Enabled: s.Enabled, Coins: p.List(symbols)}
	}
	return rows
}

func sourceChoices(p *i18n.Printer, sources []models.PriceSource, chosen string) []pages.Choice {
	made := []pages.Choice{{Selected: chosen == ""}}
	for _, s := range sources {
		made = append(made, pages.Choice{Value: s.ID, Label: visit.SourceName(p, s.Name), Selected: s.ID == chosen})
	}
	return made
}
