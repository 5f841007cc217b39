package web_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/links"
	"github.com/coincart/coincart/payments/checkouts"
)

// What another program sells, and what a link without a product asks for, is not the shop's to send. A product of a link is.
func TestOffice_ToSendHasOnlyWhatTheShopSends(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.link()
		s.link(func(d *links.Draft) { *d = links.Draft{Slug: "product", Kind: models.LinkProduct, SKU: "MUG-BIG"} })
		program := s.ask(func(in *checkouts.CreateInput) { in.Email = "ada@example.org" })
		payer := s.browser()
		for _, at := range []string{"/c/" + program.ID, payer.start("mug-fund"), payer.start("product")} {
			payer.payHosted(at)
		}
		for _, o := range s.platform.Orders() {
			require.NoError(t, s.platform.Pay(o.OrderNum))
		}
		s.work()
		all, err := s.db.Orders(t.Context(), models.OrderFilter{Fulfilment: models.FulfilmentNone})
		require.NoError(t, err)
		assert.Len(t, all.Rows, 3)
		var toSend []string
		page, err := s.db.Orders(t.Context(), models.OrderFilter{Fulfilment: models.FulfilmentNone, ToSend: true})
		require.NoError(t, err)
		for _, o := range page.Rows {
			toSend = append(toSend, o.ID)
		}
		product, err := s.services.Links.BySlug(t.Context(), "product")
		require.NoError(t, err)
		assert.Equal(t, []string{s.checkoutsOf(product)[0].OrderID}, toSend)
		gauges, err := s.db.Gauges(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 1, gauges.ReadyToFulfil)
		owner, ordered := s.staffed(models.RoleOwner), s.checkout(program.ID).OrderID
		owner.get("/admin/orders?fulfilment=none").is(http.StatusOK).lacks("/admin/orders/" + ordered)
		owner.get("/admin/orders?state=paid").is(http.StatusOK).has("/admin/orders/" + ordered)

		customer, err := s.db.CustomerID("ada@example.org")
		require.NoError(t, err)
		_, err = s.db.EraseCustomer(t.Context(), customer)
		require.NoError(t, err, "nothing remains to be done for it")
	})
}
