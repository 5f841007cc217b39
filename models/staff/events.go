package staff

import (
	"context"
	"errors"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/security"
	"github.com/coincart/coincart/models/store"
)

// record records an event of security about an account, which need not exist.
func (a *Accounts) record(ctx context.Context, kind models.SecurityKind, email string, from Origin) {
	a.security.Note(ctx, security.Event{Kind: kind, RemoteAddr: from.RemoteAddr, Email: email, RequestID: from.RequestID})
}

// recordRefusal records why a password or a code was refused: kind if it was wrong, SecurityThrottled if it came too early. Other errors
// are no events.
func (a *Accounts) recordRefusal(ctx context.Context, kind models.SecurityKind, email string, from Origin, cause error) {
	switch {
	case RetryAfter(cause) > 0:
		a.record(ctx, models.SecurityThrottled, email, from)
	case errors.Is(cause, ErrSignIn), errors.Is(cause, ErrCode), errors.Is(cause, ErrCurrent):
		a.record(ctx, kind, email, from)
	}
}

// tellThrottled queues a mail that tells a person of the first wait that tries on their account have caused, once a day. For an account that
// does not exist it queues a message without a recipient, which the outbox drops: the duration does not tell who has an account.
func (a *Accounts) tellThrottled(ctx context.Context, tx *store.Store, email string) error {
	if a.tell == nil {
		return nil
	}
	person, err := findAccount(ctx, tx, withEmail(email))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if person.Disabled {
		person.ID = ""
	}
	return a.tell(ctx, tx, models.StaffMail{
		Kind: models.MailThrottled, StaffID: person.ID, Key: string(models.MailThrottled) + ":" + accountKey(email) + ":" + a.clock().UTC().Format(time.DateOnly),
	})
}

// tellNewBrowser queues a mail that tells a person of a sign-in with a browser that never signed in to the account before.
func (a *Accounts) tellNewBrowser(ctx context.Context, tx *store.Store, staffID string, from Origin) error {
	if a.tell == nil {
		return nil
	}
	return a.tell(ctx, tx, models.StaffMail{
		Kind: models.MailNewBrowser, StaffID: staffID, Details: models.Facts{"address": from.RemoteAddr, "browser": userAgent(from.UserAgent)},
		Key: string(models.MailNewBrowser) + ":" + models.NewID(),
	})
}
