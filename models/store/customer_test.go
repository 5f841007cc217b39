package store_test

import (
	"encoding/base64"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

func of(email string, edits ...func(*models.Order)) func(*models.Order) {
	return func(o *models.Order) {
		o.Email = email
		for _, edit := range edits {
			edit(o)
		}
	}
}

func customer(t *testing.T, s *store.Store, email string) string {
	t.Helper()
	id, err := s.CustomerID(email)
	require.NoError(t, err)
	return id
}

func TestCustomerID_SaysNothingAndIgnoresCase(t *testing.T) {
	s := modelstest.SQLite(t)
	id := customer(t, s, "Ada@Example.org")
	assert.Equal(t, id, customer(t, s, " ada@example.org"))
	assert.NotEqual(t, id, customer(t, s, "bob@example.org"))
	assert.NotContains(t, id, "ada")
	other := modelstest.SQLite(t, func(o *store.Options) { o.SealKey = []byte("another key of exactly 32 bytes!") })
	assert.NotEqual(t, id, customer(t, other, "ada@example.org"))
	none := modelstest.SQLite(t, func(o *store.Options) { o.SealKey = nil })
	_, err := none.CustomerID("ada@example.org")
	require.ErrorIs(t, err, store.ErrNoSealKey)
}

func TestCustomerLink_OpensForItsTimeAndItsCustomerAlone(t *testing.T) {
	clock := modelstest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	s := modelstest.SQLite(t, modelstest.WithClock(clock))
	ada := customer(t, s, "ada@example.org")
	link, err := s.CustomerLink(ada, clock.Now().Add(models.CustomerLinkTime))
	require.NoError(t, err)
	got, err := s.OpenCustomerLink(link)
	require.NoError(t, err)
	assert.Equal(t, ada, got)

	raw, err := base64.RawURLEncoding.DecodeString(link)
	require.NoError(t, err)
	for i := range raw { // whatever is changed: signature, time, customer
		bad := append([]byte(nil), raw...)
		bad[i] ^= 1
		_, err := s.OpenCustomerLink(base64.RawURLEncoding.EncodeToString(bad))
		require.ErrorIs(t, err, store.ErrToken, i)
	}
	for _, bad := range []string{"", "x", link + "=", link + "A", link[1:], strings.Repeat("A", 257), "täst"} {
		_, err := s.OpenCustomerLink(bad)
		require.ErrorIs(t, err, store.ErrToken, bad)
	}
	sealed, err := s.SealToken("orders", ada, []byte(ada))
	require.NoError(t, err)
	_, err = s.OpenCustomerLink(sealed)
	require.ErrorIs(t, err, store.ErrToken, "a token of another purpose")
	other := modelstest.SQLite(t, modelstest.WithClock(clock), func(o *store.Options) { o.SealKey = []byte("another key of exactly 32 bytes!") })
	_, err = other.OpenCustomerLink(link)
	require.ErrorIs(t, err, store.ErrToken)

	clock.Advance(models.CustomerLinkTime - time.Millisecond)
	_, err = s.OpenCustomerLink(link)
	require.NoError(t, err)
	clock.Advance(time.Millisecond)
	_, err = s.OpenCustomerLink(link)
	require.ErrorIs(t, err, store.ErrToken, "its time is over")
}

func FuzzOpenCustomerLink(f *testing.F) {
	s := modelstest.SQLite(f)
	ada, err := s.CustomerID("ada@example.org")
	require.NoError(f, err)
	link, err := s.CustomerLink(ada, time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)) // the same in every process of the fuzzer
	require.NoError(f, err)
	for _, seed := range []string{link, "", "AAAA", link[:60]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		got, err := s.OpenCustomerLink(token)
		if token == link {
			return
		}
		require.ErrorIs(t, err, store.ErrToken)
		assert.Empty(t, got)
	})
}

