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
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/staff"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/visit"
)

// Request is one request of a member of the staff.
type Request struct {
	*visit.Visit

	office  *Office
	who     staff.SignedIn // zero: nobody, or not looked up yet
	asked   bool           // the session has been looked up
	notices []pages.Notice // of this page
}

// The cookies of the back office.
const (
	sessionCookie = "coincart_admin"
	deviceCookie  = "coincart_admin_device"
	noticeCookie  = "coincart_admin_notice"
)

// Identify reads the session. The error is staff.ErrSignedOut if there is none.
func (r *Request) Identify() error {
	if r.asked {
		return nil
	}
	who, err := r.office.accounts.Session(r.Context(), r.Cookie(sessionCookie), !r.Fragment())
	if err != nil {
		return err
	}
	r.who, r.asked = who, true
	return nil
}

// Who returns the member of the staff with the session. It is zero if nobody is signed in, or if the session was not looked up.
func (r *Request) Who() staff.SignedIn { return r.who }

// SignedIn reports whether password and code were given.
func (r *Request) SignedIn() bool { return r.who.Session.Stage == models.StageFull }

// Origin returns where the request comes from.
func (r *Request) Origin() staff.Origin {
	return staff.Origin{RemoteAddr: r.ClientIP(), UserAgent: r.Header("User-Agent"), RequestID: r.RequestID(), Device: r.Cookie(deviceCookie)}
}

// Actor returns whom the audit log will name.
func (r *Request) Actor() models.Actor { return r.who.Actor(r.Origin()) }

// KeepSession sets the session's cookie. It has no age of its own: the session in the database has.
func (r *Request) KeepSession(id string) { r.KeepCookie(sessionCookie, id, 0) }

// Open sets the cookies of a full sign-in: of the session, and of the browser, which stays a known one without a session.
func (r *Request) Open(opened staff.Opened) {
	r.KeepSession(opened.SessionID)
	r.KeepCookie(deviceCookie, opened.Device, models.DeviceTime)
}

// DropSession deletes the session's cookie.
func (r *Request) DropSession() { r.DropCookie(sessionCookie) }

// StepUp uses a fresh code and continues under the session's new id.
func (r *Request) StepUp(typed string) error {
	up, id, err := r.office.accounts.StepUp(r.Context(), r.who, typed, r.Origin())
	if err != nil {
		return err
	}
	r.who = up
	r.KeepSession(id)
	return nil
}

// Frame returns the frame of a page; section marks its entry in the navigation.
func (r *Request) Frame(section pages.Section) pages.Page {
	bare := r.BarePage()
	page := pages.Page{
		Printer: r.Printer, ShopName: bare.ShopName, Path: bare.Path, Demo: bare.Demo, Section: section,
		Zone: r.office.site.Zone.String(), Notices: r.notices,
	}
	if !Owns(page.Path) {
		page.Path = Home // after a form
	}
	if r.SignedIn() {
		person := r.who.Staff
		page.User = pages.User{
			Name: person.Name, Email: person.Email, Role: string(person.Role), SteppedUp: r.office.accounts.SteppedUp(r.who),
		}
		page.May = permissionsOf(person.Role)
	}
	return page
}

func permissionsOf(role models.Role) pages.May {
	return pages.May{
		Fulfil: role.Can(models.MayFulfil), Cancel: role.Can(models.MayCancel), Export: role.Can(models.MayExport),
		Reconcile: role.Can(models.MayReconcile), Audit: role.Can(models.MayAudit), Staff: role.Can(models.MayStaff),
		Catalogue: role.Can(models.MayCatalogue), Price: role.Can(models.MayPrice), Customers: role.Can(models.MayCustomers), Settings: role.Can(models.MaySettings),
	}
}

// Page returns the frame with the notices that the previous action left for this page, and with the counters of the navigation.
func (r *Request) Page(section pages.Section) pages.Page {
	r.takeNotices()
	page := r.Frame(section)
	if r.SignedIn() {
		page.Work = Attention(r.office.waiting(r))
	}
	return page
}

// PageAt returns Page for a page whose address is not the request's, such as that of a form that was refused.
func (r *Request) PageAt(section pages.Section, path string) pages.Page {
	page := r.Page(section)
	page.Path = path
	return page
}

// Answer sends a page with the status of a refusal; "" is 200.
func (r *Request) Answer(refusal pages.Refusal, page templ.Component) error {
	return r.Show(StatusOf(refusal), page)
}

