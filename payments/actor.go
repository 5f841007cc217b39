package payments

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Actor is who of the staff asks for something.
type Actor = models.Actor

// facts are one side of a change in the audit log.
type facts = models.Facts

// audit appends an entry to the log, in the transaction of the change itself: neither exists without the other.
func (s *Service) audit(ctx context.Context, tx *store.Store, by Actor, action, subject string, before, after facts) error {
	old, err := json.Marshal(before)
	if err != nil {
		return fmt.Errorf("encode what was: %w", err)
	}
	now, err := json.Marshal(after)
	if err != nil {
		return fmt.Errorf("encode what is: %w", err)
	}
	err = tx.AppendAudit(ctx, models.AuditEntry{
		At: s.clock(), StaffID: by.StaffID, Who: by.Who, Action: action, Subject: subject, Before: string(old), After: string(now),
		RemoteAddr: by.RemoteAddr, RequestID: by.RequestID,
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
