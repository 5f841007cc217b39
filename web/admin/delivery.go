package admin

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
)

const deliveryPath = Home + "/delivery"

// shownPlaces is how many places of a zone the list names.
const shownPlaces = 12

// showDelivery lists the zones: GET /admin/delivery.
func (o *Office) showDelivery(d *desk) error {
	zones, err := o.site.Store.Zones(d.Context())
	if err != nil {
		return err
	}
	currency, err := o.site.Currency(d.Context())
	if err != nil {
		return err
	}
	view := pages.DeliveryView{Page: d.page(pages.SectionDelivery)}
	for _, z := range zones {
		view.Zones = append(view.Zones, zoneRow(d.Printer, currency, z))
	}
	return d.Show(http.StatusOK, pages.Delivery(view))
}

func zoneRow(p *i18n.Printer, currency models.Currency, z models.Zone) pages.ZoneRow {
	r := pages.ZoneRow{ID: z.ID, Name: z.NameIn(p.Lang()), Rest: z.RestOfWorld(), TaxMode: string(z.TaxMode)}
	var names []string
	for _, place := range z.Places {
		names = append(names, place.NameIn(p.Lang()))
	}
	if len(names) > shownPlaces {
		names, r.More = names[:shownPlaces], len(names)-shownPlaces
	}
	r.Places = strings.Join(names, " · ")
	if z.TaxMode != models.TaxNone {
		r.Tax = z.TaxTitle(p.Lang()) + " " + z.TaxRate.String() + "%"
	}
	money := func(a models.Amount) string {
		if a.IsZero() {
			return ""
		}
		return p.Money(a.String(), currency.Code, currency.Digits)
	}
	for _, m := range z.Methods {
		least := m.Steps[0].Price
		for _, step := range m.Steps {
			least = least.Least(step.Price)
		}
		r.Methods = append(r.Methods, pages.MethodRow{
			Title: m.NameIn(p.Lang()), From: money(least), Free: money(m.FreeFrom), Most: someAmount(m.MaxWeight), Enabled: m.Enabled,
		})
	}
	return r
}

// newZone is the form of a new zone: GET /admin/delivery/new.
func (o *Office) newZone(d *desk) error {
	z := models.Zone{TaxMode: models.TaxNone}
	view, err := o.filledZone(d, z)
	if err != nil {
		return err
	}
	return o.zonePage(d, z, view, pages.ProblemNone)
}

// showZone is the form of a zone: GET /admin/delivery/{id}.
func (o *Office) showZone(d *desk) error {
	z, err := o.zone(d)
	if err != nil {
		return err
	}
	view, err := o.filledZone(d, z)
	if err != nil {
		return err
	}
	return o.zonePage(d, z, view, pages.ProblemNone)
}

// zone is the one that the address names.
func (o *Office) zone(d *desk) (models.Zone, error) {
	id, err := d.id()
	if err != nil {
		return models.Zone{}, err
	}
	z, err := o.site.Store.Zone(d.Context(), id)
	return z, missing(err)
}

// createZone stores a new zone: POST /admin/delivery.
func (o *Office) createZone(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	return o.storeZone(d, models.Zone{TaxMode: models.TaxNone}, form)
}

// changeZone changes a zone: POST /admin/delivery/{id} with version.
func (o *Office) changeZone(d *desk) error {
	was, err := o.zone(d)
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	return o.storeZone(d, was, form)
}

func (o *Office) storeZone(d *desk, was models.Zone, form url.Values) error {
	view, z, ok, err := o.readZone(d, form, was)
	if err != nil {
		return err
	}
	if form.Get("do") == "more" {
		moreRoom(view)
		return o.zonePage(d, was, view, pages.ProblemNone)
	}
	if !ok {
		return o.zonePage(d, was, view, pages.ProblemFields)
	}
	if was.ID != "" && version(view.Version) != was.Version {
		return o.staleZone(d, was)
	}
	action, before := "zone.create", models.Facts(nil)
	if was.ID != "" {
		action, before = "zone.change", zoneFacts(was)
	}
	err = o.site.Store.Audited(d.Context(), d.actor(), action, "zone:"+z.Name, before, zoneFacts(z), func(tx *store.Store) error {
		saved := z // a repeated transaction begins anew
		err := tx.SaveZone(d.Context(), &saved)
		if err == nil {
			was.ID = saved.ID
		}
		return err
	})
	if taken, found := errors.AsType[*store.PlaceTakenError](err); found {
		view.PlacesProblem, view.TakenPlace, view.TakenBy = pages.ProblemPlaceTaken, taken.Place.NameIn(d.Printer.Lang()), taken.Zone
		if taken.Place == (models.Place{}) {
			view.PlacesProblem = pages.ProblemRestTaken
		}
		return o.zonePage(d, was, view, pages.ProblemFields)
	}
	if errors.Is(err, store.ErrConflict) {
		return o.staleZone(d, was)
	}
	if err != nil {
		return err
	}
	return d.done(deliveryPath+"/"+was.ID, pages.NoticeZoneSaved)
}

