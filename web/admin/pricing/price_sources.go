package pricing

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/payments/rates"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// Bounds of what is typed about a price source.
const (
	maxSourceName = 100
	maxSourceURL  = 500
	maxSourcePath = 200
)

// showSource shows a price source: GET /admin/price-sources/{source}, GET /admin/price-sources/new.
func (h *handlers) showSource(req *admin.Request) error {
	s, err := h.source(req)
	if err != nil {
		return err
	}
	form, err := h.filledSource(req, s)
	if err != nil {
		return err
	}
	return h.sourcePage(req, s, form, nil, "")
}

// source returns the price source that the address names, or a new one if it names none.
func (h *handlers) source(req *admin.Request) (models.PriceSource, error) {
	id := req.Param("source")
	if id == "" {
		return models.PriceSource{Enabled: true}, nil
	}
	if id != models.ExchangeSource && !admin.IsID(id) {
		return models.PriceSource{}, visit.ErrNoPage
	}
	s, err := h.site.Store.PriceSource(req.Context(), id)
	return s, admin.NoPage(err)
}

// filledSource returns the form as it is shown first, with a pair of one of the coins to try.
func (h *handlers) filledSource(req *admin.Request, s models.PriceSource) (pages.SourceForm, error) {
	coins, err := h.site.Store.AllCoins(req.Context())
	if err != nil {
		return pages.SourceForm{}, err
	}
	form := pages.SourceForm{
		Name: pages.Field{Value: s.Name}, URL: pages.Field{Value: s.URL}, Path: pages.Field{Value: s.Path}, TimePath: pages.Field{Value: s.TimePath},
		Enabled: s.Enabled, Version: strconv.Itoa(s.Version),
	}
	for _, c := range coins {
		if s.ID != "" && c.Source == s.ID && form.Symbol.Value == "" {
			form.Symbol.Value = c.SourceSymbol
		}
	}
	return form, nil
}

func (h *handlers) sourcePage(req *admin.Request, s models.PriceSource, form pages.SourceForm, tried *pages.Trial, refusal pages.Refusal) error {
	view := pages.SourceView{
		Page: req.Page(pages.SectionCoins), New: s.ID == "", ID: s.ID, BuiltIn: s.ID == models.ExchangeSource,
		Shown: visit.SourceName(req.Printer, form.Name.Value), Form: form, Trial: tried, Refusal: refusal,
	}
	view.Page.Path = sourcePath("new")
	if !view.New {
		view.Page.Path = sourcePath(s.ID)
	}
	return req.Answer(pages.Worst(refusal, problems(view.Form.Fields())...), pages.PriceSource(view))
}

// saveSource stores a price source, or tries it as it is typed: POST /admin/price-sources/{source} with version, POST /admin/price-sources.
func (h *handlers) saveSource(req *admin.Request, values url.Values) error {
	stored, err := h.source(req)
	if err != nil {
		return err
	}
	form, s := h.readSource(values, stored)
	tries := values.Has("try")
	if tries && !pairPattern.MatchString(form.Symbol.Value) {
		form.Symbol.Problem = invalid.Pair
	}
	for _, f := range form.Fields() {
		if f.Problem != "" {
			return h.sourcePage(req, stored, form, nil, "")
		}
	}
	if tries {
		trial := trialView(req.Printer, h.rates.TryPrice(req.Context(), s, form.Symbol.Value))
		return h.sourcePage(req, stored, form, &trial, "")
	}
	if form.Version != strconv.Itoa(stored.Version) {
		return h.sourceStale(req, stored)
	}
	if stored.ID == "" {
		s.ID = models.NewID()
	}
	err = h.rates.SavePriceSource(req.Context(), stored, s, req.Actor())
	if errors.Is(err, store.ErrConflict) {
		return h.sourceStale(req, stored)
	}
	if err != nil {
		return err
	}
	return req.Done(sourcePath(s.ID), pages.NoticeSourceSaved)
}

// sourceStale shows the source as it is stored now, to a person who changed an older version.
func (h *handlers) sourceStale(req *admin.Request, stored models.PriceSource) error {
	now, err := h.site.Store.PriceSource(req.Context(), stored.ID)
	if err != nil {
		return admin.NoPage(err)
	}
	form, err := h.filledSource(req, now)
	if err != nil {
		return err
	}
	return h.sourcePage(req, now, form, nil, pages.RefusalStale)
}

func (h *handlers) readSource(values url.Values, stored models.PriceSource) (pages.SourceForm, models.PriceSource) {
	field := func(name string) pages.Field { return pages.Field{Value: strings.TrimSpace(values.Get(name))} }
	f := pages.SourceForm{
		Name: field("name"), URL: field("url"), Path: field("path"), TimePath: field("time_path"), Symbol: field("try_symbol"),
		Enabled: values.Has("enabled"), Version: values.Get("version"),
	}
	for _, c := range []struct {
		field *pages.Field
		most  int
	}{{&f.Name, maxSourceName}, {&f.URL, maxSourceURL}, {&f.Path, maxSourcePath}, {&f.TimePath, maxSourcePath}} {
		if admin.TooLong(c.field.Value, c.most) {
			c.field.Value, c.field.Problem = admin.Clip(c.field.Value), invalid.TooLong
		}
	}
	s := stored
	s.Name, s.URL, s.Path, s.TimePath, s.Enabled = f.Name.Value, f.URL.Value, f.Path.Value, f.TimePath.Value, f.Enabled
	if f.Name.Value == "" {
		f.Name.Problem = invalid.Missing
	}
	if f.Name.Problem == "" && !text.Line(f.Name.Value) {
		f.Name.Problem = invalid.Characters
	}
	if f.URL.Problem == "" && !h.rates.CheckPriceURL(s) {
		f.URL.Problem = invalid.SourceURL
	}
	if f.Path.Problem == "" && !rates.IsPricePath(s.Path) {
		f.Path.Problem = invalid.SourcePath
	}
	if f.TimePath.Problem == "" && s.TimePath != "" && !rates.IsPricePath(s.TimePath) {
		f.TimePath.Problem = invalid.SourcePath
	}
	return f, s
}

func trialView(p *i18n.Printer, t rates.PriceTrial) pages.Trial {
	view := pages.Trial{Address: t.Address, Took: admin.Duration(p, t.Took), Problem: string(t.Reading.Problem), Body: t.Body, Cut: t.Cut}
	if t.Status != 0 {
		view.Status = strconv.Itoa(t.Status)
	}
	if t.Reading.Problem == models.FetchGood {
		view.Rate, view.At = t.Reading.Rate.String(), admin.Moment(p, t.Reading.At)
	}
	return view
}
