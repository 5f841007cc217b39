package opay

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

// Types of statement lines (platform/api.md §3.5).
const (
	OrderTypePayment  = "1"
	OrderTypeTransfer = "11" // refund or grant
)

// MaxPageSize is the maximum number of lines on a page.
const MaxPageSize = 2000

// StatementRequest requests records of a day (platform/api.md §3.5).
type StatementRequest struct {
	Day       string // yyyy-MM-dd in the platform's time zone; empty: today there
	OrderType string // OrderTypePayment, OrderTypeTransfer, or empty for all
	Page      int    // from 1; 0: all records at once, which fails above 10,000 lines or 8 MiB
	PageSize  int    // up to MaxPageSize; 0: MaxPageSize
}

// StatementPage is one page of a statement. Every line is in Lines or in
// Unreadable, in the order of the page.
type StatementPage struct {
	Count      int              `json:"count"` // number of records of the day, over all pages
	Lines      []StatementLine  `json:"lines"` // lines that could be read
	Unreadable []UnreadableLine `json:"unreadable,omitempty"`
	// Raw is the JSON of the answer's data, verified with SigningRSA, for hashing and storing. It contains openIds,
	// so it must be stored encrypted. It is left out when a page is printed, logged
	// or encoded.
	Raw []byte `json:"-"`
}

// Size returns the number of lines on the page, including unreadable ones. The
// sizes of all pages add up to Count.
func (p StatementPage) Size() int { return len(p.Lines) + len(p.Unreadable) }

// InOrder iterates over the lines in the order of the page. Each pair has one
// readable or one unreadable line; the other is nil.
func (p StatementPage) InOrder() iter.Seq2[*StatementLine, *UnreadableLine] {
	return func(yield func(*StatementLine, *UnreadableLine) bool) {
		lines, bad := p.Lines, p.Unreadable
		for at := 1; len(lines)+len(bad) > 0; at++ {
			var line *StatementLine
			var unreadable *UnreadableLine
			if len(bad) > 0 && (bad[0].Position <= at || len(lines) == 0) {
				unreadable, bad = &bad[0], bad[1:]
			} else {
				line, lines = &lines[0], lines[1:]
			}
			if !yield(line, unreadable) {
				return
			}
		}
	}
}

// String returns the numbers of records and lines only.
func (p StatementPage) String() string {
	if len(p.Unreadable) > 0 {
		return fmt.Sprintf("statement page(%d of %d lines, %d unreadable)", p.Size(), p.Count, len(p.Unreadable))
	}
	return fmt.Sprintf("statement page(%d of %d lines)", p.Size(), p.Count)
}

// GoString returns String.
func (p StatementPage) GoString() string { return p.String() }

// LogValue logs String.
func (p StatementPage) LogValue() slog.Value { return slog.StringValue(p.String()) }

// StatementLine is one record. The platform gives no order number, status or fee:
// match lines by OrderType and AppOrderID. The record's openId is left out.
type StatementLine struct {
	AppOrderID     string    `json:"app_order_id"`
	OrderType      string    `json:"order_type"`       // OrderTypePayment or OrderTypeTransfer
	Amount         Amount    `json:"amount"`           // in the form of [ReadAmount]
	Coin           string    `json:"coin"`             // upper case
	UserID         string    `json:"user_id"`          // the payer's UID, or empty
	MerchantUserID string    `json:"merchant_user_id"` // or empty
	CreatedAt      time.Time `json:"created_at"`       // UTC; zero if absent
	PaidAt         time.Time `json:"paid_at"`          // UTC; zero if absent
}

// UnreadableLine describes a line that cannot be read, without its openId and other
// accounts. The whole line is in [StatementPage].Raw.
type UnreadableLine struct {
	Position   int    `json:"position"`     // from 1, among all lines of the page
	Member     string `json:"member"`       // name of the invalid member, such as "orderAmount", or WholeLine
	Reason     string `json:"reason"`       // what is wrong, one of a fixed set of texts
	AppOrderID string `json:"app_order_id"` // or empty, if it cannot be read either
	OrderType  string `json:"order_type"`   // or empty
	Coin       string `json:"coin"`         // upper case, or empty
	Text       string `json:"text"`         // the line for a person to read: ids, amount, coin, type and times as they came, at most 500 bytes
	Digest     string `json:"digest"`       // hex SHA-256 of the line's JSON without white space, to distinguish such lines
}

