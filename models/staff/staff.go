// Package staff keeps the accounts of the back office: who may sign in, how, and for how long. It knows passwords, authenticator
// codes, recovery codes, sessions, invitations and the slow-down on guessing, and nothing of pages: web/admin shows them, cmd uses
// it from the command line.
//
// Signing in takes a password and then a code of an authenticator. Every change of privilege makes a new session id. Every change of
// an account is written to the audit log in the transaction that makes it.
package staff

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Errors that a page has words for.
var (
	// ErrSignIn: no such account, a wrong password, or a disabled account; nobody is told which.
	ErrSignIn = errors.New("sign-in refused")
	// ErrSealed: the password is right, and the account's authenticator cannot be opened because the shop's own key was replaced. Whoever
	// runs the shop gives the account a new one from the command line (ResetTOTP).
	ErrSealed = errors.New("the authenticator's key cannot be opened")
	// ErrSignedOut: there is no such session, or it has run out.
	ErrSignedOut = errors.New("not signed in")
	// ErrCode: the code is wrong, or was used before.
	ErrCode = errors.New("the code is wrong or was used")
	// ErrCurrent: the current password is wrong.
	ErrCurrent = errors.New("the current password is wrong")
	// ErrLink: the link is unknown, too old, or was used.
	ErrLink = errors.New("the link is used up")
	// ErrEmail: the text is no e-mail address.
	ErrEmail = errors.New("not an e-mail address")
	// ErrEmailTaken: somebody has an account with this address.
	ErrEmailTaken = errors.New("the address has an account")
	// ErrPassword: the password is too short or too long.
	ErrPassword = errors.New("the password is too short or too long")
	// ErrPasswordIs: the password is easily guessed.
	ErrPasswordIs = errors.New("the password is easily guessed")
	// ErrName: the name is missing, too long, or has characters that nobody sees.
	ErrName = errors.New("not a name")
	// ErrSelf: nobody changes their own role or disables themselves.
	ErrSelf = errors.New("not on oneself")
)

// WaitError says that there were too many tries: the next one is looked at after Left.
type WaitError struct{ Left time.Duration }

// Error says how long to wait.
func (e *WaitError) Error() string { return fmt.Sprintf("too many tries: wait %s", e.Left) }

// Seconds is the time to wait in whole seconds, at least one.
func (e *WaitError) Seconds() int { return max(1, int((e.Left+time.Second-1)/time.Second)) }

// Config is what Accounts need.
type Config struct {
	Store    *store.Store
	Clock    models.Clock
	Machine  models.Clock // what authenticators' codes are compared with: real time; nil: Clock
	Logger   *slog.Logger
	ShopName string // what authenticators call the account's issuer
	Parallel int    // passwords that are hashed at the same time, 19 MiB each; 0: as many as there are processors
}

// Accounts are the accounts of the back office. They are safe for concurrent use and for any number of replicas: all that is
// remembered is in the database.
type Accounts struct {
	store    *store.Store
	clock    models.Clock
	machine  models.Clock
	log      *slog.Logger
	issuer   string
	password *hasher
	decoy    string // a hash that no password has, for accounts that are not there
}

// New makes the accounts.
func New(c Config) (*Accounts, error) {
	if c.Store == nil {
		return nil, errors.New("staff: a store is needed")
	}
	a := &Accounts{
		store: c.Store, clock: c.Clock, machine: c.Machine, log: c.Logger, issuer: c.ShopName, password: newHasher(c.Parallel),
	}
	if a.clock == nil {
		a.clock = models.SystemClock
	}
	if a.machine == nil {
		a.machine = a.clock
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	a.decoy = decoy()
	return a, nil
}

// Origin says where a request comes from.
type Origin struct {
	RemoteAddr string
	UserAgent  string
	RequestID  string
}

// SignedIn is a person with the session that they came with.
type SignedIn struct {
	Staff   models.Staff
	Session models.StaffSession
}

// Actor names the person in the audit log.
func (s SignedIn) Actor(from Origin) models.Actor {
	return models.Actor{StaffID: s.Staff.ID, Who: s.Staff.Email, RemoteAddr: from.RemoteAddr, RequestID: from.RequestID}
}

// CommandLine names whoever works at the machine itself in the audit log.
func CommandLine() models.Actor { return models.Actor{Who: "command line"} }

func subjectOf(staffID string) string { return "staff:" + staffID }
