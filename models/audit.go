package models

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models/text"
)

// FirstPrevHash is PrevHash of the first audit entry.
var FirstPrevHash = strings.Repeat("0", 64)

// ChainHash returns what Hash of the entry must be: SHA-256 over all other fields, each written with its length in front, so that no
// text can be moved from one field to the next unnoticed. At is taken in milliseconds. Of the address it covers Origin alone, so that
// the address can be forgotten; entries of before there was one have no Origin, and their hash covers the address itself.
func (e *AuditEntry) ChainHash() string {
	const form = "2"
	fields := []string{
		strconv.FormatInt(e.Seq, 10), strconv.FormatInt(e.At.UnixMilli(), 10), e.StaffID, e.Who, e.Action, e.Subject, e.Before, e.After,
	}
	if e.Origin == "" {
		fields = append(fields, e.RemoteAddr, e.RequestID, e.PrevHash)
	} else {
		fields = append([]string{form}, append(fields, e.Origin, e.RequestID, e.PrevHash)...)
	}
	return digestOf(fields...)
}

// originHash returns the value of Origin while salt and address are kept.
func (e *AuditEntry) originHash() string { return digestOf("origin", e.OriginSalt, e.RemoteAddr) }

// digestOf returns the hex SHA-256 of texts, each with its length in front.
func digestOf(texts ...string) string {
	h := sha256.New()
	for _, text := range texts {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(text)))
		h.Write(size[:])
		h.Write([]byte(text))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Chain puts the entry behind the one before it (nil: it is the first) and computes its hashes.
func (e *AuditEntry) Chain(before *AuditEntry, at time.Time) {
	e.Seq, e.PrevHash = before.next()
	e.At = Instant(at)
	e.OriginSalt = rand.Text()
	e.Origin = e.originHash()
	e.Hash = e.ChainHash()
}

// Follows reports whether the entry is unchanged and directly follows the one before it (nil: it is the first).
func (e *AuditEntry) Follows(before *AuditEntry) bool {
	seq, prev := before.next()
	return e.Seq == seq && e.PrevHash == prev && e.Hash == e.ChainHash() && e.originWhole()
}

// next returns Seq and PrevHash of the entry after e (nil: of the first entry).
func (e *AuditEntry) next() (seq int64, prevHash string) {
	if e == nil {
		return 1, FirstPrevHash
	}
	return e.Seq + 1, e.Hash
}

// originWhole reports whether the address is the one that was written down, or was forgotten together with its salt.
func (e *AuditEntry) originWhole() bool {
	switch {
	case e.Origin == "":
		return e.OriginSalt == ""
	case e.OriginSalt == "":
		return e.RemoteAddr == ""
	default:
		return e.Origin == e.originHash()
	}
}

// Actor is a person of the staff who does something, and where from, for the audit log.
type Actor struct {
	StaffID    string `json:"staff_id"` // empty: the command line, or the shop itself
	Who        string `json:"who"`      // e-mail, or "command line"
	RemoteAddr string `json:"-"`        // kept in columns of its own alone, where it is forgotten after its time
	RequestID  string `json:"request_id"`
}

// Facts are what an audit entry records of one side of a change: names and plain values, never secrets. Nil: there was nothing.
type Facts map[string]string

// maxFactText is the maximum length of a text in an audit entry, in characters.
const maxFactText = 200

// FactText shortens a long text for an audit entry.
func FactText(value string) string {
	if short := text.Clip(value, maxFactText); short != value {
		return short + "…"
	}
	return value
}

// ChangedFacts leaves out what is the same on both sides of a change.
func ChangedFacts(before, after Facts) (was, is Facts) {
	was, is = Facts{}, Facts{}
	for name, value := range after {
		if old, ok := before[name]; !ok || old != value {
			is[name] = value
			if ok {
				was[name] = old
			}
		}
	}
	for name, old := range before {
		if _, ok := after[name]; !ok {
			was[name] = old
		}
	}
	return was, is
}

// JSON returns the facts in the form of the audit log, "" if there are none.
func (f Facts) JSON() (string, error) {
	if len(f) == 0 {
		return "", nil
	}
	text, err := json.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("encode the facts of an audit entry: %w", err)
	}
	return string(text), nil
}

// AuditActions returns all actions that the audit log records, sorted. The store refuses any other action, so that none is
// without words and none is missing from the log's filter.
func AuditActions() []string {
	return []string{
		"category.change", "category.create", "category.delete", "category.move",
		"coin.accept_rate", "coin.change", "coin.create",
		"coupon.change", "coupon.create", "coupon.switch",
		"customer.erase", "customer.export", "customer.note",
		"day.seal",
		"discrepancy.accept", "discrepancy.assign", "discrepancy.note", "discrepancy.reopen", "discrepancy.settle",
		"key.change", "key.create", "key.end", "key.pair",
		"link.change", "link.create", "link.mail", "link.switch",
		"order.ask", "order.cancel", "order.note", "order.resend", "order.ship", "order.ship_correct", "order.ship_undo",
		"product.change", "product.create", "product.delete", "product.duplicate", "product.feature", "product.hide", "product.import",
		"product.move", "product.publish", "product.unfeature",
		"refund.approved", "refund.declined", "refund.request",
		"review.decide",
		"security.code_refused", "security.cross_site", "security.forbidden", "security.new_browser", "security.recovery_used",
		"security.refused", "security.tampered_link", "security.throttled",
		"settings.change",
		"source.change", "source.create",
		"staff.alerts", "staff.create", "staff.disable", "staff.enable", "staff.invitation_end", "staff.invite", "staff.join", "staff.password",
		"staff.profile", "staff.recovery", "staff.recovery_used", "staff.reset", "staff.reset_link", "staff.reset_password",
		"staff.reset_totp", "staff.role", "staff.session_end", "staff.sessions_end", "staff.setup_link", "staff.sign_in", "staff.totp",
		"statement.fetch",
		"stock.correct", "stock.count",
		"tag.delete", "tag.rename",
		"task.start", "task.stop",
		"webhook.change", "webhook.create", "webhook.delete", "webhook.ping", "webhook.resend", "webhook.rotate", "webhook.switch",
		"zone.change", "zone.create", "zone.delete",
	}
}

// AuditGroups returns the kinds of actions that the log can be narrowed down to, such as "order.", sorted.
func AuditGroups() []string {
	var groups []string
	for _, action := range AuditActions() {
		group, _, _ := strings.Cut(action, ".")
		groups = append(groups, group+".")
	}
	return slices.Compact(groups)
}