// WholeLine is the Member of an [UnreadableLine] that is invalid as a whole.
const WholeLine = "line"

// Err returns an error that wraps [ErrUnreadableLine] and names the position, the
// member and the reason.
func (l UnreadableLine) Err() error {
	return fmt.Errorf("%w: line %d of the page: %s %s", ErrUnreadableLine, l.Position, l.Member, l.Reason)
}

// Statement returns one page of a statement. An unreadable line is not an error: it
// is in Unreadable, and the other lines are in Lines. If the page itself cannot be
// read, the error wraps [ErrUnknownOutcome]; Raw is still set if the answer was
// verified, so that it can be stored.
func (c *Client) Statement(ctx context.Context, r StatementRequest) (StatementPage, error) {
	if err := r.check(); err != nil {
		return StatementPage{}, err
	}
	const op = "merchantBillingDay"
	var fields []Field
	fields = appendSet(fields, "orderType", r.OrderType)
	fields = appendSet(fields, "day", r.Day)
	if r.Page > 0 {
		fields = append(fields, Field{"pageNum", strconv.Itoa(r.Page)})
	}
	if r.PageSize > 0 {
		fields = append(fields, Field{"pageSize", strconv.Itoa(r.PageSize)})
	}
	a, err := c.do(ctx, call{op: op, path: c.profile.Paths.Statement, fields: fields, limit: maxStatementBytes, read: true, list: "list"})
	page := StatementPage{Raw: a.plain}
	if err != nil {
		return page, err
	}
	if err := a.Exact("count", "list"); err != nil {
		return page, badAnswer(op, "a name in the answer is in another case")
	}
	text, ok := a.integer("count", 9)
	if page.Count, err = strconv.Atoi(text); !ok || err != nil {
		return page, badAnswer(op, "the answer has no count")
	}
	if a.elements == nil && (page.Count != 0 || !a.absent("list")) {
		return page, badAnswer(op, "the answer has no list")
	}
	for i, e := range a.elements {
		line, bad := parseStatementLine(e)
		if bad.Member != "" {
			bad.Position = i + 1
			page.Unreadable = append(page.Unreadable, bad)
			continue
		}
		page.Lines = append(page.Lines, line)
	}
	return page, nil
}

// StatementLines iterates over a statement from its first page to its last. It does
// not use r.Page. An unreadable line gives an error that wraps [ErrUnreadableLine],
// and iteration may continue; any other error ends it. [ErrStatementShifted] means
// that the statement changed while it was read: discard the lines and start again.
func (c *Client) StatementLines(ctx context.Context, r StatementRequest) iter.Seq2[StatementLine, error] {
	if r.PageSize == 0 {
		r.PageSize = MaxPageSize
	}
	return func(yield func(StatementLine, error) bool) {
		count, seen := -1, 0
		for r.Page = 1; seen < count || count < 0; r.Page++ {
			page, err := c.Statement(ctx, r)
			if err != nil {
				yield(StatementLine{}, err)
				return
			}
			if err := checkContinues(page, r, count, seen); err != nil {
				yield(StatementLine{}, err)
				return
			}
			count = page.Count
			seen += page.Size()
			for line, bad := range page.InOrder() {
				if bad != nil && !yield(StatementLine{}, bad.Err()) || line != nil && !yield(*line, nil) {
					return
				}
			}
		}
	}
}

// checkContinues checks that a page continues the earlier pages, which had seen
// lines and the given count, or -1.
func checkContinues(page StatementPage, r StatementRequest, count, seen int) error {
	switch after := seen + page.Size(); {
	case count >= 0 && page.Count != count:
		return fmt.Errorf("%w: page %d counts %d records, the pages before it %d", ErrStatementShifted, r.Page, page.Count, count)
	case after > page.Count:
		return fmt.Errorf("%w: %d lines up to page %d, but %d records", ErrStatementShifted, after, r.Page, page.Count)
	case after < page.Count && page.Size() < r.PageSize:
		return fmt.Errorf("%w: page %d is short, %d lines of %d records so far", ErrStatementShifted, r.Page, after, page.Count)
	}
	return nil
}

