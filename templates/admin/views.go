// Package admin holds the pages of the back office and the views that they take. Every page is a component that takes the view
// named here and nothing else:
//
//	GET  /admin/login                              Login(LoginView)
//	GET  /admin/totp                               Code(CodeView)
//	GET  /admin/setup/{token}, /admin/invite/{token}  Enrol(EnrolView)
//	GET  /admin/step-up, and any action that needs a fresh code     StepUp(StepUpView)
//	POST that made new recovery codes              Recovery(RecoveryView), shown once
//	GET  /admin/account                            Account(AccountView)
//	GET  /admin/account/totp                       NewTOTP(NewTOTPView)
//	GET  /admin                                    Dashboard(DashboardView)
//	GET  /admin/inbox                              Inbox(InboxView)
//	GET  /admin/orders                             Orders(OrdersView)
//	GET  /admin/orders/{id}                        Order(OrderView)
//	GET  /admin/cancellations                      Cancellations(CancellationsView)
//	GET  /admin/statements                         Statements(StatementsView)
//	GET  /admin/statements/{day}                   Statement(StatementView)
//	GET  /admin/refunds                            Refunds(RefundsView)
//	GET  /admin/exports                            Exports(ExportsView)
//	GET  /admin/tasks                              Tasks(TasksView)
//	GET  /admin/tasks/{id}                         Task(TaskView); with HX-Request: TaskStatus(TaskView), the part with id "task-status"
//	GET  /admin/audit                              Audit(AuditView)
//	GET  /admin/staff                              Staff(StaffView)
//	anything that went wrong                       Error(ErrorView)
//
// All pages work without scripts. All writes are POST forms; the addresses and the names of the fields are said with each view.
// Words are not in the views: the components take them from the catalogue, by ids that are built from the constants here, such as
// "admin.refusal." + Refusal, "admin.notice." + NoticeKind, "admin.order_state." + a state. Amounts, money and times are text that is
// ready to be read. Everything else that is text may come from a stranger.
package admin

import (
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
)

// Page is the frame around every page of the back office.
type Page struct {
	Printer        *i18n.Printer // must be set
	ShopName       string
	Path           string // where the language switch (POST /language with lang, next) returns to
	Section        Section
	User           User
	May            May
	Zone           string // IANA name of the platform's zone: days are days of this zone, wherever a day is named
	Notices        []Notice
	Work           []Attention // what waits for staff: the counters of the navigation
	RefreshSeconds int         // seconds after which a page that waits is loaded again where there are no scripts; 0: never
	Demo           bool
}

// User is the person who is signed in. The zero value is nobody: the frame then shows neither navigation nor POST /admin/logout.
type User struct {
	Name      string
	Email     string
	Role      string // viewer, operator, finance, owner: "admin.role." + Role
	SteppedUp bool   // a TOTP code was given within the last five minutes
}

// SignedIn reports whether somebody is signed in.
func (u User) SignedIn() bool { return u.Email != "" }

// May says what the person's role allows, for navigation and buttons. Handlers check the permissions themselves.
type May struct {
	Fulfil, Cancel, Export, Reconcile, Audit, Staff bool

	Catalogue bool // products, categories, tags, stock
	Customers bool // export and erase a person's data
	Price     bool // coins and their rates, coupons, delivery, tax
	Settings  bool // settings and keys
}

// Section is an entry of the navigation.
type Section string

// The sections, in the order of the navigation; the address of each is "/admin/" + Section, of the dashboard "/admin".
const (
	SectionDashboard     Section = "dashboard"
	SectionInbox         Section = "inbox"
	SectionOrders        Section = "orders"
	SectionCancellations Section = "cancellations"
	SectionProducts      Section = "products" // with the tags
	SectionCategories    Section = "categories"
	SectionStock         Section = "stock" // with ledger, reservations and counts
	SectionCoins         Section = "coins" // with the price sources
	SectionStatements    Section = "statements"
	SectionRefunds       Section = "refunds"
	SectionExports       Section = "exports" // May.Export
	SectionTasks         Section = "tasks"
	SectionAudit         Section = "audit" // May.Audit
	SectionStaff         Section = "staff" // May.Staff
	SectionSettings      Section = "settings"
	SectionLinks         Section = "payment-links"
	SectionAPIKeys       Section = "api-keys" // May.Settings
	SectionWebhooks      Section = "webhooks" // May.Settings
	SectionHealth        Section = "health"
	SectionAccount       Section = "account"
)

