package payments_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/payments/opay"
)

func TestTask_CancelsManyWhileOneIsBeingPaid(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		a, b, c := s.place(1), s.place(1), s.pay(1)
		paying := s.platformOrder(b).OrderNum
		s.gateway.interrupt(func(call string) {
			if o, _ := s.platform.Order(paying); call == "cancelOrder" && o.Status == opay.StatusPending {
				if at, _ := s.platform.Order(s.platformOrder(a).OrderNum); at.Status == opay.StatusClosed {
					assert.NoError(t, s.platform.Pay(paying))
				}
			}
		})
		token := models.NewRef()
		task, err := s.StartCancel(t.Context(), []string{a.ID, b.ID, c.ID, "01900000-0000-7000-8000-00000000dead"}, token, finance)
		require.NoError(t, err)
		again, err := s.StartCancel(t.Context(), []string{a.ID}, token, finance)
		require.NoError(t, err)
		assert.Equal(t, task.ID, again.ID, "a second click")
		s.work()
		task, err = s.store.Task(t.Context(), task.ID)
		require.NoError(t, err)
		assert.Equal(t, models.TaskDone, task.State)
		rows, err := s.store.TaskRows(t.Context(), task.ID, 0, 10)
		require.NoError(t, err)
		outcomes := []string{}
		for _, r := range rows {
			outcomes = append(outcomes, r.Outcome)
		}
		assert.Equal(t, []string{"cancelled", "paid", "paid", "gone"}, outcomes)
		assert.Equal(t, models.OrderCancelled, s.order(a.Ref).State)
		assert.Equal(t, models.OrderPaid, s.order(b.Ref).State, "paid wins over cancel")
		_, err = s.StartCancel(t.Context(), nil, models.NewRef(), finance)
		require.ErrorIs(t, err, jobs.ErrTask)
	})
}

func TestTask_ScheduleFetchesEachDayThreeTimes(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.pay(1)
		for range 9 * 24 {
			s.later(time.Hour)
		}
		tasks, err := s.store.Tasks(t.Context(), 100)
		require.NoError(t, err)
		of := 0
		for _, task := range tasks {
			assert.Equal(t, models.TaskDone, task.State)
			if strings.Contains(task.Params, "2026-11-22") {
				of++
			}
		}
		assert.Equal(t, 3, of, "D+1, D+2 and D+7")
		book, err := s.store.BookDay(t.Context(), "2026-11-22")
		require.NoError(t, err)
		assert.NotEmpty(t, book.StatementID)
	})
}

func TestExport_IsExactAndHarmless(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		in := s.cart(1)
		in.Name, in.Coin = `=HYPERLINK("http://evil.example","x")`, "BTC"
		p, err := s.Place(t.Context(), in)
		require.NoError(t, err)
		require.NoError(t, s.platform.Pay(s.platformOrder(s.order(p.Ref)).OrderNum))
		s.deliver()
		var file bytes.Buffer
		require.NoError(t, s.books.WriteExport(t.Context(), &file, books.Export{What: books.ExportOrders, Format: books.FormatCSV}, nil))
		text := strings.TrimPrefix(file.String(), "\ufeff")
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, 2)
		assert.Contains(t, rows[0], "placed (UTC)", "the zone is named")
		assert.Contains(t, rows[1], `'=HYPERLINK("http://evil.example","x")`)
		assert.Contains(t, rows[1], "0.00010797")
		assert.Contains(t, rows[1], "10.50")

		file.Reset()
		require.NoError(t, s.books.WriteExport(t.Context(), &file, books.Export{
			What: books.ExportPayments, Format: books.FormatXLSX, From: "2026-11-22", To: "2026-11-22",
		}, nil))
		book, err := excelize.OpenReader(&file)
		require.NoError(t, err)
		sheet, err := book.GetRows("Sheet1")
		require.NoError(t, err)
		require.Len(t, sheet, 2)
		assert.Contains(t, sheet[1], "0.00010797")
		formula, err := book.GetCellFormula("Sheet1", "A2")
		require.NoError(t, err)
		assert.Empty(t, formula)
		for _, x := range []books.Export{
			{What: "staff", Format: "csv"}, {What: "orders", Format: "exe"}, {What: "payments", Format: "csv", From: "2026-11-22", To: "2026-11-21"},
		} {
			require.ErrorIs(t, s.books.WriteExport(t.Context(), &file, x, nil), jobs.ErrTask)
		}
	})
}

func TestTask_ExportSurvivesInPieces(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.pay(1)
		task, err := s.books.StartExport(t.Context(), books.Export{What: books.ExportOrders, Format: books.FormatCSV}, models.NewRef(), finance)
		require.NoError(t, err)
		s.work()
		task, err = s.store.Task(t.Context(), task.ID)
		require.NoError(t, err)
		require.Equal(t, models.TaskDone, task.State)
		assert.Contains(t, task.FileName, ".csv")
		var file bytes.Buffer
		require.NoError(t, s.store.EachTaskChunk(t.Context(), task.ID, func(b []byte) error {
			file.Write(b)
			return nil
		}))
		assert.Equal(t, task.FileSize, int64(file.Len()))
		assert.Equal(t, 2, strings.Count(file.String(), "\n"))
	})
}