// StatusOf returns the HTTP status of a refusal; that of "" is 200.
func StatusOf(refusal pages.Refusal) int {
	status, ok := map[pages.Refusal]int{
		"":                            http.StatusOK,
		pages.RefusalOf(invalid.Wait): http.StatusTooManyRequests, pages.RefusalTooOften: http.StatusTooManyRequests,
		pages.RefusalUnreachable: http.StatusServiceUnavailable, pages.RefusalSealed: http.StatusServiceUnavailable,
		pages.RefusalStale: http.StatusConflict, pages.RefusalDaySealed: http.StatusConflict, pages.RefusalSamePerson: http.StatusConflict,
		pages.RefusalCountEnded: http.StatusConflict, pages.RefusalNotCancellable: http.StatusConflict, pages.RefusalNotFulfillable: http.StatusConflict,
		pages.RefusalDecided: http.StatusConflict, pages.RefusalMissing: http.StatusConflict, pages.RefusalUndoLate: http.StatusConflict,
	}[refusal]
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

// LeaveNotice leaves a notice for the next page.
func (r *Request) LeaveNotice(kind pages.NoticeKind, text string) {
	r.KeepCookie(noticeCookie, string(kind)+"."+text, noticeTime)
}

// takeNotices moves the notice from its cookie to this page.
func (r *Request) takeNotices() {
	value := r.Cookie(noticeCookie)
	if value == "" {
		return
	}
	r.DropCookie(noticeCookie)
	kind, text, _ := strings.Cut(value, ".")
	if len(value) > longestNotice || strings.Trim(kind+text, "abcdefghijklmnopqrstuvwxyz_0123456789") != "" {
		return
	}
	r.notices = append(r.notices, pages.Notice{Kind: pages.NoticeKind(kind), Text: text, Bad: isBadNotice(pages.NoticeKind(kind))})
}

func isBadNotice(kind pages.NoticeKind) bool {
	return slices.Contains([]pages.NoticeKind{
		pages.NoticeExpired, pages.NoticeRecoveryFew, pages.NoticeCancelPaid, pages.NoticeCancelUnknown, pages.NoticeRefused,
	}, kind)
}

// Done redirects to a page that shows a notice of what was done.
func (r *Request) Done(to string, kind pages.NoticeKind) error {
	return r.redirectWithNotice(to, kind, "")
}

// DoneCount is Done for a notice with the number of changed rows.
func (r *Request) DoneCount(to string, kind pages.NoticeKind, n int) error {
	return r.redirectWithNotice(to, kind, strconv.Itoa(n))
}

// Refused redirects to a page that shows why something was refused.
func (r *Request) Refused(to string, refusal pages.Refusal) error {
	return r.redirectWithNotice(to, pages.NoticeRefused, string(refusal))
}

func (r *Request) redirectWithNotice(to string, kind pages.NoticeKind, text string) error {
	r.LeaveNotice(kind, text)
	return r.SeeOther(to)
}

// ToTask redirects to the page of a task that was begun.
func (r *Request) ToTask(task models.Task, err error) error {
	if err != nil {
		return err
	}
	return r.SeeOther(TaskPath(task.ID))
}

// ID returns the id of the row that the address names, "" if the path has no ":id".
func (r *Request) ID() string { return r.Param("id") }

// IsID reports whether a text is a row's id in its one spelling; uuid.Validate accepts others too.
func IsID(text string) bool {
	parsed, err := uuid.Parse(text)
	return err == nil && parsed.String() == text
}

// FormToken returns the one-time token of a form that must not work twice.
func FormToken(form url.Values) (string, error) {
	token := form.Get("form_token")
	if !models.IsRef(token) {
		return "", visit.ErrBadForm
	}
	return token, nil
}

// ChosenIDs returns the ids of the chosen rows, each once, in the form's order.
func ChosenIDs(form url.Values) ([]string, pages.Refusal) {
	var chosen []string
	seen := map[string]bool{}
	for _, id := range form["id"] {
		if !IsID(id) {
			return nil, pages.RefusalStale
		}
		if !seen[id] {
			seen[id] = true
			chosen = append(chosen, id)
		}
	}
	switch {
	case len(chosen) == 0:
		return nil, pages.RefusalNothingChosen
	case len(chosen) > models.MaxPageRows:
		return nil, pages.RefusalTooMany
	}
	return chosen, ""
}

// HiddenFields returns the fields of a form, except the fresh code, to be sent again.
func HiddenFields(form url.Values) []pages.Hidden {
	var fields []pages.Hidden
	for name, values := range form {
		if name == FreshCodeField {
			continue
		}
		for _, value := range values {
			fields = append(fields, pages.Hidden{Name: name, Value: value})
		}
	}
	slices.SortStableFunc(fields, func(a, b pages.Hidden) int { return strings.Compare(a.Name, b.Name) })
	return fields
}

// OwnPage returns an address if it is within the back office, otherwise that of the first page.
func OwnPage(address string) string {
	own := visit.OwnPath(address, Home)
	path, _, _ := strings.Cut(own, "?")
	if !Owns(path) {
		return Home
	}
	return own
}

// WithNext returns an address with the page to go to afterwards, unless that is the first page anyway.
func WithNext(to, next string) string {
	if next == Home {
		return to
	}
	return to + "?" + url.Values{"next": {next}}.Encode()
}

// CodeProblem returns what is wrong with a code that was refused. err is a cause that is not the person's fault.
func (r *Request) CodeProblem(cause error) (p invalid.Problem, seconds int, err error) {
	if wait := staff.RetryAfter(cause); wait > 0 {
		r.SetHeader("Retry-After", strconv.Itoa(wait))
		return invalid.Wait, wait, nil
	}
	if errors.Is(cause, staff.ErrCode) {
		return invalid.Code, 0, nil
	}
	return "", 0, cause
}
