package modelstest_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

func TestProxy_FrozenConnectionsStaySilentAndNewOnesWork(t *testing.T) {
	p := modelstest.NewProxy(t, modelstest.MariaDBDSN(t))
	s := modelstest.Open(t, p.DSN())
	require.NoError(t, s.PutSetting(t.Context(), "k", "before"))
	require.Positive(t, p.Conns())

	p.Freeze()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := s.Setting(ctx, "k")
	require.ErrorIs(t, err, context.DeadlineExceeded)

	fresh := modelstest.Open(t, p.DSN())
	got, err := fresh.Setting(t.Context(), "k")
	require.NoError(t, err)
	assert.Equal(t, "before", got)
}

func TestProxy_HangsNewConnectionsTooUntilItResumes(t *testing.T) {
	p := modelstest.NewProxy(t, modelstest.MariaDBDSN(t))
	s := modelstest.Open(t, p.DSN())
	p.Hang()
	for range 2 { // the open connection and a new one
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		require.ErrorIs(t, s.Ping(ctx), context.DeadlineExceeded)
		cancel()
	}
	p.Resume()
	require.NoError(t, s.Ping(t.Context()))
}

func TestProxy_CutsConnections(t *testing.T) {
	p := modelstest.NewProxy(t, modelstest.MariaDBDSN(t))
	s := modelstest.Open(t, p.DSN())
	held := make(chan error, 1)
	err := s.Tx(t.Context(), func(tx *store.Store) error {
		p.Cut()
		held <- tx.PutSetting(t.Context(), "k", "inside")
		return nil
	})
	require.Error(t, <-held)
	require.Error(t, err)
	require.NoError(t, s.PutSetting(t.Context(), "k", "after"))
}
