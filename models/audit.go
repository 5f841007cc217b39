package models

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FirstPrevHash is PrevHash of the first audit entry.
var FirstPrevHash = strings.Repeat("0", 64)

// ChainHash is what Hash of the entry must be: SHA-256 over all other fields, each written with its length in front, so that no
// text can be moved from one field to the next unnoticed. At is taken in milliseconds.
func (e *AuditEntry) ChainHash() string {
	h := sha256.New()
	for _, field := range []string{
		strconv.FormatInt(e.Seq, 10), strconv.FormatInt(e.At.UnixMilli(), 10), e.StaffID, e.Who, e.Action, e.Subject, e.Before, e.After,
		e.RemoteAddr, e.RequestID, e.PrevHash,
	} {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(field)))
		h.Write(size[:])
		h.Write([]byte(field))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Chain fills in the entry's place behind the one before it (nil: it is the first).
func (e *AuditEntry) Chain(before *AuditEntry, at time.Time) {
	e.Seq, e.PrevHash = 1, FirstPrevHash
	if before != nil {
		e.Seq, e.PrevHash = before.Seq+1, before.Hash
	}
	e.At = Instant(at)
	e.Hash = e.ChainHash()
}

// Actor is who of the staff asks for something, and from where; it goes into the audit log.
type Actor struct {
	StaffID    string `json:"staff_id"` // empty: the command line, or the shop itself
	Who        string `json:"who"`      // e-mail, or "command line"
	RemoteAddr string `json:"remote_addr"`
	RequestID  string `json:"request_id"`
}

// Facts are what an audit entry tells about one side of a change: names and plain values, never secrets. Nil: there was nothing.
type Facts map[string]string

// AuditActions lists everything that the audit log tells of, sorted. The store refuses an action that is not here, so that none is
// without words and none escapes the log's filter.
func AuditActions() []string {
	return []string{
		"category.change", "category.create", "category.delete", "category.move",
		"coin.accept_rate", "coin.change", "coin.create",
		"coupon.change", "coupon.create", "coupon.switch",
		"customer.erase", "customer.export",
		"day.seal",
		"discrepancy.accept", "discrepancy.assign", "discrepancy.settle",
		"order.ask", "order.cancel", "order.fulfil", "order.note", "order.resend",
		"product.change", "product.create", "product.delete", "product.duplicate", "product.feature", "product.hide", "product.import",
		"product.move", "product.publish", "product.unfeature",
		"refund.approved", "refund.declined", "refund.request",
		"review.close",
		"settings.change",
		"source.change", "source.create",
		"staff.create", "staff.disable", "staff.enable", "staff.invitation_end", "staff.invite", "staff.join", "staff.password",
		"staff.profile", "staff.recovery", "staff.recovery_used", "staff.reset", "staff.reset_link", "staff.reset_password",
		"staff.reset_totp", "staff.role", "staff.session_end", "staff.sessions_end", "staff.setup_link", "staff.sign_in", "staff.totp",
		"statement.fetch",
		"stock.correct", "stock.count",
		"tag.delete", "tag.rename",
		"task.start", "task.stop",
		"zone.change", "zone.create", "zone.delete",
	}
}

// AuditGroups lists the kinds of actions that the log can be narrowed down to, such as "order.", sorted.
func AuditGroups() []string {
	var groups []string
	for _, action := range AuditActions() {
		group, _, _ := strings.Cut(action, ".")
		groups = append(groups, group+".")
	}
	return slices.Compact(groups)
}
