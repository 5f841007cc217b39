package admin

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
)

// StatementsView lists the platform's days. Fetching: POST /admin/statements with day, form_token; it leads to the task's page. Choosing a
// day and a type: GET /admin/statements with day, type, which leads on to the day's page.
type StatementsView struct {
	Page        Page
	Day         Field
	Types       []Choice // "admin.statement_type." + Value: "" (all), 1, 11
	TypeProblem invalid.Problem
	Refusal     Refusal
	FormToken   string
	Days        []DayRow
	Next        string
	First       string
}

// DayRow is one day.
type DayRow struct {
	Day       string // yyyy-MM-dd
	State     string // "admin.day_state." + State: open, sealed
	Result    DayResult
	Statement string // "admin.statement_state." + Statement: fetching, complete, failed; "": never fetched
	Lines     int
	Fetched   templates.Moment
}

// DayResult is what the comparison of a day, or of a coin of it, has come to: a models.DayResult and the number of open discrepancies.
type DayResult struct {
	Name string // "admin.day_result." + Name
	Open int
}

// SealView is why a day cannot be locked.
type SealView struct {
	Reason string           // a models.SealReason, "admin.seal." + Reason; "": it can be locked
	Ends   templates.Moment // of the day, in Page.Zone
	Open   int              // discrepancies
}

// StatementView is one day. Forms, with May.Reconcile: POST /admin/statements/{day}/fetch (form_token) · /seal; for each discrepancy
// POST /admin/discrepancies/{id}/settle · refund (amount, reason, form_token), and with version: assign (owner) · note (note) ·
// accept (reason) · reopen.
// The type is a GET form with type. Exports: Export (lines) and ExportFound (discrepancies).
type StatementView struct {
	Page        Page
	Day         string
	Begins      templates.Moment // in Page.Zone
	Ends        templates.Moment
	State       string // open, sealed
	Sealed      templates.Moment
	SealedBy    string
	Statement   StatementFact // the newest; State "" where none was fetched
	Earlier     []StatementFact
	Types       []Choice
	Refusal     Refusal
	Totals      []TotalRow
	Matched     int
	Result      DayResult
	Seal        SealView
	ZoneWarning ZoneWarning
	Found       []DiscrepancyRow
	FoundNext   string // address; ""
	FoundFirst  string
	FoundStates []Choice // ?found=: "admin.discrepancy_state." + Value, "" is all
	Lines       []StatementLine
	LinesNext   string
	LinesFirst  string
	CanFetch    bool
	CanSeal     bool
	FormToken   string
	Export      Export
	ExportFound Export
}

// StatementFact is one fetch of a statement.
type StatementFact struct {
	State   string // "admin.statement_state." + State
	Lines   int
	Count   int // what the platform said
	Pages   int
	Hash    string // hex SHA-256 over the lines
	Fetched templates.Moment
	By      string // e-mail; "": by itself
	Problem string // words
}

// TotalRow balances one type and coin.
type TotalRow struct {
	Type       string
	Coin       string
	Theirs     string
	TheirLines int
	Ours       string
	OurRows    int
	Difference string // theirs less ours, with its sign
	Listed     string // sum of the listed differences
	Result     DayResult
}

// ZoneWarning warns that lines lie on another day than the shop's own pay times, which suggests that the zone is set wrongly.
type ZoneWarning struct {
	Lines  int    // 0: no warning
	Likely string // offset of a zone that would fit better, such as "UTC+08:00"; "": none does
}

// DiscrepancyRow is one difference: "admin.discrepancy." + Kind.
type DiscrepancyRow struct {
	ID         string
	Kind       string
	Type       string
	AppOrderID string
	OrderID    string // "": not ours
	Number     string
	Theirs     string // with the coin; "": no line, or one that cannot be read
	Line       int    // position of the line that cannot be read; 0: another kind
	Member     string // of that line: the platform's name of what is wrong, or "line" for the whole line
	LineText   string // of that line: what came, without accounts
	Ours       string // with the coin; "": not in our books
	Difference string // theirs less ours, with its sign; "": the coins differ, or theirs is not known
	State      string // "admin.discrepancy_state." + State: open, accepted, settled
	Version    int    // of what is shown, for the forms
	Owners     []Choice
	Owner      string // e-mail; ""
	Note       string // the newest
	Reason     string // why it is accepted
	AcceptedBy string // e-mail; ""
	Accepted   templates.Moment
	Updated    templates.Moment
	Events     []DiscrepancyEvent // from its beginning
	Can        map[string]bool    // by models.DiscrepancyAction
	FormToken  string
	Refused    DiscrepancyRefusal
}

