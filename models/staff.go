package models

import (
	"slices"
	"time"
)

// Role is what a person of the back office may do; see Can.
type Role string

// The roles.
const (
	RoleViewer   Role = "viewer"   // sees everything, changes nothing
	RoleOperator Role = "operator" // runs the orders: hands over, cancels, writes notes
	RoleFinance  Role = "finance"  // runs the money: refunds, statements, reviews, exports
	RoleOwner    Role = "owner"    // everything, and the staff
)

// Roles returns all roles, the one with the fewest permissions first.
func Roles() []Role { return []Role{RoleViewer, RoleOperator, RoleFinance, RoleOwner} }

// ParseRole parses a role from a form; ok is false for anything else.
func ParseRole(text string) (r Role, ok bool) {
	r = Role(text)
	return r, slices.Contains(Roles(), r)
}

// Permission is one kind of thing that can be done in the back office. Every route of it names one.
type Permission string

// The permissions.
const (
	MayView      Permission = "view"      // dashboard, orders, statements, reviews, tasks
	MayAsk       Permission = "ask"       // ask the platform for the state of an order
	MayNote      Permission = "note"      // write a note on an order
	MayFulfil    Permission = "fulfil"    // hand over, resend mails
	MayCancel    Permission = "cancel"    // cancel pending orders
	MayExport    Permission = "export"    // take data away as files
	MayReconcile Permission = "reconcile" // fetch statements, work on discrepancies and reviews, seal days
	MayRefund    Permission = "refund"    // ask for and approve refunds; with step-up
	MayAudit     Permission = "audit"     // read the audit log
	MayStaff     Permission = "staff"     // invite, change and disable staff; with step-up
	MayCatalogue Permission = "catalogue" // products, categories, pictures, stock, import and export of products
	MayPrice     Permission = "price"     // what decides totals: coupons, delivery, tax, coins and their rates; with step-up
	MayCustomers Permission = "customers" // export and erase a person's data; with step-up
	MaySettings  Permission = "settings"  // the shop's settings and keys; with step-up
	MaySelf      Permission = "self"      // one's own account and sessions
)

// rolePermissions is the whole policy.
var rolePermissions = map[Role][]Permission{
	RoleViewer:   {MayView, MaySelf},
	RoleOperator: {MayView, MaySelf, MayAsk, MayNote, MayFulfil, MayCancel, MayExport, MayCatalogue},
	RoleFinance:  {MayView, MaySelf, MayAsk, MayNote, MayCancel, MayExport, MayReconcile, MayRefund, MayAudit, MayPrice},
	RoleOwner: {
		MayView, MaySelf, MayAsk, MayNote, MayFulfil, MayCancel, MayExport, MayReconcile, MayRefund, MayAudit, MayStaff,
		MayCatalogue, MayPrice, MayCustomers, MaySettings,
	},
}

// Can reports whether the role has the permission. It is the one place that decides.
func (r Role) Can(p Permission) bool { return slices.Contains(rolePermissions[r], p) }

// NeedsStepUp reports whether the permission is used only within StepUpTime of a fresh TOTP code.
func (p Permission) NeedsStepUp() bool {
	return p == MayRefund || p == MayStaff || p == MayCustomers || p == MaySettings || p == MayPrice
}

// Times of the back office's sessions.
const (
	StepUpTime       = 5 * time.Minute      // how long a fresh TOTP code opens refunds, prices, settings and staff
	StaffIdleTime    = 30 * time.Minute     // after which an unused session ends
	StaffSessionTime = 12 * time.Hour       // after which any session ends
	InvitationTime   = 72 * time.Hour       // how long an invitation or the setup link can be used
	LoginTime        = 10 * time.Minute     // between password and TOTP code
	MinPassword      = 12                   // minimum length of a password, in runes
	DeviceTime       = 180 * 24 * time.Hour // after its last sign-in a browser is a new one again
)

