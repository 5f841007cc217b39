package payments_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/payments/paymentstest"
)

var (
	finance = paymentstest.Finance()
	second  = models.Actor{StaffID: "01900000-0000-7000-8000-000000000002", Who: "two@example.org", RemoteAddr: "192.0.2.2", RequestID: "req-2"}
)

// shop is a shop with what only the tests of payments do with it.
type shop struct{ *paymentstest.Shop }

// eachShop is paymentstest.Each.
func eachShop(t *testing.T, scenario func(t *testing.T, s *shop), options ...paymentstest.Option) {
	t.Helper()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) { scenario(t, &shop{s}) }, options...)
}

// hire gives people accounts.
func (s *shop) hire(people ...models.Actor) {
	s.T.Helper()
	for _, who := range people {
		modelstest.Staff(s.T, s.Store, func(m *models.Staff) { m.ID, m.Email, m.Role = who.StaffID, who.Who, models.RoleFinance })
	}
}

// evidence counts an order's evidence by source.
func (s *shop) evidence(o models.Order) map[models.EvidenceSource]int {
	s.T.Helper()
	rows := modelstest.OrderFile(s.T, s.Store, o.ID).Evidence
	counts := map[models.EvidenceSource]int{}
	for _, e := range rows {
		counts[e.Source]++
	}
	return counts
}

// placeAs orders a mug with an e-mail address of its own: a mailbox gets few mails about orders that nobody has paid.
func (s *shop) placeAs(email string) models.Order {
	s.T.Helper()
	in := s.CartForm(1)
	in.Email = email
	p, err := s.Place(s.T.Context(), in)
	require.NoError(s.T, err)
	require.NotEmpty(s.T, p.PayURL)
	return s.Order(p.Ref)
}

// payerOf is the account that a pay page is opened for.
func payerOf(t *testing.T, payURL string) string {
	t.Helper()
	u, err := url.Parse(payURL)
	require.NoError(t, err)
	return u.Query().Get("userId")
}
