package books

import (
	"context"
	"fmt"
	"strconv"

	"github.com/coincart/coincart/models"
)

// fillAudit writes entries of the audit log, newest first, with their hashes.
func (s *Service) fillAudit(ctx context.Context, t table, f models.AuditFilter) error {
	err := header(t, "entry", s.zoned("time"), "by", "action", "subject", "before", "after", "network address", "request ID", "hash")
	if err != nil {
		return err
	}
	err = s.store.EachAuditEntry(ctx, f, func(e models.AuditEntry) error {
		return t.row([]cell{
			exact(strconv.FormatInt(e.Seq, 10)), s.timeCell(e.At), plain(e.Who), exact(e.Action), plain(e.Subject), plain(e.Before), plain(e.After),
			plain(e.RemoteAddr), plain(e.RequestID), exact(e.Hash),
		})
	})
	if err != nil {
		return fmt.Errorf("export the audit log: %w", err)
	}
	return nil
}
