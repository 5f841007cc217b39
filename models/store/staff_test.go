package store_test

import (
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

func TestStaff_ReadsBackWholeAndSealed(t *testing.T) {
	modelstest.EachWith(t, clocked, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		m := modelstest.Staff(t, s, func(m *models.Staff) { m.Email = " Owner@Example.COM " })
		assert.Equal(t, "owner@example.com", m.Email)
		assert.NotContains(t, string(m.TOTPSealed), m.TOTP.Reveal())
		for _, email := range []string{"owner@example.com", "OWNER@example.com "} {
			got, err := s.StaffByEmail(ctx, email)
			require.NoError(t, err)
			assert.Equal(t, m, got)
		}
		got, err := s.Staff(ctx, m.ID)
		require.NoError(t, err)
		assert.Equal(t, m, got)
		for _, missing := range []string{"", "nobody", m.ID + " ", "\xff"} {
			_, err := s.Staff(ctx, missing)
			require.ErrorIs(t, err, store.ErrNotFound)
			_, err = s.StaffByEmail(ctx, missing)
			require.ErrorIs(t, err, store.ErrNotFound)
		}
		require.ErrorIs(t, s.CreateStaff(ctx, &models.Staff{Email: "OWNER@EXAMPLE.COM", Role: models.RoleViewer}), store.ErrDuplicate)
		list, err := s.StaffList(ctx)
		require.NoError(t, err)
		require.Len(t, list, 1)
		assert.Empty(t, list[0].PasswordHash+list[0].TOTP.Reveal()+string(list[0].TOTPSealed))
		n, err := s.StaffCount(ctx)
		require.NoError(t, err)
		assert.Equal(t, 1, n)
	})
}

func TestStaff_SecretOfAnotherKeyIsAnError(t *testing.T) {
	dsn := modelstest.SQLiteDSN(t)
	m := modelstest.Staff(t, modelstest.Open(t, dsn))
	other := modelstest.Open(t, dsn, func(o *store.Options) { o.SealKey = []byte(strings.Repeat("k", 32)) })
	_, err := other.Staff(t.Context(), m.ID)
	require.Error(t, err, "nobody signs in without the second factor")
	none := modelstest.Open(t, dsn, func(o *store.Options) { o.SealKey = nil })
	require.ErrorIs(t, none.CreateStaff(t.Context(), &models.Staff{Email: "a@b.c", Role: models.RoleViewer, TOTP: "X"}), store.ErrNoSealKey)
}

func TestUpdateStaff_ChangesWhatItMay(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		modelstest.Staff(t, s) // another owner
		m := modelstest.Staff(t, s)
		require.NoError(t, s.UseTOTPStep(ctx, m.ID, 100))
		at := time.Date(2026, time.March, 1, 2, 3, 4, 0, time.UTC)
		require.NoError(t, s.UpdateStaff(ctx, m.ID, store.StaffChange{
			Name: new("N"), Role: new(models.RoleViewer), Lang: new("zh-Hans"), PasswordHash: new("h"), Disabled: new(true), TOTP: new(models.Secret("NEW")),
			RecoveryHash: new("a b"), LastLoginAt: new(at),
		}))
		got, err := s.Staff(ctx, m.ID)
		require.NoError(t, err)
		assert.Equal(t, []any{"N", models.RoleViewer, "zh-Hans", "h", true, "NEW", "a b", at, int64(0)},
			[]any{got.Name, got.Role, got.Lang, got.PasswordHash, got.Disabled, got.TOTP.Reveal(), got.RecoveryHash, got.LastLoginAt, got.TOTPStep})
		require.NoError(t, s.UpdateStaff(ctx, m.ID, store.StaffChange{TOTP: new(models.Secret(""))}))
		got, err = s.Staff(ctx, m.ID)
		require.NoError(t, err)
		assert.Empty(t, got.TOTP.Reveal())
		require.ErrorIs(t, s.UpdateStaff(ctx, m.ID, store.StaffChange{Name: new(strings.Repeat("x", 201))}), store.ErrText)
		require.ErrorIs(t, s.UpdateStaff(ctx, m.ID, store.StaffChange{RecoveryHash: new("é")}), store.ErrText)
		require.ErrorIs(t, s.UpdateStaff(ctx, "nobody", store.StaffChange{Name: new("x")}), store.ErrNotFound)
	})
}

