package admin

import (
	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
)

// ReviewRows are reviews as pages list them. refs are the references of their orders, by the orders' ids.
func ReviewRows(p *i18n.Printer, reviews []models.Review, refs map[string]string, mayClose bool) []pages.ReviewRow {
	rows := make([]pages.ReviewRow, len(reviews))
	for i, r := range reviews {
		rows[i] = pages.ReviewRow{
			ID: r.ID, Kind: string(r.Kind), Note: Remark(p, r.Note), OrderID: r.OrderID, Ref: refs[r.OrderID], Subject: r.Subject, Open: r.Open,
			At: Moment(p, r.CreatedAt), Updated: Moment(p, r.UpdatedAt), CanClose: r.Open && mayClose, Resolution: r.Resolution,
		}
	}
	return rows
}
