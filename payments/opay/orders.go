package opay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Status is the state of a payment order (platform/api.md §3.3).
type Status string

// The documented states.
const (
	StatusClosed  Status = "0"
	StatusPending Status = "1"
	StatusFailed  Status = "2"
	StatusPaid    Status = "3"
)

// String is the state in English.
func (s Status) String() string {
	switch s {
	case StatusClosed:
		return "closed"
	case StatusPending:
		return "pending"
	case StatusFailed:
		return "failed"
	case StatusPaid:
		return "paid"
	default:
		return "undocumented status"
	}
}

// Known tells whether the status is one of the documented ones.
func (s Status) Known() bool {
	switch s {
	case StatusClosed, StatusPending, StatusFailed, StatusPaid:
		return true
	default:
		return false
	}
}

// Lengths of ids. Ours lead what we sign, so they have to be unpredictable: 128
// bits or more, such as crypto/rand.Text gives (reliability.md E6).
const (
	minOwnID = 16
	maxID    = 64
)

// maxStatusDigits bounds a status before it is compared with the documented ones.
const maxStatusDigits = 9

// CreateOrderRequest asks for a payment order (platform/api.md §3.1).
type CreateOrderRequest struct {
	// AppOrderID is our id of this attempt: 16 to 64 of A-Z a-z 0-9 _ -, unique for
	// ever and unpredictable. crypto/rand.Text makes good ones.
	AppOrderID string
	Payer      Payer
	// Amount is above zero; it is sent as written.
	Amount Amount
	// Coin is sent in upper case.
	Coin string
	// SceneType is the number agreed with the platform, or empty.
	SceneType string
	// ReturnPage is where the browser comes back: absolute, without query and
	// fragment.
	ReturnPage string
	// NotifyPage is where the platform posts the result: absolute, without fragment.
	NotifyPage string
	// Goods is JSON text as [EncodeGoods] writes it, sent byte for byte; or empty.
	Goods string
}

// CreateOrder asks the platform for a payment order and returns its number. It is
// never repeated here. After [ErrUnknownOutcome], and after an [*Error] with
// [CodeOrderExists], the order may exist: ask [Client.OrderByRef]. The same is
// prudent after a code that is [Code.Retryable], such as the platform's own time-out.
func (c *Client) CreateOrder(ctx context.Context, r CreateOrderRequest) (orderNum string, err error) {
	if err := r.check(); err != nil {
		return "", err
	}
	fields := []Field{{"appOrderId", r.AppOrderID}, r.Payer.id(), {"orderAmount", string(r.Amount)}}
	fields = appendSet(fields, "orderSceneType", r.SceneType)
	fields = append(fields,
		Field{"payCoinSymbol", strings.ToUpper(r.Coin)}, Field{"returnPage", r.ReturnPage}, Field{"notifyPage", r.NotifyPage})
	fields = appendSet(fields, "token", r.Payer.Token)
	fields = appendSet(fields, "goods", r.Goods)
	return c.newOrderNum(ctx, call{
		op: "createThirdOrder", path: PathCreateOrder, fields: fields, ownID: true, secrets: r.Payer.secrets(),
	}, r.AppOrderID)
}

func (r CreateOrderRequest) check() error {
	if err := checkNewOrder(r.AppOrderID, r.Payer, r.Amount, r.Coin, r.SceneType); err != nil {
		return err
	}
	if err := checkPage("returnPage", r.ReturnPage); err != nil {
		return err
	}
	if strings.Contains(r.ReturnPage, "?") {
		return fmt.Errorf("%w: returnPage must have no query", ErrInvalidRequest)
	}
	if err := checkPage("notifyPage", r.NotifyPage); err != nil {
		return err
	}
	if r.Goods == "" {
		return nil
	}
	if _, err := ParseGoods(r.Goods); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalidRequest, err)
	}
	return nil
}