func TestUpdateStaff_KeepsTheLastOwner(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		first, second := modelstest.Staff(t, s), modelstest.Staff(t, s)
		modelstest.Staff(t, s, func(m *models.Staff) { m.Disabled = true })
		modelstest.Staff(t, s, func(m *models.Staff) { m.Role = models.RoleFinance })
		var owners errgroup.Group // each takes the other's keys at the same moment
		errs := make([]error, 2)
		for i, other := range []models.Staff{second, first} {
			owners.Go(func() error {
				errs[i] = s.UpdateStaff(ctx, other.ID, []store.StaffChange{{Disabled: new(true)}, {Role: new(models.RoleViewer)}}[i])
				return nil
			})
		}
		require.NoError(t, owners.Wait())
		if errs[0] == nil {
			require.ErrorIs(t, errs[1], store.ErrLastOwner)
		} else {
			require.ErrorIs(t, errs[0], store.ErrLastOwner)
			require.NoError(t, errs[1])
		}
	})
}

func TestTOTPAndRecoveryCodes_AreGoodOnce(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		m := modelstest.Staff(t, s, func(m *models.Staff) { m.RecoveryHash = "aa bb cc" })
		require.NoError(t, s.UseTOTPStep(ctx, m.ID, 58_000_000))
		require.ErrorIs(t, s.UseTOTPStep(ctx, m.ID, 58_000_000), store.ErrConflict)
		require.ErrorIs(t, s.UseTOTPStep(ctx, m.ID, 57_999_999), store.ErrConflict)
		require.NoError(t, s.UseTOTPStep(ctx, m.ID, 58_000_001))

		good := winners(t, 8, func(i int) error { return s.UseRecoveryCode(ctx, m.ID, []string{"aa", "bb"}[i%2]) })
		assert.Equal(t, 2, good, "each code once")
		require.ErrorIs(t, s.UseRecoveryCode(ctx, m.ID, "a"), store.ErrConflict)
		require.ErrorIs(t, s.UseRecoveryCode(ctx, m.ID, ""), store.ErrConflict)
		require.NoError(t, s.UseRecoveryCode(ctx, m.ID, "cc"))
		got, err := s.Staff(ctx, m.ID)
		require.NoError(t, err)
		assert.Empty(t, got.RecoveryHash)
	})
}

// winners runs fn n times at once and counts those that succeed; the others must be compare-and-sets that lost.
func winners(t *testing.T, n int, fn func(i int) error) (good int) {
	t.Helper()
	errs := make([]error, n)
	var group errgroup.Group
	for i := range n {
		group.Go(func() error {
			errs[i] = fn(i)
			return nil
		})
	}
	require.NoError(t, group.Wait())
	for _, err := range errs {
		if err == nil {
			good++
			continue
		}
		require.ErrorIs(t, err, store.ErrConflict)
	}
	return good
}

func TestStaffSession_EndsByTimeIdlenessAndDisabling(t *testing.T) {
	clock := modelstest.NewClock(time.Time{})
	modelstest.EachWith(t, func() []modelstest.Option { return []modelstest.Option{modelstest.WithClock(clock)} },
		func(t *testing.T, s *store.Store) {
			ctx := t.Context()
			m := modelstest.Staff(t, s)
			modelstest.Staff(t, s)
			put := func(cookie string, stage models.SessionStage) {
				require.NoError(t, s.PutStaffSession(ctx, cookie, models.StaffSession{
					StaffID: m.ID, Stage: stage, RemoteAddr: strings.Repeat("1", 100), UserAgent: strings.Repeat("界", 600),
					ExpiresAt: clock.Now().Add(models.StaffSessionTime),
				}))
			}
			put("cookie", models.StageFull)
			counting, counted := modelstest.CountQueries(ctx)
			session, who, err := s.StaffSession(counting, "cookie")
			require.NoError(t, err)
			assert.Equal(t, 1, counted.N())
			assert.Equal(t, m.ID, who.ID)
			assert.Equal(t, m.TOTP, who.TOTP)
			assert.NotEqual(t, "cookie", session.ID)
			assert.True(t, session.StepUpAt.IsZero())
			_, _, err = s.StaffSession(ctx, session.ID)
			require.ErrorIs(t, err, store.ErrNotFound, "who reads the table cannot make cookies of it")

			require.NoError(t, s.Change(ctx, "UPDATE staff_sessions SET step_up_at = ? WHERE id = ?", clock.Now(), session.ID))
			clock.Advance(models.StaffIdleTime - time.Second)
			require.NoError(t, s.TouchStaffSession(ctx, session.ID, clock.Now()))
			require.NoError(t, s.TouchStaffSession(ctx, session.ID, clock.Now().Add(-time.Hour)), "not back in time")
			clock.Advance(models.StaffIdleTime - time.Second)
			session, _, err = s.StaffSession(ctx, "cookie")
			require.NoError(t, err)
			assert.False(t, session.StepUpAt.IsZero())
			clock.Advance(2 * time.Second)
			_, _, err = s.StaffSession(ctx, "cookie")
			require.ErrorIs(t, err, store.ErrNotFound, "unused for too long")

			put("second", models.StagePassword)
			second, _, err := s.StaffSession(ctx, "second")
			require.NoError(t, err)
			put("third", models.StageFull)
			list, err := s.StaffSessions(ctx, m.ID)
			require.NoError(t, err)
			assert.Len(t, list, 2)
			require.NoError(t, s.EndStaffSessions(ctx, m.ID, second.ID))
			_, _, err = s.StaffSession(ctx, "third")
			require.ErrorIs(t, err, store.ErrNotFound)
			require.NoError(t, s.EndStaffSession(ctx, second.ID))
			_, _, err = s.StaffSession(ctx, "second")
			require.ErrorIs(t, err, store.ErrNotFound)

			put("fourth", models.StageFull)
			require.NoError(t, s.UpdateStaff(ctx, m.ID, store.StaffChange{Disabled: new(true)}))
			_, _, err = s.StaffSession(ctx, "fourth")
			require.ErrorIs(t, err, store.ErrNotFound)
			clock.Advance(models.StaffSessionTime)
			n, err := s.SweepStaff(ctx, clock.Now(), 100)
			require.NoError(t, err)
			assert.Equal(t, 1, n, "the others were ended before")
		})
}

