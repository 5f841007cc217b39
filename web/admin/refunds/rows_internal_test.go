package refunds

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/staff"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

func TestRefundRows_NobodyApprovesTheirOwn(t *testing.T) {
	refund := models.Refund{ID: "r", State: models.RefundRequested, RequestedBy: "me", Amount: models.MustAmount("1"), Coin: "USDT"}
	row := func(role models.Role, id string, r models.Refund) pages.RefundRow {
		return Rows(english.Printer, []models.Refund{r}, admin.Names{"me": "me@shop.example"}, nil, staff.SignedIn{Staff: models.Staff{ID: id, Role: role}})[0]
	}
	own := row(models.RoleFinance, "me", refund)
	assert.True(t, own.Own)
	assert.False(t, own.CanApprove)
	assert.True(t, own.CanDecline)
	assert.Equal(t, "me@shop.example", own.RequestedBy)
	assert.True(t, row(models.RoleFinance, "you", refund).CanApprove)
	assert.False(t, row(models.RoleOperator, "you", refund).CanApprove)
	refund.State = models.RefundSubmitting
	sent := row(models.RoleOwner, "you", refund)
	assert.False(t, sent.CanApprove)
	assert.False(t, sent.CanDecline)
}