// RefundRequest asks the platform to give coin to a user (platform/api.md §3.8). It
// is not tied to any order: only the caller can prevent refunding too much.
type RefundRequest struct {
	AppOrderID string // our id of this refund, as in [CreateOrderRequest]
	Payer      Payer  // who receives; Token is not used
	Amount     Amount // above zero
	Coin       string // sent in upper case
	SceneType  string // the number agreed with the platform, or empty
	AssetType  string // a number, 201 is the normal balance; or empty
}

// Refund asks for a refund and returns the platform's number for it. Repeats and
// outcomes as in [Client.CreateOrder].
func (c *Client) Refund(ctx context.Context, r RefundRequest) (orderNum string, err error) {
	r.Payer.Token = ""
	if err := checkNewOrder(r.AppOrderID, r.Payer, r.Amount, r.Coin, r.SceneType); err != nil {
		return "", err
	}
	if r.AssetType != "" && !isDigits(r.AssetType, 12) {
		return "", fmt.Errorf("%w: assetType is not a number", ErrInvalidRequest)
	}
	fields := []Field{
		{"appOrderId", r.AppOrderID}, r.Payer.id(), {"orderAmount", string(r.Amount)}, {"payCoinSymbol", strings.ToUpper(r.Coin)},
	}
	fields = appendSet(fields, "orderSceneType", r.SceneType)
	fields = appendSet(fields, "assetType", r.AssetType)
	return c.newOrderNum(ctx, call{
		op: "refundOrder", path: PathRefund, fields: fields, ownID: true, secrets: r.Payer.secrets(),
	}, r.AppOrderID)
}

// newOrderNum makes a call that creates something and is answered by its number.
func (c *Client) newOrderNum(ctx context.Context, q call, appOrderID string) (string, error) {
	a, err := c.do(ctx, q)
	if err != nil {
		return "", err
	}
	if err := a.Exact("orderNum", "appOrderId"); err != nil {
		return "", garbled(q.op, "a name in the answer is in another case")
	}
	if ref, ok := a.id("appOrderId"); ok && ref != appOrderID {
		return "", garbled(q.op, "the answer is for another order")
	}
	orderNum, ok := a.id("orderNum")
	if !ok || !isID(orderNum, maxID) {
		return "", garbled(q.op, "the answer has no orderNum")
	}
	return orderNum, nil
}

// OrderDetail is what the platform knows of an order, reduced to what may be kept:
// the answer also has the payer's balances and security settings
// (platform/api.md §3.4), which are dropped at once.
type OrderDetail struct {
	AppOrderID string    // our id
	OrderNum   string    // the platform's number
	Status     Status    // one of the documented ones
	Amount     Amount    // as [ReadAmount] gives it
	Coin       string    // upper case
	UserID     string    // the payer's UID, or empty
	CreatedAt  time.Time // UTC; zero if the answer has none
}

// Complete tells whether the detail says all that a payment is judged by. Some
// platforms answer [Client.OrderByRef] with the orderNum alone; then ask
// [Client.Order].
func (d OrderDetail) Complete() bool { return len(d.missing()) == 0 }

// missing names the members without which a payment cannot be judged.
func (d OrderDetail) missing() []string {
	var names []string
	for _, m := range [][2]string{
		{"appOrderId", d.AppOrderID},
		{"orderNum", d.OrderNum},
		{"orderStatus", string(d.Status)},
		{"orderAmount", string(d.Amount)},
		{"payCoinSymbol", d.Coin},
	} {
		if m[1] == "" {
			names = append(names, m[0])
		}
	}
	return names
}