func TestInvitation_IsGoodOnceAndForAWhile(t *testing.T) {
	clock := modelstest.NewClock(time.Time{})
	modelstest.EachWith(t, func() []modelstest.Option { return []modelstest.Option{modelstest.WithClock(clock)} },
		func(t *testing.T, s *store.Store) {
			ctx := t.Context()
			for _, token := range []string{"one", "two", "three"} {
				require.NoError(t, s.PutInvitation(ctx, token, models.Invitation{Email: "New@example.com", Role: models.RoleViewer}))
			}
			require.ErrorIs(t, s.PutInvitation(ctx, "one", models.Invitation{Role: models.RoleOwner}), store.ErrDuplicate)
			invitation, err := s.Invitation(ctx, "one")
			require.NoError(t, err)
			assert.Equal(t, "new@example.com", invitation.Email)
			assert.Equal(t, clock.Now().Add(models.InvitationTime), invitation.ExpiresAt)
			assert.Equal(t, 1, winners(t, 6, func(int) error { return s.UseInvitation(ctx, "one") }))
			_, err = s.Invitation(ctx, "one")
			require.ErrorIs(t, err, store.ErrNotFound)
			open, err := s.Invitations(ctx)
			require.NoError(t, err)
			require.Len(t, open, 2)
			require.NoError(t, s.DeleteInvitation(ctx, open[0].ID))
			clock.Advance(models.InvitationTime)
			for _, token := range []string{"two", "three"} {
				_, err := s.Invitation(ctx, token)
				require.ErrorIs(t, err, store.ErrNotFound)
				require.ErrorIs(t, s.UseInvitation(ctx, token), store.ErrConflict)
			}
		})
}

func TestThrottle_CountsEveryFailureAndForgets(t *testing.T) {
	clock := modelstest.NewClock(time.Time{})
	modelstest.EachWith(t, func() []modelstest.Option { return []modelstest.Option{modelstest.WithClock(clock)} },
		func(t *testing.T, s *store.Store) {
			ctx := t.Context()
			key := "account:" + strings.Repeat("x", 500) + "\xff"
			until := func(n int) time.Time {
				if n < 3 {
					return time.Time{}
				}
				return clock.Now().Add(time.Duration(n) * time.Second)
			}
			seen := make([]int, 12)
			good := winners(t, len(seen), func(i int) (err error) {
				seen[i], err = s.AddFailure(ctx, key, clock.Now(), until)
				return err
			})
			require.Equal(t, len(seen), good)
			assert.ElementsMatch(t, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, seen, "none is lost")
			n, blocked, err := s.Throttle(ctx, key)
			require.NoError(t, err)
			assert.Equal(t, 12, n)
			assert.Equal(t, clock.Now().Add(12*time.Second), blocked)
			require.NoError(t, s.ClearFailures(ctx, key))
			n, blocked, err = s.Throttle(ctx, key)
			require.NoError(t, err)
			assert.Zero(t, n)
			assert.True(t, blocked.IsZero())

			_, err = s.AddFailure(ctx, key, clock.Now(), until)
			require.NoError(t, err)
			clock.Advance(25 * time.Hour)
			n, _, err = s.Throttle(ctx, key)
			require.NoError(t, err)
			assert.Zero(t, n, "forgotten")
			n, err = s.AddFailure(ctx, key, clock.Now(), until)
			require.NoError(t, err)
			assert.Equal(t, 1, n, "counting begins anew")
			clock.Advance(25 * time.Hour)
			n, err = s.SweepStaff(ctx, clock.Now(), 10)
			require.NoError(t, err)
			assert.Equal(t, 1, n)
		})
}
