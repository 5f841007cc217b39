package pricing

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

const deliveryPath = admin.Home + "/delivery"

// shownPlaces is the maximum number of a zone's places that the list names.
const shownPlaces = 12

// showDelivery lists the zones: GET /admin/delivery.
func (h *handlers) showDelivery(req *admin.Request) error {
	zones, err := h.site.Store.Zones(req.Context())
	if err != nil {
		return err
	}
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return err
	}
	view := pages.DeliveryView{Page: req.Page(pages.SectionDelivery)}
	for _, z := range zones {
		view.Zones = append(view.Zones, zoneRow(req.Printer, currency, z))
	}
	return req.Show(http.StatusOK, pages.Delivery(view))
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
	money := func(a models.Amount) string { return visit.MoneyOrNone(p, currency, a) }
	for _, m := range z.Methods {
		least := m.Steps[0].Price
		for _, step := range m.Steps {
			least = least.Least(step.Price)
		}
		r.Methods = append(r.Methods, pages.MethodRow{
			Title: m.NameIn(p.Lang()), From: money(least), Free: money(m.FreeFrom), Most: admin.AmountText(m.MaxWeight), Enabled: m.Enabled,
		})
	}
	return r
}

// showZone shows the form of a zone: GET /admin/delivery/{id}, GET /admin/delivery/new.
func (h *handlers) showZone(req *admin.Request) error {
	z, err := h.zone(req)
	if err != nil {
		return err
	}
	view, err := h.filledZone(req, z)
	if err != nil {
		return err
	}
	return h.zonePage(req, z, view, "")
}

// zone returns the zone that the address names, or a new one if it names none.
func (h *handlers) zone(req *admin.Request) (models.Zone, error) {
	if req.ID() == "" {
		return models.Zone{TaxMode: models.TaxNone}, nil
	}
	z, err := h.site.Store.Zone(req.Context(), req.ID())
	return z, admin.NoPage(err)
}

// saveZone stores a zone: POST /admin/delivery/{id} with version, POST /admin/delivery.
func (h *handlers) saveZone(req *admin.Request, form url.Values) error {
	stored, err := h.zone(req)
	if err != nil {
		return err
	}
	view, z, ok, err := h.readZone(req, form, stored)
	if err != nil {
		return err
	}
	if form.Get("do") == "more" {
		addSpareRows(view)
		return h.zonePage(req, stored, view, "")
	}
	if !ok {
		return h.zonePage(req, stored, view, pages.RefusalFields)
	}
	if stored.ID != "" && admin.Version(view.Version) != stored.Version {
		return h.staleZone(req, stored)
	}
	id, err := h.editor.SaveZone(req.Context(), req.Actor(), stored, z)
	if taken, found := errors.AsType[*store.PlaceTakenError](err); found {
		view.PlacesProblem, view.TakenPlace, view.TakenBy = invalid.Taken, taken.Place.NameIn(req.Printer.Lang()), taken.Zone
		if taken.Place == (models.Place{}) {
			view.PlacesProblem = invalid.RestZone
		}
		return h.zonePage(req, stored, view, pages.RefusalFields)
	}
	if errors.Is(err, store.ErrConflict) {
		return h.staleZone(req, stored)
	}
	if err != nil {
		return err
	}
	return req.Done(deliveryPath+"/"+id, pages.NoticeZoneSaved)
}

// staleZone shows a zone as it is stored now, to a person who changed an older version.
func (h *handlers) staleZone(req *admin.Request, stored models.Zone) error {
	now, err := h.site.Store.Zone(req.Context(), stored.ID)
	if err != nil {
		return admin.NoPage(err)
	}
	view, err := h.filledZone(req, now)
	if err != nil {
		return err
	}
	return h.zonePage(req, now, view, pages.RefusalStale)
}

// deleteZone deletes a zone: POST /admin/delivery/{id}/delete with version.
func (h *handlers) deleteZone(req *admin.Request, form url.Values) error {
	z, err := h.zone(req)
	if err != nil {
		return err
	}
	err = h.editor.DeleteZone(req.Context(), req.Actor(), z, admin.Version(form.Get("version")))
	if errors.Is(err, store.ErrConflict) {
		return h.staleZone(req, z)
	}
	if err != nil {
		return err
	}
	return req.Done(deliveryPath, pages.NoticeZoneDeleted)
}

func parsePlace(code string) models.Place {
	country, region, _ := strings.Cut(code, "-")
	return models.Place{Country: country, Region: region}
}

// placeGroups returns all places to choose from, in the language's order: the countries, then the regions of those that have some. leave
// reports which are left out.
func placeGroups(req *admin.Request, chosen, leave func(models.Place) bool) []pages.PlaceGroup {
	lang := req.Printer.Lang()
	countries := models.CountriesIn(lang)
	all := pages.PlaceGroup{Label: req.Printer.T("admin.zone.countries")}
	var regions []pages.PlaceGroup
	for _, c := range countries {
		p := models.Place{Country: c.Code}
		if !leave(p) {
			all.Places = append(all.Places, pages.Choice{Value: c.Code, Label: c.Name, Selected: chosen(p)})
		}
		group := pages.PlaceGroup{Label: c.Name}
		for _, r := range models.Regions(c.Code) {
			if p := (models.Place{Country: c.Code, Region: r.Code}); !leave(p) {
				group.Places = append(group.Places, pages.Choice{Value: p.Code(), Label: r.NameIn(lang), Selected: chosen(p)})
			}
		}
		if len(group.Places) > 0 {
			regions = append(regions, group)
		}
	}
	return append([]pages.PlaceGroup{all}, regions...)
}
