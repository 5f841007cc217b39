package store_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

func TestAppendAudit_FiftyWritersMakeOneChain(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		const writers, each = 50, 4
		var group errgroup.Group
		for w := range writers {
			group.Go(func() error {
				for i := range each {
					err := s.Tx(ctx, func(tx *store.Store) error {
						if err := tx.PutSetting(ctx, fmt.Sprintf("w%d.%d", w, i), "done"); err != nil {
							return err
						}
						return tx.AppendAudit(ctx, models.AuditEntry{Who: strconv.Itoa(w), Action: "order.note", Subject: strconv.Itoa(i)})
					})
					if err != nil {
						return err
					}
				}
				return nil
			})
		}
		require.NoError(t, group.Wait())
		n, broken, err := s.VerifyAudit(ctx)
		require.NoError(t, err)
		require.Nil(t, broken)
		assert.EqualValues(t, writers*each, n)
		settings, err := s.Settings(ctx)
		require.NoError(t, err)
		assert.Len(t, settings, writers*each, "each entry with its change")
	})
}

func TestAppendAudit_IsLostWithItsTransaction(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		require.NoError(t, s.AppendAudit(ctx, models.AuditEntry{Action: "order.ask"}))
		stop := errors.New("stop")
		require.ErrorIs(t, s.Tx(ctx, func(tx *store.Store) error {
			for range 3 {
				if err := tx.AppendAudit(ctx, models.AuditEntry{Action: "order.note"}); err != nil {
					return err
				}
			}
			return stop
		}), stop)
		require.NoError(t, s.AppendAudit(ctx, models.AuditEntry{Action: "order.cancel"}))
		list, err := s.Audit(ctx, models.AuditFilter{})
		require.NoError(t, err)
		require.Len(t, list, 2)
		assert.EqualValues(t, 2, list[0].Seq)
		assert.Equal(t, list[1].Hash, list[0].PrevHash)
	})
}

func TestAppendAudit_RefusesAnActionWithoutWords(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		err := s.AppendAudit(t.Context(), models.AuditEntry{Action: "order.unheard_of"})
		require.ErrorContains(t, err, `"order.unheard_of"`)
		list, err := s.Audit(t.Context(), models.AuditFilter{})
		require.NoError(t, err)
		assert.Empty(t, list)
	})
}

func TestVerifyAudit_FindsWhatWasChanged(t *testing.T) {
	check := func(t *testing.T, dsn string) {
		t.Helper()
		s := modelstest.Open(t, dsn)
		ctx := t.Context()
		for i := range 1203 { // more than a batch
			e := models.AuditEntry{Who: "陶 " + strconv.Itoa(i), Action: "order.cancel", Before: `{"a":"` + strings.Repeat("b", i%50) + ` "} `, RequestID: "x\x00y"}
			require.NoError(t, s.AppendAudit(ctx, e))
		}
		n, broken, err := s.VerifyAudit(ctx)
		require.NoError(t, err)
		require.Nil(t, broken)
		require.EqualValues(t, 1203, n)
		for _, damage := range []struct {
			harm, mend string
			at         int64
		}{
			{"UPDATE audit_entries SET who = 'x' WHERE seq = 1100", "UPDATE audit_entries SET who = '陶 1099' WHERE seq = 1100", 1100},
			{"UPDATE audit_entries SET seq = 5000 WHERE seq = 7", "UPDATE audit_entries SET seq = 7 WHERE seq = 5000", 8},
			{"UPDATE audit_entries SET hash = prev_hash WHERE seq = 3", "", 3},
		} {
			modelstest.Exec(t, dsn, damage.harm)
			_, broken, err := s.VerifyAudit(ctx)
			require.NoError(t, err)
			require.NotNil(t, broken, damage.harm)
			assert.Equal(t, damage.at, broken.Seq, damage.harm)
			violations, err := s.Invariants(ctx)
			require.NoError(t, err)
			require.Len(t, violations, 1)
			assert.Equal(t, "I12", violations[0].Rule)
			if damage.mend != "" {
				modelstest.Exec(t, dsn, damage.mend)
			}
		}
	}
	t.Run("sqlite", func(t *testing.T) { check(t, modelstest.SQLiteDSN(t)) })
	t.Run("mariadb", func(t *testing.T) { check(t, modelstest.MariaDBDSN(t)) })
}

func TestAudit_FiltersAndPages(t *testing.T) {
	modelstest.EachWith(t, clocked, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		for i := range 9 {
			require.NoError(t, s.AppendAudit(ctx, models.AuditEntry{
				Who: []string{"a@b.c", "d@e.f"}[i%2], Action: []string{"order.cancel", "order.note", "zone.change"}[i%3], Subject: "order:" + strconv.Itoa(i%4),
				Before: strings.Repeat("x", 10), After: strings.Repeat("y", 10), RemoteAddr: strings.Repeat("1", 100),
			}))
		}
		count := func(f models.AuditFilter) int {
			list, err := s.Audit(ctx, f)
			require.NoError(t, err)
			return len(list)
		}
		assert.Equal(t, 9, count(models.AuditFilter{}))
		assert.Equal(t, 5, count(models.AuditFilter{Who: "a@b.c"}))
		assert.Equal(t, 3, count(models.AuditFilter{Action: "order.note"}))
		assert.Equal(t, 6, count(models.AuditFilter{Action: "order."}))
		assert.Equal(t, 2, count(models.AuditFilter{Subject: "order:1"}))
		assert.Zero(t, count(models.AuditFilter{Action: "%."}))
		assert.Equal(t, 4, count(models.AuditFilter{Limit: 4}))
		assert.Equal(t, 2, count(models.AuditFilter{Before: 3}))
		_, err := s.Audit(ctx, models.AuditFilter{Limit: 1000})
		require.ErrorIs(t, err, store.ErrFilter)
		list, err := s.Audit(ctx, models.AuditFilter{Limit: 1})
		require.NoError(t, err)
		assert.EqualValues(t, 9, list[0].Seq)
		assert.Len(t, list[0].RemoteAddr, 64)
		assert.Equal(t, time.UTC, list[0].At.Location())
	})
}
