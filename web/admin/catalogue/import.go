package catalogue

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/productcsv"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// importStarter begins a task of an import.
type importStarter func(ctx context.Context, id, token string, by models.Actor) (models.Task, error)

// showImport shows one file: GET /admin/imports/{id}?level=&after=. The page that asks again gets only the part that changes.
func (h *handlers) showImport(req *admin.Request) error {
	id := req.ID()
	return h.importPage(req, id, "")
}

func (h *handlers) importPage(req *admin.Request, id string, refusal pages.Refusal) error {
	i, err := h.site.Store.Import(req.Context(), id)
	if err != nil {
		return admin.NoPage(err)
	}
	tasks, err := h.importTasks(req, i)
	if err != nil {
		return err
	}
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return err
	}
	view := importView(req.Printer, currency, &i, tasks)
	view.FormToken, view.Refusal = models.NewRef(), refusal
	q := req.QueryValues("level", "after")
	if err := h.importProblems(req, &view, q); err != nil {
		return err
	}
	if err := h.importPictures(req, &view, &i, tasks); err != nil {
		return err
	}
	if req.Fragment() {
		view.Page = req.Frame(pages.SectionProducts)
		return req.Show(http.StatusOK, pages.ImportStatus(view))
	}
	view.Page = req.PageAt(pages.SectionProducts, admin.Address(admin.ImportPath(id), q))
	if view.Running || (view.Pictures != nil && view.Pictures.Running) {
		view.Page.RefreshSeconds = admin.TaskRefresh
	}
	return req.Answer(refusal, pages.Import(view))
}

// importTasks returns the tasks of imports, with the progress that this process knows.
func (h *handlers) importTasks(req *admin.Request, list ...models.Import) (map[string]models.Task, error) {
	var ids []string
	for _, i := range list {
		ids = append(ids, i.CheckTask, i.ApplyTask, i.PictureTask)
	}
	tasks, err := h.site.Store.TasksByID(req.Context(), ids)
	if err != nil {
		return nil, err
	}
	for id, t := range tasks {
		tasks[id] = h.jobs.Live(t)
	}
	return tasks, nil
}

func (h *handlers) importProblems(req *admin.Request, view *pages.ImportView, q url.Values) error {
	level := q.Get("level")
	if level != "" && level != "error" && level != "skipped" && level != "note" {
		return admin.ErrFilter
	}
	after, err := admin.PositionIn(q, "after")
	if err != nil {
		return err
	}
	view.Level, view.Levels = level, admin.Choices([]string{"error", "skipped", "note"}, level, true)
	if view.ProblemCount == 0 {
		return nil
	}
	list, err := h.site.Store.ImportProblems(req.Context(), view.ID, level, after, problemsShown)
	if err != nil {
		return err
	}
	for i := range list {
		view.Problems = append(view.Problems, importProblemRow(req.Printer, &list[i]))
	}
	view.Gone = len(list) == 0 && level == "" && after == 0
	next := ""
	if len(list) == problemsShown {
		next = strconv.Itoa(list[len(list)-1].Position)
	}
	view.Next, view.First = admin.Pager(admin.ImportPath(view.ID), q, "after", next)
	view.ProblemsURL = admin.ImportPath(view.ID) + "/file"
	return nil
}

func (h *handlers) importPictures(req *admin.Request, view *pages.ImportView, i *models.Import, tasks map[string]models.Task) error {
	if i.PictureTask == "" {
		return nil
	}
	counts, err := h.site.Store.CountImportPictures(req.Context(), i.ID)
	if err != nil {
		return err
	}
	failed, err := h.site.Store.ImportPictures(req.Context(), i.ID, models.PicturesFailed, 0, failuresShown)
	if err != nil {
		return err
	}
	view.Pictures = picturesView(req.Printer, tasks[i.PictureTask], counts, failed)
	return nil
}

// downloadProblems sends a file of all problems of an import, in the reader's language: GET /admin/imports/{id}/file.
func (h *handlers) downloadProblems(req *admin.Request) error {
	id := req.ID()
	i, err := h.site.Store.Import(req.Context(), id)
	if err != nil {
		return admin.NoPage(err)
	}
	if i.Report == "" {
		return visit.ErrNoPage
	}
	var out bytes.Buffer
	if err := h.writeProblems(req, id, &out); err != nil {
		return err
	}
	return req.Download("coincart-import-problems.csv", "text/csv; charset=utf-8", int64(out.Len()), func(write func([]byte) error) error {
		return write(out.Bytes())
	})
}

func (h *handlers) writeProblems(req *admin.Request, id string, out *bytes.Buffer) error {
	p := req.Printer
	out.WriteString("\ufeff")
	w := csv.NewWriter(out)
	rows := [][]string{{p.T("import.line"), p.T("import.column"), p.T("import.what"), p.T("import.level"), p.T("import.sku")}}
	for after := 0; ; {
		list, err := h.site.Store.ImportProblems(req.Context(), id, "", after, models.MaxPageRows)
		if err != nil {
			return err
		}
		for i := range list {
			row := importProblemRow(p, &list[i])
			line := ""
			if row.Line > 0 {
				line = strconv.Itoa(row.Line)
			}
			rows = append(rows, []string{line, productcsv.Guard(row.Column), productcsv.Guard(row.Text), p.T("import.level." + row.Level), productcsv.Guard(row.SKU)})
		}
		if err := w.WriteAll(rows); err != nil {
			return fmt.Errorf("write the problems: %w", err)
		}
		if len(list) < models.MaxPageRows {
			return nil
		}
		rows, after = rows[:0], list[len(list)-1].Position
	}
}
