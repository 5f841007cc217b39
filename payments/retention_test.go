package payments_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"coincart/models"
)

func TestHousekeeping_ForgetsAsTheSettingsSay(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		err := s.store.SaveSettings(ctx, models.Actor{Who: "owner", RemoteAddr: "192.0.2.1"}, models.GroupRetention, 0,
			[]models.SettingChange{{Key: models.SettingKeepNetwork, Value: "3"}})
		require.NoError(t, err)
		address := func() string {
			list, err := s.store.Audit(ctx, models.AuditFilter{})
			require.NoError(t, err)
			return list[len(list)-1].RemoteAddr
		}
		for _, step := range []struct {
			pass time.Duration
			want string
		}{{0, "192.0.2.1"}, {71 * time.Hour, "192.0.2.1"}, {2 * time.Hour, ""}} {
			s.clock.Advance(step.pass)
			_, err := s.RunOnce(ctx)
			require.NoError(t, err)
			assert.Equal(t, step.want, address(), step.pass)
		}
	})
}