// offersAny reports whether any action is offered.
func (d DiscrepancyRow) offersAny() bool {
	for _, can := range d.Can {
		if can {
			return true
		}
	}
	return false
}

// DiscrepancyEvent is one event of a discrepancy's history: "admin.discrepancy_event." + Kind.
type DiscrepancyEvent struct {
	Kind         string // a models.DiscrepancyEventKind
	Who          string // e-mail or a name; "": the shop itself
	Text         string // a note or a reason
	Owner        string // e-mail of whom it was assigned to; "": nobody
	Theirs, Ours string // the figures before a change
	At           templates.Moment
}

// DiscrepancyRefusal is what was wrong with the last action on a discrepancy, and what was typed.
type DiscrepancyRefusal struct {
	Action  string // a models.DiscrepancyAction: the form that stays open; "": none was refused
	Refusal Refusal
	Text    Field  // the note or the reason
	Amount  Field  // of the refund's form
	Left    string // with TooMuch
	TooMuch bool   // Amount is more than Left
}

// of reports whether an action was refused.
func (r DiscrepancyRefusal) of(action string) bool { return r.Action == action }

// text returns what was typed into the form of an action.
func (r DiscrepancyRefusal) text(action string) Field {
	if r.of(action) {
		return r.Text
	}
	return Field{}
}

// Worst returns the refusal that decides the page's status.
func (r DiscrepancyRefusal) Worst() Refusal {
	return Worst(r.Refusal, r.Amount.Problem, r.Text.Problem)
}

// StatementLine is one line of the statement.
type StatementLine struct {
	Position   int
	Type       string
	AppOrderID string
	OrderID    string // ours, where there is one
	Number     string // of the order
	Amount     string // with the coin
	UserID     string
	Created    templates.Moment // in Page.Zone
	Paid       templates.Moment // in Page.Zone
	Unreadable string           // the platform's name of the member that cannot be read, or "line"; "": it was read
}

// RefundsView lists the refunds. The filter is a GET form with state. Forms: POST /admin/refunds/{id}/approve ·
// /admin/refunds/{id}/decline (reason).
type RefundsView struct {
	Page     Page
	States   []Choice // "admin.refund_state." + Value
	Refusal  Refusal
	Left     string
	Rows     []RefundRow
	Next     string
	First    string
	FourEyes string // as in RefundForm
}

// RefundRow is one refund.
type RefundRow struct {
	ID            string
	OrderID       string
	Number        string
	State         string // "admin.refund_state." + State
	Amount        string // with the coin
	Reason        string
	Note          string // to the shopper; ""
	RequestedBy   string // e-mail
	ApprovedBy    string // e-mail; ""
	DeclinedBy    string // e-mail; ""
	AppOrderID    string
	OrderNum      string
	Problem       string // code; "admin.code." + Problem where there are words
	Created       templates.Moment
	Sent          templates.Moment
	Confirmed     templates.Moment
	Own           bool // requested by the reader: somebody else must approve
	CanApprove    bool
	CanDecline    bool
	DeclineReason Field
}

// TasksView lists the newest tasks.
type TasksView struct {
	Page Page
	Rows []TaskRow
}

// TaskRow is one task of the list: "admin.task." + Kind, "admin.task_state." + State.
type TaskRow struct {
	ID      string
	Kind    string
	State   string
	Who     string
	About   string // a day, a count, a kind of export
	Done    int
	Total   int
	Created templates.Moment
	Ended   templates.Moment
}

// TaskView is one task. While it is Running, the page asks again: with scripts every two seconds for TaskStatus at its own address, without
// by Page.RefreshSeconds.
type TaskView struct {
	Page      Page
	ID        string
	Kind      string
	State     string
	Running   bool // waiting or running
	Who       string
	About     string
	Facts     []Fact
	Done      int
	Total     int // 0: not known yet
	Percent   int // 0 to 100; -1: not known yet
	Problem   string
	Created   templates.Moment
	Ended     templates.Moment
	Rows      []TaskResult
	RowsNext  string
	RowsFirst string
	Counts    []Outcome // of the rows shown so far by outcome
	File      File      // URL "": none
	ResultURL string    // where the result is, such as the day's page; ""
}

