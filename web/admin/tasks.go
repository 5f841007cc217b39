package admin

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/visit"
)

const tasksPath = Home + "/tasks"

func taskPath(id string) string { return tasksPath + "/" + id }

const (
	tasksShown    = 50
	taskRowsShown = 100
	taskRefresh   = 3                  // seconds, without scripts
	fileTime      = 7 * 24 * time.Hour // how long an export's file is kept (store.ExpireTasks)
)

// showTasks lists the newest tasks: GET /admin/tasks.
func (o *Office) showTasks(d *desk) error {
	tasks, err := o.site.Store.Tasks(d.Context(), tasksShown)
	if err != nil {
		return err
	}
	view := pages.TasksView{Page: d.page(pages.SectionTasks), Rows: make([]pages.TaskRow, len(tasks))}
	for i, t := range tasks {
		view.Rows[i] = taskRow(d.Printer, t)
	}
	return d.show("", pages.Tasks(view))
}

// showTask shows one task and how far it is: GET /admin/tasks/{id}?after=, and its status alone for the page that asks again.
func (o *Office) showTask(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	task, err := o.site.Store.Task(d.Context(), id)
	if err != nil {
		return missing(err)
	}
	q := d.query("after")
	after := 0
	if text := q.Get("after"); text != "" {
		var ok bool
		if after, ok = position(text); !ok {
			return ErrFilter
		}
	}
	rows, err := o.site.Store.TaskRows(d.Context(), id, after, taskRowsShown)
	if err != nil {
		return err
	}
	view := taskView(d.Printer, o.jobs.Live(task), rows, d.who.Staff.Role.Can(models.MayExport))
	o.taskPages(d, &view, q, rows)
	if d.Fragment() {
		return d.Show(http.StatusOK, pages.TaskStatus(view))
	}
	return d.show("", pages.Task(view))
}

func (o *Office) taskPages(d *desk, view *pages.TaskView, q url.Values, rows []models.TaskRow) {
	next := ""
	if len(rows) == taskRowsShown {
		next = strconv.Itoa(rows[len(rows)-1].Position)
	}
	path := taskPath(view.ID)
	view.RowsNext, view.RowsFirst = pager(path, q, "after", next)
	view.Page = d.page(pages.SectionTasks)
	view.Page.Path = address(path, q)
	if view.Running {
		view.Page.RefreshSeconds = taskRefresh
	}
}

// downloadFile sends what an export wrote: GET /admin/tasks/{id}/file.
func (o *Office) downloadFile(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	task, err := o.site.Store.Task(d.Context(), id)
	if err != nil {
		return missing(err)
	}
	if (task.Kind != models.TaskExport && task.Kind != models.TaskExportProducts) || task.State != models.TaskDone || task.FileName == "" {
		return visit.ErrNoPage
	}
	return d.Download(task.FileName, task.FileType, task.FileSize, func(write func([]byte) error) error {
		// A large file takes longer than a page may: each piece has its own time to be written in, and a browser that goes away ends it.
		return o.site.Store.EachTaskChunk(context.WithoutCancel(d.Context()), id, write)
	})
}
