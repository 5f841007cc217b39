package catalogue_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/catalogue"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

var finance = paymentstest.Finance()

// upload receives a file and checks it.
func upload(s *paymentstest.Shop, file string, o models.ImportOptions) (models.Import, models.ImportReport) {
	s.T.Helper()
	id, err := s.Transfers.ReceiveImport(s.T.Context(), "products.csv", strings.NewReader(file), o, models.NewRef(), finance)
	require.NoError(s.T, err)
	s.Work()
	return imported(s, id)
}

func imported(s *paymentstest.Shop, id string) (models.Import, models.ImportReport) {
	s.T.Helper()
	i, err := s.Store.Import(s.T.Context(), id)
	require.NoError(s.T, err)
	var r models.ImportReport
	require.NoError(s.T, json.Unmarshal([]byte(i.Report), &r), i.Report)
	return i, r
}

// begin starts the import and runs it.
func begin(s *paymentstest.Shop, id string) models.Task {
	s.T.Helper()
	task, err := s.Transfers.StartImport(s.T.Context(), id, models.NewRef(), "", finance)
	require.NoError(s.T, err)
	s.Work()
	task, err = s.Store.Task(s.T.Context(), task.ID)
	require.NoError(s.T, err)
	return task
}

func problems(s *paymentstest.Shop, id string) []models.ImportProblem {
	s.T.Helper()
	var list []models.ImportProblem
	for after := 0; ; {
		page, err := s.Store.ImportProblems(s.T.Context(), id, "", after, 100)
		require.NoError(s.T, err)
		list = append(list, page...)
		if len(page) < 100 {
			return list
		}
		after = page[len(page)-1].Position
	}
}

func export(s *paymentstest.Shop) string {
	s.T.Helper()
	var out bytes.Buffer
	m := catalogue.Imports{Store: s.Store}
	_, err := m.Export(s.T.Context(), &out, store.ProductExport{}, nil)
	require.NoError(s.T, err)
	return out.String()
}

func variantOf(s *paymentstest.Shop, sku string) models.Variant {
	s.T.Helper()
	var found models.Variant
	require.NoError(s.T, s.Store.EachProduct(s.T.Context(), store.ProductExport{}, func(p *models.Product) error {
		for _, v := range p.Variants {
			if v.SKU == sku {
				found = v
			}
		}
		return nil
	}))
	return found
}

func TestImport_TenThousandRowsNameExactlyThePlantedProblems(t *testing.T) {
	if testing.Short() {
		t.Skip("10,000 rows on two databases")
	}
	const rows = 10_000
	lines, change := planted(rows)
	require.Len(t, lines, 25)
	file := wooFile(rows, change)
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		i, r := upload(s, file, models.ImportOptions{})
		got := map[int]string{}
		for _, p := range problems(s, i.ID) {
			assert.Empty(t, got[p.Line], "line %d is named once", p.Line)
			got[p.Line] = p.Code
		}
		assert.Equal(t, sortedLines(lines), sortedLines(got))
		assert.Equal(t, lines, got)
		assert.Equal(t, 25, r.Faults)
		assert.Equal(t, rows, r.Rows)
		_, err := s.Transfers.StartImport(t.Context(), i.ID, models.NewRef(), "", finance)
		require.ErrorIs(t, err, catalogue.ErrImportState, "a file with problems is not imported")
		assert.Empty(t, variantOf(s, "SKU-000001").ID)
	})
}

func TestImport_TheSameFileTwiceChangesNothing(t *testing.T) {
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		file := wooFile(200, nil)
		i, r := upload(s, file, models.ImportOptions{})
		assert.Empty(t, problems(s, i.ID))
		assert.Equal(t, 0, r.Changed+r.Unchanged)
		assert.Equal(t, 12*1+13*8, r.New)
		assert.Equal(t, models.TaskDone, begin(s, i.ID).State)
		assert.Equal(t, 3, variantOf(s, "SKU-000003").OnHand)
		before := export(s)

		again, r := upload(s, file, models.ImportOptions{})
		assert.Equal(t, 0, r.New+r.Changed)
		assert.Equal(t, 116, r.Unchanged)
		assert.Empty(t, r.Categories)
		assert.Equal(t, models.TaskDone, begin(s, again.ID).State)
		assert.Equal(t, before, export(s))

		// Importing the shop's own export changes nothing either.
		own, r := upload(s, before, models.ImportOptions{})
		assert.Equal(t, "coincart", r.Dialect)
		assert.Empty(t, problems(s, own.ID))
		assert.Equal(t, 0, r.New+r.Changed)
		assert.Equal(t, 117, r.Unchanged, "the shop's own product too")

		_, err := s.Transfers.StartImport(t.Context(), i.ID, models.NewRef(), "", finance)
		require.ErrorIs(t, err, catalogue.ErrImportState, "what was imported is not imported again")
		entries, err := s.Store.Audit(t.Context(), models.AuditFilter{Action: "product.import", Limit: 10})
		require.NoError(t, err)
		require.Len(t, entries, 2)
		assert.Equal(t, finance.Who, entries[0].Who)
		assert.Equal(t, "import:"+i.ID, entries[1].Subject)
		assert.Contains(t, entries[1].After, `{"categories":"home, clay, cup, `)
		assert.Contains(t, entries[1].After, `","changed":"0","file":"products.csv","new":"116","sha256":"`+i.Hash+`","unchanged":"0"}`)
		assert.Equal(t, `{"changed":"0","file":"products.csv","new":"0","sha256":"`+again.Hash+`","unchanged":"116"}`, entries[0].After)
	})
}

