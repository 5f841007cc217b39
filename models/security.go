package models

import "time"

// SecurityKind is something that happens in an attack, and otherwise rarely. Each occurrence is a line of the log, is counted by the hour
// (SecurityCount), and is recorded in the audit log as "security." and the kind.
type SecurityKind string

// The kinds.
const (
	SecurityRefused      SecurityKind = "refused"       // a wrong password, or an account that does not exist
	SecurityThrottled    SecurityKind = "throttled"     // a try to sign in that came too early after others
	SecurityCodeRefused  SecurityKind = "code_refused"  // a wrong code of an authenticator, or a wrong recovery code
	SecurityRecoveryUsed SecurityKind = "recovery_used" // a recovery code was used
	SecurityForbidden    SecurityKind = "forbidden"     // somebody of the staff asked for what their role does not allow
	SecurityCrossSite    SecurityKind = "cross_site"    // another site sent a form of the shop
	SecurityTamperedLink SecurityKind = "tampered_link" // a link with a token that the shop did not make
	SecurityNewBrowser   SecurityKind = "new_browser"   // a browser signed in that never had before
)

// AuditAction returns the action of the audit log for a kind.
func (k SecurityKind) AuditAction() string { return "security." + string(k) }

// SecurityCount is how often something of a kind happened within an hour, from a network and to an account.
type SecurityCount struct {
	Hour    time.Time    `gorm:"primaryKey"`
	Kind    SecurityKind `gorm:"primaryKey" ascii:"16"`
	Network string       `gorm:"primaryKey" text:"64"`  // Network of the client; empty: further ones, which have no row of their own
	Account string       `gorm:"primaryKey" ascii:"64"` // a keyed digest of the e-mail address; empty: no account
	Count   int
	Audited int // how many of these the audit log has
	FirstAt time.Time
	LastAt  time.Time
}

// SecurityHour returns the beginning of the hour that a time belongs to, in UTC.
func SecurityHour(at time.Time) time.Time { return at.UTC().Truncate(time.Hour) }
