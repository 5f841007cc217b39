package pricing

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
)

// spareSteps is the number of empty steps of a way of delivery; maxMethods is the maximum number of ways that are read from a form.
const (
	spareSteps = 2
	maxMethods = 30
)

// filledZone returns the form of a zone as it is stored, with room for one more way of delivery.
func (h *handlers) filledZone(req *admin.Request, z models.Zone) (*pages.ZoneView, error) {
	langs, err := req.OtherLangs()
	if err != nil {
		return nil, err
	}
	view := &pages.ZoneView{
		Version: strconv.Itoa(z.Version), Name: admin.Typed(z.Name), Shown: z.NameIn(req.Printer.Lang()), TaxMode: admin.Typed(string(z.TaxMode)), TaxName: admin.Typed(z.TaxName),
		TaxRate: admin.AmountField(z.TaxRate), TaxDelivery: z.TaxDelivery, TaxTexts: admin.LangFields(langs, z.Texts, "tax_name"),
	}
	if z.TaxMode == models.TaxIncluded || z.TaxMode == models.TaxAdded {
		view.TaxRate = admin.Typed(z.TaxRate.String()) // 0 is a rate too
	}
	for _, p := range z.Places {
		view.Places = append(view.Places, pages.Tick{Value: p.Code(), On: true})
	}
	for i, m := range z.Methods {
		form := pages.MethodForm{
			Index: i, ID: m.ID, Title: admin.Typed(m.Title), Titles: admin.LangFields(langs, m.Texts, "title"), Note: admin.Typed(m.Note), Kind: admin.Typed(string(m.Kind)),
			Free: admin.AmountField(m.FreeFrom), Most: admin.AmountField(m.MaxWeight), Enabled: m.Enabled,
		}
		for _, s := range m.Steps {
			form.Steps = append(form.Steps, pages.StepForm{From: admin.Typed(s.From.String()), Price: admin.Typed(s.Price.String())})
		}
		view.Methods = append(view.Methods, form)
	}
	if len(view.Methods) == 0 || z.ID == "" {
		addMethod(view, langs)
	}
	return view, nil
}

func addMethod(view *pages.ZoneView, langs []i18n.Language) {
	view.Methods = append(view.Methods, pages.MethodForm{
		Index: len(view.Methods), Kind: admin.Typed(string(models.DeliveryFlat)), Enabled: true, Titles: admin.LangFields(langs, nil, ""),
	})
}

// addSpareRows adds empty steps to every way of delivery, and an empty way to the zone.
func addSpareRows(view *pages.ZoneView) {
	for i := range view.Methods {
		if view.Methods[i].Kind.Value != string(models.DeliveryFlat) {
			view.Methods[i].Steps = append(view.Methods[i].Steps, make([]pages.StepForm, spareSteps)...)
		}
	}
	last := view.Methods[len(view.Methods)-1]
	if last.ID != "" || last.Title.Value != "" {
		var langs []i18n.Language
		for _, t := range last.Titles {
			langs = append(langs, i18n.Language{Tag: t.Lang, Name: t.Name})
		}
		addMethod(view, langs)
	}
}

// zonePage shows the form as filled in.
func (h *handlers) zonePage(req *admin.Request, z models.Zone, view *pages.ZoneView, refusal pages.Refusal) error {
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return err
	}
	view.New, view.ID, view.Currency, view.Refusal = z.ID == "", z.ID, currency.Code, refusal
	view.TaxModes = admin.Choices(models.TaxModes(), view.TaxMode.Value, false)
	in := map[string]bool{}
	for i, t := range view.Places {
		in[t.Value] = true
		view.Places[i].Label = parsePlace(t.Value).NameIn(req.Printer.Lang())
	}
	none := func(models.Place) bool { return false }
	view.Add = placeGroups(req, none, func(p models.Place) bool { return in[p.Code()] })
	for i := range view.Methods {
		m := &view.Methods[i]
		m.Kinds = admin.Choices(models.DeliveryKinds(), m.Kind.Value, false)
		m.Steps = append(m.Steps, make([]pages.StepForm, spareSteps)...)
	}
	view.Page = req.Page(pages.SectionDelivery)
	return req.Answer(refusal, pages.Zone(*view))
}

// zoneReader reads the form of a zone.
type zoneReader struct {
	form   url.Values
	langs  []i18n.Language
	digits int // of the currency
	bad    bool
}

func (r *zoneReader) text(name string) pages.Field {
	return admin.Typed(admin.Clip(strings.TrimSpace(r.form.Get(name))))
}

// mark sets the problems of models' rules in the form's fields.
func (r *zoneReader) mark(problems invalid.Problems, fields map[string]*pages.Field) {
	for name, problem := range problems {
		if f := fields[name]; f != nil {
			f.Problem.Keep(problem)
		}
	}
	for _, f := range fields {
		r.bad = r.bad || f.Problem != ""
	}
}

