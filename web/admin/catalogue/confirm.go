package catalogue

import (
	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// confirmPrices asks whether prices that jump, or prices of 0, are meant.
func (h *handlers) confirmPrices(req *admin.Request, e *editing, p models.Product, moves []models.PriceMove) error {
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return err
	}
	view := pages.ConfirmView{
		Title: req.Printer.T("admin.confirm.price.title"), Lead: req.Printer.T("admin.confirm.price.lead"),
		Submit: req.Printer.T("admin.confirm.price.submit"), Back: productPath(p.ID), Multipart: true, Mails: true, Rows: moveRows(req.Printer, currency, moves),
	}
	if e.form.New {
		view.Back = productsPath + "/new"
	}
	return req.Confirm(view, pages.SectionProducts, e.values, models.PriceMovesDigest(moves))
}

// moveRows returns changes of prices as rows.
func moveRows(p *i18n.Printer, currency models.Currency, moves []models.PriceMove) []pages.ConfirmRow {
	rows := make([]pages.ConfirmRow, len(moves))
	for i, m := range moves {
		rows[i] = pages.ConfirmRow{Name: m.Name(), Detail: p.T("admin.confirm.price." + string(m.Kind)), After: visit.Money(p, currency, m.After)}
		if !m.New || m.Kind == models.SaleMoved {
			rows[i].Before = visit.Money(p, currency, m.Before)
		}
		if m.Before.IsPositive() {
			rows[i].By = admin.DifferenceText(m.Before, m.After)
		}
	}
	return rows
}
