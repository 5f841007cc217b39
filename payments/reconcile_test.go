package payments_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

// nextDay moves the clock behind the day's end and compares the day that has passed.
func (s *shop) nextDay() books.Reconciliation {
	s.t.Helper()
	day := models.DayOf(s.clock.Now(), s.PlatformZone())
	s.later(24 * time.Hour)
	_, err := s.books.FetchStatement(s.t.Context(), day, finance.StaffID, nil)
	require.NoError(s.t, err)
	r, err := s.books.Reconcile(s.t.Context(), day)
	require.NoError(s.t, err)
	return r
}

func kinds(r books.Reconciliation) []models.DiscrepancyKind {
	list := []models.DiscrepancyKind{}
	for _, d := range r.Found {
		list = append(list, d.Kind)
	}
	return list
}

func TestReconcile_FindsExactlyThePlantedFaults(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		faults sandbox.Faults
		want   []models.DiscrepancyKind
	}{
		"none":      {nil, []models.DiscrepancyKind{}},
		"missing":   {sandbox.Faults{{Kind: sandbox.FaultStatementMissing}}, []models.DiscrepancyKind{models.OursNotTheirs}},
		"extra":     {sandbox.Faults{{Kind: sandbox.FaultStatementExtra}}, []models.DiscrepancyKind{models.TheirsNotOurs}},
		"duplicate": {sandbox.Faults{{Kind: sandbox.FaultStatementDouble}}, []models.DiscrepancyKind{models.DuplicateLine}},
		"amount":    {sandbox.Faults{{Kind: sandbox.FaultStatementAmount}}, []models.DiscrepancyKind{models.AmountDiffers}},
		"all": {
			sandbox.Faults{{Kind: sandbox.FaultStatementMissing}, {Kind: sandbox.FaultStatementExtra}, {Kind: sandbox.FaultStatementDouble}, {Kind: sandbox.FaultStatementAmount}},
			[]models.DiscrepancyKind{models.OursNotTheirs, models.TheirsNotOurs, models.DuplicateLine, models.AmountDiffers},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				for range 6 {
					s.pay(1)
				}
				require.NoError(t, s.platform.SetFaults(c.faults))
				report := s.nextDay()
				assert.ElementsMatch(t, c.want, kinds(report))
				assert.True(t, report.Balanced(), "the listed differences explain the totals: %+v", report.Totals)
				rows, _, err := s.store.Discrepancies(t.Context(), models.DiscrepancyFilter{Day: report.Day})
				require.NoError(t, err)
				assert.Len(t, rows, len(c.want))

				err = s.books.SealDay(t.Context(), report.Day, finance)
				if len(c.want) > 0 {
					require.ErrorIs(t, err, books.ErrDayOpen)
					for _, d := range rows {
						require.NoError(t, s.books.AcceptDiscrepancy(t.Context(), d.ID, "explained by the platform's support", finance))
						require.ErrorIs(t, s.books.AcceptDiscrepancy(t.Context(), d.ID, "again", finance), books.ErrDiscrepancyOver)
					}
					err = s.books.SealDay(t.Context(), report.Day, finance)
				}
				require.NoError(t, err)
				require.ErrorIs(t, s.books.SealDay(t.Context(), report.Day, finance), books.ErrDaySealed)
				assert.Empty(t, s.reviews())
			})
		})
	}
}

func TestReconcile_SealedDayThatChangesRaisesAnAlert(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.pay(1)
		s.pay(1)
		report := s.nextDay()
		require.NoError(t, s.books.SealDay(t.Context(), report.Day, finance))
		_, err := s.books.FetchStatement(t.Context(), report.Day, "", nil)
		require.NoError(t, err)
		_, err = s.books.Reconcile(t.Context(), report.Day)
		require.NoError(t, err)
		assert.Empty(t, s.reviews(), "the same statement again")
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultStatementAmount}}))
		_, err = s.books.FetchStatement(t.Context(), report.Day, "", nil)
		require.NoError(t, err)
		_, err = s.books.Reconcile(t.Context(), report.Day)
		require.NoError(t, err)
		assert.Equal(t, []models.ReviewKind{models.ReviewSealedDay}, s.reviews())
	})
}

