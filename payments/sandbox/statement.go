package sandbox

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

// maxPageSize is the maximum and the default number of lines on a page of a statement (platform/api.md §3.5).
const maxPageSize = 2000

var countForm = regexp.MustCompile(`^[1-9][0-9]{0,8}$`)

// statementQuery selects the lines of a statement.
type statementQuery struct {
	kind     OrderType // 0: all
	uid      string    // "": all
	from, to time.Time // from inclusive, to exclusive
	page     int       // 0: everything
	size     int
}

func merchantBillingDay(k *core, r request) (reply, error) {
	q, err := k.statementQuery(r)
	if err != nil {
		return reply{}, err
	}
	if _, shifted := find(r.struck, FaultStatementShifted); shifted {
		q.from, q.to = q.from.Add(8*time.Hour), q.to.Add(8*time.Hour)
	}
	lines, unreadable := k.spoilLines(k.statementLines(r.app.AppID, q), r)
	count := len(lines)
	if q.page > 0 {
		from := min((q.page-1)*q.size, count)
		lines = lines[from:min(from+q.size, count)]
	}
	list := make([][]byte, len(lines))
	bad, _ := find(r.struck, FaultStatementUnreadable)
	for i, o := range lines {
		fields := k.statementLine(o)
		if way, java := k.javaWay(r.struck, FaultJavaAmount, o); java {
			fields = replaced(fields, "orderAmount", javaNumber(string(o.Amount), way))
		}
		if o == unreadable {
			fields = unreadableLine(fields, o, bad.Way)
		}
		list[i] = encodeObject(fields...)
	}
	return reply{fields: []jsonField{intField("count", count), {"list", encodeArray(list)}}}, nil
}

func (k *core) statementQuery(r request) (statementQuery, error) {
	q := statementQuery{size: maxPageSize, uid: r.text("userId")}
	switch r.text("orderType") {
	case "":
	case "1":
		q.kind = TypePayment
	case "11":
		q.kind = TypeTransfer
	default:
		return q, refuse(opay.CodeParameterError, "orderType must be 1 or 11")
	}
	if page := r.text("pageNum"); page != "" {
		if !countForm.MatchString(page) {
			return q, refuse(opay.CodeParameterError, "pageNum must be a whole number from 1")
		}
		q.page = atoi(page)
	}
	if size := r.text("pageSize"); size != "" {
		if !countForm.MatchString(size) || atoi(size) > maxPageSize {
			return q, refuse(opay.CodeParameterError, "pageSize must be 1 to 2000")
		}
		q.size = atoi(size)
	}
	return q, k.statementSpan(r, &q)
}

// statementSpan parses day, or startDate and endDate (in seconds, both inclusive), in the platform's time zone.
func (k *core) statementSpan(r request, q *statementQuery) error {
	start, end := r.text("startDate"), r.text("endDate")
	if start != "" || end != "" {
		from, errFrom := time.ParseInLocation(time.DateTime, start, k.cfg.Location)
		to, errTo := time.ParseInLocation(time.DateTime, end, k.cfg.Location)
		if errFrom != nil || errTo != nil || to.Before(from) {
			return refuse(opay.CodeParameterError, "startDate and endDate must be yyyy-MM-dd HH:mm:ss, in this order")
		}
		q.from, q.to = from, to.Add(time.Second)
		return nil
	}
	day := k.now.In(k.cfg.Location)
	if text := r.text("day"); text != "" {
		parsed, err := time.ParseInLocation(time.DateOnly, text, k.cfg.Location)
		if err != nil {
			return refuse(opay.CodeParameterError, "day must be yyyy-MM-dd")
		}
		day = parsed
	}
	year, month, date := day.Date()
	// A day need not have 24 hours where clocks change, so its end is the next midnight.
	q.from = time.Date(year, month, date, 0, 0, 0, 0, k.cfg.Location)
	q.to = time.Date(year, month, date+1, 0, 0, 0, 0, k.cfg.Location)
	return nil
}

