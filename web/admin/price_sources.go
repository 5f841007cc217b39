package admin

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/visit"
)

// Bounds of what is typed about a price source.
const (
	maxSourceName = 100
	maxSourceURL  = 500
	maxSourcePath = 200
)

// newSource is the form of another price source: GET /admin/price-sources/new.
func (o *Office) newSource(d *desk) error {
	form := pages.SourceForm{Enabled: true, Version: "0"}
	return o.sourcePage(d, models.PriceSource{}, form, nil, pages.ProblemNone)
}

// showSource is one price source: GET /admin/price-sources/{source}.
func (o *Office) showSource(d *desk) error {
	s, err := o.source(d)
	if err != nil {
		return err
	}
	form, err := o.filledSource(d, s)
	if err != nil {
		return err
	}
	return o.sourcePage(d, s, form, nil, pages.ProblemNone)
}

func (o *Office) source(d *desk) (models.PriceSource, error) {
	id := d.Param("source")
	if id != models.ExchangeSource && !isID(id) {
		return models.PriceSource{}, visit.ErrNoPage
	}
	s, err := o.site.Store.PriceSource(d.Context(), id)
	return s, missing(err)
}

// filledSource is the form as it is shown first, with a pair to try that one of the coins has.
func (o *Office) filledSource(d *desk, s models.PriceSource) (pages.SourceForm, error) {
	coins, err := o.site.Store.AllCoins(d.Context())
	if err != nil {
		return pages.SourceForm{}, err
	}
	form := pages.SourceForm{
		Name: pages.Field{Value: s.Name}, URL: pages.Field{Value: s.URL}, Path: pages.Field{Value: s.Path}, TimePath: pages.Field{Value: s.TimePath},
		Enabled: s.Enabled, Version: strconv.Itoa(s.Version),
	}
	for _, c := range coins {
		if c.Source == s.ID && form.Symbol.Value == "" {
			form.Symbol.Value = c.SourceSymbol
		}
	}
	return form, nil
}

func (o *Office) sourcePage(d *desk, s models.PriceSource, form pages.SourceForm, tried *pages.Trial, problem pages.Problem) error {
	view := pages.SourceView{
		Page: d.page(pages.SectionCoins), New: s.ID == "", ID: s.ID, BuiltIn: s.ID == models.ExchangeSource,
		Shown: visit.SourceName(d.Printer, form.Name.Value), Form: form, Trial: tried, Problem: problem,
	}
	view.Page.Path = sourcePath("new")
	if !view.New {
		view.Page.Path = sourcePath(s.ID)
	}
	for _, f := range view.Form.Fields() {
		if problem == pages.ProblemNone {
			problem = f.Problem
		}
	}
	return d.show(problem, pages.PriceSource(view))
}

// createSource stores another price source, or tries it: POST /admin/price-sources.
func (o *Office) createSource(d *desk) error {
	return o.saveSource(d, models.PriceSource{})
}

// changeSource stores a price source, or tries it as it is typed: POST /admin/price-sources/{source} with version.
func (o *Office) changeSource(d *desk) error {
	was, err := o.source(d)
	if err != nil {
		return err
	}
	return o.saveSource(d, was)
}

func (o *Office) saveSource(d *desk, was models.PriceSource) error {
	values, err := d.Form()
	if err != nil {
		return err
	}
	form, s := o.readSource(values, was)
	tries := values.Has("try")
	if tries && !pairForm.MatchString(form.Symbol.Value) {
		form.Symbol.Problem = pages.ProblemPair
	}
	for _, f := range form.Fields() {
		if f.Problem != pages.ProblemNone {
			return o.sourcePage(d, was, form, nil, pages.ProblemNone)
		}
	}
	if tries {
		trial := trialView(d.Printer, o.payments.TryPrice(d.Context(), s, form.Symbol.Value))
		return o.sourcePage(d, was, form, &trial, pages.ProblemNone)
	}
	if form.Version != strconv.Itoa(was.Version) {
		return o.sourceStale(d, was)
	}
	if was.ID == "" {
		s.ID = models.NewID()
	}
	err = o.payments.SavePriceSource(d.Context(), was, s, d.actor())
	if errors.Is(err, store.ErrConflict) {
		return o.sourceStale(d, was)
	}
	if err != nil {
		return err
	}
	return d.done(sourcePath(s.ID), pages.NoticeSourceSaved)
}

// sourceStale shows the source as it is by now: somebody else has changed it.
func (o *Office) sourceStale(d *desk, was models.PriceSource) error {
	now, err := o.site.Store.PriceSource(d.Context(), was.ID)
	if err != nil {
		return missing(err)
	}
	form, err := o.filledSource(d, now)
	if err != nil {
		return err
	}
	return o.sourcePage(d, now, form, nil, pages.ProblemStale)
}

func (o *Office) readSource(values url.Values, was models.PriceSource) (pages.SourceForm, models.PriceSource) {
	field := func(name string) pages.Field { return pages.Field{Value: strings.TrimSpace(values.Get(name))} }
	f := pages.SourceForm{
		Name: field("name"), URL: field("url"), Path: field("path"), TimePath: field("time_path"), Symbol: field("try_symbol"),
		Enabled: values.Has("enabled"), Version: values.Get("version"),
	}
	for _, c := range []struct {
		field *pages.Field
		most  int
	}{{&f.Name, maxSourceName}, {&f.URL, maxSourceURL}, {&f.Path, maxSourcePath}, {&f.TimePath, maxSourcePath}} {
		if tooLong(c.field.Value, c.most) {
			c.field.Value, c.field.Problem = clip(c.field.Value), pages.ProblemTooLong
		}
	}
	s := was
	s.Name, s.URL, s.Path, s.TimePath, s.Enabled = f.Name.Value, f.URL.Value, f.Path.Value, f.TimePath.Value, f.Enabled
	if f.Name.Value == "" {
		f.Name.Problem = pages.ProblemMissing
	}
	if f.Name.Problem == pages.ProblemNone && !text.Line(f.Name.Value) {
		f.Name.Problem = pages.ProblemText
	}
	if f.URL.Problem == pages.ProblemNone && !o.payments.CheckPriceURL(s) {
		f.URL.Problem = pages.ProblemSourceURL
	}
	if f.Path.Problem == pages.ProblemNone && !payments.IsPricePath(s.Path) {
		f.Path.Problem = pages.ProblemSourcePath
	}
	if f.TimePath.Problem == pages.ProblemNone && s.TimePath != "" && !payments.IsPricePath(s.TimePath) {
		f.TimePath.Problem = pages.ProblemSourcePath
	}
	return f, s
}

func trialView(p *i18n.Printer, t payments.PriceTrial) pages.Trial {
	view := pages.Trial{Address: t.Address, Took: duration(p, t.Took), Problem: string(t.Reading.Problem), Body: t.Body, Cut: t.Cut}
	if t.Status != 0 {
		view.Status = strconv.Itoa(t.Status)
	}
	if t.Reading.Problem == models.FetchGood {
		view.Rate, view.At = t.Reading.Rate.String(), moment(p, t.Reading.At)
	}
	return view
}
