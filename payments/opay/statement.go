package opay

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

// Kinds of statement lines (platform/api.md §3.5).
const (
	OrderTypePayment  = "1"
	OrderTypeTransfer = "11" // refund or grant
)

// MaxPageSize is the most lines that the platform puts on a page.
const MaxPageSize = 2000

// StatementRequest asks for the records of a day (platform/api.md §3.5).
type StatementRequest struct {
	Day       string // yyyy-MM-dd in the platform's time zone; empty: the platform's today
	OrderType string // OrderTypePayment, OrderTypeTransfer, or empty for all
	Page      int    // from 1; 0: everything at once, which fails above 10,000 lines or 8 MiB
	PageSize  int    // up to MaxPageSize; 0: MaxPageSize
}

// StatementPage is one page of a statement.
type StatementPage struct {
	Count int             `json:"count"` // the day's records, over all pages
	Lines []StatementLine `json:"lines"`
	// Raw is the verified plaintext, for hashing and keeping. It has openIds in it:
	// it belongs into sealed storage only, and is left out when a page is printed,
	// logged or encoded.
	Raw []byte `json:"-"`
}

// String gives the numbers of records and lines only.
func (p StatementPage) String() string {
	return fmt.Sprintf("statement page(%d of %d lines)", len(p.Lines), p.Count)
}

// GoString is String.
func (p StatementPage) GoString() string { return p.String() }

// LogValue logs String.
func (p StatementPage) LogValue() slog.Value { return slog.StringValue(p.String()) }

// StatementLine is one record. The platform gives no order number, status or fee:
// match lines on OrderType and AppOrderID. Its openId is dropped.
type StatementLine struct {
	AppOrderID     string    `json:"app_order_id"`
	OrderType      string    `json:"order_type"`       // as OrderTypePayment, OrderTypeTransfer
	Amount         Amount    `json:"amount"`           // as written by the platform; compare with Equal
	Coin           string    `json:"coin"`             // upper case
	UserID         string    `json:"user_id"`          // the payer's UID, or empty
	MerchantUserID string    `json:"merchant_user_id"` // or empty
	CreatedAt      time.Time `json:"created_at"`       // UTC; zero if absent
	PaidAt         time.Time `json:"paid_at"`          // UTC; zero if absent
}

// Statement asks for one page. If a line cannot be read, for instance because its
// amount has an exponent or a sign (reliability.md E5), the error says which line
// and which member and wraps [ErrUnknownOutcome]; Count and Raw are then set all
// the same, so that the platform's words can be kept.
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
	a, err := c.do(ctx, call{op: op, path: PathStatement, fields: fields, limit: maxStatementBytes, read: true})
	if err != nil {
		return StatementPage{}, err
	}
	if err := a.Exact("count", "list"); err != nil {
		return StatementPage{}, garbled(op, "a name in the answer is in another case")
	}
	text, _ := a.Text("count")
	count, err := strconv.Atoi(text)
	if err != nil || !isDigits(text, 9) {
		return StatementPage{}, garbled(op, "the answer has no count")
	}
	page := StatementPage{Count: count, Raw: a.plain}
	objects, ok := a.Objects("list")
	if !ok && (count != 0 || !a.absent("list")) {
		return page, garbled(op, "the answer has no list")
	}
	for i, o := range objects {
		line, err := statementLine(op, i+1, o)
		if err != nil {
			page.Lines = nil
			return page, err
		}
		page.Lines = append(page.Lines, line)
	}
	return page, nil
}

// StatementLines reads a statement from its first page to its last; r.Page is not
// used. It ends with the first error. [ErrStatementShifted] says that the pages do
// not belong together, because the statement changed while it was read: throw the
// lines away and begin again.
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
			if err := fits(page, r, count, seen); err != nil {
				yield(StatementLine{}, err)
				return
			}
			count = page.Count
			seen += len(page.Lines)
			for _, line := range page.Lines {
				if !yield(line, nil) {
					return
				}
			}
		}
	}
}

// fits tells whether a page continues the pages before it: count was theirs (or -1)
// and seen lines came before.
func fits(page StatementPage, r StatementRequest, count, seen int) error {
	switch after := seen + len(page.Lines); {
	case count >= 0 && page.Count != count:
		return fmt.Errorf("%w: page %d counts %d records, the pages before it %d", ErrStatementShifted, r.Page, page.Count, count)
	case after > page.Count:
		return fmt.Errorf("%w: %d lines up to page %d, but %d records", ErrStatementShifted, after, r.Page, page.Count)
	case after < page.Count && len(page.Lines) < r.PageSize:
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

func statementLine(op string, number int, o Object) (StatementLine, error) {
	bad := func(what string) (StatementLine, error) {
		return StatementLine{}, garbled(op, fmt.Sprintf("line %d of the page: %s", number, what))
	}
	if err := o.Exact("appOrderId", "payCoinSymbol", "orderAmount", "orderType"); err != nil {
		return bad("a name is in another case")
	}
	var line StatementLine
	line.AppOrderID, _ = o.Text("appOrderId")
	line.OrderType, _ = o.Text("orderType")
	amount, _ := o.Text("orderAmount")
	coin, _ := o.Text("payCoinSymbol")
	switch {
	case !isToken(line.AppOrderID, 256):
		return bad("appOrderId is missing or malformed")
	case !isDigits(line.OrderType, 9):
		return bad("orderType is missing or malformed")
	case !isCoin(coin):
		return bad("payCoinSymbol is missing or malformed")
	case strings.ContainsAny(amount, "eE"):
		return bad("orderAmount has an exponent, which is not accepted for money")
	}
	var err error
	if line.Amount, err = ParseAmount(amount); err != nil {
		return bad("orderAmount is missing or not decimal text")
	}
	line.Coin = strings.ToUpper(coin)
	if text, ok := o.Text("userId"); ok && isToken(text, maxID) {
		line.UserID = text
	}
	if text, ok := o.Text("merchantUserId"); ok && isToken(text, maxID) {
		line.MerchantUserID = text
	}
	line.CreatedAt = millis(o, "createTime")
	line.PaidAt = millis(o, "payTime")
	return line, nil
}