func (r StatementRequest) check() error {
	if r.Day != "" {
		if _, err := time.Parse(time.DateOnly, r.Day); err != nil {
			return fmt.Errorf("%w: day must be yyyy-MM-dd", ErrInvalidRequest)
		}
	}
	switch {
	case r.OrderType != "" && r.OrderType != OrderTypePayment && r.OrderType != OrderTypeTransfer:
		return fmt.Errorf("%w: orderType must be empty, %s or %s", ErrInvalidRequest, OrderTypePayment, OrderTypeTransfer)
	case r.Page < 0:
		return fmt.Errorf("%w: page is negative", ErrInvalidRequest)
	case r.PageSize < 0 || r.PageSize > MaxPageSize:
		return fmt.Errorf("%w: page size must be 0 to %d", ErrInvalidRequest, MaxPageSize)
	}
	return nil
}

// parseStatementLine parses a line. If the line is unreadable, it returns a
// description whose Member is set.
func parseStatementLine(e element) (line StatementLine, bad UnreadableLine) {
	o := e.object
	var amountErr error
	text, _ := o.Text("orderAmount")
	line.Amount, amountErr = ReadAmount(text)
	if id, ok := o.id("appOrderId"); ok && isToken(id, 256) {
		line.AppOrderID = id
	}
	line.OrderType, _ = o.integer("orderType", 9)
	if coin, _ := o.Text("payCoinSymbol"); isCoin(coin) {
		line.Coin = strings.ToUpper(coin)
	}
	if member, reason := lineProblem(e, line, amountErr); member != "" {
		return StatementLine{}, UnreadableLine{
			Member: member, Reason: reason, AppOrderID: line.AppOrderID, OrderType: line.OrderType, Coin: line.Coin, Text: lineText(e.raw),
			Digest: lineDigest(e.raw),
		}
	}
	if id, ok := o.id("userId"); ok && isToken(id, maxID) {
		line.UserID = id
	}
	if id, ok := o.id("merchantUserId"); ok && isToken(id, maxID) {
		line.MerchantUserID = id
	}
	line.CreatedAt = millis(o, "createTime")
	line.PaidAt = millis(o, "payTime")
	return line, UnreadableLine{}
}

// lineProblem returns the first member of a line that cannot be read and the
// reason, one of a fixed set of texts. member is empty if there is none.
func lineProblem(e element, line StatementLine, amountErr error) (member, reason string) {
	if e.err != nil {
		return WholeLine, "is unreadable: " + reasonOf(e.err, ErrJSON)
	}
	for _, name := range []string{"appOrderId", "payCoinSymbol", "orderAmount", "orderType"} {
		if e.object.Exact(name) != nil {
			return name, "is written in another case"
		}
	}
	_, isText := e.object.Text("orderAmount")
	switch {
	case line.AppOrderID == "":
		return "appOrderId", "is missing or malformed"
	case line.OrderType == "":
		return "orderType", "is missing or malformed"
	case line.Coin == "":
		return "payCoinSymbol", "is missing or malformed"
	case !isText:
		return "orderAmount", "is missing or malformed"
	case amountErr != nil:
		return "orderAmount", "is unreadable: " + reasonOf(amountErr, ErrAmount)
	}
	return "", ""
}

// reasonOf returns the text of err without the sentinel's.
func reasonOf(err, sentinel error) string {
	return strings.TrimPrefix(err.Error(), sentinel.Error()+": ")
}

// lineDigest returns the hex SHA-256 of a line's JSON without white space.
func lineDigest(raw []byte) string {
	var text bytes.Buffer
	if err := json.Compact(&text, raw); err != nil {
		text.Reset() // raw is part of valid JSON, so this does not happen
		text.Write(raw)
	}
	sum := sha256.Sum256(text.Bytes())
	return hex.EncodeToString(sum[:])
}
