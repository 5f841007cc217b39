package books_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/payments/paymentstest"
)

func TestExport_IsExactAndHarmless(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		in := s.CartForm(1)
		in.Name, in.Coin = `=HYPERLINK("http://evil.example","x")`, "BTC"
		p, err := s.Place(t.Context(), in)
		require.NoError(t, err)
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(s.Order(p.Ref)).OrderNum))
		s.Deliver()
		var file bytes.Buffer
		require.NoError(t, s.Books.WriteExport(t.Context(), &file, books.Export{What: books.ExportOrders, Format: books.FormatCSV}, nil))
		text := strings.TrimPrefix(file.String(), "\ufeff")
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, 2)
		assert.Contains(t, rows[0], "placed (UTC)", "the zone is named")
		assert.Contains(t, rows[1], `'=HYPERLINK("http://evil.example","x")`)
		assert.Contains(t, rows[1], "0.00010797")
		assert.Contains(t, rows[1], "10.50")

		file.Reset()
		require.NoError(t, s.Books.WriteExport(t.Context(), &file, books.Export{
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
			require.ErrorIs(t, s.Books.WriteExport(t.Context(), &file, x, nil), jobs.ErrTask)
		}
	})
}

func TestTask_ExportSurvivesInPieces(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		s.PlacePaid(1)
		task, err := s.Books.StartExport(t.Context(), books.Export{What: books.ExportOrders, Format: books.FormatCSV}, models.NewRef(), finance)
		require.NoError(t, err)
		s.Work()
		task, err = s.Store.Task(t.Context(), task.ID)
		require.NoError(t, err)
		require.Equal(t, models.TaskDone, task.State)
		assert.Contains(t, task.FileName, ".csv")
		var file bytes.Buffer
		require.NoError(t, s.Store.EachTaskChunk(t.Context(), task.ID, func(b []byte) error {
			file.Write(b)
			return nil
		}))
		assert.Equal(t, task.FileSize, int64(file.Len()))
		assert.Equal(t, 2, strings.Count(file.String(), "\n"))
	})
}

func TestTask_SaysWhyItFailed(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		x := books.Export{What: books.ExportStatement, Format: books.FormatCSV, Day: "2026-11-22"}
		task, err := s.Books.StartExport(t.Context(), x, models.NewRef(), finance)
		require.NoError(t, err)
		s.Work()
		task, err = s.Store.Task(t.Context(), task.ID)
		require.NoError(t, err)
		assert.Equal(t, models.TaskFailed, task.State)
		assert.Equal(t, models.Remark("not_fetched"), task.Problem)
	})
}
