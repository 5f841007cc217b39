package customers_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/customers"
	"github.com/coincart/coincart/payments/paymentstest"
)

// guessAll makes many guesses at once, of which every one is the right address, and returns how many were looked at.
func guessAll(t *testing.T, s *paymentstest.Shop, o models.Order, n int) int64 {
	t.Helper()
	var opened atomic.Int64
	var wait sync.WaitGroup
	for range n {
		wait.Go(func() {
			err := s.Customers.Prove(t.Context(), &o, "bob@example.org", "203.0.113.9")
			assert.ErrorIs(t, err, customers.ErrNotProved)
		})
	}
	wait.Wait()
	for range n {
		wait.Go(func() {
			err := s.Customers.Prove(t.Context(), &o, o.Email, "203.0.113.9")
			if err == nil {
				opened.Add(1)
			} else if !errors.Is(err, customers.ErrNotProved) {
				assert.NoError(t, err)
			}
		})
	}
	wait.Wait()
	return opened.Load()
}

func TestProve_ManyGuessesAtOnceAreNoMoreThanOneAfterTheOther(t *testing.T) {
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		order := s.PlaceOrder(1)
		require.NoError(t, s.Customers.Prove(t.Context(), &order, " ADA@example.org", "203.0.113.9"))
		assert.Zero(t, guessAll(t, s, order, 12))
		require.NoError(t, s.Customers.Prove(t.Context(), &order, order.Email, "198.51.100.1"), "another network may")
		s.Later(61 * time.Minute)
		require.NoError(t, s.Customers.Prove(t.Context(), &order, order.Email, "203.0.113.9"))
	})
}

func TestProve_OneNetworkTriesFewOrders(t *testing.T) {
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		orders := []models.Order{}
		for range 9 {
			orders = append(orders, s.PlaceOrder(1))
		}
		prove := func(o *models.Order, email string) error {
			return s.Customers.Prove(t.Context(), o, email, "2001:db8::7")
		}
		for i := range 40 {
			require.ErrorIs(t, prove(&orders[i%8], "bob@example.org"), customers.ErrNotProved)
		}
		require.ErrorIs(t, prove(&orders[8], orders[8].Email), customers.ErrNotProved)
	})
}

func TestProve_NothingOpensAnErasedOrder(t *testing.T) {
	s := paymentstest.SQLite(t)
	order := s.PlaceOrder(1)
	order.Email = ""
	require.ErrorIs(t, s.Customers.Prove(t.Context(), &order, "", "203.0.113.9"), customers.ErrNotProved)
}
