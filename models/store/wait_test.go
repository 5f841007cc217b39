package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// patience is much longer than any time-out of these tests, and shorter than a wait without an end.
const patience = 40 * time.Second

func withTimeout(d time.Duration, conns int) modelstest.Option {
	return func(o *store.Options) { o.Timeout, o.MaxConns = d, conns }
}

// soon runs fn and fails where it does not come back.
func soon(t *testing.T, fn func() error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- fn() }()
	select {
	case err := <-done:
		return err
	case <-time.After(patience):
		t.Fatal("it waits without an end")
		return nil
	}
}

// warm opens n connections and leaves them idle.
func warm(t *testing.T, s *store.Store, n int) {
	t.Helper()
	var inside, done sync.WaitGroup
	inside.Add(n)
	for range n {
		done.Go(func() {
			assert.NoError(t, s.Tx(t.Context(), func(*store.Store) error {
				inside.Done()
				inside.Wait()
				return nil
			}))
		})
	}
	done.Wait()
}

// A connection that fell silent costs one statement its time-out. The next one meets none of the other connections, which are as dead.
func TestTimeout_SilentConnectionsCostOneStatement(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(ctx context.Context, s *store.Store, freeze func()) error{
		"read": func(ctx context.Context, s *store.Store, freeze func()) error {
			freeze()
			_, err := s.Setting(ctx, "k")
			return err
		},
		"write": func(ctx context.Context, s *store.Store, freeze func()) error {
			freeze()
			return s.PutSetting(ctx, "k", "lost")
		},
		"begin": func(ctx context.Context, s *store.Store, freeze func()) error {
			freeze()
			return s.Tx(ctx, func(tx *store.Store) error { return tx.PutSetting(ctx, "k", "lost") })
		},
		"inside a transaction": func(ctx context.Context, s *store.Store, freeze func()) error {
			return s.Tx(ctx, func(tx *store.Store) error {
				freeze()
				return tx.PutSetting(ctx, "k", "lost")
			})
		},
		"commit": func(ctx context.Context, s *store.Store, freeze func()) error {
			return s.Tx(ctx, func(tx *store.Store) error {
				err := tx.PutSetting(ctx, "k", "lost")
				freeze()
				return err
			})
		},
		"ping": func(ctx context.Context, s *store.Store, freeze func()) error {
			freeze()
			return s.Ping(ctx)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const conns = 6
			p := modelstest.NewProxy(t, modelstest.MariaDBDSN(t))
			s := modelstest.Open(t, p.DSN(), withTimeout(2*time.Second, conns))
			require.NoError(t, s.PutSetting(t.Context(), "k", "kept"))
			warm(t, s, conns)
			require.Equal(t, conns, p.Conns())

			require.Error(t, soon(t, func() error { return act(t.Context(), s, p.Freeze) }))
			var got string
			require.NoError(t, soon(t, func() (err error) {
				got, err = s.Setting(t.Context(), "k")
				return err
			}))
			assert.Equal(t, "kept", got)
			require.NoError(t, s.PutSetting(t.Context(), "k", "after"))
		})
	}
}

func TestTimeout_AServerThatAnswersNobodyIsNotWaitedFor(t *testing.T) {
	p := modelstest.NewProxy(t, modelstest.MariaDBDSN(t))
	s := modelstest.Open(t, p.DSN(), withTimeout(2*time.Second, 4))
	warm(t, s, 4)
	p.Hang()
	for range 2 { // the open connections, and a new one
		require.Error(t, soon(t, func() error {
			_, err := s.Categories(t.Context())
			return err
		}))
	}
	require.Error(t, soon(t, func() error { return s.Ping(t.Context()) }))
	require.Error(t, soon(t, func() error {
		_, err := store.Open(t.Context(), p.DSN(), store.Options{Timeout: time.Second})
		return err
	}))
	p.Resume()
	require.NoError(t, s.PutSetting(t.Context(), "k", "v"))
}

func TestTimeout_HoldsForTheWaitForAConnection(t *testing.T) {
	options := func() []modelstest.Option { return []modelstest.Option{withTimeout(time.Second, 1)} }
	modelstest.EachWith(t, options, func(t *testing.T, s *store.Store) {
		release, held, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			ended <- s.Tx(t.Context(), func(tx *store.Store) error {
				close(held)
				<-release
				return tx.PutSetting(t.Context(), "k", "holder")
			})
		}()
		<-held
		require.ErrorIs(t, soon(t, func() error { return s.PutSetting(t.Context(), "k", "writer") }), context.DeadlineExceeded)
		require.ErrorIs(t, soon(t, func() error {
			return s.Tx(t.Context(), func(*store.Store) error { return errors.New("it has the connection") })
		}), context.DeadlineExceeded)
		close(release)
		require.NoError(t, <-ended, "who has the connection may keep it longer")
		got, err := s.Setting(t.Context(), "k")
		require.NoError(t, err)
		assert.Equal(t, "holder", got)
	})
}

// A lock of MySQL's is waited for up to 50 seconds by default, and a time-out of the network would cut that without an answer.
func TestTimeout_AWaitForALockEndsBeforeItAndIsRepeated(t *testing.T) {
	s := modelstest.MariaDB(t, withTimeout(6*time.Second, 4))
	require.NoError(t, s.PutSetting(t.Context(), "k", "before"))
	release, held, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- s.Tx(t.Context(), func(tx *store.Store) error {
			err := tx.PutSetting(t.Context(), "k", "first")
			close(held)
			<-release
			return err
		})
	}()
	<-held
	tries := 0
	require.NoError(t, soon(t, func() error {
		return s.Tx(t.Context(), func(tx *store.Store) error {
			if tries++; tries == 2 {
				close(release)
			}
			return tx.PutSetting(t.Context(), "k", "second")
		})
	}))
	assert.Equal(t, 2, tries)
	require.NoError(t, <-ended)
	got, err := s.Setting(t.Context(), "k")
	require.NoError(t, err)
	assert.Equal(t, "second", got)
}
