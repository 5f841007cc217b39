package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

// Somebody who has ordered knows what an order's names look like, and tries those of other orders as addresses: numbers in order, names that
// mails, lists, the exchange and the log show, parts of the reference, and what a database may take for any text. Nothing but the references
// opens a page, and the key of one order opens no other.
func TestAttack_GuessingReferences(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		_, order := s.browser().place("1")
		thief := s.browser()
		_, own := thief.place("1")
		number, a := order.NumberText, order.Current()
		guesses := []string{
			number, strings.TrimLeft(number, "#"), order.ID, order.FormToken, a.ID, a.OrderNum, a.AppOrderID,
			order.Ref[:len(order.Ref)-1], order.Ref + "A", order.Ref[:len(order.Ref)-1] + "_", strings.Repeat("_", len(order.Ref)), "%", "0", models.NewRef(),
		}
		for _, guess := range guesses {
			guess = url.PathEscape(guess)
			for _, path := range []string{"/orders/" + guess, "/payments/return/" + guess, "/payments/return/" + guess + "/order", "/orders/" + guess + "/live"} {
				assert.Equal(t, http.StatusNotFound, thief.get(path).status, path)
			}
			for _, action := range []string{"/pay", "/cancel", "/reorder", "/show"} {
				assert.Equal(t, http.StatusNotFound, thief.post("/orders/"+guess+action, "email", order.Email).status, guess+action)
			}
		}
		// One reference does not do for the other, which is in other hands.
		thief.get("/payments/return/" + order.Ref).is(http.StatusNotFound)
		thief.get("/orders/" + order.ReturnRef).is(http.StatusNotFound)

		key, err := s.db.OrderKey(own.Ref, own.Customer)
		require.NoError(t, err)
		thief.get("/orders/" + order.Ref + "?key=" + key).redirects("/orders/" + order.Ref)
		thief.get("/orders/"+order.Ref).is(http.StatusOK).lacks(order.Email, "Ann Lee", "Stoneware", "/cancel")
		assert.Equal(t, models.OrderAwaiting, s.order(order.Ref).State)
	}, unhurried)
}
