package admin

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/visit"
)

// importStarter begins a task of an import.
type importStarter func(ctx context.Context, id, token string, by models.Actor) (models.Task, error)

// showImport is one file: GET /admin/imports/{id}?level=&after=, and the part that changes alone for the page that asks again.
func (o *Office) showImport(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	return o.importPage(d, id, pages.ProblemNone)
}

func (o *Office) importPage(d *desk, id string, problem pages.Problem) error {
	i, err := o.site.Store.Import(d.Context(), id)
	if err != nil {
		return missing(err)
	}
	tasks, err := o.importTasks(d, i)
	if err != nil {
		return err
	}
	view := importView(d.Printer, &i, tasks)
	view.FormToken, view.Problem = models.NewRef(), problem
	q := d.query("level", "after")
	if err := o.importProblems(d, &view, q); err != nil {
		return err
	}
	if err := o.importPictures(d, &view, &i, tasks); err != nil {
		return err
	}
	if d.Fragment() {
		view.Page = d.frame(pages.SectionProducts)
		return d.Show(http.StatusOK, pages.ImportStatus(view))
	}
	view.Page = d.page(pages.SectionProducts)
	view.Page.Path = address(importPath(id), q)
	if view.Running || (view.Pictures != nil && view.Pictures.Running) {
		view.Page.RefreshSeconds = taskRefresh
	}
	return d.show(problem, pages.Import(view))
}

// importTasks reads the tasks of imports, with the progress that this process knows.
func (o *Office) importTasks(d *desk, list ...models.Import) (map[string]models.Task, error) {
	var ids []string
	for _, i := range list {
		ids = append(ids, i.CheckTask, i.ApplyTask, i.PictureTask)
	}
	tasks, err := o.site.Store.TasksByID(d.Context(), ids)
	if err != nil {
		return nil, err
	}
	for id, t := range tasks {
		tasks[id] = o.jobs.Live(t)
	}
	return tasks, nil
}

func (o *Office) importProblems(d *desk, view *pages.ImportView, q url.Values) error {
	level := q.Get("level")
	if level != "" && level != "error" && level != "skipped" && level != "note" {
		return ErrFilter
	}
	after := 0
	if text := q.Get("after"); text != "" {
		var ok bool
		if after, ok = position(text); !ok {
			return ErrFilter
		}
	}
	view.Level, view.Levels = level, choices([]string{"error", "skipped", "note"}, level, true)
	if view.ProblemCount == 0 {
		return nil
	}
	list, err := o.site.Store.ImportProblems(d.Context(), view.ID, level, after, problemsShown)
	if err != nil {
		return err
	}
	for i := range list {
		view.Problems = append(view.Problems, importProblemRow(d.Printer, &list[i]))
	}
	view.Gone = len(list) == 0 && level == "" && after == 0
	next := ""
	if len(list) == problemsShown {
		next = strconv.Itoa(list[len(list)-1].Position)
	}
	view.First, view.Next = pager2(importPath(view.ID), q, next)
	view.ProblemsURL = importPath(view.ID) + "/file"
	return nil
}

// pager2 is pager with the addresses in the order of the view's fields.
func pager2(path string, q url.Values, next string) (first, following string) {
	following, first = pager(path, q, "after", next)
	return first, following
}

func (o *Office) importPictures(d *desk, view *pages.ImportView, i *models.Import, tasks map[string]models.Task) error {
	if i.PictureTask == "" {
		return nil
	}
	counts, err := o.site.Store.CountImportPictures(d.Context(), i.ID)
	if err != nil {
		return err
	}
	failed, err := o.site.Store.ImportPictures(d.Context(), i.ID, models.PicturesFailed, 0, failuresShown)
	if err != nil {
		return err
	}
	view.Pictures = picturesView(d.Printer, tasks[i.PictureTask], counts, failed)
	return nil
}

// downloadProblems is a file of all problems of an import, in the reader's language: GET /admin/imports/{id}/file.
func (o *Office) downloadProblems(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	i, err := o.site.Store.Import(d.Context(), id)
	if err != nil {
		return missing(err)
	}
	if i.Report == "" {
		return visit.ErrNoPage
	}
	var out bytes.Buffer
	if err := o.writeProblems(d, id, &out); err != nil {
		return err
	}
	return d.Download("coincart-import-problems.csv", "text/csv; charset=utf-8", int64(out.Len()), func(write func([]byte) error) error {
		return write(out.Bytes())
	})
}

func (o *Office) writeProblems(d *desk, id string, out *bytes.Buffer) error {
	p := d.Printer
	out.WriteString("\ufeff")
	w := csv.NewWriter(out)
	rows := [][]string{{p.T("import.line"), p.T("import.column"), p.T("import.what"), p.T("import.level"), p.T("import.sku")}}
	for after := 0; ; {
		list, err := o.site.Store.ImportProblems(d.Context(), id, "", after, models.MaxPageRows)
		if err != nil {
			return err
		}
		for i := range list {
			row := importProblemRow(p, &list[i])
			line := ""
			if row.Line > 0 {
				line = strconv.Itoa(row.Line)
			}
			rows = append(rows, []string{line, plainCell(row.Column), plainCell(row.Text), p.T("import.level." + row.Level), plainCell(row.SKU)})
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