// readZone reads the form on top of the zone as it is stored. ok is false if a field cannot be read.
func (h *handlers) readZone(req *admin.Request, form url.Values, stored models.Zone) (view *pages.ZoneView, z models.Zone, ok bool, err error) {
	langs, err := req.OtherLangs()
	if err != nil {
		return nil, stored, false, err
	}
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return nil, stored, false, err
	}
	r := &zoneReader{form: form, langs: langs, digits: currency.Digits}
	view = &pages.ZoneView{
		Version: form.Get("version"), Name: r.text("name"), TaxMode: r.text("tax_mode"), TaxName: r.text("tax_name"), TaxRate: r.text("tax_rate"),
		TaxDelivery: form.Has("tax_delivery"),
	}
	z = stored
	z.Name, z.TaxMode, z.TaxName, z.TaxDelivery = view.Name.Value, models.TaxMode(view.TaxMode.Value), view.TaxName.Value, view.TaxDelivery
	view.TaxRate.Value = strings.TrimSpace(strings.TrimSuffix(view.TaxRate.Value, "%"))
	z.TaxRate = admin.ReadAmount(&view.TaxRate, models.MaxPercentDigits, z.TaxMode != models.TaxNone)
	z.Texts, view.TaxTexts = r.texts(stored.Texts, "tax_name", "tax_name.")
	if z.Name != stored.Name {
		for lang := range z.Texts {
			z.Texts.Set(lang, "name", "") // it was the old name's translation
		}
	}
	view.Shown = z.NameIn(req.Printer.Lang())
	z.Places = nil
	for _, code := range slices.Concat(form["place"], form["add"]) {
		place := parsePlace(admin.Clip(code))
		if !place.Known() || slices.Contains(z.Places, place) {
			continue // a list is chosen from, not typed
		}
		z.Places = append(z.Places, place)
		view.Places = append(view.Places, pages.Tick{Value: place.Code(), On: true})
	}
	problems := z.Check()
	if problem, found := problems["places"]; found {
		view.PlacesProblem, r.bad = problem, true
	}
	r.mark(problems, map[string]*pages.Field{"name": &view.Name, "tax_mode": &view.TaxMode, "tax_name": &view.TaxName, "tax_rate": &view.TaxRate})
	z.Methods, view.Methods = r.methods(stored)
	return view, z, !r.bad, nil
}

// texts reads a field in the other languages.
func (r *zoneReader) texts(stored models.Texts, field, prefix string) (models.Texts, []pages.LangField) {
	texts := stored.Clone()
	var list []pages.LangField
	for _, l := range r.langs {
		f := r.text(prefix + l.Tag)
		admin.LimitText(&f, models.MaxZoneName)
		r.bad = r.bad || f.Problem != ""
		list = append(list, pages.LangField{Lang: l.Tag, Name: l.Name, Field: f})
		texts.Set(l.Tag, field, f.Value)
	}
	return texts, list
}

// methods reads the ways of delivery; an empty new one, and one that is to be removed, are left out.
func (r *zoneReader) methods(stored models.Zone) ([]models.DeliveryMethod, []pages.MethodForm) {
	var methods []models.DeliveryMethod
	var forms []pages.MethodForm
	for i := range maxMethods {
		name := "m." + strconv.Itoa(i) + "."
		if !r.form.Has(name + "title") {
			break
		}
		storedMethod := models.DeliveryMethod{}
		for _, m := range stored.Methods {
			if m.ID == r.form.Get(name+"id") {
				storedMethod = m
			}
		}
		form, m := r.method(name, i, storedMethod)
		form.Removed = r.form.Has(name + "remove")
		forms = append(forms, form)
		if empty := m.ID == "" && m.Title == "" && len(m.Steps) == 0; !empty && !form.Removed {
			r.checkMethod(&forms[len(forms)-1], m)
			methods = append(methods, m)
		}
	}
	if len(forms) == 0 {
		forms = append(forms, pages.MethodForm{Kind: admin.Typed(string(models.DeliveryFlat)), Enabled: true})
	}
	return methods, forms
}

func (r *zoneReader) method(name string, i int, stored models.DeliveryMethod) (pages.MethodForm, models.DeliveryMethod) {
	form := pages.MethodForm{
		Index: i, ID: stored.ID, Title: r.text(name + "title"), Note: r.text(name + "note"), Kind: r.text(name + "kind"),
		Free: r.text(name + "free"), Most: r.text(name + "most"), Enabled: r.form.Has(name + "enabled"),
	}
	m := stored
	m.Title, m.Note, m.Kind, m.Enabled, m.Steps = form.Title.Value, form.Note.Value, models.DeliveryKind(form.Kind.Value), form.Enabled, nil
	m.Texts, form.Titles = r.texts(stored.Texts, "title", name+"title.")
	m.FreeFrom = readBound(&form.Free, models.MaxFractionDigits)
	m.MaxWeight = readBound(&form.Most, models.MaxWeightDigits)
	for n := range models.MaxSteps + 1 {
		at := strconv.Itoa(n)
		if !r.form.Has(name + "price." + at) {
			break
		}
		step := pages.StepForm{From: r.text(name + "from." + at), Price: r.text(name + "price." + at)}
		if step.From.Value == "" && step.Price.Value == "" {
			continue
		}
		price := models.Step{From: admin.ReadAmount(&step.From, models.MaxFractionDigits, false), Price: admin.ReadAmount(&step.Price, r.digits, true)}
		m.Steps = append(m.Steps, price)
		form.Steps = append(form.Steps, step)
	}
	return form, m
}

// readBound parses a bound. An empty field means no bound; 0 is refused, because people mean the opposite by it.
func readBound(f *pages.Field, digits int) models.Amount {
	a := admin.ReadAmount(f, digits, false)
	if a.IsZero() && f.Value != "" && f.Problem == "" {
		f.Problem = invalid.Range
	}
	return a
}

// checkMethod sets the problems of a way of delivery in its fields.
func (r *zoneReader) checkMethod(form *pages.MethodForm, m models.DeliveryMethod) {
	problems := m.Check(r.digits)
	steps := []*pages.Field{}
	for i := range form.Steps {
		steps = append(steps, &form.Steps[i].From, &form.Steps[i].Price)
	}
	for _, f := range steps {
		r.bad = r.bad || f.Problem != ""
	}
	if problem, found := problems["steps"]; found {
		form.Problem, r.bad = problem, true
	}
	r.mark(problems, map[string]*pages.Field{
		"title": &form.Title, "note": &form.Note, "kind": &form.Kind, "free_from": &form.Free, "max_weight": &form.Most,
	})
}