// statementLines returns the paid orders of the span by the time of payment.
func (k *core) statementLines(appID string, q statementQuery) []*Order {
	var lines []*Order
	for _, o := range k.book.inTurn {
		wanted := o.AppID == appID && o.Status == opay.StatusPaid && (q.kind == 0 || q.kind == o.Type) && (q.uid == "" || q.uid == o.UID)
		if wanted && !o.PaidAt.Before(q.from) && o.PaidAt.Before(q.to) {
			lines = append(lines, o)
		}
	}
	slices.SortStableFunc(lines, func(a, b *Order) int {
		return cmp.Or(a.PaidAt.Compare(b.PaidAt), cmp.Compare(a.OrderNum, b.OrderNum))
	})
	return lines
}

// spoilLines applies the faults of statements, each to another line if there are enough: the first is missing, the second appears twice, one
// in the middle is unreadable and returned too, the last has a wrong amount, and an extra line follows it.
func (k *core) spoilLines(lines []*Order, r request) (spoilt []*Order, unreadable *Order) {
	if len(r.struck) == 0 {
		return lines, nil
	}
	if _, ok := find(r.struck, FaultStatementMissing); ok && len(lines) > 0 {
		lines = lines[1:]
	}
	from, to := 0, len(lines)
	_, double := find(r.struck, FaultStatementDouble)
	if double {
		from++
	}
	if _, ok := find(r.struck, FaultStatementAmount); ok && len(lines) > 0 {
		to--
		wrong := lines[len(lines)-1].clone()
		coin, _ := k.cfg.coin(wrong.Coin)
		wrong.Amount = opay.Amount(wrongAmount(&wrong, coin.Precision, AmountPlus))
		lines[len(lines)-1] = &wrong
	}
	if _, ok := find(r.struck, FaultStatementUnreadable); ok && len(lines) > 0 {
		at := min((from+to)/2, len(lines)-1)
		o := lines[at].clone()
		unreadable, lines[at] = &o, &o
	}
	if double && len(lines) > 0 {
		lines = append([]*Order{lines[0]}, lines...)
	}
	if _, ok := find(r.struck, FaultStatementExtra); ok {
		lines = append(lines, k.stranger(r.app.AppID))
	}
	return lines, unreadable
}

// unreadableLine returns a line that is unreadable in one of the ways.
func unreadableLine(fields []jsonField, o *Order, way string) []jsonField {
	switch way {
	case UnreadableNoAmount:
		return without(fields, "orderAmount")
	case UnreadableNull:
		return replaced(fields, "orderAmount", json.RawMessage("null"))
	case UnreadableNegative:
		return replaced(fields, "orderAmount", json.RawMessage("-"+string(o.Amount)))
	case UnreadableNoID:
		return without(fields, "appOrderId")
	case UnreadableCoin:
		return replaced(fields, "payCoinSymbol", quoteJSON("no coin at all"))
	case UnreadableTime:
		return replaced(replaced(fields, "createTime", quoteJSON("yesterday")), "payTime", quoteJSON("2026-13-45"))
	case UnreadableType:
		return replaced(fields, "orderType", json.RawMessage("99"))
	default:
		return replaced(fields, "orderAmount", quoteJSON("n/a"))
	}
}

// stranger returns an order that nobody made, for answers about another order.
func (k *core) stranger(appID string) *Order {
	o := &Order{
		OrderNum: "99999999999", AppID: appID, AppOrderID: "SANDBOX-STRANGER", Type: TypePayment, UID: k.sortedUsers()[0].UID,
		Amount: "7.77", Coin: k.cfg.Coins[0].Symbol, CreatedAt: k.now,
	}
	o.change(opay.StatusPaid, k.now, byOperator)
	return o
}

func (k *core) statementLine(o *Order) []jsonField {
	merchant := merchantBase + slices.IndexFunc(k.cfg.Apps, func(a App) bool { return a.AppID == o.AppID })
	return []jsonField{
		intField("merchantUserId", merchant),
		textField("appOrderId", o.AppOrderID),
		textField("payCoinSymbol", strings.ToLower(o.Coin)),
		numberField("orderAmount", string(o.Amount)),
		intField("orderType", int(o.Type)),
		numberField("userId", o.UID),
		textField("openId", k.openID(o.AppID, o.UID)),
		textField("createTime", strconv.FormatInt(o.CreatedAt.UnixMilli(), 10)),
		textField("payTime", strconv.FormatInt(o.PaidAt.UnixMilli(), 10)),
	}
}

// atoi parses digits that a pattern has checked.
func atoi(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}
