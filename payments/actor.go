package payments

import (
	"context"
	"encoding/json"
	"fmt"

	"coincart/models"
	"coincart/models/store"
)

// Actor is who of the staff asks for something, and from where; it goes into the audit log.
type Actor struct {
	StaffID    string `json:"staff_id"` // empty: the command line, or the shop itself
	Who        string `json:"who"`      // e-mail, or "command line"
	RemoteAddr string `json:"remote_addr"`
	RequestID  string `json:"request_id"`
}

// facts are what an audit entry tells about one side of a change: names and plain values, never secrets.
type facts map[string]string

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
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if err := change(tx); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, action, subject, before, after)
	})
}
