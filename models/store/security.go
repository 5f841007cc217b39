package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

// forAccounts is the purpose of the key of AccountDigest.
const forAccounts = "coincart accounts of staff in logs"

// AccountDigest returns a name for an account's e-mail address in logs that says nothing about it without the key; "" where there is no key,
// or no address.
func (s *Store) AccountDigest(email string) string {
	if email == "" || s.sealer.aead == nil {
		return ""
	}
	digest, err := s.sealer.digest(forAccounts, foldEmail(email))
	if err != nil {
		return ""
	}
	return digest
}

// maxSecurityRows is the maximum number of rows of an hour: further networks and accounts share a row per kind.
const maxSecurityRows = 2000

// AddSecurityCounts adds to the counts of hours; Count, FirstAt and LastAt of each are what is added.
func (s *Store) AddSecurityCounts(ctx context.Context, add []models.SecurityCount) error {
	if len(add) == 0 {
		return nil
	}
	list := slices.Clone(add)
	slices.SortFunc(list, func(a, b models.SecurityCount) int { // in one order, or two replicas would wait for each other crosswise
		return cmp.Or(a.Hour.Compare(b.Hour), strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Network, b.Network), strings.Compare(a.Account, b.Account))
	})
	return wrap("count events of security", s.Tx(ctx, func(tx *Store) error {
		for _, c := range list {
			if err := tx.addSecurityCount(ctx, c); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (s *Store) addSecurityCount(ctx context.Context, c models.SecurityCount) error {
	c.Hour, c.FirstAt, c.LastAt = models.Instant(c.Hour), models.Instant(c.FirstAt), models.Instant(c.LastAt)
	clipTexts(&c, "network", "account")
	n, err := s.exec(ctx, "UPDATE security_counts SET `count` = `count` + ?, last_at = ? WHERE `hour` = ? AND kind = ? AND network = ? AND account = ?",
		c.Count, c.LastAt, c.Hour, string(c.Kind), c.Network, c.Account)
	if err != nil || n > 0 {
		return err
	}
	rows := 0
	if err := s.one(ctx, "SELECT COUNT(*) FROM security_counts WHERE `hour` = ?", []any{c.Hour}, &rows); err != nil {
		return err
	}
	if rows >= maxSecurityRows {
		c.Network, c.Account = "", ""
	}
	query := "INSERT INTO security_counts (`hour`, kind, network, account, `count`, audited, first_at, last_at) VALUES (?, ?, ?, ?, ?, 0, ?, ?) "
	if s.dialect == migrations.SQLite {
		query += "ON CONFLICT (`hour`, kind, network, account) DO UPDATE SET `count` = `count` + excluded.`count`, last_at = excluded.last_at"
	} else {
		query += "ON DUPLICATE KEY UPDATE `count` = `count` + VALUES(`count`), last_at = VALUES(last_at)"
	}
	_, err = s.exec(ctx, query, c.Hour, string(c.Kind), c.Network, c.Account, c.Count, c.FirstAt, c.LastAt)
	return err
}

// SecuritySince reads how often things happened to an account after a time, by kind. Of the hour of that time it counts everything, if
// something happened after the time.
func (s *Store) SecuritySince(ctx context.Context, account string, since time.Time) (map[models.SecurityKind]int, error) {
	if account == "" {
		return map[models.SecurityKind]int{}, nil
	}
	counts, err := readMap[models.SecurityKind, int](ctx, s,
		"SELECT kind, SUM(`count`) FROM security_counts WHERE account = ? AND last_at > ? GROUP BY kind", account, models.Instant(since))
	return counts, wrap("read events of security", err)
}

// UnauditedSecurity reads the counts of the first hour before a time that the audit log does not have yet, the largest first.
func (s *Store) UnauditedSecurity(ctx context.Context, before time.Time) ([]models.SecurityCount, error) {
	var hour time.Time
	err := s.one(ctx, "SELECT MIN(`hour`) FROM security_counts WHERE `hour` < ? AND audited < `count`", []any{models.Instant(before)}, orZero(&hour))
	if err != nil || hour.IsZero() {
		return nil, wrap("look for events of security", err)
	}
	list, err := find[models.SecurityCount](ctx, s, "`count` DESC, kind, network, account", "`hour` = ? AND audited < `count`", hour)
	return list, wrap("read events of security", err)
}

// AuditSecurity notes that the audit log has all that a count says; ErrConflict: another replica wrote it, or more was counted meanwhile. It
// belongs in the transaction of the entry.
func (s *Store) AuditSecurity(ctx context.Context, c models.SecurityCount) error {
	return wrap("note an event of security", s.execOr(ctx, ErrConflict,
		"UPDATE security_counts SET audited = ? WHERE `hour` = ? AND kind = ? AND network = ? AND account = ? AND audited = ? AND `count` = ?",
		c.Count, models.Instant(c.Hour), string(c.Kind), c.Network, c.Account, c.Audited, c.Count))
}

// ForgetSecurity removes up to limit counts of hours before a time that the audit log has, and returns how many.
func (s *Store) ForgetSecurity(ctx context.Context, before time.Time, limit int) (int, error) {
	before = models.Instant(before)
	var last time.Time
	n := 0
	err := s.each(ctx, "SELECT `hour` FROM security_counts WHERE `hour` < ? AND audited >= `count` ORDER BY `hour` LIMIT ?", []any{before, max(1, limit)},
		func(rows *sql.Rows) error {
			n++
			return rows.Scan(&last)
		})
	if err != nil || n == 0 {
		return 0, wrap("look for old events of security", err)
	}
	gone, err := s.exec(ctx, "DELETE FROM security_counts WHERE `hour` <= ? AND audited >= `count`", last)
	return int(gone), wrap("remove old events of security", err)
}