func TestImport_StockIsBookedInTheLedger(t *testing.T) {
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		file := func(stock string) string { return "SKU,Name,Regular price,Stock\nA,Cup A,5," + stock + "\n" }
		i, _ := upload(s, file("7"), models.ImportOptions{})
		begin(s, i.ID)
		i, r := upload(s, file("4"), models.ImportOptions{})
		assert.Equal(t, 1, r.Changed)
		begin(s, i.ID)
		v := variantOf(s, "A")
		assert.Equal(t, 4, v.OnHand)
		page, err := s.Store.Movements(t.Context(), models.MovementFilter{VariantID: v.ID})
		require.NoError(t, err)
		require.Len(t, page.Rows, 2)
		assert.Equal(t, -3, page.Rows[0].Quantity)
		assert.Equal(t, 7, page.Rows[1].Quantity)
		assert.Equal(t, models.MovementImport, page.Rows[0].Kind)
		assert.Equal(t, finance.Who, page.Rows[0].Who)
		_, r = upload(s, file("9"), models.ImportOptions{KeepStock: true})
		assert.Equal(t, 1, r.Unchanged)
	})
}

func TestImport_RefusesACatalogueThatWasEditedSinceTheCheck(t *testing.T) {
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		i, _ := upload(s, wooFile(40, nil), models.ImportOptions{})
		begin(s, i.ID)
		file := wooFile(40, func(_ int, cells map[string]string) {
			if cells["Type"] != "variation" {
				cells["Short description"] = "Other words."
			}
		})
		i, r := upload(s, file, models.ImportOptions{})
		require.Positive(t, r.Changed)
		id := variantOf(s, "SKU-000003").ProductID
		require.NoError(t, s.Store.ChangeProduct(t.Context(), id, func(p *models.Product) { p.Title = "Edited meanwhile" }))
		before := export(s)
		task := begin(s, i.ID)
		assert.Equal(t, models.TaskFailed, task.State)
		assert.Equal(t, models.Remark("import_changed"), task.Problem)
		assert.Equal(t, before, export(s), "nothing was half imported")

		// The file was checked again: the person sees the new result and starts the import again.
		assert.Equal(t, models.TaskDone, begin(s, i.ID).State)
		p, err := s.Store.ProductByID(t.Context(), id)
		require.NoError(t, err)
		assert.Equal(t, "Other words.", p.Summary)
	})
}

func TestImport_StoppingLeavesNothing(t *testing.T) {
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		i, _ := upload(s, wooFile(400, nil), models.ImportOptions{})
		before := export(s)
		task, err := s.Transfers.StartImport(t.Context(), i.ID, models.NewRef(), "", finance)
		require.NoError(t, err)

		// Stop it before it has started.
		require.NoError(t, s.Jobs.Stop(t.Context(), task.ID, finance))
		s.Work()
		assert.Equal(t, before, export(s))

		// Stop it when it has written a part.
		m := catalogue.Imports{Store: s.Store}
		plan, err := m.Plan(t.Context(), strings.NewReader(wooFile(2000, nil)), models.ImportOptions{}, nil)
		require.NoError(t, err)
		halfway := errors.New("halfway")
		err = m.Apply(t.Context(), &i, plan, finance, func(done, total int) error {
			if done > 0 && done < total {
				return halfway
			}
			return nil
		}, nil)
		require.ErrorIs(t, err, halfway)
		assert.Equal(t, before, export(s))

		require.ErrorIs(t, s.Jobs.Stop(t.Context(), task.ID, finance), store.ErrConflict, "it has ended")
		again, err := s.Transfers.StartImport(t.Context(), i.ID, models.NewRef(), "", finance)
		require.NoError(t, err)
		s.Work()
		again, err = s.Store.Task(t.Context(), again.ID)
		require.NoError(t, err)
		assert.Equal(t, models.TaskDone, again.State)
		assert.NotEmpty(t, variantOf(s, "SKU-000001").ID)
	})
}