func TestReconcile_WrongZoneIsNoticedAndGuessed(t *testing.T) {
	t.Parallel()
	shanghai := time.FixedZone("Asia/Shanghai", 8*3600)
	eachShop(t, func(t *testing.T, s *shop) {
		s.clock.Advance(-10 * time.Hour) // 02:00 UTC is 10:00 in Shanghai
		s.pay(1)
		s.clock.Advance(15 * time.Hour) // 17:00 UTC is 01:00 of the next day there
		s.pay(1)
		s.clock.Advance(48 * time.Hour)
		_, err := s.books.FetchStatement(t.Context(), "2026-11-23", "", nil)
		require.NoError(t, err)
		report, err := s.books.Reconcile(t.Context(), "2026-11-23")
		require.NoError(t, err)
		assert.Equal(t, []models.DiscrepancyKind{models.WrongDay}, kinds(report))
		assert.NotEmpty(t, report.LikelyZone)
	}, func(sc *sandbox.Config, _ *assembly.Config) { sc.Location = shanghai })
}

func TestReconcile_PaymentAtMidnightBelongsToOneDay(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(1)
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
		s.clock.Advance(11*time.Hour + 59*time.Minute + 59*time.Second) // 23:59:59
		require.NoError(t, s.platform.PayLate(s.platformOrder(order).OrderNum))
		s.later(30 * time.Second) // booked by us on the next day
		_ = order
		first, err := s.fetchAndReconcile("2026-11-22", 24*time.Hour)
		require.NoError(t, err)
		secondDay, err := s.fetchAndReconcile("2026-11-23", 24*time.Hour)
		require.NoError(t, err)
		assert.Empty(t, first.Found)
		assert.Empty(t, secondDay.Found)
		assert.Equal(t, 1, first.Matched+secondDay.Matched)
	}, func(_ *sandbox.Config, pc *assembly.Config) { pc.OrderTTL = 24 * time.Hour })
}

func (s *shop) fetchAndReconcile(day string, pass time.Duration) (books.Reconciliation, error) {
	s.later(pass)
	if _, err := s.books.FetchStatement(s.t.Context(), day, "", nil); err != nil {
		return books.Reconciliation{}, err
	}
	return s.books.Reconcile(s.t.Context(), day)
}

func TestSettleDiscrepancy_OnlyThePlatformMovesMoney(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.pay(1)
		lost := s.place(1)
		s.gateway.lie(func(d opay.OrderDetail) opay.OrderDetail { d.Status = opay.StatusPending; return d })
		require.NoError(t, s.platform.Pay(s.platformOrder(lost).OrderNum))
		s.deliver()
		require.Equal(t, models.OrderAwaiting, s.order(lost.Ref).State)
		_, err := s.books.FetchStatement(t.Context(), "2026-11-22", "", nil)
		require.NoError(t, err)
		report, err := s.books.Reconcile(t.Context(), "2026-11-22")
		require.NoError(t, err)
		require.Equal(t, []models.DiscrepancyKind{models.TheirsNotOurs}, kinds(report))
		rows, _, err := s.store.Discrepancies(t.Context(), models.DiscrepancyFilter{Day: report.Day})
		require.NoError(t, err)
		require.ErrorIs(t, s.books.SettleDiscrepancy(t.Context(), rows[0].ID, finance), books.ErrNotSettleable, "orderDetail says pending")
		assert.Equal(t, models.OrderAwaiting, s.order(lost.Ref).State, "a statement line never pays")

		s.gateway.lie(nil)
		require.NoError(t, s.books.SettleDiscrepancy(t.Context(), rows[0].ID, finance))
		assert.Equal(t, models.OrderPaid, s.order(lost.Ref).State)
		report, err = s.books.DayReport(t.Context(), "2026-11-22")
		require.NoError(t, err)
		assert.Equal(t, 2, report.Matched)
		assert.True(t, report.Balanced())
	})
}