// Refusal is the reason why an action was refused, or a list not shown, as a whole; "" is none. Its words are "admin.refusal." + Refusal.
// What is wrong with one field is an invalid.Problem.
type Refusal string

// The refusals.
const (
	RefusalFields         Refusal = "fields"         // some fields are marked
	RefusalSealed         Refusal = "sealed"         // the password is right, and the authenticator's key cannot be opened
	RefusalSignIn         Refusal = "sign_in"        // address or password is wrong; the same for everybody
	RefusalConfirm        Refusal = "confirm"        // it needs to be confirmed by a tick
	RefusalStale          Refusal = "stale"          // it has changed since the page was made
	RefusalCursor         Refusal = "cursor"         // the page's address was not made by the shop
	RefusalNothingChosen  Refusal = "nothing_chosen" // a bulk action without a row
	RefusalTooMany        Refusal = "too_many"       // a bulk action with more than 100 rows
	RefusalNotRefundable  Refusal = "not_refundable"
	RefusalSamePerson     Refusal = "same_person" // the second person must be another one
	RefusalDaySealed      Refusal = "day_sealed"
	RefusalDayOpen        Refusal = "day_open"    // it cannot be locked yet: SealView says why
	RefusalNotFetched     Refusal = "not_fetched" // no complete statement yet
	RefusalNotSettleable  Refusal = "not_settleable"
	RefusalNoAction       Refusal = "no_action" // not possible for a discrepancy of this kind
	RefusalNotCancellable Refusal = "not_cancellable"
	RefusalNotFulfillable Refusal = "not_fulfillable"
	RefusalPieces         Refusal = "pieces"      // a line does not have so many pieces
	RefusalRestocked      Refusal = "restocked"   // pieces were refunded and are sold again
	RefusalUndoLate       Refusal = "undo_late"   // the time to undo a shipment is over
	RefusalMissing        Refusal = "missing"     // pieces are missing that the order needs
	RefusalDecided        Refusal = "decided"     // the case is closed, or cannot be decided so any more
	RefusalUnreachable    Refusal = "unreachable" // the platform does not answer
	RefusalNoMailer       Refusal = "no_mailer"   // the shop sends no mails
	RefusalTooOften       Refusal = "too_often"   // the platform was asked a moment ago
	RefusalLastOwner      Refusal = "last_owner"  // somebody must be owner
	RefusalSelf           Refusal = "self"        // nobody changes their own role or disables themselves
)

// fieldRefusal begins a refusal that repeats what is wrong with a field.
const fieldRefusal = "field_"

// RefusalOf returns the refusal of a page that has no other place to say what is wrong with a field, such as one of a list's filters; ""
// for no problem.
func RefusalOf(problem invalid.Problem) Refusal {
	if problem == "" {
		return ""
	}
	return Refusal(fieldRefusal + problem)
}

// Worst returns the refusal of the page, or else that of the first problem of its fields; "" for none.
func Worst(page Refusal, fields ...invalid.Problem) Refusal {
	if page != "" {
		return page
	}
	return RefusalOf(invalid.First(fields...))
}

// Field is a field with the value that was typed.
type Field struct {
	Value    string
	Problem  invalid.Problem
	Min, Max int // the limits that the words of invalid.Between name
}

// Choice is an option of a select or a filter. Its words are built from Value unless Label is set.
type Choice struct {
	Value    string
	Label    string // for what has no words of ours: coins, people, languages
	Selected bool
}

// Hidden is a hidden field.
type Hidden struct {
	Name  string
	Value string
}

// Fact is a name and a value; the name's words are "admin.fact." + Name.
type Fact struct {
	Name    string
	Value   string
	URL     string // path of ours; "": no link
	Differs bool   // from what the shop has: the value is marked
}

// Notice is a line at the top of a page about what has just happened. Its words are "admin.notice." + Kind; {{.Text}} is Text.
type Notice struct {
	Kind NoticeKind
	Text string // a reference or a count; "" for most
	Bad  bool   // something did not work
}

// NoticeKind names a notice.
type NoticeKind string

