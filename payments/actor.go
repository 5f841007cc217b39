package payments

import (
	"context"
	"encoding/json"
	"fmt"

	"coincart/models"
	"coincart/models/store"
)

// Actor is who of the staff asks for something.
type Actor = models.Actor

// facts are one side of a change in the audit log.
type facts = models.Facts

// encode writes the facts as JSON; none are "".
func (f facts) encode() (string, error) {
	if len(f) == 0 {
		return "", nil
	}
	text, err := json.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("encode an audit entry: %w", err)
	}
	return string(text), nil
}

// audit appends an entry to the log, in the transaction of the change itself: neither exists without the other.
func (s *Service) audit(ctx context.Context, tx *store.Store, by Actor, action, subject string, before, after facts) error {
	was, err := before.encode()
	if err != nil {
		return err
	}
	is, err := after.encode()
	if err != nil {
		return err
	}
	err = tx.AppendAudit(ctx, models.AuditEntry{
		At: s.clock(), StaffID: by.StaffID, Who: by.Who, Action: action, Subject: subject, Before: was, After: is, RemoteAddr: by.RemoteAddr, RequestID: by.RequestID,
	})
	if err != nil {
		return fmt.Errorf("append to the audit log: %w", err)
	}
	return nil
}

// audited runs a change and its audit entry in one transaction.
func (s *Service) audited(ctx context.Context, by Actor, action, subject string, before, after facts, change func(tx *store.Store) error) error {
	return s.store.Audited(ctx, by, action, subject, before, after, change)
}