// TaskResult is one row's result: "admin.outcome." + Outcome.
type TaskResult struct {
	Position int
	Subject  string
	OrderID  string
	Outcome  string // cancelled (proved), paid (settled instead), unknown (being resolved), gone, failed
	Note     string
	Bad      bool
}

// Outcome counts results.
type Outcome struct {
	Outcome string
	Count   int
}

// File is the file that an export made.
type File struct {
	URL   string // /admin/tasks/{id}/file
	Name  string
	Size  string           // "1.2 MB"
	Until templates.Moment // until when it is kept
}

// resultWords says what a comparison has come to.
func resultWords(p *i18n.Printer, r DayResult) string {
	return p.T("admin.day_result."+r.Name, "Count", count(p, r.Open))
}

// discrepancyEventWords says what happened to a discrepancy.
func discrepancyEventWords(p *i18n.Printer, e DiscrepancyEvent) string {
	id := "admin.discrepancy_event." + e.Kind
	if e.Kind == "assigned" && e.Owner == "" {
		id += ".nobody"
	}
	return p.T(id, "Owner", e.Owner, "Theirs", e.Theirs, "Ours", e.Ours)
}

// sealWords says why a day cannot be locked, and what to do.
func sealWords(p *i18n.Printer, s SealView) string {
	if s.Reason == "open" {
		return p.N("admin.seal.open", s.Open)
	}
	return p.T("admin.seal."+s.Reason, "Ends", s.Ends.Text)
}

// sealStep is one step on the way to a locked day.
type sealStep struct {
	name string // "admin.seal_step." + name
	done bool
	now  bool // the one that is missing
}

// steps returns the steps before a day can be locked.
func (s SealView) steps() []sealStep {
	missing := map[string]string{"not_over": "over", "not_fetched": "fetched", "early": "fetched", "unbalanced": "named", "open": "settled"}[s.Reason]
	done := true
	var steps []sealStep
	for _, name := range []string{"over", "fetched", "named", "settled"} {
		now := name == missing
		done = done && !now
		steps = append(steps, sealStep{name: name, done: done, now: now})
	}
	return steps
}

// openPath returns the address of a day's open discrepancies.
func openPath(day string) string {
	return "/admin/statements/" + url.PathEscape(day) + "?found=open#found-title"
}

// foundPath returns the address of the day's page with the differences of one state.
func (v StatementView) foundPath(c Choice) string {
	path := "/admin/statements/" + url.PathEscape(v.Day)
	if c.Value == "" {
		return path + "?found=#found-title"
	}
	return path + "?" + url.Values{"found": {c.Value}}.Encode() + "#found-title"
}

// hasNoLines reports whether the exchange has no lines for the day.
func (v StatementView) hasNoLines() bool {
	return v.Statement.State == "complete" && v.Statement.Lines == 0
}

func (d DiscrepancyRow) path(action string) string {
	return "/admin/discrepancies/" + d.ID + "/" + action
}

// taskAbout says what a task is about. An export is named by words and its format, a number is a number of orders, a day is shown
// unchanged.
func taskAbout(p *i18n.Printer, about string) string {
	if n, err := strconv.Atoi(about); err == nil && n >= 0 {
		return p.N("admin.bulk.count", n)
	}
	what, format, _ := strings.Cut(about, " · ")
	if what = word(p, "admin.export.", what); format != "" {
		what += " · " + strings.ToUpper(format)
	}
	return what
}

// taskWho says who asked for a task: an e-mail address is shown unchanged, any other value by its word.
func taskWho(p *i18n.Printer, who string) string {
	if strings.Contains(who, "@") {
		return who
	}
	return word(p, "admin.who.", who)
}

func taskProgress(p *i18n.Printer, done, total int) string {
	if total <= 0 {
		if done <= 0 {
			return ""
		}
		return p.T("admin.task.done", "Done", count(p, done))
	}
	return p.T("admin.task.progress", "Done", count(p, done), "Total", count(p, total))
}

func outcomeLook(outcome string, bad bool) look {
	if l, ok := looks["admin.outcome."][outcome]; ok {
		return l
	}
	if bad {
		return look{tone: "bad", glyph: "alert"}
	}
	return lookOf("", "")
}

func outcomeWords(p *i18n.Printer, outcome string) string {
	if text := word(p, "admin.outcome.", outcome); text != outcome {
		return text
	}
	return refusalWords(p, Refusal(outcome))
}