// staleZone shows a zone as it stands now to whoever changed an older one.
func (o *Office) staleZone(d *desk, was models.Zone) error {
	now, err := o.site.Store.Zone(d.Context(), was.ID)
	if err != nil {
		return missing(err)
	}
	view, err := o.filledZone(d, now)
	if err != nil {
		return err
	}
	return o.zonePage(d, now, view, pages.ProblemStale)
}

// deleteZone deletes a zone: POST /admin/delivery/{id}/delete with version.
func (o *Office) deleteZone(d *desk) error {
	z, err := o.zone(d)
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	err = o.site.Store.Audited(d.Context(), d.actor(), "zone.delete", "zone:"+z.Name, zoneFacts(z), nil, func(tx *store.Store) error {
		return tx.DeleteZone(d.Context(), z.ID, version(form.Get("version")))
	})
	if errors.Is(err, store.ErrConflict) {
		return o.staleZone(d, z)
	}
	if err != nil {
		return err
	}
	return d.done(deliveryPath, pages.NoticeZoneDeleted)
}

func zoneFacts(z models.Zone) models.Facts {
	var places []string
	for _, p := range z.Places {
		places = append(places, placeCode(p))
	}
	facts := models.Facts{
		"name": z.Name, "places": cut(strings.Join(places, " ")), "tax_mode": string(z.TaxMode), "tax_name": z.TaxName, "tax_rate": z.TaxRate.String(),
		"tax_delivery": strconv.FormatBool(z.TaxDelivery),
	}
	for i, m := range z.Methods {
		facts["method "+strconv.Itoa(i+1)] = cut(strings.Join(methodFacts(m), " · "))
	}
	return facts
}

func methodFacts(m models.DeliveryMethod) []string {
	var steps []string
	for _, s := range m.Steps {
		steps = append(steps, s.From.String()+": "+s.Price.String())
	}
	facts := []string{m.Title, string(m.Kind), strings.Join(steps, ", ")}
	if m.FreeFrom.IsPositive() {
		facts = append(facts, "free from "+m.FreeFrom.String())
	}
	if m.MaxWeight.IsPositive() {
		facts = append(facts, "up to "+m.MaxWeight.String()+" kg")
	}
	return append(facts, "on "+strconv.FormatBool(m.Enabled))
}

// placeCode writes a place as forms do: DE, or US-AK.
func placeCode(p models.Place) string {
	if p.Region == "" {
		return p.Country
	}
	return p.Country + "-" + p.Region
}

func placeOf(code string) models.Place {
	country, region, _ := strings.Cut(code, "-")
	return models.Place{Country: country, Region: region}
}

// placeGroups lists all places to choose from, in the language's order: the countries, then the regions of those that have some. leave says
// which are left out.
func placeGroups(d *desk, chosen, leave func(models.Place) bool) []pages.PlaceGroup {
	lang := d.Printer.Lang()
	countries := models.CountriesIn(lang)
	all := pages.PlaceGroup{Label: d.Printer.T("admin.zone.countries")}
	var regions []pages.PlaceGroup
	for _, c := range countries {
		p := models.Place{Country: c.Code}
		if !leave(p) {
			all.Places = append(all.Places, pages.Choice{Value: c.Code, Label: c.Name, Selected: chosen(p)})
		}
		group := pages.PlaceGroup{Label: c.Name}
		for _, r := range models.Regions(c.Code) {
			if p := (models.Place{Country: c.Code, Region: r.Code}); !leave(p) {
				group.Places = append(group.Places, pages.Choice{Value: placeCode(p), Label: r.NameIn(lang), Selected: chosen(p)})
			}
		}
		if len(group.Places) > 0 {
			regions = append(regions, group)
		}
	}
	return append([]pages.PlaceGroup{all}, regions...)
}
