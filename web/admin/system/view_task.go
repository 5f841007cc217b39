package system

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/books"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
)

func taskRow(p *i18n.Printer, t models.Task) pages.TaskRow {
	about, _ := taskAbout(t)
	return pages.TaskRow{
		ID: t.ID, Kind: string(t.Kind), State: string(t.State), Who: t.Who, About: about, Done: t.Done, Total: t.Total,
		Created: admin.Moment(p, t.CreatedAt), Ended: admin.Moment(p, t.EndedAt),
	}
}

// taskAbout returns what a task is about, and where its result is. Both are "" if the parameters cannot be read.
func taskAbout(t models.Task) (about, result string) {
	switch t.Kind {
	case models.TaskStatement:
		var params struct {
			Day string `json:"day"`
		}
		if json.Unmarshal([]byte(t.Params), &params) == nil && params.Day != "" {
			return params.Day, admin.DayPath(params.Day)
		}
	case models.TaskExport:
		var params struct {
			What   string `json:"what"`
			Format string `json:"format"`
		}
		if json.Unmarshal([]byte(t.Params), &params) == nil {
			return params.What + " · " + params.Format, ""
		}
	case models.TaskImportCheck, models.TaskImport, models.TaskImportPictures:
		var params struct {
			Import string `json:"import"`
		}
		if json.Unmarshal([]byte(t.Params), &params) == nil && admin.IsID(params.Import) {
			return "", admin.ImportPath(params.Import)
		}
	case models.TaskExportProducts:
	case models.TaskCancel, models.TaskFulfil:
		return strconv.Itoa(t.Total), ""
	}
	return "", ""
}

func taskView(p *i18n.Printer, t models.Task, rows []models.TaskRow, mayExport bool) pages.TaskView {
	about, result := taskAbout(t)
	view := pages.TaskView{
		ID: t.ID, Kind: string(t.Kind), State: string(t.State), Running: t.State == models.TaskWaiting || t.State == models.TaskRunning, Who: t.Who,
		About: about, Done: t.Done, Total: t.Total, Percent: -1, Problem: admin.Remark(p, t.Problem), Created: admin.Moment(p, t.CreatedAt), Ended: admin.Moment(p, t.EndedAt),
	}
	if t.Total > 0 {
		view.Percent = min(100, t.Done*100/t.Total)
	}
	if t.State == models.TaskDone {
		view.ResultURL = result
		if view.Percent = 100; t.FileName != "" && mayExport {
			view.File = pages.File{
				URL: admin.TaskPath(t.ID) + "/file", Name: t.FileName, Size: admin.FileSize(t.FileSize), Until: admin.Moment(p, t.EndedAt.Add(fileTime)),
			}
		}
	}
	counts := map[string]int{}
	var order []string
	for _, r := range rows {
		view.Rows = append(view.Rows, pages.TaskResult{
			Position: r.Position, Subject: r.Subject, OrderID: r.OrderID, Outcome: r.Outcome, Note: r.Note, Bad: badOutcome(r.Outcome),
		})
		if counts[r.Outcome]++; counts[r.Outcome] == 1 {
			order = append(order, r.Outcome)
		}
	}
	slices.Sort(order)
	for _, outcome := range order {
		view.Counts = append(view.Counts, pages.Outcome{Outcome: outcome, Count: counts[outcome]})
	}
	return view
}

// mayDownload reports whether a role may have the file of a task: whoever may not read the audit log gets none of it as a file either.
func mayDownload(t models.Task, role models.Role) bool {
	var params struct {
		What string `json:"what"`
	}
	if t.Kind == models.TaskExport && json.Unmarshal([]byte(t.Params), &params) == nil && params.What == books.ExportAudit && !role.Can(models.MayAudit) {
		return false
	}
	return role.Can(models.MayExport)
}

func badOutcome(outcome string) bool {
	return !slices.Contains([]string{string(payments.OutcomeCancelled), string(payments.OutcomeGone), payments.ResultFulfilled}, outcome)
}
