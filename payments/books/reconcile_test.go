package books_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

var finance = paymentstest.Finance()

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
			paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
				for range 6 {
					s.PlacePaid(1)
				}
				require.NoError(t, s.Platform.SetFaults(c.faults))
				report := s.NextDay()
				assert.ElementsMatch(t, c.want, kinds(report))
				assert.True(t, report.AddsUp(), "the listed differences explain the totals: %+v", report.Totals)
				rows, _, err := s.Store.Discrepancies(t.Context(), models.DiscrepancyFilter{Day: report.Day})
				require.NoError(t, err)
				assert.Len(t, rows, len(c.want))

				err = s.Books.SealDay(t.Context(), report.Day, finance)
				if len(c.want) > 0 {
					require.ErrorIs(t, err, books.ErrDayOpen)
					for _, d := range rows {
						require.NoError(t, s.Books.AcceptDiscrepancy(t.Context(), d.Seen(), "explained by the platform's support", finance))
						require.ErrorIs(t, s.Books.AcceptDiscrepancy(t.Context(), d.Seen(), "again", finance), books.ErrDiscrepancyOver)
					}
					err = s.Books.SealDay(t.Context(), report.Day, finance)
				}
				require.NoError(t, err)
				require.ErrorIs(t, s.Books.SealDay(t.Context(), report.Day, finance), books.ErrDaySealed)
				assert.Len(t, modelstest.Told(t, s.Store, models.EventDiscrepancy), len(c.want), "each is told once")
				sealed := modelstest.Told(t, s.Store, models.EventStatementSealed)
				require.Len(t, sealed, 1)
				assert.Contains(t, sealed[0], `"object":"statement","day":"`+report.Day+`","zone":"`+report.Zone+`","state":"sealed","sealed_hash":"`)
				assert.Empty(t, s.OpenReviews())
			})
		})
	}
}

func TestReconcile_SealedDayThatChangesRaisesAnAlert(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		s.PlacePaid(1)
		s.PlacePaid(1)
		report := s.NextDay()
		require.NoError(t, s.Books.SealDay(t.Context(), report.Day, finance))
		_, err := s.Books.FetchStatement(t.Context(), report.Day, "", nil)
		require.NoError(t, err)
		_, err = s.Books.Reconcile(t.Context(), report.Day)
		require.NoError(t, err)
		assert.Empty(t, s.OpenReviews(), "the same statement again")
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultStatementAmount}}))
		_, err = s.Books.FetchStatement(t.Context(), report.Day, "", nil)
		require.NoError(t, err)
		_, err = s.Books.Reconcile(t.Context(), report.Day)
		require.NoError(t, err)
		assert.Equal(t, []models.ReviewKind{models.ReviewSealedDay}, s.OpenReviews())
	})
}

func TestReconcile_WrongZoneIsNoticedAndGuessed(t *testing.T) {
	t.Parallel()
	shanghai := time.FixedZone("Asia/Shanghai", 8*3600)
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		s.Clock.Advance(-10 * time.Hour) // 02:00 UTC is 10:00 in Shanghai
		s.PlacePaid(1)
		s.Clock.Advance(15 * time.Hour) // 17:00 UTC is 01:00 of the next day there
		s.PlacePaid(1)
		s.Clock.Advance(48 * time.Hour)
		_, err := s.Books.FetchStatement(t.Context(), "2026-11-23", "", nil)
		require.NoError(t, err)
		report, err := s.Books.Reconcile(t.Context(), "2026-11-23")
		require.NoError(t, err)
		assert.Equal(t, []models.DiscrepancyKind{models.WrongDay}, kinds(report))
		assert.NotEmpty(t, report.LikelyZone)
	}, func(sc *sandbox.Config, _ *assembly.Config) { sc.Location = shanghai })
}

func TestReconcile_PaymentAtMidnightBelongsToOneDay(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		order := s.PlaceOrder(1)
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
		s.Clock.Advance(11*time.Hour + 59*time.Minute + 59*time.Second) // 23:59:59
		require.NoError(t, s.Platform.PayLate(s.PlatformOrder(order).OrderNum))
		s.Later(30 * time.Second) // the shop books it on the next day
		_ = order
		first, err := fetchAndReconcile(s, "2026-11-22", 24*time.Hour)
		require.NoError(t, err)
		secondDay, err := fetchAndReconcile(s, "2026-11-23", 24*time.Hour)
		require.NoError(t, err)
		assert.Empty(t, first.Found)
		assert.Empty(t, secondDay.Found)
		assert.Equal(t, 1, first.Matched+secondDay.Matched)
	}, func(_ *sandbox.Config, pc *assembly.Config) { pc.OrderTTL = 24 * time.Hour })
}

func fetchAndReconcile(s *paymentstest.Shop, day string, pass time.Duration) (books.Reconciliation, error) {
	s.Later(pass)
	if _, err := s.Books.FetchStatement(s.T.Context(), day, "", nil); err != nil {
		return books.Reconciliation{}, err
	}
	return s.Books.Reconcile(s.T.Context(), day)
}

func TestSettleDiscrepancy_OnlyThePlatformMovesMoney(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		s.PlacePaid(1)
		lost := s.PlaceOrder(1)
		s.Gateway.ChangeOrders(func(d opay.OrderDetail) opay.OrderDetail { d.Status = opay.StatusPending; return d })
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(lost).OrderNum))
		s.Deliver()
		require.Equal(t, models.OrderAwaiting, s.Order(lost.Ref).State)
		_, err := s.Books.FetchStatement(t.Context(), "2026-11-22", "", nil)
		require.NoError(t, err)
		report, err := s.Books.Reconcile(t.Context(), "2026-11-22")
		require.NoError(t, err)
		require.Equal(t, []models.DiscrepancyKind{models.TheirsNotOurs}, kinds(report))
		rows, _, err := s.Store.Discrepancies(t.Context(), models.DiscrepancyFilter{Day: report.Day})
		require.NoError(t, err)
		require.ErrorIs(t, s.Books.SettleDiscrepancy(t.Context(), rows[0].ID, finance), books.ErrNotSettleable, "orderDetail says pending")
		assert.Equal(t, models.OrderAwaiting, s.Order(lost.Ref).State, "a statement line never pays")

		s.Gateway.ChangeOrders(nil)
		require.NoError(t, s.Books.SettleDiscrepancy(t.Context(), rows[0].ID, finance))
		assert.Equal(t, models.OrderPaid, s.Order(lost.Ref).State)
		day, err := s.Store.BookDay(t.Context(), "2026-11-22")
		require.NoError(t, err)
		report, err = books.ReadReport(day.Report)
		require.NoError(t, err)
		assert.Equal(t, 2, report.Matched)
		assert.True(t, report.AddsUp())
	})
}