// Staff is a person of the back office.
type Staff struct {
	ID           string `ascii:"36"`
	Email        string `text:"254"` // lower case, unique
	Name         string `text:"200"`
	Role         Role   `ascii:"16"`
	Lang         string `ascii:"35"`
	PasswordHash string `ascii:"512"` // argon2id in PHC form
	TOTPSealed   []byte // the TOTP secret, sealed by the store; see TOTP
	TOTP         Secret `gorm:"-"` // base32
	TOTPStep     int64  // the last 30-second step that was used: a code is good once
	RecoveryHash string `ascii:"2048"` // hex SHA-256 of the recovery codes that are left, divided by spaces
	Disabled     bool
	CreatedAt    time.Time
	UpdatedAt    time.Time
	LastLoginAt  time.Time `gorm:"default:null"`
}

// StaffSession is one browser of a person of the back office. The cookie holds a random id; the row holds its hash.
type StaffSession struct {
	ID         string       `ascii:"64"` // hex SHA-256 of the cookie's id
	StaffID    string       `ascii:"36"`
	Stage      SessionStage `ascii:"16"`
	RemoteAddr string       `text:"64"`
	UserAgent  string       `text:"500"`
	CreatedAt  time.Time
	SeenAt     time.Time
	ExpiresAt  time.Time
	StepUpAt   time.Time `gorm:"default:null"` // the last fresh TOTP code; zero: none
	DeviceID   string    `ascii:"64"`          // StaffDevice.ID; empty: the code is still missing
}

// SessionStage says how far a sign-in has come.
type SessionStage string

// The stages: after the password only the TOTP page is open.
const (
	StagePassword SessionStage = "password"
	StageFull     SessionStage = "full"
)

// StaffDevice is a browser that has signed in to an account with password and code. Its cookie keeps strangers' failures from slowing it
// down. A browser in which several people sign in has a row for each.
type StaffDevice struct {
	ID         string    `ascii:"64"` // hex SHA-256 of the cookie's id
	StaffID    string    `gorm:"primaryKey" ascii:"36"`
	RemoteAddr string    `text:"64"`  // of the first sign-in; forgotten after a while
	UserAgent  string    `text:"500"` // of the first sign-in; forgotten after a while
	CreatedAt  time.Time // the first sign-in
	SeenAt     time.Time // the last sign-in
	VisitedAt  time.Time `gorm:"default:null"` // the sign-in before it, in any browser if it is the first; zero: none
}

// Invitation lets somebody make an account once. The link holds a random token; the row holds its hash. The setup link of the
// first owner is an invitation without InvitedBy.
type Invitation struct {
	ID        string `ascii:"64"` // hex SHA-256 of the token
	Email     string `text:"254"` // empty: the person enters it (the first owner)
	Role      Role   `ascii:"16"`
	InvitedBy string `ascii:"36"` // staff id; empty: the setup link or the command line
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time `gorm:"default:null"`
}

// AuditEntry is one thing that somebody of the staff did, append-only, each entry bound to the one before by its hash.
type AuditEntry struct {
	Seq        int64 `gorm:"primaryKey;autoIncrement:false"` // 1, 2, 3 …
	At         time.Time
	StaffID    string `ascii:"36"`    // empty: the command line or the shop itself
	Who        string `text:"254"`    // e-mail at that time, or "command line"
	Action     string `ascii:"64"`    // such as "order.cancel"
	Subject    string `text:"190"`    // what it was done to, such as "order:<id>"
	Before     string `text:"medium"` // JSON of what changed, without secrets
	After      string `text:"medium"` // JSON of what changed, without secrets
	RemoteAddr string `text:"64"`     // where it was done from; forgotten after a while, with OriginSalt
	Origin     string `ascii:"64"`    // hex SHA-256 of OriginSalt and RemoteAddr; empty: an entry of before there was one
	OriginSalt string `ascii:"64"`    // random, so that the address cannot be found by trying all
	RequestID  string `text:"64"`
	PrevHash   string `ascii:"64"` // Hash of entry Seq-1; of the first: 64 zeros
	Hash       string `ascii:"64"` // hex SHA-256, see ChainHash
}