func TestImport_BoundsAndDoubleClicks(t *testing.T) {
	s := paymentstest.SQLite(t)
	_, err := s.Transfers.ReceiveImport(t.Context(), "x.csv", strings.NewReader(""), models.ImportOptions{}, models.NewRef(), finance)
	require.ErrorIs(t, err, catalogue.ErrImportEmpty)
	_, err = s.Transfers.ReceiveImport(t.Context(), "x.csv", &endless{left: catalogue.MaxImportBytes + 256<<10}, models.ImportOptions{}, models.NewRef(), finance)
	require.ErrorIs(t, err, catalogue.ErrImportLarge)
	list, err := s.Store.Imports(t.Context(), 10)
	require.NoError(t, err)
	assert.Empty(t, list, "nothing is left of what did not arrive")

	token := models.NewRef()
	first, err := s.Transfers.ReceiveImport(t.Context(), "x.csv", strings.NewReader("SKU,Name,Regular price\nA,a,1\n"), models.ImportOptions{}, token, finance)
	require.NoError(t, err)
	second, err := s.Transfers.ReceiveImport(t.Context(), "x.csv", strings.NewReader("SKU,Name,Regular price\nA,a,1\n"), models.ImportOptions{}, token, finance)
	require.NoError(t, err)
	assert.Equal(t, first, second)
}

// endless is a reader of left bytes.
type endless struct{ left int }

func (e *endless) Read(p []byte) (int, error) {
	n := min(len(p), e.left)
	e.left -= n
	for i := range n {
		p[i] = 'x'
	}
	if n == 0 {
		return 0, errors.New("more was read than is allowed")
	}
	return n, nil
}

func pngPicture(t *testing.T, c color.Color) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for i := range 40 * 30 {
		m.Set(i%40, i/40, c)
	}
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, m))
	return out.Bytes()
}

func TestImport_FetchesPicturesOnceAndListsThoseItCannotHave(t *testing.T) {
	asked := map[string]int{}
	var mu sync.Mutex
	fetch := func(_ context.Context, address string) ([]byte, error) {
		mu.Lock()
		defer mu.Unlock()
		asked[address]++
		switch address {
		case "https://pictures.example/red.png":
			return pngPicture(t, color.RGBA{R: 255, A: 255}), nil
		case "https://pictures.example/text.png":
			return []byte("not a picture at all"), nil
		}
		return nil, catalogue.PictureFailure("404")
	}
	s := paymentstest.SQLite(t, func(_ *sandbox.Config, c *assembly.Config) { c.FetchPicture = fetch })
	file := "SKU,Name,Regular price,Images\n" +
		"A,a,1,\"https://pictures.example/red.png, https://pictures.example/gone.png\"\n" +
		"B,b,1,https://pictures.example/red.png\nC,c,1,https://pictures.example/text.png\n"
	i, r := upload(s, file, models.ImportOptions{})
	assert.Equal(t, 3, r.Pictures)
	assert.Equal(t, models.TaskDone, begin(s, i.ID).State)
	assert.Equal(t, map[string]int{"https://pictures.example/red.png": 1, "https://pictures.example/gone.png": 1, "https://pictures.example/text.png": 1}, asked)
	counts, err := s.Store.CountImportPictures(t.Context(), i.ID)
	require.NoError(t, err)
	assert.Equal(t, map[models.ImportPictureState]int{models.PicturesDone: 1, models.PicturesFailed: 2}, counts)
	failed, err := s.Store.ImportPictures(t.Context(), i.ID, models.PicturesFailed, 0, 10)
	require.NoError(t, err)
	assert.Equal(t, models.Remark("picture_status", "address", "https://pictures.example/gone.png", "status", "404"), failed[0].Problem)
	assert.Equal(t, models.Remark("picture_format", "address", "https://pictures.example/text.png", "status", ""), failed[1].Problem)

	shown, err := s.Store.ProductByID(t.Context(), variantOf(s, "B").ProductID)
	require.NoError(t, err)
	require.Len(t, shown.Pictures, 1)
	assert.Equal(t, shown.Pictures[0].Source, shown.Cover)
	assert.True(t, strings.HasPrefix(shown.Cover, "media/"))

	_, r = upload(s, strings.Replace(file, ", https://pictures.example/gone.png", "", 1), models.ImportOptions{})
	assert.Equal(t, 3, r.Unchanged)
	assert.Equal(t, 1, r.Pictures, "what could not be had is tried again")
	assert.Equal(t, 1, asked["https://pictures.example/red.png"])

	// A person tries again, which fetches only the failed pictures.
	_, err = s.Transfers.FetchImportPictures(t.Context(), i.ID, models.NewRef(), finance)
	require.NoError(t, err)
	s.Work()
	assert.Equal(t, map[string]int{"https://pictures.example/red.png": 1, "https://pictures.example/gone.png": 2, "https://pictures.example/text.png": 2}, asked)
}