// The notices.
const (
	NoticeSignedOut       NoticeKind = "signed_out"
	NoticeExpired         NoticeKind = "expired" // the session ran out
	NoticeSaved           NoticeKind = "saved"
	NoticePasswordChanged NoticeKind = "password_changed" // all other sessions were ended
	NoticeTOTPChanged     NoticeKind = "totp_changed"
	NoticeSessionEnded    NoticeKind = "session_ended"
	NoticeSessionsEnded   NoticeKind = "sessions_ended"
	NoticeRecoveryFew     NoticeKind = "recovery_few" // Text: how many recovery codes are left
	NoticeNoted           NoticeKind = "noted"
	NoticeFulfilled       NoticeKind = "fulfilled"
	NoticeCancelled       NoticeKind = "cancelled"      // cancelOrder and orderDetail agree
	NoticeCancelPaid      NoticeKind = "cancel_paid"    // it was paid already: settled instead
	NoticeCancelUnknown   NoticeKind = "cancel_unknown" // being resolved
	NoticeAsked           NoticeKind = "asked"
	NoticeResent          NoticeKind = "resent"
	NoticeRefundRequested NoticeKind = "refund_requested" // waits for a second person
	NoticeRefundApproved  NoticeKind = "refund_approved"  // is being sent
	NoticeRefundDeclined  NoticeKind = "refund_declined"
	NoticeReviewClosed    NoticeKind = "review_closed"
	NoticeReviewWaits     NoticeKind = "review_waits"
	NoticeShipCorrected   NoticeKind = "ship_corrected"
	NoticeShipUndone      NoticeKind = "ship_undone"
	NoticeAssigned        NoticeKind = "assigned"
	NoticeAccepted        NoticeKind = "accepted"
	NoticeReopened        NoticeKind = "reopened"
	NoticeSettled         NoticeKind = "settled"
	NoticeDaySealed       NoticeKind = "day_sealed"
	NoticeInvitationEnded NoticeKind = "invitation_ended"
	NoticeStaffChanged    NoticeKind = "staff_changed"
	NoticeStaffDisabled   NoticeKind = "staff_disabled"
	NoticeStaffEnabled    NoticeKind = "staff_enabled"
	NoticeRefused         NoticeKind = "refused" // Text is a Refusal
)

// ErrorView is a page about an error. Kind gives heading and text: "admin.error." + Kind + ".title" and ".text".
type ErrorView struct {
	Page      Page
	Kind      ErrorKind
	Status    int
	RequestID string
	Back      string // path of the shop that the button leads to; /admin, or /admin/login if nobody is signed in
}

// ErrorKind is the kind of an error.
type ErrorKind string

// The kinds of errors.
const (
	ErrorNotFound    ErrorKind = "not_found"   // 404: no such page, order, task …
	ErrorForbidden   ErrorKind = "forbidden"   // 403: the role does not allow it
	ErrorForeign     ErrorKind = "foreign"     // 403: the form came from another site
	ErrorBadRequest  ErrorKind = "bad_request" // 400
	ErrorMethod      ErrorKind = "method"      // 405
	ErrorGone        ErrorKind = "gone"        // 410: the link was used, or is too old
	ErrorTooLarge    ErrorKind = "too_large"   // 413
	ErrorMediaType   ErrorKind = "media_type"  // 415
	ErrorTooMany     ErrorKind = "too_many"    // 429
	ErrorInternal    ErrorKind = "internal"    // 500
	ErrorUnavailable ErrorKind = "unavailable" // 503: the database or the platform
	ErrorFilter      ErrorKind = "filter"      // 422: a filter, a sort or a day that is not allowed
)

// LoginView is the first step of signing in: POST /admin/login with email, password, next (hidden).
type LoginView struct {
	Page        Page
	Email       string
	Next        string  // a path of ours
	Refusal     Refusal // sign_in, wait
	WaitSeconds int
}

// CodeView is the second step: POST /admin/totp with next (hidden) and either code (six digits) or recovery (a recovery code), in two
// forms, the second behind <details>.
type CodeView struct {
	Page        Page
	Next        string
	Problem     invalid.Problem // code, wait
	Recovering  bool            // the problem is the recovery code's: open the <details>
	WaitSeconds int
}

// EnrolView is the form that makes an account: POST to the page's own address (Action) with email (unless EmailFixed), name, password,
// code.
type EnrolView struct {
	Page        Page
	Action      string
	First       bool // the shop's first owner
	Reset       bool // the account is there: a new password and a new authenticator are set
	Role        string
	Email       Field
	EmailFixed  bool
	Name        Field
	Password    invalid.Problem
	MinPassword int
	Code        invalid.Problem
	QR          QR
}

// QR is an otpauth address as a QR code, and its secret as text.
type QR struct {
	Size   int    // modules to a side, with the quiet zone: viewBox "0 0 Size Size"
	Path   string // <path d=…>, one unit to a module
	Secret string // base32 in groups of four
}

