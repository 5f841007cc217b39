package store_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// errRolledBack ends a transaction that has placed an order.
var errRolledBack = errors.New("rolled back by the test")

// placeAll places orders with several writers at once, of which every third placement fails after the order was inserted. It returns the
// numbers that the placements were told.
func placeAll(t *testing.T, s *store.Store, writers, each int) []int {
	t.Helper()
	product := modelstest.Product(t, s, func(p *models.Product) { p.Variants[0].OnHand = 10_000 })
	var mu sync.Mutex
	var numbers []int
	var wait sync.WaitGroup
	for writer := range writers {
		wait.Go(func() {
			for i := range each {
				o := modelstest.NewOrder(product, time.Now())
				err := s.Tx(t.Context(), func(tx *store.Store) error {
					if err := tx.InsertOrder(t.Context(), &o); err != nil {
						return err
					}
					if err := tx.Reserve(t.Context(), o.ID, o.Lines); err != nil {
						return err
					}
					if (writer+i)%3 == 0 {
						return errRolledBack
					}
					return nil
				})
				if errors.Is(err, errRolledBack) {
					continue
				}
				if assert.NoError(t, err) {
					mu.Lock()
					numbers = append(numbers, o.Number)
					mu.Unlock()
				}
			}
		})
	}
	wait.Wait()
	slices.Sort(numbers)
	return numbers
}

func TestInsertOrder_ConcurrentPlacementsShareNoNumberAndSkipNone(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		numbers := placeAll(t, s, 6, 20)
		require.Len(t, numbers, 80)
		for i, n := range numbers {
			require.Equal(t, 1001+i, n)
		}
		var stored []int
		require.NoError(t, s.EachOrderRow(t.Context(), models.OrderFilter{}, func(r models.OrderRow) error {
			n, err := strconv.Atoi(r.Number[1:])
			stored = append(stored, n)
			return err
		}))
		slices.Sort(stored)
		assert.Equal(t, numbers, stored, "what was told is what is stored")
		last, err := s.LastOrderNumber(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 1080, last)
		violations, err := s.Invariants(t.Context())
		require.NoError(t, err)
		assert.Empty(t, slices.DeleteFunc(violations, func(v store.Violation) bool { return v.Rule != "numbers" }))
	})
}

func TestInsertOrder_SeveralInOneTransactionAreInOrder(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		product := modelstest.Product(t, s)
		orders := []models.Order{modelstest.NewOrder(product, time.Now()), modelstest.NewOrder(product, time.Now())}
		require.NoError(t, s.Tx(t.Context(), func(tx *store.Store) error {
			return errors.Join(tx.InsertOrder(t.Context(), &orders[0]), tx.InsertOrder(t.Context(), &orders[1]))
		}))
		assert.Equal(t, []int{1001, 1002}, []int{orders[0].Number, orders[1].Number})
	})
}

func TestInsertOrder_PrefixAndStartAreTheSettingsOfItsTime(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		first := modelstest.Order(t, s)
		assert.Equal(t, "#1001", first.NumberText)
		require.NoError(t, s.PutSetting(ctx, string(models.SettingNumberPrefix), "2026-"))
		require.NoError(t, s.PutSetting(ctx, string(models.SettingNumberStart), "5000"))
		second, third := modelstest.Order(t, s), modelstest.Order(t, s)
		assert.Equal(t, []string{"2026-5000", "2026-5001"}, []string{second.NumberText, third.NumberText})
		require.NoError(t, s.PutSetting(ctx, string(models.SettingNumberStart), "7"))
		assert.Equal(t, 5002, modelstest.Order(t, s).Number, "a start that is lower changes nothing")
		kept, err := s.Order(ctx, first.ID)
		require.NoError(t, err)
		assert.Equal(t, "#1001", kept.NumberText, "a new prefix renames nothing")

		for search, want := range map[string]string{
			"1001": first.ID, "#1001": first.ID, "5000": second.ID, "#5000": second.ID, "2026-5000": second.ID,
			" 2026-5001 ": third.ID, //nolint:gocritic // spaces around it are what is tested
			"2026-1001":   "", "9-5000": "", "01": "", "#": "", "5003": "",
		} {
			page, err := s.Orders(ctx, models.OrderFilter{Search: search})
			require.NoError(t, err, search)
			var found []string
			for _, r := range page.Rows {
				found = append(found, r.ID)
			}
			assert.Equal(t, want, strings.Join(found, ","), search)
		}
	})
}

func TestSeedOrders_HaveNumbersInTheOrderOfTime(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		modelstest.Catalogue(t, s)
		modelstest.Order(t, s)
		require.NoError(t, s.SeedOrders(t.Context(), 50, store.SeedSpec{Seed: 3}))
		n := 1001
		require.NoError(t, s.EachOrderRow(t.Context(), models.OrderFilter{Sort: models.OrdersOldest}, func(r models.OrderRow) error {
			if r.Number != "#1001" { // the one that was there before
				n++
				assert.Equal(t, models.NumberText("#", n), r.Number)
			}
			return nil
		}))
		assert.Equal(t, 1051, n)
	})
}

func TestOrderKey_OpensItsOrderAlone(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		o, other := modelstest.Order(t, s), modelstest.Order(t, s)
		key, err := s.OrderKey(o.Ref, o.Customer)
		require.NoError(t, err)
		require.NotEmpty(t, key)
		opens := func(key string, o models.Order) bool {
			ok, err := s.OpensOrder(key, &o)
			require.NoError(t, err)
			return ok
		}
		assert.True(t, opens(key, o))
		assert.False(t, opens(key, other), "of the same customer too")
		for _, bad := range []string{"", "A", key + "A", key[1:], "é"} {
			assert.False(t, opens(bad, o), bad)
		}
		o.Customer = ""
		assert.False(t, opens(key, o), "the customer was erased")
		nothing, err := s.OrderKey(o.Ref, "")
		require.NoError(t, err)
		assert.Empty(t, nothing)
		assert.False(t, opens("", o))
	})
}

func TestSameEmail(t *testing.T) {
	assert.True(t, store.SameEmail("Ada@Example.org ", "ada@example.org"))
	assert.False(t, store.SameEmail("ada@example.org", "bob@example.org"))
	assert.False(t, store.SameEmail("", ""), "an erased person is nobody")
}
