package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/coincart/coincart/models"
)

// AppendAudit puts an entry at the end of the audit log, in the caller's transaction: what was done and the entry about it are kept
// or lost together. Its place and hashes are filled in (models.AuditEntry.Chain). It should be the transaction's last statement,
// because whoever appends next waits for its end.
//
// The end of the log is locked, so that writers queue; where that cannot help (an empty log, another node of a cluster) the second
// writer of a place finds it taken, and its transaction starts again. Texts that are too long are cut off; an action that models.AuditActions
// does not list is refused.
func (s *Store) AppendAudit(ctx context.Context, e models.AuditEntry) error {
	if _, known := slices.BinarySearch(models.AuditActions(), e.Action); !known {
		return fmt.Errorf("write the audit log: action %q is not in models.AuditActions", e.Action)
	}
	clipTexts(&e, "who", "action", "subject", "before", "after", "remote_addr", "request_id")
	return wrap("write the audit log", s.Tx(ctx, func(tx *Store) error {
		last, err := tx.auditEnd(ctx)
		if err != nil {
			return err
		}
		entry := e
		entry.Chain(last, tx.now())
		err = tx.create(ctx, &entry)
		if errors.Is(err, ErrDuplicate) {
			err = &retryableError{err}
		}
		return err
	}))
}

// Audited runs a change and records it, in one transaction: neither exists without the other. Errors of change come back as they are.
func (s *Store) Audited(
	ctx context.Context, by models.Actor, action, subject string, before, after models.Facts, change func(tx *Store) error,
) error {
	return s.Tx(ctx, func(tx *Store) error {
		if err := change(tx); err != nil {
			return err
		}
		return tx.Record(ctx, by, action, subject, before, after)
	})
}

// Record appends an entry to the audit log: who did what to which subject, what was there before and what is there now. It belongs in
// the transaction of the change, as its last statement (see AppendAudit). The entry's time is the store's clock.
func (s *Store) Record(ctx context.Context, by models.Actor, action, subject string, before, after models.Facts) error {
	old, err := before.JSON()
	if err != nil {
		return err
	}
	now, err := after.JSON()
	if err != nil {
		return err
	}
	return s.AppendAudit(ctx, models.AuditEntry{
		StaffID: by.StaffID, Who: by.Who, Action: action, Subject: subject, Before: old, After: now,
		RemoteAddr: by.RemoteAddr, RequestID: by.RequestID,
	})
}

// auditEnd locks the last entry. Whoever waited for it finds that it is not the last any more, and goes on to the one that is: entries
// are locked in the order of their places, so that no two wait for each other.
func (s *Store) auditEnd(ctx context.Context) (*models.AuditEntry, error) {
	for held := int64(0); ; {
		var last models.AuditEntry
		err := s.one(ctx, "SELECT seq, hash FROM audit_entries ORDER BY seq DESC LIMIT 1", nil, &last.Seq, &last.Hash)
		if errors.Is(err, ErrNotFound) {
			return nil, nil //nolint:nilnil // the log is empty
		}
		if err != nil || last.Seq == held {
			return &last, err
		}
		held = last.Seq
		err = s.each(ctx, "SELECT seq FROM audit_entries WHERE seq = ?"+s.forUpdate(), []any{held}, scanNothing)
		if err != nil {
			return nil, err
		}
	}
}

func scanNothing(*sql.Rows) error { return nil }

// Audit reads entries of the audit log, newest first; ErrFilter.
func (s *Store) Audit(ctx context.Context, f models.AuditFilter) ([]models.AuditEntry, error) {
	limit, err := pageLimit(f.Limit)
	if err != nil {
		return nil, wrap("read the audit log", err)
	}
	list, err := s.auditEntries(ctx, f, limit)
	return list, wrap("read the audit log", err)
}

// EachAuditEntry calls fn with every entry that a filter chooses, newest first, a batch at a time. Limit is not used. An error of fn ends it and is
// returned as it is.
func (s *Store) EachAuditEntry(ctx context.Context, f models.AuditFilter, fn func(models.AuditEntry) error) error {
	return eachInBatches(batch, func(last *models.AuditEntry) ([]models.AuditEntry, error) {
		if last != nil {
			f.Before = last.Seq
		}
		list, err := s.auditEntries(ctx, f, batch)
		return list, wrap("read the audit log", err)
	}, fn)
}

func (s *Store) auditEntries(ctx context.Context, f models.AuditFilter, limit int) ([]models.AuditEntry, error) {
	where := conditions{}
	switch {
	case strings.HasSuffix(f.Action, "."):
		where.add("action LIKE ? ESCAPE '!'", likeEscapes.Replace(f.Action)+"%")
	case f.Action != "":
		where.add("action = ?", f.Action)
	}
	where.equal("who", f.Who)
	where.equal("subject", f.Subject)
	where.within("at", f.From, f.To)
	if f.Before > 0 {
		where.add("seq < ?", f.Before)
	}
	return firstRows[models.AuditEntry](ctx, s, limit, "seq DESC", where.sql(), where.args...)
}

// VerifyAudit goes through the whole audit log, a batch at a time, and counts its entries. broken is the first whose place or hashes are
// not what they must be, nil where the chain holds: the log was changed there, or an entry before it is missing. What was cut off
// at the end cannot be seen from the log alone; who needs that keeps the last hash elsewhere.
func (s *Store) VerifyAudit(ctx context.Context) (entries int64, broken *models.AuditEntry, err error) {
	var before *models.AuditEntry
	for {
		var list []models.AuditEntry
		err := s.orm.WithContext(ctx).Where("seq > ?", entries).Order("seq").Limit(batch).Find(&list).Error
		if err != nil {
			return entries, nil, wrap("read the audit log", translate(err))
		}
		for i := range list {
			e := &list[i]
			if !e.Follows(before) {
				return entries, e, nil
			}
			entries++
			before = e
		}
		if len(list) < batch {
			return entries, nil, nil
		}
	}
}
