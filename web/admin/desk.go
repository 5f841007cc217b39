package admin

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/staff"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/visit"
)

// desk is one request of one person of the staff.
type desk struct {
	*visit.Visit

	office  *Office
	who     staff.SignedIn // zero: nobody, or not asked for yet
	asked   bool           // who is known to be what it is
	notices []pages.Notice // of this page
}

// The cookies of the back office.
const (
	sessionCookie = "coincart_admin"
	noticeCookie  = "coincart_admin_notice"
	enrolCookie   = "coincart_admin_enrol"
)

// identify reads the session. The error is staff.ErrSignedOut where there is none.
func (d *desk) identify() error {
	if d.asked {
		return nil
	}
	who, err := d.office.accounts.Session(d.Context(), d.Cookie(sessionCookie), !d.Fragment())
	if err != nil {
		return err
	}
	d.who, d.asked = who, true
	return nil
}

// signedIn reports that password and code were given.
func (d *desk) signedIn() bool { return d.who.Session.Stage == models.StageFull }

// origin is where the request comes from.
func (d *desk) origin() staff.Origin {
	return staff.Origin{RemoteAddr: d.ClientIP(), UserAgent: d.Header("User-Agent"), RequestID: d.RequestID()}
}

// actor is who the audit log will name.
func (d *desk) actor() models.Actor { return d.who.Actor(d.origin()) }

// keep sets the session's cookie. It has no age of its own: the session in the database has.
func (d *desk) keep(id string) { d.KeepCookie(sessionCookie, id, 0) }

// takeFresh uses a fresh code and goes on under the session's new id.
func (d *desk) takeFresh(typed string) error {
	up, id, err := d.office.accounts.StepUp(d.Context(), d.who, typed, d.origin())
	if err != nil {
		return err
	}
	d.who = up
	d.keep(id)
	return nil
}

// frame is the page around a page; a section marks its entry in the navigation.
func (d *desk) frame(section pages.Section) pages.Page {
	bare := d.BarePage()
	page := pages.Page{
		Printer: d.Printer, ShopName: bare.ShopName, Path: bare.Path, Demo: bare.Demo, Section: section,
		Zone: d.office.payments.PlatformZone().String(), Notices: d.notices,
	}
	if !Owns(page.Path) {
		page.Path = Home // after a form
	}
	if d.signedIn() {
		person := d.who.Staff
		page.User = pages.User{
			Name: person.Name, Email: person.Email, Role: string(person.Role), SteppedUp: d.office.accounts.SteppedUp(d.who),
		}
		page.May = may(person.Role)
	}
	return page
}

func may(role models.Role) pages.May {
	return pages.May{
		View: role.Can(models.MayView), Ask: role.Can(models.MayAsk), Note: role.Can(models.MayNote), Fulfil: role.Can(models.MayFulfil),
		Cancel: role.Can(models.MayCancel), Export: role.Can(models.MayExport), Reconcile: role.Can(models.MayReconcile),
		Refund: role.Can(models.MayRefund), Audit: role.Can(models.MayAudit), Staff: role.Can(models.MayStaff),
		Catalogue: role.Can(models.MayCatalogue), Price: role.Can(models.MayPrice), Customers: role.Can(models.MayCustomers),
	}
}

// page is the frame with the notices that the action before left for this page, and with the counters of the navigation.
func (d *desk) page(section pages.Section) pages.Page {
	d.takeNotices()
	page := d.frame(section)
	if d.signedIn() {
		page.Work = attention(d.office.waiting(d))
	}
	return page
}

// show sends a page.
func (d *desk) show(problem pages.Problem, page templ.Component) error {
	return d.Show(statusOf(problem), page)
}

// statusOf is 200 for a page as it was asked for, and otherwise that of the refusal.
func statusOf(problem pages.Problem) int {
	status, ok := map[pages.Problem]int{
		pages.ProblemNone: http.StatusOK,
		pages.ProblemWait: http.StatusTooManyRequests, pages.ProblemTooOften: http.StatusTooManyRequests,
		pages.ProblemUnreachable: http.StatusServiceUnavailable, pages.ProblemSealed: http.StatusServiceUnavailable,
		pages.ProblemStale: http.StatusConflict, pages.ProblemDaySealed: http.StatusConflict, pages.ProblemSamePerson: http.StatusConflict,
		pages.ProblemCountEnded: http.StatusConflict, pages.ProblemNotCancellable: http.StatusConflict, pages.ProblemNotFulfillable: http.StatusConflict,
	}[problem]
	if !ok {
		return http.StatusUnprocessableEntity
	}
	return status
}

