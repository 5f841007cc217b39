package system

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/payments/books"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
)

const auditPath = admin.Home + "/audit"

// actionPattern matches the name of an action, or of a group of actions.
var actionPattern = regexp.MustCompile(`^[a-z]{1,20}\.[a-z_]{0,30}$`)

// showAudit shows the log, newest first: GET /admin/audit?action=&who=&subject=&from=&to=&before=.
func (h *handlers) showAudit(req *admin.Request) error {
	q := req.QueryValues("action", "who", "subject", "from", "to", "before")
	view := pages.AuditView{
		Actions: admin.Choices(models.AuditGroups(), q.Get("action"), true), Who: pages.Field{Value: q.Get("who")}, Subject: pages.Field{Value: q.Get("subject")},
	}
	filter := readAuditFilter(q, &view, h.site.Zone)
	view.Filtered = admin.IsFiltered(q)
	if worstOfAudit(view) == "" {
		entries, err := h.site.Store.Audit(req.Context(), filter)
		if view.Refusal, err = admin.FilterRefusal(err); err != nil {
			return err
		}
		numbers, err := admin.OrderNumbers(req, entries, func(e models.AuditEntry) string { return orderOf(e.Subject) })
		if err != nil {
			return err
		}
		for _, e := range entries {
			row := auditRow(req.Printer, e)
			row.OrderNumber = numbers[orderOf(e.Subject)]
			view.Rows = append(view.Rows, row)
		}
		next := ""
		if len(entries) == filter.Limit && entries[len(entries)-1].Seq > 1 {
			next = strconv.FormatInt(entries[len(entries)-1].Seq, 10)
		}
		view.Next, view.First = admin.Pager(auditPath, q, "before", next)
	}
	view.Export = admin.ExportForm(books.ExportAudit, q)
	view.Export.Fields = slices.DeleteFunc(view.Export.Fields, func(f pages.Hidden) bool { return f.Name == "before" })
	view.Page = req.Page(pages.SectionAudit)
	return req.Answer(worstOfAudit(view), pages.Audit(view))
}

func worstOfAudit(view pages.AuditView) pages.Refusal {
	return pages.Worst(view.Refusal, view.Who.Problem, view.Subject.Problem, view.From.Problem, view.To.Problem)
}

// startAuditExport begins to write a file of the log: POST /admin/audit/export with format, form_token and the filter of the page.
func (h *handlers) startAuditExport(req *admin.Request, form url.Values, token string) error {
	view := pages.AuditView{}
	filter := readAuditFilter(form, &view, h.site.Zone)
	if worstOfAudit(view) != "" {
		return admin.ErrFilter
	}
	filter.Before, filter.Limit = 0, 0
	export := books.Export{What: books.ExportAudit, Format: form.Get("format"), Audit: filter}
	task, err := h.books.StartExport(req.Context(), export, token, req.Actor())
	if errors.Is(err, jobs.ErrTask) {
		return admin.ErrFilter
	}
	return req.ToTask(task, err)
}

func readAuditFilter(q url.Values, view *pages.AuditView, zone *time.Location) models.AuditFilter {
	const perPage = 50
	f := models.AuditFilter{Action: q.Get("action"), Who: q.Get("who"), Subject: q.Get("subject"), Limit: perPage}
	if f.Action != "" && !actionPattern.MatchString(f.Action) {
		view.Refusal = pages.RefusalOf(invalid.Unknown)
	}
	if admin.TooLong(f.Who, admin.MaxSearch) {
		view.Who.Problem = invalid.TooLong
	}
	if admin.TooLong(f.Subject, admin.MaxSearch) {
		view.Subject.Problem = invalid.TooLong
	}
	view.From.Value, view.To.Value = q.Get("from"), q.Get("to")
	f.From, f.To = admin.ReadSpan(&view.From, &view.To, zone)
	if text := q.Get("before"); text != "" {
		before, err := strconv.ParseInt(text, 10, 64)
		if err != nil || before < 1 {
			view.Refusal = pages.RefusalCursor
		}
		f.Before = before
	}
	return f
}

func auditRow(p *i18n.Printer, e models.AuditEntry) pages.AuditRow {
	return pages.AuditRow{
		Seq: strconv.FormatInt(e.Seq, 10), At: admin.Moment(p, e.At), Who: e.Who, Action: e.Action, Subject: strings.TrimSuffix(e.Subject, ":"), SubjectURL: subjectURL(e.Subject),
		Before: e.Before, After: e.After, RemoteAddr: e.RemoteAddr, RequestID: e.RequestID, Hash: e.Hash,
	}
}

// orderOf returns the id of the order that a subject is about; "" for other subjects.
func orderOf(subject string) string {
	kind, id, _ := strings.Cut(subject, ":")
	if kind != "order" || !admin.IsID(id) {
		return ""
	}
	return id
}

// subjectURL returns the address of the page of an entry's subject; "" if it has none.
func subjectURL(subject string) string {
	kind, id, _ := strings.Cut(subject, ":")
	switch {
	case kind == "order" && admin.IsID(id):
		return admin.OrderPath(id)
	case kind == "task" && admin.IsID(id):
		return admin.TaskPath(id)
	case kind == "webhook" && admin.IsID(id):
		return admin.WebhookPath(id)
	case kind == "day":
		return admin.DayPath(id)
	}
	return ""
}
