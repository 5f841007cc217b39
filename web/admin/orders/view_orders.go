package orders

import (
	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
)

func orderRows(p *i18n.Printer, rows []models.OrderRow) []pages.OrderRow {
	list := make([]pages.OrderRow, len(rows))
	for i, r := range rows {
		list[i] = pages.OrderRow{
			ID: r.ID, Ref: r.Ref, Email: r.Email, Name: r.Name, State: string(r.State), Attempt: string(r.AttemptState),
			Total: p.Money(r.Total.String(), r.Currency, r.Digits), Amount: admin.Coin(p, r.PayAmount, r.PayCoin), OrderNum: r.OrderNum, Payer: r.PayerUserID,
			Created: admin.Moment(p, r.CreatedAt), Reviews: r.OpenReviews,
		}
	}
	return list
}