// A notice is kept in a cookie between the action and the page that it leads to.
const (
	noticeTime    = time.Minute
	longestNotice = 60
)

// note leaves a notice for the next page.
func (d *desk) note(kind pages.NoticeKind, text string) {
	d.KeepCookie(noticeCookie, string(kind)+"."+text, noticeTime)
}

// takeNotices moves the notice from its cookie to this page.
func (d *desk) takeNotices() {
	value := d.Cookie(noticeCookie)
	if value == "" {
		return
	}
	d.DropCookie(noticeCookie)
	kind, text, _ := strings.Cut(value, ".")
	if len(value) > longestNotice || strings.Trim(kind+text, "abcdefghijklmnopqrstuvwxyz_0123456789") != "" {
		return
	}
	d.notices = append(d.notices, pages.Notice{Kind: pages.NoticeKind(kind), Text: text, Bad: bad(pages.NoticeKind(kind))})
}

func bad(kind pages.NoticeKind) bool {
	return slices.Contains([]pages.NoticeKind{
		pages.NoticeExpired, pages.NoticeRecoveryFew, pages.NoticeCancelPaid, pages.NoticeCancelUnknown, pages.NoticeProblem,
	}, kind)
}

// done leads on to a page after something was done, with a notice there.
func (d *desk) done(to string, kind pages.NoticeKind) error {
	d.note(kind, "")
	return d.SeeOther(to)
}

// id is the row that the address names.
func (d *desk) id() (string, error) {
	id := d.Param("id")
	if !isID(id) {
		return "", visit.ErrNoPage
	}
	return id, nil
}

// isID reports the one spelling of a row's id; uuid.Validate takes others too.
func isID(text string) bool {
	parsed, err := uuid.Parse(text)
	return err == nil && parsed.String() == text
}

// formToken is the one-time token that every form has which must not work twice.
func formToken(form url.Values) (string, error) {
	token := form.Get("form_token")
	if !models.IsRef(token) {
		return "", visit.ErrBadForm
	}
	return token, nil
}

// ids are the rows that were ticked, each once, in the form's order.
func ids(form url.Values) ([]string, pages.Problem) {
	var chosen []string
	seen := map[string]bool{}
	for _, id := range form["id"] {
		if !isID(id) {
			return nil, pages.ProblemStale
		}
		if !seen[id] {
			seen[id] = true
			chosen = append(chosen, id)
		}
	}
	switch {
	case len(chosen) == 0:
		return nil, pages.ProblemNothingChosen
	case len(chosen) > models.MaxPageRows:
		return nil, pages.ProblemTooMany
	}
	return chosen, pages.ProblemNone
}

// hidden repeats the fields of a form but the fresh code.
func hidden(form url.Values) []pages.Hidden {
	var fields []pages.Hidden
	for name, values := range form {
		if name == freshField {
			continue
		}
		for _, value := range values {
			fields = append(fields, pages.Hidden{Name: name, Value: value})
		}
	}
	slices.SortStableFunc(fields, func(a, b pages.Hidden) int { return strings.Compare(a.Name, b.Name) })
	return fields
}

// ownPage keeps an address within the back office.
func ownPage(address string) string {
	own := visit.OwnPath(address, Home)
	path, _, _ := strings.Cut(own, "?")
	if !Owns(path) || strings.Contains(path, "..") {
		return Home
	}
	return own
}

func withNext(to, next string) string {
	if next == Home {
		return to
	}
	return to + "?" + url.Values{"next": {next}}.Encode()
}

// codeProblem puts a refused code into words; err is what is not the person's.
func (d *desk) codeProblem(cause error) (p pages.Problem, seconds int, err error) {
	if wait := staff.RetryAfter(cause); wait > 0 {
		d.SetHeader("Retry-After", strconv.Itoa(wait))
		return pages.ProblemWait, wait, nil
	}
	if errors.Is(cause, staff.ErrCode) {
		return pages.ProblemCode, 0, nil
	}
	return pages.ProblemNone, 0, cause
}
