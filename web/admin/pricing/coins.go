package pricing

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/rates"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

const (
	coinsPath   = admin.Home + "/coins"
	sourcesPath = admin.Home + "/price-sources"
)

// symbolPattern matches a coin's symbol, as the platform writes it (platform/api.md §3.1).
var symbolPattern = regexp.MustCompile(`^[A-Z0-9]{1,16}$`)

// showCoins lists the coins and the price sources: GET /admin/coins.
func (h *handlers) showCoins(req *admin.Request) error {
	coins, err := h.site.Store.AllCoins(req.Context())
	if err != nil {
		return err
	}
	sources, err := h.site.Store.PriceSources(req.Context())
	if err != nil {
		return err
	}
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return err
	}
	view := pages.CoinsView{Page: req.Page(pages.SectionCoins), Sources: sourceRows(req.Printer, sources, coins)}
	for _, c := range coins {
		view.Rows = append(view.Rows, coinRow(req.Printer, currency, c, sources, h.site.Clock()))
	}
	return req.Show(admin.StatusOf(""), pages.Coins(view))
}

// showCoin shows a coin: GET /admin/coins/{symbol}?span=&after=, GET /admin/coins/new.
func (h *handlers) showCoin(req *admin.Request) error {
	c, err := h.coin(req)
	if err != nil {
		return err
	}
	if c.Symbol == "" { // what the empty form suggests
		c = models.Coin{Precision: 8, Enabled: true, MaxAge: 120, MaxJump: models.AmountFromInt(10), MaxDeviation: models.AmountFromInt(2)}
	}
	return h.coinPage(req, c, nil, "")
}

// coin returns the coin that the address names; without one, a coin that the shop does not have yet.
func (h *handlers) coin(req *admin.Request) (models.Coin, error) {
	symbol := req.Param("symbol")
	if symbol == "" {
		return models.Coin{}, nil
	}
	if !symbolPattern.MatchString(symbol) {
		return models.Coin{}, visit.ErrNoPage
	}
	c, err := h.site.Store.Coin(req.Context(), symbol)
	return c, admin.NoPage(err)
}

// coinPage shows a coin, with the form as it was typed if there is one. A coin without a symbol is new.
func (h *handlers) coinPage(req *admin.Request, c models.Coin, typed *pages.CoinForm, refusal pages.Refusal) error {
	sources, err := h.site.Store.PriceSources(req.Context())
	if err != nil {
		return err
	}
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return err
	}
	now := h.site.Clock()
	view := pages.CoinView{New: c.Symbol == "", Row: coinRow(req.Printer, currency, c, sources, now), Refusal: refusal}
	if typed != nil {
		view.Form = *typed
	} else {
		view.Form = filledCoin(c)
	}
	view.Form.Currency = currency.Code
	view.Form.Sources = sourceChoices(req.Printer, sources, view.Form.Source.Value)
	view.Form.SecondSources = sourceChoices(req.Printer, sources, view.Form.SecondSource.Value)
	if !view.New {
		describeCoin(&view, req.Printer, currency, c, now)
		if err := h.rateHistory(req, &view, c, sources); err != nil {
			return err
		}
	}
	view.Page = req.PageAt(pages.SectionCoins, coinsPath+"/new")
	if !view.New {
		view.Page.Path = coinsPath + "/" + c.Symbol
	}
	return req.Answer(pages.Worst(view.Refusal, problems(view.Form.Fields())...), pages.Coin(view))
}

// saveCoin stores a coin: POST /admin/coins/{symbol} with version, POST /admin/coins.
func (h *handlers) saveCoin(req *admin.Request, form url.Values) error {
	stored, err := h.coin(req)
	if err != nil {
		return err
	}
	typed, c, ok, err := h.readCoin(req, form, stored)
	if err != nil {
		return err
	}
	if !ok {
		return h.coinPage(req, stored, typed, "")
	}
	if stored.Symbol != "" && typed.Version != strconv.Itoa(stored.Version) {
		return h.coinPage(req, stored, nil, pages.RefusalStale)
	}
	err = h.rates.SaveCoin(req.Context(), stored, c, form.Get(admin.ConfirmedField), req.Actor())
	jump, jumps := errors.AsType[*rates.RateJumpError](err)
	switch {
	case jumps:
		return h.confirmRate(req, form, stored, jump.Move)
	case errors.Is(err, store.ErrDuplicate):
		typed.Symbol.Problem = invalid.Taken
		return h.coinPage(req, stored, typed, "")
	case errors.Is(err, store.ErrConflict):
		return h.coinPage(req, stored, nil, pages.RefusalStale)
	case err != nil:
		return err
	}
	return req.Done(coinsPath+"/"+c.Symbol, pages.NoticeCoinSaved)
}

// acceptRate accepts a rate that jumped: POST /admin/coins/{symbol}/accept with seen, the rate that the person saw.
func (h *handlers) acceptRate(req *admin.Request, form url.Values) error {
	c, err := h.coin(req)
	if err != nil {
		return err
	}
	seen, err := models.ParseAmount(form.Get("seen"))
	if err != nil {
		return visit.ErrBadForm
	}
	err = h.rates.AcceptRate(req.Context(), c.Symbol, seen, req.Actor())
	if errors.Is(err, rates.ErrRateMoved) {
		return h.coinPage(req, c, nil, pages.RefusalRateMoved)
	}
	if err != nil {
		return admin.NoPage(err)
	}
	return req.Done(coinsPath+"/"+c.Symbol, pages.NoticeRateAccepted)
}

// readCoin reads the form on top of the coin as it is stored. ok is false if a field cannot be read.
func (h *handlers) readCoin(req *admin.Request, form url.Values, stored models.Coin) (*pages.CoinForm, models.Coin, bool, error) {
	sources, err := h.site.Store.PriceSources(req.Context())
	if err != nil {
		return nil, stored, false, err
	}
	r := coinReader{values: form, known: func(id string) bool {
		return slices.ContainsFunc(sources, func(s models.PriceSource) bool { return s.ID == id })
	}}
	typed, c := r.read(stored, h.site.Clock())
	return typed, c, invalid.First(problems(typed.Fields())...) == "", nil
}

// problems returns the problems of fields, "" for a field without one.
func problems(fields []*pages.Field) []invalid.Problem {
	list := make([]invalid.Problem, len(fields))
	for i, f := range fields {
		list[i] = f.Problem
	}
	return list
}

// sourceRows returns the price sources with the coins that use them.
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