// Order asks for an order by the platform's number; token is the payer's, or empty
// (platform/api.md §3.4). The detail is always complete. An order that the
// platform does not know is an [*Error] with [CodeOrderNotFound].
func (c *Client) Order(ctx context.Context, orderNum, token string) (OrderDetail, error) {
	switch {
	case !isID(orderNum, maxID):
		return OrderDetail{}, fmt.Errorf("%w: orderNum is malformed", ErrInvalidRequest)
	case token != "" && !isToken(token, 4096):
		return OrderDetail{}, fmt.Errorf("%w: token is malformed", ErrInvalidRequest)
	}
	const op = "orderDetail"
	fields := appendSet([]Field{{"appKey", c.appID}, {"orderNum", orderNum}}, "token", token)
	a, err := c.do(ctx, call{op: op, path: PathOrder, fields: fields, secrets: []string{token}, read: true})
	if err != nil {
		return OrderDetail{}, err
	}
	d, err := c.orderDetail(op, a.Object)
	switch {
	case err != nil:
		return OrderDetail{}, err
	case d.OrderNum != orderNum:
		return OrderDetail{}, garbled(op, "the answer is for another order")
	case !d.Complete():
		return OrderDetail{}, garbled(op, "the answer lacks "+strings.Join(d.missing(), ", "))
	}
	return d, nil
}

// OrderByRef asks for an order or refund by our own id (platform/api.md §3.9), the
// way out after [ErrUnknownOutcome]. The detail may have the orderNum only: see
// [OrderDetail.Complete]. If the platform does not offer the call, the error wraps
// [ErrNotOffered].
func (c *Client) OrderByRef(ctx context.Context, appOrderID string) (OrderDetail, error) {
	if !isID(appOrderID, maxID) {
		return OrderDetail{}, fmt.Errorf("%w: appOrderId is malformed", ErrInvalidRequest)
	}
	const op = "getReferenceOrder"
	a, err := c.do(ctx, call{
		op: op, path: PathOrderByRef, fields: []Field{{"appKey", c.appID}, {"appOrderId", appOrderID}}, read: true,
	})
	if code, ok := CodeOf(err); isNotFound(err) || ok && code == CodeInvalidResource {
		return OrderDetail{}, fmt.Errorf("%w: %w", ErrNotOffered, err)
	}
	if err != nil {
		return OrderDetail{}, err
	}
	d, err := c.orderDetail(op, a.Object)
	if err != nil {
		return OrderDetail{}, err
	}
	if d.AppOrderID != "" && d.AppOrderID != appOrderID {
		return OrderDetail{}, garbled(op, "the answer is for another order")
	}
	return d, nil
}

// orderDetail reads the members that may be kept. What is there must be
// well-formed; orderNum must be there.
func (c *Client) orderDetail(op string, o Object) (OrderDetail, error) {
	if err := o.Exact("appOrderId", "orderNum", "orderStatus", "orderAmount", "payCoinSymbol", "userId", "ctime", "appKey"); err != nil {
		return OrderDetail{}, garbled(op, "a name in the answer is in another case")
	}
	if appKey, ok := o.id("appKey"); ok && appKey != c.appID {
		return OrderDetail{}, garbled(op, "the answer is for another application")
	}
	for _, name := range []string{"appOrderId", "orderNum", "orderStatus", "orderAmount", "payCoinSymbol"} {
		if _, ok := o.Text(name); !ok && !o.absent(name) {
			return OrderDetail{}, garbled(op, "the answer's "+name+" is neither text nor a number")
		}
	}
	var d OrderDetail
	d.AppOrderID, _ = o.id("appOrderId")
	d.OrderNum, _ = o.id("orderNum")
	if !isID(d.OrderNum, maxID) || d.AppOrderID != "" && !isToken(d.AppOrderID, 256) {
		return OrderDetail{}, garbled(op, "the answer's orderNum or appOrderId is malformed")
	}
	if _, ok := o.Text("orderStatus"); ok {
		status, _ := o.integer("orderStatus", maxStatusDigits)
		if d.Status = Status(status); !d.Status.Known() {
			return OrderDetail{}, garbled(op, "the answer's orderStatus is undocumented")
		}
	}
	if text, ok := o.Text("orderAmount"); ok {
		amount, err := ReadAmount(text)
		if err != nil {
			failure := garbled(op, "the answer's orderAmount cannot be read")
			failure.Err = err
			return OrderDetail{}, failure
		}
		d.Amount = amount
	}
	if text, ok := o.Text("payCoinSymbol"); ok {
		if !isCoin(text) {
			return OrderDetail{}, garbled(op, "the answer's payCoinSymbol is malformed")
		}
		d.Coin = strings.ToUpper(text)
	}
	if text, ok := o.id("userId"); ok && isToken(text, maxID) {
		d.UserID = text
	}
	d.CreatedAt = millis(o, "ctime")
	return d, nil
}