func TestExportProducts_IsATaskWithAFile(t *testing.T) {
	s := paymentstest.SQLite(t)
	i, _ := upload(s, wooFile(50, nil), models.ImportOptions{})
	begin(s, i.ID)
	task, err := s.Transfers.StartProductExport(t.Context(), store.ProductExport{Visibility: "published"}, models.NewRef(), finance)
	require.NoError(t, err)
	s.Work()
	task, err = s.Store.Task(t.Context(), task.ID)
	require.NoError(t, err)
	assert.Equal(t, models.TaskDone, task.State)
	var file bytes.Buffer
	require.NoError(t, s.Store.EachTaskChunk(t.Context(), task.ID, func(b []byte) error { file.Write(b); return nil }))
	assert.Equal(t, export(s), file.String())
	assert.Equal(t, int64(file.Len()), task.FileSize)
	_, err = s.Transfers.StartProductExport(t.Context(), store.ProductExport{Visibility: "elsewhere"}, models.NewRef(), finance)
	require.ErrorIs(t, err, jobs.ErrTask)
	task, err = s.Transfers.StartProductExport(t.Context(), store.ProductExport{Visibility: "hidden"}, models.NewRef(), finance)
	require.NoError(t, err)
	s.Work()
	task, err = s.Store.Task(t.Context(), task.ID)
	require.NoError(t, err)
	assert.Equal(t, 0, task.Done)
}

func TestImport_StoppedInTheMiddleOfWritingLeavesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("10,000 rows on two databases")
	}
	file := wooFile(10_000, nil)
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		i, _ := upload(s, file, models.ImportOptions{})
		before := export(s)
		task, err := s.Transfers.StartImport(t.Context(), i.ID, models.NewRef(), "", finance)
		require.NoError(t, err)
		ended := make(chan error, 1)
		go func() {
			_, err := s.Jobs.RunOnce(t.Context())
			ended <- err
		}()
		require.Eventually(t, func() bool { return s.Jobs.Live(models.Task{ID: task.ID}).Done > 0 }, time.Minute, time.Millisecond, "it writes")
		require.NoError(t, s.Jobs.Stop(t.Context(), task.ID, finance))
		require.NoError(t, <-ended)
		task, err = s.Store.Task(t.Context(), task.ID)
		require.NoError(t, err)
		assert.Equal(t, models.TaskStopped, task.State)
		assert.Equal(t, before, export(s))
		i, err = s.Store.Import(t.Context(), i.ID)
		require.NoError(t, err)
		assert.Zero(t, i.AppliedAt)
		entries, err := s.Store.Audit(t.Context(), models.AuditFilter{Action: "product.import", Limit: 10})
		require.NoError(t, err)
		assert.Empty(t, entries)
	})
}

func TestImport_PicturesGoOnWhereTheyWereInterrupted(t *testing.T) {
	asked, broken := map[string]int{}, true
	s := paymentstest.SQLite(t, func(_ *sandbox.Config, c *assembly.Config) {
		c.FetchPicture = func(_ context.Context, address string) ([]byte, error) {
			asked[address]++
			if broken && strings.HasSuffix(address, "/3.png") {
				return nil, errors.New("the process is torn down")
			}
			return pngPicture(t, color.RGBA{R: uint8(len(address)), G: address[len(address)-5], A: 255}), nil
		}
	})
	var file strings.Builder
	file.WriteString("SKU,Name,Regular price,Images\n")
	for n := range 5 {
		fmt.Fprintf(&file, "P%d,p,1,https://pictures.example/%d.png\n", n, n)
	}
	i, _ := upload(s, file.String(), models.ImportOptions{})
	begin(s, i.ID)
	counts, err := s.Store.CountImportPictures(t.Context(), i.ID)
	require.NoError(t, err)
	assert.Equal(t, map[models.ImportPictureState]int{models.PicturesDone: 3, models.PicturesWaiting: 2}, counts)
	broken = false
	s.Later(time.Hour)
	counts, err = s.Store.CountImportPictures(t.Context(), i.ID)
	require.NoError(t, err)
	assert.Equal(t, map[models.ImportPictureState]int{models.PicturesDone: 5}, counts)
	for n := range 3 {
		assert.Equal(t, 1, asked[fmt.Sprintf("https://pictures.example/%d.png", n)], "what was done is not done again")
	}
	i, err = s.Store.Import(t.Context(), i.ID)
	require.NoError(t, err)
	task, err := s.Store.Task(t.Context(), i.PictureTask)
	require.NoError(t, err)
	assert.Equal(t, models.TaskDone, task.State)
	assert.Equal(t, 5, task.Done)
}