// StepUpView asks for a TOTP code before an action: POST Action with the code as "totp" and the unchanged Fields. Without an action of its
// own, Action is /admin/step-up and Fields have next.
type StepUpView struct {
	Page        Page
	Action      string
	Fields      []Hidden
	Multipart   bool            // the form is sent as multipart/form-data
	Problem     invalid.Problem // code, wait
	WaitSeconds int
}

// RecoveryView shows recovery codes, once.
type RecoveryView struct {
	Page  Page
	Codes []string
	Next  string // where the button leads
}

// AccountView is one's own account. Forms: POST /admin/account (name, lang) · /admin/account/password (current, password) ·
// /admin/account/recovery (new codes; fresh code needed) · GET /admin/account/totp (new authenticator; fresh code needed) ·
// /admin/account/sessions/{id}/end · /admin/account/sessions/end (all others) · /admin/account/alerts (a timing for each kind of alert).
type AccountView struct {
	Page         Page
	Name         Field
	Langs        []Choice
	Current      invalid.Problem
	Password     invalid.Problem
	WaitSeconds  int // with Current = wait
	MinPassword  int
	RecoveryLeft int
	Sessions     []Session
	Alerts       []AlertChoice // of the kinds that the role may see
	AlertHour    string        // of the summary of the day, such as "08:00", with its zone
	LastVisit    LastVisit
}

// AlertChoice is when the person is told by mail about a kind of alert: "admin.alert." + Kind, "admin.alert_timing." + a choice.
type AlertChoice struct {
	Kind    string // also the name of the field
	Timings []Choice
}

// LastVisit is what has happened to the account since the person's visit before this one.
type LastVisit struct {
	Since       templates.Moment
	Refused     int // sign-ins
	WrongCodes  int
	NewBrowsers []NewBrowser
}

// Quiet reports whether nothing has happened.
func (v LastVisit) Quiet() bool {
	return v.Refused == 0 && v.WrongCodes == 0 && len(v.NewBrowsers) == 0
}

// NewBrowser is a browser that signed in to the account for the first time.
type NewBrowser struct {
	RemoteAddr string
	UserAgent  string // as the browser calls itself
	At         templates.Moment
	Current    bool // the one that shows the page
}

// Session is a browser that is signed in.
type Session struct {
	ID         string // for its form
	RemoteAddr string
	UserAgent  string // as the browser calls itself
	Begun      templates.Moment
	Seen       templates.Moment
	Ends       templates.Moment
	Current    bool
}

// NewTOTPView is the form that replaces the authenticator: POST /admin/account/totp with code, of the new one.
type NewTOTPView struct {
	Page        Page
	QR          QR
	Problem     invalid.Problem
	WaitSeconds int
}

// StaffView lists the people. Forms: POST /admin/staff/invite (email, role) · /admin/staff/{id}/role (role) · /admin/staff/{id}/disable ·
// /admin/staff/{id}/enable · /admin/staff/{id}/end-sessions · /admin/staff/invitations/{id}/end.
type StaffView struct {
	Page        Page
	People      []Person
	Invitations []Invitation
	Email       Field
	Role        Field
	Roles       []Choice // of the invitation's form
	Refusal     Refusal  // of a change to somebody: last_owner, self
	Link        string   // the new invitation's absolute address, shown this once; "" otherwise
	LinkEmail   string
}

// Person is a member of the staff.
type Person struct {
	ID           string
	Name         string
	Email        string
	Role         string
	Roles        []Choice // of the form
	Disabled     bool
	Self         bool // no form: nobody changes their own role
	RecoveryLeft int
	Created      templates.Moment
	LastLogin    templates.Moment // Text "": never
}

// Invitation is an open invitation.
type Invitation struct {
	ID        string
	Email     string
	Role      string
	InvitedBy string // e-mail; "": the command line
	Expires   templates.Moment
}

// AuditView is the log. The filter is a GET form with action, who, subject.
type AuditView struct {
	Page     Page
	Actions  []Choice // values such as order.cancel; words "admin.action." + Value
	Who      Field
	Subject  Field
	From     Field
	To       Field
	Filtered bool    // a filter is set
	Export   Export  // POST /admin/audit/export
	Refusal  Refusal // of the filter as a whole
	Rows     []AuditRow
	Next     string // address of the next page; ""
	First    string // address of the first page; "" on it
}

// AuditRow is one entry.
type AuditRow struct {
	Seq         string
	At          templates.Moment
	Who         string
	Action      string
	Subject     string
	SubjectURL  string // path of ours; ""
	OrderNumber string // where the subject is an order
	Before      string // JSON
	After       string // JSON
	RemoteAddr  string
	RequestID   string
	Hash        string // 64 hex digits
}