// Cancel asks for a pending order to be closed (platform/api.md §3.6). nil says
// that the platform accepted; whether the order is closed or was paid meanwhile,
// only [Client.Order] can tell. An order that is not pending is an [*Error] with
// [CodeOrderStatusException].
func (c *Client) Cancel(ctx context.Context, orderNum string) error {
	if !isID(orderNum, maxID) {
		return fmt.Errorf("%w: orderNum is malformed", ErrInvalidRequest)
	}
	q := call{op: "cancelOrder", path: c.cancelPath, fields: []Field{{"orderNum", orderNum}}, unsigned: true}
	if q.path != "" {
		return c.cancel(ctx, q, orderNum)
	}
	if !c.cancelLong.Load() {
		q.path = PathCancel
		if err := c.cancel(ctx, q, orderNum); !isNotFound(err) {
			return err
		}
	}
	q.path = PathCancelLong
	err := c.cancel(ctx, q, orderNum)
	if err == nil || answered(err) {
		c.cancelLong.Store(true)
	}
	return err
}

func (c *Client) cancel(ctx context.Context, q call, orderNum string) error {
	a, err := c.do(ctx, q)
	if err != nil {
		return err
	}
	if num, ok := a.id("orderNum"); ok && num != orderNum {
		return garbled(q.op, "the answer is for another order")
	}
	return nil
}

// answered tells whether the platform itself refused, so that its path exists.
func answered(err error) bool {
	_, ok := CodeOf(err)
	return ok
}

func isNotFound(err error) bool {
	failure, ok := errors.AsType[*TransportError](err)
	return ok && failure.HTTPStatus == http.StatusNotFound
}

func checkNewOrder(appOrderID string, payer Payer, amount Amount, coin, sceneType string) error {
	if len(appOrderID) < minOwnID || !isID(appOrderID, maxID) {
		return fmt.Errorf("%w: appOrderId must be %d to %d of A-Z a-z 0-9 _ -", ErrInvalidRequest, minOwnID, maxID)
	}
	if err := payer.check(); err != nil {
		return err
	}
	if _, err := ParseAmount(string(amount)); err != nil {
		return fmt.Errorf("%w: orderAmount: %w", ErrInvalidRequest, err)
	}
	switch {
	case amount.IsZero():
		return fmt.Errorf("%w: orderAmount is zero", ErrInvalidRequest)
	case !isCoin(coin):
		return fmt.Errorf("%w: payCoinSymbol is malformed", ErrInvalidRequest)
	case sceneType != "" && !isDigits(sceneType, 18):
		return fmt.Errorf("%w: orderSceneType is not a number", ErrInvalidRequest)
	}
	return nil
}

func checkPage(name, page string) error {
	u, err := url.Parse(page)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil ||
		!isToken(page, 1024) || strings.Contains(page, "#") {
		return fmt.Errorf("%w: %s must be an absolute http(s) address without a fragment, of at most 1024 bytes", ErrInvalidRequest, name)
	}
	return nil
}

// isCoin accepts ASCII only: upper-casing other letters could turn one symbol into
// another.
func isCoin(symbol string) bool { return isID(symbol, 32) }

func appendSet(fields []Field, name, text string) []Field {
	if text == "" {
		return fields
	}
	return append(fields, Field{name, text})
}

// millis reads Unix milliseconds as a UTC time, and anything else as zero.
func millis(o Object, name string) time.Time {
	text, _ := o.integer(name, 15)
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
