package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/coincart/coincart/models"
)

// sealedColumns hold what the store encrypts (I13), by table: the key and the columns.
var sealedColumns = []struct{ table, key, column string }{
	{"attempts", "id", "payer_sealed"},
	{"sessions", "id", "data"},
	{"settings", "name", "sealed"},
	{"staff", "id", "totp_sealed"},
	{"statement_pages", "statement_id", "sealed"},
}

// secretMarks are what the secrets of a shop look like in a text: the members of the platform's messages that hold tokens and accounts, the
// parameters of its pages, and private keys. A member without its text is none: unreadable lines are shown with "…" instead.
func secretMarks() []string {
	marks := []string{"&token=", "?token=", "-----BEGIN PRIVATE KEY", "-----BEGIN RSA PRIVATE KEY"}
	for _, member := range []string{"openId", "open_id", "token", "refreshToken"} {
		marks = append(marks, `"`+member+`":"`, `"`+member+`": "`)
	}
	return marks
}

// freeOfSecrets are the tables whose texts must have no secretMarks (I13). Left out are what people write for shoppers, which may be about
// anything: the catalogue and the settings' pages.
var freeOfSecrets = []string{
	"orders", "order_lines", "attempts", "evidence", "transitions", "reviews", "inbox", "outbox", "notes", "customer_notes", "refunds", "statements",
	"statement_lines", "book_days", "discrepancies", "discrepancy_events", "tasks", "task_rows", "audit_entries", "staff", "staff_sessions",
}

// secretsInvariant finds secrets that are not encrypted (I13): what should be sealed and is not, and texts that look like a token or a key.
func (s *Store) secretsInvariant(ctx context.Context) ([]Violation, error) {
	var found []Violation
	for _, c := range sealedColumns {
		err := s.each(ctx, fmt.Sprintf("SELECT %s, %s FROM %s WHERE %s IS NOT NULL", c.key, c.column, c.table, c.column), nil, func(rows *sql.Rows) error {
			var key string
			var sealed []byte
			if err := rows.Scan(&key, &sealed); err != nil {
				return err
			}
			if !looksSealed(sealed) && len(found) < shownPerRule {
				found = append(found, Violation{"I13", c.table + "." + c.column + " is not encrypted: " + key})
			}
			return nil
		})
		if err != nil {
			return found, wrap("check I13", err)
		}
	}
	for _, table := range freeOfSecrets {
		columns := textColumns(table)
		conditions := make([]string, 0, len(columns)*len(secretMarks()))
		var args []any
		for _, column := range columns {
			for _, mark := range secretMarks() {
				conditions, args = append(conditions, "`"+column+"` LIKE ?"), append(args, "%"+mark+"%")
			}
		}
		query := fmt.Sprintf("SELECT COUNT(*) FROM %s WHERE %s", table, strings.Join(conditions, " OR "))
		n := 0
		if err := s.one(ctx, query, args, &n); err != nil {
			return found, wrap("check I13 in "+table, err)
		}
		if n > 0 {
			found = append(found, Violation{"I13", fmt.Sprintf("rows of %s that hold what looks like a token or a key: %d", table, n)})
		}
	}
	return found, nil
}

// plainMember is the beginning of a member of a message. Chance writes less of it, such as `":"`, into a long page that is sealed.
var plainMember = regexp.MustCompile(`"[A-Za-z]\w+": ?"`)

// looksSealed reports whether bytes have the form of sealed content: empty, or a version and something that is no text of the shop's.
func looksSealed(sealed []byte) bool {
	return len(sealed) == 0 || sealed[0] == sealVersion && !plainMember.Match(sealed)
}

// textColumns returns the columns of a table that hold texts, but for those that hold envelopes of the platform, which are encrypted.
func textColumns(table string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(widths[table])), func(column string) bool {
		return table == "inbox" && (column == "data" || column == "sign")
	})
}

// UnknownPayments returns the payments of a list, which the platform calls paid, that are neither paid nor in review here (I5): nothing but an
// open case may be about them. An empty AppOrderID is unknown.
func (s *Store) UnknownPayments(ctx context.Context, paid []models.PlatformPayment) ([]models.PlatformPayment, error) {
	ids := make([]string, len(paid))
	for i, p := range paid {
		ids[i] = p.AppOrderID
	}
	known, err := readMapOf[int](ctx, s, `SELECT a.app_order_id, CASE WHEN a.state = 'paid' OR o.state = 'review' OR EXISTS (
			SELECT 1 FROM reviews r WHERE r.`+"`open`"+` = 1 AND (r.attempt_id = a.id OR r.order_id = o.id)) THEN 1 ELSE 0 END
		FROM attempts a JOIN orders o ON o.id = a.order_id WHERE a.app_order_id IN {keys}`, possibleKeys(ids))
	if err != nil {
		return nil, wrap("compare with the platform's payments", err)
	}
	reviewed, err := readMapOf[int](ctx, s, "SELECT subject, 1 FROM reviews WHERE `open` = 1 AND kind = 'unknown_order' AND subject IN {keys}",
		numbersOf(paid))
	if err != nil {
		return nil, wrap("compare with the platform's payments", err)
	}
	var unknown []models.PlatformPayment
	for _, p := range paid {
		if known[p.AppOrderID] == 0 && (p.OrderNum == "" || reviewed[p.OrderNum] == 0) {
			unknown = append(unknown, p)
		}
	}
	return unknown, nil
}

func numbersOf(paid []models.PlatformPayment) []string {
	var list []string
	for _, p := range paid {
		if p.OrderNum != "" {
			list = append(list, p.OrderNum)
		}
	}
	return list
}

// StatedPayments calls fn with the payments on the statement of each day that was compared, a day at a time. Lines that a discrepancy is about
// are left out: a person has them.
func (s *Store) StatedPayments(ctx context.Context, fn func([]models.PlatformPayment) error) error {
	days, err := readMap[string, string](ctx, s, "SELECT day, statement_id FROM book_days WHERE statement_id <> ''")
	for _, day := range sortedKeys(days) {
		var list []models.PlatformPayment
		list, err = collect(ctx, s, `SELECT l.app_order_id, l.coin, l.amount FROM statement_lines l
			WHERE l.statement_id = ? AND l.type = '1' AND l.unreadable = '' AND NOT EXISTS (SELECT 1 FROM discrepancies x
				WHERE x.day = ? AND x.type = l.type AND x.app_order_id = l.app_order_id)`, []any{days[day], day},
			func(rows *sql.Rows) (p models.PlatformPayment, err error) {
				err = rows.Scan(&p.AppOrderID, &p.Coin, nullAmount{&p.Amount})
				return p, err
			})
		if err == nil && len(list) > 0 {
			err = fn(list)
		}
		if err != nil {
			break
		}
	}
	return wrap("read the statements' payments", err)
}
