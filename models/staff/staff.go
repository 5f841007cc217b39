// Package staff manages the accounts of the back office: who may sign in, how, and for how long. It handles passwords, authenticator codes,
// recovery codes, sessions and invitations, and slows down guessing. It knows nothing of pages: web/admin and cmd use it.
//
// Signing in takes a password and then a code of an authenticator. Every change of privilege gives the session a new id. Every change of an
// account is recorded in the audit log in the same transaction.
package staff

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/security"
	"github.com/coincart/coincart/models/store"
)

// Errors that pages explain to the person.
var (
	// ErrSignIn means that the account does not exist or is disabled, or that the password is wrong. It does not say which.
	ErrSignIn = errors.New("sign-in refused")
	// ErrSealed means that the password is right but the account's authenticator key cannot be decrypted, because the shop's own key was
	// replaced. ResetTOTP, from the command line, gives the account a new one.
	ErrSealed = errors.New("the authenticator's key cannot be opened")
	// ErrSignedOut means that the session does not exist or has expired.
	ErrSignedOut = errors.New("not signed in")
	// ErrCode means that the code is wrong or was used before.
	ErrCode = errors.New("the code is wrong or was used")
	// ErrCurrent means that the current password is wrong.
	ErrCurrent = errors.New("the current password is wrong")
	// ErrLink means that the link is unknown, expired or used.
	ErrLink = errors.New("the link is used up")
	// ErrEmail means that the text is not an e-mail address.
	ErrEmail = errors.New("not an e-mail address")
	// ErrEmailTaken means that an account with this address exists.
	ErrEmailTaken = errors.New("the address has an account")
	// ErrPassword means that the password is too short or too long.
	ErrPassword = errors.New("the password is too short or too long")
	// ErrPasswordIs means that the password is easy to guess.
	ErrPasswordIs = errors.New("the password is easily guessed")
	// ErrName means that the name is missing, too long, or has invisible characters.
	ErrName = errors.New("not a name")
	// ErrNameLink means that the name has a web address or an e-mail address, which mails of the shop would carry.
	ErrNameLink = errors.New("a name with an address")
	// ErrBusy means that too many passwords are being checked at the moment. Nothing was checked or counted.
	ErrBusy = errors.New("too many passwords to check at the moment")
	// ErrSelf means that a person tried to change their own role or to disable themselves.
	ErrSelf = errors.New("not on oneself")
)

// WaitError means that there were too many tries. The next one is possible after Left.
type WaitError struct{ Left time.Duration }

// Error implements error.
func (e *WaitError) Error() string { return fmt.Sprintf("too many tries: wait %s", e.Left) }

// Seconds returns the time to wait in whole seconds, at least one.
func (e *WaitError) Seconds() int { return max(1, int((e.Left+time.Second-1)/time.Second)) }

// Config configures Accounts.
type Config struct {
	Store    *store.Store
	Clock    models.Clock
	Machine  models.Clock // real time, which authenticators' codes depend on; nil: Clock
	Logger   *slog.Logger
	Security *security.Recorder // nil: events are not recorded
	ShopName string             // issuer that authenticator apps show
	Parallel int                // number of passwords hashed concurrently, 19 MiB each; 0: the number of processors

	// Tell queues a mail to a person of the staff, in the transaction tx; Told is called after it. nil: the staff get no mails.
	Tell func(ctx context.Context, tx *store.Store, m models.StaffMail) error
	Told func()
}

// Accounts manages the accounts of the back office. It is safe for concurrent use and for any number of replicas: all its state is in the
// database.
type Accounts struct {
	store    *store.Store
	clock    models.Clock
	machine  models.Clock
	log      *slog.Logger
	security *security.Recorder
	tell     func(ctx context.Context, tx *store.Store, m models.StaffMail) error // nil: the staff get no mails
	told     func()
	issuer   string
	password *hasher
	decoy    string // hash to check against if the account does not exist
}

// New returns Accounts.
func New(c Config) (*Accounts, error) {
	if c.Store == nil {
		return nil, errors.New("staff: a store is needed")
	}
	a := &Accounts{
		store: c.Store, clock: c.Clock.OrSystem(), machine: c.Machine, log: cmp.Or(c.Logger, slog.New(slog.DiscardHandler)), issuer: c.ShopName,
		password: newHasher(c.Parallel), decoy: decoy(), security: c.Security, tell: c.Tell, told: c.Told,
	}
	if a.told == nil {
		a.told = func() {}
	}
	if a.machine == nil {
		a.machine = a.clock
	}
	return a, nil
}

// Origin is where a request comes from.
type Origin struct {
	RemoteAddr string
	UserAgent  string
	RequestID  string
	Device     string // value of the browser's device cookie; empty: none
}

// SignedIn is a person with their current session.
type SignedIn struct {
	Staff   models.Staff
	Session models.StaffSession
}

// Actor returns the person as the actor of audit entries.
func (s SignedIn) Actor(from Origin) models.Actor {
	return models.Actor{StaffID: s.Staff.ID, Who: s.Staff.Email, RemoteAddr: from.RemoteAddr, RequestID: from.RequestID}
}

// CommandLine returns the actor of audit entries for whoever works at the machine itself.
func CommandLine() models.Actor { return models.Actor{Who: "command line"} }

func subjectOf(staffID string) string { return "staff:" + staffID }
