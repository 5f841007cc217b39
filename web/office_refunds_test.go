package web_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

func TestRefund_IsCappedAskedForOnceAndNeedsAFreshCode(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order := s.paidOrder("2")
		c := s.staffed(models.RoleFinance)
		path := "/admin/orders/" + order.ID
		fields := func(amount, token string, more ...string) []string {
			return append([]string{"attempt", order.Current().ID, "amount", amount, "reason", "Broken", "form_token", token}, more...)
		}
		p := c.post(path+"/refund", fields("10", models.NewRef())...).is(http.StatusForbidden)
		assert.True(t, asksForCode(p))
		assert.Equal(t, "10", p.field(path+"/refund", "amount"), "what was typed is kept")
		refunds, err := s.db.RefundsOf(t.Context(), order.ID)
		require.NoError(t, err)
		require.Empty(t, refunds)

		token := models.NewRef()
		c.post(path+"/refund", fields("10", token, "totp", c.code(), "state", "confirmed", "coin", "BTC", "requested_by", "x")...).redirects(path)
		for range 2 {
			c.post(path+"/refund", fields("10", token)...).redirects(path)
		}
		refunds, err = s.db.RefundsOf(t.Context(), order.ID)
		require.NoError(t, err)
		require.Len(t, refunds, 1)
		assert.Equal(t, models.RefundApproved, refunds[0].State)
		for _, wrong := range []string{"", "0", "-1", "1e3", "abc", "1,5", "0.001", "14.000001", strings.Repeat("9", 30)} {
			p := c.post(path+"/refund", fields(wrong, models.NewRef())...).is(http.StatusUnprocessableEntity)
			assert.Equal(t, wrong, p.field(path+"/refund", "amount"))
		}
		c.post(path+"/refund", fields("14.01", models.NewRef())...).is(http.StatusUnprocessableEntity).has("14 USDT")
		c.post(path+"/refund", "attempt", models.NewID(), "amount", "1", "reason", "x", "form_token", models.NewRef()).is(http.StatusUnprocessableEntity)
		c.post(path+"/refund", "attempt", order.Current().ID, "amount", "1", "reason", " ", "form_token", models.NewRef()).is(http.StatusUnprocessableEntity)
		other := s.paidOrder("1")
		c.post("/admin/orders/"+other.ID+"/refund", fields("1", models.NewRef())...).is(http.StatusUnprocessableEntity) // another order's payment
		c.post("/admin/orders/"+models.NewID()+"/refund", fields("1", models.NewRef())...).is(http.StatusNotFound)

		refunds, err = s.db.RefundsOf(t.Context(), order.ID)
		require.NoError(t, err)
		require.Len(t, refunds, 1)
		assert.Equal(t, "10", refunds[0].Amount.String())
		assert.Equal(t, "USDT", refunds[0].Coin)
		assert.Equal(t, c.person.ID, refunds[0].RequestedBy)
		c.get("/admin/refunds").is(http.StatusOK).has("10 USDT", c.person.Email)
		assert.LessOrEqual(t, len(s.statements()), 8)
	})
}

func TestRefund_OfTheSameOrderInParallelNeverExceedsWhatWasPaid(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order := s.paidOrder("1")
		people := []*clerk{s.staffed(models.RoleFinance), s.staffed(models.RoleOwner), s.staffed(models.RoleFinance)}
		for _, c := range people {
			c.stepUp()
		}
		var all sync.WaitGroup
		for _, c := range people {
			for range 2 {
				token := models.NewRef()
				all.Go(func() {
					c.post("/admin/orders/"+order.ID+"/refund", "attempt", order.Current().ID, "amount", "7", "reason", "Broken", "form_token", token)
				})
			}
		}
		all.Wait()
		refunds, err := s.db.RefundsOf(t.Context(), order.ID)
		require.NoError(t, err)
		assert.Len(t, refunds, 1, "12 were paid: one of 7 fits")
		s.audited()
	})
}

func TestRefund_AboveTheLimitNeedsASecondPerson(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.fourEyes("5")
		order := s.paidOrder("2")
		first, second, operator := s.staffed(models.RoleFinance), s.staffed(models.RoleFinance), s.staffed(models.RoleOperator)
		first.stepUp()
		ask := func(amount string) models.Refund {
			token := models.NewRef()
			first.post("/admin/orders/"+order.ID+"/refund", "attempt", order.Current().ID, "amount", amount, "reason", "Broken", "form_token", token).is(http.StatusSeeOther)
			refund, err := s.db.RefundByFormToken(t.Context(), token)
			require.NoError(t, err)
			return refund
		}
		assert.Equal(t, models.RefundApproved, ask("5").State)
		big := ask("6")
		require.Equal(t, models.RefundRequested, big.State)
		first.post("/admin/refunds/" + big.ID + "/approve").is(http.StatusConflict)
		operator.post("/admin/refunds/" + big.ID + "/approve").is(http.StatusForbidden)
		assert.True(t, asksForCode(second.post("/admin/refunds/"+big.ID+"/approve").is(http.StatusForbidden)))
		second.post("/admin/refunds/"+big.ID+"/approve", "totp", second.code()).redirects("/admin/refunds")
		second.post("/admin/refunds/" + big.ID + "/approve").is(http.StatusConflict)
		second.post("/admin/refunds/" + models.NewID() + "/approve").is(http.StatusNotFound)
		approved, err := s.db.Refund(t.Context(), big.ID)
		require.NoError(t, err)
		assert.Equal(t, second.person.ID, approved.ApprovedBy)

		declined := ask("7")
		second.post("/admin/refunds/"+declined.ID+"/decline", "reason", "not broken").redirects("/admin/refunds")
		declined, err = s.db.Refund(t.Context(), declined.ID)
		require.NoError(t, err)
		assert.Equal(t, models.RefundDeclined, declined.State)
		assert.Equal(t, second.person.ID, declined.DeclinedBy)
		first.get("/admin/refunds?state=declined").has(english.T("admin.fact.declined_by"), second.person.Email)
		ask("7") // what was declined is free again
	})
}