func TestCustomerOrders_AreTheirOwnNewestFirst(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		now, err := s.Now(ctx)
		require.NoError(t, err)
		for i := range 52 {
			modelstest.Order(t, s, of([]string{"ada@example.org", "ADA@example.org"}[i%2], func(o *models.Order) {
				o.Name, o.CreatedAt = strconv.Itoa(i), now.Add(time.Duration(i/3)*time.Second)
			}))
		}
		modelstest.Order(t, s, of("bob@example.org"))
		ada := customer(t, s, "ada@example.org")
		first, err := s.CustomerOrders(ctx, ada, "")
		require.NoError(t, err)
		require.Len(t, first.Rows, 50)
		second, err := s.CustomerOrders(ctx, ada, first.Next)
		require.NoError(t, err)
		require.Len(t, second.Rows, 2)
		assert.Empty(t, second.Next)
		seen := map[string]bool{}
		last := now.Add(time.Hour)
		for _, o := range append(first.Rows, second.Rows...) {
			assert.False(t, seen[o.ID])
			seen[o.ID] = true
			assert.False(t, o.CreatedAt.After(last))
			last = o.CreatedAt
			assert.Equal(t, models.OrderAwaiting, o.State)
			assert.Positive(t, o.Pieces)
		}
		newest, err := s.NewestOrder(ctx, ada)
		require.NoError(t, err)
		assert.Equal(t, first.Rows[0].ID, newest)
		for _, nobody := range []string{"", customer(t, s, "carol@example.org"), "ada@example.org"} {
			page, err := s.CustomerOrders(ctx, nobody, "")
			require.NoError(t, err)
			assert.Empty(t, page.Rows, nobody)
			newest, err := s.NewestOrder(ctx, customer(t, s, "carol@example.org"))
			require.NoError(t, err)
			assert.Empty(t, newest)
		}
		_, err = s.CustomerOrders(ctx, ada, "x")
		require.ErrorIs(t, err, store.ErrCursor)
	})
}

func TestPayerOrders_AreThoseOfTheAccount(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		ada := models.Payer{OpenID: "open-ada", Token: "t"}
		paying := func(p models.Payer) func(*models.Attempt) { return func(a *models.Attempt) { a.Payer = p } }
		mine, other, typed := modelstest.Order(t, s), modelstest.Order(t, s), modelstest.Order(t, s)
		modelstest.Attempt(t, s, mine, paying(ada))
		modelstest.Attempt(t, s, other, paying(models.Payer{OpenID: "open-bob"}))
		again := modelstest.Attempt(t, s, typed, paying(models.Payer{UserID: "123"}))
		refs := func(p models.Payer) (list []string) {
			page, err := s.PayerOrders(ctx, p, "")
			require.NoError(t, err)
			for _, o := range page.Rows {
				list = append(list, o.Ref)
			}
			return list
		}
		assert.Equal(t, []string{mine.Ref}, refs(models.Payer{OpenID: "open-ada", Token: "another"}))
		assert.Empty(t, refs(models.Payer{}))
		assert.Empty(t, refs(models.Payer{UserID: "123"}), "a typed number proves nothing")
		require.NoError(t, s.SetAttempt(ctx, again.ID, again.State, store.AttemptChange{Payer: new(ada)}))
		assert.ElementsMatch(t, []string{mine.Ref, typed.Ref}, refs(ada))
	})
}

func TestFillCustomers_NamesOldOrdersAndThoseOfAFormerKey(t *testing.T) {
	eachDSN(t, func(t *testing.T, dsn string, s *store.Store, _ *modelstest.Clock) {
		ctx := t.Context()
		for _, email := range []string{"a@example.org", "b@example.org", "c@example.org"} {
			modelstest.Order(t, s, of(email))
		}
		modelstest.Exec(t, dsn, "UPDATE orders SET customer = '' WHERE email <> 'a@example.org'", "UPDATE orders SET email = '' WHERE email = 'c@example.org'")
		for _, want := range []int{1, 0} {
			n, err := s.FillCustomers(ctx, 10)
			require.NoError(t, err)
			assert.Equal(t, want, n)
		}
		found, err := s.CustomerOrders(ctx, customer(t, s, "b@example.org"), "")
		require.NoError(t, err)
		assert.Len(t, found.Rows, 1)

		other := modelstest.Open(t, dsn, func(o *store.Options) { o.SealKey = []byte("another key of exactly 32 bytes!") })
		for _, want := range []int{1, 1, 0} {
			n, err := other.FillCustomers(ctx, 1)
			require.NoError(t, err)
			assert.Equal(t, want, n)
		}
		found, err = other.CustomerOrders(ctx, customer(t, other, "a@example.org"), "")
		require.NoError(t, err)
		assert.Len(t, found.Rows, 1)
	})
}
