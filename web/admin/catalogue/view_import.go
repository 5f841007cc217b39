package catalogue

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/productcsv"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
)

// importState returns the state of an import, from its tasks and its report.
func importState(i *models.Import, r *models.ImportReport, tasks map[string]models.Task) (state string, at models.Task) {
	check, apply := tasks[i.CheckTask], tasks[i.ApplyTask]
	switch {
	case !i.AppliedAt.IsZero():
		return "done", apply
	case isRunning(apply):
		return "importing", apply
	case isRunning(check):
		return "checking", check
	case apply.State == models.TaskFailed && !apply.EndedAt.Before(check.EndedAt):
		return "failed", apply
	case apply.State == models.TaskStopped && !apply.EndedAt.Before(check.EndedAt):
		return "stopped", apply
	case check.State == models.TaskFailed:
		return "failed", check
	case check.State == models.TaskStopped:
		return "stopped", check
	case i.Report == "":
		return "unchecked", check
	case r.Faults > 0:
		return "problems", check
	}
	return "ready", check
}

func isRunning(t models.Task) bool {
	return t.State == models.TaskWaiting || t.State == models.TaskRunning
}

func importReport(i *models.Import) (r models.ImportReport, checked bool) {
	return r, i.Report != "" && json.Unmarshal([]byte(i.Report), &r) == nil
}

func importRow(p *i18n.Printer, i *models.Import, tasks map[string]models.Task) pages.ImportRow {
	r, _ := importReport(i)
	state, _ := importState(i, &r, tasks)
	return pages.ImportRow{
		ID: i.ID, Name: i.FileName, Size: admin.FileSize(i.FileSize), State: state, Who: i.Who, Created: admin.Moment(p, i.CreatedAt), New: r.New, Changed: r.Changed, Faults: r.Faults,
	}
}

func importView(p *i18n.Printer, currency models.Currency, i *models.Import, tasks map[string]models.Task) pages.ImportView {
	r, checked := importReport(i)
	state, task := importState(i, &r, tasks)
	v := pages.ImportView{
		ID: i.ID, Name: i.FileName, Size: admin.FileSize(i.FileSize), Who: i.Who, Created: admin.Moment(p, i.CreatedAt), Applied: admin.Moment(p, i.AppliedAt), State: state,
		Running: isRunning(task) && state != "done", TaskID: task.ID, Done: task.Done, Total: task.Total, Percent: -1, Checked: checked,
		ProblemCount: r.Faults + r.Notes,
	}
	if task.Total > 0 {
		v.Percent = min(100, task.Done*100/task.Total)
	}
	if state == "failed" {
		v.Failure = admin.Remark(p, task.Problem)
	}
	idle := !v.Running && i.AppliedAt.IsZero()
	v.MayStart, v.MayCheck = idle && checked && r.Faults == 0, idle
	if !checked {
		return v
	}
	v.Dialect, v.Delimiter, v.NewPaths = r.Dialect, delimiterName(r.Delimiter), r.Categories
	v.Options = optionNames(i.Options)
	v.Tiles = importTiles(p, &r)
	v.Prices, v.PriceMore, v.Confirm = moveRows(p, currency, r.PriceMoves), r.PriceCount-len(r.PriceMoves), r.PriceDigest
	for _, c := range r.Columns {
		v.Columns = append(v.Columns, pages.ImportColumnRow{Header: c.Header, Used: c.Used, Filled: c.Filled})
	}
	return v
}

func delimiterName(d string) string {
	return map[string]string{",": "comma", ";": "semicolon", "\t": "tab"}[d]
}

func optionNames(o models.ImportOptions) []string {
	var names []string
	for name, on := range map[string]bool{"decimal_comma": o.DecimalComma, "keep_stock": o.KeepStock, "no_pictures": o.NoPictures} {
		if on {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func importTiles(p *i18n.Printer, r *models.ImportReport) []pages.ImportTile {
	tile := func(name string, n int, tone string) pages.ImportTile {
		if n == 0 {
			tone = ""
		}
		return pages.ImportTile{Name: name, Text: p.N("admin.count", n), Tone: tone}
	}
	return []pages.ImportTile{
		tile("rows", r.Rows, ""), tile("new", r.New, "good"), tile("changed", r.Changed, "good"), tile("unchanged", r.Unchanged, ""),
		tile("skipped", r.Skipped, "warn"), tile("faults", r.Faults, "bad"), tile("notes", r.Notes, "warn"), tile("pictures", r.Pictures, ""),
	}
}

// importProblemRow returns a problem in words.
func importProblemRow(p *i18n.Printer, r *models.ImportProblem) pages.ImportProblemRow {
	return pages.ImportProblemRow{Line: r.Line, Column: r.ColumnName, SKU: r.SKU, Level: r.Level, Text: p.ImportProblem(r.Code, r.Details)}
}

func picturesView(p *i18n.Printer, task models.Task, counts map[models.ImportPictureState]int, failed []models.ImportPicture) *pages.ImportPicturesView {
	v := &pages.ImportPicturesView{
		State: string(task.State), Running: isRunning(task), TaskID: task.ID,
		Waiting: counts[models.PicturesWaiting], Done: counts[models.PicturesDone], Failed: counts[models.PicturesFailed],
	}
	for _, f := range failed {
		row := pages.ImportPictureRow{Line: f.Line, SKU: f.SKU, ProductID: f.ProductID}
		for text := range strings.SplitSeq(f.Problem, "\n") {
			row.Texts = append(row.Texts, admin.Remark(p, text))
		}
		v.Rows = append(v.Rows, row)
	}
	v.More = v.Failed > len(v.Rows)
	return v
}

// categoryPaths returns all categories by their paths.
func categoryPaths(list []models.Category) []pages.Choice {
	made := []pages.Choice{{Selected: true}}
	paths := productcsv.Paths(list)
	for _, c := range list {
		made = append(made, pages.Choice{Value: c.ID, Label: strings.Join(paths[c.ID].Path, " > ")})
	}
	slices.SortStableFunc(made[1:], func(a, b pages.Choice) int { return strings.Compare(a.Label, b.Label) })
	return made
}
