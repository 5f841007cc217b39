package system

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

const (
	tasksShown    = 50
	taskRowsShown = 100

	fileTime = 7 * 24 * time.Hour // how long an export's file is kept (store.ExpireTasks)
)

// showTasks lists the newest tasks: GET /admin/tasks.
func (h *handlers) showTasks(req *admin.Request) error {
	tasks, err := h.site.Store.Tasks(req.Context(), tasksShown)
	if err != nil {
		return err
	}
	view := pages.TasksView{Page: req.Page(pages.SectionTasks), Rows: make([]pages.TaskRow, len(tasks))}
	for i, t := range tasks {
		view.Rows[i] = taskRow(req.Printer, t)
	}
	return req.Answer("", pages.Tasks(view))
}

// showTask shows one task and its progress: GET /admin/tasks/{id}?after=. The page that asks again gets only its status.
func (h *handlers) showTask(req *admin.Request) error {
	id := req.ID()
	task, err := h.site.Store.Task(req.Context(), id)
	if err != nil {
		return admin.NoPage(err)
	}
	q := req.QueryValues("after")
	after, err := admin.PositionIn(q, "after")
	if err != nil {
		return err
	}
	rows, err := h.site.Store.TaskRows(req.Context(), id, after, taskRowsShown)
	if err != nil {
		return err
	}
	view := taskView(req.Printer, h.jobs.Live(task), rows, mayDownload(task, req.Who().Staff.Role))
	h.taskPages(req, &view, q, rows)
	if req.Fragment() {
		return req.Show(http.StatusOK, pages.TaskStatus(view))
	}
	return req.Answer("", pages.Task(view))
}

func (h *handlers) taskPages(req *admin.Request, view *pages.TaskView, q url.Values, rows []models.TaskRow) {
	next := ""
	if len(rows) == taskRowsShown {
		next = strconv.Itoa(rows[len(rows)-1].Position)
	}
	path := admin.TaskPath(view.ID)
	view.RowsNext, view.RowsFirst = admin.Pager(path, q, "after", next)
	view.Page = req.PageAt(pages.SectionTasks, admin.Address(path, q))
	if view.Running {
		view.Page.RefreshSeconds = admin.TaskRefresh
	}
}

// downloadFile sends the file of an export: GET /admin/tasks/{id}/file.
func (h *handlers) downloadFile(req *admin.Request) error {
	id := req.ID()
	task, err := h.site.Store.Task(req.Context(), id)
	if err != nil {
		return admin.NoPage(err)
	}
	if (task.Kind != models.TaskExport && task.Kind != models.TaskExportProducts) || task.State != models.TaskDone || task.FileName == "" {
		return visit.ErrNoPage
	}
	if !mayDownload(task, req.Who().Staff.Role) {
		return admin.ErrForbidden
	}
	return req.Download(task.FileName, task.FileType, task.FileSize, func(write func([]byte) error) error {
		// A large file takes longer than a page may: each piece has its own time to be written in, and a browser that goes away ends it.
		return h.site.Store.EachTaskChunk(context.WithoutCancel(req.Context()), id, write)
	})
}
